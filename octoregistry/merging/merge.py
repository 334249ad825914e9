"""A plan, written into the text of models.yaml: the lines that change and no others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from octoregistry.merging.block import Block, dumped
from octoregistry.merging.entry import MergeError, edit_entry, new_entry, unchanged_parts
from octoregistry.merging.layout import quoted
from octoregistry.merging.model_changes import ModelChanges, changes_by_model, expected_values, sorted_rates
from octoregistry.merging.more_section import (
    MORE,
    PROVIDERS,
    Section,
    left_over,
    pieces_without,
    section_of,
    stated_by_now,
)
from octoregistry.merging.provider_charges import expected_provider, of_providers, provider_pieces
from octoregistry.merging.spans import EntriesSpan, EntrySpan, models_spans, providers_span, root_span
from octoregistry.planning.plan import Plan
from providers.vendors import vendor
from providers.yamlread import read_yaml

__all__ = ["MergeError", "merge", "merged_with_values"]

_BOM = "\ufeff"
_ByModel = Mapping[tuple[str, str], ModelChanges]
_Piece = tuple[int, int, str]  # what is put for the text between two places


def merge(text: str, plan: Plan) -> str:
    """`text` with the plan's applied changes made in it; all that people wrote stays, to the letter.

    The result is read again and must say what the plan intended, and nothing else anew: MergeError if it does not, or
    if a change has no place in the text.
    """
    return merged_with_values(text, plan)[0]


def merged_with_values(text: str, plan: Plan) -> tuple[str, dict[str, Any] | None]:
    """As `merge`, with the values that were read from the result: None where nothing has changed."""
    models = changes_by_model(plan.changes)
    if not models:
        return text, None
    bom = _BOM if text.startswith(_BOM) else ""
    body = text[len(bom) :]
    before = _values(body, "the text")
    result = _spliced(body, _pieces(body, before, models))
    if result == body:
        return text, None
    now = _values(result, "the merged text")
    _verify(before, now, models)
    return bom + result, now


def _values(text: str, name: str) -> dict[str, Any]:
    values, faults = read_yaml(text)
    if faults:
        raise MergeError(f"{name} cannot be read: line {faults[0][0]}: {faults[0][2]}")
    if not isinstance(values, dict):
        raise MergeError("not a registry: the file is no mapping")
    return values


def _spliced(text: str, pieces: list[_Piece]) -> str:
    parts, place = [], 0
    for start, end, new in sorted(pieces, key=lambda piece: piece[:2]):
        parts += [text[place:start], new]
        place = end
    return "".join([*parts, text[place:]])


def _pieces(text: str, values: dict[str, Any], models: _ByModel) -> list[_Piece]:
    """The text replacements for all changed models."""
    newline = found.group() if (found := re.search("\r\n|\n|\r", text)) else "\n"
    stated, more = (_of_section(values, models, section) for section in (PROVIDERS, MORE))
    pieces = _section_pieces(text, values, PROVIDERS, stated, newline)
    pieces += _section_pieces(text, values, MORE, more, newline)
    return [*pieces, *pieces_without(text, values, stated_by_now(values, stated), more)]


def _of_section(values: Mapping[str, Any], models: _ByModel, section: Section) -> _ByModel:
    """The changes of the models that stand, or will, in a section."""
    return {key: changes for key, changes in models.items() if section_of(values, key[0], changes) == section}


def _section_pieces(
    text: str, values: dict[str, Any], section: Section, models: _ByModel, newline: str
) -> list[_Piece]:
    """The text replacements for the changed models of one section."""
    if not models:
        return []
    try:
        spans = models_spans(text, section)
    except yaml.YAMLError as error:
        raise MergeError(f"not YAML: {error}") from error
    begun = _begun(values, section, models)
    pieces = provider_pieces(text, of_providers(values, models, section), newline, section)
    for (provider, model), changes in _of_models(values, section, models).items():
        if provider in begun:
            continue
        span = spans.get(provider)
        if span is None:
            raise MergeError(f"{provider} has no models in this file")
        known = span.entries.get(model)
        if changes.new and known is not None:
            raise MergeError(f"{provider}/{model} is in this file already")
        if changes.new or (changes.vouched and known is None):
            pieces.append(_new_entries(text, span, {model: new_entry(changes, flow=span.flow)}, newline))
            continue
        if known is None:
            raise MergeError(f"{provider}/{model} is not in this file")
        if known.reference:
            raise MergeError(f"line {known.line}: {provider}/{model} is a reference; write it out first")
        entry = values[section][provider]["models"][model]
        try:
            pieces.append(_changed_model(text, known, model, entry, changes, newline))
        except (MergeError, YAMLError) as error:
            raise MergeError(f"line {known.line}: {error}") from error
    return [*pieces, _new_providers(text, section, begun, newline)] if begun else pieces


def _of_models(values: Mapping[str, Any], section: Section, models: _ByModel) -> _ByModel:
    """The changes of models, less those that stand with their provider."""
    elsewhere = {key: of_providers(values, {key: changes}, section) for key, changes in models.items()}
    return {key: changes for key, changes in models.items() if not elsewhere[key]}


def _changed_model(
    text: str, span: EntrySpan, model: str, values: Mapping[str, Any], changes: ModelChanges, newline: str
) -> _Piece:
    block = Block(text[span.start : span.end])
    for anchor in block.anchors:
        if re.search(rf"\*{re.escape(anchor)}(?![^\s,\]}}])", text):
            raise MergeError(f"&{anchor} is used elsewhere; write the values out first")

    def edit(mapping: CommentedMap) -> None:
        if not isinstance(mapping[model], CommentedMap):
            raise MergeError(f"{model} is no mapping")
        edit_entry(mapping[model], values, changes)

    new = block.edited(newline, edit, unchanged_parts(values, changes))
    return span.start, span.start + block.length, new


def _begun(values: Mapping[str, Any], section: Section, models: _ByModel) -> dict[str, dict[str, ModelChanges]]:
    """The new models of the providers that the section does not have yet, by provider and model."""
    begun: dict[str, dict[str, ModelChanges]] = {}
    for (provider, model), changes in models.items():
        if provider not in values.get(section, {}) and (changes.new or changes.vouched):
            begun.setdefault(provider, {})[model] = changes
    return begun


def _keys_of(provider: str, section: Section, models: Mapping[str, ModelChanges]) -> dict[str, str]:
    """What a new provider's entry says besides its models: the variable of its key, and the first model that is not
    retired for calls that name none. Under `more` it says nothing: nobody calls by it.
    """
    if section == MORE:
        return {}
    default = next((model for model, changes in models.items() if changes.keys.get("status") != "retired"), None)
    keys = {"env_var": next(iter(vendor(provider).key_env), None), "default_model": default}
    return {key: text for key, text in keys.items() if text is not None}


def _new_providers(
    text: str, section: Section, begun: Mapping[str, Mapping[str, ModelChanges]], newline: str
) -> _Piece:
    """The entries of new providers behind the last one of their section; `more` is begun where the file has none."""
    span = providers_span(text, section)
    if span is None and section == MORE:
        keys = root_span(text)
        if keys.flow:
            raise MergeError("the file is one line; write it out first")
        of_all = {name: CommentedMap({"models": _entries(models, flow=False)}) for name, models in begun.items()}
        return _new_entries(text, keys, {MORE: CommentedMap(of_all)}, newline)
    if span is None or not span.entries:
        raise MergeError("there is no provider in this file behind which another could be written")
    written = {}
    for provider, models in begun.items():
        stated = {key: quoted(value) for key, value in _keys_of(provider, section, models).items()}
        written[provider] = CommentedMap({**stated, "models": _entries(models, flow=span.flow)})
        if span.flow:
            written[provider].fa.set_flow_style()
    return _new_entries(text, span, written, newline)


def _entries(models: Mapping[str, ModelChanges], *, flow: bool) -> CommentedMap:
    """The entries of new models."""
    return CommentedMap({quoted(model): new_entry(changes, flow=flow) for model, changes in models.items()})


def _new_entries(text: str, span: EntriesSpan, entries: Mapping[str, CommentedMap], newline: str) -> _Piece:
    """New entries behind the last one, in the layout of their neighbours: on one line where they are."""
    written = dumped(CommentedMap({quoted(key): entry for key, entry in entries.items()})).removesuffix("\n")
    if span.flow:
        joined = written.replace("\n", ", ")
        return span.end, span.end, f"{', ' if span.entries else ''}{joined}"
    last = list(span.entries.values())[-1]
    place = last.start + Block(text[last.start : last.end]).length
    lines = "".join(f"{' ' * span.column}{line}{newline}" for line in written.split("\n"))
    whole = text[:place].endswith(("\r", "\n"))
    return place, place, lines if whole else newline + lines.removesuffix(newline)


def _verify(before: dict[str, Any], now: dict[str, Any], models: _ByModel) -> None:
    """MergeError unless the values of `now` are those of `before` with the changes made, and nothing else."""
    stated = _of_section(before, models, PROVIDERS)
    providers = _expected(before, now, PROVIDERS, stated)
    more = left_over(_expected(before, now, MORE, _of_section(before, models, MORE)), stated_by_now(before, stated))
    wanted = {**before, PROVIDERS: providers, MORE: more}
    if now != {key: value for key, value in wanted.items() if key != MORE or value or before.get(MORE) == {}}:
        raise MergeError("the merged text differs elsewhere, too")


def _expected(before: dict[str, Any], now: dict[str, Any], section: Section, models: _ByModel) -> dict[str, Any]:
    """The values of a section with its changes made; MergeError where those of a changed model are others `now`."""
    providers = {name: {**provider} for name, provider in before.get(section, {}).items()}
    for provider, entries in _begun(before, section, models).items():
        providers[provider] = {**_keys_of(provider, section, entries), "models": {}}
    for provider in {provider for provider, _ in models}:
        providers[provider]["models"] = {**providers[provider]["models"]}
    for provider, changes in of_providers(before, models, section).items():
        providers[provider] = expected_provider(providers[provider], changes)
    for (provider, model), changes in _of_models(before, section, models).items():
        entries = providers[provider]["models"]
        entries[model] = expected_values(entries.get(model, {}), changes)
        found = now.get(section, {}).get(provider, {}).get("models", {}).get(model)
        if not isinstance(found, dict) or _typed(_sorted(found)) != _typed(entries[model]):
            raise MergeError(f"the merged text does not say of {provider}/{model} what was intended")
        entries[model] = found
    return providers


def _sorted(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "rates": sorted_rates(entry["rates"])} if "rates" in entry else entry


def _typed(value: Any) -> Any:
    """The value with its types told apart where Python does not: to a reader True is not 1."""
    if isinstance(value, dict):
        return {key: _typed(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_typed(inner) for inner in value]
    return (bool, value) if isinstance(value, bool) else value
