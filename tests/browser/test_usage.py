"""The section "Your usage" in a real browser."""

import csv
import io
import json
from dataclasses import replace

import pytest

from octoregistry.report import report_of, write
from tests.browser.acting import SIZES, downloaded


@pytest.fixture(scope="session")
def usage_report(update, tmp_path_factory):
    """The files of a report with the usage of a log, one row of which is hostile."""
    pytest.importorskip("ibis", reason="Ibis is not installed: pip install '.[scale]'")
    from octoregistry.costing import usage_costs

    folder = tmp_path_factory.mktemp("usage")
    rows = [
        {"day": f"2026-11-{day:02}", "provider": provider, "model": model, "input": 10**6 * day, "cached_input": 10**5}
        for day in range(1, 31)
        for provider, model in (("openai", "gpt-5.6-sol"), ("gemini", "gemini-3.8-flash"))
    ]
    rows.append({"day": "2026-11-30", "provider": "=1+1", "model": "</script><img src=x onerror=alert(1)>", "input": 1})
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
    assert section.locator("figure tbody tr:visible").count() == 30
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
    assert "2026-11-01: $" in tab.locator("#tip").text_content()
    name, saved = downloaded(tab, "Download usage CSV")
    assert name == "run-usage.csv"
    rows = list(csv.DictReader(io.StringIO(saved.decode("utf-8-sig"))))
    usage = json.loads(usage_report.json.read_text())["usage"]
    assert [row["by"] for row in rows] == ["model"] * 3 + ["period"] * 30
    assert [row["cost"] for row in rows[:3]] == [model["cost"] or "" for model in usage["models"]]
    assert rows[2]["provider"] == "'=1+1"
    assert downloaded(tab, "Download JSON")[1] == usage_report.json.read_bytes()
