import json
import os
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from benchmarks.report import large_update, long, wide
from octoregistry.cli import cli
from octoregistry.planning.plan import Note, Plan
from octoregistry.report import write_report

EXAMPLE = Path(__file__).parents[2] / "examples" / "models-2026-08-21.yaml"


def test_a_report_is_a_page_its_data_and_an_index(hostile, tmp_path):
    """Named by the run's time, readable by everyone, with nothing half-written beside."""
    written = write_report(hostile, tmp_path / "reports")
    assert sorted(file.name for file in (tmp_path / "reports").iterdir()) == [
        "2026-09-08T120000Z.html",
        "2026-09-08T120000Z.json",
        "index.html",
    ]
    assert written.html.stat().st_mode & 0o777 == 0o644
    assert json.loads(written.json.read_text())["run"] == "2026-09-08T120000Z"


def test_the_index_lists_all_runs_the_newest_first(hostile, tmp_path):
    """Also one whose data a person has broken, which is said."""
    write_report(hostile, tmp_path, "first")
    write_report(hostile, tmp_path, "second")
    (tmp_path / "first.json").write_text("{")
    (tmp_path / "stray.json").write_text("{}")
    written = write_report(hostile, tmp_path, "third")
    rows = BeautifulSoup(written.index.read_text(), "lxml").select("tbody tr")
    assert [row.a.text for row in rows] == ["third", "second", "first"]
    assert [cell.text.strip() for cell in rows[0].select("td")] == ["models.yaml", "14", "9", "1", "acme", "JSON"]
    assert "cannot be read" in rows[2].text


@pytest.mark.parametrize("name", ["../up", "index", ".hidden", "a/b", "x" * 101])
def test_a_name_that_would_leave_the_folder_is_refused(hostile, tmp_path, name):
    """Before anything is written."""
    with pytest.raises(ValueError, match="give a name"):
        write_report(hostile, tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_report(hostile, tmp_path, monkeypatch):
    """Whole, and no partial file beside it."""
    write_report(hostile, tmp_path, "run")
    before = (tmp_path / "run.html").read_bytes()

    def full(_self, _target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_report(hostile, tmp_path, "run")
    assert (tmp_path / "run.html").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 3


def test_a_disk_that_fills_up_in_between_leaves_no_half_of_a_report(hostile, tmp_path, monkeypatch):
    """Neither file stands there before both are written."""
    opened, write = [], os.fdopen

    def full_for_the_second(descriptor, *arguments, **options):
        opened.append(descriptor)
        if len(opened) == 2:
            os.close(descriptor)
            raise OSError(28, "No space left on device")
        return write(descriptor, *arguments, **options)

    monkeypatch.setattr(os, "fdopen", full_for_the_second)
    with pytest.raises(OSError, match="No space"):
        write_report(hostile, tmp_path, "run")
    assert list(tmp_path.iterdir()) == []


def test_half_a_letter_in_evidence_does_not_stop_a_report(update_of, tmp_path):
    """A lone surrogate, as JSON can carry it, is written as JSON writes it."""
    note = Note("acme", "road", "\ud800")
    text = (Path(__file__).parent.parent / "merging" / "hostile" / "models.yaml").read_text()
    written = write_report(update_of(text, Plan(notes=(note,))), tmp_path, "run")
    assert json.loads(written.json.read_text())["plan"]["notes"][0]["text"] == "\ud800"
    assert "⟨U+D800⟩" in written.html.read_text()


@pytest.mark.parametrize("text", [wide(), long()], ids=["4 modes × 2 sizes", "24 days"])
def test_400_models_stay_under_600_kb(text, tmp_path):
    """A report travels by mail."""
    assert write_report(large_update(text), tmp_path).html.stat().st_size < 600_000


def test_the_command_writes_a_report_of_an_offline_run(tmp_path, monkeypatch):
    """Needs no key and no network, leaves the registry as it is, and no key gets into what it writes."""
    canary = "sk-Canary/7f3a+x=="
    monkeypatch.setenv("OPENAI_API_KEY", canary)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    before = EXAMPLE.read_bytes()
    ran = CliRunner().invoke(cli, ["report", "--registry", str(EXAMPLE), "--day", "2026-11-30", "--name", "run"])
    assert ran.exit_code == 0, ran.output
    assert ran.stdout.split() == ["reports/run.html", "reports/run.json", "reports/index.html"]
    assert EXAMPLE.read_bytes() == before
    html = Path("reports/run.html").read_text()
    assert "42 prices moved at 2 models (42 down)" in html
    for secret in (canary, quote(canary, safe=""), b64encode(canary.encode()).decode()):
        assert secret not in html + Path("reports/run.json").read_text()


def test_the_same_run_twice_writes_the_same_bytes(tmp_path, monkeypatch):
    """So that a committed report changes only when its facts do."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for folder in ("one", "two"):
        arguments = [
            "--registry",
            str(EXAMPLE),
            "--day",
            "2026-11-30",
            "--name",
            "run",
            "--out",
            str(tmp_path / folder),
        ]
        assert CliRunner().invoke(cli, ["report", *arguments]).exit_code == 0
    for name in ("run.html", "run.json", "index.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--registry", "none.yaml"], 1, "none.yaml: No such file"),
        (["--registry", str(EXAMPLE), "--name", "../x"], 2, "give a name of letters"),
        (["--registry", str(EXAMPLE), "--provider", "acme"], 2, "no provider 'acme'"),
        (["--registry", str(EXAMPLE), "--online", "--day", "2026-11-30"], 2, "--day goes with --offline"),
    ],
)
def test_what_cannot_be_done_is_said(arguments, status, said, tmp_path, monkeypatch):
    """With the exit status of an error or of wrong usage."""
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(cli, ["report", *arguments])
    assert ran.exit_code == status
    assert said in ran.output
