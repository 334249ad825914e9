"""The UTC day that a column states: dates, points in time with and without a zone, unix times, ISO text."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from octoregistry.costing.moments import ISO, PLAIN, UNIX

_EPOCH = "1970-01-01"
_DAY = 24 * 60
DAY_COLUMNS = ("day", "day_text", "day_stated")
_PIECES = ("day_text", "date", "clock", "offset", "days")
_SECONDS, _CLOCK = r"^:[0-5][0-9]([.,][0-9]+)?", "^([01][0-9]|2[0-3]):[0-5][0-9]$"
_MORE = "^[:.,0-9]"
_AS_IT_STANDS = ["", "Z", "z", "UTC", " UTC", "+00:00", "-00:00", "+0000", "-0000", "+00"]  # zones that move no day


def _day(column: ir.Value) -> tuple[ir.DateValue, ir.BooleanValue]:
    """The day of each row, in UTC where its zone is known, null where there is none; and whether anything stands there."""
    kind = column.type()
    if kind.is_date():
        return column, column.notnull()
    if kind.is_timestamp():
        utc = _after_epoch(_days_of(column.epoch_seconds())) if kind.timezone else column.date()
        return utc, column.notnull()
    if kind.is_integer():
        return _unix(column.cast("int64")), column.notnull()
    if kind.is_floating() or kind.is_decimal():  # a column of unix times with gaps, or with fractions of a second
        inside = (column >= 0) & (column < 4 * 10**18)
        return _unix(ibis.ifelse(inside, column, 0).floor().cast("int64")), column.notnull()
    return ibis.null("date"), column.notnull()


def _unix(number: ir.IntegerValue) -> ir.DateValue:
    """The day of a unix time in seconds, milli-, micro- or nanoseconds, told by its size; 20260904 is none of them."""
    unit = ibis.cases((number < 10**11, 1), (number < 10**14, 10**3), (number < 10**17, 10**6), else_=10**9)
    known = (number >= 10**8) & (number < 4 * 10**18)
    return ibis.ifelse(known, _after_epoch(_days_of(ibis.ifelse(known, number, 0) // unit.cast("int64"))), None)


def _days_of(seconds: ir.IntegerValue) -> ir.IntegerValue:
    return (seconds // (_DAY * 60)).cast("int32")


def _after_epoch(days: ir.IntegerValue) -> ir.DateValue:
    return (ibis.literal(_EPOCH, "date") + days.as_interval("D")).cast("date")


def stated_text(table: ir.Table, column: ir.StringValue) -> ir.Table:
    """`table` with what a text states: `day` where it is a unix time, else in `day_text` all that its day depends on.

    Patterns of a calendar are dear, and most rows share their day: seconds are left out, and hours where the zone is UTC
    or none, so that `utc_day` reads each day once. What a text lacks to be a date it lacks in `day_text`, too.
    """
    dashed = column.substr(4, 1) == "-"
    timed = (dashed & (column.substr(13, 1) == ":")).fill_null(False)
    number = ibis.ifelse(dashed, "", column.re_extract(UNIX, 1)).nullif("").cast("int64")
    written = ibis.ifelse(timed, column.substr(16), ibis.null("string"))  # most logs have days alone
    behind = written.re_replace(_SECONDS, "")
    rest = ibis.ifelse(behind.re_search(_MORE), written, behind)  # what goes on so is no zone
    table = table.mutate(day_text=column.nullif(""), unix=number, rest=rest).view()
    text, clock = table.day_text, table.day_text.substr(11, 5)
    clock = ibis.ifelse(table.rest.isin(_AS_IT_STANDS) & clock.re_search(_CLOCK), "00:00", clock)
    return (
        table.mutate(
            day=_unix(table.unix),
            day_stated=text.notnull(),
            day_text=ibis.cases(
                (table.unix.notnull(), ibis.null("string")),
                (table.rest.notnull(), text.left(11) + clock + table.rest),
                else_=text,
            ),
        )
        .drop("unix", "rest")
        .view()
    )


def stated_date(table: ir.Table, column: ir.Value) -> ir.Table:
    """As `stated_text`, of a column whose type says what its values are."""
    day, stated = _day(column)
    return table.mutate(day=day, day_stated=stated, day_text=ibis.null("string")).view()


def utc_day(table: ir.Table) -> ir.Table:
    """`table` with the `day` that `day_text` states, in UTC where its zone is known, else as it stands, and with the `zone`
    that it states: "offset", "none", or "" for a plain date.
    """
    text = table.day_text
    plain = text.re_search(PLAIN)
    table = table.mutate(
        date=ibis.ifelse(plain, text, text.re_extract(ISO, 1)).nullif("").cast("date"),
        clock=ibis.ifelse(plain, "", text.re_extract(ISO, 2)).nullif(""),
        offset=ibis.ifelse(plain, "", text.re_extract(ISO, 3)).nullif(""),
    ).view()
    minutes = _minutes(table.clock) - _offset(table.offset)
    table = table.mutate(days=ibis.cases((minutes < 0, -1), (minutes >= _DAY, 1), else_=0).cast("int32")).view()
    moved = ibis.ifelse(table.days == 0, table.date, (table.date + table.days.as_interval("D")).cast("date"))
    zone = ibis.cases((table.clock.isnull(), ""), (table.offset.isnull(), "none"), else_="offset")
    return table.mutate(day=ibis.coalesce(table.day, moved), zone=zone).drop(*_PIECES).view()


def _minutes(clock: ir.StringValue) -> ir.IntegerValue:
    text = clock.fill_null("00:00")
    return text.substr(0, 2).cast("int32") * 60 + text.substr(3, 2).cast("int32")


def _offset(zone: ir.StringValue) -> ir.IntegerValue:
    """Minutes east of UTC."""
    digits = zone.re_replace("[^0-9]", "").nullif("").fill_null("0000")
    size = digits.substr(0, 2).cast("int32") * 60 + (digits + "00").substr(2, 2).cast("int32")
    return ibis.ifelse(zone.fill_null("").startswith("-"), -size, size)
