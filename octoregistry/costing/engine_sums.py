"""The rows of a log added up where an engine has them: as many sums as there are ways to be billed, however long the log.

Cost is linear in tokens, so rows that meet the same price are added up first (exactly: whole numbers), and only those
sums, a few thousand, come back to be priced. A log of billions of rows is read once, in a scan and a grouping, which is
what every engine does best.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from octoregistry.costing.billed import Billed
from octoregistry.costing.errors import CostingError
from octoregistry.costing.inner import opened
from octoregistry.costing.names import CallNames
from octoregistry.costing.rates import RateTable
from octoregistry.costing.reading import How, check_names, forms_of, no_form, recipes_with
from octoregistry.costing.usage import Rows, sums_of, usage_rows
from octoregistry.costing.values import DERIVED
from providers.charge_units import UNIT_CALLED

SORTS = (
    "form",
    "day",
    "zone",
    "provider",
    "model",
    "mode",
    "place",
    "charges",
    "unsaid",
    "size",
    "assumed",
    "mask",
    "fault",
)
_AT_A_TIME = 10_000  # sums that are values of Python at once


def rows_of(usage: ir.Table, rates: RateTable, keys: Sequence[str], how: How, kept: Sequence[str] = ()) -> Rows:
    """The rows of `usage` in our words; raises CostingError where no form is that of any."""
    recipes = recipes_with(how)
    log = opened(usage, (*keys, *how.columns()), recipes)
    names = list(log.columns)
    check_names(how, names)
    if how.stated_cost:
        raise CostingError("--stated-cost compares row by row, which files are read for: without --engine")
    found = forms_of(names, recipes)
    if not found:
        raise CostingError(no_form(names))
    return usage_rows(log, found, rates, CallNames(rates, how.hosts), keys, kept)


def added_up(rows: Rows, keys: Sequence[str]) -> ir.Table:
    """The rows that meet the same price, under the same keys, added up.

    Its columns are SORTS, `rows`, `requests`, and `t_` and a dimension or unit of those it counts; of keys that are columns of
    the log, `k_` and their place among the keys.
    """
    own = [f"k_{place}" for place, key in enumerate(keys) if key not in DERIVED]
    return sums_of(rows.table, [*SORTS, *own], (*rows.dimensions, *rows.charged))


def billed_of(table: pa.Table, rows: Rows, names: CallNames, keys: Sequence[str]) -> Iterator[Billed]:
    """The sums that an engine gave, as they are billed."""
    own = {f"k_{place}": key for place, key in enumerate(keys) if key not in DERIVED}
    for batch in table.to_batches(_AT_A_TIME):
        for row in batch.to_pylist():
            charges = filter(None, (row["charges"] or "").split(", "))
            model = row["model"] or ""
            yield Billed(
                form=rows.recipes[row["form"]].name,
                day=row["day"],
                zone=row["zone"] or "",
                provider=row["provider"] or (names.owner(model) if row["provider"] == "" and model else ""),
                model=model,
                mode=row["mode"] or "",
                place=row["place"] or "",
                size=row["size"],
                assumed=row["assumed"],
                fault=rows.faults.get(row["fault"]),
                tokens={name: int(count) for name in rows.dimensions if (count := row[f"t_{name}"])},
                charges={name: _charged(row, name, rows) for name in charges},
                unsaid=tuple(filter(None, (row["unsaid"] or "").split(", "))),
                own={key: row[column] for column, key in own.items()},
                rows=row["rows"],
                requests=int(row["requests"]),
                group=tuple(row[name] for name in SORTS),
            )


def _charged(row: Mapping[str, Any], name: str, rows: Rows) -> int:
    """How many of a charge rows count; 0 where nobody says."""
    unit = UNIT_CALLED.get(name)
    return max(0, int(row[f"t_{unit}"])) if unit in rows.charged else 0
