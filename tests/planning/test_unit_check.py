"""A price without a unit is one per million tokens only where the registry knows enough of its table."""

from __future__ import annotations

from decimal import Decimal

import pytest

from octoregistry.planning.unit_check import PriceComparison, unconfirmed_units, within_factor
from octoregistry.reading.rates import Evidence

THREE = Decimal(3)


def cell(address: str) -> Evidence:
    return Evidence("https://p", address, "5.00")


def compared(address: str, stated: str, known: str | None, *, unit: bool = False) -> PriceComparison:
    return PriceComparison(cell(address), Decimal(stated), Decimal(known) if known else None, unit)


def test_a_table_that_the_registry_knows_confirms_the_unit_of_a_new_row() -> None:
    table = [compared("T1R2C2", "5", "5"), compared("T1R3C2", "4", "5"), compared("T1R4C2", "10", None)]
    assert not unconfirmed_units(table, THREE)


def test_a_table_of_which_nothing_is_known_confirms_nothing() -> None:
    table = [compared("T1R2C2", "5", "5"), compared("T2R2C2", "10", None)]
    assert unconfirmed_units(table, THREE) == {cell("T2R2C2")}


def test_a_table_in_another_unit_confirms_nothing() -> None:
    """Per thousand tokens: all prices a thousandth of those known."""
    table = [compared("T1R2C2", "0.005", "5"), compared("T1R3C2", "0.003", "3"), compared("T1R4C2", "0.01", None)]
    assert len(unconfirmed_units(table, THREE)) == 3


def test_a_price_whose_unit_is_stated_needs_no_confirmation() -> None:
    assert not unconfirmed_units([compared("T1R2C2", "5", None, unit=True)], THREE)


@pytest.mark.parametrize(("new", "near"), [("2.99", True), ("3", False), ("0.34", True), ("0.33", False), ("0", False)])
def test_near_is_less_than_the_factor_apart(new: str, near: bool) -> None:
    assert within_factor(Decimal(new), Decimal(1), THREE) is near
