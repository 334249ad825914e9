"""Every word in the scope of a figure is understood, known to be harmless there, or a doubt that stays with the figure."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.documents import Unread, read_document
from octoregistry.reading import read_rates
from octoregistry.reading.rates import PageRates

DAY = date(2026, 9, 1)
MODELS = {"anthropic": "Claude Opus 9", "mistral": "Mistral Large 9", "openai": "gpt-9-sol"}
HEAD = "# Pricing\n\n"
ROWS = "| Model | Input | Output |\n|---|---|---|\n"


def read(text: str, provider: str = "openai") -> PageRates:
    document = read_document(text, "https://example.org/pricing")
    assert not isinstance(document, Unread)
    return read_rates(document, provider, DAY)


def plain(page: PageRates) -> dict[tuple[str, str], str]:
    """The standard prices without a doubt, for prompts of any size and from no day on."""
    return {
        (rate.name, dimension): f"{price.amount:f}"
        for rate in page.rates
        if rate.mode == "standard" and rate.above_input_tokens is None and rate.start is None
        for dimension, price in rate.prices.items()
        if not price.doubts
    }


PLACES = {
    "a head": HEAD + "| Model | Input ({w}) | Output ({w}) |\n|---|---|---|\n| {m} | $5.50 / MTok | $27.50 / MTok |\n",
    "a heading": HEAD + "## {w}\n\n" + ROWS + "| {m} | $5.50 / MTok | $27.50 / MTok |\n",
    "a label": HEAD + "{w}\n\n" + ROWS + "| {m} | $5.50 / MTok | $27.50 / MTok |\n",
    "a name": HEAD + ROWS + "| {m} ({w}) | $5.50 / MTok | $27.50 / MTok |\n",
    "a group": HEAD + ROWS + "| {w} | | |\n| {m} | $5.50 / MTok | $27.50 / MTok |\n",
    "a cell": HEAD + ROWS + "| {m} | $5.50 / MTok ({w}) | $27.50 / MTok ({w}) |\n",
    "a column": HEAD + "| Model | Remarks | Input | Output |\n|---|---|---|---|\n| {m} | {w} | $5.50 | $27.50 |\n",
    "a cell beyond the head": HEAD + ROWS + "| {m} | $5.50 / MTok | $27.50 / MTok | {w} |\n",
    "a card": HEAD + "## {m}\n\n{w}\n\nInput: $5.50 / MTok\n\nOutput: $27.50 / MTok\n",
    "a list": HEAD + "## {m}\n\n- Input ({w}): $5.50 / MTok\n- Output ({w}): $27.50 / MTok\n",
}
HARMLESS_LOOKING = ("Older prices", "Beta", "Low", "50%", "Not batch", "early access", "for students", "Tier 2", "weekend",
                    "Preview pricing", "HIPAA", "lite plan", "max", "average", "intro price", "vorab", "プレビュー")  # fmt: skip
KNOWN = ("Batch", "Fast mode", "Flex", "EU data residency", "in Canadian dollars", "from January 1, 2027",
         "> 200K tokens", "free tier", "バッチ", "Stapelverarbeitung", "批量", "mode cepat")  # fmt: skip


@pytest.mark.parametrize("provider", MODELS)
@pytest.mark.parametrize("place", PLACES)
def test_no_qualifier_leaves_a_plain_price(place: str, provider: str) -> None:
    """Known or met for the first time, whatever qualifies a figure keeps it from being the plain standard price."""
    for words in (*HARMLESS_LOOKING, *KNOWN):
        page = read(PLACES[place].format(w=words, m=MODELS[provider]), provider)
        assert not plain(page), words
        assert page.every or page.problems, words


@pytest.mark.parametrize("place", PLACES)
def test_without_a_qualifier_the_price_is_plain(place: str) -> None:
    """The same pages, their qualifier left out, are read without a doubt."""
    text = PLACES[place].replace(" ({w})", "").replace("## {w}\n\n", "").replace("{w}\n\n", "").replace("{w}", "")
    text = text.replace("|  | | |\n", "")
    assert set(plain(read(text.format(m="gpt-9-sol"))).values()) == {"5.50", "27.50"}


@pytest.mark.parametrize(
    "cell",
    ["$1.80-$3.00", "$2'100.00", "$2\u066b90", "2 x $1.80", "Starts at $5", "from: $5", "at least $5", "max $5", "less than $5",
     "average $5", "ab $5", "bis zu $5", "à partir de $5", "ca. $5", "$5+", "$5 for the first 1M tokens", "$5 (new customers)",
     "$1_299", "$2.50 million", "\u202e$5.21", "~$5", "-$5", "$5%", "$5.00 – $7.00", "$5 CAD", "$5 each way", "$5, 50% off"],
)  # fmt: skip
def test_a_figure_counts_only_where_the_characters_beside_it_are_understood(cell: str) -> None:
    """A bound, a range, a figure that goes on, or one for some customers is no price."""
    page = read(HEAD + ROWS + f"| gpt-9 | {cell} | $27.50 / MTok |\n")
    assert ("gpt-9", "input") not in plain(page)
    assert plain(page)["gpt-9", "output"] == "27.50"


def test_a_label_before_a_heading_that_only_describes_holds_for_its_table() -> None:
    """ "Fast", and then "### Fast pricing data"; "Ultrafast" over a heading that says nothing is another offer."""
    table = ROWS + "| gpt-9 | ${} | $20 |\n\n"
    page = read(
        "# Pricing\n\n### Standard pricing data\n\n" + table.format(1) + "Fast\n\n### Fast pricing data\n\n"
        + table.format(2) + "Ultrafast\n\n### Grouped Pricing Table data\n\n" + table.format(3)
    )  # fmt: skip
    assert {rate.mode: str(rate.prices["input"].amount) for rate in page.rates} == {"standard": "1", "priority": "2"}
    assert any("Ultrafast" in problem.reason for problem in page.problems)


def test_days_in_the_text_of_a_name_are_taken_out_of_it() -> None:
    """The name is what remains, not what stands outside of brackets."""
    page = read(
        HEAD + ROWS + "| Claude Sonnet 5 [through August 31, 2026](https://example.org/a) | $2 | $10 |\n"
        "| Claude Sonnet 5 starting October 1, 2026 | $3 | $15 |\n", "anthropic",
    )  # fmt: skip
    assert {(rate.name, rate.start) for rate in page.rates} == {("Claude Sonnet 5", date(2026, 10, 1))}


def test_brackets_in_a_name_tell_models_apart() -> None:
    """A size is part of a name, a region a place of the price, and ids keep slashes and capitals."""
    names = ("Llama 3.1 Instruct (8B)", "Llama 3.1 Instruct (70B)", "zai-org/GLM-5.3", "Kimi K3 (US)")
    page = read(HEAD + ROWS + "".join(f"| {name} | ${n} | $20 |\n" for n, name in enumerate(names, 1)))
    assert [rate.name for rate in page.rates] == list(names[:3])
    assert [(rate.name, rate.place) for rate in page.apart] == [("Kimi K3", "us")]


def test_a_strip_of_tabs_holds_for_as_many_tables_and_is_a_doubt_for_more() -> None:
    """ "StandardBatchFlex" glued over three tables; over two nobody knows which is which."""
    table = ROWS + "| gpt-9 | ${} | $20 |\n\n"
    page = read("# Pricing\n\nStandardBatchFlex\n\n" + "".join(table.format(n) for n in (1, 2, 3)))
    assert {rate.mode: str(rate.prices["input"].amount) for rate in page.rates} == {
        "standard": "1",
        "batch": "2",
        "flex": "3",
    }
    assert not plain(read("# Pricing\n\nStandardBatchFlex\n\n" + "".join(table.format(n) for n in (1, 2))))


@pytest.mark.parametrize("title", ["Plans and pricing", "Pricing", "API pricing", "Preise", "料金"])
def test_a_title_over_a_good_table_leaves_its_prices(title: str) -> None:
    """A page titled so gave nothing, and said nothing."""
    assert plain(read(f"# {title}\n\n" + ROWS + "| gpt-9 | $1 / MTok | $4 / MTok |\n")) == {
        ("gpt-9", "input"): "1",
        ("gpt-9", "output"): "4",
    }


def test_prices_in_yuan_are_prices_in_yuan_and_the_page_no_empty_shell() -> None:
    """元 behind a figure, CNY in a head: none of them is a plain price."""
    for head, cell in (
        ("| 模型 | 输入 | 输出 |", "4元 / 百万 tokens"),
        ("| Model | Input (CNY per 1M tokens) | Output |", "4"),
    ):
        page = read(f"# Pricing\n\n{head}\n|---|---|---|\n| kimi-k9 | {cell} | {cell} |\n")
        assert not page.rates
        assert [(rate.currency, str(rate.prices["input"].amount)) for rate in page.apart] == [("CNY", "4")]


def test_a_long_list_over_a_table_is_navigation_and_the_line_behind_it_is_not() -> None:
    """Guides by the hundred stand over a reader's copy; "Fast" behind them still says how the prices are served."""
    links = "\n".join(f"* Models and pricing {i}" for i in range(40))
    table = f"{ROWS}| Claude Opus 9 | $5 | $25 |\n"
    assert len(plain(read(f"{links}\n\n{table}"))) == 2
    fast = read(f"{links}\n\nFast\n\n### Pricing\n\n{table}")
    assert not plain(fast)
    assert {rate.mode for rate in fast.rates} == {"priority"}


def test_a_table_whose_headers_are_swapped_is_doubted_in_every_modality() -> None:
    """A row of images has no output to compare; that the row of text above is in disorder is enough."""
    head = "| Model | Modality | Output | Input |\n|---|---|---|---|\n"
    page = read(f"{head}| gpt-9 | Text | $4 | $24 |\n| gpt-9 | Image | $5 | - |\n")
    assert page.rates
    assert not plain(page)
