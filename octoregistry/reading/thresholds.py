"""How many tokens a long context begins at, where heads or sentences of a page say so and leave nothing open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from octoregistry.documents import Document, Passage
from octoregistry.documents.document import Heading
from octoregistry.reading.classify import Classified
from octoregistry.reading.classify.names import plain
from octoregistry.reading.classify.tiers import Tier
from octoregistry.reading.layout.lines import sentences
from octoregistry.reading.settle.said import Reader, Thresholds

_LONGEST = 400  # letters of a sentence
_LONGEST_PASSAGE = 1500
_STATES = frozenset({"tier", "token", "price", "head", "function"})
"""What a sentence may say that states a threshold; a day, a place, a mode or a unit would say where else it holds."""
_BESIDE = _STATES | {"currency", "vendor", "unit", "speaks_of_table", "harmless"}
"""What may be said around it."""


def thresholds_of(document: Document, reader: Reader) -> Thresholds:
    """Where long contexts begin: of which models, as far as heads and sentences say it in words that are all understood.

    Another number in a sentence that leaves something open ("Previously, long context began above 128K input tokens") makes
    it unknown for all of which that may speak; so does the size of a window ("Long context: up to 1M tokens").
    """
    stated: defaultdict[str, set[int]] = defaultdict(set)
    open_numbers: set[int] = set()
    for said, clean in (*_heads(document, reader), *_passages(document, reader)):
        numbers = {b for tier in said.values("tier") for b in (tier.above, tier.up_to) if isinstance(b, int)}
        if not clean or not _bounds_the_long(said):
            open_numbers |= numbers
            continue
        for name in map(str, said.values("model") or ("",)):
            stated[name.lower()] |= numbers
    known = {name: own.pop() for name, own in stated.items() if len(own) == 1 and open_numbers <= own}
    return Thresholds({name: above for name, above in known.items() if name}, known.get(""))


def _heads(document: Document, reader: Reader) -> Iterator[tuple[Classified, bool]]:
    texts = dict.fromkeys(text for t in document.tables for row in t.rows[: t.header_rows] for text in row)
    for text in texts:
        if _may_state(text, reader):
            said = reader.says(plain(text), "column_head")
            if _states(said):
                yield said, _is_clean(said, _STATES | {"dimension"})


def _passages(document: Document, reader: Reader) -> Iterator[tuple[Classified, bool]]:
    for passage in document.passages:
        if len(passage.text) > _LONGEST_PASSAGE:
            continue
        parts = sentences(passage.text.replace("\n", " "))
        found = {text: reader.says(plain(text), "column_head") for text in parts if _may_state(text, reader)}
        found = {text: said for text, said in found.items() if _states(said)}
        if not found:
            continue
        around = all(_is_clean(reader.says(plain(text), "sentence"), _BESIDE) for text in parts if text not in found)
        around = around and not passage.hidden and _is_under_plain_headings(document, passage, reader)
        for said in found.values():
            yield (
                said,
                around
                and _is_clean(said, _STATES | {"model", "dimension"})
                and set(said.values("dimension")) <= {"input"},
            )


def _may_state(text: str, reader: Reader) -> bool:
    return len(text) <= _LONGEST and any(map(str.isdigit, text)) and reader.may_say(text, "tier:long", "tier:short")


def _states(said: Classified) -> bool:
    tiers = said.values("tier")
    bounds = [bound for tier in tiers for bound in (tier.above, tier.up_to)]
    return "unknown" in bounds and any(isinstance(bound, int) for bound in bounds)


def _bounds_the_long(said: Classified) -> bool:
    """True where each number is said to be where a short context ends or where a long one begins: nothing else is meant.

    Beside several words ("Short context: ≤272K. Long context: >272K") each must have its number behind it, or before it.
    """
    facts = sorted((fact for fact in said.facts if fact.slot == "tier"), key=lambda fact: fact.start)
    tiers = [fact.value for fact in facts]
    words = [tier for tier in tiers if "unknown" in (tier.above, tier.up_to)]
    sizes = [tier for tier in tiers if tier not in words]
    if all(word == words[0] for word in words):
        return all(_is_its_bound(words[0], size) for size in sizes)
    if len(tiers) % 2:
        return False
    pairs = list(zip(tiers[::2], tiers[1::2], strict=True))
    return all(_is_its_bound(*pair) for pair in pairs) or all(_is_its_bound(word, size) for size, word in pairs)


def _is_its_bound(word: Tier, size: Tier) -> bool:
    """True for "long context" and "> 272K", "short context" and "≤ 272K"; not for "long context" and "up to 1M"."""
    bound = Tier("unknown" if size.above else None, "unknown" if size.up_to else None)
    return word == bound and size != word


def _is_clean(said: Classified, slots: frozenset[str]) -> bool:
    return not said.leftover and {fact.slot for fact in said.facts} <= slots


def _is_under_plain_headings(document: Document, passage: Passage, reader: Reader) -> bool:
    """True where the headings over `passage`, and its pane, say nothing of their own, or stand over every table as well."""
    if passage.pane is not None:
        return False

    def is_plain(heading: Heading) -> bool:
        everywhere = bool(document.tables) and all(heading in table.headings for table in document.tables)
        return everywhere or _is_clean(reader.says(plain(heading.text), "heading"), _BESIDE)

    return all(map(is_plain, passage.headings))
