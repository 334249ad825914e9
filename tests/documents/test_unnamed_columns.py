"""Rows that a component draws without naming their columns have those that a vendor's file gives them, or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from octoregistry.documents.components import table_of
from providers.vendors import use_settings_file

ROWS = {"rows": [["road-1", "$1", "$2"], ["road-2", "$3", "$0.3", "$9"]]}


@pytest.fixture
def facts(tmp_path: Path) -> Iterator[Path]:
    """A settings file; afterwards the built-in facts hold again."""
    yield tmp_path / "octoregistry.toml"
    use_settings_file(None)


def header() -> list[str]:
    """The names of the columns that `ROWS` get."""
    table = table_of("Prices", dict(ROWS))
    assert table is not None
    return list(table.grid.rows[0]) if table.grid.header_rows else []


def test_they_are_named_by_the_number_of_figures_in_a_row() -> None:
    """A shorter row leaves the columns out that it does not state."""
    assert header() == ["model", "input", "cached input", "cache writes", "output"]


def test_rows_that_two_vendors_would_name_differently_have_no_names(facts: Path) -> None:
    """A figure under a guessed name would be a wrong price."""
    facts.write_text('[providers.acme]\nunnamed_columns = [["output", "input"], ["output", "x", "input"]]\n')
    use_settings_file(facts)
    assert header() == []
