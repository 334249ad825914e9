"""What a log cost: one expression that joins it with the rates in force, and groups by what is asked for.

Most of the work is done before the join. Cost is linear in tokens, so rows that meet the same price are added up first
(exactly: whole numbers), and only those sums, a few thousand however long the log, meet the rates. A log of billions
of rows is therefore read once, in a scan and a grouping, which is what every engine does best.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from octoregistry.costing.arrow import in_memory, table_of
from octoregistry.costing.forms import Form, form_of
from octoregistry.costing.inner import opened
from octoregistry.costing.rates import RATE_COLUMNS, RateTable, plain_rows
from octoregistry.costing.usage import DERIVED, FAULTS, ZONES_MIXED, Rows, usage_rows
from providers.dimensions import DIMENSIONS, MODES

WHOLE = "decimal(38, 0)"
_SORTS = ("day", "zone", "provider", "model", "mode", "size", "mask", "fault")


def cost_by(
    usage: ir.Table, rates: RateTable, keys: Sequence[str], *, names: Mapping[str, str] | None = None
) -> ir.Table:
    """The cost of `usage` by `keys`: one expression, a row for each group.

    Its columns are the keys, `rows`, `requests`, the tokens of every dimension that the log counts, `cost` in USD, a
    decimal(38, …) that is exact and null where no row of the group has a price, and `unpriced`, the rows that have
    none: they are in no cost, and `ledger` says of each why. Keys are `day`, `month`, `provider`, `model` (aliases
    under the model's own id), `mode`, and any column of `usage`. `names` says which column stands for which of ours.
    """
    return rolled_up(ledger(usage, rates, keys, names=names), rates.scale, keys)


def rolled_up(found: ir.Table, scale: int, keys: Sequence[str]) -> ir.Table:
    """A ledger without its reasons: a row for each group."""
    tokens = {name: found[name].sum().cast(WHOLE) for name in DIMENSIONS if name in found.columns and name not in keys}
    groups = found.group_by(list(keys)) if keys else found
    return groups.agg(
        rows=found.rows.sum().cast("int64"),
        requests=found.requests.sum().cast(WHOLE),
        **tokens,
        cost=found.cost.sum().cast(f"decimal(38, {scale})"),
        unpriced=found.reason.notnull().ifelse(found.rows, 0).sum().cast("int64"),
    )


def ledger(
    usage: ir.Table, rates: RateTable, keys: Sequence[str], *, names: Mapping[str, str] | None = None
) -> ir.Table:
    """As `cost_by`, with a row more for each reason why rows of a group have no price.

    Such a row has no cost, and says in `reason`, `unpriced_provider`, `unpriced_model`, `unpriced_mode`, `first_day`
    and `last_day` whose price is missing and when.
    """
    rows = _rows(usage, names, rates.thresholds, keys)
    grouped = _mixed_zones(_added_up(rows, keys))
    priced = with_reasons(grouped, rates, rows.dimensions, grouped.has_zones)
    return _by_keys(priced, rates, rows.dimensions, keys)


def added_up(usage: ir.Table, thresholds: Sequence[int], *, names: Mapping[str, str] | None = None) -> ir.Table:
    """The rows of `usage` that meet the same price, added up: a few thousand however long the log.

    Its columns are those that prices are found by, `rows`, `requests`, and `t_` and a dimension of those it counts.
    """
    return _added_up(_rows(usage, names, thresholds), ())


def unpriced_rows(
    usage: ir.Table, rates: RateTable, *, names: Mapping[str, str] | None = None, has_zones: bool = False
) -> ir.Table:
    """The rows of `usage` that have no price, as they stand, each with its `reason`, provider, model and mode.

    The columns of the log are `o_` and their name. `has_zones` says that times elsewhere in the log have a zone.
    """
    rows = _rows(usage, names, rates.thresholds, (), usage.columns)
    found = with_reasons(_as_modes(rows.table), rates, rows.dimensions, ibis.literal(has_zones))
    return found.filter(found.reason.notnull())


def read_as(usage: ir.Table, names: Mapping[str, str] | None = None, keys: Sequence[str] = ()) -> tuple[ir.Table, Form]:
    """`usage` with the columns within its columns, and the form that these have."""
    table = opened(usage, (*keys, *(names or {}).values()))
    return table, form_of(table.columns, names)


def _rows(
    usage: ir.Table,
    names: Mapping[str, str] | None,
    thresholds: Sequence[int],
    keys: Sequence[str] = (),
    kept: Sequence[str] = (),
) -> Rows:
    table, form = read_as(usage, names, keys)
    return usage_rows(table, form, thresholds, keys, kept)


def _added_up(rows: Rows, keys: Sequence[str]) -> ir.Table:
    """The rows that meet the same price and stand under the same keys, added up."""
    table = rows.table
    own = [f"k_{key}" for key in keys if key not in DERIVED]
    sums = table.group_by([*_SORTS, *own]).agg(
        rows=table.count(),
        requests=(table.fault == 8).ifelse(0, table.requests).cast("decimal(18, 0)").sum().cast(WHOLE),
        # 18 digits: the widest decimal that engines keep in a machine word
        **{f"t_{name}": table[f"t_{name}"].cast("decimal(18, 0)").sum().cast(WHOLE) for name in rows.dimensions},
    )
    return _as_modes(sums)


def _as_modes(table: ir.Table) -> ir.Table:
    """`table` with `Batch` and ` batch ` as the mode batch: of the sums this costs nothing, of every row it would."""
    return table.mutate(mode=table.mode.strip().lower())


def _mixed_zones(grouped: ir.Table) -> ir.Table:
    """The groups, each with whether any time in the whole log states a zone."""
    return grouped.mutate(has_zones=(grouped.zone == "offset").ifelse(1, 0).max().over() == 1)


def rate_rows(rates: RateTable) -> ir.Table:
    """The rates as a small table. Days and prices travel as text: not every engine takes decimals that may be absent."""
    schema = pa.schema([(name, pa.int64() if name in ("low", "high") else pa.string()) for name in RATE_COLUMNS])
    table = in_memory(table_of(plain_rows(rates), schema))
    days = {name: table[name].cast("date") for name in ("first", "last")}
    return table.mutate(**days, **{f"price_{name}": table[f"price_{name}"].cast(WHOLE) for name in DIMENSIONS})


def with_reasons(table: ir.Table, rates: RateTable, dimensions: Sequence[str], has_zones: ir.BooleanValue) -> ir.Table:
    """`table` (rows, or rows added up) with the prices in force, and `reason`: null where the cost can be told.

    The spans of `rates` never overlap, so no row is ever doubled.
    """
    spans = rate_rows(rates)
    spans = spans.rename({f"r_{name}": name for name in ("provider", "mode", "reason", "model")})
    joined = table.left_join(
        spans,
        [
            table.provider == spans.r_provider,
            table.model == spans.name,
            table.mode == spans.r_mode,
            table.day >= spans.first,
            table.day <= spans.last,
            table.size >= spans.low,
            table.size <= spans.high,
        ],
    )
    return joined.mutate(
        reason=_reason(joined, rates, dimensions, has_zones), known_model=ibis.coalesce(joined.r_model, joined.model)
    )


def _reason(
    joined: ir.Table, rates: RateTable, dimensions: Sequence[str], has_zones: ir.BooleanValue
) -> ir.StringValue:
    nothing_used = joined.mask == 0
    lacking = [
        (
            (joined[f"price_{name}"].isnull()) & ((joined.mask // 2**place) % 2 == 1),
            ibis.literal("no known ") + joined.mode + f" price of {name}",
        )
        for place, name in enumerate(dimensions)
    ]
    return ibis.cases(
        *((joined.fault == number, text) for number, text in FAULTS.items()),
        ((joined.zone == "none") & has_zones, ZONES_MIXED),
        (~joined.provider.isin(list(rates.providers)), "unknown provider"),
        (~joined.mode.isin(list(MODES)), f"unknown mode: there are {', '.join(MODES)}"),
        (joined.name.isnull(), "unknown model"),
        (nothing_used, ibis.null("string")),  # no tokens, no cost, whatever their price would be
        (joined.r_reason.notnull(), joined.r_reason),
        *lacking,
        else_=ibis.null("string"),
    )


def _by_keys(priced: ir.Table, rates: RateTable, dimensions: Sequence[str], keys: Sequence[str]) -> ir.Table:
    without = priced.reason.notnull()
    fields: dict[str, ir.Value] = {
        **{f"key_{place}": _key(priced, key) for place, key in enumerate(keys)},
        "reason": priced.reason,
        # what is priced needs no names here, and stays together
        **{f"unpriced_{name}": without.ifelse(priced[name], None) for name in ("provider", "model", "mode")},
        "p_day": without.ifelse(priced.day, None),
        "p_rows": priced.rows,
        "p_requests": priced.requests,
        **{f"p_{name}": priced[f"t_{name}"] for name in dimensions},
        "units": units(priced, dimensions),
    }
    table = priced.select(**fields)
    groups = [name for name in fields if name.startswith("key_") or name in ("reason", *_UNPRICED)]
    found = table.group_by(groups).agg(
        rows=table.p_rows.sum(),
        requests=table.p_requests.sum().cast(WHOLE),
        **{f"p_{name}": table[f"p_{name}"].sum().cast(WHOLE) for name in dimensions},
        units=table.units.sum().cast(WHOLE),
        first_day=table.p_day.min(),
        last_day=table.p_day.max(),
    )
    return found.select(
        **{key: found[f"key_{place}"] for place, key in enumerate(keys)},
        rows=found.rows,
        requests=found.requests,
        **{name: found[f"p_{name}"] for name in dimensions if name not in keys},
        cost=usd(found.units, rates.scale),
        reason=found.reason,
        **{name: found[name] for name in _UNPRICED},
        first_day=found.first_day,
        last_day=found.last_day,
    )


def units(priced: ir.Table, dimensions: Sequence[str]) -> ir.DecimalValue:
    """What each row of a priced table costs, in whole numbers of the rates' 10**-scale USD; null where it has no price."""
    products = [(priced[f"t_{name}"] * priced[f"price_{name}"]).cast(WHOLE).fill_null(0) for name in dimensions]
    return priced.reason.notnull().ifelse(None, reduce(add, products)).cast(WHOLE)


_UNPRICED = ("unpriced_provider", "unpriced_model", "unpriced_mode")


def _key(priced: ir.Table, key: str) -> ir.Value:
    if key == "model":
        return priced.known_model
    if key == "month":
        return priced.day.truncate("M")
    return priced[key] if key in DERIVED else priced[f"k_{key}"]


def usd(whole: ir.DecimalValue, scale: int) -> ir.DecimalValue:
    """Whole numbers of 10**-scale USD as a decimal(38, scale), exactly.

    The point is set in the text: engines that divide decimals, or multiply them by a fraction, round (Spark keeps 6
    digits of a product that could be longer than 38).
    """
    digits = ibis.literal("0" * scale) + whole.cast("string")
    point = digits.length() - scale
    return (digits.substr(0, point) + "." + digits.substr(point, scale)).cast(f"decimal(38, {scale})")
