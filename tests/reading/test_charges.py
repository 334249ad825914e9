"""A figure whose unit is understood and is none of tokens is a charge, with its conditions; it is never a rate."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octoregistry.cli.extract import page_json
from octoregistry.documents import Unread, read_document
from octoregistry.reading import read_rates
from octoregistry.reading.rates import PageRates, StatedCharge
from providers.charge_units import UNITS

DAY = date(2026, 9, 1)


def read(text: str, provider: str = "openai") -> PageRates:
    document = read_document(f"# Pricing\n\n{text}", "page")
    assert not isinstance(document, Unread)
    return read_rates(document, provider, DAY)


def plain(page: PageRates) -> list[tuple[str | None, str, int, str, dict[str, str]]]:
    """(name, unit, per, USD, conditions) of every charge without a doubt."""
    return [
        (charge.name, charge.unit, int(charge.per), f"{charge.usd:f}", dict(charge.when))
        for charge in page.charges
        if not charge.doubts
    ]


def only(page: PageRates) -> StatedCharge:
    (charge,) = page.charges
    return charge


TOOLS = "## Tools\n\n| Tool | Price |\n|---|---|\n"
MODELS = "| Model | Price |\n|---|---|\n"


@pytest.mark.parametrize(
    ("text", "charge"),
    [
        (TOOLS + "| Web search | $10 / 1,000 searches |\n", (None, "web_search", 1000, "10", {})),
        (TOOLS + "| Web search | $10.00 / 1k calls |\n", (None, "web_search", 1000, "10.00", {})),
        (TOOLS + "| File search | $2.50 per 1,000 calls |\n", (None, "file_search", 1000, "2.50", {})),
        (TOOLS + "| File search | $0.10 / GB per day |\n", (None, "gb_day", 1, "0.10", {"tool": "file_search"})),
        (TOOLS + "| Code interpreter | $0.03 per session |\n", (None, "code_session", 1, "0.03", {})),
        (
            TOOLS + "| Containers | $0.12 per 20-minute session |\n",
            (None, "code_session", 1, "0.12", {"minutes": "20"}),
        ),
        (MODELS + "| tts-9 | $15 / 1M characters |\n", ("tts-9", "character", 1_000_000, "15", {})),
        (MODELS + "| gpt-9-ocr | $1 / 1,000 pages |\n", ("gpt-9-ocr", "page", 1000, "1", {})),
        (MODELS + "| gpt-9-hear | $0.36 / hour of audio |\n", ("gpt-9-hear", "minute_audio", 60, "0.36", {})),
        (MODELS + "| gpt-image-9 | $0.04 per image |\n", ("gpt-image-9", "image", 1, "0.04", {})),
        (MODELS + "| gpt-image-9 | $40 per 1K images |\n", ("gpt-image-9", "image", 1000, "40", {})),
        (MODELS + "| gpt-image-9 | $0.24 per 4K image |\n", ("gpt-image-9", "image", 1, "0.24", {"size": "4K"})),
        (
            "| Model | Resolution | Price per second of video |\n|---|---|---|\n| gpt-9-film | 720p | $0.10 |\n",
            ("gpt-9-film", "second_video", 1, "0.10", {"resolution": "720p"}),
        ),
        (
            "Prices per image.\n\n| Model | Quality | 1024x1024 |\n|---|---|---|\n| gpt-image-9 | High | $0.167 |\n",
            ("gpt-image-9", "image", 1, "0.167", {"quality": "high", "size": "1024x1024"}),
        ),
    ],
)
def test_a_charge_is_read_with_its_unit_and_conditions(
    text: str, charge: tuple[str | None, str, int, str, dict[str, str]]
) -> None:
    """From the cell, its row and column, and what stands over the table."""
    page = read(text)
    assert plain(page) == [charge]
    assert not page.rates


def test_what_a_second_is_one_of_is_said_by_the_labels_or_by_what_the_model_is_for() -> None:
    """By the vendor's file a sora makes video; of a model of nobody knows what a second is told."""
    (charge,) = plain(read(MODELS + "| sora-9 | $0.10 / second |\n| gpt-9-x | $0.10 / second |\n"))
    assert charge == ("sora-9", "second_video", 1, "0.10", {})
    (charge,) = plain(read("## Transcription\n\n" + MODELS + "| gpt-9-x | $0.01 / minute |\n"))
    assert charge == ("gpt-9-x", "minute_audio", 1, "0.01", {})


def test_several_conditions_in_one_cell_are_a_charge_each() -> None:
    """ "720p and 1080p" is the price of both, "1K/2K" of two sizes."""
    page = read(
        "| Model | Price per second of video |\n|---|---|\n| gpt-9-film | $0.40 (720p and 1080p) $0.60 (4k) |\n"
    )
    assert {(charge.usd, charge.when) for charge in page.charges} == {
        (Decimal("0.40"), (("resolution", "720p"),)),
        (Decimal("0.40"), (("resolution", "1080p"),)),
        (Decimal("0.60"), (("resolution", "4k"),)),
    }
    page = read(MODELS + "| gpt-image-9 | $0.13 per 1K/2K image |\n")
    assert [charge.when for charge in page.charges] == [(("size", "1K"),), (("size", "2K"),)]


def test_what_is_free_first_is_no_price_and_stays_beside_it() -> None:
    """The price is the one behind the allowance; whoever adds up is told of it."""
    text = "## Gemini 9 Pro\n\n| | Paid Tier, per 1M tokens in USD |\n|---|---|\n"
    page = read(
        text + "| Grounding with Google Search | 1,500 RPD (free), then $35 / 1,000 grounded prompts |\n", "gemini"
    )
    charge = only(page)
    assert (charge.name, charge.unit, charge.usd, charge.free) == (
        "Gemini 9 Pro", "grounded_prompt", Decimal(35), "1500 per day",
    )  # fmt: skip
    assert not charge.doubts
    assert not page.rates


@pytest.mark.parametrize(
    "cell",
    [
        "$10 / 1,000 searches (minimum 10)",
        "$10 / 1,000 searches for partners",
        "$10 / 1,000 searches under plan Q7",
        "up to $10 / 1,000 searches",
        "not $10 / 1,000 searches",
    ],
)
def test_a_word_that_nobody_knows_is_a_doubt(cell: str) -> None:
    """A minimum, a plan, a bound: the charge is read, and held."""
    page = read(TOOLS + f"| Web search | {cell} |\n")
    assert not plain(page)
    assert page.charges or page.problems


@pytest.mark.parametrize(
    "text",
    [
        MODELS + "| gpt-9 | $0.02 / widget |\n",
        MODELS + "| gpt-9 | $0.10 / second |\n",
        "## Amazon Bedrock\n\n" + MODELS + "| gpt-image-9 | $0.04 per image |\n",
        "## Fine-tuning\n\n" + MODELS + "| gpt-image-9 | $0.04 per image |\n",
        MODELS + "| gpt-image-9 | €0.04 per image |\n",
        TOOLS + "| Anything | $1 / 1,000 calls |\n",
        MODELS + "| gpt-image-9 | $0.04 per 2K images |\n",
    ],
)
def test_what_is_no_charge_of_a_plain_call_is_told(text: str) -> None:
    """Another unit, offer or currency, a second of nobody knows what, calls of no known tool: no charge, and a problem."""
    page = read(text)
    assert not plain(page)
    assert page.problems or page.open_labels or any(charge.doubts for charge in page.charges)


def test_a_price_of_tokens_is_never_a_charge() -> None:
    """A token price that names an image beside it stays one of tokens; a restated one is no second price."""
    text = "## Gemini 9 Flash\n\n| | Paid Tier, per 1M tokens in USD |\n|---|---|\n"
    page = read(text + "| Input price | $0.30 (text / image / video) |\n| Output price | $2.50 |\n", "gemini")
    assert not page.charges
    page = read(text + "| Output price | $60.00 (images) Equivalent to $0.045 per image |\n", "gemini")
    assert not page.charges


def test_an_estimate_is_no_charge_beside_prices_of_tokens_and_a_doubt_alone() -> None:
    """What the vendor calls an estimate is what the tokens come to, where they have prices."""
    head = (
        "Prices per 1M tokens.\n\n## Transcription\n\n| Model | Input | Output | Estimated cost |\n|---|---|---|---|\n"
    )
    page = read(
        head + "| gpt-9-transcribe | $2.50 | $10 | $0.006 / minute |\n| gpt-9-hear | - | - | $0.01 / minute |\n"
    )
    assert [charge.name for charge in page.charges] == ["gpt-9-hear"]
    assert not plain(page)


def test_two_prices_for_one_thing_are_a_problem_and_no_charge() -> None:
    """Neither is taken; both places are told."""
    page = read(TOOLS + "| Web search | $10 / 1,000 searches |\n| Web search | $12 / 1,000 searches |\n")
    assert not page.charges
    assert "T1R2C2 says 10, T1R3C2 says 12" in str(page.problems[0])


def test_a_sentence_counts_when_it_is_understood_to_the_last_word() -> None:
    """The price of a tool that only a sentence states; one that says more is told."""
    text = (
        "## Web search tool\n\nWeb search is available for **$10 per 1,000 searches**, plus standard token costs for "
        "search-generated content. It is fast.\n"
    )
    assert plain(read(text)) == [(None, "web_search", 1000, "10", {})]
    assert not read("## Web search tool\n\nSome partners pay $8 per 1,000 searches in good years, we hear.\n").charges


def test_json_lists_charges_apart_from_the_rates() -> None:
    """With evidence, and their places among the problems for whoever reads rates alone."""
    page = read(TOOLS + "| Web search | $10 / 1,000 searches |\n")
    told = json.loads(json.dumps(page_json(page)))
    assert told["rates"] == []
    assert told["charges"][0]["evidence"] == {"address": "T1R2C2", "text": "$10 / 1,000 searches"}
    assert {key: told["charges"][0][key] for key in ("name", "unit", "per", "usd", "when")} == {
        "name": None, "unit": "web_search", "per": 1000, "usd": "10", "when": {},
    }  # fmt: skip
    assert "T1" in told["problems"][0]


_WORDS = [
    "per image",
    "/ minute of audio",
    "per 1,000 searches",
    "/ 1M characters",
    "per session",
    "/ page",
    "per request",
]


@given(
    st.decimals("0.0001", "999", places=4),
    st.sampled_from(_WORDS),
    st.sampled_from(["gpt-image-9", "Web search", "Zorblax", "gpt-9"]),
    st.sampled_from(["", " (beta)", ", from June", " minimum"]),
)
def test_no_figure_with_such_a_unit_is_lost_or_a_rate(usd: Decimal, unit: str, name: str, more: str) -> None:
    """It is a charge of a known unit at its own figure, or it is told."""
    page = read(f"| Name | Price |\n|---|---|\n| {name} | ${usd:f} {unit}{more} |\n")
    assert not page.rates
    assert page.charges or page.problems
    for charge in page.charges:
        assert charge.usd == usd
        assert charge.unit in UNITS
        assert bool(charge.doubts) or more == ""
