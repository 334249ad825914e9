"""What stands below a table, or over it in a sentence, says what its prices are, whatever words it opens with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain

Read = Callable[..., PageRates]
TABLE = "| Model | Input | Output |\n| --- | --- | --- |\n| GPT-9 | $5.50 | $27.50 |\n"


def read_with(page_rates: Read, below: str, over: str = "", then: str = "") -> PageRates:
    return page_rates(f"# Pricing\n\n{over}\n\n{TABLE}\n{below}\n\n{then}")


def is_plain(page: PageRates) -> bool:
    """True where a call costs just what the table says, now, without a doubt."""
    found = {dimension: price.amount for rate, dimension, price in plain(page) if rate.start is None}
    return bool(found)


@pytest.mark.parametrize(
    "below",
    [
        "EUR", "Currency: EUR", "Amounts in EUR.", "Euro prices", "Charges are in EUR and exclude VAT.",
        "Billed in pounds sterling",
        "Batch prices", "*Batch only*", "These are enterprise prices.", "Audio only", "Flex",
        "Effective January 1, 2027", "Valid from January 1, 2027.", "Prices effective January 1, 2027.",
    ],
)  # fmt: skip
@pytest.mark.parametrize("then", ["", "## Elsewhere\n\nNothing of prices stands here."])
def test_a_line_below_a_table_counts_by_what_it_says(page_rates: Read, below: str, then: str) -> None:
    assert not is_plain(read_with(page_rates, below, then=then))


@pytest.mark.parametrize(
    "said", ["Per 1K tokens", "Figures are per 1K tokens.", "We bill per 1,000 tokens.", "Unit: 1K tokens."]
)
def test_a_unit_below_a_table_is_the_unit_of_its_prices(page_rates: Read, said: str) -> None:
    page = read_with(page_rates, said)
    assert [str(price.amount) for _, _, price in plain(page)] == ["5500.00", "27500.00"]


NOTES = [
    "All prices in CAD.",
    "All prices are for the Batch API.",
    "Prices valid from January 1, 2027.",
    "These are priority prices.",
]
HTML = "<h1>Pricing</h1><table><thead><tr><th>Model<th>Input<th>Output</thead><tbody><tr><td>GPT-9<td>$5.50<td>$27.50{}</table>{}"


@pytest.mark.parametrize("note", [*NOTES, "Batch"])
def test_the_last_row_of_a_table_may_be_a_note_to_it(page_rates: Read, note: str) -> None:
    """A row that groups none, a foot, a line that stands right below the last row."""
    row = f"<tr><td colspan=3>{note}"
    for page in (
        f"# Pricing\n\n{TABLE}| {note} | | |\n", f"# Pricing\n\n{TABLE}{note}\n",
        HTML.format(row, ""), HTML.format(f"</tbody><tfoot>{row}</tfoot>", ""),
    ):  # fmt: skip
        assert not is_plain(page_rates(page)), page


@pytest.mark.parametrize("note", NOTES)
def test_a_sentence_in_the_last_row_is_a_note_beside_dashes_or_behind_a_word(page_rates: Read, note: str) -> None:
    foot = f"</tbody><tfoot><tr><td>Note<td colspan=2>{note}</tfoot>"
    for row in (f"| {note} | - | - |", f"| Note | {note} | |", f"| * | {note} | |"):
        assert not is_plain(page_rates(f"# Pricing\n\n{TABLE}{row}\n")), row
    assert not is_plain(page_rates(HTML.format(foot, "")))
    assert is_plain(page_rates(f"# Pricing\n\n{TABLE}| GPT-8 | Coming soon | |\n"))


@pytest.mark.parametrize("note", NOTES)
def test_the_footer_of_a_part_of_a_page_is_a_note_to_it(page_rates: Read, note: str) -> None:
    """That of the site is none."""
    footer = f"<footer>{note}</footer>"
    for part in ("section", "article", "figure"):
        assert not is_plain(page_rates(f"<main><{part}>{HTML.format('', footer)}</{part}></main>")), part
    assert is_plain(page_rates(f"<main>{HTML.format('', '')}</main><footer>About us. Our prices. Imprint.</footer>"))


def test_a_month_is_no_unit(page_rates: Read) -> None:
    """ "11/2026" is not by the 2,026 tokens."""
    assert is_plain(read_with(page_rates, "Updated 11/2026"))
    (rate,) = read_with(page_rates, "", over="11/2026").rates
    assert str(rate.prices["input"].amount) == "5.50"


def test_a_row_of_dashes_is_no_note(page_rates: Read) -> None:
    """Nor is a model without a price."""
    rows = (
        "| Model | Mode | Input |\n|---|---|---|\n| GPT-9 | Standard | $5.50 |\n| Priority | - | - |\n| GPT-8 | | |\n"
    )
    assert is_plain(page_rates(f"# Pricing\n\n{rows}"))


@pytest.mark.parametrize("note", NOTES)
def test_what_opens_a_page_holds_for_all_its_prices(page_rates: Read, note: str) -> None:
    """Under whatever heading, in tables and in cards."""
    card = "Input $5.50 / 1M tokens\n\nOutput $27.50 / 1M tokens"
    for rest in (f"## Chat models\n\n{TABLE}", f"## Chat models\n\n### GPT-9\n\n{card}", f"### GPT-9\n\n{card}"):
        assert not is_plain(page_rates(f"# Pricing\n\n{note}\n\n{rest}\n")), rest


@pytest.mark.parametrize("note", NOTES)
def test_notes_under_their_own_heading_are_those_of_the_prices_before(page_rates: Read, note: str) -> None:
    """A section without prices, a part of that of the prices, what folds out behind them."""
    for page in (
        f"# Pricing\n\n{TABLE}\n## Notes\n\n{note}\n",
        f"# Pricing\n\n## Models\n\n{TABLE}\n### Notes\n\n- {note}\n- Ask us.\n",
        HTML.format("", f"<details><summary>Notes</summary><p>{note}</p></details>"),
        f"# Pricing\n\n### GPT-9\n\nInput $5.50 / 1M tokens\n\n### Notes\n\n{note}\n",
    ):
        assert not is_plain(page_rates(page)), page


def test_all_prices_at_the_end_are_those_of_every_table(page_rates: Read) -> None:
    """One that speaks of less than all is said of the table above it."""
    more = f"# Pricing\n\n{TABLE}\n## Other models\n\n{TABLE.replace('GPT-9', 'GPT-8')}\n"
    assert not is_plain(page_rates(f"{more}All prices are for the Batch API.\n"))
    assert {rate.name for rate, _, _ in plain(page_rates(f"{more}These are batch prices.\n"))} == {"GPT-9"}


@pytest.mark.parametrize(
    "answer", ["Batch prices are 50% lower than standard prices.", "See the Batch API.", "Prices are shown in USD."]
)
def test_an_answer_below_that_speaks_of_other_prices_is_none_of_them(page_rates: Read, answer: str) -> None:
    assert is_plain(page_rates(f"# Pricing\n\n{TABLE}\n## Questions\n\n### Is there a discount?\n\n{answer}\n"))


@pytest.mark.parametrize(
    "said",
    ["These are batch prices.", "The following are our priority rates.", "Promotional prices.", "All figures are for fast mode.",
     "The table lists batch rates.", "Prices with annual commitment.", "A surcharge of 10% applies.",
     "A 5.5% platform fee is added.",
     "Prices as of March 2025.", "New rates effective January 1, 2027."],
)  # fmt: skip
def test_a_sentence_over_a_table_counts_by_what_it_says(page_rates: Read, said: str) -> None:
    """And below it."""
    assert not is_plain(read_with(page_rates, "", over=said))
    assert not is_plain(read_with(page_rates, said))


def test_a_caption_below_its_table_is_one(page_rates: Read) -> None:
    table = "<table><tr><th>Model<th>Input<th>Output<tr><td>GPT-9<td>$5.50<td>$27.50</table>"
    page = page_rates(f"<h1>Pricing</h1><figure>{table}<figcaption>Batch prices</figcaption></figure>")
    assert not is_plain(page)


@pytest.mark.parametrize("below", ["See the Batch API.", "USD", "Prices in USD", "Cached input is billed at 10%."])
def test_what_changes_no_price_leaves_no_doubt(page_rates: Read, below: str) -> None:
    assert is_plain(read_with(page_rates, below))


def test_the_label_of_the_next_table_is_none_of_the_one_before(page_rates: Read) -> None:
    """A line between two tables leads the second."""
    page = page_rates(f"# Pricing\n\n{TABLE}\nBatch\n\n{TABLE.replace('5.50', '2.75').replace('27.50', '13.75')}")
    assert {(rate.mode, str(price.amount)) for rate, dimension, price in plain(page) if dimension == "input"} == {
        ("standard", "5.50"),
        ("batch", "2.75"),
    }


@pytest.mark.parametrize("over", ["GPT-9 is billed in EUR.", "All models are billed in euros."])
def test_another_currency_in_a_sentence_over_a_table_is_no_dollar(page_rates: Read, over: str) -> None:
    assert not is_plain(read_with(page_rates, "", over))


@pytest.mark.parametrize(
    "over",
    ["Our rates, low latency:", "High-speed:", "Performance optimized", "*latency-optimized*", "Premium quality"],
)
def test_a_word_for_how_fast_a_model_is_may_be_a_way_to_be_served(page_rates: Read, over: str) -> None:
    assert not is_plain(read_with(page_rates, "", over))


@pytest.mark.parametrize("over", ["Speed", "Speed: Fast"])
def test_a_rating_of_a_model_is_none(page_rates: Read, over: str) -> None:
    assert is_plain(read_with(page_rates, "", over))


def test_of_two_prices_for_output_neither_is_the_plain_one(page_rates: Read) -> None:
    """With thinking and without: nobody is asked which of them a call is."""
    rows = "| Input | $0.15 / MTok |\n| Output (non-thinking) | $0.60 / MTok |\n| Output (thinking) | $3.50 / MTok |\n"
    page = page_rates(f"## Gemini 2.5 Flash\n\n| | Price |\n| --- | --- |\n{rows}", date(2026, 9, 1), "gemini")
    assert {dimension for _, dimension, _ in plain(page)} == {"input"}


def test_what_a_model_takes_and_gives_is_no_kind_of_its_prices(page_rates: Read) -> None:
    table = "| Model | Modalities | Input | Output |\n| --- | --- | --- | --- |\n| grok-9 | text, image | $3.00 | $15.00 |\n"
    page = page_rates(f"# Pricing\n\nPrices per 1M tokens.\n\n{table}", date(2026, 9, 1), "xai")
    assert {dimension for rate in page.rates for dimension in rate.prices} == {"input", "output"}


@pytest.mark.parametrize(
    "said",
    [
        "These are US-only prices.", "EU only", "us-east-1", "All prices are EU only.", "Note: these are batch prices.",
        "Important: Batch prices.", "Batch only.", "Legacy prices", "The table shows cached prices.", "These are Premium prices.",
    ],
)  # fmt: skip
@pytest.mark.parametrize("page", [f"{TABLE}\n{{}}\n", f"{TABLE}| {{}} | | |\n"], ids=["below", "last row"])
def test_a_place_a_mode_behind_a_word_or_a_name_of_the_prices_counts(page_rates: Read, page: str, said: str) -> None:
    assert not is_plain(page_rates("# Pricing\n\n" + page.format(said)))


@pytest.mark.parametrize("word", ["Premium", "Turbo", "Cached", "Launch offer"])
def test_a_word_alone_in_the_last_row_counts(page_rates: Read, word: str) -> None:
    assert not is_plain(page_rates(f"# Pricing\n\n{TABLE}| {word} | | |\n"))


@pytest.mark.parametrize(
    "said",
    [
        "Available in the US and EU.", "Our servers are in Europe.", "Models run in us-east-1 and eu-west-1.",
        "Prompt caching is available for all models.", "Note: prices are in USD.", "Data residency is available in the EU.",
        "Fast mode is not available with the Batch API.", "Prices are subject to change without notice.",
        "All prices exclude sales tax and VAT.", "すべての価格は米ドルで表示されています。",
    ],
)  # fmt: skip
def test_a_sentence_below_that_says_where_models_run_or_what_is_offered_leaves_no_doubt(
    page_rates: Read, said: str
) -> None:
    assert is_plain(read_with(page_rates, said))
