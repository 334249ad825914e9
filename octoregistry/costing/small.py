"""The costs of files that Python reads faster than an engine starts, and of those whose rows only Python can find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from octoregistry.costing.billed import billed
from octoregistry.costing.calls import calls
from octoregistry.costing.errors import CostingError
from octoregistry.costing.names import CallNames
from octoregistry.costing.patterns import UNREAD
from octoregistry.costing.rates import RateTable
from octoregistry.costing.reading import How, check_names, no_form, recipes_with
from octoregistry.costing.records import ListPage, Record, Torn, records, torn_problems, unfinished
from octoregistry.costing.tally import Tally, check_keys
from octoregistry.costing.values import Costs, UnpricedRows
from providers.numerals import is_number

MOST_ROWS = 10_000
_MOST_BYTES = 16_000_000  # of files whose rows are counted before an engine is started


def needs_no_engine(files: Sequence[tuple[str, str]], how: How) -> bool:
    """Whether files (each with its kind) have few rows, or are to be read as only Python reads them: within documents, once
    of several, beside stated costs.
    """
    return (
        bool(how.once_by or how.stated_cost) or any(kind in ("json", UNREAD) for _, kind in files) or _is_small(files)
    )


def _is_small(files: Sequence[tuple[str, str]]) -> bool:
    if sum(Path(file).stat().st_size for file, _ in files) > _MOST_BYTES:
        return False
    left = MOST_ROWS
    for file, kind in files:
        if file.endswith((".gz", ".zst")):
            return False
        if kind == "parquet":
            import pyarrow.parquet as pq  # noqa: PLC0415 - a tenth of a second that texts need not pay

            try:
                left -= pq.ParquetFile(file).metadata.num_rows
            except Exception:  # noqa: BLE001 - whatever is wrong with it, an engine says it better
                return False
        else:
            left -= Path(file).read_bytes().count(b"\n")
        if left < 0:
            return False
    return True


def costs_of_files(
    files: Sequence[tuple[str, str]], rates: RateTable, keys: Sequence[str], how: How | None = None
) -> Costs:
    """The costs of the rows of `files`, each with its kind, by `keys`; raises CostingError where nothing is counted.

    However many rows there are, only what they add up to is kept.
    """
    return costs_of_rows(partial(rows_of_files, files), rates, keys, how, ", ".join(file for file, _ in files))


def rows_of_files(files: Sequence[tuple[str, str]]) -> Iterator[Record | Torn | ListPage]:
    """The rows of `files`, and the lines that are none. Of several files one that cannot be read costs itself."""
    for file, kind in files:
        try:
            yield from records(file, kind)
        except CostingError as error:
            if len(files) == 1:
                raise
            yield Torn(file, 1, f"a whole file: {str(error).removeprefix(f'{file}: ')}", "")


def costs_of_rows(
    rows: Callable[[], Iterator[Record | Torn | ListPage]],
    rates: RateTable,
    keys: Sequence[str],
    how: How | None = None,
    place: str = "the table",
) -> Costs:
    """The same of whatever `rows` gives each time that it is called; `place` is where they stand."""
    how = how or How()
    has_zones = False
    while True:
        log = Read(rows())
        tally = Tally(rates, CallNames(rates, how.hosts), keys, how)
        if _add_all(tally, log, has_zones=has_zones):
            return _told(tally, log, keys, how, place)
        has_zones = True  # which nobody knew of the times before the first that has one


class Read:
    """The records that are read, with what else was there."""

    def __init__(self, rows: Iterator[Record | Torn | ListPage]) -> None:
        self._rows = rows
        self.torn: list[Torn] = []
        self.pages: list[ListPage] = []
        self.there: dict[str, None] = {}
        self.numbers: dict[str, None] = {}
        self.only_costs = True

    def __iter__(self) -> Iterator[Record]:
        shape: tuple[str, ...] = ()
        for found in self._rows:
            if isinstance(found, Torn):
                self.torn.append(found)
                continue
            if isinstance(found, ListPage):
                self.pages.append(found)
                continue
            if (new := tuple(found.row)) != shape or not self.there:
                shape = new
                self.there.update(dict.fromkeys((*found.columns, *new)))
                self.numbers.update(dict.fromkeys(name for name in new if is_number(found.row[name])))
            yield found

    def problems(self) -> tuple[UnpricedRows, ...]:
        """What was there beside records: pages that are missing, and lines that are no rows."""
        return (*unfinished(self.pages), *torn_problems(self.torn))


def _add_all(tally: Tally, log: Read, *, has_zones: bool) -> bool:
    """Whether all calls are added; False where a time with a zone comes after one without any."""
    any_without = False
    for call in calls(log, recipes_with(tally.how), tally.names, tally.forms, tally.counted):
        if call.zone == "offset" and not has_zones:
            if any_without:
                return False
            has_zones = True
        any_without = any_without or call.zone == "none"
        log.only_costs = log.only_costs and bool(call.said.recipe.states_costs)
        tally.add(billed(call, tally.rates.thresholds, tally.keys), has_zones=has_zones)
    return True


def _told(tally: Tally, log: Read, keys: Sequence[str], how: How, place: str) -> Costs:
    check_names(how, log.there)
    check_keys(keys, log.there)
    if not tally.forms:
        if log.torn and not log.there:
            raise CostingError(f"{log.torn[0].file}: {log.torn[0].reason}")
        raise CostingError(no_form(log.there, log.numbers) if log.there else f"no row in {place}")
    if log.only_costs and not tally.counted:
        raise CostingError(_only_costs(tally, log.there))
    return tally.costs(log.problems())


def _only_costs(tally: Tally, there: Mapping[str, None]) -> str:
    return (
        f"{', '.join(tally.forms)}: it states costs and counts no tokens: there are {', '.join(list(there)[:60])}; "
        "a log of tokens with a cost of its own is compared by --stated-cost"
    )
