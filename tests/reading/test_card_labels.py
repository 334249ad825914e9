"""Cards copied as lines: a tab's modality, a rating, chips of what a model takes, names that only the page's ids vouch for."""

from __future__ import annotations

from datetime import date

from octoregistry.documents import Document, read_document
from octoregistry.reading import read_rates
from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain, told


def read(*lines: str) -> PageRates:
    page = read_document("# API pricing\n\n" + "\n\n".join(lines) + "\n", "https://vendor.invalid/pricing")
    assert isinstance(page, Document)
    return read_rates(page, "openai", date(2026, 9, 10))


def facts(page: PageRates) -> dict[tuple[str, str, str], str]:
    return {(r.name, r.mode, d): f"{p.amount.normalize():f}" for r, d, p in plain(page)}


PRICES = ("$3 / 1M input tokens", "$0.30 / 1M cached input tokens", "$9 / 1M output tokens")


def test_a_tab_over_names_tells_the_modality_of_their_prices() -> None:
    """ "Audio" over "gpt-live" is no text price, and holds for the names after it until another tab."""
    found = facts(
        read("Audio", "gpt-live", *PRICES, "gpt-live-mini", "$1 / 1M input tokens", "Text", "gpt-9", PRICES[0])
    )
    assert found == {
        ("gpt-live", "standard", "input_audio"): "3",
        ("gpt-live", "standard", "cached_input_audio"): "0.3",
        ("gpt-live", "standard", "output_audio"): "9",
        ("gpt-live-mini", "standard", "input_audio"): "1",
        ("gpt-9", "standard", "input"): "3",
    }


def test_a_modality_below_a_name_ends_with_that_model() -> None:
    """ "Audio tokens" inside one card says nothing of the next."""
    found = facts(
        read(
            "GPT-9",
            "Per 1M tokens",
            "Audio tokens",
            "Input",
            "$30",
            "Text tokens",
            "Input",
            "$2",
            "GPT-9 mini",
            "Per 1M tokens",
            "Input",
            "$1",
        )
    )
    assert found == {
        ("GPT-9", "standard", "input_audio"): "30",
        ("GPT-9", "standard", "input"): "2",
        ("GPT-9 mini", "standard", "input"): "1",
    }


def test_a_modality_in_a_label_holds_for_the_price_below_it() -> None:
    """ "Audio input" on one line and its price on the next."""
    found = facts(read("GPT-9", "Per 1M tokens", "Text input", "$2", "Audio input", "$30"))
    assert found == {("GPT-9", "standard", "input"): "2", ("GPT-9", "standard", "input_audio"): "30"}


def test_tabs_of_which_none_is_on_leave_prices_unread() -> None:
    """ "Text", "Audio" and then prices: of which of the two?"""
    page = read("gpt-live", "Text", "Audio", *PRICES)
    assert not facts(page)
    assert "another modality" in told(page)


def test_what_a_model_takes_is_not_what_a_price_buys() -> None:
    """ "Output: text, audio" as chips does not make the prices after it those of audio."""
    found = facts(
        read(
            "GPT-9",
            "Input",
            "Text",
            "Image",
            "Output",
            "Audio",
            "Pricing",
            "Per 1M tokens",
            "Input",
            "$2",
            "Output",
            "$8",
        )
    )
    assert found == {("GPT-9", "standard", "input"): "2", ("GPT-9", "standard", "output"): "8"}


def test_a_fast_model_is_not_fast_mode() -> None:
    """ "Speed" and below it "Fast" praises a model, over cards and over tables."""
    lines = ("GPT-9", "Speed", "Fast", "Per 1M tokens")
    assert facts(read(*lines, "Input", "$2")) == {("GPT-9", "standard", "input"): "2"}
    table = "| Model | Input |\n|---|---|\n| gpt-9 | $2 |"
    assert facts(read(*lines, table)) == {("gpt-9", "standard", "input"): "2"}
    assert facts(read("Fast", "Per 1M tokens", table)) == {("gpt-9", "priority", "input"): "2"}


def test_a_family_and_a_version_vouch_for_a_name_of_unknown_words() -> None:
    """ "GPT-9 Nova" over prices is a model, with and without its id."""
    card = ("GPT-9 Nova", "Per 1M tokens", "Input", "$2")
    assert facts(read(*card)) == {("GPT-9 Nova", "standard", "input"): "2"}
    assert facts(read(*card, "Snapshots", "`gpt-9-nova`")) == {("GPT-9 Nova", "standard", "input"): "2"}


def test_prices_for_inputs_without_a_unit_are_told() -> None:
    """ "$30.00 for inputs" says what it buys, but not how much of it."""
    page = read("gpt-live", "Price", "Audio:", "$30 for inputs", "$60 for outputs")
    assert not facts(page)
    assert len(page.problems) == 2


def test_a_switch_between_prices_leaves_them_unread() -> None:
    """ "Batch API price" beside "Price per 1M tokens" may be on or off; over a table of its own it is a label."""
    table = "| Model | Input |\n|---|---|\n| gpt-9 | $2 |"
    for lines in (("Price per 1M tokens", "Batch API price", table), ("Price per 1M tokens Batch API price", table)):
        page = read(*lines)
        assert not facts(page)
        assert "switch" in told(page)
    assert facts(read("Per 1M tokens", "Batch API prices:", table)) == {("gpt-9", "batch", "input"): "2"}
    card = read("GPT-9", "Per 1M tokens", "∙", "Batch API price", "Input", "$2")
    assert not facts(card)
    assert told(card)
