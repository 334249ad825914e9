"""What stands over prices, or beside them, and makes them others than those of a plain call today: read, or not read."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading import read_rates
from tests.reading.plain import plain, told

DAY = date(2026, 9, 10)
TOP = "<html><body><h1>API pricing</h1><p>What a call of each model costs over the API, and how caching changes it.</p>"
TABLE = (
    "<table><tr><th>Model</th><th>Input</th><th>Output</th></tr><tr><td>gpt-9</td><td>$2</td><td>$15</td></tr></table>"
)
Found = set[tuple[str, int | str | None, str | None, str, str]]
PLAIN: Found = {("standard", None, None, "input", "2"), ("standard", None, None, "output", "15")}


def read(body: str) -> tuple[Found, str]:
    """({(mode, above, from, dimension, price)} of gpt-9, problems)."""
    document = read_document(f"{TOP}{body}</body></html>", "https://example.org/pricing")
    assert isinstance(document, Document)
    page = read_rates(document, "openai", DAY)
    found = {
        (r.mode, r.above_input_tokens, str(r.start) if r.start else None, d, f"{p.amount.normalize():f}")
        for r, d, p in plain(page)
        if r.name == "gpt-9"
    }
    return found, told(page)


def over(*, start: str | None = None, above: int | str | None = None) -> Found:
    return {(mode, above, start, name, usd) for mode, _, _, name, usd in PLAIN}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<h2>Text</h2><p>Valid until August 31, 2026:</p>{TABLE}", set()),
        (f"<h2>Text</h2><p>Until August 31, 2026</p>{TABLE}", set()),
        (TABLE.replace("<tr>", "<caption>Valid through August 31, 2026</caption><tr>", 1), set()),
        (f"<h2>Text</h2><p>These prices take effect on January 1, 2027.</p>{TABLE}", over(start="2027-01-01")),
        (f"<h2>Prompts longer than 272K tokens</h2>{TABLE}", over(above=272_000)),
        (f"<h2>Long context</h2>{TABLE}", over(above="unknown")),
        (f"<p>The table below lists prices for prompts longer than 272K tokens.</p>{TABLE}", set()),
        (f"<h2>Short context</h2>{TABLE}", PLAIN),
        (f"<h2>GPT models with more than 1M tokens of context</h2>{TABLE}", set()),
        (f"<p>Last updated on January 1, 2027.</p>{TABLE}", PLAIN),
    ],
)
def test_days_and_prompt_sizes_over_a_table_hold_for_all_its_prices(body: str, expected: Found) -> None:
    """In a heading, a caption, a label, or a sentence that speaks of the prices: never taken for nothing."""
    assert read(body)[0] == expected


@pytest.mark.parametrize(
    "label",
    [
        "Old prices",
        "Previous API pricing",
        "Enterprise",
        "Prices with volume discount",
        "Committed use",
        "Monthly cost for 10M tokens",
        "What you save: savings",
        "Cost calculator",
        "Estimated costs",
    ],
)
def test_prices_under_the_label_of_another_offer_are_not_read(label: str) -> None:
    """In a table and in the lines of a card."""
    assert read(f"<h2>{label}</h2>{TABLE}")[0] == set()
    card = f"<h2>gpt-9</h2><p>{label}</p><ul><li>Input: $9 per 1M tokens</li></ul>"
    found, problems = read(card)
    assert found == set()
    assert label in problems
    again = f"{card}<p>Current prices</p><ul><li>Input: $2 per 1M tokens</li></ul>"
    assert read(again)[0] == {("standard", None, None, "input", "2")}


def test_a_discount_that_a_mode_has_is_no_other_offer() -> None:
    """The label says which discount it is."""
    assert read(f"<h2>Batch API (50% discount)</h2>{TABLE}")[0]


@pytest.mark.parametrize(
    "label",
    ["Cached input (90% discount)", "Discounted cached input", "Batch cached input", "Cached input of long prompts"],
)
def test_over_prices_of_all_input_a_cached_kind_is_a_doubt_whatever_else_it_says(label: str) -> None:
    found, problems = read(f"<h2>{label}</h2>{TABLE}")
    assert found == set()
    assert "are these prices of cached tokens?" in problems


def test_a_line_that_says_of_the_table_another_number_of_tokens_than_what_stands_over_it_is_a_doubt() -> None:
    found, problems = read(f"<p>Per 1M tokens</p>{TABLE}<p>Prices are per 1K tokens.</p>")
    assert found == set()
    assert "a note by another unit" in problems
    assert read(f"<p>Per 1M tokens</p>{TABLE}<p>Prices are per 1,000,000 tokens.</p>")[0] == PLAIN


@pytest.mark.parametrize(
    "sentence",
    [
        "The following prices are only available to enterprise customers.",
        "The table below shows prices for the EU region.",
        "Prices in the table include the 50% Batch discount.",
    ],
)
def test_a_sentence_that_makes_a_table_another_offer_leaves_it_unread_with_the_reason(sentence: str) -> None:
    """Nothing is guessed, and the sentence is told."""
    found, problems = read(f"<p>{sentence}</p>{TABLE}")
    assert found == set()
    assert sentence in problems


def test_euros_named_below_a_table_are_no_dollars() -> None:
    """A currency may stand behind the prices, as a unit may."""
    assert read(f"<h2>Text</h2>{TABLE}<p>All prices are in euros.</p>")[0] == set()


def test_a_switch_between_units_leaves_the_unit_open() -> None:
    """Which side of the switch is on cannot be seen; a header that names the unit says it."""
    switch = "<div><p>Per 1K tokens</p><p>Per 1M tokens</p></div>"
    found, problems = read(switch + TABLE)
    assert found == set()
    assert "two units are stated" in problems
    named = TABLE.replace("Input", "Input (per 1M tokens)").replace("Output", "Output (per 1M tokens)")
    assert "two units are stated" not in read(switch + named)[1]


@pytest.mark.parametrize(
    "header",
    ["Old input", "Previous input price", "Input price increase", "Input (committed use)", "Enterprise input"],
)
def test_a_column_of_another_price_is_not_the_price(header: str) -> None:
    """The plain column beside it is."""
    table = TABLE.replace("<th>Input", f"<th>{header}</th><th>Input").replace("<td>$2", "<td>$1</td><td>$2")
    assert read(table)[0] == PLAIN


@pytest.mark.parametrize(("column", "cell"), [("Plan", "Enterprise"), ("Platform", "Bedrock")])
def test_a_row_offered_to_others_is_not_read(column: str, cell: str) -> None:
    """A column of offers qualifies its rows."""
    other = f"<tr><td>{cell}</td><td>gpt-9</td><td>$1</td><td>$9</td></tr>"
    table = TABLE.replace("<th>Model", f"<th>{column}</th><th>Model").replace("<td>gpt-9", "<td>Public</td><td>gpt-9")
    found, problems = read(table.replace("</table>", f"{other}</table>"))
    assert found == PLAIN
    assert f"{cell!r} is another offer than the plain call" in problems


@pytest.mark.parametrize("name", ["gpt-9 on Azure", "gpt-9 via Amazon Bedrock"])
def test_a_name_that_says_where_it_runs_is_another_offer(name: str) -> None:
    """Without parentheses as with them."""
    assert "is another offer than the plain call" in read(TABLE.replace("gpt-9", name))[1]


def test_costs_of_so_many_requests_are_a_worked_example() -> None:
    """Input and output costs beside a number of requests are sums, not prices."""
    table = TABLE.replace("<th>Input", "<th>Requests</th><th>Input").replace("<td>$2", "<td>1,000</td><td>$2")
    assert read(table)[0] == set()


def test_a_mode_at_the_beginning_of_a_line_holds_for_all_of_it() -> None:
    """ "Batch: input $1, output $7": neither is a standard price."""
    line = "<h2>gpt-9</h2><ul><li>Batch: input $1 per 1M tokens, output $7 per 1M tokens</li></ul>"
    assert read(line)[0] == {("batch", None, None, "input", "1"), ("batch", None, None, "output", "7")}


def test_two_prices_in_a_line_each_have_their_own_label() -> None:
    """A unit that ends where the next label begins is no part of it."""
    line = "<h2>gpt-9</h2><div>Input $2 / MTok Output $15 / MTok</div>"
    assert read(line)[0] == PLAIN


UNITS = TABLE.replace("<th>Input", "<th>Input, per 1M tokens").replace("<th>Output", "<th>Output, per 1M tokens")


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        ("These prices come to about $0.009 per minute of a call.", "its unit is not that of"),
        ("These prices are for 25 audio tokens and 175 text tokens a second.", "are these prices of audio?"),
    ],
)
def test_what_a_note_says_of_an_amount_or_kind_of_its_own_is_no_other_unit_or_kind(note: str, reason: str) -> None:
    """Gemini's page of 2026-09: "an effective blended rate of ~$0.009 per min" below prices by the million tokens."""
    said = read(f"{UNITS}<p>{note}</p>")[1]
    assert "not understood" in said, said
    assert reason not in said


@pytest.mark.parametrize("note", ["These prices are per minute of a call.", "These prices are for audio."])
def test_what_a_note_says_of_the_prices_themselves_is_a_doubt(note: str) -> None:
    """Whatever the heads say."""
    assert read(f"{UNITS}<p>{note}</p>")[0] == set()
