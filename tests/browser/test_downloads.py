"""What the buttons of a report save."""

import csv
import io
import json

from tests.browser.acting import downloaded


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


def test_no_cell_of_the_csv_is_a_formula(opened, hostile_report):
    """What a spreadsheet would compute begins with an apostrophe, and commas or quotes do not break out of a cell."""
    _, saved = downloaded(opened(hostile_report.html), "Download CSV")
    rows = list(csv.reader(io.StringIO(saved.decode("utf-8-sig"), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    cells = {cell for row in rows for cell in row}
    assert not [cell for cell in cells if cell.lstrip()[:1] in {"=", "+", "-", "@", "\uff1d", "\t", "\r"}]
    assert '\'=HYPERLINK("http://evil.example","win")' in cells
    assert "'@SUM(1)" in cells
