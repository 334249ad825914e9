"""What a log writes as its day is the same day on every engine, and the one that `Pricing.cost` takes it for."""

import datetime
from random import Random

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octoregistry.costing.inner import opened
from octoregistry.costing.moments import moment
from octoregistry.costing.names import CallNames
from octoregistry.costing.rates import RateTable
from octoregistry.costing.usage import FAULTS, usage_rows
from providers.days import ordinal
from providers.pricing import InvalidUsageError
from providers.recipe import recipes
from tests.depth import DEPTH

NO_RATES = RateTable((), (), 12)

TEXTS = {
    "2026-10-01": "2026-10-01",
    "2026-10-01T23:59:59Z": "2026-10-01",
    "2026-10-01 23:59:59.123456": "2026-10-01",
    "2026-10-01T23:00:00-02:00": "2026-10-02",
    "2026-10-01T01:30:00+0530": "2026-09-30",
    "2026-10-01T01:30+02": "2026-09-30",
    "2026-01-01T00:00:00+14:00": "2025-12-31",
    "2024-02-29": "2024-02-29",
    "2000-02-29T00:00:00": "2000-02-29",
    " 2026-10-01 ": "2026-10-01",
    "1790812800": "2026-10-01",  # unix times in seconds, milli-, micro- and nanoseconds, as exports have them
    "1790812800123": "2026-10-01",
    "1790812800123456": "2026-10-01",
    "1790812800123456789": "2026-10-01",
    "2026-02-29": None,
    "2100-02-29": None,
    "2026-04-31": None,
    "2026-13-01": None,
    "20260904": None,
    "yesterday": None,
    "2026-10-01T25:00:00Z": None,
    "2026-10-01T10:00:00+25:00": None,
    "2026-10-01T23:00:00,02:00": None,
    "2026-10-01      :00": None,
    "1'; DROP TABLE usage; --": None,
}


def days(engine, rows):
    """The day and the fault that each row of a log is found to have."""
    table = pa.table(
        {"n": list(range(len(rows))), "day": rows, "provider": ["a"] * len(rows), "model": ["m"] * len(rows)}
    )
    usage = ibis.memtable(table.append_column("input", pa.array([1] * len(rows))))
    plain = [recipe for recipe in recipes() if recipe.key == "plain"]
    found = usage_rows(opened(usage, (), plain), plain, NO_RATES, CallNames(NO_RATES), ["n"]).table
    answer = engine.to_pyarrow(found.select("k_0", "day", "fault")).to_pylist()
    return [(row["day"], row["fault"]) for row in sorted(answer, key=lambda row: row["k_0"])]


def test_texts_are_read_as_days_in_utc_or_told_to_be_none(engine):
    found = days(engine, pa.array(list(TEXTS)))

    expected = [(datetime.date.fromisoformat(day), 0) if day else (None, 2) for day in TEXTS.values()]
    assert dict(zip(TEXTS, found, strict=True)) == dict(zip(TEXTS, expected, strict=True))


@pytest.mark.parametrize("text", TEXTS)
def test_python_reads_the_same_day(text):
    assert moment(text).day == (datetime.date.fromisoformat(TEXTS[text]) if TEXTS[text] else None)


@settings(max_examples=2 * DEPTH, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers())
def test_texts_near_to_days_are_to_an_engine_what_they_are_to_python(engine, seed):
    random = Random(seed)  # noqa: S311 - texts, no secrets
    texts = [_changed(random, random.choice([*TEXTS])) for _ in range(2_000)]
    assert [day for day, _ in days(engine, pa.array(texts))] == [moment(text).day for text in texts]


def _changed(random, text):
    letters = list(text)
    for _ in range(random.choice([1, 1, 2, 3])):
        place = random.randrange(len(letters) + 1)
        letters[place : place + random.choice([0, 1])] = random.choice(["", *"0123456789-:TZz+.,UTC \n"])
    return "".join(letters)


def test_nothing_where_a_day_should_be_is_a_fault_of_its_own(engine):
    assert days(engine, pa.array(["2026-10-01", None, ""])) == [(datetime.date(2026, 10, 1), 0), (None, 1), (None, 1)]
    assert FAULTS[1] == "no day is stated"


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
def test_points_in_time_count_as_their_utc_day_where_they_know_their_zone(engine, unit):
    late = datetime.datetime(2026, 10, 1, 23, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=-5)))
    old = datetime.datetime(1969, 12, 31, 23, 30, tzinfo=datetime.UTC)

    found = days(engine, pa.array([late, old], pa.timestamp(unit, "America/New_York")))

    assert found == [(datetime.date(2026, 10, 2), 0), (datetime.date(1969, 12, 31), 0)]


def test_points_in_time_without_a_zone_count_as_they_stand(engine):
    late = datetime.datetime(2026, 10, 1, 23, 30)  # noqa: DTZ001 - that is the point

    assert days(engine, pa.array([late], pa.timestamp("us"))) == [(datetime.date(2026, 10, 1), 0)]


@settings(max_examples=8 * DEPTH, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.datetimes(
            datetime.datetime(1970, 3, 1),  # noqa: DTZ001 - a strategy's bounds
            datetime.datetime(2999, 1, 1),  # noqa: DTZ001
            timezones=st.none()
            | st.integers(-14 * 60, 14 * 60).map(lambda m: datetime.timezone(datetime.timedelta(minutes=m))),
        ).map(lambda moment: moment.isoformat()),
        min_size=1,
    )
)
def test_iso_texts_are_the_days_that_pricing_takes_them_for(engine, texts):
    assert [day.toordinal() for day, _ in days(engine, pa.array(texts))] == [ordinal(text) for text in texts]


def test_what_pricing_refuses_is_refused_here_too():
    for text in (text for text, day in TEXTS.items() if day is None and not text.isdigit()):
        with pytest.raises(InvalidUsageError):
            ordinal(text)
