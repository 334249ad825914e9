"""A plan kept as JSON carries out the same as the plan itself."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from octoregistry.planning.plan import Change, Note, Plan, Reason, Verdict, WitnessPrice
from octoregistry.planning.plan_json import PlanError, as_values, fingerprint_of, from_values
from octoregistry.reading.rates import Evidence

PLAN = Plan(
    (
        Change("p", "m", "new_model", "display_name", None, "M"),
        Change("p", "m", "new_model", "aliases", None, ("m-1", "m-2")),
        Change("p", "m", "new_model", "batch_support", None, True),
        Change("p", "m", "new_model", "context_window", None, 1000),
        Change(
            "p",
            "m",
            "price",
            "input",
            Decimal("2.0"),
            Decimal("0.0000001"),
            "batch",
            200_000,
            date(2027, 1, 1),
            True,
            Evidence("https://p", "T1R2C3", "$2"),
            "rules",
            Verdict("hold", (Reason("moved", "moved ×3"),)),
            ("a note",),
            (WitnessPrice("litellm", Decimal("0.0000001"), date(2026, 9, 7)),),
            (
                WitnessPrice("openrouter", Decimal("2.5"), date(2026, 9, 8)),
                WitnessPrice("models-dev", Decimal(3), date(2026, 9, 7)),
            ),
            (WitnessPrice("genai-prices", Decimal(2), date(2025, 1, 1)),),
        ),
        Change("p", "m", "lifecycle", "missing_since", date(2026, 1, 1), None),
        Change("p", "m", "source", "source.checked", None, date(2026, 1, 1)),
    ),
    (Note("p", "n", "a note"),),
    providers=("p", "unchanged"),
)


def test_a_plan_comes_back_from_json_as_it_was() -> None:
    text = json.dumps(as_values(PLAN, "ab" * 32))

    assert from_values(json.loads(text)) == PLAN
    assert "1e-07" not in text.lower()


@pytest.mark.parametrize(
    "broken",
    [
        None,
        {},
        {"format": 2, "changes": [], "notes": []},
        {"format": 1, "changes": [{}], "notes": []},
        {"format": 1, "changes": {}, "notes": None},
    ],
)
def test_anything_else_is_refused(broken: object) -> None:
    with pytest.raises(PlanError):
        from_values(broken)


@pytest.mark.parametrize("price", ["NaN", "-1", "free", "Infinity"])
def test_a_price_that_is_none_is_refused(price: str) -> None:
    values = as_values(PLAN)
    values["changes"][4]["new"] = price

    with pytest.raises(PlanError):
        from_values(values)


def broken_change(place: int = 4, **values: object) -> dict[str, object]:
    plan = as_values(PLAN, "ab" * 32)
    plan["changes"][place] |= values
    return plan


@pytest.mark.parametrize(
    "plan",
    [
        broken_change(dimension="input: 0}\n- {mode"),
        broken_change(dimension="display_name"),
        broken_change(dimension="source.page"),
        broken_change(mode="free"),
        broken_change(kind="gift"),
        broken_change(verdict="accepted"),
        broken_change(new="1e999999999"),
        broken_change(new=1.5),
        broken_change(new=True),
        broken_change(new=None),
        broken_change(new=["1"]),
        broken_change(old={}),
        broken_change(above_input_tokens=-1),
        broken_change(above_input_tokens=True),
        broken_change(provider=""),
        broken_change(model="m" * 1000),
        broken_change(model=7),
        broken_change(derived="yes"),
        broken_change(extra=1),
        broken_change(vouches=[{"witness": "w", "usd": "1", "as_of": "lately"}]),
        broken_change(vouches=[{"witness": "w", "usd": "1e999999999", "as_of": "2026-09-07"}]),
        broken_change(contradicts="w"),
        broken_change(other_days=[{"witness": "w", "usd": 1, "as_of": "2026-09-07"}]),
        broken_change(evidence={"page": "p", "address": "a", "text": "t", "more": "m"}),
        broken_change(evidence={"page": "p", "address": "a", "text": 5}),
        broken_change(reasons=[{"code": "c"}]),
        broken_change(doubts=[{"label": "a", "place": "nowhere", "address": "", "reason": ""}]),
        broken_change(**{"from": "soon"}),
        broken_change(**{"from": 5}),
        broken_change(0, new=7),
        broken_change(0, dimension="rates"),
        broken_change(0, dimension="env_var"),
        broken_change(0, dimension="__class__"),
        broken_change(0, new=None),
        broken_change(1, new=["a", 1]),
        broken_change(1, new="a"),
        broken_change(2, new=1),
        broken_change(3, new=-5),
        broken_change(3, new=True),
        broken_change(5, old="yesterday"),
        broken_change(5, **{"from": "2026-01-01"}),
    ],
)
def test_a_plan_that_somebody_bent_is_refused(plan: dict[str, object]) -> None:
    """A plan file may come from anywhere: each value has the type of its key, and each key is one that plans write."""
    with pytest.raises(PlanError):
        from_values(plan)


def test_the_fingerprint_of_the_registry_is_one() -> None:
    assert fingerprint_of(as_values(PLAN, "ab" * 32)) == "ab" * 32
    for wrong in (None, "abc", "AB" * 32, "ab" * 32 + "\n"):
        with pytest.raises(PlanError):
            fingerprint_of(as_values(PLAN, wrong))


def test_the_witnesses_and_the_factor_are_there_for_other_readers() -> None:
    values = as_values(PLAN)["changes"][4]

    assert values["factor"] == "5e-8"
    assert values["vouches"] == [{"witness": "litellm", "usd": "0.0000001", "as_of": "2026-09-07"}]
    assert [said["witness"] for said in values["contradicts"]] == ["openrouter", "models-dev"]


def test_a_plan_of_before_there_were_witnesses_is_one_without() -> None:
    values = as_values(PLAN)
    for name in ("vouches", "contradicts", "other_days", "factor"):
        del values["changes"][4][name]

    assert from_values(values).changes[4].contradicts == ()
