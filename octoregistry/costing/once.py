"""The rows of one form that are calls, each response once, as an expression: what `calls` says of records."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import add, and_

import ibis
import ibis.expr.types as ir

from octoregistry.costing.counts import UsageTable, column_of, dimension, holds
from providers.dimensions import DIMENSIONS
from providers.recipe import Recipe

AGAIN_MARK, LESS_MARK, SAME_MARK = (
    "octoregistry_again",
    "octoregistry_less",
    "octoregistry_same",
)  # columns of rows that repeat others
_PLACE, _LATER = "octoregistry_place", "octoregistry_later"


def marked(log: UsageTable, mark: str) -> ir.BooleanValue:
    """Whether a row has a mark; none has one where nothing is marked."""
    return log.table[mark] if mark in log.table.columns else ibis.literal(False)


def calls(log: UsageTable, recipe: Recipe, test: ir.BooleanValue | None) -> UsageTable:
    """The rows of one form that are calls, each response once."""
    tests = [] if test is None else [test]
    calls = [holds(log, one) for one in recipe.calls]
    if any(one is False for one in calls):
        tests.append(ibis.literal(False))
    tests += [one for one in calls if not isinstance(one, bool)]
    usage = log.table.filter(*tests) if tests else log.table
    return _at(_once(_without_sums(usage, log, recipe), log, recipe), log)


def _at(usage: ir.Table, log: UsageTable) -> UsageTable:
    return replace(log, table=usage)


def _without_sums(usage: ir.Table, log: UsageTable, recipe: Recipe) -> ir.Table:
    """The rows without the spans that repeat the sums of calls that are here too."""
    here = _at(usage, log)
    repeats = holds(here, recipe.sum_of_others) if recipe.sum_of_others else False
    trace = next((name for name in recipe.trace if name in here.columns), None)
    if isinstance(repeats, bool) or trace is None:
        return usage
    column = here.columns[trace]
    traces = usage.filter(~repeats & usage[column].notnull()).select(column).distinct()
    return usage.filter(~repeats | ~usage[column].isin(traces[column]).fill_null(False))


def _once(usage: ir.Table, log: UsageTable, recipe: Recipe) -> ir.Table:
    """The rows, of those of one response the one that counts most alone, or the others marked: only a form whose responses grow
    over several rows says that they are one call, and there a later row that counts less is marked.
    """
    here = _at(usage, log)
    names = [name for name in recipe.once_by if name in here.columns]
    if not names:
        return _same_sums(usage, log, recipe)
    output, total = _counted(here, recipe)
    usage = usage.mutate(octoregistry_output=output, octoregistry_total=total).view()  # columns, be they literals
    here, output, total = _at(usage, log), usage.octoregistry_output, usage.octoregistry_total
    ids = [here[name] for name in names]
    when = column_of(here, recipe.fields.get("day", ()))
    if when is not None and when.type().is_string():
        when = when.re_replace("(Z|z| ?UTC|[+]00:?00)$", "")  # so that 10:00:00.5 comes after 10:00:00
    order = [output.desc(), total.desc(), *([] if when is None else [when.desc()])]
    window = ibis.window(group_by=ids, order_by=order)
    marks = {_PLACE: ibis.row_number().over(window)}
    if recipe.grows and when is not None:
        less = (output < output.first().over(window)) | (total < total.first().over(window))
        marks[_LATER] = less & (when > when.first().over(window))
    numbered = usage.mutate(**marks).view()
    own = ids if recipe.grows else ids[: recipe.once_by[0] in here.columns]
    own = [numbered[one.get_name()] for one in own]
    absent = [one.isnull() | (one == "") if one.type().is_string() else one.isnull() for one in own]
    nameless = reduce(and_, absent, ibis.literal(True))
    other = (numbered[_PLACE] > 0) & ~nameless
    if not recipe.grows:
        return numbered.mutate(**{AGAIN_MARK: other}).drop(_PLACE).view()
    if _LATER not in marks:
        return numbered.filter(~other).drop(_PLACE).view()
    later = numbered[_LATER].fill_null(False)
    return numbered.filter(~other | later).mutate(**{LESS_MARK: other & later}).drop(_PLACE, _LATER).view()


def _counted(log: UsageTable, recipe: Recipe) -> tuple[ir.IntegerValue, ir.IntegerValue]:
    """The tokens of the answer, and all together."""
    none = ibis.literal(0, "int64")
    output = dimension(log, recipe, "output")
    counted = [one.value for name in DIMENSIONS if (one := dimension(log, recipe, name)) is not None]
    return none if output is None else output.value, reduce(add, counted, none)


def _same_sums(usage: ir.Table, log: UsageTable, recipe: Recipe) -> ir.Table:
    """The rows of a report, those marked that are wholly the same as others: of two sums of one bucket one is not true."""
    columns = [usage[name] for name in log.columns.values() if name in usage.columns]
    kinds = [column.type() for column in columns]
    if not recipe.sums or not columns or any(kind.is_nested() or kind.is_json() for kind in kinds):
        return usage
    place = ibis.row_number().over(ibis.window(group_by=columns))
    numbered = usage.mutate(**{_PLACE: place}).view()
    is_sum = holds(_at(numbered, log), recipe.sums)
    return numbered.mutate(**{SAME_MARK: (numbered[_PLACE] > 0) & is_sum}).drop(_PLACE).view()
