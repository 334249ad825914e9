"""A plan names the words that hold its prices, each once with its count, wherever people and programs read it."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

from octoregistry.cli.held_changes import held_texts
from octoregistry.planning.doubts import held_by_labels
from octoregistry.planning.plan import Plan
from octoregistry.planning.plan_json import as_values, from_values
from octoregistry.planning.witnesses import Witnesses
from octoregistry.reading.labels import Doubt
from octoregistry.reading.rates import StatedRate
from octoregistry.sources.registries import RegistryPrice

from .making import SEPTEMBER_7, SOL, SOL_DROPPED, page, planned, rate  # type: ignore[import-not-found]

TURBO = Doubt("Turbo", "lead", "P3", "not understood: Turbo")
ELSEWHERE = replace(TURBO, address="P9")
HEAD = Doubt("Input (new)", "column_head", "T1R1C2", "not understood: new")


def doubted(stated: StatedRate, *doubts: Doubt) -> StatedRate:
    prices = {name: replace(price, doubts=doubts) for name, price in stated.prices.items()}
    return replace(stated, prices=prices)


def plan_of(*rates: StatedRate, witnesses: Witnesses | None = None) -> Plan:
    return planned(SOL, page(*rates), witnesses=witnesses)


def test_a_label_is_told_once_with_the_prices_that_it_holds() -> None:
    """Wherever it stands on the page, derived batch prices among them; another label has a line of its own."""
    plan = plan_of(doubted(SOL_DROPPED[0], TURBO), doubted(SOL_DROPPED[1], ELSEWHERE, HEAD))
    turbo, head = held_by_labels(plan)
    assert str(turbo) == "openai 'Turbo' (lead, P3): not understood: Turbo: holds 10 prices of 1 model"
    assert (head.doubt.label, head.prices) == ("Input (new)", 5)
    told = "\n".join(map(str, held_texts(plan)))
    assert told.count("not understood: Turbo: holds") == 1
    assert "octoregistry readings review" in told


def test_what_is_as_the_registry_has_it_is_no_change_and_passes() -> None:
    """A doubt does not delete a price, and an unchanged one waits for nobody."""
    same = rate("gpt-5.6-sol", input="5", output="30", cached_input="0.5")
    assert not plan_of(doubted(same, TURBO)).held


def test_batch_prices_that_follow_from_a_doubted_one_are_held_with_it() -> None:
    """Half of a price that nobody understands is no better known."""
    plan = plan_of(doubted(rate("gpt-5.6-sol", input="4", output="30", cached_input="0.5"), TURBO))
    moved = [change for change in plan.changes if change.dimension == "input"]
    assert {change.mode for change in moved} >= {"standard", "batch"}
    assert not any(change.applies for change in moved)


def test_a_changed_price_that_another_registry_has_passes() -> None:
    """It is a second witness of what the words mean."""
    stated = doubted(rate("gpt-5.6-sol", input="4", output="30", cached_input="0.5"), TURBO)
    prices = {("standard", "input"): "4", ("batch", "input"): "2"}
    vouched = Witnesses(
        RegistryPrice("litellm", "openai", "gpt-5.6-sol", mode, None, name, Decimal(usd), SEPTEMBER_7)
        for (mode, name), usd in prices.items()
    )
    assert not plan_of(stated, witnesses=vouched).held


def test_a_new_models_doubted_price_is_held_and_with_it_the_model() -> None:
    """There is no old price to compare it with."""
    plan = plan_of(doubted(rate("gpt-7-nova", input="4", output="20"), TURBO))
    new = [change for change in plan.changes if change.model == "gpt-7-nova"]
    assert new
    assert not any(change.applies for change in new)


def test_doubts_survive_the_plans_json() -> None:
    """`--plan-out` and `apply` keep them; the labels stand beside the changes for other readers."""
    plan = plan_of(doubted(SOL_DROPPED[0], TURBO, HEAD))
    values = json.loads(json.dumps(as_values(plan)))
    assert from_values(values) == plan
    assert {label["label"] for label in values["labels"]} == {"Turbo", "Input (new)"}
    assert values["labels"][0]["models"] == 1
