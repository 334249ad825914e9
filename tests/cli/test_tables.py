"""A plain table in a pipe is the one that rich draws on a terminal, as wide as it has to be."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from octoregistry.cli.tables import PlainTable, print_table, styled

CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS, st.integers()), max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_pipe_gets_what_a_wide_terminal_shows(rows: list[tuple[str, str, int]]) -> None:
    """Letters of any script, wide ones too; what would steer the terminal is spelled out in both."""
    table = PlainTable("USD", ("model", "price", "tokens"), ("tokens",))
    for row in rows:
        table.add_row(*row)
    terminal = Console(file=io.StringIO(), width=400, color_system=None)
    terminal.print(styled(table))
    shown = [line.rstrip() for line in terminal.file.getvalue().splitlines()]  # type: ignore[attr-defined]
    assert [line.rstrip() for line in table.lines()] == shown


def test_a_title_longer_than_its_table_stays_one_line() -> None:
    """Whoever searches the output for it finds it."""
    table = PlainTable("A title of many words over a narrow table", ("a",))
    assert next(table.lines()) == "A title of many words over a narrow table"


@pytest.mark.parametrize(
    ("encoding", "border"), [("utf-8", "┏"), ("ascii", "+"), ("latin-1", "+")], ids=["UTF-8", "ASCII", "Latin 1"]
)
def test_a_stream_without_the_lines_gets_ascii(encoding: str, border: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No command ends with an encoding error for its borders."""
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding=encoding)
    monkeypatch.setattr("sys.stdout", stream)
    table = PlainTable("USD", ("model",))
    table.add_row("m")
    print_table(table)
    stream.flush()
    assert border in written.getvalue().decode(encoding)


def test_colours_can_be_forced_into_a_pipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """FORCE_COLOR, as rich has it."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    print_table(PlainTable("USD", ("model",)))
    assert "\x1b[" in capsys.readouterr().out
