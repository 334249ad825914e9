"""The rows of a log that meet the same price, added up: a few thousand however long the log, to be priced this way and that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from octoregistry.costing.billed import Billed, added_up, billed
from octoregistry.costing.calls import calls
from octoregistry.costing.costs import answer
from octoregistry.costing.engine_sums import added_up as on_engine
from octoregistry.costing.engine_sums import billed_of, rows_of
from octoregistry.costing.errors import CostingError, EngineError
from octoregistry.costing.examples import examples_of
from octoregistry.costing.files import Log, plain_log
from octoregistry.costing.names import CallNames
from octoregistry.costing.rates import RateTable
from octoregistry.costing.reading import How, check_names, no_form, recipes_with
from octoregistry.costing.small import Read, needs_no_engine, rows_of_files
from octoregistry.costing.tally import check_keys
from octoregistry.costing.values import NO_FORM, UnpricedRows


@dataclass(frozen=True, slots=True)
class Sums:
    """The rows of a log by what they are billed by. `told` gives their problems with a place each, and the lines that are no
    rows.
    """

    rows: Sequence[Billed]
    told: Callable[[Sequence[UnpricedRows]], Sequence[UnpricedRows]]

    @property
    def forms(self) -> tuple[str, ...]:
        """The names of the forms that the rows have."""
        return tuple(dict.fromkeys(one.form for one in self.rows if one.form != NO_FORM.name))


@contextmanager
def sums_of(files: Sequence[tuple[str, str]], rates: RateTable, how: How, by: Sequence[str] = ()) -> Iterator[Sums]:
    """The sums of the rows of files, each with its kind, by the columns `by` too.

    Raises CostingError for files that cannot be read as usage, and for columns that are not there.
    """
    log = None if needs_no_engine(files, how) else plain_log(files, how)
    try:
        found = None if log is None else _on_engine(log, rates, how, by)
        yield found or _in_python(files, rates, how, by)
    finally:
        if log is not None:
            log.connection.disconnect()


def _on_engine(log: Log, rates: RateTable, how: How, by: Sequence[str]) -> Sums | None:
    """The sums of an engine; None where only Python reads all rows."""
    try:
        rows = rows_of(log.table, rates, by, how)
        table = answer(log.connection, on_engine(rows, by))
        found = [*billed_of(table, rows, CallNames(rates, how.hosts), by)]
        if not log.is_answered(sum(one.rows for one in found), [one.fault or "" for one in found]):
            return None
        placed, torn = log.placed(), log.torn()
    except EngineError:
        return None

    def told(problems: Sequence[UnpricedRows]) -> Sequence[UnpricedRows]:
        return examples_of(problems, log.connection, placed, rates, how=how, torn=torn)

    return Sums(found, told)


def _in_python(files: Sequence[tuple[str, str]], rates: RateTable, how: How, by: Sequence[str]) -> Sums:
    log = Read(rows_of_files(files))
    read = calls(log, recipes_with(how), CallNames(rates, how.hosts), {}, {})
    found = [*added_up(billed(call, rates.thresholds, by) for call in read)]
    check_names(how, log.there)
    check_keys(by, log.there)
    if log.there and not found:
        raise CostingError(no_form(log.there, log.numbers))
    return Sums(found, lambda problems: (*problems, *log.problems()))
