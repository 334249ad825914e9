"""Answers stand in files that a person can read, correct and review."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octoregistry.reading.labels import OpenLabel, Place
from octoregistry.reading.language.label_readings import ANSWERS, LabelReading
from octoregistry.reading.language.readings_store import ReadingsStore

DAY = date(2026, 9, 7)


def answer(label: str = "Input (Turbo)", means: str = "priority", **more: Any) -> LabelReading:
    return LabelReading(more.pop("provider", "openai"), label, "column_head", "Turbo", means, "llm:a/b", DAY, **more)


_TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TEXTS, _TEXTS, st.sampled_from(ANSWERS), st.sampled_from(get_args(Place)), st.booleans())
def test_an_answer_survives_its_file(
    tmp_path: Path, label: str, text: str, means: str, place: Place, reviewed: bool
) -> None:
    """Labels with quotes, backslashes, emoji and control letters come back as they were."""
    said = LabelReading("gemini", label, place, text, means, "llm:a/b", DAY, label, reviewed, text)
    ReadingsStore(tmp_path, earlier=False).keep([said])
    kept = ReadingsStore(tmp_path)
    assert kept.readings() == (said,)
    assert not kept.faults


def test_a_person_reviews_it_in_the_file(tmp_path: Path) -> None:
    """The file says what to do; `reviewed = true` makes the answer count."""
    ReadingsStore(tmp_path).keep([answer(), answer("Our finest work", "harmless")])
    (file,) = tmp_path.glob("*")
    assert file.name == "openai.toml"
    written = file.read_text(encoding="utf-8")
    assert "set `reviewed = true`" in written
    assert len(tomllib.loads(written)["reading"]) == 2
    file.write_text(written.replace('"priority"\nreviewed = false', '"flex"\nreviewed = true'), encoding="utf-8")
    kept = {one.label: one for one in ReadingsStore(tmp_path).readings()}
    assert (kept["Input (Turbo)"].means, kept["Input (Turbo)"].reviewed) == ("flex", True)
    assert not kept["Our finest work"].reviewed


def test_a_label_is_known_whatever_its_case_and_spaces_but_not_in_another_place_or_of_another_vendor() -> None:
    """A page that is set anew costs no second call; a heading says something else than a column's head."""
    kept = ReadingsStore()
    kept.keep([answer()])

    def known(text: str, place: Place = "column_head", provider: str = "openai") -> bool:
        return kept.of(provider, OpenLabel(text, place, "", "Turbo", 1)) is not None

    assert known("INPUT\n (turbo)")
    assert not known("Input (Turbo)", "heading")
    assert not known("Output (Turbo)")
    assert not known("Input (Turbo)", provider="gemini")


def test_what_is_removed_is_gone_from_the_file(tmp_path: Path) -> None:
    """By label, by provider, or all."""
    kept = ReadingsStore(tmp_path)
    kept.keep([answer(), answer("Other"), answer(provider="gemini")])
    assert [one.label for one in kept.remove(["Other"])] == ["Other"]
    assert len(ReadingsStore(tmp_path).readings()) == 2
    assert [one.provider for one in kept.remove(["gemini"])] == ["gemini"]
    assert len(kept.remove(["all"])) == 1
    assert not ReadingsStore(tmp_path).readings()


@pytest.mark.parametrize(
    "text",
    [
        "not toml [",
        "",
        "reading = 3\n",
        '[[reading]]\nlabel = "x"\n',
        '[[reading]]\nprovider="openai"\nlabel="x"\nplace="nowhere"\nmeans="batch"\nsaid_by="person"\nday="2026-09-07"\n',
        '[[reading]]\nprovider="openai"\nlabel="x"\nplace="cell"\nmeans="cheap"\nsaid_by="person"\nday="2026-09-07"\n',
        '[[reading]]\nprovider="gemini"\nlabel="x"\nplace="cell"\nmeans="batch"\nsaid_by="person"\nday="2026-09-07"\n',
    ],
)
def test_a_broken_file_is_told_and_never_written_over(tmp_path: Path, text: str) -> None:
    """A person edits these files: one slip must not cost an afternoon's work."""
    (tmp_path / "openai.toml").write_text(text, encoding="utf-8")
    kept = ReadingsStore(tmp_path)
    assert [file for file, _ in kept.faults] == ["openai.toml"]
    kept.keep([answer()])
    assert kept.readings() == (answer(),)
    assert (tmp_path / "openai.toml").read_text(encoding="utf-8") == text
    assert "is not written over" in str(kept.unsaved)


def test_a_file_with_the_former_name_of_readings_says_what_to_do(tmp_path: Path) -> None:
    ReadingsStore(tmp_path).keep([answer()])
    (file,) = tmp_path.glob("*")
    file.write_text(file.read_text(encoding="utf-8").replace("[[reading]]", "[[answer]]"), encoding="utf-8")
    ((name, fault),) = ReadingsStore(tmp_path).faults
    assert (name, "called [[reading]] now: rename it" in str(fault)) == ("openai.toml", True)


def test_a_folder_that_cannot_be_written_costs_the_next_run_a_call_and_is_told(tmp_path: Path) -> None:
    """The run goes on."""
    (tmp_path / "readings").write_text("a file where the folder should be", encoding="utf-8")
    kept = ReadingsStore(tmp_path / "readings")
    kept.keep([answer()])
    assert kept.readings() == (answer(),)
    assert str(tmp_path / "readings") in str(kept.unsaved)
