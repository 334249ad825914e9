"""What qualifies a price, wherever it stands, is read or told: never taken for nothing."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading import read_rates
from tests.reading.plain import plain, told

DAY = date(2026, 9, 10)
HEAD = "# Pricing\n\nPrices per 1M tokens.\n\n"
TABLE = "| Model | Input | Output |\n|---|---|---|\n"
GEMINI = "## Gemini 9 Pro\n\n`gemini-9-pro`\n\n| | Paid Tier, per 1M tokens in USD |\n|---|---|\n"
Slot = tuple[str, str, int | str | None, str | None, str]


def read(text: str, provider: str = "openai") -> tuple[dict[Slot, str], str]:
    """({(name, mode, above, from, dimension): price}, problems)."""
    document = read_document(text, "https://example.org/pricing")
    if not isinstance(document, Document):
        return {}, document.reason
    page = read_rates(document, provider, DAY)
    prices = {
        (r.name, r.mode, r.above_input_tokens, str(r.start) if r.start else None, d): f"{p.amount.normalize():f}"
        for r, d, p in plain(page)
    }
    return prices, told(page)


def pro(**prices: str) -> dict[Slot, str]:
    return {("Gemini 9 Pro", "standard", None, None, name): usd for name, usd in prices.items()}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            "| Input price | prompts <= 200k: $1.25, prompts > 200k: $2.50 |",
            pro(input="1.25") | {("Gemini 9 Pro", "standard", 200_000, None, "input"): "2.5"},
        ),
        (
            "| Input price | Until Dec 31, 2026: $0.75. From January 1, 2027: $1.50 |",
            pro(input="0.75") | {("Gemini 9 Pro", "standard", None, "2027-01-01", "input"): "1.5"},
        ),
        ("| Context caching price | (text) $0.03 (audio) $0.1 |", pro(cached_input="0.03", cached_input_audio="0.1")),
    ],
)
def test_words_before_a_figure_qualify_it(row: str, expected: dict[Slot, str]) -> None:
    """A cell may say for what a price holds before it or behind it; each is read as it stands."""
    assert read(GEMINI + row, "gemini")[0] == expected


@pytest.mark.parametrize(
    ("over", "rows", "mode"),
    [
        ("", "| gpt-9 (fast mode) | $1 | $8 |", "priority"),
        ("", "| Claude Opus 8 - Batch | $1 | $8 |", "batch"),
        ("Batch prices:\n\n", "| gpt-9 | $1 | $8 |", "batch"),
        ("", "| **Batch** | | |\n| gpt-9 | $1 | $8 |", "batch"),
    ],
)
def test_a_mode_is_found_where_it_is_stated(over: str, rows: str, mode: str) -> None:
    """In the name's cell, in a label with a colon, in a row that groups."""
    assert {slot[1] for slot in read(HEAD + over + TABLE + rows)[0]} == {mode}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + TABLE + "| gpt-9 (enterprise) | $1 | $8 |", "another offer"),
        (
            HEAD + "The following prices apply to the Batch API.\n\n" + TABLE + "| gpt-9 | $1 | $8 |",
            "are these batch prices",
        ),
        (
            HEAD.replace("tokens.", "tokens, in Canadian dollars (CAD).") + TABLE + "| gpt-9 | $1 | $8 |",
            "not US dollars",
        ),
        (HEAD + TABLE + "| gpt-9 | $8 / 1M words | - |", "another unit than tokens"),
        (HEAD + TABLE + "| gpt-9 | -$1.00 | up to $8 |", "not understood: -"),
        (HEAD + TABLE + "| gpt-9 | $1e-3 | $8K |", "not understood: K"),
        (HEAD + TABLE + "| gpt-9 | $1/2 | $1 000 |", "not understood: /2"),
    ],
)
def test_what_is_not_understood_gives_no_price_and_is_told(text: str, said: str) -> None:
    """Another offer, another currency, another unit, half a figure."""
    prices, problems = read(text)
    assert prices == {}
    assert said in problems


def test_a_row_of_an_unknown_tier_is_left_out_and_told() -> None:
    """One strange word does not make the whole column meaningless."""
    prices, problems = read(
        HEAD
        + "| Model | Tier | Input | Output |\n|---|---|---|---|\n| gpt-9 | Batch | $3 | $15 |\n| gpt-8 | Provisioned | $6 | $30 |"
    )
    assert {slot[:2] for slot in prices} == {("gpt-9", "batch")}
    assert "'Provisioned' is another offer" in problems


def test_a_heading_dates_its_whole_table() -> None:
    """Prices to come are not today's."""
    prices, _ = read(HEAD + "## Prices effective January 1, 2027\n\n" + TABLE + "| gpt-9 | $1 | $8 |")
    assert {slot[3] for slot in prices} == {"2027-01-01"}


@pytest.mark.parametrize(
    ("cell", "usd"), [("$10 / 10M tokens", "1"), ("$1 per billion tokens", "0.001"), ("$1 / 100K tokens", "10")]
)
def test_any_number_of_tokens_is_a_unit(cell: str, usd: str) -> None:
    """The unit is read, not assumed."""
    prices, _ = read(f"# Pricing\n\n{TABLE}| gpt-9 | {cell} | - |")
    assert prices == {("gpt-9", "standard", None, None, "input"): usd}


def test_a_unit_below_its_table_counts() -> None:
    """Nothing above it states one."""
    prices, _ = read(f"# Pricing\n\n{TABLE}| gpt-9 | $0.001 | - |\n\nAll prices are per 1,000 tokens.\n")
    assert prices == {("gpt-9", "standard", None, None, "input"): "1"}


COUNTS_OTHERWISE = [
    "Cache writes",
    "**Cached input**",
    "Cache reads (1 hour)",
    "Cache writes (5 minutes)",
    "TTL 1 hour",
    "1 hour",
]
GPT9 = "| gpt-9 | $1 | $8 |\n"
CARD = "- Input $1 / 1M tokens\n- Output $8 / 1M tokens\n"


@pytest.mark.parametrize("said", COUNTS_OTHERWISE)
@pytest.mark.parametrize("page", [
    "{}\n\n" + TABLE + GPT9, "## {}\n\n" + TABLE + GPT9, TABLE + "| {} | | |\n" + GPT9, "### gpt-9\n\n{}\n\n" + CARD,
])  # fmt: skip
def test_what_says_that_tokens_are_cached_leaves_plain_ones_in_doubt(page: str, said: str) -> None:
    """Over a table or a card, in a heading, in a row; how long a cache lasts as well."""
    assert read(HEAD + page.format(said)) == ({}, told_of(HEAD + page.format(said)))
    assert said.strip("*") in told_of(HEAD + page.format(said))


@pytest.mark.parametrize("said", ["Prompt caching", "Caching", "Context caching"])
@pytest.mark.parametrize(
    "page", ["{}\n\n" + TABLE + GPT9, "### gpt-9\n\n{}\n\n" + CARD, "### gpt-9\n\n" + CARD + "\n{}\n"]
)
def test_caching_as_a_feature_leaves_plain_prices_plain(page: str, said: str) -> None:
    """Over a table, in a card and below its prices; in a heading it may be what they are the prices of."""
    assert {(key[-1], usd) for key, usd in read(HEAD + page.format(said))[0].items()} == {
        ("input", "1"),
        ("output", "8"),
    }
    assert read(HEAD + f"## {said}\n\n{TABLE}{GPT9}")[0] == {}


def test_a_table_with_a_column_of_the_cache_may_be_called_by_it() -> None:
    table = "| Model | Input | Cached input | Output |\n|---|---|---|---|\n| gpt-9 | $1 | $0.1 | $8 |\n"
    assert {key[-1] for key in read(f"{HEAD}## Prompt caching\n\n{table}")[0]} == {"input", "cached_input", "output"}


def told_of(text: str) -> str:
    return read(text)[1]


def test_how_long_a_cache_lasts_is_a_matter_of_its_price_alone() -> None:
    """In the head of an input it is a doubt; one over the table is that of its cache writes."""
    assert ("gpt-9", "standard", None, None, "input") not in read(HEAD + TABLE.replace("Input", "Input (1h)") + GPT9)[0]
    writes = "Cache writes (1 hour)\n\n| Model | Price |\n|---|---|\n| gpt-9 | $1 |\n"
    assert read(HEAD + writes)[0] == {("gpt-9", "standard", None, None, "cache_write_1h"): "1"}


@pytest.mark.parametrize(("head", "cell"), [
    ("Description", "Price per 1K tokens"), ("Description", "Launch promo: 50% off until March 1, 2027"),
    ("Details", "Batch only"),
    ("Availability", "From January 1, 2027"), ("Availability", "Batch"), ("Availability", "EU only"),
    ("Features", "per 1K tokens"),
    ("Status", "Promo"), ("Latency", "Priority"), ("Provider", "Azure"), ("License", "Enterprise"), ("Type", "Dedicated"),
    ("Type", "Spot"), ("Type", "Batch"), ("Use case", "Summer promo: 20% off"),
    ("Latency", "Batch only"), ("Latency", "Price per 1K tokens"), ("Speed", "EU only"), ("Latency", "Prices in CAD"),
    ("Latency", "Dedicated"), ("Speed", "From January 1, 2027"), ("Description", "Cached"), ("Use case", "Cached"),
    ("Status", "Turbo"), ("Status", "Partners"), ("Availability", "Members"), ("Type", "Sovereign"), ("Category", "zorblax"),
    ("Use case", "Launch offer"), ("Best for", "Turbo"), ("Details", "Turbo"), ("Description", "Turbo"),
    ("Description", "Limited-time offer"), ("Status", "Requires annual commitment"), ("Best for", "Batch pricing"),
])  # fmt: skip
def test_a_column_that_describes_may_say_what_prices_are(head: str, cell: str) -> None:
    """Only the prices of that row are in doubt, or another offer."""
    table = f"| Model | {head} | Input |\n|---|---|---|\n| gpt-9 | {cell} | $1 |\n| gpt-8 | | $2 |\n"
    prices, problems = read(HEAD + table)
    assert {(name, mode) for name, mode, *_ in prices} in (
        {("gpt-8", "standard")},
        {("gpt-8", "standard"), ("gpt-9", "batch")},
    )
    assert cell in problems or prices.get(("gpt-9", "batch", None, None, "input"))


@pytest.mark.parametrize(("head", "cell"), [
    ("Description", "Our fast model for enterprise work, batch jobs included"),
    ("Latency", "Fast"), ("Context window", "128K tokens"),
    ("Max output", "1M tokens"), ("Features", "Tools"), ("Capabilities", "Fine-tuning"), ("Knowledge cutoff", "January 2025"),
    ("Category", "Summaries"), ("Type", "Reasoning"), ("Type", "MoE"), ("Provider", "Anthropic"), ("Organization", "Meta"),
    ("Provider", "Meta"), ("Provider", "Amazon"), ("Availability", "EU"), ("Availability", "US, EU"),
    ("Availability", "us-east-1"), ("Availability", "API, Bedrock, Azure"), ("Availability", "Free tier and paid"),
    ("Best for", "Batch processing"), ("Features", "Free fine-tuning"), ("Features", "Prompt caching"),
    ("Features", "Batch API"), ("Capabilities", "Batch"), ("Status", "Generally available"), ("Status", "Public preview"),
    ("Use case", "Speech generation"), ("Category", "Deep research"), ("Best for", "Coding"), ("Best for", "Everyday tasks"),
    ("Details", "Tuned for dialogue"),
])  # fmt: skip
def test_a_column_that_describes_a_model_leaves_its_prices_alone(head: str, cell: str) -> None:
    table = f"| Model | {head} | Input |\n|---|---|---|\n| gpt-9 | {cell} | $1 |\n"
    assert read(HEAD + table)[0] == {("gpt-9", "standard", None, None, "input"): "1"}
