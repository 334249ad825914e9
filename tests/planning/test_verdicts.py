"""What may be written must be in order without what may not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from octoregistry.planning.guards import GuardContext
from octoregistry.planning.plan import Change
from octoregistry.planning.rates_in_force import rates_after
from octoregistry.planning.verdicts import with_verdicts
from providers.entries import Rate

BEFORE = (Rate("standard", {"input": Decimal(2)}), Rate("batch", {"input": Decimal(1)}))


def moved(mode: str, old: str, new: str) -> Change:
    return Change("acme", "m", "price", "input", Decimal(old), Decimal(new), mode, witness="rules")


def verdicts(*changes: Change, accepted: tuple[str, ...] = ()) -> list[list[str]]:
    context = GuardContext(None, date(2026, 9, 7), accepted, before=BEFORE, after=rates_after(BEFORE, changes))
    return [[reason.code for reason in change.verdict.reasons] for change in with_verdicts(changes, context)]


def test_a_batch_price_that_rises_with_a_held_standard_one_is_held() -> None:
    """Written alone it would stand above the standard price that stays."""
    assert verdicts(moved("standard", "2", "7"), moved("batch", "1", "2.9")) == [["moved"], ["order"]]


def test_it_passes_where_the_standard_price_does() -> None:
    assert verdicts(moved("standard", "2", "5.9"), moved("batch", "1", "2.9")) == [[], []]
    both = (moved("standard", "2", "7"), moved("batch", "1", "2.9"))
    assert verdicts(*both, accepted=("m:standard",)) == [[], []]


def test_a_batch_price_that_stays_below_passes_alone() -> None:
    assert verdicts(moved("standard", "2", "7"), moved("batch", "1", "1.9")) == [["moved"], []]
