"""A usage log's rows in our words: day, model, mode and tokens of each, and what is wrong with a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, and_

import ibis
import ibis.expr.types as ir

from octoregistry.costing.days import PIECE, Day, day, day_of_pieces, pieces
from octoregistry.costing.errors import CostingError
from octoregistry.costing.forms import Form, Recipe
from octoregistry.costing.numbers import MOST, Count, count, first, total
from octoregistry.costing.rates import UNKNOWN_SIZE
from providers.dimensions import DIMENSIONS, PROMPT_DIMENSIONS

OURS = ("day", "provider", "model", "mode")
DERIVED = (*OURS, "month")
ANSWERED = (  # what an answer has beside its keys
    *("rows", "requests", "cost", "unpriced", "reason"),
    *("unpriced_provider", "unpriced_model", "unpriced_mode", "first_day", "last_day"),
)
MOST_REQUESTS = 10**9

# What can be wrong with a row by itself, in the order in which it is told; the number travels through the grouping.
FAULTS = {
    1: "no day is stated",
    2: "what should be a day is none: write 2026-09-04 or ISO 8601",
    3: "no provider is stated",
    4: "no model is stated",
    5: "tokens that are no whole number",
    6: "tokens below 0",
    7: f"more tokens than anybody has: {MOST} and over",
    8: f"requests that are no whole number from 1 to {MOST_REQUESTS}",
}
ZONES_MIXED = "a time without a zone among times with one: it may be another day"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a log as an expression, and which of our dimensions they count.

    Columns of `table`: day, zone, provider, model, mode, requests, size (class), mask (a bit for each dimension of
    `dimensions` of which there are tokens), fault (0: none), `t_` and a dimension, `k_` and a key.
    """

    table: ir.Table
    dimensions: tuple[str, ...]


def usage_rows(
    usage: ir.Table, form: Form, thresholds: Sequence[int], keys: Sequence[str], kept: Sequence[str] = ()
) -> Rows:
    """The rows of `usage` as `form` reads them. `kept` are columns that are passed on as they are, as `o_` and a name.

    Raises CostingError for a key that is neither one of ours nor a column.
    """
    written = _column(usage, form.recipes["day"])
    if written is not None and written.type().is_string():
        usage = usage.mutate(**pieces(written)).view()
    counts = {name: found for name in DIMENSIONS if (found := _dimension(usage, form.recipes.get(name, ())))}
    stated = _stated(usage, form, counts) | {f"k_{key}": _key(usage, key) for key in keys if key not in DERIVED}
    stated |= {f"o_{name}": usage[name] for name in kept}
    # Each step here is a query of its own (`view`), or Ibis would write out the reading of a text wherever it is used.
    read = usage.select(**stated).view()
    fault = _fault(read, tuple(counts))
    judged = read.mutate(
        fault=fault,
        **{f"t_{name}": ((fault == 0) & ~read.free).ifelse(read[f"v_{name}"], 0).cast("int64") for name in counts},
    ).view()
    table = judged.mutate(size=_size_class(judged, tuple(counts), thresholds, form), mask=mask(judged, tuple(counts)))
    return Rows(table, tuple(counts))


def _stated(usage: ir.Table, form: Form, counts: Mapping[str, Count]) -> dict[str, ir.Value]:
    """What each row states, and whether it could be read."""
    when = _day(usage, form)
    requests = _column(usage, form.recipes.get("requests", ()))
    times = count(requests, 1) if requests is not None else Count(ibis.literal(1, "int64"), None)
    size = _known_size(usage, form)
    # a vendor's new word for a size leaves it unknown; a number of one's own that is none is a fault
    sounds = [found.sound for found in counts.values()] + ([] if "prompt_size" in form.words else [size.sound])
    return {
        "day": when.date,
        "day_stated": when.stated,
        "zone": when.zone if when.zone is not None else ibis.literal(""),
        **{name: _text(usage, form, name) for name in ("provider", "model", "mode")},
        "requests": times.value,
        "requests_sound": ibis.literal(True) if times.sound is None else times.sound,
        "asked": requests.notnull() if requests is not None else ibis.literal(not form.totals),
        "known_size": size.value,
        "free": _is_free(usage, form),
        **{f"v_{name}": found.value for name, found in counts.items()},
        "sound": reduce(and_, [sound for sound in sounds if sound is not None], ibis.literal(True)),
    }


def _key(usage: ir.Table, key: str) -> ir.Value:
    if key not in usage.columns or key.startswith(PIECE):
        known = (*DERIVED, *(name for name in usage.columns if not name.startswith(PIECE)))
        raise CostingError(f"nothing to group by: {key} is none of {', '.join(dict.fromkeys(known))}")
    if key in ANSWERED:
        raise CostingError(f"nothing to group by {key} with: the answer has a column of that name")
    return usage[key]


def _column(usage: ir.Table, recipe: Recipe) -> ir.Value | None:
    """The first column of a recipe's only term that is there and holds something; None where none is there."""
    if not recipe:
        return None
    if recipe[0].startswith(":"):
        return ibis.literal(recipe[0][1:])
    present = [usage[name] for name in recipe[0].lstrip("-").split("|") if name in usage.columns]
    if len({str(column.type()) for column in present}) > 1:
        present = [column.cast("string") for column in present]
    return ibis.coalesce(*present) if len(present) > 1 else next(iter(present), None)


def _dimension(usage: ir.Table, recipe: Recipe) -> Count | None:
    """The tokens of one dimension; None where none of its columns is there."""
    found = [(-1 if term.startswith("-") else 1, counts) for term in recipe if (counts := _counts(usage, term))]
    return total([(sign, first(counts)) for sign, counts in found]) if any(sign > 0 for sign, _ in found) else None


def _counts(usage: ir.Table, term: str) -> list[Count]:
    """What each of the columns of a term counts."""
    columns = [_column(usage, (name,)) for name in term.lstrip("-").split("|")]
    return [count(column) for column in columns if column is not None]


def _day(usage: ir.Table, form: Form) -> Day:
    if f"{PIECE}text" in usage.columns:
        return day_of_pieces(usage)
    column = _column(usage, form.recipes["day"])
    return day(column if column is not None else ibis.null("date"))


def _text(usage: ir.Table, form: Form, name: str) -> ir.StringValue:
    column = _column(usage, form.recipes.get(name, ()))
    text = ibis.null("string") if column is None else _translated(column.cast("string"), form.words.get(name, {}))
    if name == "mode":
        text = text.fill_null("standard")
        if (batch := _column(usage, form.recipes.get("batch", ()))) is not None:
            in_batch = _translated(batch.cast("string"), form.words["batch"]) == "batch"
            text = ibis.ifelse(in_batch.fill_null(False), "batch", text)
    return text.re_replace("^.*/", "") if name == "model" and form.prefixed_model else text


def _translated(text: ir.StringValue, words: Mapping[str, str]) -> ir.StringValue:
    stated = text.nullif("")
    if not words:
        return stated
    small = stated.lower()
    return ibis.cases(*((small == word, meant) for word, meant in words.items()), else_=stated)


def _known_size(usage: ir.Table, form: Form) -> Count:
    """The prompt size of each request where the log states it, else -1."""
    column = _column(usage, form.recipes.get("prompt_size", ()))
    if column is None:
        return Count(ibis.literal(-1, "int64"), None)
    if "prompt_size" in form.words:
        column = _translated(column.cast("string"), form.words["prompt_size"])
    return count(column, -1)


def _is_free(usage: ir.Table, form: Form) -> ir.BooleanValue:
    if form.free_if is None or form.free_if[0] not in usage.columns:
        return ibis.literal(False)
    return (usage[form.free_if[0]].cast("string").lower() == form.free_if[1]).fill_null(False)


def _fault(read: ir.Table, dimensions: Sequence[str]) -> ir.IntegerValue:
    """The number of the first fault of a row, 0 for none."""
    values = [read[f"v_{name}"] for name in dimensions]
    least, most = (ibis.least(*values), ibis.greatest(*values)) if len(values) > 1 else (values[0], values[0])
    checks = (
        ~read.day_stated,
        read.day.isnull(),
        read.provider.isnull(),
        read.model.isnull(),
        ~read.sound,
        least < 0,
        most >= MOST,
        ~read.requests_sound | (read.requests < 1) | (read.requests > MOST_REQUESTS),
    )
    numbered = zip(checks, FAULTS, strict=True)
    return ibis.cases(*((wrong, ibis.literal(number, "int8")) for wrong, number in numbered), else_=0)


def _size_class(rows: ir.Table, dimensions: Sequence[str], thresholds: Sequence[int], form: Form) -> ir.IntegerValue:
    """The class of a row's prompt size: tokens per request, compared without dividing, so that nothing is rounded.

    A row of one request has its own size; a row of many has their mean, which is all that a total still tells. Where a
    total does not say of how many requests it is, its size is known only if even the whole falls into the first class.
    """
    if not thresholds:
        return ibis.literal(0, "int8")
    in_prompt = [rows[f"t_{name}"] for name in dimensions if name in PROMPT_DIMENSIONS]
    prompt = reduce(add, in_prompt) if in_prompt else ibis.literal(0, "int64")
    # requests of a faulty row may be anything, and nothing may overflow before the row is told apart
    times = ibis.ifelse(rows.fault == 0, rows.requests, 1)
    by_mean = _classes([prompt > above * times for above in thresholds])
    if form.totals:
        by_mean = ibis.ifelse(rows.asked | (by_mean == 0), by_mean, UNKNOWN_SIZE)
    if "prompt_size" not in form.recipes:
        return by_mean.cast("int8")
    by_statement = _classes([rows.known_size > above for above in thresholds])
    return ibis.ifelse(rows.known_size >= 0, by_statement, by_mean).cast("int8")


def _classes(conditions: Sequence[ir.BooleanValue]) -> ir.IntegerValue:
    return reduce(add, (condition.ifelse(1, 0) for condition in conditions))


def mask(rows: ir.Table, dimensions: Sequence[str]) -> ir.IntegerValue:
    """A bit for each of the dimensions of which a row has tokens."""
    bits = [(rows[f"t_{name}"] > 0).ifelse(2**place, 0) for place, name in enumerate(dimensions)]
    return reduce(add, bits).cast("int32")
