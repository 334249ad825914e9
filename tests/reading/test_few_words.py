"""One or two words that nobody knows, wherever they stand around a price, are a doubt that stays with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading import read_rates
from octoregistry.reading.labels import Place
from octoregistry.reading.rates import PageRates
from octoregistry.reading.vocabulary import Row, shipped
from tests.reading.plain import plain

Read = Callable[..., PageRates]
TABLE = "| Model | Input | Output |\n| --- | --- | --- |\n| GPT-9 | $5.50 | $27.50 |\n"
TOP = "# Pricing\n\nPrices per 1M tokens.\n\n"
CARD = "## GPT-9\n\n- Input: $5.50 / MTok\n- Output: $27.50 / MTok\n"
HTML = "<table><tr><th>Model<th>Input<th>Output<tr><td>GPT-9<td>$5<td>$25</table>"
PLACES = {
    "below": TOP + TABLE + "\n{}\n",
    "a note": TOP + TABLE + "\nNote: {} prices.\n",
    "of all": TOP + TABLE + "\n### Later\n\nAll prices are {}.\n",
    "the last row": TOP + TABLE + "| {} | | |\n",
    "the last item of a card": "# Pricing\n\n" + CARD + "- {}\n",
    "below a card": "# Pricing\n\n" + CARD + "\n{}\n",
    "over a name": "# Pricing\n\n{}\n\n" + CARD,
    "between the cards": "# Pricing\n\n" + CARD + "\n{}\n\n" + CARD.replace("GPT-9", "GPT-9 mini"),
    "between the prices": TOP + "## GPT-9\n\nInput\n\n$5.50 / MTok\n\n{}\n\nOutput\n\n$27.50 / MTok\n",
}


def usual(page: PageRates) -> bool:
    """True where a call of any size costs now what the page says, without a doubt, of input and output."""
    return {"input", "output"} <= {dimension for rate, dimension, _ in plain(page) if rate.start is None}


@pytest.mark.parametrize(
    "words",
    ["Turbo", "Launch offer", "128K+", "2x", "Members", "Sovereign", "Q1 2027", "Vorbestellung"],
)
@pytest.mark.parametrize("place", PLACES)
def test_a_word_or_two_that_nobody_knows_are_a_doubt(page_rates: Read, place: str, words: str) -> None:
    assert not usual(page_rates(PLACES[place].format(words), date(2026, 11, 30), "openai"))


@pytest.mark.parametrize("place", ["below a card", "over a name", "below"])
@pytest.mark.parametrize("words", ["Get started", "Read docs", "Contact us"])
def test_a_button_and_a_feature_are_none(page_rates: Read, place: str, words: str) -> None:
    assert usual(page_rates(PLACES[place].format(words), date(2026, 11, 30), "openai"))


@pytest.mark.parametrize("words", ["Vision", "Function calling", "Context window: 256K", "Latency Sub-second"])
def test_what_a_model_can_do_is_said_of_no_price(page_rates: Read, words: str) -> None:
    assert usual(page_rates(PLACES["below a card"].format(words), date(2026, 11, 30), "openai"))


@pytest.mark.parametrize("sum_", ["Multiply by 2.", "Add 20%.", "Times 1.5."])
def test_a_sum_right_over_a_table_is_a_doubt(page_rates: Read, sum_: str) -> None:
    page = f"<h1>Pricing</h1><p>Prices per 1M tokens.</p><p>{sum_}</p>{HTML}"
    assert not usual(page_rates(page, date(2026, 11, 30), "openai"))


@pytest.mark.parametrize(
    "said", ["Our smartest models.", "Pick the model that fits your budget.", "We add new models often."]
)
def test_prose_is_said_of_no_price(page_rates: Read, said: str) -> None:
    assert usual(page_rates(f"{TOP}{said}\n\n{TABLE}\n\n{said}\n", date(2026, 11, 30), "openai"))


@pytest.mark.parametrize(
    "words", ["Turbo", "Batch", "EUR", "Enterprise", "Reserved capacity", "Prompts over 200K tokens"]
)
@pytest.mark.parametrize("title", ["### Notes", "## Notes", "### Hinweise", "## 备注"])
def test_what_stands_under_a_heading_of_notes_stands_right_below(page_rates: Read, title: str, words: str) -> None:
    assert not usual(page_rates(f"{TOP}{TABLE}\n{title}\n\n- {words}\n", date(2026, 11, 30), "openai"))
    features = f"{TOP}{TABLE}\n## Capabilities\n\n- {words}\n"
    assert usual(page_rates(features, date(2026, 11, 30), "openai"))


@pytest.mark.parametrize(
    "note", ["Prices are in US dollars.", "Cached input is billed at a discount.", "Rate limits depend on your usage."]
)
def test_notes_that_change_no_price_leave_it_plain(page_rates: Read, note: str) -> None:
    assert usual(page_rates(f"{TOP}{TABLE}\n## Notes\n\n- {note}\n", date(2026, 11, 30), "openai"))


@pytest.mark.parametrize("head", ["Best for", "Availability", "Status"])
@pytest.mark.parametrize("words", ["per image", "per hour", "Cache hit", "Cache read"])
def test_what_is_understood_in_a_column_that_describes_is_a_doubt(page_rates: Read, words: str, head: str) -> None:
    table = f"| Model | {head} | Input | Output |\n|---|---|---|---|\n| GPT-9 | {words} | $5.50 | $27.50 |\n"
    assert not usual(page_rates(TOP + table, date(2026, 11, 30), "openai"))


def test_a_price_that_has_ended_is_told(page_rates: Read) -> None:
    """Where the page states none from then on; beside the one that follows it says nothing new."""
    ended = TOP + TABLE.replace("$5.50", "$5.50 until November 29, 2026")
    page = page_rates(ended, date(2026, 11, 30), "openai")
    assert [problem.reason for problem in page.problems] == [
        "it held until 2026-11-29, and none is stated from then on"
    ]
    follows = "| GPT-9 (starting November 30, 2026) | $6 | $30 |\n"
    page = page_rates(
        TOP + TABLE.replace("GPT-9", "GPT-9 (through November 29, 2026)") + follows, date(2026, 11, 30), "openai"
    )
    assert [f"{price.amount:f}" for _, _, price in plain(page)] == ["6", "30"]
    assert not page.problems


@pytest.mark.parametrize("tip", ["Batch only", "Turbo", "Members"])
def test_a_tip_on_the_cell_of_a_price_is_said_of_it(page_rates: Read, tip: str) -> None:
    page = f"<h1>Pricing</h1><p>Prices per 1M tokens.</p>{HTML}"
    tipped = page.replace("<td>$", f"<td title='{tip}'>$")
    assert usual(page_rates(page, date(2026, 11, 30), "openai"))
    assert not usual(page_rates(tipped, date(2026, 11, 30), "openai"))
    assert usual(page_rates(page.replace("<td>$", "<td title='per 1M tokens'>$"), date(2026, 11, 30), "openai"))


def test_an_unknown_price_at_the_left_may_say_what_the_others_are(page_rates: Read) -> None:
    """A column of training moves its whole table; one at the right that nobody knows is told alone."""
    table = "| Model | {} | Input | Output | {} |\n|---|---|---|---|---|\n| GPT-9 | {} | $5.50 | $27.50 | {} |\n"
    assert not usual(page_rates(TOP + table.format("Schooling", "", "$25", ""), date(2026, 11, 30), "openai"))
    assert usual(page_rates(TOP + table.format("Cached input", "", "$0.55", ""), date(2026, 11, 30), "openai"))
    assert usual(page_rates(TOP + table.format("", "Schooling", "", "$25"), date(2026, 11, 30), "openai"))


@pytest.mark.parametrize(
    "said",
    [
        "50% off is applied to all prices shown.",
        "Promo applied to the table above.",
        "Limited-time offer on these rates.",
    ],
)
def test_a_discount_of_these_prices_is_no_other_thing(page_rates: Read, said: str) -> None:
    assert not usual(page_rates(f"{TOP}{said}\n\n{TABLE}", date(2026, 11, 30), "openai"))
    assert not usual(page_rates(f"{TOP}{TABLE}\n{said}\n", date(2026, 11, 30), "openai"))


def test_a_question_farther_down_states_nothing(page_rates: Read) -> None:
    assert usual(page_rates(f"{TOP}{TABLE}\n## FAQ\n\nAll prices in EUR?\n", date(2026, 11, 30), "openai"))


@pytest.mark.parametrize("place", ["below", "section"])
def test_what_a_person_says_of_a_label_beside_a_card_holds_in_its_place(place: Place) -> None:
    """Such a label means what it would mean over the prices, and its row is kept for the place where it stands."""
    page = read_document(
        PLACES["below a card" if place == "below" else "over a name"].format("Turbo"), "https://x.example/p"
    )
    assert isinstance(page, Document)
    known = shipped().with_rows([Row("harmless", "Turbo", place=(place,))])
    assert not usual(read_rates(page, "openai", date(2026, 11, 30)))
    assert usual(read_rates(page, "openai", date(2026, 11, 30), vocabulary=known))


@pytest.mark.parametrize("place", ["the last item of a card", "below a card"])
def test_a_full_stop_within_a_day_makes_no_sentences_of_a_line(page_rates: Read, place: str) -> None:
    """ "ab 1. Januar 2027" is one line of a card, not two sentences that nobody hears."""
    assert not usual(page_rates(PLACES[place].format("ab 1. Januar 2027"), date(2026, 11, 30), "mistral"))
    over = PLACES["below a card"].replace("- Input", "ab 1. Januar 2027\n\n- Input").format("")
    assert not usual(page_rates(over, date(2026, 11, 30), "mistral"))
