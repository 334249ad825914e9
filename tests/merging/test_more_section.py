"""Models under `more`: written there, changed there, and taken out once the vendor states their prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from octoregistry.merging.merge import MergeError, merge
from octoregistry.merging.merge_each import merge_each
from octoregistry.planning.plan import Change, ChangeKind, Plan
from octoregistry.planning.values import Value
from providers.registry import get_pricing, parse_registry
from tests.merging.conftest import SMALL

DAY = date(2026, 11, 1)
WHO = ("one-list", "two-list")


def entry(model: str, kind: ChangeKind, provider: str = "acme", usd: str = "1.0") -> tuple[Change, ...]:
    """The changes that write a model; vouched ones with who vouches."""

    def change(key: str, new: Value, mode: str | None = None) -> Change:
        return Change(provider, model, kind, key, None, new, mode)

    price = Decimal(usd)
    plain: list[tuple[str, Value]] = [
        ("display_name", model),
        ("input_per_million", price / 2),
        ("output_per_million", price),
        ("batch_support", False),
    ]
    said: list[tuple[str, Value]] = (
        [("level", "vouched"), ("vouched_by", WHO), ("seen_on", DAY)] if kind == "vouched" else []
    )
    rate: list[tuple[str, Value]] = [("input", price), ("output", price * 2), *said]
    return (*(change(key, new) for key, new in plain), *(change(key, new, "standard") for key, new in rate))


TRAIL = """\
more:
  acme:
    models:
      trail:
        display_name: trail
        input_per_million: 0.5
        output_per_million: 1.0
        batch_support: false
        rates:
          - {mode: standard, input: 1.0, output: 2.0, level: vouched, vouched_by: [one-list, two-list], seen_on: 2026-11-01}
"""


def test_the_first_vouched_model_begins_the_section() -> None:
    """Behind everything else, which stays to the letter; plain readers see no difference."""
    merged = merge(SMALL, Plan(entry("trail", "vouched")))
    assert merged == SMALL + TRAIL
    registry = parse_registry(merged)
    assert get_pricing("acme", "trail", registry, vouched=True).cost(input=1_000_000) == 1


def test_more_models_stand_behind_the_first() -> None:
    """Of the same provider and of others, also of those that the file has not."""
    text = merge(SMALL, Plan(entry("trail", "vouched")))
    merged = merge(text, Plan((*entry("path", "vouched"), *entry("far", "vouched", "host"))))
    assert merged.startswith(text)
    more = parse_registry(merged).values["more"]
    assert {name: list(one["models"]) for name, one in more.items()} == {"acme": ["trail", "path"], "host": ["far"]}
    assert list(more["host"]) == ["models"]


def test_a_vouched_price_that_changes_keeps_the_old_one() -> None:
    """A rate with its day behind it, as under `providers`."""
    text = SMALL + TRAIL
    new = [
        Change("acme", "trail", "vouched", key, None, value, "standard", None, date(2026, 11, 20))
        for key, value in (("input", Decimal(3)), ("output", Decimal(6)), ("level", "vouched"), ("vouched_by", WHO))
    ]
    new.append(
        Change("acme", "trail", "vouched", "seen_on", None, date(2026, 11, 20), "standard", None, date(2026, 11, 20))
    )
    new.append(Change("acme", "trail", "vouched", "input_per_million", Decimal("0.5"), Decimal("1.5")))
    new.append(Change("acme", "trail", "vouched", "output_per_million", Decimal("1.0"), Decimal("3.0")))
    registry = parse_registry(merge(text, Plan(tuple(new))))
    pricing = get_pricing("acme", "trail", registry, vouched=True)
    assert [pricing.cost(input=1_000_000, at=day) for day in ("2026-11-19", "2026-11-20")] == [1, 3]


@pytest.mark.parametrize("remark", ["", "  # heard of it\n"])
def test_a_model_that_its_vendor_states_moves(remark: str) -> None:
    """The last vouched model takes the section with it; what stands around stays."""
    text = SMALL.replace("defaults:", TRAIL.replace("      trail:\n", remark + "      trail:\n") + "defaults:")
    merged = merge(text, Plan(entry("trail", "new_model", usd="4.0")))
    registry = parse_registry(merged)
    assert "more" not in registry.values
    assert merged.endswith(SMALL[SMALL.index("defaults:") :])
    assert get_pricing("acme", "trail", registry).cost(input=1_000_000) == 4


def test_the_other_vouched_models_stay() -> None:
    """Of the same provider, of another, and those that come in with the same plan."""
    text = merge(SMALL, Plan((*entry("trail", "vouched"), *entry("path", "vouched"), *entry("far", "vouched", "host"))))
    once = merge(text, Plan(entry("Trail", "new_model")))
    assert {name: list(one["models"]) for name, one in parse_registry(once).values["more"].items()} == {
        "acme": ["path"],
        "host": ["far"],
    }
    new = merge(once, Plan((*entry("path", "new_model"), *entry("way", "vouched"))))
    assert list(parse_registry(new).values["more"]["acme"]["models"]) == ["way"]
    other = merge(once, Plan(entry("path", "new_model")))
    assert list(parse_registry(other).values["more"]) == ["host"]
    alias = Change("acme", "road", "metadata", "aliases", (), ("path",))
    assert list(parse_registry(merge(once, Plan((alias,)))).values["more"]) == ["host"]


def test_a_section_on_one_line_is_told_and_left() -> None:
    """Nothing is taken apart that a person put together; the last model takes the line with it."""
    one = "{display_name: T, input_per_million: 0.5, output_per_million: 1.0, batch_support: false}"
    line = f"more: {{acme: {{models: {{trail: {one}, way: {one}}}}}}}\n"
    with pytest.raises(MergeError, match="write it out first"):
        merge(SMALL + line, Plan(entry("trail", "new_model")))
    merged = merge_each(SMALL + line, "models.yaml", Plan(entry("trail", "new_model")))
    assert (merged.text, len(merged.refused)) == (SMALL + line, 1)
    assert "path" in merge(SMALL + line, Plan(entry("path", "vouched")))
    alone = merge(SMALL + line.replace(f", way: {one}", ""), Plan(entry("trail", "new_model")))
    assert "more" not in parse_registry(alone).values


KEYLESS = "scaleway"  # sells others' models; no variable of a key is in its file


def test_a_host_without_a_key_variable_stands_apart() -> None:
    """Plain readers do not see it; programs have its prices, and the next updates find it where it stands."""
    merged = merge(SMALL, Plan(entry("road", "new_model", KEYLESS)))
    assert merged.startswith(SMALL)
    registry = parse_registry(merged)
    assert list(registry.written["providers"]) == ["acme"]
    assert list(registry.written["more"]) == [KEYLESS]
    assert get_pricing(KEYLESS, "road", registry).cost(input=1_000_000) == 1
    moved = [
        Change(KEYLESS, "road", "price", "input", Decimal(1), Decimal(2), "standard", None, DAY),
        Change(KEYLESS, "road", "kept", "output", Decimal(2), Decimal(2), "standard", None, DAY),
    ]
    charge = Change(KEYLESS, "tools", "charge", "charge web_search", None, Decimal("0.01"), start=DAY)
    later = merge(merged, Plan((*moved, *entry("path", "new_model", KEYLESS), charge)))
    assert list(parse_registry(later).written["more"][KEYLESS]["models"]) == ["road", "path"]
    assert get_pricing(KEYLESS, "road", parse_registry(later)).cost(input=1_000_000, at="2026-11-01") == 2
    assert parse_registry(later).providers[KEYLESS].charges[0].usd == Decimal("0.01")
    assert parse_registry(later).written["providers"] == parse_registry(SMALL).written["providers"]


def test_a_host_that_a_file_has_among_its_providers_stays_there() -> None:
    """And a vendor with a key variable, of which more was only vouched for, begins among the providers."""
    begun = SMALL.replace(
        "  acme:\n",
        f"  {KEYLESS}: {{models: {{x: {{display_name: X, input_per_million: 1, output_per_million: 1}}}}}}\n  acme:\n",
    )
    assert "more" not in parse_registry(merge(begun, Plan(entry("road", "new_model", KEYLESS)))).written
    vouched = merge(SMALL, Plan(entry("grok-9", "vouched", "xai")))
    stated = parse_registry(merge(vouched, Plan(entry("grok-10", "new_model", "xai"))))
    assert (list(stated.written["providers"]), list(stated.written["more"])) == (["acme", "xai"], ["xai"])
