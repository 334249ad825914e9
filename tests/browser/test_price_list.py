"""The price list in a real browser: sorting, filters, modes, ids to copy."""

from decimal import Decimal

import pytest

from octoregistry.report import report_of
from tests.browser.acting import SIZES, settled, shown_models


def test_sorting_by_price_is_by_figure_and_dashes_come_last(opened, report, screenshots):
    """On real buttons, both ways, with aria-sort; never as text, in which 10 stands before 9."""
    tab = opened(report.html)
    heading = tab.locator("#list thead th", has=tab.get_by_role("button", name="Input"))
    for way in ("ascending", "descending"):
        heading.get_by_role("button").press("Enter")
        assert heading.get_attribute("aria-sort") == way
        texts = tab.locator("#list tbody:visible tr:first-child td:nth-child(4)").all_text_contents()
        figures = [Decimal(text) for text in texts if text != "–"]
        assert figures == sorted(figures, reverse=way == "descending")
        assert len(figures) > 50
        assert texts[len(figures) :] == ["–"] * (len(texts) - len(figures))
        assert texts.count("–") > 2
    assert tab.locator("#list thead [aria-sort]:not([aria-sort=none])").count() == 1
    tab.locator("#prices").screenshot(path=screenshots / "sorted.png")


def test_sorting_by_context_and_name(opened, report, update):
    """Typed: numbers as numbers, names as names."""
    tab = opened(report.html)
    tab.get_by_role("button", name="Context").click()
    contexts = [
        text.replace(",", "")
        for text in tab.locator("#list tbody:visible tr:first-child td:nth-child(10)").all_text_contents()
    ]
    known = [int(text) for text in contexts if text != "–"]
    assert known == sorted(known)
    assert set(contexts[len(known) :]) == {"–"}
    tab.get_by_role("button", name="Model", exact=True).click()
    names = [name.lower() for name in shown_models(tab)]
    assert names == sorted(names)


def test_filters_narrow_the_list_and_say_how_many_are_left(opened, report, update, screenshots):
    """Each of them, and together."""
    models = list(report_of(update).after)
    tab = opened(report.html)
    count = tab.locator("#count")
    assert count.text_content().endswith(f"{len(models)} of {len(models)} models")
    tab.locator("[name=vendor]").select_option("anthropic")
    settled(tab)
    vendor = [model for model in models if model.provider == "anthropic"]
    assert count.text_content().endswith(f"{len(vendor)} of {len(models)} models")
    tab.locator("[name=life]").select_option("active")
    tab.locator("[name=context]").select_option("400000")
    settled(tab)
    left = [m.display_name for m in vendor if m.status == "active" and (m.context_window or 0) >= 400_000]
    assert shown_models(tab) == left
    tab.locator("#prices").screenshot(path=screenshots / "filtered.png")
    tab.locator("#filters").get_by_role("button", name="Clear").click()
    tab.locator("[name=text]").fill("FLASH lite")
    settled(tab)
    assert shown_models(tab) == [m.display_name for m in models if "flash" in m.id and "lite" in m.id]
    tab.locator("[name=most]").fill("0.1")
    settled(tab)
    assert shown_models(tab) == ["Gemini 2.0 Flash-Lite", "Gemini 2.5 Flash-Lite", "Gemini 2.5 Flash-Lite Preview"]
    tab.locator("[name=batches]").select_option("no")
    settled(tab)
    assert count.text_content() == f"0 rows: 0 of {len(models)} models"


def test_all_modes_are_there_to_see(opened, report, screenshots):
    """One group a model, whose name stands beside the mode that is shown."""
    tab = opened(report.html)
    tab.locator("[name=text]").fill("gemini-3.8-flash")
    tab.locator("[name=show]").select_option("all")
    settled(tab)
    firsts = tab.locator("#list tr:first-child:visible td:nth-child(3)").all_text_contents()
    others = tab.locator("#list tr:visible:not(:first-child) td:first-child").all_text_contents()
    assert [*firsts, *others] == ["standard", "batch", "flex", "priority"]
    tab.locator("#prices").screenshot(path=screenshots / "all-modes.png")
    tab.locator("[name=show]").select_option("batch")
    settled(tab)
    row = tab.locator("#list tbody:visible tr:visible")
    assert row.count() == 1
    assert row.locator("th").text_content().startswith("gemini-3.8-flash")
    assert row.locator("td").nth(2).text_content() == "0.375"
    tab.locator("[name=show]").select_option("standard")
    settled(tab)
    assert tab.locator("#list tbody:visible tr:visible td").nth(2).text_content() == "0.75"


def test_an_id_is_copied(opened, report):
    """And the screen reader hears that it was."""
    tab = opened(report.html, permissions=["clipboard-read", "clipboard-write"])
    tab.get_by_role("button", name="Copy the id gemini-3.8-flash").click()
    said = tab.locator("#status", has_text="gemini-3.8-flash is copied")
    said.wait_for(state="attached")  # the clipboard takes its time
    assert tab.evaluate("navigator.clipboard.readText()") == "gemini-3.8-flash"


@pytest.mark.parametrize(
    ("typed", "read"),
    [("0.1", True), ("0,1", True), ("$ 0.1", True), (".1", True), ("1,000", False), ("1e9", False), ("-1", False)],
)
def test_a_highest_price_is_read_as_people_write_it(opened, report, typed, read):
    """With a point or a comma; what could be two prices, or none, is said and filters nothing."""
    tab = opened(report.html)
    everything = tab.locator("#count").text_content()
    tab.locator("[name=most]").fill(typed)
    settled(tab)
    assert tab.locator("[name=most]").get_attribute("aria-invalid") == (None if read else "true")
    if read:
        assert 0 < len(shown_models(tab)) < 20
    else:
        assert (
            tab.locator("#count").text_content() == f"{everything}; the highest price is no number, and not asked for"
        )


def test_a_phone_shows_prices_without_scrolling_sideways(opened, report):
    """Who opens the list on the way wants a price, not the vendor's name beside the model's."""
    tab = opened(report.html, viewport=SIZES["phone"])
    box = tab.locator("#list tbody:visible tr:first-child td:nth-child(4)").first.bounding_box()
    assert box["x"] + box["width"] <= SIZES["phone"]["width"]
