"""The calculator in a real browser: to the cent what `octoregistry estimate` says, and a link that reproduces it."""

from datetime import date
from decimal import Decimal

import pytest

from octoregistry.estimating import Unknown, Workload, dollars, estimate, nearest_cheaper
from octoregistry.publishing.report import report_of
from tests.browser.acting import costs_shown, fill, settled

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
    "before all changes": ({"day": "2026-09-01"}, {"day": date(2026, 9, 1)}),
    "nothing": ({"requests": "0"}, {}),
}


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_calculator_agrees_with_estimate_in_every_figure(opened, report, update, name):
    """Not to the cent only: the exact sums are the same, and so is the order, and what is unknown."""
    typed, options = WORKLOADS[name]
    tab = opened(report.html)
    fill(tab, **typed)
    tokens = {key: int(typed.get(key, start)) for key, start in
              {"input": 2000, "output": 500, "cached_input": 0, "cache_write_5m": 0}.items()}  # fmt: skip
    workload = Workload(tokens, requests=int(typed.get("requests", 10_000)), **{"day": date(2026, 9, 8), **options})
    expected = estimate(report_of(update).after, workload)
    found = costs_shown(tab)
    assert len(found) == len(expected)
    known = [one for one in expected if not isinstance(one.cost, Unknown)]
    assert [(model, vendor) for model, vendor, exact, _ in found if exact is not None] == [
        (one.model.id, one.model.provider) for one in known
    ]
    for (_, _, exact, money), one in zip(found, known, strict=False):
        assert Decimal(exact) == one.cost
        assert money == dollars(one.cost)
    assert {money for _, _, exact, money in found if exact is None} <= {"–"}


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
    estimates = estimate(report_of(update).after, Workload({"input": 2000, "output": 500}, date(2026, 9, 8), 10_000))
    for one in nearest_cheaper(estimates, "openai", "gpt-5.6-sol"):
        assert f"{one.model.display_name} ({dollars(one.cost)})" in said
    row = tab.locator("#costs tr.mine")
    assert row.locator("td").nth(1).text_content() == "$180.00"
    assert row.locator("td").last.text_content() == "▼ −28.0%, was $250.00"


def test_what_is_no_number_is_said_and_not_counted(opened, report):
    """A letter is no token, and a share above 100 is none."""
    tab = opened(report.html)
    for field, typed in (("input", "12x"), ("batch", "101"), ("requests", "-1"), ("output", "1.5")):
        fill(tab, **{field: typed})
        assert tab.locator(f"#workload [name={field}]").get_attribute("aria-invalid") == "true"
        assert "Whole numbers" in tab.locator("#verdict").text_content()
        tab.locator("#workload").get_by_role("button", name="Start again").click()
    fill(tab, input="1 000 000")
    assert tab.locator("#workload [name=input]").get_attribute("aria-invalid") is None
