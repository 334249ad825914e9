import json
import re
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from zlib import decompress

import pytest
from bs4 import BeautifulSoup

from octoregistry.planning.plan import Change, Plan, Reason, Verdict, WitnessPrice
from octoregistry.reading.rates import Evidence
from octoregistry.report import page, report_of
from octoregistry.report.payload import as_json
from octoregistry.report.report import SourceSummary
from octoregistry.settings.templating import environment, visible
from octoregistry.sources import Failed
from octoregistry.updating.update import Update
from providers.registry import Registry
from tests.report.conftest import NOW

PLAIN = """\
default_provider: acme
providers:
  acme:
    env_var: ACME_KEY
    default_model: road
    realtime_multiplier: 2.0
    models:
      road:
        display_name: Road
        input_per_million: 1.0
        output_per_million: 5.0
        batch_support: true
        context_window: 200000
        rates:
          - {mode: standard, input: 2.0, output: 10.0}
          - {mode: standard, above_input_tokens: 200000, input: 4.0, output: 15.0}
          - {mode: standard, from: 2027-01-01, input: 3.0, output: 15.0}
          - {mode: batch, input: 1.0, output: 5.0}
        source: {page: 'https://acme.example/pricing', checked: 2026-09-07}
      path:
        display_name: Path
        input_per_million: 0.05
        output_per_million: 0.15
        batch_support: false
        source: {page: 'https://acme.example/pricing', checked: 2026-08-01}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""
ALLOWED_SCRIPTS = 3  # the class, the data, the script


PRICED = {"input_per_million": Decimal(1), "output_per_million": Decimal(2)}


def rated(*rates):
    """A model with these rates; standard ones where they name no mode."""
    texts = ("mode", "from")
    return {
        "rates": [
            {"mode": "standard", **{key: value if key in texts else Decimal(value) for key, value in rate.items()}}
            for rate in rates
        ]
    }


def soup_of(update):
    """As it is written: no end tag added, none taken away."""
    return BeautifulSoup(page(report_of(update)), "html.parser")


def parsed(update):
    """As a browser parses it, with the end tags that HTML lets a page leave out."""
    return BeautifulSoup(page(report_of(update)), "lxml")


def change(model="road", **values):
    given = {
        "kind": "price",
        "dimension": "input",
        "old": Decimal("2"),
        "new": Decimal("1.5"),
        "mode": "standard",
        "evidence": Evidence("https://acme.example/pricing", "T1R2C3", "$1.50"),
        "witness": "rules",
    }
    return Change("acme", model, **{**given, **values})


def test_held_changes_come_first_with_their_reasons(update_of):
    """What a person must look at stands above all else."""
    held = change("path", verdict=Verdict("hold", (Reason("moved", "moved ×4"), Reason("alone", "one witness"))))
    sections = parsed(update_of(PLAIN, Plan((change(), held)))).select(".sort")
    assert [section["id"] for section in sections] == ["held", "moved"]
    assert [reason.text for reason in sections[0].select(".reason")] == ["moved ×4", "one witness"]
    assert [len(section.select("th[scope=col]")) for section in sections] == [4, 3], (
        "a verdict only where one is not apply"
    )


def test_a_change_shows_old_new_percent_and_where_it_was_read(update_of):
    """The reader can go and look: the cell, the text that stands there, in the page's own words where it has some."""
    row = parsed(update_of(PLAIN, Plan((change(),)))).select_one("#moved tbody tr:not(.model)")
    cells = [cell.text.replace("to", "").split() for cell in row.select("th, td")]
    assert cells[:2] == [["standard"], ["2.00", "→", "1.50", "▼", "−25%"]]
    assert row.a["href"] == "https://acme.example/pricing#:~:text=%241.50", "the browser goes to the text and marks it"
    assert cells[2] == ["page,", "T1R2C3", "“$1.50”"]
    path = ("Models", "Standard", "road", "Short context, input")
    told = replace(change(), evidence=Evidence("https://acme.example/pricing", "T1R2C3", "$1.50", path))
    evidence = parsed(update_of(PLAIN, Plan((told,)))).select_one("#moved .evidence")
    assert evidence.select_one(".path").text == "Models › Standard › road"
    assert evidence.select_one(".cell").text == "Short context, input “$1.50”"


def test_who_agrees_and_who_does_not_stands_beside_the_price(update_of):
    """With what each has, and of which day; and where nobody was asked, the page says that."""
    said = {
        "vouches": (
            WitnessPrice("litellm", Decimal("1.5"), date(2026, 9, 7)),
            WitnessPrice("openrouter", Decimal("1.5"), date(2026, 9, 8)),
        ),
        "contradicts": (WitnessPrice("models.dev", Decimal(2), date(2026, 9, 6)),),
        "other_days": (WitnessPrice("llm-prices", Decimal(3), date(2026, 1, 2)),),
    }
    reports = {"litellm": None, "models.dev": None, "openrouter": Failed("https://openrouter.example", "status 500")}
    update = replace(update_of(PLAIN, Plan((change(**said),))), witnesses=reports)
    told = [small.text for small in parsed(update).select("#moved .evidence small")]
    assert told == [
        "agree: litellm 1.50 (2026-09-07), openrouter 1.50 (2026-09-08)",
        "disagree: models.dev 2.00 (2026-09-06)",
        "of another day: llm-prices 3.00 (2026-01-02)",
    ]
    assert "Other registries read: litellm, models.dev." in parsed(update).select_one("#changes .intro").text
    alone = parsed(update_of(PLAIN, Plan((change(),)))).select_one("#changes .intro").text
    assert "No other registry was read" in alone


def test_a_price_that_is_not_known_is_a_dash_and_never_0(update_of):
    """Path has no cached price, no batch row and no context window."""
    bodies = parsed(update_of(PLAIN)).select("#list tbody")
    cells = [cell.text for cell in bodies[1].select("tr")[0].select("td")]
    assert cells[:7] == ["acme", "standard", "0.10", "0.30", "–", "–", "–"]
    assert cells[8] == "–"
    assert len(bodies[1].select("tr")) == 1


def test_every_mode_and_prompt_size_has_its_row(update_of):
    """As it is in force on the report's day: announced prices are not in the list."""
    rows = parsed(update_of(PLAIN)).select("#list tbody")[0].select("tr")
    shown = [[cell.text for cell in row.select("td") if not cell.get("rowspan")][:3] for row in rows]
    assert shown == [
        ["standard to 200K", "2.00", "10.00"],
        ["standard over 200K", "4.00", "15.00"],
        ["batch to 200K", "1.00", "5.00"],
    ]


def test_what_was_checked_long_ago_is_marked(update_of):
    """In words and by a mark, for each model by its own day."""
    bodies = parsed(update_of(PLAIN)).select("#list tbody")
    assert "1 day ago" in bodies[0].text
    assert not bodies[0].select(".stale")
    assert "38 days ago" in bodies[1].text
    assert bodies[1].select_one(".stale").text == "!"


def test_pictures_say_what_they_show(update_of):
    """Each has a title and a description that it is announced by, and a table beside it."""
    soup = parsed(update_of(PLAIN))
    pictures = soup.select("#pictures figure svg[role=img]")
    assert len(pictures) == 3
    for picture in pictures:
        title, description = soup.find(id=picture["aria-labelledby"]), soup.find(id=picture["aria-describedby"])
        assert title.name == "title"
        assert title.text
        assert description.name == "desc"
        assert description.text
        assert picture.find_parent("figure").select("details table tbody tr")
    assert soup.select("#history-0-title")[0].find_parent("svg").select("path.ahead")


def test_the_policy_lets_only_its_own_script_and_style_run(update_of):
    """The hashes are those of what stands in the file; nothing inline besides, nothing from elsewhere."""
    soup = soup_of(update_of(PLAIN, Plan((change(),))))
    policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    own = [script.string for script in soup.select("script:not([type])")] + [soup.style.string]
    for text in own:
        assert b64encode(sha256(text.encode()).digest()).decode() in policy
    assert not soup.select("[style], [src], link, iframe, object, embed, img")
    assert not [name for tag in soup.find_all() for name in tag.attrs if name.startswith("on")]


def test_hostile_names_are_text_in_html_and_svg(hostile):
    """No element, attribute or address comes out of a name, evidence, reason or page."""
    soup = soup_of(hostile)
    assert len(soup.select("script")) == ALLOWED_SCRIPTS
    assert not soup.select("img, b:not(.stale)")
    assert not [name for tag in soup.find_all() for name in tag.attrs if name.startswith("on")]
    assert {link["href"].split(":")[0] for link in soup.select("a[href]") if link["href"][0] != "#"} == {"https"}
    text = soup.text
    for name in ("<script>alert(1)</script>", '=HYPERLINK("http://evil.example","win")', '"]({{7*7}}){% raw %}'):
        assert name in text
    assert "the witnesses disagree: {{7*7}}" in text
    told = " ".join(title.text for title in soup.select("svg title"))
    assert "</title><svg onload=alert(4)>" in told


def test_letters_that_hide_or_turn_others_are_named(hostile):
    """Right-to-left overrides, zero-width letters and line breaks cannot change what stands beside them."""
    html = page(report_of(hostile))
    shown = html[: html.index('<script type="application/zlib"')]
    assert not re.search("[\u202e\u200b\u2060\u2028\u2029\r]", shown)
    assert "abc⟨U+202E⟩gpj.exe" in shown
    assert "gpt⟨U+200B⟩-4⟨U+2060⟩o" in shown
    assert "Z" * 301 not in shown
    assert "(10,000 letters)" in shown


def test_data_in_the_script_element_cannot_end_it(hostile):
    """And it is the very text of the file beside, deflated: no letter of base64 is markup."""
    report = report_of(hostile)
    block = soup_of(hostile).select_one("#data").string
    assert re.fullmatch("[A-Za-z0-9+/=]+", block)
    text = decompress(b64decode(block)).decode()
    assert text == as_json(report)
    names = [model["display_name"] for model in json.loads(text)["models"]]
    assert "</script><script>alert(2)</script>" in names


def test_a_report_tells_nothing_of_the_machine(update_of):
    """The registry's name without its folder."""
    update = update_of(PLAIN)
    assert "/home/someone" not in page(report_of(update)) + as_json(report_of(update))
    assert "models.yaml" in page(report_of(update))


def test_an_update_that_changes_nothing_says_so(update_of):
    """No empty tables; and nothing is claimed of a page that was not read."""
    report = report_of(update_of(PLAIN))
    for failed, told in (
        (None, "the registry says what the vendors’ pages say"),
        ("a challenge", "no page could be read"),
    ):
        source = SourceSummary("acme", "https://acme.example/pricing", "fetched", NOW.date(), 4, 0, failed)
        soup = BeautifulSoup(page(replace(report, sources=(source,))), "lxml")
        for place in (".headline", "#changes"):
            assert "Nothing changed" in soup.select_one(place).text
            assert told in soup.select_one(place).text
        assert not soup.select(".sort")


ODD = {
    "no model at all": {},
    "a model that states no rates": {"m": {}},
    "free": {"m": rated({"input": 0, "output": 0})},
    "free, and then not": {"m": rated({"input": 0}, {"from": "2027-01-01", "input": 1})},
    "announced, and nothing before": {"m": rated({"from": "2027-01-01", "input": 1, "output": 2})},
    "withdrawn": {"m": rated({"input": 1, "output": 2}, {"from": "2026-01-01"})},
    "moves of output alone": {"m": rated({"output": 2}, {"from": "2027-01-01", "output": 3})},
    "the first and the last day that there is": {
        "m": rated({"from": "0001-01-01", "input": 1}, {"from": "9999-12-31", "input": 2})
    },
    "too small and too large for a float": {
        "m": rated({"input": "1E-400"}, {"from": "2027-01-01", "input": "2E-400"}),
        "n": rated({"input": "1E+300"}, {"from": "2027-01-01", "input": "2E+300"}),
    },
    "only batches": {"m": rated({"mode": "batch", "input": 1, "output": 2})},
    "windows of one token and of more than there are": {
        "m": {**rated({"input": 1}), "context_window": 1},
        "n": {**rated({"input": 1}), "context_window": 10**18},
    },
    "ids of ten thousand letters": {"x" * 10_000: {**rated({"input": 1}), "display_name": "y" * 10_000}},
}


@pytest.mark.parametrize("name", ODD)
def test_whatever_a_registry_holds_becomes_a_report(name):
    """With every model in the list, and no figure where none is known."""
    models = {key: {**PRICED, "display_name": key, **model} for key, model in ODD[name].items()}
    vendor = {"env_var": "K", "default_model": "m", "models": models}
    values = {"default_provider": "v", "providers": {"v": vendor}, "defaults": {**PRICED, "realtime_multiplier": 2}}
    soup = parsed(Update(Registry(values, "models.yaml", "0" * 64), "", "", Plan(()), (), NOW))
    assert len(soup.select("#list tbody")) == len(models)
    assert "nan" not in soup.text.lower()
    if name.startswith(("announced", "withdrawn")):
        assert [cell.text for cell in soup.select("#list tbody td")[2:7]] == ["–"] * 5
    if name == "no model at all":
        assert "Nothing to draw" in soup.select_one("#pictures").text


def test_a_batch_that_costs_more_is_no_saving(update_of):
    """It is told as what it is, not as 0."""
    soup = parsed(
        update_of(
            PLAIN.replace("{mode: batch, input: 1.0", "{mode: batch, input: 6.0").replace(
                "input_per_million: 1.0\n        output_per_million: 5.0",
                "input_per_million: 6.0\n        output_per_million: 5.0",
            )
        )
    )
    assert "batch: 200% higher" in soup.select_one("#savings").text
    assert "200% higher" in soup.select_one("#savings").find_parent("figure").select_one("tbody").text


def test_a_provider_that_could_not_be_read_is_told_at_the_top(hostile):
    """With the reason: nothing is inferred from silence."""
    warning = soup_of(hostile).select_one(".lead .warning").text
    assert "acme" in warning
    assert "</td><script>alert(11)</script>" in warning


def test_the_prices_of_before_are_kept_where_they_moved(update_of):
    """So that the calculator can say what the update does to a workload."""
    new = (
        PLAIN.replace("input: 2.0, output: 10.0}", "input: 2.0, output: 9.0}")
        .replace("output_per_million: 5.0", "output_per_million: 4.5")
        .replace("{mode: batch, input: 1.0, output: 5.0}", "{mode: batch, input: 1.0, output: 4.5}")
    )
    models = json.loads(as_json(report_of(update_of(PLAIN, new_text=new))))["models"]
    assert models[0]["rates_before"][0]["prices"] == {"input": "2.0", "output": "10.0"}
    assert models[0]["rates"][0]["prices"] == {"input": "2.0", "output": "9.0"}
    assert models[1]["rates_before"] is None


@pytest.mark.parametrize("name", ["page.html", "page.html.j2", "body.md.j2", "prompt.txt"])
def test_every_template_escapes_whatever_it_is_called(name):
    """select_autoescape would leave out the .j2 names."""
    template = environment().overlay().from_string("{{ name }}")
    template.name = name
    assert template.render(name="<b>") == "&lt;b&gt;"


def test_visible_keeps_what_people_write():
    """Letters of any script, spaces and marks; only what hides is named."""
    assert visible("Qwen 通义 é ½") == "Qwen 通义 é ½"
    assert visible("a\x00b") == "a⟨U+0000⟩b"


@pytest.mark.parametrize(
    ("day", "served", "words", "kind"),
    [
        (NOW.date(), "fetched", "Pages: acme of today.", "intro"),
        (date(2026, 8, 25), "from the cache", "acme 14 days old, from the cache", "intro"),
        (date(2026, 8, 24), "bundled with the package", "acme 15 days old, bundled with the package", "warning"),
    ],
)
def test_the_first_lines_say_how_old_the_pages_are(update_of, day, served, words, kind):
    """And warn where one is older than two weeks."""
    source = SourceSummary("acme", "https://acme.example/pricing", served, day, 9, 0)
    made = replace(report_of(update_of(PLAIN)), sources=(source,))
    lead = BeautifulSoup(page(made), "lxml").find(id="ages")
    assert words in lead.get_text()
    assert lead["class"] == [kind]
