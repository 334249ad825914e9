"""The UTC day that a column states: dates, points in time with and without a zone, unix times, ISO text."""

from __future__ import annotations

from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from octoregistry.costing.moments import ISO, PLAIN, UNIX

_EPOCH = "1970-01-01"
_DAY = 24 * 60
PIECE = "octoregistry_day_"  # before the name of a column that `pieces` make


class Day(NamedTuple):
    """A date for each row (null where there is none), and of texts what they say of their zone."""

    date: ir.DateValue
    stated: ir.BooleanValue  # whether anything stands there at all
    zone: ir.StringValue | None  # "offset", "none", or "" for a plain date; None: the column's type answers for all


def day(column: ir.Value) -> Day:
    """The day of each row, in UTC where a zone is known, else as it stands; of a text, `day_of_pieces` tells it."""
    kind = column.type()
    if kind.is_date():
        return Day(column, column.notnull(), None)
    if kind.is_timestamp():
        utc = _after_epoch(_days_of(column.epoch_seconds())) if kind.timezone else column.date()
        return Day(utc, column.notnull(), None)
    if kind.is_integer():
        return Day(_unix(column.cast("int64")), column.notnull(), None)
    if kind.is_floating() or kind.is_decimal():  # a column of unix times with gaps, or with fractions of a second
        inside = (column >= 0) & (column < 4 * 10**18)
        return Day(_unix(ibis.ifelse(inside, column, 0).floor().cast("int64")), column.notnull(), None)
    return Day(ibis.null("date"), column.notnull(), None)


def _unix(number: ir.IntegerValue) -> ir.DateValue:
    """The day of a unix time in seconds, milli-, micro- or nanoseconds, told by its size; 20260904 is none of them."""
    unit = ibis.cases((number < 10**11, 1), (number < 10**14, 10**3), (number < 10**17, 10**6), else_=10**9)
    known = (number >= 10**8) & (number < 4 * 10**18)
    return ibis.ifelse(known, _after_epoch(_days_of(ibis.ifelse(known, number, 0) // unit.cast("int64"))), None)


def _days_of(seconds: ir.IntegerValue) -> ir.IntegerValue:
    return (seconds // (_DAY * 60)).cast("int32")


def _after_epoch(days: ir.IntegerValue) -> ir.DateValue:
    return (ibis.literal(_EPOCH, "date") + days.as_interval("D")).cast("date")


def pieces(column: ir.StringValue) -> dict[str, ir.Value]:
    """What patterns find in a text: to be selected once, and named for `Pieces`."""
    plain = column.re_search(PLAIN)  # most logs have nothing else, and one look is enough for them
    return {
        f"{PIECE}text": column.nullif(""),
        f"{PIECE}date": ibis.ifelse(plain, column, column.re_extract(ISO, 1)).nullif("").cast("date"),
        f"{PIECE}clock": ibis.ifelse(plain, "", column.re_extract(ISO, 2)).nullif(""),
        f"{PIECE}zone": ibis.ifelse(plain, "", column.re_extract(ISO, 3)).nullif(""),
        f"{PIECE}unix": ibis.ifelse(plain, "", column.re_extract(UNIX, 1)).nullif("").cast("int64"),
    }


def day_of_pieces(row: ir.Table) -> Day:
    """The day that the `pieces` of a text say."""
    text, date, clock, zone, unix = (row[f"{PIECE}{name}"] for name in ("text", "date", "clock", "zone", "unix"))
    minutes = _minutes(clock) - _offset(zone)
    shift = ibis.cases((minutes < 0, -1), (minutes >= _DAY, 1), else_=0).cast("int32")
    moved = ibis.ifelse(shift == 0, date, (date + shift.as_interval("D")).cast("date"))
    known = ibis.cases((clock.isnull(), ""), (zone.isnull(), "none"), else_="offset")
    return Day(ibis.coalesce(moved, _unix(unix)), text.notnull(), known)


def _minutes(clock: ir.StringValue) -> ir.IntegerValue:
    text = clock.fill_null("00:00")
    return text.substr(0, 2).cast("int32") * 60 + text.substr(3, 2).cast("int32")


def _offset(zone: ir.StringValue) -> ir.IntegerValue:
    """Minutes east of UTC."""
    digits = zone.re_replace("[^0-9]", "").nullif("").fill_null("0000")
    size = digits.substr(0, 2).cast("int32") * 60 + (digits + "00").substr(2, 2).cast("int32")
    return ibis.ifelse(zone.fill_null("").startswith("-"), -size, size)
