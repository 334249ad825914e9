"""`octoregistry update --report`: the run's report in one go."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_an_update_writes_its_report_in_one_go(run: Run, models: Path, folder: Path) -> None:
    """Of what it changed: before and after are not the same."""
    before = models.read_bytes()
    ran = run("update", "--offline", "--report")
    (written,) = (folder / "reports").glob("2*.html")
    assert models.read_bytes() != before
    assert f"Wrote the report {written.relative_to(folder)}." in ran.stderr
    changes = json.loads(written.with_suffix(".json").read_text())["plan"]["changes"]
    assert any(change["verdict"] == "apply" for change in changes)
    assert (folder / "reports" / "index.html").is_file()


def test_a_dry_run_writes_the_report_only_and_says_where(run: Run, models: Path, folder: Path) -> None:
    """Standard output stays what it was: JSON where that was asked for."""
    before = models.read_bytes()
    ran = run("update", "--offline", "--dry-run", "--report", "out", "--json")
    assert json.loads(ran.stdout)["plan"]
    assert models.read_bytes() == before
    assert len(list((folder / "out").glob("2*.html"))) == 1
    assert "Wrote the report out/2" in ran.stderr
    assert not (folder / "reports").exists()


def test_without_it_no_report_is_written(run: Run, models: Path, folder: Path) -> None:
    """Nor a folder made."""
    run("update", "--offline", "--dry-run")
    assert not (folder / "reports").exists()


def test_a_report_that_cannot_be_written_hides_nothing_of_the_update(run: Run, models: Path, folder: Path) -> None:
    """The registry is written and told; the report's fault comes last, with exit status 1."""
    (folder / "in-the-way").write_text("")
    ran = run("update", "--offline", "--report", "in-the-way/below")
    assert ran.exit_code == 1
    assert "Wrote models.yaml." in ran.stderr
    assert "in-the-way" in ran.stderr.splitlines()[-1]
