"""The charges of a provider's tools, and of models of which no token has a price, in the provider's own entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from octoregistry.merging.block import Block, Part, dumped
from octoregistry.merging.entry import MergeError, add_charges
from octoregistry.merging.layout import CHARGE_KEYS, NESTED_KEYS, flow_mapping
from octoregistry.merging.model_changes import ModelChanges, with_charges
from octoregistry.merging.spans import EntriesSpan, keys_spans
from octoregistry.planning.charge_keys import TOOLS

SOURCE = "charges_source"
_Piece = tuple[int, int, str]


def of_providers(
    values: Mapping[str, Any], models: Mapping[tuple[str, str], ModelChanges], section: str = "providers"
) -> dict[str, ModelChanges]:
    """The changes of charges that stand with their provider: of its tools, and of models that the file has not."""
    found: dict[str, ModelChanges] = {}
    for (provider, model), changes in models.items():
        if not _is_of_provider(values.get(section, {}), provider, model, changes):
            continue
        mine = found.setdefault(provider, ModelChanges())
        named = {} if model == TOOLS else {"model": model}
        mine.charges += [{**named, **charge} for charge in changes.charges]
        mine.nested |= {SOURCE: changes.nested["source"]} if "source" in changes.nested else {}
    return found


def _is_of_provider(providers: Mapping[str, Any], provider: str, model: str, changes: ModelChanges) -> bool:
    if provider not in providers or changes.new or model in providers[provider].get("models", {}):
        return False
    return bool(changes.charges) or model == TOOLS


def provider_pieces(
    text: str, changed: Mapping[str, ModelChanges], newline: str, section: str = "providers"
) -> list[_Piece]:
    """The text replacements: the lists with more behind them, or new keys before the provider's models."""
    spans = keys_spans(text, section)
    return [
        piece for provider, changes in changed.items() for piece in _pieces(text, spans[provider], changes, newline)
    ]


def _pieces(text: str, span: EntriesSpan, changes: ModelChanges, newline: str) -> list[_Piece]:
    if span.flow:
        raise MergeError("the provider stands on one line; write it out first")
    models = span.entries["models"]
    pieces: list[_Piece] = []
    new = CommentedMap()
    if changes.charges and "charges" in span.entries:
        pieces.append(_longer(text, span, changes.charges, newline))
    elif changes.charges:
        new["charges"] = CommentedSeq(flow_mapping(charge, CHARGE_KEYS) for charge in changes.charges)
    if source := changes.nested.get(SOURCE):
        if known := span.entries.get(SOURCE):
            block = Block(text[known.start : known.end])

            def edit(mapping: CommentedMap) -> None:
                kept = {**mapping[SOURCE], **flow_mapping(source, NESTED_KEYS["source"])}
                mapping[SOURCE].update({key: value for key, value in kept.items() if value is not None})

            pieces.append((known.start, known.start + block.length, block.edited(newline, edit)))
        else:
            new[SOURCE] = flow_mapping(source, NESTED_KEYS["source"])
    if new:
        lines = dumped(new).removesuffix("\n").split("\n")
        margin = " " * span.column
        pieces.append((models.start, models.start, "".join(f"{margin}{line}{newline}" for line in lines)))
    return pieces


def _longer(text: str, span: EntriesSpan, charges: list[dict[str, Any]], newline: str) -> _Piece:
    known = span.entries["charges"]
    if known.reference:
        raise MergeError(f"line {known.line}: charges is a reference; write it out first")
    block = Block(text[known.start : known.end])

    def edit(mapping: CommentedMap) -> None:
        add_charges(mapping, charges, ("charges",))

    unchanged: set[Part] = set()
    return known.start, known.start + block.length, block.edited(newline, edit, unchanged)


def expected_provider(entry: Mapping[str, Any], changes: ModelChanges) -> dict[str, Any]:
    """A provider's values with the charges and their source changed."""
    source = {
        **entry.get(SOURCE, {}),
        **{key: _as_text(value) for key, value in changes.nested.get(SOURCE, {}).items()},
    }
    return {**entry, **with_charges(entry, changes.charges), **({SOURCE: source} if source else {})}


def _as_text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
