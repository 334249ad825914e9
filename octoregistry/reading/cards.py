"""Prices outside of tables: a model's heading, and under it labels with prices, as cards and lists show them.

Only what stands in lines of a label and a price is read, and only where the unit is stated as tokens: beside a
card stand subscriptions, tools and sums of money. Sentences are left to whoever can read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from octoregistry.documents import Document, Passage
from octoregistry.reading.cells import CellContext
from octoregistry.reading.context import RATING, SWITCH, is_elsewhere, modality_label, modes_only
from octoregistry.reading.figures import Figure, Line, cell_figures
from octoregistry.reading.names import ids_named, is_model_name, shown_name
from octoregistry.reading.numbers import AMOUNT
from octoregistry.reading.rates import Evidence, Problem
from octoregistry.reading.reading import Field, Names, Reading
from octoregistry.reading.tiers import Tier, tier_in
from octoregistry.reading.units import Unit, unit_in
from octoregistry.reading.words import (
    CACHING,
    DIMENSIONS,
    FAMILY,
    MODALITIES,
    MODES,
    NONE,
    NOT_A_DIMENSION,
    NOT_PAID,
    PAID,
    PRICE_HEADING,
    READ_OR_WRITE,
    all_of,
    first_of,
)

_FAR = 40  # passages before a price that can say what it is the price of
_LONGEST_LABEL = 60
_LONGEST_LINE = 160
# A prompt size with the words around it, in which "prompts" is no dimension.
_TIER = re.compile(
    r"(?:\bprompts?\b|\bcontext\b)?\s*(?:[<>≤≥]=?|up to|over|above|under|more than)\s*[\d.,]+\s*[km]?\b(?:\s*(?:input|prompt)?\s*tokens?)?",
    re.IGNORECASE,
)
_PLAIN_AGAIN = re.compile(r"(?:new|current|regular|list|standard|today'?s) (?:api )?(?:pric|rate|cost)", re.IGNORECASE)
_UNIT_ALONE = re.compile(r"\s*(?:/|per\b)[^$€£¥]{1,30}$", re.IGNORECASE)
_UNIT_FIRST = re.compile(r"\s*每.*(?:token|令牌)\s*$", re.IGNORECASE)  # "每 100 万个令牌 $1.00"
_READ_OR_WRITE = re.compile(r"(?<=\s)(?:read|write)s?\W*$", re.IGNORECASE)
_CACHE_AND_MORE = re.compile(r"\b(?:prompt|context) caching\b", re.IGNORECASE)  # "Prompt caching Write $5 Read $1"
_NEXT = 4  # lines behind a name, of which one says what is counted
# A name of a family that is not known yet: one word and a version. A "Tier 4" is none.
_NEW_NAME = re.compile(
    r"(?!(?:Tier|Step|Level|Phase|Part|Section|Chapter|Table|Figure|Page|Note|Stage|Plan|Day|Version|Option)\b)[A-Z][a-z]{2,} \d{1,2}(?:\.\d{1,2})?$"
)
_TAGLINE = 4  # words; what is shorter may be a label
_PRAISE = re.compile(r"\benterprise\b|\b(?:high[- ])?volume\b|\bplanning\b", re.IGNORECASE)
_NO_TAGLINE = re.compile(
    r"pric|\brates?\b|\bcosts?\b|discount|customer|contract|\bplans?\b|\boff\b|month|seat", re.IGNORECASE
)
_SENTENCE = re.compile(r"[.!?]['”\")]?$|[a-z]\.\s+[A-Z]|。")


@dataclass(frozen=True, slots=True)
class _Card:
    """What the lines so far say about the prices to come. `mode` None: tabs were named and lost, it cannot be told.
    `offer` is the label over prices that are not those of a plain call. `modality` is that of the prices, "unclear" where
    several were named; `tab` is one that stands over several names, `before` says what the line before was. `named` is
    true in the line behind the name, `columns` where a free and a paid price follow each label, as the cells of a table
    that was written out."""

    name: str | None = None
    mode: str | None = "standard"
    dimension: str | None = None
    kinds: tuple[str, ...] = ()
    modality: str | None = None
    tab: str | None = None
    before: Literal["chip", "modality", "rating"] | None = None
    caching: bool = False
    tier_stated: bool = False
    above: Tier = None
    unit: Unit | None = None
    offer: str | None = None
    named: bool = False
    columns: bool = False


def read_cards(document: Document, context: CellContext) -> tuple[tuple[Figure, ...], tuple[Problem, ...]]:
    """Every price that stands in a line of its own under the name of a model, and what could not be read there."""
    figures: list[Figure] = []
    problems: list[Problem] = []
    ids = ids_named((passage.text, *passage.codes) for passage in document.passages)
    for _, run in groupby(document.passages, key=lambda passage: (passage.headings, passage.pane)):
        passages = list(run)
        amounts = [index for index, passage in enumerate(passages) if AMOUNT.search(passage.text)]
        if not amounts or _elsewhere(passages[0]):
            continue
        last = len(passages) - 1
        near = {index for amount in amounts for index in range(max(0, amount - _FAR), min(amount + 1, last) + 1)}
        lines = _lines(passages[index] for index in sorted(near))
        texts = [line for _, line in lines]
        card = _card_under(passages[0], ids, texts)
        for number, (passage, line) in enumerate(lines):
            if not AMOUNT.search(line):
                card = _after_label(card, line, context, ids, texts[number + 1 : number + 1 + _NEXT])
                continue
            whole = Evidence(document.url, passage.address, line)
            found, unread = _priced_line(_own_card(card, line, ids), line, whole, context)
            figures += found
            problems += unread
    return tuple(figures), tuple(problems)


def _lines(passages: Iterable[Passage]) -> list[tuple[Passage, str]]:
    """The lines of `passages`, each with its own; a unit that stands alone goes to the price above it: "$5", "/ MTok"."""
    lines: list[tuple[Passage, str]] = []
    for passage in passages:
        for line in passage.text.split("\n"):
            before = lines[-1][1].rstrip() if lines and _UNIT_ALONE.match(line) else ""
            ends = [amount.end() for amount in AMOUNT.finditer(before)]
            if ends and ends[-1] == len(before):
                lines[-1] = (lines[-1][0], f"{before} {line}")
            else:
                lines.append((passage, line))
    return lines


def _elsewhere(passage: Passage) -> bool:
    titles = [h.text for h in passage.headings if h.level > 1 or h is passage.headings[-1]]
    return any(is_elsewhere(title) for title in (*titles, passage.pane or ""))


def _card_under(passage: Passage, ids: frozenset[str], lines: list[str]) -> _Card:
    """The card that the headings over `passage` begin, which is the first under them; `lines` are all of it."""
    card = _Card()
    texts = [*(passage.pane.split("\u203a") if passage.pane else ()), *(h.text for h in passage.headings)]
    for text in texts:
        if len(modes := all_of(MODES, text)) == 1:
            card = replace(card, mode=modes[0])
    for heading in reversed(passage.headings):
        if _is_name(shown_name(heading.text), ids, lines):
            return replace(card, name=shown_name(heading.text), named=True)
        dimension = first_of(DIMENSIONS, heading.text)
        modality = modality_label(heading.text)
        if CACHING.match(heading.text):
            card = replace(card, caching=True)
        elif dimension and not card.dimension:
            card = replace(card, dimension=dimension, kinds=all_of(MODALITIES, heading.text))
        elif modality and not card.modality:
            card = replace(card, modality=modality, tab=modality)
        if not (dimension or modality or modes_only(heading.text) or PRICE_HEADING.search(heading.text)):
            break
    return card


def _after_label(card: _Card, line: str, context: CellContext, ids: frozenset[str], following: list[str]) -> _Card:
    """`card` once a line without a price has been read, and before the `following` ones are."""
    label = line.strip().rstrip(":：").strip()
    before, praised = card.before, card.named and _is_tagline(label)
    card = replace(card, before=None, named=False)
    if len(label) > _LONGEST_LABEL or _SENTENCE.search(label):
        return replace(card, dimension=None)
    if _is_name(shown_name(label), ids, following):
        tab = card.modality if before == "modality" else card.tab
        return _Card(name=shown_name(label), unit=card.unit, modality=tab, tab=tab, named=True)
    if SWITCH.search(f"per 1M tokens {label}") or SWITCH.search(label):
        return replace(card, mode=None, dimension=None)  # which of its prices is shown cannot be seen
    if RATING.match(label):
        return replace(card, before="rating", dimension=None)
    if before == "rating":
        return card  # "Speed: fast" praises a model
    if modality := modality_label(label):
        return _after_modality(card, label, modality, before)
    return _after_other_label(card, label, context, praised=praised)


def _after_modality(card: _Card, label: str, modality: str, before: str | None) -> _Card:
    """`card` once a line that names a modality and nothing else has been read."""
    if before == "chip" or (card.dimension and " " not in label):
        # "Input: text, image" tells what a model takes, not what a price buys
        return replace(card, before="chip", dimension=None)
    named = "unclear" if before == "modality" else modality
    return replace(card, before="modality", modality=named, dimension=None)


def _after_other_label(card: _Card, label: str, context: CellContext, *, praised: bool) -> _Card:
    if not praised and (offer := _offer_after(card.offer, label)) != card.offer:
        return replace(card, offer=offer, dimension=None)
    if modes := modes_only(label):
        return replace(card, mode=modes[0] if len(modes) == 1 else None, dimension=None, caching=False)
    if praised or NOT_PAID.search(label) or (card.columns and NONE.match(label)):
        return card
    if PAID.search(label):
        card = replace(card, columns=True)
    unit = unit_in(label)
    if unit and unit.factor is not None:
        card = replace(card, unit=unit)
    stated, above = tier_in(label, dict(context.thresholds))
    if stated:
        card = replace(card, tier_stated=True, above=above)
    if CACHING.match(label):
        # "Context caching" is the price of a read; under "Prompt caching" reads and writes are to come
        read = label.lower().startswith("context") or PRICE_HEADING.search(label.rsplit(maxsplit=1)[-1])
        return replace(card, caching=True, dimension="cached_input" if read else None)
    dimension = _dimension(card, label)
    if stated and dimension is None:
        return card  # "Prompts ≤ 200K tokens" between a dimension and its prices
    caching = dimension is not None and (card.caching or dimension.startswith("cache"))
    kinds = all_of(MODALITIES, label) if dimension else ()
    return replace(card, dimension=dimension, kinds=kinds, caching=caching if dimension else card.caching and stated)


def _is_name(text: str, ids: frozenset[str], following: list[str]) -> bool:
    """True for the name of a model: of a known family, one for which an id on the page vouches, or one behind which a
    line says what is counted."""
    return is_model_name(text, ids) or bool(_NEW_NAME.match(text) and any(map(_counts, following)))


def _counts(line: str) -> bool:
    """True for a label that says no more than what is counted: "Input", "Prompt caching"."""
    return bool(CACHING.match(line.strip())) or (len(line.split()) < 3 and first_of(DIMENSIONS, line) is not None)


def _is_tagline(label: str) -> bool:
    """True for what stands below a name to praise it: "For agents and enterprise work"."""
    if len(label.split()) < _TAGLINE or _NO_TAGLINE.search(label) or all_of(MODES, label) or unit_in(label):
        return False
    return is_elsewhere(label) and not is_elsewhere(_PRAISE.sub(" ", label))


def _offer_after(offer: str | None, label: str) -> str | None:
    """The label of another offer that holds from `label` on, until one says that plain prices follow."""
    if label and is_elsewhere(label):
        return label
    return None if _PLAIN_AGAIN.match(label) else offer


def _dimension(card: _Card, label: str) -> str | None:
    """The dimension that `label` names. "Write" and "Read" name one only under "Prompt caching"."""
    if NOT_A_DIMENSION.search(label) or (READ_OR_WRITE.match(label) and not card.caching):
        return None
    return first_of(DIMENSIONS, _TIER.sub(" ", label) if tier_in(label)[0] else label)


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    """(label, prices) of each part of `line`: "Input $5 / MTok Output $25 / MTok" has two."""
    amounts = [match.start() for match in AMOUNT.finditer(line)]
    start, first = 0, amounts[0]
    for amount, following in zip(amounts, [*amounts[1:], len(line)], strict=True):
        between = _TIER.sub(lambda size: " " * len(size.group()), line[amount:following])
        labels = [m for _, pattern in DIMENSIONS for m in pattern.finditer(between)] if following < len(line) else []
        labels += _READ_OR_WRITE.finditer(between) if following < len(line) else ()
        named = [
            m.start()
            for m in labels
            if not re.search(r"(?:/|per)\s*(?:1?\s?m(?:il\w*)?\s*)?$", between[: m.start()], re.I)
        ]
        if named:
            yield line[start:first], line[first : amount + min(named)]
            start, first = amount + min(named), following
    yield line[start:first], line[first:]


def _own_card(card: _Card, line: str, ids: frozenset[str]) -> _Card:
    """`card`, or another where the line names its model itself: "GPT-9 mini cached input: $0.50 / 1M tokens"."""
    label = line[: min(match.start() for match in AMOUNT.finditer(line))]
    starts = [found.start() for _, pattern in DIMENSIONS if (found := pattern.search(label))]
    named = shown_name(label[: min(starts)]) if starts else ""
    if not FAMILY.search(named) or named == card.name:
        return card
    return _Card(name=named if is_model_name(named, ids) else None, unit=card.unit, mode=card.mode, offer=card.offer)


def _priced_line(card: _Card, line: str, whole: Evidence, context: CellContext) -> tuple[list[Figure], list[Problem]]:
    figures: list[Figure] = []
    problems: list[Problem] = []
    if len(line) > _LONGEST_LINE or _SENTENCE.search(line):
        unit = unit_in(line)
        if unit and unit.factor is not None and card.name:
            problems.append(
                Problem(whole.page, whole.address, "a sentence states token prices; the rules read no sentences")
            )
        return figures, problems
    pieces = list(_pieces(line))
    if _CACHE_AND_MORE.search(line):
        card = replace(card, caching=True)
    if len(modes := all_of(MODES, pieces[0][0])) == 1:
        card = replace(card, mode=modes[0])  # "Batch: input $1.25, output $7.50"
    if card.dimension is None and (card.columns or (PAID.search(pieces[0][0]) and unit_in(pieces[0][0]))):
        unit = unit_in(line)
        if unit is None or unit.factor is not None:
            reason = f"{line[:_LONGEST_LABEL]!r} stands under a label that the rules do not know"
            problems.append(Problem(whole.page, whole.address, reason))
        return figures, problems
    for label, prices in pieces:
        if NOT_PAID.search(label) or len(label) > _LONGEST_LABEL:
            continue
        found, unread = _piece(card, label, replace(whole, text=_quoted(label, prices)), context)
        if found and (doubt := _doubt(card, whole.text)):
            problems.append(Problem(whole.page, whole.address, doubt))
        else:
            figures += [figure for figure in found if figure.price.unit_stated]
            unit = unit_in(prices) if not (found or unread) else None
            if unit and unit.factor is not None:
                problems.append(Problem(whole.page, whole.address, f"{whole.text!r} does not say what it prices"))
            problems += unread
            if any(not figure.price.unit_stated for figure in found):
                problems.append(Problem(whole.page, whole.address, f"{whole.text!r} states no unit"))
    return figures, problems


def _doubt(card: _Card, text: str) -> str | None:
    """Why the prices of `text` are not read though they were found, or None."""
    if card.name is None:
        return f"{text!r} stands under no model's name"
    if card.offer:
        return f"{text!r} stands under {card.offer!r}, which is not the price of a plain call"
    if card.modality == "unclear":
        return f"{text!r} stands under several modalities: which of them does it price?"
    if card.mode is None:
        return f"{text!r} stands under tabs, none of which is named"
    return None


def _quoted(label: str, prices: str) -> str:
    """What stands in the page, without a label that is glued to its price ("Input$5")."""
    return prices.strip() if label[-1:].isalpha() and not _UNIT_FIRST.match(label) else f"{label}{prices}".strip()


def _piece(
    card: _Card, label: str, evidence: Evidence, context: CellContext
) -> tuple[tuple[Figure, ...], tuple[Problem, ...]]:
    tier_stated, above = tier_in(label, dict(context.thresholds))
    dimension = _dimension(card, label)
    kinds = all_of(MODALITIES, label) if dimension else ()
    if dimension is None and (
        not re.search(r"\w", label) or tier_stated or PAID.search(label) or _modality(label) or _UNIT_FIRST.match(label)
    ):
        dimension, kinds = card.dimension, card.kinds
    unit = unit_in(label)
    field = Field(0, dimension, modalities=kinds, tier_stated=tier_stated, above=above, unit=unit)
    line = Line((card.name or "",), (), tier_stated=card.tier_stated, above=card.above)
    modes = all_of(MODES, label)
    mode = modes[0] if len(modes) == 1 else card.mode or "standard"
    modality = None if card.modality == "text" else card.modality
    reading = Reading(0, Names("heading", names=line.names), (field,), mode=mode, unit=card.unit, modality=modality)
    return cell_figures(evidence, field, line, reading, context)


def _modality(label: str) -> bool:
    return bool(all_of(MODALITIES, label)) and len(label.split()) <= 3
