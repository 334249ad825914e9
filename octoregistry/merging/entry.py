"""The changes of one model, made in the mapping that ruamel.yaml has of its entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from octoregistry.merging.block import UNCHANGED, Part
from octoregistry.merging.layout import (
    CHARGE_KEYS,
    MODEL_KEYS,
    NESTED_KEYS,
    RATE_KEYS,
    flow_list,
    flow_mapping,
    in_order,
    written,
)
from octoregistry.merging.model_changes import (
    ModelChanges,
    RateSlot,
    charge_slot,
    is_taken_out,
    slot_keys,
    slot_of,
    slot_order,
)
from octoregistry.planning.values import Value


class MergeError(Exception):
    """A plan that cannot be written into this text; the text is left as it is."""


def new_entry(changes: ModelChanges, *, flow: bool) -> CommentedMap:
    """The entry of a new model; with `flow` on one line."""
    entry = CommentedMap()
    if flow:
        entry.fa.set_flow_style()
    edit_entry(entry, {}, changes)
    return entry


def unchanged_parts(values: Mapping[str, Any], changes: ModelChanges) -> set[Part]:
    """The keys and rates of an entry that `edit_entry` leaves as they are; a reader finds `values` in it."""
    found: set[Part] = {(key,) for key in values if key not in changes.keys and key not in changes.nested}
    if changes.rates:
        found.discard(("rates",))
        rates = enumerate(values.get("rates") or ())
        found |= {("rates", place) for place, rate in rates if slot_of(rate) not in changes.rates}
    if changes.charges:
        found.discard(("charges",))
        slots = {charge_slot(charge) for charge in changes.charges}
        charges = enumerate(values.get("charges") or ())
        found |= {("charges", place) for place, charge in charges if charge_slot(charge) not in slots}
    return found


def edit_entry(entry: CommentedMap, values: Mapping[str, Any], changes: ModelChanges) -> None:
    """Make the changes in `entry`, of which a reader finds `values` (those of references included).

    Raises MergeError where a change has no place: what is borrowed from another entry is changed in neither.
    """
    _set_keys(entry, changes.keys, MODEL_KEYS)
    if changes.rates:
        rates = _own(entry, "rates", CommentedSeq)
        if rates is None:
            _add(entry, "rates", _new_rates(changes, flow=bool(entry.fa.flow_style())), MODEL_KEYS)
        else:
            _edit_rates(rates, values["rates"], changes)
    if changes.charges:
        add_charges(entry, changes.charges, MODEL_KEYS)
    for key, nested in changes.nested.items():
        order = NESTED_KEYS.get(key, ())
        mapping = _own(entry, key, CommentedMap)
        if mapping is None:
            _add(entry, key, flow_mapping(nested, order), MODEL_KEYS)
        else:
            _set_keys(mapping, nested, order)
            if not mapping:
                _drop(entry, key)


def add_charges(entry: CommentedMap, new: list[dict[str, Any]], order: tuple[str, ...]) -> None:
    """Puts charges behind those that the entry has: an old price stays, but for one of the same day."""
    charges = _own(entry, "charges", CommentedSeq)
    if charges is not None:
        there = {
            charge_slot(charge): charge for charge in charges if isinstance(charge, CommentedMap)
        }  # else untouched
        for charge in new:
            if (old := there.get(charge_slot(charge))) is None:
                charges.append(flow_mapping(charge, CHARGE_KEYS))
            else:
                _set_keys(old, {**dict.fromkeys(old), **charge}, CHARGE_KEYS)
        return
    listed = [flow_mapping(charge, CHARGE_KEYS) for charge in new]
    _add(entry, "charges", flow_list(listed) if entry.fa.flow_style() else CommentedSeq(listed), order)


def _set_keys(mapping: CommentedMap, changes: Mapping[str, Value], order: tuple[str, ...]) -> None:
    for key in in_order(changes, order):
        value, old = changes[key], mapping.get(key)
        if value is None:
            _drop(mapping, key)
        elif key not in mapping:
            _add(mapping, key, written(value), order)
        elif isinstance(value, tuple) and isinstance(old, CommentedSeq) and list(old) == list(value[: len(old)]):
            old.extend(written(value[len(old) :]))
        else:
            mapping[key] = written(value, old)


def _drop(mapping: CommentedMap, key: str) -> None:
    if key not in mapping:
        raise MergeError(f"there is no {key} to take out")
    del mapping[key]


def _add(mapping: CommentedMap, key: str, value: Any, order: tuple[str, ...]) -> None:
    """Puts a key behind the one that `order` has last before it, at the end where there is none."""
    before = order[: order.index(key)] if key in order else ()
    keys = list(mapping)
    behind = next((keys.index(known) for known in reversed(before) if known in mapping), len(keys) - 1)
    mapping.insert(behind + 1, key, value)


def _own(entry: CommentedMap, key: str, kind: type[Any]) -> Any:
    """The entry's own list or mapping under `key`, None where it has none; MergeError where it is borrowed."""
    if key not in entry:
        if "<<" in entry:
            raise MergeError(f"{key} may come from <<; write it out first")
        return None
    if not isinstance(entry[key], kind):
        raise MergeError(f"{key} is a reference or of another kind; write it out first")
    return entry[key]


def _new_rates(changes: ModelChanges, *, flow: bool) -> CommentedSeq:
    rates = [_new_rate(slot, values) for slot, values in changes.rates_in_order()]
    return flow_list(rates) if flow else CommentedSeq(rates)


def _new_rate(slot: RateSlot, values: Mapping[str, Value]) -> CommentedMap:
    present = {key: value for key, value in values.items() if value is not False}
    return flow_mapping({**slot_keys(slot), **present}, RATE_KEYS)


def _edit_rates(rates: CommentedSeq, values: list[Mapping[str, Any]], changes: ModelChanges) -> None:
    if any(rate != UNCHANGED and (not isinstance(rate, CommentedMap) or "<<" in rate) for rate in rates):
        raise MergeError("a rate is a reference; write it out first")
    slots = [slot_of(rate) for rate in values]
    new, ended = [], []
    for slot, prices in changes.rates_in_order():
        if is_taken_out(prices):
            if slot not in slots:
                raise MergeError(f"there is no {slot.mode} rate from {slot.start} to take out")
            ended.append(rates[slots.index(slot)])
        elif slot in slots:
            gone = {"derived": None} if prices.get("derived") is False else {}
            _set_keys(rates[slots.index(slot)], {**prices, **gone}, RATE_KEYS)
        else:
            new.append((_place(slot, slots), _new_rate(slot, prices)))
    new.reverse()  # the last place first; of those for one place the last rate, too
    for place, rate in sorted(new, key=lambda item: item[0], reverse=True):
        rates.insert(place, rate)
    for place in reversed(range(len(rates))):
        if any(rates[place] is rate for rate in ended):
            del rates[place]


def _place(slot: RateSlot, slots: list[RateSlot]) -> int:
    """Where a new rate belongs: behind the last earlier one of its mode, else behind its mode, else at the end."""
    kind = (slot.mode, slot.place, slot.currency)
    same = [at for at, known in enumerate(slots) if (known.mode, known.place, known.currency) == kind]
    earlier = [at for at in same if slot_order(slots[at]) < slot_order(slot)]
    return max(earlier or same, default=len(slots) - 1) + 1
