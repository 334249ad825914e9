"""The rows of a log that meet the same price, added up: a few thousand however long the log, to be priced this way and that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from octoregistry.costing.arrow import in_memory
from octoregistry.costing.call import Call
from octoregistry.costing.calls import calls
from octoregistry.costing.costs import answer
from octoregistry.costing.counts import FAULTS
from octoregistry.costing.errors import CostingError, EngineError
from octoregistry.costing.examples import examples_of
from octoregistry.costing.files import Log, plain_log
from octoregistry.costing.ledger import added_up
from octoregistry.costing.names import CallNames
from octoregistry.costing.rates import RateTable
from octoregistry.costing.reading import How, check_names, no_form, recipes_with
from octoregistry.costing.records import torn_problems
from octoregistry.costing.small import Read, needs_no_engine, rows_of_files
from octoregistry.costing.tally import check_keys
from octoregistry.costing.usage import Rows
from octoregistry.costing.values import DERIVED, UnpricedRows
from providers.dimensions import DIMENSIONS
from providers.flat import plain_name

_KEYS = {
    "form": pa.int16(),
    "day": pa.date32(),
    **dict.fromkeys(("zone", "provider", "model", "mode", "place", "charges"), pa.string()),
    "size": pa.int8(),
    "assumed": pa.bool_(),
    "fault": pa.int32(),
}
_COUNTS = ("requests", *(f"t_{name}" for name in DIMENSIONS))


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums as a table, a row for all that states the same, and what its numbers of forms and faults mean.

    `places`: where the first row of each sum stands; () where only `told` finds that out. `told` gives problems with the
    lines that are no rows.
    """

    table: pa.Table
    rows: Rows
    told: Callable[[Sequence[UnpricedRows]], Sequence[UnpricedRows]]
    places: Sequence[str] = ()


class _Numbers(dict[Any, int]):
    """A number for each of what is asked for, from `first` on, in the order in which they come."""

    def __init__(self, known: Mapping[int, str] | None = None, first: int = 0) -> None:
        super().__init__({text: number for number, text in (known or {}).items()})
        self._first = first

    def __missing__(self, key: Any) -> int:
        self[key] = len(self) + self._first
        return self[key]


@contextmanager
def sums_of(files: Sequence[tuple[str, str]], rates: RateTable, how: How, by: Sequence[str] = ()) -> Iterator[Sums]:
    """The sums of the rows of files, each with its kind, by the columns `by` too, as `k_` and the place of each.

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
        query, rows = added_up(log.table, rates, by, how=how)
        table = answer(log.connection, query)
        if not log.is_answered(
            sum(table["rows"].to_pylist()), [rows.faults.get(n, "") for n in table["fault"].to_pylist()]
        ):
            return None
        placed, torn = log.placed(), log.torn()
    except EngineError:
        return None

    def told(problems: Sequence[UnpricedRows]) -> Sequence[UnpricedRows]:
        return examples_of(problems, log.connection, placed, rates, how=how, torn=torn)

    return Sums(table, rows, told)


def _in_python(files: Sequence[tuple[str, str]], rates: RateTable, how: How, by: Sequence[str]) -> Sums:
    log = Read(rows_of_files(files))
    forms, faults = _Numbers(), _Numbers(FAULTS, first=1)
    own = {f"k_{place}": key for place, key in enumerate(by) if key not in DERIVED}
    kinds = {**_KEYS, **dict.fromkeys(own, pa.string())}
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for call in calls(log, recipes_with(how), CallNames(rates, how.hosts), {}, {}):
        keys = (*_keys(call, forms, faults, rates), *(_key(call, key) for key in own.values()))
        one = found.setdefault(
            keys, {"rows": 0, **dict.fromkeys(_COUNTS, 0), "at": f"{call.record.file}:{call.record.line}"}
        )
        one["rows"] += 1
        one["requests"] += call.said.requests or 1
        for name, count in call.said.tokens.items():
            one[f"t_{name}"] += count
    check_names(how, log.there)
    check_keys(by, log.there)
    if log.there and not found:
        raise CostingError(no_form(log.there))
    columns = {name: pa.array([keys[at] for keys in found], kind) for at, (name, kind) in enumerate(kinds.items())}
    columns["rows"] = pa.array([one["rows"] for one in found.values()], pa.int64())
    columns |= {name: pa.array([one[name] for one in found.values()], pa.decimal128(38, 0)) for name in _COUNTS}
    table = pa.table(columns)
    rows = Rows(in_memory(table), DIMENSIONS, tuple(forms), {number: text for text, number in faults.items()})
    return Sums(
        table, rows, lambda problems: (*problems, *torn_problems(log.torn)), [one["at"] for one in found.values()]
    )


def _key(call: Call, key: str) -> str | None:
    value = call.record.row.get(plain_name(key))
    return value if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _keys(call: Call, forms: _Numbers, faults: _Numbers, rates: RateTable) -> tuple[Any, ...]:
    """What tells the rows of one sum from those of another, as the columns of an engine's sums."""
    said = call.said
    size, assumed = call.size(rates.thresholds)
    mode = said.mode.strip().lower()
    fault = 0 if call.fault is None else faults[call.fault]
    charges = "".join(f"{name}, " for name in said.charges)
    texts = (call.zone, call.provider, call.model, mode, said.place, charges)
    return forms[said.recipe], call.day, *texts, size, assumed, fault
