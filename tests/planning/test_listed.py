"""What a vendor's own priced list does beside its pages, and where it is all that there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from octoregistry.merging.merge import merge
from octoregistry.planning.plan import OWN_LIST, Plan, WitnessPrice
from octoregistry.planning.plan_json import as_values, from_values
from octoregistry.planning.stated_models import PricedPage
from octoregistry.planning.witnesses import Witnesses
from octoregistry.reading.rates import StatedPrice, StatedRate
from octoregistry.sources.registries.registry_prices import RegistryPrice
from tests.planning.making import SEPTEMBER_7, page, planned, rate, registry

MODELS = [f"gpt-{n}" for n in range(5, 25)]


def listed(*rates: StatedRate, doubt: str = "", checked: date = SEPTEMBER_7) -> PricedPage:
    """A list with these prices; all of them with the doubt."""
    made = (
        replace(
            one, witness="list", ids=(one.name,), prices={name: _doubted(p, doubt) for name, p in one.prices.items()}
        )
        for one in rates
    )
    return page(*made, checked=checked)


def _doubted(price: StatedPrice, doubt: str) -> StatedPrice:
    return replace(price, doubts=(doubt,) if doubt else ())


def known(*models: str, level: str = "", usd: str = "2.0") -> str:
    """A registry of models with one price."""
    entry = (
        "{display_name: X, input_per_million: 1.0, output_per_million: 2.0, batch_support: true, first_seen: 2026-08-01, "
        f"rates: [{{mode: standard, input: {usd}, output: 4.0{level}}}], "
        "source: {page: 'https://vendor.example/pricing', checked: 2026-08-30}}"
    )
    return registry(*(line for model in models for line in (f"{model}:", f"  {entry}")))


def reasons(plan: Plan, model: str) -> set[str]:
    """The codes of what holds a model's prices."""
    return {one.code for change in plan.changes if change.model == model for one in change.verdict.reasons}


def test_the_lists_word_on_a_page() -> None:
    """The same price vouches for it, another holds it, also where another registry agrees with the page."""
    text, moved = known("gpt-5"), page(rate("gpt-5", input="2.5", output="5.0"))
    same = planned(text, moved, priced_list=listed(rate("gpt-5", input="2.5", output="5.0")))
    (price,) = [one for one in same.changes if (one.mode, one.dimension) == ("standard", "input")]
    assert [one.witness for one in price.vouches] == [OWN_LIST]
    agrees = RegistryPrice("litellm", "openai", "gpt-5", "standard", None, "input", Decimal("2.5"), SEPTEMBER_7)
    other = listed(rate("gpt-5", input="3.0", output="5.0"))
    assert "witnesses" in reasons(planned(text, moved, priced_list=other, witnesses=Witnesses([agrees])), "gpt-5")
    old = listed(rate("gpt-5", input="3.0", output="5.0"), checked=SEPTEMBER_7 - timedelta(days=90))
    plan = planned(text, moved, priced_list=old)
    (price,) = [one for one in plan.changes if (one.mode, one.dimension) == ("standard", "input")]
    assert (price.contradicts, price.other_days) == ((), (WitnessPrice(OWN_LIST, Decimal("3.0"), old.checked),))


def test_a_list_in_doubt_contradicts_but_vouches_for_nothing() -> None:
    """Who knows what its price leaves out?"""
    text, moved = known("gpt-5"), page(rate("gpt-5", input="2.5", output="5.0"))
    same = planned(text, moved, priced_list=listed(rate("gpt-5", input="2.5", output="5.0"), doubt="a fee"))
    assert all(change.vouches == () for change in same.changes)
    other = planned(text, moved, priced_list=listed(rate("gpt-5", input="3.0", output="5.0"), doubt="a fee"))
    assert "witnesses" in reasons(other, "gpt-5")


def test_a_list_hides_no_half_page() -> None:
    """What the page lost is missed, though the list has it; and half a list that is all there is holds its prices too."""
    text, half = known(*MODELS), [rate(name, input="2.1", output="4.0") for name in MODELS[:4]]
    whole = listed(*(rate(name, input="2.0", output="4.0") for name in MODELS))
    assert "vanished" in reasons(planned(text, page(*half), priced_list=whole), "gpt-5")
    of_list = known(*MODELS, level=", level: listed")
    assert "vanished" in reasons(planned(of_list, listed(*half)), "gpt-5")


def test_models_of_the_list_are_not_missed_on_the_page() -> None:
    """Also in a run without the list: nobody asked it."""
    text = known("gpt-5", "gpt-6").replace("output: 4.0}", "output: 4.0, level: listed}", 1)
    plan = planned(text, page(rate("gpt-6", input="2.0", output="4.0")))
    assert not [note for note in plan.notes if note.kind in ("left the page", "left long ago")]


def test_a_plan_that_takes_the_level_back_survives_json() -> None:
    """As one that pull requests carry; the registry then says nothing of the level."""
    text = known("gpt-5", level=", level: listed")
    plan = from_values(as_values(planned(text, page(rate("gpt-5", input="2.0", output="4.0")))))
    assert "level" not in merge(text, plan)
    in_doubt = page(replace(rate("gpt-5", input="2.0", output="4.0"), witness="llm:x/y"))
    assert "level: listed" in merge(text, planned(text, in_doubt))
