"""One row a slot, on SQLite and PostgreSQL: who inserts it has it; who dies loses it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from octoregistry.service.claims import Claims
from octoregistry.service.copying import copy_into
from octoregistry.service.database import Database, DatabaseError
from octoregistry.service.jobs import Job
from octoregistry.service.outcome import Outcome, ProviderOutcome
from octoregistry.service.runlog import RunLog
from octoregistry.service.slots import Slots
from octoregistry.service.tables import runs
from octoregistry.service_settings import JobSettings

JOB = Job("all", ("acme",), Slots(JobSettings(every=timedelta(hours=1))))
LEASE = timedelta(seconds=30)
DONE = Outcome(
    end="done",
    at=datetime(2026, 11, 1, tzinfo=UTC),
    providers=(ProviderOutcome(provider="acme", read=True, page="p", prices=3, changed=1),),
    changes=({"provider": "acme"},),
    spent=Decimal("0.000123456789"),
)


@pytest.fixture
def database(database_url: str):
    found = Database(database_url)
    yield found
    found.close()


def last_slot() -> datetime:
    return JOB.slots.latest(datetime.now(UTC))[-1]


def silence(database: Database, seconds: float) -> None:
    """The holder of every claim was last seen so long ago."""
    with database.begin() as connection:
        connection.execute(update(runs).values(seen_at=database.now(connection) - timedelta(seconds=seconds)))


def test_of_twenty_who_claim_a_slot_at_once_one_has_it(database: Database) -> None:
    """Whoever the others are, and however close."""
    slot, barrier, won = last_slot(), threading.Barrier(20), []

    def claim(name: str) -> None:
        barrier.wait()
        if Claims(database, name, LEASE).claim("all", slot):
            won.append(name)

    threads = [threading.Thread(target=claim, args=(f"host-{place}",)) for place in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_run_is_logged_as_it_was(database: Database) -> None:
    """Times with their zone, money to the last digit, each provider's reading."""
    ours = Claims(database, "here", LEASE)
    claim = ours.claim("all", last_slot())
    assert claim is not None
    assert ours.finish(claim, DONE)
    (run,) = RunLog(database).latest()
    assert (run.slot, run.end, run.changed, run.spent) == (last_slot(), "done", 1, Decimal("0.000123456789"))
    assert run.started_at.tzinfo is UTC
    assert set(RunLog(database).last_success()) == {"acme"}
    assert not ours.finish(claim, DONE), "a run ends once"


def test_a_claim_whose_holder_died_is_taken_over_by_one(database: Database) -> None:
    """After the lease and not before; the old holder's end no longer counts."""
    first, second, third = (Claims(database, name, LEASE) for name in ("first", "second", "third"))
    claim = first.claim("all", last_slot())
    assert claim is not None
    assert second.take_over([JOB]) is None, "it is alive"
    silence(database, 31)
    assert first.take_over([JOB]) is None, "nobody takes over from itself: it is alive, it was only suspended"
    taken = second.take_over([JOB])
    assert taken is not None
    assert (taken.id, taken.attempt) == (claim.id, 2)
    assert third.take_over([JOB]) is None
    assert not first.seen(claim)
    assert not first.finish(claim, DONE)
    assert second.seen(taken)
    assert second.finish(taken, DONE)


def test_a_slot_that_was_given_back_is_free_at_once(database: Database) -> None:
    """A service that is stopped leaves its slot to others, or to its own next start."""
    first = Claims(database, "first", LEASE)
    claim = first.claim("all", last_slot())
    assert claim is not None
    first.give_back(claim)
    assert Claims(database, "second", LEASE).take_over([JOB]) is not None


def test_a_slot_that_kills_its_holders_is_given_up(database: Database) -> None:
    """Three have tried; the log says so."""
    claim = Claims(database, "holder-0", LEASE).claim("all", last_slot())
    assert claim is not None
    for attempt in range(1, 3):
        silence(database, 31)
        assert Claims(database, f"holder-{attempt}", LEASE).take_over([JOB]) is not None
    silence(database, 31)
    assert Claims(database, "holder-3", LEASE).take_over([JOB]) is None
    (run,) = RunLog(database).latest()
    assert (run.end, run.attempt) == ("given up", 3)


def test_a_slot_of_long_ago_is_not_run_any_more(database: Database) -> None:
    """Days off are caught up on by one run, that of the last slot."""
    old = last_slot() - timedelta(days=3)
    assert Claims(database, "first", LEASE).claim("all", old) is not None
    silence(database, 3 * 86400)
    assert Claims(database, "second", LEASE).take_over([JOB]) is None
    assert RunLog(database).latest()[0].end == "given up"


def test_a_log_moves_from_sqlite_into_another_database(database: Database, tmp_path) -> None:
    """Every row, and none twice however often it is copied."""
    old = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    ours = Claims(old, "here", LEASE)
    claim = ours.claim("all", last_slot())
    assert claim is not None
    ours.finish(claim, DONE)
    old.close()
    assert copy_into(database, tmp_path / "old.sqlite3")["runs"] == 1
    assert copy_into(database, tmp_path / "old.sqlite3")["runs"] == 0
    (run,) = RunLog(database).latest()
    assert (run.id, run.spent, run.slot) == (claim.id, Decimal("0.000123456789"), last_slot())
    assert set(RunLog(database).last_success()) == {"acme"}


@pytest.mark.parametrize(
    "url", ["mysql://u:canary-pw@h/d", "nonsense canary-pw", "postgresql://u:canary-pw@127.0.0.1:1/d"]
)
def test_a_database_that_is_none_is_told_without_its_password(url: str) -> None:
    """Whatever the driver says."""
    with pytest.raises(DatabaseError) as told:
        Database(url)
    assert "canary-pw" not in str(told.value)
