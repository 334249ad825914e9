"""The page as a whole in a real browser: screens, schemes, print, scripts off, keyboard, pictures."""

import pytest

from octoregistry.report import report_of
from tests.browser.acting import SIZES, settled


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_screen_and_axe_finds_no_serious_fault(opened, report, size, scheme, screenshots):
    """On a phone and on a desk, in both schemes; contrast included."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed: pip install '.[dev]'"
    )
    tab = opened(report.html, viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    assert tab.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    tab.screenshot(path=screenshots / f"{size}-{scheme}.png", full_page=True)
    for details in tab.locator("details").all():
        details.evaluate("details => { details.open = true; }")
    found = axe.Axe().run(tab).response["violations"]
    serious = [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]
    assert serious == []


def test_dark_and_light_follow_the_system_and_the_button(opened, report):
    """The button goes round: system, light, dark."""
    background = "getComputedStyle(document.body).backgroundColor"
    tab = opened(report.html, color_scheme="dark")
    dark = tab.evaluate(background)
    tab.click("#theme")
    light = tab.evaluate(background)
    assert light != dark
    tab.click("#theme")
    assert tab.evaluate(background) == dark
    assert opened(report.html, color_scheme="light").evaluate(background) == light


def test_everything_can_be_read_with_scripts_off(opened, report, update, screenshots):
    """Changes, all prices in all modes, costs of a usual workload, pictures; and no control that does nothing."""
    tab = opened(report.html, java_script_enabled=False)
    tab.screenshot(path=screenshots / "scripts-off.png", full_page=True)
    assert tab.locator("button:visible, input:visible, select:visible").count() == 0
    assert "−20%" in tab.locator("#moved").inner_text()
    after = report_of(update).after
    assert tab.locator("#list tbody:visible").count() == len(after)
    assert tab.locator("#list tr:visible", has_text="batch").count() > 60
    assert tab.locator("#costs tbody tr:visible").count() == 25
    assert tab.locator("#costs data").first.text_content() == "$4.00"
    assert tab.locator("#pictures svg[role=img]:visible").count() >= 3
    assert "2027-01-01" in tab.locator("#pictures figure").first.text_content()


def test_it_prints_what_is_on_the_screen(opened, report, screenshots):
    """In dark ink on white, without controls, with the headings of the columns and the tables beside the pictures."""
    tab = opened(report.html, color_scheme="dark")
    tab.locator("[name=text]").fill("flash")
    settled(tab)
    tab.emulate_media(media="print")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.locator("form:visible, .top:visible, .copy:visible").count() == 0
    assert tab.locator("#list").get_by_role("columnheader", name="Cached").is_visible()
    assert "10,000 requests of 2,000 input, 500 output" in tab.locator("#asked").inner_text()
    tab.screenshot(path=screenshots / "print.png", full_page=True)
    pdf = tab.pdf(path=screenshots / "print.pdf", prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")


def test_the_keyboard_reaches_everything(opened, report):
    """The first tab stop leads past the header, and every control has a name."""
    tab = opened(report.html)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to what changed"
    nameless = tab.locator("button, input, select, [tabindex='0']").evaluate_all(
        "all => all.filter(one => !(one.labels?.length || one.ariaLabel || one.textContent.trim())).map(one => one.outerHTML)"
    )
    assert nameless == []


def test_pictures_tell_their_values_under_the_pointer(opened, report, screenshots):
    """At once, in the page's own box, and never outside the window."""
    tab = opened(report.html)
    for selector, words in (
        ("#scatter use", "tokens"),
        ("#history-0 .dot", "from"),
        ("#savings .bar", "lower"),
    ):
        mark = tab.locator(selector).first
        mark.scroll_into_view_if_needed()
        settled(tab)
        mark.hover()
        assert words in tab.locator("#tip").text_content()
        box = tab.locator("#tip").bounding_box()
        assert 0 <= box["x"] <= 1440 - box["width"]
    tab.locator("#pictures").screenshot(path=screenshots / "pictures.png")


def test_the_index_opens_without_scripts_or_requests(opened, report, screenshots):
    """And leads to the report."""
    tab = opened(report.index)
    assert tab.get_by_role("link", name="run", exact=True).get_attribute("href") == "run.html"
    tab.screenshot(path=screenshots / "index.png")
