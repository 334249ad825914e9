"""Names, evidence and links that try to be markup, in a real browser."""

from tests.browser.acting import fill, settled


def test_hostile_names_are_text_on_the_page(opened, hostile_report, screenshots):
    """Nothing runs, nothing opens, no element is made; also not by the script's own tables, lists and hover values."""
    tab = opened(hostile_report.html)
    tab.locator("[name=show]").select_option("all")
    tab.locator("[name=text]").fill("<script>alert(1)")
    fill(tab, mine="acme/close")
    tab.locator("#scatter use").first.hover()
    assert tab.locator("#tip").is_visible()
    assert tab.locator("img, #costs script, #list script, option script").count() == 0
    assert "<script>alert(1)</script>" in tab.locator("#list").inner_text()
    assert "</script><script>alert(2)</script>" in tab.locator("#verdict").inner_text()
    tab.locator("[name=text]").fill("")
    settled(tab)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.screenshot(path=screenshots / "hostile.png", full_page=True)


def test_a_hostile_link_is_only_text(opened, report):
    """What the address says is typed into fields; a choice that is none is not taken."""
    tab = opened(
        report.html,
        "#text=%3Cimg%20src=x%20onerror=alert(1)%3E&mine=%3Cscript%3E&mode=x&day=never&sort=__proto__&input=1e9",
    )
    assert tab.locator("#filters [name=text]").input_value() == "<img src=x onerror=alert(1)>"
    assert tab.locator("#workload [name=mode]").input_value() == "standard"
    assert tab.locator("#count").text_content().startswith("0 rows")
    assert tab.locator("#verdict").text_content().startswith("Whole numbers")
    assert tab.locator("img").count() == 0
