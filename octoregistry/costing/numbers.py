"""How many tokens a column states: whole numbers, whatever type they come in."""

from __future__ import annotations

from functools import reduce
from operator import add, and_
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from providers.flat import OBJECT_TEXT
from providers.numerals import AMONG_WORDS, LONGEST_NUMBER, MOST, NOT_ZERO, NUMBER_TEXT, WHOLE_TEXT

_EXACT = 2**53  # up to here every whole number is a float


class Count(NamedTuple):
    """A number for each row, never null, and whether it could be read; between -MOST and MOST."""

    value: ir.IntegerValue
    sound: ir.BooleanValue | None  # None: the column's type lets nothing else in


def count(column: ir.Value, if_absent: int = 0, *, casts: bool = False) -> Count:
    """The whole numbers of a column; where it holds nothing they are `if_absent`.

    `casts` says that the engine can try a cast, so that a pattern reads only the texts that a number is not written as.
    """
    kind = column.type()
    if kind.is_integer():
        whole = column.fill_null(if_absent)  # before the comparisons, which pass over what is absent
        if kind.nbytes == 8:
            whole = ibis.least(ibis.greatest(whole, -MOST if kind.is_signed_integer() else 0), MOST)
        return Count(whole.cast("int64"), None)
    if kind.is_floating() or kind.is_decimal():
        # NaN is larger than every number, to all engines, and none of them can round it; Spark takes it for a null
        absent = ~((column >= 0) | (column < 0)).fill_null(False)
        inside = ibis.ifelse(((column >= -_EXACT) & (column <= _EXACT)).fill_null(False), column, 0.5)
        whole = inside == inside.floor()
        return Count(ibis.ifelse(whole, inside, if_absent).cast("int64"), absent | whole)
    if kind.is_string():
        number = column.re_extract(WHOLE_TEXT, 1).nullif("").cast("int64")
        if casts:
            quick = column.try_cast("int64")
            as_written = (quick.cast("string") == column) & quick.between(1 - MOST, MOST - 1)
            number = ibis.ifelse(as_written, quick, number)
        return Count(number.fill_null(if_absent), column.isnull() | (column == "") | number.notnull())
    # a yes-or-no, a date, a list: no number in any row that holds one
    return Count(ibis.literal(if_absent, "int64"), column.isnull())


def stated(column: ir.Value) -> ir.BooleanValue:
    """Whether a column states a number other than 0, whole or not, be it among words; a list does."""
    kind = column.type()
    if kind.is_boolean():
        return ibis.literal(False)
    if kind.is_numeric():
        return (column != 0).fill_null(False)
    if kind.is_array():
        return (column.length() > 0).fill_null(False)
    if not kind.is_string():
        return ibis.literal(False)
    written = column.re_search(NUMBER_TEXT) | ((column.length() <= LONGEST_NUMBER) & column.re_search(AMONG_WORDS))
    return (written & column.re_search(NOT_ZERO)).fill_null(False)


def begins_object(column: ir.StringValue, *, with_digits: bool = False) -> ir.BooleanValue:
    """Whether a text is, or begins, an object or a list; `with_digits`: one in which a number may stand."""
    found = column.re_search(OBJECT_TEXT)
    return ((found & column.re_search(NOT_ZERO)) if with_digits else found).fill_null(False)


def first(counts: list[Count]) -> Count:
    """The first that is not 0: where several columns may count the same, some logs leave one of them at 0."""
    if len(counts) == 1:
        return counts[0]
    return Count(ibis.coalesce(*(found.value.nullif(0) for found in counts), 0), _all_sound(counts))


def total(terms: list[tuple[int, Count]]) -> Count:
    """The sum of counts, each with its sign."""
    values = [term.value if sign > 0 else -term.value for sign, term in terms]
    return Count(reduce(add, values), _all_sound([term for _, term in terms]))


def _all_sound(counts: list[Count]) -> ir.BooleanValue | None:
    sounds = [found.sound for found in counts if found.sound is not None]
    return reduce(and_, sounds) if sounds else None
