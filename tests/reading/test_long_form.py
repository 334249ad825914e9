"""A row for each price: what is counted, its unit, the currency and the price of before stand beside or over the figures."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading import read_rates
from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain, told

TOP = "# Pricing\n\nPrices per 1M tokens.\n\n"


def read(text: str) -> PageRates:
    page = read_document(text, "https://vendor.invalid/pricing")
    assert isinstance(page, Document)
    return read_rates(page, "openai", date(2026, 9, 10))


def facts(page: PageRates) -> dict[tuple[str, str, str], str]:
    return {(r.name, r.mode, d): f"{p.amount.normalize():f}" for r, d, p in plain(page)}


def table(header: str, *rows: str) -> str:
    return f"| {header} |\n{'|---' * (header.count('|') + 1)}|\n" + "".join(f"| {row} |\n" for row in rows) + "\n"


def test_a_row_says_what_it_counts() -> None:
    """ "Type" names the dimension and its modality, and a model's name holds for the rows below it."""
    rows = (
        "gpt-9 | Input | $2",
        " | Cached input | $0.20",
        " | Output | $9",
        "gpt-9-voice | Audio input | $30",
        "gpt-9-voice | Training | $4",
    )
    assert facts(read(TOP + table("Model | Type | Cost", *rows))) == {
        ("gpt-9", "standard", "input"): "2",
        ("gpt-9", "standard", "cached_input"): "0.2",
        ("gpt-9", "standard", "output"): "9",
        ("gpt-9-voice", "standard", "input_audio"): "30",
    }


def test_modes_stand_in_the_columns_or_in_the_words_of_a_row() -> None:
    """ "Batch price" beside "Price", or "Batch input" below "Input"."""
    columns = table("Model | Metric | Price | Batch price", "gpt-9 | Input | $2 | $1", "gpt-9 | Output | $9 | -")
    rows = table("Model | Item | Price", "gpt-9 | Input | $2", "gpt-9 | Batch input | $1", "gpt-9 | Output | $9")
    for text in (columns, rows):
        assert facts(read(TOP + text)) == {
            ("gpt-9", "standard", "input"): "2",
            ("gpt-9", "batch", "input"): "1",
            ("gpt-9", "standard", "output"): "9",
        }


def test_a_column_of_units_holds_for_its_row() -> None:
    """A thousand tokens, a million, a minute: what is no token is no token price."""
    rows = ("gpt-9 | $2 | $9 | 1M tokens", "gpt-8 | $0.003 | $0.01 | 1K tokens", "voice-1 | $0.006 | - | minute")
    assert facts(read(TOP + table("Model | Input | Output | Unit", *rows))) == {
        ("gpt-9", "standard", "input"): "2",
        ("gpt-9", "standard", "output"): "9",
        ("gpt-8", "standard", "input"): "3",
        ("gpt-8", "standard", "output"): "10",
    }


@pytest.mark.parametrize(
    "over", ["All prices in USD per 1M tokens.", "## Prices in US dollars per million tokens", "**USD per 1M tokens**"]
)
def test_figures_need_no_sign_where_the_currency_stands_over_them(over: str) -> None:
    """The page names dollars and tokens once, and holds no sign of a currency anywhere else."""
    page = read(f"# Pricing\n\n{over}\n\n" + table("Model | Context | Input | Output", "gpt-9 | 400,000 | 2.00 | 9"))
    assert facts(page) == {("gpt-9", "standard", "input"): "2", ("gpt-9", "standard", "output"): "9"}


def test_figures_without_a_currency_anywhere_are_no_prices() -> None:
    """ "Input 2.00" alone may be anything."""
    page = read_document(
        "# Pricing\n\nPer 1M tokens.\n\n" + table("Model | Input", "gpt-9 | 2.00"), "https://v.invalid"
    )
    assert not isinstance(page, Document)


@pytest.mark.parametrize(
    "cell",
    [
        "was $6, now $4.50",
        "$4.50 (was $6)",
        "$4.50 (down from $6.00)",
        "~~$6~~ $4.50",
        "<del>$6</del> $4.50",
    ],
)
def test_the_price_that_another_replaced_is_not_read(cell: str) -> None:
    """The old price stands beside the new one, before or behind it, struck or in words."""
    assert facts(read(TOP + table("Model | Input", f"gpt-9 | {cell}"))) == {("gpt-9", "standard", "input"): "4.5"}


@pytest.mark.parametrize("cell", ["was $6", "$6 $4.50", "previously: $6", "$6 → $4.50", "$6 -> $4.50"])
def test_an_old_price_alone_or_beside_one_that_may_be_old_is_told(cell: str) -> None:
    """Nothing says which price is today's; an arrow may stand for a range."""
    page = read(TOP + table("Model | Input", f"gpt-9 | {cell}"))
    assert not facts(page)
    assert told(page)


BOUGHT = "{} / 1M input tokens{}{} / 1M cached** input tokens{}{} / 1M output tokens"


@pytest.mark.parametrize("between", ["<br>", " ", ", "])
def test_a_cell_says_what_each_of_its_prices_buys(between: str) -> None:
    """ "Pricing" and "Pricing with Batch API" are the only columns; dimensions stand behind the figures."""
    plain = BOUGHT.format("$2", between, "$1", between, "$9")
    batch = "$1 / 1M input tokens" + between + "$4.50 / 1M output tokens"
    page = read("# Pricing\n\n" + table("Model | Pricing | Pricing with Batch API*", f"gpt-9 | {plain} | {batch}"))
    assert facts(page) == {
        ("gpt-9", "standard", "input"): "2",
        ("gpt-9", "standard", "cached_input"): "1",
        ("gpt-9", "standard", "output"): "9",
        ("gpt-9", "batch", "input"): "1",
        ("gpt-9", "batch", "output"): "4.5",
    }


@pytest.mark.parametrize("between", ["<br>", " "])
def test_headlines_within_a_cell_tell_the_modality_of_the_prices_below(between: str) -> None:
    """ "Text" and two prices, "Audio" and two prices, all in one cell."""
    prices = ("**Text**", "$2 / 1M input tokens", "$9 / 1M output tokens", "**Audio**", "$30 / 1M input tokens")
    page = read("# Pricing\n\n" + table("Model | Pricing", f"gpt-9 | {between.join(prices)}"))
    assert facts(page) == {
        ("gpt-9", "standard", "input"): "2",
        ("gpt-9", "standard", "output"): "9",
        ("gpt-9", "standard", "input_audio"): "30",
    }


def test_a_line_may_name_its_model_itself() -> None:
    """ "gpt-9 mini input: $1" under the heading of gpt-9 is no price of gpt-9, and a name nobody knows is none of it either."""
    lines = ("GPT-9 mini input: $1 / 1M tokens", "GPT-9 mini cached input: $0.10 / 1M tokens", "Input: $2 / 1M tokens")
    page = read(
        "# Pricing\n\n## GPT-9\n\n"
        + "".join(f"- {line}\n" for line in (*lines, "GPT-9 for teams output: $8 / 1M tokens"))
    )
    assert facts(page) == {
        ("GPT-9 mini", "standard", "input"): "1",
        ("GPT-9 mini", "standard", "cached_input"): "0.1",
        ("GPT-9", "standard", "input"): "2",
    }
    assert told(page)
