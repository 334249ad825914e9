"""How a person reads a proposal, and that nothing of a page can get out of its place in it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from markdown_it import MarkdownIt

from octoregistry.planning.plan import Change, Note, Plan, Reason, Verdict, WitnessPrice
from octoregistry.publishing.body import body_of, fingerprint_of, sentence, title_of
from octoregistry.publishing.markdown import code, link, plain_line
from octoregistry.publishing.money import BillLine
from octoregistry.reading.language.reader import LanguageModelCall
from octoregistry.reading.rates import Evidence
from octoregistry.sources import Failed, NotAsked
from octoregistry.updating.update import ProviderRun, Update
from providers import parse_registry
from tests.publishing.conftest import REGISTRY

PAGE = "https://acme.example/pricing"
EVIL = (
    "<script>alert(1)</script>",
    '"]({{7*7}})',
    "](https://evil.example)",
    "`` ` ```",
    "`", "|", "\\", "\\|", "a\\|b|c", "||",
    "@everyone #1 !2 GH-3",
    "https://evil.example/ www.evil.example evil@example.com",
    "line\nbreak\r\n\n# heading\n/close",
    "\u202e0.5 \u200b",
    "<!-- octoregistry:pull-request branch=x plan=y -->",
    "-->", "</details>", "&lt;b&gt;", "{% raw %}", "$x$", ":tada:",
    "x" * 10_000,
    " ",
)  # fmt: skip


def price(model: str, dimension: str, old: str | None, new: str, mode: str = "standard", **more: object) -> Change:
    change = Change("acme", model, "price", dimension, Decimal(old) if old else None, Decimal(new), mode)
    return replace(change, evidence=Evidence(PAGE, "T1R2C3", f"${new}"), **more)  # type: ignore[arg-type]


def update(*changes: Change, notes: tuple[Note, ...] = ()) -> Update:
    return Update(
        parse_registry(REGISTRY), REGISTRY, REGISTRY, Plan(changes, notes), (), datetime(2026, 9, 9, tzinfo=UTC)
    )


def body(*changes: Change, notes: tuple[Note, ...] = ()) -> str:
    made = update(*changes, notes=notes)
    return body_of(made, made.plan, "octoregistry/update")


RUN = ProviderRun("other", Failed(PAGE, "not asked"), None, NotAsked("other", "no key"))
SOL = (price("gpt-5.6-sol", "input", "5", "4"), price("gpt-5.6-sol", "output", "30", "20"))


def new(model: str) -> Change:
    return replace(price(model, "input", None, "1"), kind="new_model")


def test_one_sentence_says_what_it_does_to_costs() -> None:
    plan = Plan((*SOL, *map(new, "abc")))
    assert sentence(plan) == "`gpt-5.6-sol` −20% in, −33% out; 3 models new"
    assert title_of(plan) == "Prices: gpt-5.6-sol −20% in, −33% out; 3 models new"


SIX = tuple(price(f"m{n}", "input", "1", "2") for n in range(6))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((), "checked again, nothing moved"),
        ((price("m", "input", "0", "1"),), "`m` 0.0 → 1.0 in"),
        ((price("m", "input", "1", "2", "flex"),), "`m` 1 price moved"),
        (SIX, "`m0` +100% in; `m1` +100% in; `m2` +100% in; `m3` +100% in; 2 more models moved"),
        ((replace(price("m", "input", "1", "2"), kind="announced", start=date(2027, 1, 1)),), "1 model with an announced price"),
        ((Change("acme", "m", "missing", "missing_since", None, date(2026, 9, 9)),), "1 fact of models"),
        ((replace(SOL[0], verdict=Verdict("hold", (Reason("x", "y"),))),), "checked again, nothing moved"),
    ],
)  # fmt: skip
def test_the_sentence_in_every_case(changes: tuple[Change, ...], said: str) -> None:
    assert sentence(Plan(changes)) == said


def test_the_table_has_old_new_percent_evidence_and_a_link() -> None:
    assert f"| `acme/gpt-5.6-sol` | `standard input` | 5.0 | 4.0 | −20% | [`T1R2C3`]({PAGE}) `$4` |" in body(*SOL)


def test_beside_a_price_stands_who_has_it_and_who_has_another() -> None:
    """Each with its day; and that none was read is said, too."""
    day = date(2026, 9, 7)
    agreed = replace(
        SOL[0],
        vouches=(WitnessPrice("litellm", Decimal(4), day), WitnessPrice("openrouter", Decimal("4.00"), day)),
        contradicts=(WitnessPrice("models-dev", Decimal(5), day),),
        other_days=(WitnessPrice("llm-prices", Decimal("4.5"), date(2026, 8, 1)),),
    )
    row = (
        r"| agree: `litellm 4.00 (2026-09-07), openrouter 4.00 (2026-09-07)`; disagree: `models-dev 5.00 (2026-09-07)`; "
        "of another day: `llm-prices 4.50 (2026-08-01)` |"
    )
    assert row in body(agreed)
    assert row in body(replace(agreed, verdict=Verdict("hold", (Reason("witnesses", "they differ"),))))
    assert "No other registry was read." in body(agreed)
    reported = replace(update(*SOL), witnesses={"litellm": (), "openrouter": Failed(PAGE, "down")})
    assert "Other registries read: `litellm`." in body_of(reported, reported.plan, "octoregistry/update")


def test_held_changes_are_folded_with_their_reasons() -> None:
    held = replace(SOL[0], verdict=Verdict("hold", (Reason("moved", "moved ×9"), Reason("alone", "one witness"))))
    text = body(held, SOL[1])
    folded = text[text.index("<details>\n<summary>1 held") :]
    assert "`moved ×9`; `one witness`" in folded
    assert "No language model was asked: $0." in text


def test_a_model_is_one_row_and_what_moved_stands_first() -> None:
    """Old, new and percent side by side; a new model after them; of what else changes the count."""
    cached = price("gpt-5.6-sol", "cached_input", "0.5", "0.4")
    flex = price("gpt-5.6-sol", "input", "2.5", "2", "flex")
    rows = [line for line in body(new("fresh"), *SOL, cached, flex).splitlines() if line.startswith("| `acme/")][:2]
    assert rows == [
        f"| `acme/gpt-5.6-sol` | 5.00 → **4.00** (−20%) | 0.50 → **0.40** (−20%) | 30.00 → **20.00** (−33%) | 1 other price "
        f"| [`T1R2C3`]({PAGE}) `$4` |",
        f"| `acme/fresh` | **1.00** |  |  | new | [`T1R2C3`]({PAGE}) `$1` |",
    ]


def test_what_needs_an_eye_is_open_on_top() -> None:
    """Held models with their reasons, models without an id, tiers left out, modes no longer seen; a plain remark is not."""
    held = replace(SOL[0], verdict=Verdict("hold", (Reason("moved", "moved ×9"),)))
    notes = (
        Note("acme", "Road 9", "no id", "without an id"),
        Note("acme", "road", "a tier", "left out"),
        Note("acme", "*", "a plain remark"),
    )
    text = body(held, SOL[1], notes=notes)
    top = text[: text.index("<details>")]
    assert "- **held**: `acme/gpt-5.6-sol`, 1 value: `moved ×9`" in top
    assert "- **without an id**: `acme/Road 9`: `no id`" in top
    assert "- **left out**: `acme/road`: `a tier`" in top
    assert "a plain remark" not in top
    assert "a plain remark" in text
    assert "needs your eye" not in body(*SOL)


def test_money_comes_first() -> None:
    """Before the prices: what the named workload costs more or less; what is not known says why."""
    lines = (
        BillLine("chat", "a month", Decimal(8400), Decimal(6400)),
        BillLine("astra", "a month", None, Decimal(16000), "the model is not known"),
        BillLine("calls.csv", "in 12 days", Decimal("2.5"), Decimal("2.5")),
    )
    made = update(*SOL)
    text = body_of(made, made.plan, "octoregistry/update", lines, "https://reports.example/")
    assert text.splitlines()[:5] == [
        "| | before | after | difference |",
        "|---|---:|---:|---:|",
        "| `chat` a month | $8,400.00 | $6,400.00 | **−$2,000.00** (−24%) |",
        "| `astra` a month | – | $16,000.00 | not known: `the model is not known` |",
        "| `calls.csv` in 12 days | $2.50 | $2.50 | **$0.00** |",
    ]
    assert "2 prices moved. [`Report`](https://reports.example/)." in text


def test_what_the_run_cost_is_told() -> None:
    """The calls of a language model with their sum; without one, that none was asked."""
    assert "No language model was asked: $0." in body(*SOL)
    asked = replace(
        update(*SOL), runs=(replace(RUN, calls=(LanguageModelCall("acme", "small", 900, 90, Decimal("0.00021")),)),)
    )
    assert "1 call of `small`: $0.00021." in body_of(asked, asked.plan, "octoregistry/update")


def test_the_mark_is_hidden_and_knows_the_plan() -> None:
    made = update(*SOL)
    assert (
        body(*SOL)
        .rstrip()
        .endswith(
            f"<!-- octoregistry:pull-request branch=octoregistry/update plan={fingerprint_of(made, made.plan)} -->"
        )
    )
    assert fingerprint_of(made, made.plan) != fingerprint_of(made, Plan(SOL[:1]))


def test_the_same_changes_are_the_same_proposal_the_day_after() -> None:
    """Or what waits for a person would be pushed anew each day, with that day as its `from`, and what a person has closed
    would be opened again."""

    def found_on(day: date, address: str = "T1R2C3") -> Plan:
        prices = [replace(c, start=day, evidence=Evidence(PAGE, address, "$4")) for c in SOL]
        read = Change("acme", "gpt-5.6-sol", "source", "source.checked", date(2026, 8, 1), day)
        left = Change("acme", "road", "missing", "missing_since", None, day)
        return Plan((*prices, read, left))

    made, monday = update(), found_on(date(2026, 9, 7))
    mark = fingerprint_of(made, monday)
    assert fingerprint_of(made, found_on(date(2026, 9, 8), "T2R2C3")) == mark
    held = Plan(tuple(replace(c, verdict=Verdict("hold", (Reason("moved", "moved ×9"),))) for c in monday.changes))
    other_reason = tuple(replace(c, verdict=Verdict("hold", (Reason("share", "7 of 9"),))) for c in monday.changes)
    assert fingerprint_of(made, held) == fingerprint_of(made, Plan(other_reason)) != mark
    announced = [Plan((replace(SOL[0], kind="announced", start=date(2027, 1, day)),)) for day in (1, 2)]
    assert fingerprint_of(made, announced[0]) != fingerprint_of(made, announced[1])
    assert fingerprint_of(made, Plan((replace(SOL[0], new=Decimal("4.5")), *monday.changes[1:]))) != mark


def test_a_huge_plan_fits_what_a_forge_takes() -> None:
    many = [price(f"{'m' * 150}-{n}", "input", "1", "2") for n in range(5_000)]
    text = body(*many)
    assert len(text) <= 60_000
    assert "more, which the diff shows." in text
    assert "octoregistry:pull-request" in text


def rendered(text: str) -> str:
    return MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text)


@pytest.mark.parametrize("text", EVIL)
def test_nothing_gets_out_of_its_code_span(text: str) -> None:
    """In a table cell, in a list, as a model, an evidence, a reason, a note: the page keeps its shape."""
    held = Verdict("hold", (Reason("x", text),))
    evil = replace(price(text, "input", "1", "2"), evidence=Evidence(PAGE, text, text))
    tame = replace(price("tame", "input", "1", "2"), evidence=Evidence(PAGE, "tame", "tame"))
    shapes = []
    for change, word in ((evil, text), (tame, "tame")):
        reasons = Verdict("hold", (Reason("x", word),)) if word == "tame" else held
        html = rendered(body(change, replace(change, verdict=reasons), notes=(Note("acme", word, word),)))
        without_code = re.sub(r"<code>.*?</code>|–", "<code/>", html, flags=re.DOTALL)
        shapes.append(re.sub(r"plan=[0-9a-f]+", "", without_code))
    assert shapes[0] == shapes[1]
    assert shapes[0].count("octoregistry:pull-request") == 1


@pytest.mark.parametrize("text", EVIL)
def test_a_code_span_is_one_line_of_visible_letters(text: str) -> None:
    made = code(text)
    assert made.isprintable()
    assert "|" not in made
    assert len(made) < 300
    assert len(plain_line(text)) <= 200
    assert not set(plain_line(text)) & set("<>`@#*[]()!\\|{}$\n\r")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user:pw@evil.example/",
        "//x",
        "",
        None,
        "http://[",
        "https:///x",
    ],
)
def test_only_addresses_of_the_web_become_links(url: str | None) -> None:
    assert link("x", url) == "`x`"


def test_a_link_cannot_be_closed_from_inside() -> None:
    assert link("x", "https://a.example/)(<b> \n|`") == "[`x`](https://a.example/%29%28%3Cb%3E%20%0A%7C%60)"
