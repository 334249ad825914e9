"""A usage log's rows in our words, as an expression of an engine: what `providers.interpretation` says of one row, of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import add, and_
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from octoregistry.costing.charges import charged_units
from octoregistry.costing.counts import (
    FAULTS,
    UsageTable,
    besides,
    column_of,
    counts_any,
    dimension,
    first_of,
    holds,
    mentioned,
    read_once,
    stray,
    with_needed,
    wrong,
)
from octoregistry.costing.days import DAY_COLUMNS, stated_date, stated_text, utc_day
from octoregistry.costing.errors import CostingError
from octoregistry.costing.names import CallNames
from octoregistry.costing.numbers import Count, count
from octoregistry.costing.once import AGAIN_MARK, LESS_MARK, SAME_MARK, calls, marked
from octoregistry.costing.plain_tables import INSIDE
from octoregistry.costing.rates import UNKNOWN_SIZE, RateTable
from octoregistry.costing.reading import may_be_shown
from octoregistry.costing.texts import clean, names_said, raw_texts
from octoregistry.costing.unsaid import unsaid_output
from octoregistry.costing.values import AGAIN, ANSWERED, DERIVED, LESS, NO_CALL_HERE, NO_FORM, SAME_SUM
from providers.charge_units import UNIT_CALLED
from providers.dimensions import DIMENSIONS, PROMPT_DIMENSIONS
from providers.flat import plain_name
from providers.interpretation import BELOW, MOST_REQUESTS, NO_REQUESTS, NOT_WHOLE, TOO_MANY
from providers.mentions import counted_as
from providers.numerals import MOST, is_whole_number
from providers.recipe import Recipe, shown_patterns
from providers.unread import is_unknown_usage

WHOLE = "decimal(38, 0)"
_NUMBERS = {text: number for number, text in FAULTS.items()}


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a log as an expression, and which of our dimensions they count.

    Columns of `table`: form (the place of its recipe), day, zone, provider, model, mode, place, charges, size (class),
    assumed, mask (a bit for each dimension of `dimensions` of which there are tokens), fault (0: none), rows (how many
    these are), requests, `t_` and a dimension or a unit of `charged` (of the charges that rows count), `k_` and the place of a
    key.
    """

    table: ir.Table
    dimensions: tuple[str, ...]
    recipes: tuple[Recipe, ...]
    faults: Mapping[int, str]
    charged: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """The names of the forms that rows may have."""
        return tuple(dict.fromkeys(recipe.name for recipe in self.recipes if recipe is not NO_FORM))

    def may_show(self, column: str, value: object) -> bool:
        """Whether an example may show what a column holds: a number, or what says when, whose and how a call was."""
        name = plain_name(column)
        if any(may_be_shown(name, value, one) for one in self.recipes):
            return True
        return is_whole_number(value) and any(is_unknown_usage(name, one) for one in self.recipes)

    def shows(self, column: str) -> bool:
        """Whether a column may be shown as an example: what a recipe reads, or counts; never a prompt or an answer."""
        name = plain_name(column)
        return any(shown_patterns(one).fullmatch(name) or is_unknown_usage(name, one) for one in self.recipes)


def usage_rows(
    log: UsageTable,
    recipes: Sequence[Recipe],
    rates: RateTable,
    names: CallNames,
    keys: Sequence[str],
    kept: Sequence[str] = (),
) -> Rows:
    """The rows of a log, each as the first recipe whose form it has reads it, those added up that state the same.

    Rows are added up by their texts as they stand, before any is read: of a thousand rows with one model's name it is
    looked up once. With `kept` each row stays by itself, with these columns as they are, as `o_` and the place of each.

    Raises CostingError for a key that is neither one of ours nor a column, and where no form is that of any row.
    """
    log = read_once(log, recipes)
    found = [*_forms(log, recipes)]
    if not found:
        raise CostingError("no known form that counts tokens")
    if INSIDE not in log.table.columns and (rest := _rest(found)) is not None:
        found.append(rest)
    dimensions = tuple(name for name in DIMENSIONS if any(counts_any(log, one.recipe, name) for one in found))
    forms = tuple(one.recipe for one in found)
    charged = tuple(unit for unit in charged_units(forms) if any(unit in span.charges for span in rates.spans))
    parts = [_part(log, form, (dimensions, charged), rates.thresholds, names, keys, kept) for form in found]
    table = ibis.union(*parts).view() if len(parts) > 1 else parts[0]
    return Rows(table, dimensions, forms, log.faults, charged)


class _Form(NamedTuple):
    """A form that rows may have: the place of its recipe, the recipe, the test of a row, and what of it is the form's own; None:
    every row has it.
    """

    number: int
    recipe: Recipe
    test: ir.BooleanValue | None
    known: ir.BooleanValue | None


def _forms(log: UsageTable, recipes: Sequence[Recipe]) -> list[_Form]:
    """The forms that rows may have."""
    found: list[_Form] = []
    others: list[ir.BooleanValue] = []
    for recipe in recipes:
        tests = [holds(log, test) for test in recipe.known_by]
        if any(test is False for test in tests) or recipe.states_costs:
            continue
        own = [test for test in tests if test is not True]
        mine = reduce(and_, own) if own else None
        conditions = [~one for one in others] + ([mine] if mine is not None else [])
        found.append(_Form(len(found), recipe, reduce(and_, conditions) if conditions else None, mine))
        if mine is None:
            break
        others.append(mine)
    return found


def _rest(forms: Sequence[_Form]) -> _Form | None:
    """The rows of no known form; None where there can be none."""
    if any(one.known is None for one in forms):
        return None
    conditions = [~one.known for one in forms if one.known is not None]
    return _Form(len(forms), NO_FORM, reduce(and_, conditions), None)


def _part(
    log: UsageTable,
    form: _Form,
    counted_of: tuple[Sequence[str], Sequence[str]],
    thresholds: Sequence[int],
    names: CallNames,
    keys: Sequence[str],
    kept: Sequence[str],
) -> ir.Table:
    """The rows of one form; `counted_of` are the dimensions and the units of charges."""
    recipe = form.recipe
    dimensions, charged = counted_of
    names_of_counts = (*dimensions, *charged)
    here = calls(log, recipe, form.test)
    written = column_of(here, recipe.fields.get("day", ()))
    own = {f"k_{place}": _key(here, key) for place, key in enumerate(keys) if key not in DERIVED}
    passed = {f"o_{place}": here.table[name] for place, name in enumerate(kept)}
    texts = raw_texts(recipe, partial(column_of, here))
    written = ibis.null("date") if written is None else written
    read = here.table.select(
        when=written, **own, **passed, **texts, **_stated(here, recipe, dimensions, charged)
    ).alias(f"octoregistry_form_{form.number}")
    read = stated_text(read, read.when) if written.type().is_string() else stated_date(read, read.when)
    judged = read.mutate(
        fault=_fault(read, dimensions),
        # what is wrong with one row must not overflow in the sum of all
        requests=ibis.ifelse((read.requests < 1) | (read.requests > MOST_REQUESTS), 1, read.requests),
    ).view()
    sound = (judged.fault == 0) & ~judged.free
    tokens = {f"t_{name}": sound.ifelse(judged[f"v_{name}"], 0).cast("int64") for name in names_of_counts}
    counted = judged.mutate(**tokens).view()
    size, assumed = _size(counted, dimensions, thresholds)
    output = counted.t_output if "output" in dimensions else ibis.literal(0, "int64")
    unsaid = ibis.ifelse(output > 0, counted.unsaid, "")
    sized = counted.mutate(size=size, assumed=assumed, mask=mask(counted, dimensions), unsaid=unsaid)
    same_price = [*DAY_COLUMNS, *own, *texts, "charges", "unsaid", "size", "assumed", "mask", "fault"]
    if kept:
        sums = sized.select(*same_price, *passed, "requests", *tokens, rows=ibis.literal(1, "int64")).view()
    else:
        sums = sums_of(sized, same_price, names_of_counts, sized.count()).view()
    said = names_said(utc_day(sums), recipe, names)
    return _with_names(said, form.number, names_of_counts, is_stray=recipe is NO_FORM)


def sums_of(
    table: ir.Table, keys: Sequence[str], dimensions: Sequence[str], rows: ir.IntegerValue | None = None
) -> ir.Table:
    """The sums of rows, requests and tokens of all rows with the same keys; `rows`: of rows that state no number of them."""
    return table.group_by(list(keys)).agg(
        rows=table.rows.sum().cast("int64") if rows is None else rows,
        # 18 digits of a row: the widest decimal that engines keep in a machine word
        requests=_whole(table.requests).sum().cast(WHOLE),
        **{f"t_{name}": _whole(table[f"t_{name}"]).sum().cast(WHOLE) for name in dimensions},
    )


def _whole(number: ir.NumericValue) -> ir.NumericValue:
    return number.cast("decimal(18, 0)") if number.type().is_integer() else number


def _with_names(said: ir.Table, number: int, dimensions: Sequence[str], *, is_stray: bool) -> ir.Table:
    """The rows, their faults with those of their texts, which come first; no tokens of a row with a fault."""
    checks = () if is_stray else (~said.day_stated, said.day.isnull(), said.provider.isnull(), said.model.isnull())
    cases = [(wrong, ibis.literal(fault, "int32")) for fault, wrong in enumerate(checks, 1)]
    fault = ibis.cases(*cases, else_=said.fault) if cases else said.fault
    inside = _NUMBERS[INSIDE]  # whatever else is wrong with it: it is read in Python
    judged = said.mutate(fault=ibis.ifelse(said.fault == inside, inside, fault)).view()
    sound = judged.fault == 0
    tokens = {f"t_{name}": sound.ifelse(judged[f"t_{name}"], 0).cast(WHOLE) for name in dimensions}
    return (
        judged.mutate(form=ibis.literal(number, "int16"), mask=sound.ifelse(judged["mask"], 0).cast("int32"), **tokens)
        .drop("day_stated")
        .view()
    )


def _stated(log: UsageTable, recipe: Recipe, dimensions: Sequence[str], charged: Sequence[str]) -> dict[str, ir.Value]:
    """What each row counts, and whether it could be read."""
    counts = {name: found for name in dimensions if (found := dimension(log, recipe, name)) is not None}
    whole = first_of(log, recipe.total)
    counts = with_needed(log, recipe, counts, whole)
    requests = column_of(log, recipe.fields.get("requests", ()))
    of_batch = _literal(holds(log, recipe.of_batch) if recipe.of_batch else False)
    is_sum = of_batch | _literal(holds(log, recipe.sums) if recipe.sums else False)
    times = count(requests, 1, casts=log.casts) if requests is not None else Count(ibis.literal(1, "int64"), None)
    unsaid = requests.isnull() if requests is not None else ibis.literal(True)
    if requests is not None and requests.type().is_string():
        unsaid = unsaid | (requests == "")
    unsaid = unsaid | (is_sum & (times.value == 0))
    size = _known_size(log, recipe)
    sounds = [one.sound for one in counts.values()] + ([] if recipe.windows else [size.sound])
    charges = {name: one for name, fields in recipe.charges.items() if (one := first_of(log, fields)) is not None}
    sounds += [one.sound for one in (*charges.values(), *([] if whole is None else [whole]))]
    others = [ibis.literal(0, "int64"), *(one.value for one in charges.values())]
    units = {unit: charges[name].value for name in charges if (unit := UNIT_CALLED.get(name)) in charged}
    named = {
        name: one & (charges[counted_as(name)].value == 0) if counted_as(name) in charges else one
        for name, one in mentioned(log, recipe).items()
    }
    named |= besides(log, recipe, list(counts.values()), list(charges.values()))
    free = _literal(holds(log, recipe.free_if) if recipe.free_if else False)
    repeats = _literal(holds(log, recipe.sum_of_others) if recipe.sum_of_others else False)
    return {
        "charges": _joined(
            [(one.value != 0) & ~free for one in charges.values()] + [one & ~free for one in named.values()],
            [*charges, *named],
        ),
        "unsaid": unsaid_output(log, recipe),
        "least_besides": ibis.least(*others) if charges else others[0],
        "most_besides": ibis.greatest(*others) if charges else others[0],
        "requests": ibis.ifelse(unsaid, 1, times.value),
        "requests_sound": unsaid | (ibis.literal(True) if times.sound is None else times.sound),
        "asked": ~(unsaid & is_sum),
        "of_batch": of_batch,
        "known_size": size.value,
        "free": free,
        "again": marked(log, AGAIN_MARK),
        "less": marked(log, LESS_MARK),
        "same": marked(log, SAME_MARK),
        "repeats": repeats,
        "inside": log.table[INSIDE] if INSIDE in log.table.columns else ibis.literal(False),
        "sound": reduce(and_, [sound for sound in sounds if sound is not None], ibis.literal(True)),
        "wrong": stray(log) if recipe is NO_FORM else wrong(log, recipe, counts, whole),
        **{f"v_{name}": counts[name].value if name in counts else ibis.literal(0, "int64") for name in dimensions},
        **{f"v_{unit}": units.get(unit, ibis.literal(0, "int64")) for unit in charged},
    }


def _literal(value: ir.BooleanValue | bool) -> ir.BooleanValue:
    return ibis.literal(value) if isinstance(value, bool) else value


def _key(log: UsageTable, key: str) -> ir.Value:
    name = key if key in log.table.columns else log.columns.get(plain_name(key))
    if name is None:
        raise CostingError(
            f"nothing to group by: {key} is none of {', '.join(dict.fromkeys((*DERIVED, *log.columns)))}"
        )
    if key in ANSWERED:
        raise CostingError(f"nothing to group by {key} with: the answer has a column of that name")
    value = log.table[name]
    return value.nullif("") if value.type().is_string() else value  # a text without a letter names no group


def _known_size(log: UsageTable, recipe: Recipe) -> Count:
    """The prompt size of each request where the log states it, else -1."""
    column = column_of(log, recipe.fields.get("prompt_size", ()))
    if column is None:
        return Count(ibis.literal(-1, "int64"), None)
    if recipe.windows:
        small = clean(column).lower()
        column = ibis.cases(
            *((small == word, size) for word, size in recipe.windows.items()), else_=ibis.null("string")
        )
    return count(column, -1, casts=log.casts)


def _fault(read: ir.Table, dimensions: Sequence[str]) -> ir.IntegerValue:
    """The number of the first fault of what a row counts, 0 for none."""
    values = [read[f"v_{name}"] for name in dimensions]
    least = ibis.least(*values) if len(values) > 1 else values[0] if values else ibis.literal(0)
    most = ibis.greatest(*values) if len(values) > 1 else least
    checks = {
        NOT_WHOLE: ~read.sound,
        BELOW: (least < 0) | (read.least_besides < 0),
        TOO_MANY: (most >= MOST) | (read.most_besides >= MOST),
        NO_REQUESTS: ~read.requests_sound | (read.requests < 1) | (read.requests > MOST_REQUESTS),
    }
    cases = [(read.inside, ibis.literal(_NUMBERS[INSIDE], "int32"))]
    cases += [(wrong & ~read.free, ibis.literal(_NUMBERS[text], "int32")) for text, wrong in checks.items()]
    cases += [((read.wrong != 0) & ~read.free, read.wrong.cast("int32")), (read.repeats, _NUMBERS[NO_CALL_HERE])]
    cases += [(read.again, _NUMBERS[AGAIN]), (read.less, _NUMBERS[LESS]), (read.same, _NUMBERS[SAME_SUM])]
    return ibis.cases(*cases, else_=ibis.literal(0, "int32"))


def _size(
    rows: ir.Table, dimensions: Sequence[str], thresholds: Sequence[int]
) -> tuple[ir.IntegerValue, ir.BooleanValue]:
    """The class of a row's prompt size, and whether it is assumed: tokens per request, compared without dividing, so that
    nothing is rounded.

    A row of one request has its own size; a row of many has their mean, which is all that a total still tells. Where a
    total does not say of how many requests it is, its size is known only if even the whole falls into the first class.
    """
    if not thresholds:
        return ibis.literal(0, "int8"), ibis.literal(False)
    in_prompt = [rows[f"t_{name}"] for name in dimensions if name in PROMPT_DIMENSIONS]
    prompt = reduce(add, in_prompt) if in_prompt else ibis.literal(0, "int64")
    by_mean = _classes([prompt > above * rows.requests for above in thresholds])
    is_long = prompt > thresholds[0]
    by_statement = _classes([rows.known_size > above for above in thresholds])
    size = ibis.cases(
        (rows.known_size >= 0, by_statement),
        (rows.asked, by_mean),
        (rows.of_batch | ~is_long, 0),
        else_=UNKNOWN_SIZE,
    )
    assumed = (rows.known_size < 0) & is_long & ((rows.requests > 1) | (~rows.asked & rows.of_batch))
    return size.cast("int8"), assumed


def _classes(conditions: Sequence[ir.BooleanValue]) -> ir.IntegerValue:
    return reduce(add, (condition.ifelse(1, 0) for condition in conditions))


def _joined(tests: Sequence[ir.BooleanValue], names: Sequence[str]) -> ir.StringValue:
    """The names whose test is true, with a comma after each."""
    parts = [ibis.ifelse(test, f"{name}, ", "") for test, name in zip(tests, names, strict=True)]
    return reduce(add, parts) if parts else ibis.literal("")


def mask(rows: ir.Table, dimensions: Sequence[str]) -> ir.IntegerValue:
    """A bit for each of the dimensions of which a row has tokens."""
    bits = [(rows[f"t_{name}"] > 0).ifelse(2**place, 0) for place, name in enumerate(dimensions)]
    return reduce(add, bits, ibis.literal(0)).cast("int32")
