"""Signs and short words beside a figure are understood, doubted or told: none is passed over."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading.page import read_rates

TABLES = {
    "en": "# API pricing\n\n| Model | Input / 1M tokens | Output / 1M tokens |",
    "de": "# API-Preise\n\nDie Preise gelten pro 1 Mio. Token.\n\n| Modell | Eingabe | Ausgabe |",
}


def read(cell: str, language: str = "en") -> str:
    """The input price that a table with `cell` gives: "5.00", "doubted" or "told" as a problem; "silent" is none of these."""
    page = f"{TABLES[language]}\n|---|---|---|\n| gpt-9 | {cell} | $9 |\n| gpt-8 | $2 | $8 |\n"
    document = read_document(page, "https://x.example/p")
    assert isinstance(document, Document)
    rates = read_rates(document, "openai", date(2026, 11, 1))
    found = [rate.prices["input"] for rate in rates.rates if rate.name == "gpt-9" and "input" in rate.prices]
    if found:
        return "doubted" if found[0].doubts else str(found[0].amount)
    return "told" if any("R2C2" in str(problem) for problem in rates.problems) else "silent"


@pytest.mark.parametrize(
    "cell", ["est. $5.00", "$5.00 est", "von $5.00", "$5.00 da", "o $5.00", "no $5.00", "na $5.00"]
)
def test_a_word_that_changes_nothing_in_one_language_is_in_doubt_in_another(cell: str) -> None:
    """ "est." is "estimated", and no French verb."""
    assert read(cell) == "doubted"


@pytest.mark.parametrize("cell", ["von $5.00", "est. $5.00", "ab $5.00"])
def test_a_word_that_bounds_a_price_is_in_doubt_in_its_own_language_too(cell: str) -> None:
    assert read("$5.00", "de") == "5.00"
    assert read(cell, "de") == "doubted"


@pytest.mark.parametrize(
    "cell", ["$-5.00", "$−5.00", "$ -5.00", "08.1$", "$05.00", "$<sup>9</sup>5.00", "2<sup>50</sup> $"]
)
def test_a_figure_that_is_no_price_is_told(cell: str) -> None:
    assert read(cell) == "told"


@pytest.mark.parametrize(
    "cell",
    ["$2<sup>50</sup>", "$2<sub>50</sub>", "$25<sup>0</sup>", "<ruby>$2.50<rt>5</rt></ruby>", "−$2.50", "- $5.00"],
)
def test_small_digits_beside_a_price_are_in_doubt(cell: str) -> None:
    """$2 with a raised 50 was 2, with a lowered one 250, and a reading over $2.50 made it 2.505."""
    assert read(cell) == "doubted"


@pytest.mark.parametrize("cell", ["$5.00<sup>1</sup>", "$5.00 <sup>(2)</sup>", "$5.00<sup>*</sup>", "$<b>5.00</b>"])
def test_a_footnote_mark_is_none(cell: str) -> None:
    assert read(cell) == "5.00"


@pytest.mark.parametrize(
    "cell",
    [
        "$5.00 - free", "$5.00 (free)", "free $5.00", "free or $5.00", "$5.00 x", "$5.00 tbd", "$5.00 n/a", "$5.00 (n/a)",
        "$5.00 not available", "contact sales $5.00", "$5.00 –", "$5.00 —", "$5.00 ...", "... $5.00", "$5.00 ..",
        "$5.00 and", "and $5.00", "$5.00 for", "a $5.00", "à $5.00", "the $5.00", "($5.00)", "( $5.00 )", "[$5.00]",
        "$5.00→$8", "$5.00 => $8", "$5.00 →", "↓ $5.00", "$5.00¹",
    ],
)  # fmt: skip
def test_what_denies_a_price_or_joins_nothing_beside_it_is_in_doubt(cell: str) -> None:
    """A word for "no price" means so in a cell of its own alone, and "($5.00)" may be a sum below 0."""
    assert read(cell) == "doubted"


@pytest.mark.parametrize("cell", ["n/a", "free", "-", "TBD"])
def test_a_cell_that_states_no_price_is_none(cell: str) -> None:
    assert read(cell) == "silent"


@pytest.mark.parametrize(
    "cell", ["€$5.00", "£ $5.00", "$€5.00", "$5.00 €", "C$5.00 USD", "$$5.00", "$5.00 $", "$5 cents"]
)
def test_a_figure_of_two_currencies_or_of_one_twice_is_no_price(cell: str) -> None:
    assert read(cell) == "told"


def cents(head: str, cell: str, lead: str = "") -> str:
    """The input price under `head`: "0.25", "doubted" or "none"."""
    page = f"# API pricing\n\n{lead}\n\n| Model | {head} |\n|---|---|\n| gpt-9 | {cell} |\n"
    page += "\n\n## Tools\n\n| Tool | Price |\n|---|---|\n| Search | $9 |\n"
    document = read_document(page, "https://x.example/p")
    assert isinstance(document, Document)
    rates = read_rates(document, "openai", date(2026, 11, 1)).rates
    prices = [rate.prices["input"] for rate in rates if "input" in rate.prices]
    return "none" if not prices else "doubted" if prices[0].doubts else str(prices[0].amount)


@pytest.mark.parametrize(
    "head", ["Input in cents / 1M tokens", "Input (USD cents) per 1M tokens", "Input (¢) / 1M tokens"]
)
def test_a_bare_figure_under_cents_is_one_of_cents(head: str) -> None:
    """25 cents were 25 dollars."""
    assert cents(head, "25") == "0.25"
    assert cents(head, "25¢") == "0.25"
    assert cents(head, "$25") == "doubted"


@pytest.mark.parametrize(("head", "cell"), [("Input / 1M tokens", "$25"), ("Input (USD) / 1M tokens", "25")])
@pytest.mark.parametrize("lead", ["All prices in cents.", "Prices are in US cents per 1M tokens."])
def test_a_sentence_that_speaks_of_cents_leaves_dollars_in_doubt(lead: str, head: str, cell: str) -> None:
    assert cents(head, cell) == "25"
    assert cents(head, cell, lead) == "doubted"


def noted(cell: str, notes: str, row: str = "") -> str:
    """The input price of a page with `notes` below its table, and `row` in it; "doubted" where it holds for none or is none."""
    page = "<html><body><h1>API pricing</h1><table><tr><th>Model</th><th>Input / 1M tokens</th><th>Output / 1M tokens</th></tr>"
    page += f"<tr><td>gpt-9</td><td>{cell}</td><td>$9</td></tr>{row}</table>{notes}</body></html>"
    document = read_document(page, "https://x.example/p")
    assert isinstance(document, Document)
    rates = read_rates(document, "openai", date(2026, 11, 1)).rates
    prices = [rate.prices["input"] for rate in rates if "input" in rate.prices]
    return "doubted" if not prices or prices[0].doubts else str(prices[0].amount)


@pytest.mark.parametrize(
    ("mark", "notes"),
    [
        ("1", "<p><sup>1</sup> Starting price.</p>"), ("†", "<p><sup>†</sup> Starting price.</p>"),
        ("*", "<p>*Minimum; up to $9 at peak hours</p>"), ("**", "<p>* Excludes taxes.<br>** Starting price.</p>"),
        ("1", "<ol><li>Starting price.</ol>"), ("2", "<ol><li>Excludes taxes.<li>Starting price.</ol>"),
        ("(1)", "<p>(1) Starting price.</p>"), ("[1]", "<p>[1] Starting price.</p>"), ("1", "<p>1. Starting price.</p>"),
        ("6", "<p>⁶ Starting price.</p>"), ("1,2", "<p><sup>2</sup> Starting price.</p>"), ("§", "<p>§ Starting price.</p>"),
    ],
)  # fmt: skip
def test_the_note_of_a_raised_mark_is_heard(mark: str, notes: str) -> None:
    """A raised mark was thrown away, and with it that the price is the lowest of several."""
    assert noted(f"$5.00<sup>{mark}</sup>", notes) == "doubted"
    assert noted(f"$5.00<sup>{mark}</sup>", "<p>What it costs.</p>") == "5.00"


@pytest.mark.parametrize(
    "note", [*(f"per {one}" for one in ("image", "request", "second", "month", "page", "character")),
             "Price per minute of audio.", "Billed per image."],
)  # fmt: skip
def test_a_note_of_another_unit_is_a_doubt(note: str) -> None:
    """The head says tokens and the note images: one of them is wrong."""
    assert noted("$5.00*", f"<p>* {note}</p>") == "doubted"
    assert noted("$5.00*", "<p>* Per 1M tokens.</p>") == "5.00"
    assert noted("$5.00*", "<p>* Equivalent to $0.04 per image.</p>") == "5.00"


@pytest.mark.parametrize(("mark", "sign"), [("*", "*"), ("<sup>1</sup>", "<sup>1</sup>"), ("†", "†")])
def test_a_note_in_the_last_row_or_a_list_of_terms_is_heard(mark: str, sign: str) -> None:
    for place in (
        "<tfoot><tr><td colspan=3>{}</td></tr></tfoot>",
        "<tr><td colspan=3>{}</td></tr>",
        "<tr><td>{}<td><td></tr>",
    ):
        for said, read in (("Starting price.", "doubted"), ("Per 1M tokens.", "5.00")):
            row = place.format(f"{sign} {said}")
            assert noted(f"$5.00{mark}", "", row) == read
    assert noted(f"$5.00{mark}", f"<dl><dt>{sign}</dt><dd>Starting price.</dd></dl>") == "doubted"


@pytest.mark.parametrize("cell", ["$2^50^", "$1.8^0^", "$2 ^50^", "$2^5^0", "$2 <sup>50</sup>"])
def test_digits_that_markdown_raises_are_in_doubt(cell: str) -> None:
    assert read(cell) in ("doubted", "told")


def several(cell: str) -> dict[tuple[str, str, int | str | None, str], str]:
    """{(mode, place, above, dimension): price} that a cell gives without a doubt; the output stands apart."""
    page = f"{TABLES['en']}\n|---|---|---|\n| gpt-9 | {cell} | $9 |\n| gpt-8 | $2 | $8 |\n"
    document = read_document(page, "https://x.example/p")
    assert isinstance(document, Document)
    return {
        (rate.mode, rate.place, rate.above_input_tokens, name): str(price.amount)
        for rate in read_rates(document, "openai", date(2026, 11, 1)).every
        if rate.name == "gpt-9"
        for name, price in rate.prices.items()
        if name != "output" and not price.doubts
    }


PLAIN = ("standard", "global", None, "input")
OTHERS = {
    "batch": ("batch", "global", None, "input"),
    "priority": ("priority", "global", None, "input"),
    ">200K": ("standard", "global", 200_000, "input"),
    "audio": ("standard", "global", None, "input_audio"),
    "EU": ("standard", "eu", None, "input"),
    "cached": ("standard", "global", None, "cached_input"),
}


@pytest.mark.parametrize("word", OTHERS)
@pytest.mark.parametrize(
    "cell",
    [
        "$1.00 ({w}: $0.50)",
        "$1.00 [{w} $0.50]",
        "$1.00 ($0.50 {w})",
        "$1.00 / 1M tokens ({w}: $0.50 / 1M tokens)",
        "$1.00, {w}: $0.50",
        "$1.00, {w} $0.50",
        "$1.00; {w} $0.50",
        "$1.00 and {w} $0.50",
        "$1.00 · {w} $0.50",
    ],
)
def test_what_stands_before_a_second_price_is_said_of_that_one(cell: str, word: str) -> None:
    """In a bracket that is open there, or behind a sign that begins anew."""
    assert several(cell.format(w=word)) == {PLAIN: "1.00", OTHERS[word]: "0.50"}


@pytest.mark.parametrize("word", OTHERS)
def test_a_word_between_two_prices_that_may_be_said_of_either_gives_none(word: str) -> None:
    assert several(f"$1.00 {word} $0.50") == {}
