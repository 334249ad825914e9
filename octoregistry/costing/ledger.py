"""What a log cost: one expression that joins it with the rates in force, and groups by what is asked for.

Most of the work is done before the join. Cost is linear in tokens, so rows that meet the same price are added up first
(exactly: whole numbers), and only those sums, a few thousand however long the log, meet the rates. A log of billions
of rows is therefore read once, in a scan and a grouping, which is what every engine does best.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add, and_, or_

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from octoregistry.costing.arrow import in_memory, table_of
from octoregistry.costing.errors import CostingError
from octoregistry.costing.inner import opened
from octoregistry.costing.names import CallNames
from octoregistry.costing.rates import RATE_COLUMNS, UNKNOWN_SIZE, RateTable, changed, plain_rows
from octoregistry.costing.reading import How, check_names, forms_of, no_form, recipes_with
from octoregistry.costing.texts import model_key
from octoregistry.costing.usage import WHOLE, Rows, sums_of, usage_rows
from octoregistry.costing.values import (
    CHARGES,
    DERIVED,
    STRICT,
    UNKNOWN_MODE,
    UNKNOWN_MODEL,
    UNKNOWN_PROVIDER,
    ZONES_MIXED,
)
from providers.charge_units import UNITS
from providers.dimensions import DIMENSIONS, MODES

_SORTS = ("form", "day", "zone", "provider", "model", "mode", "place", "charges", "size", "assumed", "mask", "fault")
_BOUNDS = ("least", "most")
_ASSUMED = ("assumed_units", "assumed_least", "assumed_most")


def cost_by(usage: ir.Table, rates: RateTable, keys: Sequence[str], *, how: How | None = None) -> ir.Table:
    """The cost of `usage` by `keys`: one expression, a row for each group.

    Its columns are the keys, `rows`, `requests`, the tokens of every dimension that the log counts, `cost` in USD, a
    decimal(38, …) that is exact and null where no row of the group has a price, and `unpriced`, the rows that have
    none: they are in no cost, and `ledger` says of each why. Of them `uncertain` ones cost from `least` to `most` USD: their
    price changed on a day that nobody knows. Keys are `day`, `month`, `provider`, `model` (aliases
    under the model's own id), `mode`, and any column of `usage`. `how` says which column stands for which of ours.
    """
    return rolled_up(ledger(usage, rates, keys, how=how), rates.scale, keys)


def rolled_up(found: ir.Table, scale: int, keys: Sequence[str]) -> ir.Table:
    """A ledger without its reasons: a row for each group."""
    tokens = {name: found[name].sum().cast(WHOLE) for name in DIMENSIONS if name in found.columns and name not in keys}
    groups = found.group_by(list(keys)) if keys else found
    return groups.agg(
        rows=found.rows.sum().cast("int64"),
        requests=found.requests.sum().cast(WHOLE),
        **tokens,
        cost=found.cost.sum().cast(f"decimal(38, {scale})"),
        unpriced=found.unpriced.sum().cast("int64"),
        uncertain=found.uncertain.sum().cast("int64"),
        **{name: found[name].sum().cast(f"decimal(38, {scale})") for name in _BOUNDS},
    )


def ledger(usage: ir.Table, rates: RateTable, keys: Sequence[str], *, how: How | None = None) -> ir.Table:
    """As `cost_by`, with a row more for each reason why rows of a group have no price, or lack a charge in it.

    Such a row says in `reason`, `unpriced_provider`, `unpriced_model`, `unpriced_mode`, `first_day` and `last_day` whose
    price is missing and when; and of rows with a price, how many are `retired`: of days after their model's end. Of the
    rows that are costed by the mean of their prompts `assumed_rows`, `assumed_units`, `assumed_least` and `assumed_most`
    say what they may have cost, in 10**-scale USD.
    """
    return ledger_of(rows_of(usage, rates, keys, how=how), rates, keys, how)


def ledger_of(rows: Rows, rates: RateTable, keys: Sequence[str], how: How | None) -> ir.Table:
    """As `ledger`, of the rows of a log."""
    grouped = _mixed_zones(_added_up(rows, keys))
    priced = with_reasons(grouped, rates, rows, grouped.has_zones, how)
    return _by_keys(priced, rates, rows, keys)


def added_up(
    usage: ir.Table, rates: RateTable, keys: Sequence[str] = (), *, how: How | None = None
) -> tuple[ir.Table, Rows]:
    """The rows of `usage` that meet the same price, under the same `keys`, added up: a few thousand however long the log.

    Its columns are those that prices are found by, `rows`, `requests`, and `t_` and a dimension of those it counts; of keys
    that are columns of the log, `k_` and their place among the keys.
    """
    rows = rows_of(usage, rates, keys, how=how)
    return _added_up(rows, keys), rows


def unpriced_rows(
    usage: ir.Table, rates: RateTable, *, how: How | None = None, has_zones: bool = False
) -> tuple[ir.Table, Rows]:
    """The rows of `usage` that have no price, as they stand, each with its `reason`, provider, model and mode.

    The columns of the log are `o_` and their place in it. `has_zones` says that times elsewhere in the log have a zone.
    """
    rows = rows_of(usage, rates, (), how=how, kept=usage.columns)
    found = with_reasons(rows.table, rates, rows, ibis.literal(has_zones), how)
    return found.filter(found.reason.notnull()), rows


def rows_of(
    usage: ir.Table, rates: RateTable, keys: Sequence[str], *, how: How | None = None, kept: Sequence[str] = ()
) -> Rows:
    """The rows of `usage` in our words; raises CostingError where no column counts tokens."""
    how = how or How()
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


def _added_up(rows: Rows, keys: Sequence[str]) -> ir.Table:
    """The rows that meet the same price and stand under the same keys, added up."""
    own = [f"k_{place}" for place, key in enumerate(keys) if key not in DERIVED]
    return sums_of(rows.table, [*_SORTS, *own], (*rows.dimensions, *rows.charged))


def _mixed_zones(grouped: ir.Table) -> ir.Table:
    """The groups, each with whether any time in the whole log states a zone.

    One row joined to all, and no window over all: Spark runs that in one partition.
    """
    any_zone = grouped.agg(has_zones=(grouped.zone == "offset").ifelse(1, 0).max().fill_null(0) == 1)
    return grouped.cross_join(any_zone)


def rate_rows(rates: RateTable, dimensions: Sequence[str], charged: Sequence[str] = ()) -> ir.Table:
    """The rates of these dimensions, and the prices of these charges, as a small table. Days and prices travel as text: not
    every engine takes decimals that may be absent."""
    prices = [f"{of}_{name}" for of in ("price", *_BOUNDS, "early", "late") for name in dimensions]
    prices += [f"charge_{unit}" for unit in charged]
    columns = (*RATE_COLUMNS, *prices)
    schema = pa.schema([(name, pa.int64() if name in ("low", "high") else pa.string()) for name in columns])
    table = in_memory(table_of(plain_rows(rates, dimensions, charged), schema))
    days = {name: table[name].cast("date") for name in ("first", "last", "end")}
    return table.mutate(**days, **{name: table[name].cast(WHOLE) for name in prices})


def with_reasons(
    table: ir.Table, rates: RateTable, rows: Rows, has_zones: ir.BooleanValue, how: How | None = None
) -> ir.Table:
    """`table` (rows, or rows added up) with the prices in force, and `reason`: null where the cost can be told, and
    all of it.

    The spans of `rates` never overlap, so no row is ever doubled.
    """
    spans = rate_rows(rates, rows.dimensions, rows.charged)
    spans = spans.rename({f"r_{name}": name for name in ("provider", "mode", "reason", "model", "place")})
    table = table.mutate(
        name_key=model_key(table.provider, table.model, rates.providers).fill_null(""), has_zones=has_zones
    ).view()
    table = table.mutate(priced_place=_priced_place(table, rates)).view()
    joined = table.left_join(
        spans,
        [
            table.provider == spans.r_provider,
            table.name_key == spans.name,
            table.mode == spans.r_mode,
            table.priced_place == spans.r_place,
            table.day >= spans.first,
            table.day <= spans.last,
            table.size >= spans.low,
            table.size <= spans.high,
        ],
    )
    joined = joined.mutate(assumed=joined.assumed & (joined.low != UNKNOWN_SIZE).fill_null(False)).view()
    wrong = _wrong(joined, rates, rows, how or How())
    told = joined.mutate(wrong=wrong).view()
    without = told.charges
    for unit in rows.charged:
        name = f"{UNITS[unit][1]}, "
        without = _is_priced(told, unit).ifelse(without.replace(name, ""), without)
    charges = ibis.ifelse(without == "", ibis.null("string"), without.re_replace(", $", "") + f": {CHARGES}")
    return told.mutate(
        reason=ibis.coalesce(told.wrong, charges),
        priced=told.wrong.isnull(),
        known_model=ibis.coalesce(told.r_model, told.model),
        provider=ibis.coalesce(told.owner, told.provider).nullif(""),
    ).view()


def _is_priced(told: ir.Table, unit: str) -> ir.BooleanValue:
    """Whether the registry has the price of so many of a unit as a row counts."""
    return (told[f"charge_{unit}"].notnull() & (told[f"t_{unit}"] > 0)).fill_null(False)


def _wrong(joined: ir.Table, rates: RateTable, rows: Rows, how: How) -> ir.StringValue:
    """Why a row has no price; null where it has one."""
    nothing_used = (joined.mask == 0) & (joined.charges == "")
    lacking: list[tuple[ir.BooleanValue, ir.StringValue]] = []
    for place, name in enumerate(rows.dimensions):
        lacks = (joined[f"price_{name}"].isnull()) & ((joined.mask // 2**place) % 2 == 1)
        if rates.uncertain:
            lacking.append(
                (lacks & joined[f"early_{name}"].notnull() & joined[f"late_{name}"].notnull(), _changed(joined))
            )
        lacking.append((lacks, ibis.literal("no known ") + joined.mode + f" price of {name}"))
    strict = [(joined.assumed, ibis.literal(STRICT))] if how.strict_tiers else []
    return ibis.cases(
        *((joined.fault == number, text) for number, text in rows.faults.items()),
        ((joined.zone == "none") & joined.has_zones, ZONES_MIXED),
        (~joined.provider.isin([*rates.providers, ""]), UNKNOWN_PROVIDER),
        (~joined.mode.isin(list(MODES)), UNKNOWN_MODE),
        (joined.name.isnull(), UNKNOWN_MODEL),
        (nothing_used, ibis.null("string")),  # no tokens, no cost, whatever their price would be
        (joined.place != joined.priced_place, ibis.literal("no known price in ") + joined.place),
        (joined.r_reason.notnull(), joined.r_reason),
        *lacking,
        *strict,
        else_=ibis.null("string"),
    )


def _priced_place(table: ir.Table, rates: RateTable) -> ir.StringValue:
    """The region of a row where prices of its model are known there, else ""."""
    whose = table.provider + "/" + table.name_key
    cases = [
        (
            (table.place == place) & whose.isin(sorted(f"{provider}/{name}" for provider, name in names)),
            ibis.literal(place),
        )
        for place, names in rates.placed.items()
    ]
    return ibis.cases(*cases, else_=ibis.literal("")) if cases else ibis.literal("")


def _changed(joined: ir.Table) -> ir.StringValue:
    """The reason of `rates.changed`, in the mode of each row."""
    before, after = changed("\n").split("\n")
    return ibis.literal(before) + joined.mode + after


def _by_keys(priced: ir.Table, rates: RateTable, rows: Rows, keys: Sequence[str]) -> ir.Table:
    dimensions, charged = rows.dimensions, rows.charged
    without = priced.reason.notnull()
    bounded = {name: units(priced, dimensions, name, charged) for name in _BOUNDS}
    derived = _derived(priced, [name for name in rates.derived if name in dimensions])
    early, late = _either(priced, dimensions) if rates.uncertain else (ibis.null(WHOLE), ibis.null(WHOLE))
    uncertain = early.notnull()
    retired = priced.priced & (priced.day >= priced.end).fill_null(False)
    fields: dict[str, ir.Value] = {
        **{f"key_{place}": _key(priced, key, place) for place, key in enumerate(keys)},
        "form": priced.form,
        "reason": priced.reason,
        # what is priced needs no names here, and stays together
        **{
            f"unpriced_{name}": (without | retired).ifelse(priced[name], None) for name in ("provider", "model", "mode")
        },
        "p_day": (without | retired).ifelse(priced.day, None),
        "p_rows": priced.rows,
        "p_requests": priced.requests,
        **{f"p_{name}": priced[f"t_{name}"] for name in dimensions},
        "units": units(priced, dimensions, charged=charged),
        "p_unpriced": priced.priced.ifelse(0, priced.rows),
        "p_assumed": (priced.assumed & priced.priced).ifelse(priced.rows, 0),
        "p_assumed_units": (priced.assumed & priced.priced).ifelse(units(priced, dimensions, charged=charged), None),
        **{
            f"p_assumed_{name}": (priced.assumed & priced.priced).ifelse(value, None) for name, value in bounded.items()
        },
        "p_uncertain": uncertain.ifelse(priced.rows, 0),
        "p_least": ibis.least(early, late),
        "p_most": ibis.greatest(early, late),
        "p_retired": retired.ifelse(priced.rows, 0),
        "p_derived": (derived.notnull() & priced.priced).ifelse(priced.rows, 0),
        "p_derived_units": priced.priced.ifelse(derived, None),
        "p_endless": (priced.assumed & priced.priced & bounded["most"].isnull()).ifelse(1, 0),
    }
    return _sums_by_keys(priced.select(**fields), rates.scale, dimensions, keys)


def _sums_by_keys(table: ir.Table, scale: int, dimensions: Sequence[str], keys: Sequence[str]) -> ir.Table:
    """The fields of `_by_keys` added up, under the names of an answer."""
    groups = [name for name in table.columns if name.startswith("key_") or name in ("form", "reason", *_UNPRICED)]
    found = table.group_by(groups).agg(
        rows=table.p_rows.sum(),
        requests=table.p_requests.sum().cast(WHOLE),
        **{f"p_{name}": table[f"p_{name}"].sum().cast(WHOLE) for name in dimensions},
        units=table.units.sum().cast(WHOLE),
        unpriced=table.p_unpriced.sum().cast("int64"),
        assumed_rows=table.p_assumed.sum().cast("int64"),
        **{name: table[f"p_{name}"].sum().cast(WHOLE) for name in (*_ASSUMED, *_BOUNDS)},
        uncertain=table.p_uncertain.sum().cast("int64"),
        retired=table.p_retired.sum().cast("int64"),
        derived_rows=table.p_derived.sum().cast("int64"),
        derived_units=table.p_derived_units.sum().cast(WHOLE),
        endless=table.p_endless.sum(),
        first_day=table.p_day.min(),
        last_day=table.p_day.max(),
    )
    return found.select(
        **{key: found[f"key_{place}"] for place, key in enumerate(keys)},
        rows=found.rows,
        requests=found.requests,
        **{name: found[f"p_{name}"] for name in dimensions if name not in keys},
        cost=usd(found.units, scale),
        unpriced=found.unpriced,
        assumed_rows=found.assumed_rows,
        **{name: found[name] for name in _ASSUMED},
        uncertain=found.uncertain,
        **{name: usd(found[name], scale) for name in _BOUNDS},
        retired=found.retired,
        derived_rows=found.derived_rows,
        derived_units=found.derived_units,
        endless=found.endless > 0,
        form=found.form,
        reason=found.reason,
        **{name: found[name] for name in _UNPRICED},
        first_day=found.first_day,
        last_day=found.last_day,
    )


def units(
    priced: ir.Table, dimensions: Sequence[str], of: str = "price", charged: Sequence[str] = ()
) -> ir.DecimalValue:
    """What each row of a priced table costs, in whole numbers of the rates' 10**-scale USD; null where it has no price.

    `of` are its prices; or of all sizes of prompts the `least` or the `most`, null where one of them has none; or the `early`
    or the `late` ones of rows between two prices. Charges of the units `charged` are added where they have a price.
    """
    products, known = [], [priced.wrong == _changed(priced) if of in ("early", "late") else priced.priced]
    for name in dimensions:
        price = priced[f"{of}_{name}"]
        products.append((priced[f"t_{name}"] * price).cast(WHOLE).fill_null(0))
        known.append(price.notnull() | (priced[f"t_{name}"] == 0))
    for unit in charged:
        cost = (priced[f"t_{unit}"] * priced[f"charge_{unit}"]).cast(WHOLE)
        products.append(_is_priced(priced, unit).ifelse(cost, 0).cast(WHOLE))
    total = reduce(add, products, ibis.literal(0).cast(WHOLE))
    return reduce(and_, known).ifelse(total, None).cast(WHOLE)


def _derived(priced: ir.Table, dimensions: Sequence[str]) -> ir.DecimalValue:
    """What each row costs at prices that are derived, of these dimensions; null where none of its prices is."""
    parts = [
        ((priced[f"t_{name}"] > 0) & (priced.derived.contains(f" {name} "))).ifelse(
            (priced[f"t_{name}"] * priced[f"price_{name}"]).cast(WHOLE), None
        )
        for name in dimensions
    ]
    nothing = ibis.null(WHOLE)
    any_of = reduce(or_, (part.notnull() for part in parts), ibis.literal(False))
    return any_of.ifelse(reduce(add, (part.fill_null(0) for part in parts), ibis.literal(0).cast(WHOLE)), nothing)


def _either(priced: ir.Table, dimensions: Sequence[str]) -> tuple[ir.DecimalValue, ir.DecimalValue]:
    """What each row between two prices costs at the one and at the other; both null for other rows, and for those that have
    more to pay, or whose tier is assumed."""
    early, late = (units(priced, dimensions, of) for of in ("early", "late"))
    known = early.notnull() & late.notnull() & (priced.charges == "") & ~priced.assumed
    return known.ifelse(early, None).cast(WHOLE), known.ifelse(late, None).cast(WHOLE)


_UNPRICED = ("unpriced_provider", "unpriced_model", "unpriced_mode")


def _key(priced: ir.Table, key: str, place: int) -> ir.Value:
    if key == "model":
        return priced.known_model
    if key == "month":
        return priced.day.truncate("M")
    return priced[key] if key in DERIVED else priced[f"k_{place}"]


def usd(whole: ir.DecimalValue, scale: int) -> ir.DecimalValue:
    """Whole numbers of 10**-scale USD as a decimal(38, scale), exactly.

    The point is set in the text: engines that divide decimals, or multiply them by a fraction, round (Spark keeps 6
    digits of a product that could be longer than 38).
    """
    digits = ibis.literal("0" * scale) + whole.cast("string")
    point = digits.length() - scale
    return (digits.substr(0, point) + "." + digits.substr(point, scale)).cast(f"decimal(38, {scale})")
