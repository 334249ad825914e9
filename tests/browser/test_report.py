import csv
import io
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from octoregistry.estimating import Unknown, Workload, dollars, estimate, nearest_cheaper
from octoregistry.publishing.report import report_of, write

SIZES = {"phone": {"width": 375, "height": 812}, "desk": {"width": 1440, "height": 900}}


def settled(tab):
    """After the frame in which the page answers what was typed."""
    tab.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def shown_models(tab):
    """The names in the price list, in order, as a person sees them."""
    return tab.locator("#list tbody:visible th").evaluate_all("cells => cells.map(cell => cell.firstChild.textContent)")


def costs_shown(tab):
    """Name -> exact cost as text, of the calculator's rows; None where it shows a dash."""
    tab.click("#all-costs")
    return tab.locator("#costs tbody tr").evaluate_all(
        "rows => rows.map(row => [row.cells[0].querySelector('code')?.textContent ?? row.cells[0].textContent,"
        " row.cells[1].textContent, row.querySelector('data')?.value ?? null, row.cells[2].textContent])"
    )


def fill(tab, **values):
    """Types into the calculator."""
    for name, value in values.items():
        field = tab.locator(f"#workload [name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    settled(tab)


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
    assert shown_models(tab) == ["Gemini 2.5 Flash-Lite"]
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
    assert row.locator("th").text_content().startswith("Gemini 3.8 Flash")
    assert row.locator("td").nth(2).text_content() == "0.375"
    tab.locator("[name=show]").select_option("standard")
    settled(tab)
    assert tab.locator("#list tbody:visible tr:visible td").nth(2).text_content() == "0.75"


WORKLOADS = {
    "as it opens": ({}, {}),
    "tokens of all kinds": (
        {"input": "12345", "output": "678", "cached_input": "90123", "cache_write_5m": "4567", "requests": "1234567"},
        {},
    ),
    "long prompts": ({"input": "250000", "output": "333", "requests": "77"}, {}),
    "a stated prompt size": ({"input": "5000", "prompt": "300000"}, {"prompt_tokens": 300_000}),
    "a third in batches": ({"input": "777", "output": "333", "batch": "33", "requests": "999"}, {"batch_percent": 33}),
    "all in batches": ({"batch": "100"}, {"batch_percent": 100}),
    "priority": ({"mode": "priority"}, {"mode": "priority"}),
    "after an announced change": ({"day": "2027-02-01"}, {"day": date(2027, 2, 1)}),
    "before all changes": ({"day": "2026-09-01"}, {"day": date(2026, 9, 1)}),
    "nothing": ({"requests": "0"}, {}),
}


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_calculator_agrees_with_estimate_in_every_figure(opened, report, update, name):
    """Not to the cent only: the exact sums are the same, and so is the order, and what is unknown."""
    typed, options = WORKLOADS[name]
    tab = opened(report.html)
    fill(tab, **typed)
    tokens = {key: int(typed.get(key, start)) for key, start in
              {"input": 2000, "output": 500, "cached_input": 0, "cache_write_5m": 0}.items()}  # fmt: skip
    workload = Workload(tokens, requests=int(typed.get("requests", 10_000)), **{"day": date(2026, 9, 8), **options})
    expected = estimate(report_of(update).after, workload)
    found = costs_shown(tab)
    assert len(found) == len(expected)
    known = [one for one in expected if not isinstance(one.cost, Unknown)]
    assert [(model, vendor) for model, vendor, exact, _ in found if exact is not None] == [
        (one.model.id, one.model.provider) for one in known
    ]
    for (_, _, exact, money), one in zip(found, known, strict=False):
        assert Decimal(exact) == one.cost
        assert money == dollars(one.cost)
    assert {money for _, _, exact, money in found if exact is None} <= {"–"}


def test_a_link_reproduces_what_was_typed(opened, report, screenshots):
    """Calculator, filters and order: all of it stands in the address."""
    tab = opened(report.html)
    fill(tab, input="123456", cached_input="1000", batch="40", mine="openai/gpt-5.6-sol")
    tab.locator("[name=text]").fill("gpt & co")
    tab.locator("[name=text]").fill("gpt")
    tab.get_by_role("button", name="Output").click()
    tab.get_by_role("button", name="Output").click()
    settled(tab)
    address = tab.url
    assert "input=123456" in address
    assert "sort=-output" in address
    other = opened(report.html, "#" + address.split("#")[1])
    for selector in ("#costs", "#verdict", "#count", "#list"):
        assert other.locator(selector).inner_text() == tab.locator(selector).inner_text()
    other.locator("#calculator").screenshot(path=screenshots / "calculator.png")
    other.locator("#workload").get_by_role("button", name="Start again").click()
    assert "input=" not in other.url


def test_your_model_is_compared_with_the_nearest_that_cost_less(opened, report, update):
    """The same three that estimate names, and what this update does to the bill."""
    tab = opened(report.html)
    fill(tab, mine="openai/gpt-5.6-sol")
    said = tab.locator("#verdict").text_content()
    estimates = estimate(report_of(update).after, Workload({"input": 2000, "output": 500}, date(2026, 9, 8), 10_000))
    for one in nearest_cheaper(estimates, "openai", "gpt-5.6-sol"):
        assert f"{one.model.display_name} ({dollars(one.cost)})" in said
    row = tab.locator("#costs tr.mine")
    assert row.locator("td").nth(1).text_content() == "$180.00"
    assert row.locator("td").last.text_content() == "▼ −28.0%, was $250.00"


def test_what_is_no_number_is_said_and_not_counted(opened, report):
    """A letter is no token, and a share above 100 is none."""
    tab = opened(report.html)
    for field, typed in (("input", "12x"), ("batch", "101"), ("requests", "-1"), ("output", "1.5")):
        fill(tab, **{field: typed})
        assert tab.locator(f"#workload [name={field}]").get_attribute("aria-invalid") == "true"
        assert "Whole numbers" in tab.locator("#verdict").text_content()
        tab.locator("#workload").get_by_role("button", name="Start again").click()
    fill(tab, input="1 000 000")
    assert tab.locator("#workload [name=input]").get_attribute("aria-invalid") is None


def test_an_id_is_copied(opened, report):
    """And the screen reader hears that it was."""
    tab = opened(report.html, permissions=["clipboard-read", "clipboard-write"])
    tab.get_by_role("button", name="Copy the id gemini-3.8-flash").click()
    assert tab.locator("#said").text_content() == "gemini-3.8-flash is copied"
    assert tab.evaluate("navigator.clipboard.readText()") == "gemini-3.8-flash"


def downloaded(tab, name):
    """The bytes that a button saves."""
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name=name).click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def test_the_json_is_the_file_beside_letter_for_letter(opened, report, hostile_report):
    """Whatever stands in it."""
    for files in (report, hostile_report):
        name, saved = downloaded(opened(files.html), "Download JSON")
        assert name == "run.json"
        assert saved == files.json.read_bytes()


def test_the_csv_has_every_rate(opened, report):
    """A row for each, as a spreadsheet reads it."""
    name, saved = downloaded(opened(report.html), "Download CSV")
    assert name == "run.csv"
    rows = list(csv.DictReader(io.StringIO(saved.decode("utf-8-sig"))))
    models = json.loads(report.json.read_text())["models"]
    assert len(rows) == sum(len(model["rates"]) for model in models)
    flash = [row for row in rows if row["id"] == "gemini-3.8-flash" and row["mode"] == "standard"]
    assert [(row["from"], row["input"], row["cache_write_5m"]) for row in flash] == [
        ("", "0.75", ""),
        ("2027-01-01", "1.5", ""),
    ]


@pytest.fixture(scope="session")
def usage_report(update, tmp_path_factory):
    """The files of a report with the usage of a log, one row of which is hostile."""
    pytest.importorskip("ibis", reason="Ibis is not installed: pip install '.[scale]'")
    from octoregistry.costing import usage_costs

    folder = tmp_path_factory.mktemp("usage")
    rows = [
        {"day": f"2026-08-{day:02}", "provider": provider, "model": model, "input": 10**6 * day, "cached_input": 10**5}
        for day in range(1, 31)
        for provider, model in (("openai", "gpt-5.6-sol"), ("gemini", "gemini-3.8-flash"))
    ]
    rows.append({"day": "2026-08-31", "provider": "=1+1", "model": "</script><img src=x onerror=alert(1)>", "input": 1})
    (folder / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))
    report = report_of(update, "run")
    usage = usage_costs([str(folder / "log.jsonl")], report.before, report.after, report.day)
    return write(replace(report, usage=usage), folder)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_your_usage_is_told_with_its_pictures_table_and_downloads(opened, usage_report, size, scripts, screenshots):
    """On a phone and on a desk; without scripts all but the buttons."""
    tab = opened(usage_report.html, viewport=SIZES[size], java_script_enabled=scripts, bypass_csp=scripts)
    section = tab.locator("#usage")
    assert "What this update does to it" in section.inner_text()
    assert "An upper bound of what a cache could save" in section.inner_text()
    assert "</script><img src=x onerror=alert(1)>" in section.locator("#unpriced").inner_text()
    assert section.locator("#usage-bars .bar").count() == 30
    assert section.locator("img").count() == 0
    section.locator("summary").click()
    assert section.locator("figure tbody tr:visible").count() == 31
    assert tab.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    section.screenshot(path=screenshots / f"usage-{size}-{'scripts' if scripts else 'scripts-off'}.png")
    if not scripts:
        assert section.locator("button:visible").count() == 0
        return
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed: pip install '.[dev]'"
    )
    found = axe.Axe().run(tab).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
    section.locator("#usage-bars .bar").first.hover()
    assert "2026-08-01: $" in tab.locator("#tip").text_content()
    name, saved = downloaded(tab, "Download usage CSV")
    assert name == "run-usage.csv"
    rows = list(csv.DictReader(io.StringIO(saved.decode("utf-8-sig"))))
    usage = json.loads(usage_report.json.read_text())["usage"]
    assert [row["by"] for row in rows] == ["model"] * 3 + ["period"] * 31
    assert [row["cost"] for row in rows[:3]] == [model["cost"] or "" for model in usage["models"]]
    assert rows[2]["provider"] == "'=1+1"
    assert downloaded(tab, "Download JSON")[1] == usage_report.json.read_bytes()


def test_no_cell_of_the_csv_is_a_formula(opened, hostile_report):
    """What a spreadsheet would compute begins with an apostrophe, and commas or quotes do not break out of a cell."""
    _, saved = downloaded(opened(hostile_report.html), "Download CSV")
    rows = list(csv.reader(io.StringIO(saved.decode("utf-8-sig"), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    cells = {cell for row in rows for cell in row}
    assert not [cell for cell in cells if cell.lstrip()[:1] in {"=", "+", "-", "@", "\uff1d", "\t", "\r"}]
    assert '\'=HYPERLINK("http://evil.example","win")' in cells
    assert "'@SUM(1)" in cells


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
    assert tab.locator("#costs data").first.text_content() == "$3.00"
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
    assert tab.get_by_role("columnheader", name="Cached").is_visible()
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
