"""The models under `more` that go, since the vendor states their prices by now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from octoregistry.merging.block import Block
from octoregistry.merging.entry import MergeError
from octoregistry.merging.model_changes import ModelChanges
from octoregistry.merging.spans import EntriesSpan, models_spans, providers_span, root_span
from providers.more import is_stated
from providers.vendors import vendor

Section = Literal["providers", "more"]
PROVIDERS: Section = "providers"
MORE: Section = "more"
_ByModel = Mapping[tuple[str, str], ModelChanges]
_Gone = Collection[tuple[str, str]]
_Piece = tuple[int, int, str]


def section_of(values: Mapping[str, Any], provider: str, changes: ModelChanges) -> Section:
    """Where a model stands, or will: what is vouched for under `more`, and the hosts that are called without a key variable."""
    if changes.vouched:
        return MORE
    if provider in values[PROVIDERS]:
        return PROVIDERS
    there = values.get(MORE, {}).get(provider, {"models": {}})["models"]
    return MORE if any(map(is_stated, there.values())) or vendor(provider).is_keyless_host else PROVIDERS


def stated_by_now(values: Mapping[str, Any], stated: _ByModel) -> _Gone:
    """(provider, id) of the models under `more` whose name a model under `providers` gets by these changes."""
    found = []
    for provider, entry in values.get(MORE, {}).items():
        names = {
            str(name).lower()
            for (owner, model), changes in stated.items()
            if owner == provider and not changes.vouched
            for name in ((model,) if changes.new else ()) + _texts(changes.keys.get("aliases"))
        }
        found += [(provider, model) for model in entry["models"] if model.lower() in names]
    return found


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else ()


def left_over(more: Mapping[str, Any], gone: _Gone) -> dict[str, Any]:
    """The values under `more` without the models that go, and without providers that lose their last one by it."""
    losing = {provider for provider, _ in gone}
    left = {}
    for provider, entry in more.items():
        models = {model: one for model, one in entry["models"].items() if (provider, model) not in gone}
        if models or provider not in losing:
            left[provider] = {**entry, "models": models}
    return left


def pieces_without(text: str, values: Mapping[str, Any], gone: _Gone, vouched: _ByModel) -> list[_Piece]:
    """The text replacements that take the models out, with what would be empty without them; `vouched` come in."""
    if not gone:
        return []
    after = {provider: {**entry, "models": dict(entry["models"])} for provider, entry in values[MORE].items()}
    for provider, model in vouched:
        after.setdefault(provider, {"models": {}})["models"][model] = {}
    left = left_over(after, gone)
    if not left:
        return [_without(text, root_span(text), MORE)]
    section = providers_span(text, MORE)
    models = models_spans(text, MORE)
    pieces = []
    for provider in dict.fromkeys(provider for provider, _ in gone):
        if provider not in left:
            pieces.append(_without(text, section, provider))
        else:
            pieces += [_without(text, models.get(provider), model) for owner, model in gone if owner == provider]
    return pieces


def _without(text: str, span: EntriesSpan | None, key: str) -> _Piece:
    """The replacement of one entry by nothing."""
    if span is None or span.flow or key not in span.entries:
        raise MergeError(f"{key} under {MORE} stands on one line with others, or is a reference; write it out first")
    entry = span.entries[key]
    return entry.start, entry.start + Block(text[entry.start : entry.end]).length, ""
