"""A plan merged as far as it goes: a model whose changes cannot be written does not stop the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from octoregistry.merging.merge import MergeError, merged_with_values
from octoregistry.planning.plan import Change, Plan, Reason, Verdict
from providers import RegistryError, parse_registry
from providers.validation import faults_in

_Model = tuple[str, str]


@dataclass(frozen=True, slots=True)
class UnwrittenModel:
    """A model whose changes cannot be written into the text, and why."""

    provider: str
    model: str
    reason: str

    def __str__(self) -> str:
        return f"{self.provider}/{self.model} cannot be written: {self.reason}"


@dataclass(frozen=True, slots=True)
class Merged:
    """The text with all in it that could be merged, and the plan in which the rest is held."""

    text: str
    plan: Plan
    refused: tuple[UnwrittenModel, ...] = ()


def merge_each(text: str, name: str, plan: Plan) -> Merged:
    """`text` (a valid registry, the file called `name`) with the plan's applied changes made, model by model where need be.

    The result is a valid registry. What cannot be merged, or would make the registry invalid, is held with the reason.
    """
    by_model: dict[_Model, list[Change]] = {}
    for change in plan.applied:
        by_model.setdefault((change.provider, change.model), []).append(change)
    if not by_model:
        return Merged(text, plan)
    refused: dict[_Model, str] = {}
    merged = _as_far_as_it_goes(text, name, by_model, list(by_model), refused)
    if not refused:
        return Merged(merged, plan)
    changes = tuple(_held(change, refused.get((change.provider, change.model))) for change in plan.changes)
    told = tuple(UnwrittenModel(*model, reason) for model, reason in refused.items())
    return Merged(merged, replace(plan, changes=changes), told)


def _as_far_as_it_goes(
    text: str, name: str, by_model: Mapping[_Model, list[Change]], models: Sequence[_Model], refused: dict[_Model, str]
) -> str:
    """`text` with the changes of `models`; where they do not go together, each half for itself, down to one model."""
    try:
        merged, now = merged_with_values(text, Plan(tuple(change for model in models for change in by_model[model])))
        if now is not None and any(True for _ in faults_in(now)):
            parse_registry(merged, name)  # raises, with the lines
    except (MergeError, RegistryError) as error:
        if len(models) == 1:
            refused[models[0]] = str(error).partition("\n")[0]
            return text
        half = len(models) // 2
        first = _as_far_as_it_goes(text, name, by_model, models[:half], refused)
        return _as_far_as_it_goes(first, name, by_model, models[half:], refused)
    return merged


def _held(change: Change, reason: str | None) -> Change:
    if reason is None or not change.applies:
        return change
    return replace(change, verdict=Verdict("hold", (Reason("unwritable", f"cannot be written: {reason}"),)))
