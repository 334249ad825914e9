"""A newer packaged registry is brought in like a page: with its days, and without taking anything from a person."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from octoregistry.merging.merge_each import merge_each
from octoregistry.planning.package_plan import package_plan
from octoregistry.planning.plan import Plan
from octoregistry.planning.planner import PlanSettings
from providers import Registry, parse_registry

HEAD = """\
schema_version: 2
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: sol
    models:
"""
TAIL = "defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}\n"


def registry_text(checked: str, rates: str, *, more: str = "", facts: str = "context_window: 1000, ") -> str:
    """A registry of one model, checked on that day; its last standard price without a tier is in force then."""
    base = [one for one in re.findall(r"\{mode: standard,(.*?)\}", rates) if "above" not in one]
    plain = Decimal(base[-1].rpartition(" ")[2]) / 2
    entry = f"display_name: Sol, input_per_million: {plain}, output_per_million: {plain}, batch_support: false, {facts}"
    source = "source: {page: 'https://acme.test/prices', checked: " + checked + "}"
    return f"{HEAD}      sol: {{{entry}first_seen: 2026-01-01, rates: [{rates}], {source}}}\n{more}{TAIL}"


def rate(usd: str, *, dates: str = "", mode: str = "standard", tier: str = "") -> str:
    return f"{{mode: {mode}, {tier}{dates}input: {usd}, output: {usd}}}"


MOVED = f"{rate('4.0')}, {rate('3.0', dates='from: 2026-03-01, seen_before: 2026-02-20, ')}, " + rate(
    "2.0", dates="from: 2026-05-01, "
)


def brought(ours: str, theirs: str, *accepted: str) -> tuple[Registry, Plan]:
    """Our registry with what the packaged one has newer, and the plan."""
    own, packaged = parse_registry(ours), parse_registry(theirs)
    settings = PlanSettings(accepted=accepted)
    plan = package_plan(own.providers["acme"], packaged.providers["acme"], settings, "octoregistry 1")
    merged = merge_each(ours, "models.yaml", plan)
    assert not merged.refused
    return parse_registry(merged.text), merged.plan


def prices(registry: Registry) -> list[tuple[date | None, date | None, Decimal]]:
    return [(one.start, one.seen_before, one.prices["input"]) for one in registry.model("acme", "sol").rates]


def test_moves_since_our_check_come_with_their_own_days() -> None:
    """Two moves are two dated prices, not one from the day on which we heard of them."""
    merged, plan = brought(registry_text("2026-02-01", rate("4.0")), registry_text("2026-06-01", MOVED))
    assert not plan.held
    assert prices(merged) == [
        (None, None, Decimal(4)),
        (date(2026, 3, 1), date(2026, 2, 20), Decimal(3)),
        (date(2026, 5, 1), None, Decimal(2)),
    ]
    model = merged.model("acme", "sol")
    assert model.source is not None
    assert (model.source.checked, model.input_per_million) == (date(2026, 6, 1), Decimal(1))
    assert brought_again(merged, registry_text("2026-06-01", MOVED)) == ()


def brought_again(merged: Registry, theirs: str) -> tuple[object, ...]:
    packaged = parse_registry(theirs)
    return package_plan(merged.providers["acme"], packaged.providers["acme"], PlanSettings(), "octoregistry 1").changes


def test_what_we_have_read_later_is_left_alone() -> None:
    """Prices that a person accepted after the package was made are theirs."""
    ours = registry_text("2026-07-01", f"{rate('4.0')}, {rate('40.0', dates='from: 2026-07-01, ')}")
    assert brought(ours, registry_text("2026-06-01", MOVED))[1].changes == ()


def test_a_price_that_both_have_otherwise_is_held_and_taken_only_by_name() -> None:
    """The package checked later, and yet has another price of the day that we checked: somebody has misread."""
    ours, theirs = registry_text("2026-02-01", rate("4.0")), registry_text("2026-06-01", rate("5.0"))
    merged, plan = brought(ours, theirs)
    assert prices(merged) == [(None, None, Decimal(4))]
    assert {reason.code for change in plan.held for reason in change.verdict.reasons} >= {"registry"}
    model = merged.model("acme", "sol")
    assert model.source is not None
    assert model.source.checked == date(2026, 2, 1)

    taken, _ = brought(ours, theirs, "acme/sol")
    assert prices(taken) == [(None, None, Decimal(4)), (date(2026, 6, 1), date(2026, 2, 1), Decimal(5))]


def test_a_move_that_an_update_would_hold_is_held() -> None:
    merged, plan = brought(
        registry_text("2026-02-01", rate("4.0")),
        registry_text("2026-06-01", f"{rate('4.0')}, {rate('40.0', dates='from: 2026-05-01, ')}"),
    )
    assert prices(merged) == [(None, None, Decimal(4))]
    assert "the guard is" in str(plan.held[0])


def test_a_model_that_we_lack_comes_whole() -> None:
    """With its history, its facts and its source, to the letter."""
    luna = (
        "      luna: {display_name: Luna, input_per_million: 1.0, output_per_million: 1.0, batch_support: true, kind: chat, "
        "aliases: [moon], modalities: {output: [text]}, features: [tools], facts_from: {kind: vendor}, "
        f"first_seen: 2026-01-02, last_seen: {{batch: 2026-04-01}}, rates: [{rate('2.0')}, {rate('1.0', mode='batch')}, "
        "{mode: batch, from: 2026-05-01}], source: {page: 'https://acme.test/prices', checked: 2026-06-01}}\n"
    )
    theirs = registry_text("2026-02-01", rate("4.0"), more=luna)
    merged, plan = brought(registry_text("2026-02-01", rate("4.0")), theirs)
    assert not plan.held
    assert merged.model("acme", "luna").rates == parse_registry(theirs).model("acme", "luna").rates
    assert merged.model("acme", "luna") == parse_registry(theirs).model("acme", "luna")


@pytest.mark.parametrize(
    ("ours", "written", "held"),
    [("", 2000, False), ("context_window: 1000, ", 1000, True), ("context_window: 2000, ", 2000, False)],
)
def test_a_fact_that_we_lack_is_filled_in_and_one_that_differs_is_held(ours: str, written: int, held: bool) -> None:
    merged, plan = brought(
        registry_text("2026-02-01", rate("4.0"), facts=ours),
        registry_text("2026-06-01", rate("4.0"), facts="context_window: 2000, "),
    )
    assert merged.model("acme", "sol").context_window == written
    assert bool(plan.held) is held


def test_tiers_and_modes_that_we_lack_are_filled_in() -> None:
    """Where both agree in what both have, what is first known is no contradiction."""
    theirs = f"{rate('4.0')}, {rate('8.0', tier='above_input_tokens: 200, ')}, {rate('2.0', mode='flex')}"
    merged, plan = brought(registry_text("2026-02-01", rate("4.0")), registry_text("2026-06-01", theirs))
    assert not plan.held
    assert (
        merged.model("acme", "sol").rates
        == parse_registry(registry_text("2026-06-01", theirs)).model("acme", "sol").rates
    )


def with_charges(text: str, checked: str, tools: str, model: str = "") -> str:
    """A registry's text with charges of the provider's tools, read on a day, and of its model."""
    source = "charges_source: {page: 'https://acme.test/prices', checked: " + checked + "}"
    lines = (
        f"    charges:\n{''.join(f'      - {one}' + chr(10) for one in tools.split(' | '))}    {source}\n    models:\n"
    )
    text = text.replace("    models:\n", lines, 1)
    return text.replace("first_seen: 2026-01-01,", f"first_seen: 2026-01-01, charges: [{model}],", 1) if model else text


SEARCH = "{unit: web_search, per: 1000, usd: 10.0, from: 2026-01-01}"
DEARER = "{unit: web_search, per: 1000, usd: 14.0, from: 2026-06-01, seen_before: 2026-05-20}"
IMAGE = "{unit: image, usd: 0.2, mode: batch, when: {size: 4K}, free: 5 per day, from: 2026-06-01}"


def test_charges_that_were_checked_later_are_brought_with_their_days() -> None:
    """Of the provider's tools, of a model, and of models that charges alone are known of; a second time there is nothing left."""
    ours = with_charges(registry_text("2026-02-01", rate("4.0")), "2026-02-01", SEARCH)
    voice = "{model: voice, unit: character, per: 1000000, usd: 15.0, from: 2026-06-01}"
    theirs = with_charges(
        registry_text("2026-06-02", rate("4.0")), "2026-06-02", f"{SEARCH} | {DEARER} | {voice}", IMAGE
    )
    registry, plan = brought(ours, theirs)
    assert not plan.held
    packaged = parse_registry(theirs)
    assert registry.providers["acme"].charges == packaged.providers["acme"].charges
    assert registry.providers["acme"].charges_source == packaged.providers["acme"].charges_source
    assert registry.model("acme", "sol").charges == packaged.model("acme", "sol").charges
    merged = merge_each(ours, "models.yaml", plan).text
    assert brought(merged, theirs)[1].changes == ()


def test_a_charge_that_both_have_in_another_way_is_held() -> None:
    """Ours stays, and so does the day of our check; an older package says nothing."""
    ours = with_charges(registry_text("2026-02-01", rate("4.0")), "2026-02-01", SEARCH)
    other = with_charges(registry_text("2026-06-02", rate("4.0")), "2026-06-02", SEARCH.replace("10.0", "11.0"))
    registry, plan = brought(ours, other)
    (held,) = [change for change in plan.held if change.kind == "charge"]
    assert "this registry has 10.0 USD per 1,000 web searches" in str(held.verdict)
    assert registry.providers["acme"].charges == parse_registry(ours).providers["acme"].charges
    assert registry.providers["acme"].charges_source == parse_registry(ours).providers["acme"].charges_source
    assert not [change for change in brought(other, ours)[1].changes if change.kind == "charge"]


def test_a_charge_that_waits_is_heard_of_again() -> None:
    """The check of its model is not renewed over it."""
    ours = with_charges(registry_text("2026-02-01", rate("4.0")), "2026-02-01", SEARCH, IMAGE)
    theirs = with_charges(registry_text("2026-06-02", rate("4.0")), "2026-02-01", SEARCH, IMAGE.replace("0.2", "0.3"))
    registry, plan = brought(ours, theirs)
    assert [change.model for change in plan.held] == ["sol"]
    assert registry.model("acme", "sol") == parse_registry(ours).model("acme", "sol")


def announcing(checked: str, *days: str, tiers: str = "", usd: str = "7.0") -> str:
    return registry_text(
        checked, f"{''.join(rate(usd, dates=f'from: {day}, ') + ', ' for day in days)}{tiers}{rate('4.0')}"
    )


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((), "no longer the standard prices from 2026-09-01"),
        (("2026-10-01",), "no longer the standard prices from 2026-09-01, but from 2026-10-01"),
    ],
)
def test_an_announcement_that_the_package_has_no_more_is_held_and_goes_once_accepted(
    days: tuple[str, ...], told: str
) -> None:
    """A price that was put off is not billed from its first day."""
    ours, theirs = announcing("2026-06-01", "2026-09-01"), announcing("2026-07-01", *days)
    kept, plan = brought(ours, theirs)
    assert prices(kept) == prices(parse_registry(ours))
    assert any(str(change.verdict).endswith(told) for change in plan.held)
    model = kept.model("acme", "sol")
    assert model.source is not None
    assert model.source.checked == date(2026, 6, 1), "or nobody would hear of it again"

    taken, _ = brought(ours, theirs, "sol")
    assert sorted(map(str, prices(taken))) == sorted(map(str, prices(parse_registry(theirs))))


def test_one_that_was_brought_forward_at_the_same_price_comes_by_itself() -> None:
    merged, plan = brought(announcing("2026-06-01", "2026-09-01"), announcing("2026-07-01", "2026-08-01"))

    assert not plan.held
    assert sorted(str(start) for start, _, _ in prices(merged)) == ["2026-08-01", "None"]


def test_one_of_some_prompts_or_of_one_dimension_that_the_package_has_no_more_is_held_too() -> None:
    long = rate("9.0", dates="from: 2026-09-01, ", tier="above_input_tokens: 1000, ") + ", "
    theirs = announcing("2026-07-01", "2026-09-01")
    for ours in (
        announcing("2026-06-01", "2026-09-01", tiers=long),
        announcing("2026-06-01", "2026-09-01").replace("output: 7.0}", "output: 7.0, cached_input: 0.7}"),
    ):
        kept, plan = brought(ours, theirs)
        assert plan.held
        assert kept.model("acme", "sol").rates == parse_registry(ours).model("acme", "sol").rates
        taken, _ = brought(ours, theirs, "sol")
        assert set(map(str, taken.model("acme", "sol").rates)) == set(
            map(str, parse_registry(theirs).model("acme", "sol").rates)
        )


def test_one_of_a_mode_that_the_package_did_not_see_later_stays() -> None:
    flex = rate("3.0", dates="from: 2026-09-01, ", mode="flex") + ", " + rate("2.0", mode="flex") + ", "
    ours = announcing("2026-06-01", tiers=flex)
    theirs = announcing("2026-07-01", tiers=rate("2.0", mode="flex") + ", ").replace(
        "source:", "last_seen: {flex: 2026-05-01}, source:"
    )
    merged, plan = brought(ours, theirs)

    assert not plan.held
    assert date(2026, 9, 1) in {start for start, _, _ in prices(merged)}


def test_how_sure_a_rate_is_comes_with_it() -> None:
    """A rate that a vendor's list alone states stays `listed`; of any other nothing is written of that."""
    listed = rate("3.0", dates="from: 2026-03-01, ").replace("}", ", level: listed}")
    found, plan = brought(
        registry_text("2026-02-20", rate("4.0")),
        registry_text("2026-05-01", f"{rate('4.0')}, {listed}, {rate('2.0', dates='from: 2026-05-01, ')}"),
    )
    assert [one.level for one in found.model("acme", "sol").rates] == ["stated", "listed", "stated"]
    assert [change.new for change in plan.changes if change.dimension == "level"] == ["listed"]
