"""Cards whose labels stand below their figures, and badges over the name of a card or behind the one before it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain, told

Read = Callable[..., PageRates]


def prices(page: PageRates) -> dict[tuple[str, str, str], str]:
    return {(rate.name, rate.mode, dimension): str(price.amount) for rate, dimension, price in plain(page)}


def read_lines(page_rates: Read, *lines: str) -> PageRates:
    return page_rates("# Pricing\n\n### GPT-9\n\n" + "\n\n".join(lines) + "\n", date(2026, 9, 1), "openai")


BELOW = [
    ("$0.15", "per 1M input tokens", "$0.60", "per 1M output tokens"),
    ("$0.15 / 1M tokens", "Input", "$0.60 / 1M tokens", "Output"),
    ("$0.15", "per 1M tokens", "Input", "$0.60", "per 1M tokens", "Output"),
    ("**$0.15**\nInput / 1M tokens", "**$0.60**\nOutput / 1M tokens"),
    ("The model for long drafts.", "$0.15", "/ 1M input tokens", "$0.60", "/ 1M output tokens"),
]


@pytest.mark.parametrize("lines", BELOW)
def test_a_label_below_its_figure_is_that_figures(page_rates: Read, lines: tuple[str, ...]) -> None:
    page = read_lines(page_rates, *lines)
    assert prices(page) == {("GPT-9", "standard", "input"): "0.15", ("GPT-9", "standard", "output"): "0.60"}
    assert not page.problems


def test_no_price_moves_one_label_on(page_rates: Read) -> None:
    """Cached and batch between, and two cards in a row."""
    lines = ["$0.40", "Input / 1M tokens", "$0.04", "Cached input / 1M tokens", "$0.20", "Batch input / 1M tokens"]
    page = read_lines(page_rates, *lines, "### GPT-9 mini", "$0.10", "per 1M input tokens")
    assert prices(page) == {
        ("GPT-9", "standard", "input"): "0.40",
        ("GPT-9", "standard", "cached_input"): "0.04",
        ("GPT-9", "batch", "input"): "0.20",
        ("GPT-9 mini", "standard", "input"): "0.10",
    }


@pytest.mark.parametrize(
    "lines",
    [
        ("$0.15 / 1M tokens", "Input", "$0.60 / 1M tokens"),
        ("$0.15 / 1M tokens", "Input", "$0.60 / 1M tokens", "Output", "$0.90 / 1M tokens"),
        ("Input", "$0.15 / 1M tokens", "Output", "$0.60 / 1M tokens", "Cached input"),
        ("Text", "$0.15 / 1M tokens", "Output", "$0.60 / 1M tokens", "Cached input"),
        ("Price:", "$0.15 / 1M tokens", "Output", "$0.60 / 1M tokens", "Cached input", "Free"),
        ("$0.15 / 1M tokens", "Output", "$0.60 / 1M tokens", "Cached input", "Not available"),
    ],
)
def test_a_label_that_two_figures_may_have_is_a_doubt_of_both(page_rates: Read, lines: tuple[str, ...]) -> None:
    page = read_lines(page_rates, *lines)
    assert not prices(page)
    assert "over it or below it" in told(page)


def test_a_size_between_a_label_and_its_figures_leaves_the_label_over_them(page_rates: Read) -> None:
    lines = ("Input", "Prompts ≤ 200K tokens", "$3 / 1M tokens", "Prompts > 200K tokens", "$6 / 1M tokens", "Output")
    page = read_lines(page_rates, *lines, "Prompts ≤ 200K tokens", "$15 / 1M tokens")
    assert [str(price.amount) for _, dimension, price in plain(page) if dimension == "output"] == ["15"]


@pytest.mark.parametrize(
    "below", [("Cached input", "Not available"), ("Cached input", "Free"), ("- Text input\n- Max output 8K",)]
)
def test_a_label_without_a_price_below_the_last_one_is_no_doubt(page_rates: Read, below: tuple[str, ...]) -> None:
    page = read_lines(page_rates, "Input", "$0.15 / 1M tokens", "Output", "$0.60 / 1M tokens", *below)
    assert prices(page) == {("GPT-9", "standard", "input"): "0.15", ("GPT-9", "standard", "output"): "0.60"}


@pytest.mark.parametrize("sides", [("≤ 200K tokens", "> 200K tokens"), ("Standard", "Batch")])
def test_a_size_or_mode_below_each_figure_settles_none(page_rates: Read, sides: tuple[str, str]) -> None:
    def lines(*figures: str) -> list[str]:
        return [line for figure, side in zip(figures, sides, strict=True) for line in (f"{figure} / 1M tokens", side)]

    page = read_lines(page_rates, "Input", *lines("$3", "$6"), "Output", *lines("$15", "$22.50"))
    assert not prices(page)


@pytest.mark.parametrize("feature", ["Tool use", "Text and image input", "JSON mode"])
def test_a_feature_below_the_prices_of_a_card_is_no_doubt(page_rates: Read, feature: str) -> None:
    page = read_lines(page_rates, "Input", "$3 / 1M tokens", "Output", "$15 / 1M tokens", f"- {feature}")
    assert len(prices(page)) == 2


CARD = "<div><span>{}</span><h3>{}</h3><p>Input $2.50 / 1M tokens</p></div>"


@pytest.mark.parametrize(
    "badge",
    ["Batch", "Fast", "New pricing from January 1, 2027", "in CAD", "per 1K tokens", "Cached", "Promo", "US only",
     "Prompts > 200K", "-50%"],
)  # fmt: skip
def test_a_badge_over_a_card_is_said_of_it(page_rates: Read, badge: str) -> None:
    """The first of the page, one in the middle, the last: none is plain."""
    cards = "".join(CARD.format(badge, name) for name in ("GPT-9", "GPT-9 mini"))
    page = page_rates(f"<!doctype html><h1>Pricing</h1>{cards}", date(2026, 9, 1), "openai")
    of_now = [rate for rate, _, _ in plain(page) if rate.mode == "standard" and rate.place == "global"]
    assert not [rate for rate in of_now if not rate.start and not rate.above_input_tokens]


def test_no_badge_over_a_card_settles_what_its_prices_are(page_rates: Read) -> None:
    """It may as well be the last word of a menu, or of a switch."""
    cards = CARD.format("Batch", "GPT-9") + CARD.format("", "GPT-9 mini")
    page = page_rates(f"<!doctype html><h1>Pricing</h1>{cards}", date(2026, 9, 1), "openai")
    assert {rate.mode for rate in page.rates} == {"standard"}
    assert "are these batch prices?" in told(page)


@pytest.mark.parametrize(
    "badges", ["<p>Batch</p><p>New</p>", "<span>Batch</span><span>New</span>", "<p>New</p><p>Batch</p><p>Popular</p>"]
)
def test_one_of_several_badges_is_heard(page_rates: Read, badges: str) -> None:
    page = page_rates(f"<!doctype html><h1>Pricing</h1>{badges}{CARD.format('', 'GPT-9')}", date(2026, 9, 1), "openai")
    assert not prices(page)


@pytest.mark.parametrize(
    "menu",
    ["<h1>Pricing</h1><ul><li>Models</li><li>Batch</li></ul>", "<p>Models</p><p>Batch</p><h1>Pricing</h1>",
     "<h1>Pricing</h1><h3>See also</h3><p>Batch</p>",
     "<h1>Pricing</h1><div><a>Products</a><a>Pricing</a><a>Enterprise</a></div>",
     "<h1>Pricing</h1><p>Home</p><p>Models</p><p>Docs</p><p>Enterprise</p>"],
)  # fmt: skip
def test_a_menu_before_the_first_card_says_nothing_of_it(page_rates: Read, menu: str) -> None:
    cards = CARD.format("", "GPT-9") + CARD.format("", "GPT-9 mini")
    page = page_rates(f"<!doctype html>{menu}{cards}", date(2026, 9, 1), "openai")
    assert len(prices(page)) == 2


def test_the_badge_of_one_card_makes_no_price_of_the_other(page_rates: Read) -> None:
    """Behind the prices of one card and before the name of the next it may be of either: a doubt of both."""
    cards = CARD.format("", "GPT-9") + CARD.format("Batch", "GPT-9 mini")
    page = page_rates(f"<!doctype html><h1>Pricing</h1>{cards}", date(2026, 9, 1), "openai")
    assert not prices(page)
    assert {rate.mode for rate in page.rates} == {"standard"}


@pytest.mark.parametrize("below", ["Cached", "US only"])
def test_a_qualifier_below_the_last_card_is_a_doubt(page_rates: Read, below: str) -> None:
    assert not prices(read_lines(page_rates, "Input $2.50 / 1M tokens", below))


@pytest.mark.parametrize("button", ["Try it now", "Contact us", "Learn more"])
def test_a_button_between_cards_leaves_no_doubt(page_rates: Read, button: str) -> None:
    page = read_lines(page_rates, "Input $2.50 / 1M tokens", button, "### GPT-9 mini", "Input $1 / 1M tokens", button)
    assert len(prices(page)) == 2


@pytest.mark.parametrize("badge", ["Batch", "Fast mode", "EUR"])
def test_a_badge_over_a_card_whose_prices_are_a_list_is_said_of_it(page_rates: Read, badge: str) -> None:
    """The prices of a card may be a list, of which the badge is no item."""
    card = "<div><span>{}</span><h3>GPT-9{}</h3><ul><li>Input: $5 / MTok</li><li>Output: $9 / MTok</li></ul></div>"
    page = page_rates(
        f"<!doctype html><h1>Pricing</h1>{card.format('New', ' mini')}{card.format(badge, '')}",
        date(2026, 9, 1),
        "openai",
    )
    assert not [rate for rate, _, _ in plain(page) if rate.name == "GPT-9"]
