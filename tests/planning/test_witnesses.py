"""Who vouches, who contradicts, and who only speaks of another day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from octoregistry.planning.plan import Change
from octoregistry.planning.witnesses import Witnesses
from octoregistry.sources.registries import RegistryPrice

DAY = date(2026, 9, 7)


def vouched(witness: str, usd: str, as_of: date = DAY, model: str = "m", above: int | None = None) -> RegistryPrice:
    return RegistryPrice(witness, "acme", model, "standard", above, "input", Decimal(usd), as_of)


def with_reports(*said: RegistryPrice, names: tuple[str, ...] = ("m",), kind: str = "price") -> Change:
    change = Change("acme", "m", kind, "input", Decimal(5), Decimal(4), "standard")  # type: ignore[arg-type]
    return Witnesses(said).with_reports(change, names, DAY, 7)


def names(said: tuple[object, ...]) -> list[str]:
    return [one.witness for one in said]  # type: ignore[attr-defined]


def test_a_witness_with_the_new_price_vouches_however_old() -> None:
    found = with_reports(vouched("litellm", "4.0"), vouched("models-dev", "4", date(2025, 1, 1)))
    assert names(found.vouches) == ["litellm", "models-dev"]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("usd", ["5", "2"])
def test_a_witness_with_another_price_contradicts_only_on_the_pages_day(sign: int, usd: str) -> None:
    """One that has not heard of the change yet is behind; one of a later day may know a later change."""
    near, far = (with_reports(vouched("litellm", usd, DAY + sign * timedelta(days=days))) for days in (7, 8))
    assert (names(near.contradicts), names(near.other_days)) == (["litellm"], [])
    assert (names(far.contradicts), names(far.other_days)) == ([], ["litellm"])


def test_names_are_matched_to_the_letter() -> None:
    """gpt-4o-mini is no gpt-4o, nor is a dated snapshot, another case, or another tier."""
    near = [vouched("w", "1", model=name) for name in ("m-mini", "M", "m-2026-09-01", "m.", "acme/m")]
    found = with_reports(*near, vouched("v", "1", above=200_000))
    assert (found.vouches, found.contradicts, found.other_days) == ((), (), ())


def test_a_witness_that_knows_an_alias_speaks_of_the_model_and_its_word_on_the_id_goes_first() -> None:
    alias = with_reports(vouched("litellm", "4", model="m-latest"), names=("m", "m-latest"))
    assert names(alias.vouches) == ["litellm"]
    both = with_reports(vouched("litellm", "9", model="m-latest"), vouched("litellm", "4"), names=("m", "m-latest"))
    assert (names(both.vouches), both.contradicts) == (["litellm"], ())


@pytest.mark.parametrize("kind", ["kept", "announced"])
def test_nobody_is_asked_of_prices_to_come_or_carried_on(kind: str) -> None:
    assert not with_reports(vouched("litellm", "9"), kind=kind).contradicts


def test_a_price_to_come_is_compared_with_a_word_of_its_day_or_with_none() -> None:
    """A new model with an announced price was held: a witness had today's price, which tomorrow's is not."""
    tomorrow = DAY + timedelta(days=1)
    change = Change("acme", "m", "new", "input", None, Decimal(4), "standard", start=tomorrow)

    def said(usd: str, as_of: date) -> Change:
        return Witnesses([vouched("litellm", usd, as_of)]).with_reports(change, ("m",), DAY, 7)

    assert (said("5", DAY).contradicts, said("4", DAY).vouches, said("5", DAY).other_days) == ((), (), ())
    assert names(said("5", tomorrow).contradicts) == ["litellm"]
    assert names(said("4", tomorrow).vouches) == ["litellm"]
