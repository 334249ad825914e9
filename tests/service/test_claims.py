"""One row a slot, on SQLite and PostgreSQL: who inserts it has it; who dies loses it."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

import pytest
from sqlalchemy import Connection, text, update

from octoregistry.service.claims import Claims
from octoregistry.service.database import Database, DatabaseError
from octoregistry.service.decisions import Decisions
from octoregistry.service.freshness import PageRead, freshness
from octoregistry.service.jobs import UpdateJob
from octoregistry.service.log_copy import copy_log
from octoregistry.service.run_outcome import HeldModel, ProviderOutcome, RunOutcome
from octoregistry.service.runlog import RunLog
from octoregistry.service.slots import Slots
from octoregistry.service.tables import runs
from octoregistry.settings.service import JobSettings

JOB = UpdateJob("all", ("acme",), Slots(JobSettings(every=timedelta(hours=1))))
LEASE = timedelta(seconds=30)
DONE = RunOutcome(
    end="done",
    at=datetime(2026, 11, 1, tzinfo=UTC),
    providers=(ProviderOutcome(provider="acme", read=True, page="p", prices=3, changed=1),),
    changes=({"provider": "acme", "model": "road", "kind": "price"},),
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
    assert set(RunLog(database).pages_read(datetime.now(UTC))) == {"acme"}
    assert not ours.finish(claim, DONE), "a run ends once"


def test_a_log_grows_by_what_has_changed_and_not_by_what_is_held(database: Database) -> None:
    """A hundred prices that wait for a person for a month would else be there a hundred times and more."""
    ours = Claims(database, "here", LEASE)
    claim = ours.claim("all", last_slot())
    assert claim is not None
    change = {"dimension": "input", "why": "x" * 500}
    waiting = HeldModel(id="0" * 20, provider="acme", model="road", changes=(change,) * 100)
    assert ours.finish(claim, DONE.model_copy(update={"held": (waiting,)}))
    (run,) = RunLog(database).latest()
    assert run.held == 100
    assert len(json.dumps(run.outcome)) < 2_000


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
    assert not first.renew(claim)
    assert not first.finish(claim, DONE)
    assert second.renew(taken)
    assert second.finish(taken, DONE)


def test_what_its_holder_has_let_go_of_is_free_after_the_lease(database: Database) -> None:
    """Even for that holder itself: one machine alone must not wait for its own next start."""
    ours = Claims(database, "here", LEASE)
    claim = ours.claim("all", last_slot())
    assert claim is not None
    ours.forget(claim)
    assert ours.take_over([JOB]) is None
    silence(database, 31)
    taken = ours.take_over([JOB])
    assert taken is not None
    assert (taken.id, taken.attempt) == (claim.id, 2)


def test_a_sign_of_life_from_the_future_is_none(database: Database) -> None:
    """The clock was set back, and the holder is gone: nobody waits until the old time comes again."""
    assert Claims(database, "first", LEASE).claim("all", last_slot()) is not None
    silence(database, -3600)
    assert Claims(database, "second", LEASE).take_over([JOB]) is not None


@pytest.mark.parametrize("served", ["network", "cache", "bundled"])
def test_reading_an_old_copy_makes_it_no_younger(database: Database, served: str) -> None:
    """The age is that of the page, and who served it is known."""
    now = datetime.now(UTC)
    page = now - timedelta(days=80)
    source = ProviderOutcome(provider="acme", read=True, page="p", prices=3, served=served, fetched_at=page)
    ours = Claims(database, "here", LEASE)
    claim = ours.claim("all", last_slot())
    assert claim is not None
    assert ours.finish(claim, DONE.model_copy(update={"providers": (source,)}))
    log = RunLog(database)
    assert log.pages_read(now) == {"acme": PageRead(page, served)}
    (found,) = freshness([JOB], log.pages_read(now), now)
    assert (found.fresh, found.age) == (False, timedelta(days=80))


def test_a_reading_from_the_future_is_no_success(database: Database) -> None:
    """After a clock that was a year ahead is set right, nothing would be stale for a year."""
    ours = Claims(database, "here", LEASE)
    claim = ours.claim("all", last_slot())
    assert claim is not None
    assert ours.finish(claim, DONE)
    now = datetime.now(UTC)
    assert set(RunLog(database).pages_read(now - timedelta(minutes=5))) == {"acme"}
    assert RunLog(database).pages_read(now - timedelta(days=365)) == {}


def test_a_run_is_logged_with_all_that_belongs_to_it_or_not_at_all(database: Database) -> None:
    """What is held and what is to be told go in with the run's end: a run that is logged has forgotten none of it."""
    ours = Claims(database, "here", LEASE)
    claim = ours.claim("all", last_slot())
    assert claim is not None

    def broken(_connection: Connection) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ours.finish(claim, DONE, broken)
    assert RunLog(database).latest()[0].end is None
    assert RunLog(database).pages_read(datetime.now(UTC)) == {}
    assert ours.finish(claim, DONE)


def kept(database: Database, *held: HeldModel, accepted: tuple[str, ...] = ()) -> list[str]:
    """The ids that are held anew after a run that proposes."""
    decisions, outcome = Decisions(database), DONE.model_copy(update={"held": held, "accepted": accepted})
    with database.begin() as connection:
        return [one.id for one in decisions.keep(connection, outcome, proposes=True)]


@pytest.mark.parametrize("word", ["accepted", "refused"])
def test_a_word_counts_until_the_page_says_something_else(
    database: Database, word: Literal["accepted", "refused"]
) -> None:
    """A price that was let pass, left and came again a year later is asked about again."""
    held = HeldModel(id="a" * 20, provider="acme", model="m", changes=({"provider": "acme"},))
    decisions = Decisions(database)
    assert kept(database, held) == [held.id]
    assert decisions.decide(held.id, word)
    if word == "accepted":
        assert kept(database, accepted=(held.id,)) == []
        assert decisions.accepted() == {held.id}, "the proposal is not merged yet"
    else:
        assert kept(database, held) == []
    assert kept(database) == []
    assert decisions.accepted() == frozenset()
    assert kept(database, held) == [held.id]
    assert [one.id for one in decisions.all("waiting")] == [held.id]


def test_a_slot_that_was_given_back_is_free_at_once(database: Database) -> None:
    """A service that is stopped leaves its slot to others, or to its own next start."""
    first = Claims(database, "first", LEASE)
    claim = first.claim("all", last_slot())
    assert claim is not None
    first.give_back(claim)
    assert RunLog(database).counts().runs == {}, "a counter that counts it now would fall when it is taken over"
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
    assert copy_log(database, tmp_path / "old.sqlite3")["runs"] == 1
    assert copy_log(database, tmp_path / "old.sqlite3")["runs"] == 0
    (run,) = RunLog(database).latest()
    assert (run.id, run.spent, run.slot) == (claim.id, Decimal("0.000123456789"), last_slot())
    assert set(RunLog(database).pages_read(datetime.now(UTC))) == {"acme"}


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:canary-pw@h/d",
        "nonsense canary-pw",
        "postgresql://u:canary-pw@127.0.0.1:1/d",
        "postgresql://u@127.0.0.1:1/d?password=canary-pw",
    ],
)
def test_a_database_that_is_none_is_told_without_its_password(url: str) -> None:
    """Whatever the driver says."""
    with pytest.raises(DatabaseError) as told:
        Database(url)
    assert "canary-pw" not in str(told.value)


def test_a_driver_that_is_named_is_ours_all_the_same() -> None:
    """What other programs on the same database write: it is no reason for a traceback."""
    with pytest.raises(DatabaseError, match="connection"):
        Database("postgresql+psycopg2://u@127.0.0.1:1/d")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_log_that_would_be_forgotten_is_refused(url: str) -> None:
    """Each thread would have one of its own."""
    with pytest.raises(DatabaseError, match="forgotten"):
        Database(url)


def test_tables_of_another_version_are_told_with_what_to_do(database: Database, database_url: str) -> None:
    """And not found out by a run whose result cannot be logged."""
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE octoregistry_runs DROP COLUMN spent"))
    with pytest.raises(DatabaseError, match=r"octoregistry_runs has no spent.*OCTOREGISTRY_DATABASE"):
        Database(database_url)
