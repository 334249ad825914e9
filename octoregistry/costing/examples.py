"""One row of each problem, as it stands in the log, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis.expr.types as ir
from ibis.backends import BaseBackend

from octoregistry.costing.costs import answer
from octoregistry.costing.engine_sums import SORTS, rows_of
from octoregistry.costing.plain_tables import FILE, LINE
from octoregistry.costing.rates import RateTable
from octoregistry.costing.reading import How
from octoregistry.costing.records import Torn, torn_problems
from octoregistry.costing.usage import Rows
from octoregistry.costing.values import Costs, UnpricedRows

SHOWN = 10  # problems that get an example
_AT_A_TIME = 1000
_Group = tuple[Any, ...]  # what tells rows that are billed alike from others


def with_examples(
    costs: Costs,
    connection: BaseBackend,
    usage: ir.Table,
    rates: RateTable,
    *,
    how: How | None = None,
    torn: Sequence[Torn] = (),
) -> Costs:
    """`costs` with an example for each of its largest problems, and with the lines that are no rows as problems.

    `usage` is the log; where it has the columns FILE and LINE, they become the example's place.
    """
    return replace(costs, problems=examples_of(costs.problems, connection, usage, rates, how=how, torn=torn))


def examples_of(
    problems: Sequence[UnpricedRows],
    connection: BaseBackend,
    usage: ir.Table,
    rates: RateTable,
    *,
    how: How | None = None,
    torn: Sequence[Torn] = (),
) -> tuple[UnpricedRows, ...]:
    """`problems` with examples and torn lines, as `with_examples` adds them."""
    if not problems:
        return tuple(torn_problems(torn))
    read = rows_of(usage, rates, (), how or How(), kept=usage.columns)
    shows = {f"o_{at}": name for at, name in enumerate(usage.columns) if name in (FILE, LINE) or read.shows(name)}
    wanted = dict.fromkeys(one.group for one in problems[:SHOWN] if one.group is not None)
    rows = _rows_of(wanted, connection, read.table, shows)
    shown = [_shown(problem, rows.get(problem.group or ()), torn, read) for problem in problems[:SHOWN]]
    return (*shown, *problems[SHOWN:], *torn_problems(torn))


def _rows_of(
    wanted: Iterable[_Group], connection: BaseBackend, log: ir.Table, columns: Mapping[str, str]
) -> dict[_Group, dict[str, Any]]:
    """A row of each of the groups, of `columns` under the log's own names: the first of each among so many rows at a time,
    until all are found.

    So rare ones, for which a log must be read to its end, are searched together, and memory does not grow with the log.
    """
    found: dict[_Group, dict[str, Any]] = {}
    while missing := [group for group in wanted if group not in found]:
        matches = reduce(or_, (_matches(log, group) for group in missing))
        rows = answer(connection, log.filter(matches).select(*SORTS, *columns).limit(_AT_A_TIME)).to_pylist()
        for row in rows:
            found.setdefault(
                tuple(row[name] for name in SORTS), {name: row[column] for column, name in columns.items()}
            )
        if len(rows) < _AT_A_TIME:  # what is not found is of an engine whose log changed between the two questions
            break
    return found


def _matches(log: ir.Table, group: _Group) -> ir.BooleanValue:
    pairs = zip(SORTS, group, strict=True)
    return reduce(and_, (log[name].isnull() if value is None else log[name] == value for name, value in pairs))


def _shown(problem: UnpricedRows, row: Mapping[str, Any] | None, torn: Sequence[Torn], read: Rows) -> UnpricedRows:
    if row is None:
        return problem
    stated = dict(row)
    file, line = stated.pop(FILE, None), stated.pop(LINE, None)
    example = {name: value for name, value in stated.items() if value is not None and read.may_show(name, value)}
    return replace(problem, example=example, place=f"{file}:{_line(file, line, torn)}" if file else None)


def _line(file: str, line: int, torn: Sequence[Torn]) -> int:
    """The line of a row that was counted without the torn lines before it."""
    for lost in sorted(item.line for item in torn if item.file == file):
        line += lost <= line
    return line
