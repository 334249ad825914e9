"""The costs of files that Python reads faster than an engine starts, and of those whose rows only Python can find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from octoregistry.costing.calls import calls
from octoregistry.costing.errors import CostingError
from octoregistry.costing.names import CallNames
from octoregistry.costing.rates import RateTable
from octoregistry.costing.reading import How, check_names, no_form, recipes_with
from octoregistry.costing.records import Page, Record, Torn, is_session, records, torn_problems, unfinished
from octoregistry.costing.tally import (
    Tally,
    assumed_of,
    check_keys,
    derived_of,
    groups_of,
    problems_of,
    retired_of,
    stated_of,
    total_of,
    uncertain_of,
)
from octoregistry.costing.values import Costs

MOST_ROWS = 10_000
_MOST_BYTES = 16_000_000  # of files whose rows are counted before an engine is started


def needs_no_engine(files: Sequence[tuple[str, str]], how: How) -> bool:
    """Whether files (each with its kind) have few rows, or rows that only Python finds: within documents, among the lines
    of sessions, once of several.
    """
    if how.once_by or how.stated_cost or any(kind == "json" for _, kind in files):
        return True
    return _is_small(files) or any(kind == "jsonl" and is_session(file) for file, kind in files)


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
    """The costs of the rows of `files`, each with its kind, by `keys`; raises CostingError where nothing is counted."""
    how = how or How()
    there: dict[str, None] = {}
    torn: list[Torn] = []
    pages: list[Page] = []
    who = CallNames(rates, how.hosts)
    tally = Tally(rates, who, keys, how)
    found = list(calls(_rows(files, torn, pages, there), recipes_with(how), who, tally.forms, tally.counted))
    check_names(how, there)
    check_keys(keys, there)
    if not tally.forms:
        if torn and not there:
            raise CostingError(f"{torn[0].file}: {torn[0].reason}")
        raise CostingError(no_form(there) if there else f"no row in {', '.join(file for file, _ in files)}")
    if all(call.said.recipe.states_costs for call in found) and not tally.counted:
        raise CostingError(_only_costs(tally, there))
    has_zones = any(call.zone == "offset" for call in found)
    for call in found:
        tally.add(call, has_zones=has_zones)
    groups = groups_of(tally)
    return Costs(
        groups=groups,
        keys=tally.keys,
        form=", ".join(tally.forms) or "no known form",
        total=total_of(tally),
        rows=tally.rows,
        problems=(*problems_of(tally), *unfinished(pages), *torn_problems(torn)),
        assumed=assumed_of(tally),
        derived=derived_of(tally),
        stated=stated_of(tally),
        uncertain=uncertain_of(groups),
        retired=retired_of(tally),
    )


def _rows(
    files: Sequence[tuple[str, str]], torn: list[Torn], pages: list[Page], there: dict[str, None]
) -> Iterator[Record]:
    """The rows of the files; whatever else they have is added to the lists, and the names of all fields to `there`."""
    for file, kind in files:
        try:
            for found in records(file, kind):
                if isinstance(found, Torn):
                    torn.append(found)
                elif isinstance(found, Page):
                    pages.append(found)
                else:
                    there.update(dict.fromkeys((*found.columns, *found.row)))
                    yield found
        except CostingError as error:
            if len(files) == 1:
                raise
            # a file that cannot be read costs itself
            torn.append(Torn(file, 1, f"a whole file: {str(error).removeprefix(f'{file}: ')}", ""))


def _only_costs(tally: Tally, there: Mapping[str, None]) -> str:
    return (
        f"{', '.join(tally.forms)}: it states costs and counts no tokens: there are {', '.join(list(there)[:60])}; "
        "a log of tokens with a cost of its own is compared by --stated-cost"
    )
