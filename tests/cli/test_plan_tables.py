"""Plans as tables: as much of them as a person reads."""

from __future__ import annotations

from decimal import Decimal

import pytest

from octoregistry.cli.plan_tables import plan_tables
from octoregistry.cli.styled_tables import print_styled
from octoregistry.planning.plan import Change, Plan


@pytest.mark.parametrize(("count", "more"), [(1_000, ""), (1_500, "And 500 more, which the diff shows.\n")])
def test_of_very_many_changes_the_first_are_shown(count: int, more: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And that there are more; nobody reads thousands of rows."""
    changes = tuple(
        Change("acme", f"m{place}", "price", "input", Decimal(2), Decimal(3), "standard") for place in range(count)
    )
    for table in plan_tables(Plan(changes)):
        print_styled(table)

    said = capsys.readouterr().out
    assert said.count("standard input") == 1_000
    assert said.endswith(f"┘\n{more}")
