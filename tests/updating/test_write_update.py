"""What is written, and that nothing a person wrote meanwhile is lost."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from octoregistry.merging.registry_file import NotCarriedOutError, bring_copy_along
from octoregistry.planning.plan import Change, Plan
from octoregistry.settings import Settings
from octoregistry.updating.apply_plan import StoredPlan, apply_plan
from octoregistry.updating.update import Update, plan_update
from octoregistry.updating.write_update import write_update
from providers import RegistryError, compiled, load_registry, parse_registry

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "models-2026-08-21.yaml"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A registry of some weeks ago."""
    folder = tmp_path / "registry"
    folder.mkdir()
    place = folder / "models.yaml"
    place.write_bytes(EXAMPLE.read_bytes())
    return place


def planned(path: Path, settings: Settings) -> Update:
    return plan_update(path.read_text(), str(path), settings, offline=True, clock=lambda: NOW)


def test_an_update_is_written_and_the_next_changes_nothing(path: Path, settings: Settings) -> None:
    """Byte-identical files, and no second write."""
    update = write_update(planned(path, settings), path, settings)
    assert path.read_text() == update.new_text != update.old_text

    before = path.stat()
    write_update(planned(path, settings), path, settings)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [entry.name for entry in path.parent.iterdir()] == ["models.yaml"]


def test_what_a_person_edits_during_the_run_is_merged_with(path: Path, settings: Settings) -> None:
    """The sources are held against the edited text: a price that the person has brought along already is no change."""
    update = planned(path, settings)
    edited = update.old_text.replace("default_provider: gemini", "default_provider: openai  # by hand")
    path.write_text(edited)

    written = write_update(update, path, settings)

    assert "default_provider: openai  # by hand" in path.read_text()
    assert written.old_text == edited
    assert written.new_text == path.read_text()
    assert parse_registry(path.read_text()).model("openai", "gpt-6-astra")


def test_a_file_that_a_person_broke_during_the_run_is_left_alone(path: Path, settings: Settings) -> None:
    """The error names the line."""
    update = planned(path, settings)
    path.write_text(update.old_text.replace("default_provider: gemini", "default_provider: [gemini"))

    with pytest.raises(RegistryError, match=r"models.yaml:\d+"):
        write_update(update, path, settings)
    assert "default_provider: [gemini" in path.read_text()


def test_a_file_that_is_edited_again_and_again_is_left_alone(
    path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends, and says so."""
    update = planned(path, settings)
    write_over = Path.read_bytes

    def edited(self: Path) -> bytes:
        if self == path:
            with self.open("a") as file:
                file.write("# still typing\n")
        return write_over(self)

    monkeypatch.setattr(Path, "read_bytes", edited)
    with pytest.raises(NotCarriedOutError, match="edited again and again"):
        write_update(update, path, settings)
    assert "gpt-6-astra" not in path.read_text()


def test_the_copy_that_is_shipped_beside_a_registry_comes_along(path: Path, settings: Settings) -> None:
    """Programs find the new prices at once; a copy left behind by a killed run is mended by the next."""
    copy = Path(compiled.write_beside(str(path)))
    write_update(planned(path, settings), path, settings)
    sha256 = parse_registry(path.read_bytes()).text_sha256
    assert json.loads(copy.read_text())["sha256"] == sha256

    copy.write_text('{"format":1,"sha256":"stale"')
    write_update(planned(path, settings), path, settings)
    assert json.loads(copy.read_text())["sha256"] == sha256
    assert load_registry(path).model("openai", "gpt-6-astra")


def test_a_file_that_only_has_the_copys_name_is_left_alone(path: Path) -> None:
    """Nobody's models.json is taken for ours."""
    copy = path.with_suffix(".json")
    copy.write_text('{"mine": true}')
    bring_copy_along(path)
    assert copy.read_text() == '{"mine": true}'


KEPT = Plan((Change("openai", "gpt-5.5", "metadata", "context_window", None, 400_000),))


def test_a_kept_plan_is_carried_out_once(path: Path) -> None:
    """The registry has moved on after the first time."""
    kept = StoredPlan(KEPT, parse_registry(path.read_bytes()).text_sha256)
    apply_plan(kept, path)
    assert parse_registry(path.read_text()).model("openai", "gpt-5.5").context_window == 400_000

    after = path.read_bytes()
    with pytest.raises(NotCarriedOutError, match="has moved on since the plan was made"):
        apply_plan(kept, path)
    assert path.read_bytes() == after


@pytest.mark.parametrize(
    "change",
    [
        Change("openai", "no-such-model", "metadata", "context_window", None, 1),
        Change("nobody", "gpt-5.5", "metadata", "context_window", None, 1),
        Change("openai", "gpt-5.5", "new_model", "context_window", None, 1),
        Change("openai", "gpt-5.5", "lifecycle", "missing_since", None, None),
        Change("openai", "new-1", "new_model", "context_window", None, 1),
        Change("openai", "gpt-5.5", "plain", "realtime_multiplier", None, Decimal("7.5")),
    ],
)
def test_a_plan_that_does_not_fit_writes_nothing_of_it(path: Path, change: Change) -> None:
    """All of a kept plan or none of it."""
    before = path.read_bytes()
    kept = StoredPlan(Plan((*KEPT.changes, change)), parse_registry(before).text_sha256)

    with pytest.raises(NotCarriedOutError, match="cannot be written"):
        apply_plan(kept, path)
    assert path.read_bytes() == before


def test_two_threads_of_readers_see_whole_files(path: Path, settings: Settings) -> None:
    """Whoever reads while we write finds the old registry or the new one."""
    update = planned(path, settings)
    seen: set[bytes] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    write_update(update, path, settings)
    done.set()
    reader.join()
    assert seen <= {update.old_text.encode(), update.new_text.encode()}
