"""What other registries agree on of a model besides its prices, where nothing better is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from octoregistry.planning.plan import Change, ChangeKind
from octoregistry.planning.values import Value
from octoregistry.sources.registries.registry_prices import RegistryFacts
from providers.dimensions import FEATURES, MODALITIES
from providers.entries import Model

_AGREE = 2  # so many registries must say the same


class AgreedFact(NamedTuple):
    """A value that registries agree on, and which."""

    value: Value
    witnesses: tuple[str, ...]


def agreed_facts(facts: Iterable[RegistryFacts]) -> dict[str, AgreedFact]:
    """{key of models.yaml: what at least two registries say of one model and none says otherwise}."""
    said = list(facts)
    of_value: Mapping[str, Callable[[RegistryFacts], Value]] = {
        "context_window": lambda one: one.context_window,
        "max_output_tokens": lambda one: one.max_output_tokens,
        "modalities.input": lambda one: _in_order(one.input_modalities),
        "modalities.output": lambda one: _in_order(one.output_modalities),
    }
    found = {}
    for key, value_of in of_value.items():
        values = {one.witness: value for one in said if (value := value_of(one)) is not None}
        if len(values) >= _AGREE and len(set(values.values())) == 1:
            found[key] = AgreedFact(next(iter(values.values())), tuple(sorted(values)))
    has = {feature: [one.witness for one in said if one.features.get(feature)] for feature in FEATURES}
    lacks = {feature for one in said for feature, there in one.features.items() if not there}
    agreed = {feature: who for feature, who in has.items() if len(who) >= _AGREE and feature not in lacks}
    if agreed:
        everybody = sorted({witness for who in agreed.values() for witness in who})
        found["features"] = AgreedFact(tuple(agreed), tuple(everybody))
    return found


def _in_order(modalities: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if modalities is None else tuple(one for one in MODALITIES if one in modalities)


def fact_changes(
    provider: str, model: str, known: Model | None, facts: Sequence[RegistryFacts], stated: Iterable[str] = ()
) -> list[Change]:
    """The keys of a model that registries agree on, where neither the registry nor this update's `stated` keys have them.

    What registries said before, they may say anew.
    """
    old: dict[str, Value] = {}
    if known:
        old = {
            "context_window": known.context_window,
            "max_output_tokens": known.max_output_tokens,
            "modalities.input": known.input_modalities or None,
            "modalities.output": known.output_modalities or None,
            "features": known.features or None,
        }
    kind: ChangeKind = "metadata" if known else "new_model"
    changes: list[Change] = []
    said: dict[str, tuple[str, ...]] = {}
    for key, (value, witnesses) in agreed_facts(facts).items():
        whose = known.facts_from.get(key.partition(".")[0], "") if known else ""
        theirs = bool(whose) and set(whose.split(", ")) <= {one.witness for one in facts}
        if key in stated or old.get(key) == value or (old.get(key) is not None and not theirs):
            continue
        changes.append(Change(provider, model, kind, key, old.get(key), value))
        name = key.partition(".")[0]
        said[name] = tuple(sorted({*said.get(name, ()), *witnesses}))
    for name, witnesses in said.items():
        before = known.facts_from.get(name) if known else None
        text = ", ".join(witnesses)
        if before != text:
            changes.append(Change(provider, model, "source" if known else kind, f"facts_from.{name}", before, text))
    return changes
