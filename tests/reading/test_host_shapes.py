"""Shapes that hosts' pages have and the first three vendors' have not: ids glued to names, cards under their own ids, one
sentence for the units of a whole page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain, told

Read = Callable[..., PageRates]


def facts(page: PageRates) -> dict[tuple[str, int | str | None, str], str]:
    return {(r.name, r.above_input_tokens, d): f"{p.amount.normalize():f}" for r, d, p in plain(page)}


def test_an_id_right_behind_a_linked_name_is_an_id(page_rates: Read) -> None:
    """Groq's tables: a link, and the id without a blank behind it. The row below keeps its own name."""
    page = page_rates(
        "# Models\n\n| MODEL ID | PRICE PER 1M TOKENS |\n|---|---|\n"
        "| [GPT OSS 120B](/m/a)openai/gpt-oss-120b | $0.15 input$0.60 output |\n"
        "| [GPT OSS 20B](/m/b)openai/gpt-oss-20b | $0.075 input$0.30 output |\n"
    )
    assert facts(page) == {
        ("GPT OSS 120B", None, "input"): "0.15",
        ("GPT OSS 120B", None, "output"): "0.6",
        ("GPT OSS 20B", None, "input"): "0.075",
        ("GPT OSS 20B", None, "output"): "0.3",
    }
    assert {rate.name: rate.ids for rate in page.rates} == {
        "GPT OSS 120B": ("openai/gpt-oss-120b",),
        "GPT OSS 20B": ("openai/gpt-oss-20b",),
    }


CARDS = (
    "# API Pricing\n\nPrices per 1M tokens unless noted. All prices in USD.\n\n## Text models\n\n"
    "Aurora Large Thinking`aurora-large-thinking`\n\nInput Price$0.50 Output Price$2.00 Cache Read$0.05 Context 200K\n\n"
    ">128K context: $1.00/M input · $4.00/M output\n\n"
    "Borea 3`borea-3`\n\nInput Price$0.10 Output Price$0.40 Context 128K\n"
)


def test_a_sentence_that_opens_the_page_gives_the_unit_of_its_cards(page_rates: Read) -> None:
    """Venice's cards: what stands over its own id is a name, whatever its words; ">128K" is a size, and no quotation."""
    page = page_rates(CARDS, provider="venice")
    assert facts(page) == {
        ("Aurora Large Thinking", None, "input"): "0.5",
        ("Aurora Large Thinking", None, "output"): "2",
        ("Aurora Large Thinking", None, "cached_input"): "0.05",
        ("Aurora Large Thinking", 128_000, "input"): "1",
        ("Aurora Large Thinking", 128_000, "output"): "4",
        ("Borea 3", None, "input"): "0.1",
        ("Borea 3", None, "output"): "0.4",
    }


def test_without_that_sentence_the_cards_state_no_unit(page_rates: Read) -> None:
    """In cards only a stated unit of tokens counts."""
    page = page_rates(CARDS.replace("Prices per 1M tokens unless noted. ", ""), provider="venice")
    assert {key[1] for key in facts(page)} == {128_000}
    assert "no unit of tokens is stated" in told(page)


def test_one_name_over_two_ids_is_two_models(page_rates: Read) -> None:
    """A private and a plain serving of the same weights are called the same."""
    page = page_rates(
        "# API\n\nPrices per 1M tokens.\n\n## Models\n\nBorea 3`borea-3`\n\nInput Price$0.10\n\n"
        "Borea 3`e2ee-borea-3`\n\nInput Price$0.30\n",
        provider="venice",
    )
    assert facts(page) == {("borea-3", None, "input"): "0.1", ("e2ee-borea-3", None, "input"): "0.3"}


def test_two_prices_under_one_head_are_input_and_output_by_custom_and_in_doubt(page_rates: Read) -> None:
    """Anthropic's page of a model compares its line-up in a column "Price / MTok"; no word says which is which."""
    page = page_rates("# Models\n\n| Model | Price / MTok |\n|---|---|\n| Claude Opus 9 | $10 / $50 |\n")
    assert not facts(page)
    assert {d: f"{p.amount}" for rate in page.rates for d, p in rate.prices.items()} == {"input": "10", "output": "50"}
    assert "input and output by custom" in told(page)


def test_a_size_over_what_is_counted_takes_one_word_for_input(page_rates: Read) -> None:
    """A head of two rows, "≤ 200k input tokens" over "Input"."""
    page = page_rates(
        "# Prices\n\n| Model | ≤ 200k input tokens<br />Input | ≤ 200k input tokens<br />Output "
        "| > 200k input tokens<br />Input | > 200k input tokens<br />Output |\n|---|---|---|---|---|\n"
        "| Claude Sonnet 9 | $3 / MTok | $15 / MTok | $6 / MTok | $22.50 / MTok |\n"
    )
    assert facts(page) == {
        ("Claude Sonnet 9", None, "input"): "3",
        ("Claude Sonnet 9", None, "output"): "15",
        ("Claude Sonnet 9", 200_000, "input"): "6",
        ("Claude Sonnet 9", 200_000, "output"): "22.5",
    }


def test_a_price_by_the_image_beside_the_one_by_the_token_says_the_same_again(page_rates: Read) -> None:
    """Gemini's image models: "Equivalent to $0.045 per 0.5K image, $0.067 per 1K image"."""
    page = page_rates(
        "# Gemini 9 Flash Image\n\n| | Paid Tier, per 1M tokens in USD |\n|---|---|\n"
        "| Output price | $60.00 (images)<br>Equivalent to $0.045 per 0.5K image<br>$0.067 per 1K image, "
        "and $0.151 per 4K resolution image |\n",
        provider="gemini",
    )
    assert facts(page) == {("Gemini 9 Flash Image", None, "output_image"): "60"}


def test_a_line_break_in_the_source_of_html_is_none_that_is_seen(page_rates: Read) -> None:
    """The first line of a paragraph about a model's voice is no label over its table."""
    page = page_rates(
        "<html><body><h1>Gemini 9 Live</h1><p>Our native audio models optimized for higher\nquality audio outputs with "
        "better pacing.</p><table><tr><th></th><th>Per 1M tokens in USD</th></tr>"
        "<tr><td>Input price</td><td>$0.50</td></tr></table></body></html>",
        provider="gemini",
    )
    assert facts(page) == {("Gemini 9 Live", None, "input"): "0.5"}


def test_chinese_without_blanks_is_a_sentence_too(page_rates: Read) -> None:
    """A line that introduces the table is no label over it."""
    page = page_rates(
        "# 定价\n\n下表显示了所有 Claude 模型在不同使用层级的定价：\n\n| 模型 | 输入 | 输出 |\n|---|---|---|\n"
        "| Claude Opus 9 | $5 / MTok | $25 / MTok |\n",
        provider="anthropic",
    )
    assert len(facts(page)) == 2


@pytest.mark.parametrize("place", ["## {}\n\n", "{}\n\n"])
def test_a_hosts_name_says_nothing_on_its_own_page_and_everything_on_another_vendors(
    place: str, page_rates: Read
) -> None:
    """ "Groq" over another vendor's table makes it a table of what the host takes."""
    table = "| Model | Input | Output |\n|---|---|---|\n| gpt-9 | $1 / MTok | $4 / MTok |\n"
    text = "# Pricing\n\n" + place.format("Groq") + table
    maker = page_rates(text.replace("Groq", "Qwen"), provider="groq")
    own, other = (page_rates(text, provider=provider) for provider in ("groq", "openai"))
    assert facts(own) == {("gpt-9", None, "input"): "1", ("gpt-9", None, "output"): "4"}
    assert maker.rates  # a host that makes models of its own is their name elsewhere
    assert not other.rates
    assert any("another offer" in problem.reason for problem in other.problems)
