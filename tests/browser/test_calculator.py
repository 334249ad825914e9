"""The calculator in a real browser: to the cent what `octoregistry estimate` says, and a link that reproduces it."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest

from octoregistry.planning.plan import Plan
from octoregistry.queries.estimate import UnknownCost, Workload, dollars, estimate, nearest_cheaper
from octoregistry.report import report_of, write_report
from octoregistry.updating.update import Update
from providers.dimensions import DIMENSIONS, MODES
from providers.registry import Registry
from tests.browser.acting import costs_shown, fill, settled
from tests.browser.conftest import NOW

WORKLOADS = {
    "as it opens": ({}, {}),
    "tokens of all kinds": (
        {"input": "12345", "output": "678", "cached_input": "90123", "cache_write_5m": "4567", "requests": "1234567"},
        {},
    ),
    "long prompts": ({"input": "250000", "output": "333", "requests": "77"}, {}),
    "a stated prompt size": ({"input": "5000", "prompt": "300000"}, {"prompt_tokens": 300_000}),
    "a third in batches": ({"input": "777", "output": "333", "batch": "33", "requests": "999"}, {"batch_percent": 33}),
    "all in batches": ({"batch": "100"}, {"batch_percent": 100}),
    "priority": ({"mode": "priority"}, {"mode": "priority"}),
    "after an announced change": ({"day": "2027-02-01"}, {"day": date(2027, 2, 1)}),
    "before all changes": ({"day": "2026-08-21"}, {"day": date(2026, 8, 21)}),
    "nothing": ({"requests": "0"}, {}),
    "searches": ({"units": "3", "requests": "77"}, {"charges": {"web_search": 3}}),
    "images alone": (
        {"input": "0", "output": "0", "units": "2", "unit": "image", "batch": "50"},
        {"charges": {"image": 2}, "batch_percent": 50},
    ),
}


START = {"input": 2000, "output": 500, "cached_input": 0, "cache_write_5m": 0}


def agrees(tab, update, typed, options):
    """Types a workload, and holds every figure on the page against `estimate`."""
    fill(tab, **typed)
    tokens = {name: int(typed.get(name, start)) for name, start in START.items()}
    workload = Workload(tokens, requests=int(typed.get("requests", 10_000)), **{"day": date(2026, 11, 30), **options})
    expected = estimate(report_of(update).after, workload)
    found = costs_shown(tab)
    assert len(found) == len(expected)
    known = [one for one in expected if not isinstance(one.cost, UnknownCost)]
    assert [(model, vendor) for model, vendor, exact, _ in found if exact is not None] == [
        (one.model.id, one.model.provider) for one in known
    ]
    for (_, _, exact, money), one in zip(found, known, strict=False):
        assert Decimal(exact) == one.cost
        assert money == dollars(one.cost)
    assert {money for _, _, exact, money in found if exact is None} <= {"–"}


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_calculator_agrees_with_estimate_in_every_figure(opened, report, update, name):
    """Not to the cent only: the exact sums are the same, and so is the order, and what is unknown."""
    agrees(opened(report.html), update, *WORKLOADS[name])


def random_registry(chance):
    """A registry that nobody would write: any prices, days and prompt sizes, free, half known, without a batch price."""
    vendors = {
        f"v{vendor}": {
            "env_var": "K",
            "default_model": "m0",
            "charges": random_charges(chance),
            "models": {
                f"m{model}": {
                    **PLAIN,
                    **random_facts(chance),
                    "display_name": f"m{model}",
                    "rates": random_rates(chance),
                    "charges": random_charges(chance),
                }
                for model in range(15)
            },
        }
        for vendor in range(3)
    }
    defaults = {**PLAIN, "realtime_multiplier": Decimal(2)}
    return Registry({"default_provider": "v0", "providers": vendors, "defaults": defaults}, "models.yaml", "0" * 64)


def random_facts(chance):
    """What a model is, as far as anybody wrote it down: most can chat, few are too small, new or about to leave."""
    facts = {
        "kind": ["chat", "chat", "chat", "embedding"],
        "context_window": [None, None, 1000, 200_000],
        "max_output_tokens": [None, None, 2],
        "first_seen": [None, None, "2026-11-30"],
        "retires_on": [None, None, None, "2026-11-30", "2027-01-29", "2027-01-30"],
        "status": [None, None, "deprecated", "retired"],
        "source": [None, {"checked": "2026-11-30"}, {"checked": "2026-09-01"}, {"checked": "2026-08-31"}],
        "missing_since": [None, None, None, "2026-11-30", "2026-12-01"],
    }
    chosen = {name: chance.choice(values) for name, values in facts.items()}
    return {name: value for name, value in chosen.items() if value is not None}


def random_rates(chance):
    """Up to eight rates, no two for the same mode, prompt size and day."""
    found = {}
    for _ in range(chance.randrange(1, 9)):
        mode, above, start = chance.choice(MODES), chance.choice([None, None, 200_000, 1]), chance.choice(STARTS)
        names = chance.sample(DIMENSIONS[:5], chance.randrange(1, 6))
        rate = {"mode": mode, **{name: Decimal(chance.choice(PRICES)) for name in names}}
        if above:
            rate["above_input_tokens"] = above
        if start:
            rate["from"] = start
        if start > "2026" and chance.random() < 0.5:
            rate["seen_before"] = chance.choice(["2024-02-28", "2026-11-29"])
        if chance.random() < 0.3:
            rate["up_to_input_tokens"] = chance.choice([200_000, 400_000])
        found[mode, above, start] = rate
    return list(found.values())


def random_charges(chance):
    """Up to five charges, no two for the same unit, mode, condition and day."""
    found = {}
    for _ in range(chance.randrange(6)):
        unit, mode, start = chance.choice(["web_search", "image"]), chance.choice(MODES[:2]), chance.choice(STARTS)
        charge = {
            "unit": unit,
            "usd": Decimal(chance.choice(PRICES)),
            "per": chance.choice([1, 100, 1000]),
            "mode": mode,
        }
        if size := chance.choice(["", "", "4K"]):
            charge["when"] = {"size": size}
        if start:
            charge["from"] = start
        if start > "2026" and chance.random() < 0.5:
            charge["seen_before"] = chance.choice(["2024-02-28", "2026-11-29"])
        if chance.random() < 0.2:
            charge["free"] = "5000 per month"
        found[unit, mode, size, start] = charge
    return list(found.values())


PLAIN = {"input_per_million": Decimal(1), "output_per_million": Decimal(2)}
STARTS = ["", "", "2024-02-29", "2026-11-30", "2026-12-01"]
PRICES = ["0.0", "0.1", "0.0375", "1.0", "2.5", "15.0", "0.00000001", "123456.789", "1000000.0"]


@pytest.mark.parametrize("seed", range(4))
def test_odd_registries_and_workloads_cost_what_estimate_says(opened, tmp_path, seed):
    """Free models, unknown ones, sizes at their very edge, days before and after: the two never differ in a digit."""
    chance = Random(seed)  # noqa: S311 - nothing is secret here
    update = Update(random_registry(chance), "", "", Plan(()), (), NOW)
    tab = opened(write_report(update, tmp_path, "run").html)
    for _ in range(4):
        tab.locator("#workload").get_by_role("button", name="Start again").click()
        typed = {name: str(chance.choice([0, 1, 2, 199_999, 200_000, 200_001, 10**15 - 1])) for name in START}
        typed["requests"] = str(chance.choice([0, 1, 3, 10**15 - 1]))
        percent, mode, day = chance.choice([0, 1, 50, 100]), chance.choice(MODES), chance.choice(DAYS)
        options = {"batch_percent": percent, "day": day}
        if units := chance.choice([0, 1, 7]):
            typed["units"], typed["unit"] = str(units), chance.choice(["web_search", "image"])
            options["charges"] = {typed["unit"]: units}
        if mode != "batch":
            options["mode"] = typed["mode"] = mode
        agrees(tab, update, {**typed, "batch": str(percent), "day": str(day)}, options)


DAYS = [date(2024, 2, 28), date(2024, 2, 29), date(2026, 11, 30), date(2026, 12, 1), date(2099, 12, 31)]


def test_a_link_reproduces_what_was_typed(opened, report, screenshots):
    """Calculator, filters and order: all of it stands in the address."""
    tab = opened(report.html)
    fill(tab, input="123456", cached_input="1000", batch="40", mine="openai/gpt-5.6-sol")
    tab.locator("[name=text]").fill("gpt & co")
    tab.locator("[name=text]").fill("gpt")
    tab.get_by_role("button", name="Output").click()
    tab.get_by_role("button", name="Output").click()
    settled(tab)
    address = tab.url
    assert "input=123456" in address
    assert "sort=-output" in address
    other = opened(report.html, "#" + address.split("#")[1])
    for selector in ("#costs", "#verdict", "#count", "#list"):
        assert other.locator(selector).inner_text() == tab.locator(selector).inner_text()
    other.locator("#calculator").screenshot(path=screenshots / "calculator.png")
    other.locator("#workload").get_by_role("button", name="Start again").click()
    assert "input=" not in other.url


def test_your_model_is_compared_with_the_nearest_that_cost_less(opened, report, update):
    """The same three that estimate names, and what this update does to the bill."""
    tab = opened(report.html)
    fill(tab, mine="openai/gpt-5.6-sol")
    said = tab.locator("#verdict").text_content()
    estimates = estimate(report_of(update).after, Workload({"input": 2000, "output": 500}, date(2026, 11, 30), 10_000))
    for one in nearest_cheaper(estimates, "openai", "gpt-5.6-sol"):
        assert f"{one.model.display_name} ({dollars(one.cost)})" in said
    row = tab.locator("#costs tr.mine")
    assert row.locator("td").nth(1).text_content() == "$180.00"
    assert row.locator("td").last.text_content() == "▼ −28.0%, was $250.00"


def test_a_place_in_the_page_leaves_what_was_typed_in_the_address(opened, report):
    """Whoever goes to the prices by the menu and copies the address still sends the workload."""
    tab = opened(report.html)
    fill(tab, input="123456")
    tab.get_by_role("navigation").get_by_role("link", name="Prices").click()
    settled(tab)
    assert tab.url.endswith("#input=123456")
    assert tab.evaluate("document.querySelector('#prices').getBoundingClientRect().top") < 200


def test_an_address_without_a_state_is_the_page_as_it_opens(opened, report):
    """Fields and figures together: no table may stand under another workload than the one in the fields."""
    tab = opened(report.html, "#input=123456")
    opening = opened(report.html).locator("#costs").inner_text()
    assert tab.locator("#costs").inner_text() != opening
    tab.evaluate("location.hash = ''")
    settled(tab)
    assert tab.locator("#workload [name=input]").input_value() == "2000"
    assert tab.locator("#costs").inner_text() == opening


@pytest.mark.parametrize("typed", ["12x", "-1", "1.5", "1,5", "0,50", "1.000", "1e6", "1234567890123456", "١٢"])
def test_what_is_no_number_is_said_and_not_counted(opened, report, typed):
    """Least of all "1,5", which without its comma would be ten times as much; and no old figure stays to be read."""
    tab = opened(report.html)
    fill(tab, input=typed)
    assert tab.locator("#workload [name=input]").get_attribute("aria-invalid") == "true"
    assert "Whole numbers" in tab.locator("#verdict").text_content()
    assert tab.locator("#costs tbody tr:visible").count() == 0
    tab.locator("#workload").get_by_role("button", name="Start again").click()
    assert tab.locator("#costs tbody tr:visible").count() == 25


@pytest.mark.parametrize("typed", ["1000000", "1 000 000", "1,000,000", "1_000_000", "10,00,000", " 1000000 "])
def test_a_number_is_read_as_people_write_it(opened, report, typed):
    """With the groups of whatever country."""
    tab = opened(report.html)
    fill(tab, input=typed, output="")
    assert "of 1,000,000 input tokens each" in tab.locator("#asked").text_content()
    assert tab.locator("#workload [aria-invalid]").count() == 0


def test_more_than_all_of_it_in_batches_is_none(opened, report):
    """A share has its end at a hundred."""
    tab = opened(report.html)
    fill(tab, batch="101")
    assert tab.locator("#workload [name=batch]").get_attribute("aria-invalid") == "true"


def test_what_does_not_fit_is_last_and_says_why(opened, report, update):
    """Every model is there; whoever does not fit has no cost in the ranking, but the reason."""
    tab = opened(report.html)
    fill(tab, input="150000", window="1000000")
    fitting = costs_shown(tab)
    rows = tab.locator("#costs tbody tr")
    assert rows.count() == len(report_of(update).after)
    classes = rows.evaluate_all("rows => rows.map(row => row.className)")
    assert classes == [""] * len(fitting) + ["unfit"] * (len(classes) - len(fitting))
    told = tab.locator("#costs .unfit .why").all_text_contents()
    assert all(text.startswith("does not fit: ") for text in told)
    for reason in ("its window is 200,000 tokens", "its kind is", "retired on"):
        assert any(reason in text for text in told), reason
    after = report_of(update).after
    windows = {(model.provider, model.id): model.context_window for model in after}
    assert fitting
    assert all((windows[vendor, model] or 0) >= 1_000_000 for model, vendor, _, _ in fitting)


@pytest.mark.parametrize(
    ("per", "head", "sum_"),
    [("day", "Cost a day", "$120.00 a month of 30 days"), ("month", "Cost a month", "$48.00 a year")],
)
def test_requests_of_a_day_or_a_month_are_told_for_longer_too(opened, report, per, head, sum_):
    """The cheapest costs $4.00 for what the page opens with."""
    tab = opened(report.html)
    fill(tab, per=per)
    assert tab.locator("#cost-head").text_content() == head
    assert tab.locator("#costs td.n small").first.text_content() == sum_
    assert f"10,000 requests a {per} of" in tab.locator("#asked").text_content()


def test_two_workloads_stand_side_by_side_and_a_link_keeps_both(opened, report):
    """The one that was held, and the one that is typed; each at its own prices."""
    tab = opened(report.html)
    fill(tab, input="1000", output="100", day="2026-08-21", per="month")
    one = costs_shown(tab)
    tab.get_by_role("button", name="Compare with another").click()
    fill(tab, input="3000", output="100", day="2026-11-30")
    both = costs_shown(tab)
    cells = tab.locator("#costs tbody tr:not(.unfit)").evaluate_all(
        "rows => rows.map(row => row.lastChild.textContent)"
    )
    known = {(model, vendor): money for model, vendor, exact, money in one if exact is not None}
    money_of = {(model, vendor): cell for (model, vendor, _, _), cell in zip(both, cells, strict=True)}
    shared = known.keys() & money_of.keys()
    assert shared
    for model in shared:
        assert known[model].startswith(money_of[model].removesuffix(" a month")), model
    assert "10,000 requests a month of 1,000 input, 100 output" in tab.locator("#other-work").text_content()
    again = opened(report.html, "#" + tab.url.partition("#")[2])
    for selector in ("#costs", "#other-work", "#verdict"):
        assert again.locator(selector).text_content() == tab.locator(selector).text_content()
    again.get_by_role("button", name="Forget the other").click()
    assert again.locator("#other-work").is_hidden()
    assert "other=" not in again.url
