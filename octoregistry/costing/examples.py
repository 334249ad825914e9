"""One row of each problem, as it stands in the log, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import ibis.expr.types as ir
from ibis.backends import BaseBackend

from octoregistry.costing.costs import Costs, Problem, answer
from octoregistry.costing.files import Torn
from octoregistry.costing.ledger import unpriced_rows
from octoregistry.costing.rates import RateTable
from octoregistry.costing.sql import FILE, LINE
from octoregistry.costing.usage import ZONES_MIXED

SHOWN = 10  # problems that get an example: each is a search of its own through the log


def with_examples(
    costs: Costs,
    connection: BaseBackend,
    usage: ir.Table,
    rates: RateTable,
    *,
    names: Mapping[str, str] | None = None,
    torn: Sequence[Torn] = (),
) -> Costs:
    """`costs` with an example for each of its largest problems, and with the lines that are no rows as problems.

    `usage` is the log; where it has the columns FILE and LINE, they become the example's place.
    """
    return replace(costs, problems=examples_of(costs.problems, connection, usage, rates, names=names, torn=torn))


def examples_of(
    problems: Sequence[Problem],
    connection: BaseBackend,
    usage: ir.Table,
    rates: RateTable,
    *,
    names: Mapping[str, str] | None = None,
    torn: Sequence[Torn] = (),
) -> tuple[Problem, ...]:
    """`problems` with examples and torn lines, as `with_examples` adds them."""
    has_zones = any(problem.reason == ZONES_MIXED for problem in problems)
    columns = [name for name in usage.columns if name not in (FILE, LINE)]
    bad = unpriced_rows(usage, rates, names=names, has_zones=has_zones)
    shown = [_found(problem, connection, bad, columns, torn) for problem in problems[:SHOWN]]
    return (*shown, *problems[SHOWN:], *_torn(torn))


def _found(
    problem: Problem, connection: BaseBackend, bad: ir.Table, columns: Sequence[str], torn: Sequence[Torn]
) -> Problem:
    matches = bad.reason == problem.reason
    for name in ("provider", "model", "mode"):
        stated = getattr(problem, name)
        matches &= bad[name].isnull() if stated is None else bad[name] == stated
    wanted = [name for name in bad.columns if name.startswith("o_")]
    rows = answer(connection, bad.filter(matches).select(wanted).limit(1)).to_pylist()
    if not rows:  # an engine whose log changed between the two questions
        return problem
    row = {name.removeprefix("o_"): value for name, value in rows[0].items()}
    example = {name: row[name] for name in columns if row[name] is not None}
    place = f"{row[FILE]}:{_line(row[FILE], row[LINE], torn)}" if row.get(FILE) else None
    return replace(problem, example=example, place=place)


def _line(file: str, line: int, torn: Sequence[Torn]) -> int:
    """The line of a row that was counted without the torn lines before it."""
    for lost in sorted(item.line for item in torn if item.file == file):
        line += lost <= line
    return line


def _torn(torn: Sequence[Torn]) -> list[Problem]:
    reasons: dict[str, list[Torn]] = {}
    for line in torn:
        reasons.setdefault(f"a line that is no row: {line.reason}", []).append(line)
    return [
        Problem(reason, len(lines), place=f"{lines[0].file}:{lines[0].line}", example=lines[0].text)
        for reason, lines in reasons.items()
    ]
