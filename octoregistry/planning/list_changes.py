"""What a vendor's model list changes: lifecycle, limits, and models that left it. Never a price."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from octoregistry.planning.plan import Change, ChangeKind
from octoregistry.planning.values import Value
from octoregistry.sources.listings import ListedModel
from providers.entries import Model, Provider


def list_changes(provider: Provider, listed: Sequence[ListedModel], today: date) -> list[Change]:
    """The changes that a (whole, not empty) model list makes to the models that the registry has."""
    entries = {entry.id: entry for entry in listed}
    changes: list[Change] = []
    for model in provider.models.values():
        known_as = [entries[name] for name in (model.id, *model.aliases) if name in entries]
        if known_as:
            changes += _listed(model, known_as[0])
        elif model.status != "retired" and model.missing_since is None:
            changes.append(_change(model, "missing", "missing_since", None, today))
    return changes


def _listed(model: Model, entry: ListedModel) -> list[Change]:
    changes = []
    if model.missing_since is not None:
        changes.append(_change(model, "lifecycle", "missing_since", model.missing_since, None))
    wanted: tuple[tuple[ChangeKind, str, Value, Value], ...] = (
        ("metadata", "context_window", model.context_window, entry.context_window),
        ("metadata", "max_output_tokens", model.max_output_tokens, entry.max_output_tokens),
        ("lifecycle", "status", model.status, entry.lifecycle),
        ("lifecycle", "retires_on", model.retires_on, entry.retires_on),
    )
    for kind, name, old, new in wanted:
        if new is not None and old != new:
            changes.append(_change(model, kind, name, old, new))
            said = model.facts_from.get(name)
            changes += [_change(model, "source", f"facts_from.{name}", said, "list")] if said != "list" else []
    return changes


def _change(model: Model, kind: ChangeKind, name: str, old: Value, new: Value) -> Change:
    return Change(model.provider, model.id, kind, name, old, new)
