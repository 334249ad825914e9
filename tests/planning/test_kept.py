"""A plan kept as JSON carries out the same as the plan itself."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from octoregistry.planning.kept import PlanError, as_values, from_values
from octoregistry.planning.plan import Change, Note, Plan, Reason, Said, Verdict
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
            (Said("litellm", Decimal("0.0000001"), date(2026, 9, 7)),),
            (Said("openrouter", Decimal("2.5"), date(2026, 9, 8)), Said("models-dev", Decimal(3), date(2026, 9, 7))),
            (Said("genai-prices", Decimal(2), date(2025, 1, 1)),),
        ),
        Change("p", "m", "lifecycle", "missing_since", date(2026, 1, 1), None),
        Change("p", "m", "source", "source.checked", None, date(2026, 1, 1)),
    ),
    (Note("p", "n", "a note"),),
)


def test_a_plan_comes_back_from_json_as_it_was() -> None:
    text = json.dumps(as_values(PLAN, "abc"))

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


def test_a_witness_of_no_day_is_refused() -> None:
    values = as_values(PLAN)
    values["changes"][4]["vouches"][0]["as_of"] = "lately"

    with pytest.raises(PlanError):
        from_values(values)
