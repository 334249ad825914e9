"""Token counts by dimension, from a table's columns, and what is wrong with a row, as expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add, and_, or_

import ibis
import ibis.expr.types as ir

from octoregistry.costing.numbers import Count, begins_object, count, first, stated, total
from octoregistry.costing.plain_tables import COLUMNS, INSIDE
from octoregistry.costing.reading import proposal
from octoregistry.costing.texts import clean, small
from octoregistry.costing.values import (
    AGAIN,
    LESS,
    NO_CALL_HERE,
    NO_DAY,
    NO_MODEL,
    NO_PROVIDER,
    NO_SUCH_DAY,
    SAME_SUM,
    UNKNOWN_FORM,
)
from providers.interpretation import (
    BELOW,
    DIFFERENT,
    MORE,
    NO_REQUESTS,
    NOT_WHOLE,
    TOO_MANY,
    TOTAL,
    UNREAD,
    dimensions_of,
    whole_of,
)
from providers.mentions import key_pattern, mention_pattern
from providers.recipe import Recipe
from providers.recipe_parts import Condition, FieldNames, Term, Test
from providers.unread import NOTHING, UNHEARD, UNREADABLE, holders, is_unknown_usage, unheard_words

# What can be wrong with a row by itself, in the order in which it is told; the number travels through the grouping, and
# from `len(FAULTS)` on it is one of the log's own.
FAULTS = dict(
    enumerate(
        (
            NO_DAY,
            NO_SUCH_DAY,
            NO_PROVIDER,
            NO_MODEL,
            NOT_WHOLE,
            BELOW,
            TOO_MANY,
            NO_REQUESTS,
            NO_CALL_HERE,
            AGAIN,
            LESS,
            SAME_SUM,
            INSIDE,
        ),
        1,
    )
)


_MOST_NAMED = 8  # columns


@dataclass(slots=True)
class UsageTable:
    """A log's table: the column of each field by the path to it; of them those that were `made` of what is within others, which
    a row may lack; of each column that holds objects the column that says whether a number in it is of no recipe, and of each
    of texts that may be objects the one that says whether it is one that nobody can read; `numbers` and
    `doubts` are the columns that `read_once` made of texts: the value and whether it could be read, whether the text states a
    number other than 0, and whether it begins an object with one.
    """

    table: ir.Table
    columns: dict[str, str] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    unread: dict[str, str] = field(default_factory=dict)
    torn: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, tuple[str, str]] = field(default_factory=dict)
    doubts: dict[str, tuple[str, str]] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=lambda: dict(FAULTS))

    def __getitem__(self, name: str) -> ir.Value:
        return self.table[self.columns[name]]

    @property
    def casts(self) -> bool:
        """Whether the engine can try a cast: the one that reads files can."""
        return INSIDE in self.table.columns

    def within(self, name: str) -> list[str]:
        """The columns of a field and of all below it."""
        return [column for column in self.columns if column == name or column.startswith(f"{name}.")]

    def fault(self, text: str) -> int:
        """The number of a fault of this log."""
        found = next((number for number, known in self.faults.items() if known == text), None)
        if found is None:
            found = len(self.faults) + 1
            self.faults[found] = text
        return found


def holds(log: UsageTable, test: Test) -> ir.BooleanValue | bool:
    """Whether a test is true of each row: True or False where that follows from the columns alone."""
    found = [_true(log, condition) for condition in test]
    if any(one is True for one in found):
        return True
    own = [one for one in found if one is not False]
    return reduce(or_, own) if own else False


def _true(log: UsageTable, condition: Condition) -> ir.BooleanValue | bool:
    if condition.key:
        text = _json_text(log[condition.name]) if condition.name in log.columns else None
        if text is None:
            return condition.absent
        found = text.re_search(key_pattern(condition.key)).fill_null(False)
        return ~found if condition.absent else found
    if condition.counts:
        if condition.name not in log.columns:
            return condition.absent
        found = stated(log[condition.name])
        return ~found if condition.absent else found
    if condition.values:
        if condition.name not in log.columns:
            return condition.absent
        text = clean(log[condition.name]).lower().fill_null("")
        exact = sorted(value for value in condition.values if not value.endswith("*"))
        tests = [text.isin(exact)] if exact else []
        among = reduce(or_, (*tests, *map(text.startswith, condition.beginnings)))
        return ~among if condition.absent else among
    columns = log.within(condition.name)
    own = condition.name in log.columns and condition.name not in log.made
    if not columns or (own and COLUMNS not in log.table.columns):
        return bool(columns) != condition.absent  # a column of the table is there for every row, even where it is empty
    there = reduce(or_, (stands(log[column]) for column in columns))
    if own:
        there |= log.table[COLUMNS].contains(f"|{condition.name}|")
    return ~there if condition.absent else there


def stands(value: ir.Value) -> ir.BooleanValue:
    """Whether a column holds anything."""
    return value.notnull() & (value != "") if value.type().is_string() else value.notnull()


def column_of(log: UsageTable, fields: FieldNames) -> ir.Value | None:
    """The first of the columns that is there and holds something; None where none is there."""
    if fields and fields[0].startswith(":"):
        return ibis.literal(fields[0][1:])
    present = [log[name] for name in fields if name in log.columns]
    present = [column.nullif("") if column.type().is_string() else column for column in present]
    if len({str(column.type()) for column in present}) > 1:
        present = [column.cast("string") for column in present]
    literal = [ibis.literal(name[1:]) for name in fields if name.startswith(":")]
    if literal and present:
        present = [column.cast("string") for column in present]
    both = [*present, *literal]
    return ibis.coalesce(*both) if len(both) > 1 else next(iter(both), None)


def read_once(log: UsageTable, recipes: Sequence[Recipe]) -> UsageTable:
    """`log` with columns for what its texts say of numbers, for all `recipes` at once: an engine would compile for a minute
    what each form repeats.
    """
    texts = [name for name in log.columns if log[name].type().is_string()]
    counted = {name for recipe in recipes for name in _counted(log, recipe)}
    unknown = {name for name in texts if any(is_unknown_usage(name, recipe) for recipe in recipes)}
    numbers = {name: (f"octoregistry_n{at}", f"octoregistry_s{at}") for at, name in enumerate(texts) if name in counted}
    doubts = {name: (f"octoregistry_d{at}", f"octoregistry_o{at}") for at, name in enumerate(texts) if name in unknown}
    made: dict[str, ir.Value] = {}
    for name, (value, sound) in numbers.items():
        made[value], made[sound] = count_at(log, name)
    for name, (states, begins) in doubts.items():
        made[states], made[begins] = stated(log[name]), begins_object(log[name], with_digits=True)
    return (
        replace(log, table=log.table.mutate(**made).alias("octoregistry_read"), numbers=numbers, doubts=doubts)
        if made
        else log
    )


def _counted(log: UsageTable, recipe: Recipe) -> Iterator[str]:
    """The names of what a recipe reads as numbers."""
    terms = [fields for one in recipe.counts.values() for term in one for fields in (term.names, *term.parts)]
    both = [fields for one in recipe.unclear for fields in one.both]
    for fields in (*terms, *both, *recipe.charges.values(), recipe.total):
        yield from fields
    yield from (name for name in log.columns if whole_of(recipe, name) is not None)


def count_at(log: UsageTable, name: str) -> Count:
    """What the column of a field counts."""
    if name in log.numbers:
        value, sound = log.numbers[name]
        return Count(log.table[value], log.table[sound])
    return count(log[name], casts=log.casts)


def first_of(log: UsageTable, fields: FieldNames) -> Count | None:
    """The first count that is not 0, of those fields that are there; None where none is."""
    found = [count_at(log, name) for name in fields if name in log.columns]
    return first(found) if found else None


def _term(log: UsageTable, one: Term) -> Count | None:
    number = first_of(log, one.names)
    if number is None or not one.parts:
        return number
    parts = [part for fields in one.parts if (part := first_of(log, fields)) is not None]
    left = total([(1, number), *((-1, part) for part in parts)])
    return Count(ibis.ifelse(number.value == 0, 0, left.value), left.sound)


def counts_any(log: UsageTable, recipe: Recipe, name: str) -> bool:
    """Whether a column that counts one dimension, or is taken from it, is there."""
    return any(fields in log.columns for one in recipe.counts.get(name, ()) for fields in one.names)


def dimension(log: UsageTable, recipe: Recipe, name: str) -> Count | None:
    """The tokens of one dimension, below 0 where only what is taken from it is there; None where no column of it is."""
    if not counts_any(log, recipe, name):
        return None
    found = [
        (one.sign, number) for one in recipe.counts[name] if not one.needed and (number := _term(log, one)) is not None
    ]
    return total(found) if found else Count(ibis.literal(0, "int64"), None)


def with_needed(log: UsageTable, recipe: Recipe, counts: Mapping[str, Count], whole: Count | None) -> dict[str, Count]:
    """The counts with those that the stated total has and its parts have not."""
    found = dict(counts)
    for name, terms in recipe.counts.items():
        for one in terms:
            more = _term(log, one) if one.needed and name in found and whole is not None else None
            if more is not None and whole is not None:
                parts = reduce(add, (number.value for number in found.values()))
                added = ibis.ifelse(parts + more.value == whole.value, more.value, 0)
                found[name] = total([(1, found[name]), (1, Count(added, more.sound))])
    return found


def wrong(log: UsageTable, recipe: Recipe, counts: Mapping[str, Count], whole: Count | None) -> ir.IntegerValue:
    """The number of the first fault that a recipe finds: counts that differ, what is unclear, totals, what is unread."""
    checks = [*_unreadable(log, recipe), *_remainders(log, recipe)]
    for fields in _alternatives(recipe):
        known = [count_at(log, name).value for name in fields if name in log.columns]
        if len(known) > 1:
            of = ibis.coalesce(*(one.nullif(0) for one in known), 0)  # not pair by pair: a 0 may stand between two
            named = ", ".join(name for name in fields if name in log.columns)
            differ = reduce(or_, ((one != 0) & (one != of) for one in known))
            checks.append((differ, log.fault(f"{DIFFERENT}: {named}")))
    for demand in recipe.must:
        if (kept := holds(log, demand.test)) is not True:
            checks.append((ibis.literal(True) if kept is False else ~kept, log.fault(demand.says)))
    for one in recipe.unclear:
        both = [first_of(log, fields) for fields in one.both]
        if all(found is not None for found in both):
            there = [stands(log[column]) for name in one.unless for column in log.within(name)]
            found = reduce(and_, (number.value != 0 for number in both if number is not None))
            checks.append((found & ~reduce(or_, there) if there else found, log.fault(one.says)))
    checks += _more_than_whole(log, recipe, counts)
    if whole is not None and counts:
        parts = reduce(add, (number.value for number in counts.values()))
        checks.append(((whole.value != 0) & (whole.value != parts), log.fault(TOTAL)))
    checks += _unheard(log, recipe)
    for name in log.columns:
        if is_unknown_usage(name, recipe):
            states = log.table[log.doubts[name][0]] if name in log.doubts else stated(log[name])
            checks.append((states, log.fault(f"{UNREAD}: {name}")))
    for root, column in log.unread.items():
        if root in recipe.usage or (recipe.flat and root in log.columns):
            checks.append((log.table[column], log.fault(f"{UNREAD}: within {root}")))
    if not checks:
        return ibis.literal(0, "int32")
    return ibis.cases(*((test, ibis.literal(number, "int32")) for test, number in checks), else_=0).fill_null(0)


def _unreadable(log: UsageTable, recipe: Recipe) -> Iterator[tuple[ir.BooleanValue, int]]:
    """Where a text is, or begins, an object of usage that was not opened, and the number of that fault."""
    for name, column in log.torn.items():
        if name in holders(recipe):
            yield log.table[column], log.fault(f"{UNREADABLE}: {name}")
    for name in log.columns:
        if name in log.doubts and name not in holders(recipe) and is_unknown_usage(name, recipe):
            yield log.table[log.doubts[name][1]], log.fault(f"{UNREADABLE}: {name}")


def _unheard(log: UsageTable, recipe: Recipe) -> Iterator[tuple[ir.BooleanValue, int]]:
    """Where a column that the recipe does not read says how or where a call was served, and the number of that fault."""
    for name in log.columns:
        words = unheard_words(name, recipe) if log[name].type().is_string() else None
        if words is not None:
            nothing = [*NOTHING, *(word for word, meaning in words.items() if not meaning)]
            yield ~small(clean(log[name])).fill_null("").isin(nothing), log.fault(f"{UNHEARD}: {name}")


def _remainders(log: UsageTable, recipe: Recipe) -> Iterator[tuple[ir.BooleanValue, int]]:
    """Where the parts of a stated whole are more than it, and the number of that fault."""
    terms = dict.fromkeys((one.names, one.parts) for terms in recipe.counts.values() for one in terms if one.parts)
    for names, parts in terms:
        number = first_of(log, names)
        found = [part.value for fields in parts if (part := first_of(log, fields)) is not None]
        if number is not None and found:
            yield (number.value != 0) & (reduce(add, found) > number.value), log.fault(f"{MORE}: {parts[0][0]}")


def _more_than_whole(
    log: UsageTable, recipe: Recipe, counts: Mapping[str, Count]
) -> Iterator[tuple[ir.BooleanValue, int]]:
    """Where a part is above what it is counted within, and the number of that fault."""
    none = ibis.literal(0, "int64")
    for name, terms in recipe.counts.items():
        of = counts[name].value if name in counts else none
        for one in terms:
            if one.needed and (more := _term(log, one)) is not None:
                yield more.value > of, log.fault(f"{MORE}: {one.names[0]}")
    for name in log.columns:
        within = whole_of(recipe, name)
        if within is None or log[name].type().is_nested():
            continue
        if within.names and not within.names[0].startswith(":"):
            found = first_of(log, within.names)
            size = none if found is None else found.value
        else:
            size = reduce(add, (counts[part].value for part in dimensions_of(within) if part in counts), none)
        part = count_at(log, name).value
        if within.exact:
            yield log[name].notnull() & (part != size), log.fault(f"{DIFFERENT}: {name}, {within.names[0]}")
        else:
            yield part > ibis.greatest(size, 0), log.fault(f"{MORE}: {name}")


def stray(log: UsageTable) -> ir.IntegerValue:
    """The number of the fault of a row of no known form, with the columns that nobody reads."""
    own = [name for name in log.columns if name not in log.made]
    flags = proposal(name for name in own if log[name].type().is_numeric() or log[name].type().is_string())
    shown = ", ".join(own[:_MOST_NAMED]) + (", …" if len(own) > _MOST_NAMED else "")
    return ibis.literal(log.fault(f"{UNKNOWN_FORM}: {shown}{f'; perhaps {flags}' if flags else ''}"), "int32")


def mentioned(log: UsageTable, recipe: Recipe) -> dict[str, ir.BooleanValue]:
    """For each charge that an answer may name by itself whether it does; what no column may hold is left out."""
    found = {name: [one for path in paths for one in _mentions(log, path)] for name, paths in recipe.mentions.items()}
    return {name: reduce(or_, tests) for name, tests in found.items() if tests}


def besides(
    log: UsageTable, recipe: Recipe, counts: Sequence[Count], charges: Sequence[Count]
) -> dict[str, ir.BooleanValue]:
    """For each thing that nothing counts whether a row is paid for it; `counts` and `charges` are what is counted."""
    counted = [one.value != 0 for one in (*counts, *charges)]
    none = ~reduce(or_, counted) if counted else ibis.literal(True)
    found: dict[str, ir.BooleanValue] = {}
    for one in recipe.besides:
        if (paid := holds(log, one.test)) is not False:
            unless = holds(log, one.unless)
            tests = [test for test in (paid, *([none] if one.alone else [])) if test is not True]
            tests += [ibis.literal(not unless) if isinstance(unless, bool) else ~unless]
            test = reduce(and_, tests)
            found[one.says] = found[one.says] | test if one.says in found else test
    return found


def _mentions(log: UsageTable, path: str) -> Iterator[ir.BooleanValue]:
    for column in log.within(path):
        value = log[column]
        yield stands(value) & (value != "[]") if value.type().is_string() else stands(value)
    holder = path.rpartition(".")[0]
    if holder in log.columns:
        text = _json_text(log[holder])
        if text is not None:
            yield text.re_search(mention_pattern(path)).fill_null(False)


def _json_text(value: ir.Value) -> ir.StringValue | None:
    """The JSON of what a column holds; None where it holds neither lists nor objects nor texts."""
    if value.type().is_array() or value.type().is_struct():
        value = value.cast("json")
    if value.type().is_json():
        value = value.cast("string")
    return value if value.type().is_string() else None


def _alternatives(recipe: Recipe) -> list[FieldNames]:
    terms = [one for terms in recipe.counts.values() for one in terms]
    named = [fields for one in terms for fields in (one.names, *one.parts)] + [*recipe.charges.values(), recipe.total]
    return list(dict.fromkeys(fields for fields in named if len(fields) > 1))
