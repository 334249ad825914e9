"""A plan, written into the text of models.yaml: the lines that change and no others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from octoregistry.merging.edits import Edits
from octoregistry.merging.intended import Wanted, after, rate_entries, slot_of, slot_order, wanted
from octoregistry.merging.linediff import diff
from octoregistry.merging.nodes import (
    Located,
    Mapping,
    MergeError,
    Models,
    Node,
    Sequence,
    anchors_in,
    borrows,
    located,
    values,
)
from octoregistry.merging.writing import MODEL_KEYS, RATE_KEYS, SOURCE_KEYS, flow_mapping, text_of, yaml_of
from octoregistry.planning.plan import Plan
from providers.yamlread import read_yaml

__all__ = ["MergeError", "diff", "merge"]

_BOM = "\ufeff"


def merge(text: str, plan: Plan) -> str:
    """`text` with the plan's applied changes made in it; all that people wrote stays, to the letter.

    The result is read again and must say what the plan intended, and nothing else anew: MergeError if it does not, or
    if a change has no place in the text.
    """
    return merged_with_values(text, plan)[0]


def merged_with_values(text: str, plan: Plan) -> tuple[str, dict[str, Any] | None]:
    """As `merge`, with the values that were read from the result: None where nothing has changed."""
    models = wanted(plan.changes)
    bom = _BOM if text.startswith(_BOM) else ""
    body = text[len(bom) :]
    if not models:
        return text, None
    before = located(body, models)
    edits = Edits(body)
    for (provider, model), want in models.items():
        _edit(edits, before, provider, model, want)
    result = edits.result()
    if result == body:
        return text, None
    now, faults = read_yaml(result)
    if faults:
        raise MergeError(f"the merged text cannot be read: line {faults[0][0]}: {faults[0][2]}")
    _verify(body, before, edits, now, models)
    return bom + result, now


def _edit(edits: Edits, before: Located, provider: str, model: str, want: Wanted) -> None:
    home = before.models.get(provider)
    if home is None:
        raise MergeError(f"{provider} has no models in this file")
    entry = home.mapping.items.get(model)
    if entry is None:
        if not want.new:
            raise MergeError(f"{provider}/{model} is not in this file")
        _add_model(edits, home, model, want)
    elif want.new:
        raise MergeError(f"{provider}/{model} is in this file already")
    else:
        node = entry[1]
        if not isinstance(node, Mapping):
            raise MergeError(f"line {node.line}: {provider}/{model} is a reference; write it out first")
        _refuse_shared(edits.text, node)
        _edit_model(edits, node, want)


def _refuse_shared(text: str, entry: Mapping) -> None:
    """MergeError where a part of the entry is referred to elsewhere: changing it would change other models."""
    for anchor, line in anchors_in(entry):
        if re.search(rf"\*{re.escape(anchor)}(?![^\s,\]}}])", text):
            raise MergeError(f"line {line}: &{anchor} is used elsewhere; write the values out first")


def _edit_model(edits: Edits, entry: Mapping, want: Wanted) -> None:
    for key, value in want.keys.items():
        if value is None:
            edits.drop(entry, key)
        elif isinstance(value, tuple) and key in entry.items:
            listed = _own(entry, key, Sequence)
            there = values(listed)
            for item in value[len(there) :]:
                edits.add_item(listed, listed.items[-1] if there else None, text_of(item))
        else:
            edits.set(entry, key, yaml_of(value), MODEL_KEYS)
    # A key that is added twice at one place comes in the order of the calls: rates before source.
    if want.rates:
        _edit_rates(edits, entry, want)
    if want.source:
        source = _own(entry, "source", Mapping)
        if source is None:
            edits.add(entry, "source", f"source: {flow_mapping(_in_order(want.source))}", MODEL_KEYS)
        else:
            for key, value in _in_order(want.source).items():
                edits.set(source, key, yaml_of(value), SOURCE_KEYS)


def _in_order(source: dict[str, Any]) -> dict[str, Any]:
    return {key: source[key] for key in SOURCE_KEYS if key in source}


def _edit_rates(edits: Edits, entry: Mapping, want: Wanted) -> None:
    rates = _own(entry, "rates", Sequence)
    if rates is None:
        edits.add(entry, "rates", _rates_text(want, flow=entry.flow), MODEL_KEYS)
        return
    there: list[tuple[Any, Mapping]] = []
    for item in rates.items:
        if not isinstance(item, Mapping) or "<<" in item.items:
            raise MergeError(f"line {item.line}: a rate that is a reference; write it out first")
        there.append((slot_of(values(item)), item))
    known = dict(there)
    for slot, prices in want.rates_in_order():
        if slot not in known:
            edits.add_item(rates, _predecessor(slot, there), flow_mapping(rate_entries(slot, prices)))
            continue
        for key, value in sorted(prices.items(), key=lambda item: RATE_KEYS.index(item[0])):
            if key == "derived" and value is False:
                edits.drop(known[slot], key)
            else:
                edits.set(known[slot], key, yaml_of(value), RATE_KEYS)


def _predecessor(slot: Any, there: list[tuple[Any, Mapping]]) -> Node | None:
    """The rate behind which a new one belongs: the last earlier one of its mode, else of its mode, else of all."""
    same = [(known, node) for known, node in there if known[0] == slot[0]]
    earlier = [node for known, node in same if slot_order(known) < slot_order(slot)]
    for nodes in (earlier, [node for _, node in same], [node for _, node in there]):
        if nodes:
            return nodes[-1]
    return None


def _own(entry: Mapping, key: str, kind: type[Any]) -> Any:
    """The entry's own list or mapping under `key`, None where it has none; MergeError where it is borrowed."""
    if key not in entry.items:
        if "<<" in entry.items:
            raise MergeError(f"line {entry.line}: {key} may come from <<; write it out first")
        return None
    node = entry.items[key][1]
    if not isinstance(node, kind):
        raise MergeError(f"line {node.line}: {key} is no {kind.__name__.lower()} of its own; write it out first")
    return node


def _rates_text(want: Wanted, *, flow: bool) -> str:
    lines = [flow_mapping(rate_entries(slot, prices)) for slot, prices in want.rates_in_order()]
    return f"rates: [{', '.join(lines)}]" if flow else "\n".join(["rates:", *(f"  - {line}" for line in lines)])


def _add_model(edits: Edits, home: Models, model: str, want: Wanted) -> None:
    """A new entry behind the provider's last one, in the layout of its neighbours (one line where they are flow)."""
    flow = home.mapping.flow
    parts = {key: f"{key}: {yaml_of(value)}" for key, value in want.keys.items() if value is not None}
    if want.rates:
        parts["rates"] = _rates_text(want, flow=flow)
    if want.source:
        parts["source"] = f"source: {flow_mapping(_in_order(want.source))}"
    ordered = [parts[key] for key in MODEL_KEYS if key in parts]
    starts = [name.start for name, _ in home.mapping.items.values()] + [span.start for span in home.others.values()]
    if flow:
        place = home.mapping.end - 1
        comma = ", " if starts else ""
        edits.replace(place, place, f"{comma}{text_of(model)}: {{{', '.join(ordered)}}}")
        return
    lines = [f"{text_of(model)}:", *(f"  {line}" for part in ordered for line in part.split("\n"))]
    edits.add_lines(home.mapping.end, edits.column(starts[0]), "\n".join(lines))


def _verify(
    body: str, before: Located, edits: Edits, now: dict[str, Any], models: dict[tuple[str, str], Wanted]
) -> None:
    """MergeError unless the new values (`now`) are what was intended of the models and everything else as before.

    Of the other models nothing is compared but that they are there, in their order: no edit reaches into their text.
    """
    rest, entries = _values_before(body, before, models)
    new_rest, new_entries = _apart(now)
    if _typed(rest) != _typed(new_rest):
        raise MergeError("the merged text differs outside of the models")
    for provider, home in before.models.items():
        added = [model for (mine, model), want in models.items() if mine == provider and want.new]
        there = [model for model in new_entries[provider] if model not in added]
        if there != list(home.order) or any(model not in new_entries[provider] for model in added):
            raise MergeError(f"the merged text has other models of {provider}")
        for model, span in home.others.items():
            if edits.reach_into(span.start, span.end):
                raise MergeError(f"the merged text changes {provider}/{model}")
    for (provider, model), want in models.items():
        known = entries.get(provider, {}).get(model, {})
        if not _same(new_entries[provider].get(model), after(known, want)):
            raise MergeError(f"the merged text does not say of {provider}/{model} what was intended")


def _apart(registry: dict[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """A registry's values without the models, and the models by provider."""
    providers = {name: {**provider, "models": ""} for name, provider in registry["providers"].items()}
    return {**registry, "providers": providers}, {
        name: provider["models"] for name, provider in registry["providers"].items()
    }


def _values_before(
    body: str, before: Located, models: Iterable[tuple[str, str]]
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What the text says besides models, and of the chosen ones: as its readers have it, with all references followed."""
    chosen = [before.models[provider].mapping.items.get(model) for provider, model in models]
    if any(map(borrows, [before.rest, *(entry[1] for entry in chosen if entry)])):
        return _apart(read_yaml(body)[0])
    entries = {
        provider: {model: values(entry) for model, (_, entry) in home.mapping.items.items()}
        for provider, home in before.models.items()
    }
    return values(before.rest), entries


def _same(found: Any, intended: dict[str, Any]) -> bool:
    """True where both say the same; the order of the rates says nothing."""
    if not isinstance(found, dict):
        return False
    rates = sorted(found.get("rates", ()), key=lambda rate: slot_order(slot_of(rate)))
    mine = {**found, "rates": rates} if rates else found
    return bool(_typed(mine) == _typed(intended))


def _typed(value: Any) -> Any:
    """The value with its types told apart where Python does not: True is not 1, 1 is not 1.0 to a reader's eye."""
    if isinstance(value, dict):
        return {key: _typed(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_typed(inner) for inner in value]
    return (bool, value) if isinstance(value, bool) else value
