"""What stands over a table: its mode, its unit, its modality, the model that a heading names, where the prices apply."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from octoregistry.documents import Document, Heading, Passage, Table
from octoregistry.reading.names import ids_named, is_model_name, looks_like_id, shown_name
from octoregistry.reading.numbers import AMOUNT
from octoregistry.reading.tiers import comparison_in
from octoregistry.reading.units import Unit, unit_in
from octoregistry.reading.words import (
    ANOTHER_OFFER,
    CHEAPER,
    DIMENSIONS,
    ELSEWHERE,
    INPUT_ONLY,
    LONG_CONTEXT,
    MODALITIES,
    MODES,
    NEGATED,
    OTHER_CURRENCY,
    all_of,
    first_of,
)

_LONGEST_LABEL = 48
_LONGEST_PASSAGE = 1500
_NEAR = 40
_MODALITY_LABEL = re.compile(r"^(?P<modality>\w+)(?:[ -](?:tokens?|tokeny?|トークン|令牌))?$", re.IGNORECASE)
_ONLY_PRICES = re.compile(
    r"^(?:api )?(?:pric(?:e|es|ing)|costs?|rates?|preise?|prix|precios?|料金|价格)$", re.IGNORECASE
)
_NO_MODEL = re.compile(
    r"pric(?:e|es|ing)\b|\bcosts?\b|preise?|tarif|precios?|preços?|prezzi|料金|价格|價格|가격|\bmodels\b|\btools?\b|\bagents?\b",
    re.IGNORECASE,
)


def labels_of(passages: tuple[Passage, ...]) -> Iterator[str]:
    """The lines of `passages` that are labels rather than sentences, the nearest first."""
    for passage in reversed(passages):
        for line in reversed(passage.text.split("\n")):
            if (
                0 < len(line) <= _LONGEST_LABEL
                and "://" not in line
                and not line.rstrip().endswith((".", ":", "!", "?", ","))
            ):
                yield line


@dataclass(frozen=True, slots=True)
class Undecided:
    """Why a table's mode cannot be told."""

    reason: str


def mode_over(document: Document, table: Table) -> str | Undecided:
    """The mode that the pane, a label or a heading over `table` names; "standard" where none of them names one."""
    for text in (table.caption or "", *reversed(table.panes)):
        if found := all_of(MODES, text):
            return _single(found, text)
    if tabs := _tab_line(document, table):
        return tabs
    lead = document.lead(table)
    if switch := SWITCH.search(" ".join(passage.text for passage in lead)):
        return Undecided(f"{switch['switch']!r} is a switch that stands over it, and whether it is on cannot be seen")
    labels = [label for label in labels_of(lead) if not NEGATED.search(label)]
    for label in _mode_labels(lead):
        return _single(all_of(MODES, label), label)
    if not labels and _neighbour_is_labelled(document, table):
        return Undecided("the tables beside it are labelled with modes, this one is not")
    for heading in reversed(table.headings):
        if found := all_of(MODES, heading.text):
            return _single(found, heading.text)
    if told := next((s for s in sentences_of(reversed(lead), shorter_than=200) if _TELLS_A_MODE.search(s)), None):
        named = [mode for mode in all_of(MODES, told) if mode != "standard"]
        if named:
            return Undecided(f"{told!r} stands over it: are these {named[0]} prices?")
    return "standard"


# "The following prices apply to the Batch API.", "Prices in the table include the batch discount."
_TELLS_A_MODE = re.compile(
    r"\b(?:following|these|below|table)\b.*\b(?:prices?|rates?|pricing)\b"
    r"|\b(?:prices?|rates?|pricing)\b.*\b(?:following|below|table)\b",
    re.IGNORECASE,
)
# "Price per 1M tokens", and beside it "Batch API price": a page that shows one price at a time.
SWITCH = re.compile(
    r"\bper\s+(?:1\s*m(?:illion)?|million)\s+tokens\W+(?P<switch>(?:batch|flex|priority)\s+api\s+price)(?!\w)(?!\s*:)",
    re.IGNORECASE,
)
# Labels whose value stands in the next line: "Speed", and then "Fast", which is no mode.
RATING = re.compile(r"^(?:speed|latency|intelligence|reasoning|performance|capability|quality)$", re.IGNORECASE)
# What may stand beside a mode in a label that names it: "Batch API prices:" does, "Save with Batch" does not.
_BESIDE_A_MODE = re.compile(
    r"\b(?:api|prices?|pricing|processing|service|tier|mode|rates?|requests?|jobs?|tokens?|text|costs?|off|discount|preise?|models?|per|1m|usd|in|für|prix|de|precios?|prezzi|preços?)\b",
    re.IGNORECASE,
)


def is_mode_label(label: str) -> bool:
    """True for a label that names a mode and little else: "Batch API prices:", but not "Save with Batch"."""
    if not label or len(label) > _LONGEST_LABEL or NEGATED.search(label) or not all_of(MODES, label):
        return False
    rest = label
    for _, pattern in MODES:
        rest = pattern.sub(" ", rest)
    return not re.search(r"[^\W\d_]", _BESIDE_A_MODE.sub(" ", rest))


def _mode_labels(lead: tuple[Passage, ...]) -> Iterator[str]:
    """The lines over a table that name a mode, the nearest first."""
    lines = [line.strip().rstrip(":").strip("* ") for passage in lead for line in passage.text.split("\n")]
    rated = [False, *(bool(RATING.match(line)) for line in lines)]
    return (
        line
        for line, value in zip(reversed(lines), reversed(rated[:-1]), strict=True)
        if not value and is_mode_label(line)
    )


def _single(found: tuple[str, ...], text: str) -> str | Undecided:
    return found[0] if len(found) == 1 else Undecided(f"{text!r} names more than one mode")


def _tab_line(document: Document, table: Table) -> str | Undecided | None:
    """The mode of a table whose tabs stand in a line over the first of them: "Standard Batch Flex Priority"."""
    if table.pane:
        return None
    section = document.section(table)
    for position, passage in reversed(list(enumerate(section))):
        modes = modes_only(passage.text)
        first = position
        while len(modes) == 1 + position - first and first > 0 and len(modes_only(section[first - 1].text)) == 1:
            if document.table_between(section[first - 1], section[first]):
                break
            first -= 1
            modes = modes_only(section[first].text) + modes
        if len(modes) < 2 or len(set(modes)) < len(modes):
            continue
        siblings = [t for t in document.siblings(table) if t.after >= section[position].number]
        if len(siblings) != len(modes):
            return Undecided(f"{len(modes)} tabs stand over {len(siblings)} tables")
        return modes[siblings.index(table)]
    return None


def modes_only(text: str) -> tuple[str, ...]:
    """The modes that `text` lists, where it holds nothing else."""
    words = re.split(r"\s{2,}|[|,/·•\n]|\s(?=[A-Z])", text) if len(text) <= _LONGEST_LABEL * 2 else []
    found = [first_of(MODES, word) for word in words if word.strip()]
    return tuple(m for m in found if m) if found and all(found) else ()


def _neighbour_is_labelled(document: Document, table: Table) -> bool:
    before = document.tables[table.number - 2] if table.number > 1 else None
    return bool(
        before
        and not before.pane
        and before.headings == table.headings
        and any(all_of(MODES, label) for label in labels_of(document.lead(before)))
    )


def unit_over(document: Document, table: Table) -> Unit | None:
    """The unit that the caption, a passage under the same heading, or a heading states for `table`."""
    texts = [table.caption or "", *reversed(table.panes)]
    texts += sentences_of(reversed(document.section(table)), shorter_than=200)
    texts += [heading.text for heading in reversed(table.headings)]
    unit = next((unit for text in texts if text and (unit := unit_in(text))), None)
    if unit:
        return unit
    for heading in reversed(table.headings[:-1]):
        for text in sentences_of(document.under(heading)[:_NEAR], shorter_than=120):
            # further away, "billed per call" speaks of something else
            if (unit := unit_in(text)) and unit.factor is not None:
                return unit
    behind = document.passages[table.after : table.after + _NEAR]
    under_it = [p for p in behind if p.headings == table.headings]
    told = (text for text in sentences_of(under_it, shorter_than=120) if _ALL_PRICES.search(text))
    return next((unit for text in told if (unit := unit_in(text))), None)


def choice_of_units(document: Document, table: Table) -> str | None:
    """The labels of a switch between units ("per 1K tokens", "per 1M tokens") that stands over `table`, or None: which
    of them is on cannot be seen."""
    if table.caption and unit_in(table.caption):
        return None
    labels = [label for label in labels_of(document.section(table)) if not _BESIDE_A_UNIT.sub(" ", label).strip()]
    found = {unit.factor: label for label in labels if (unit := unit_in(label)) and unit.factor is not None}
    return " / ".join(reversed(found.values())) if len(found) > 1 else None


_BESIDE_A_UNIT = re.compile(
    r"\b(?:price[sd]?|pricing|show|view|in|usd|us|dollars?|per|tokens?|tok|mtok|ktok|1?\s?[km]|thousand|million|1[,.]?000(?:[,.]?000)?)\b|[^\w\s]",
    re.IGNORECASE,
)


# "All prices are per 1,000 tokens." may stand below the table that it speaks of.
_ALL_PRICES = re.compile(r"\b(?:all|prices|pricing|rates|costs|preise|prix|precios|preços|prezzi)\b", re.IGNORECASE)


def sentences_of(passages: Iterable[Passage], *, shorter_than: int) -> Iterator[str]:
    """The sentences that speak of prices in general: those that state one have their own unit."""
    for passage in passages:
        for sentence in re.split(r"(?<=[.!?])\s+|\n", passage.text[:_LONGEST_PASSAGE]):
            if len(sentence) < shorter_than and not AMOUNT.search(sentence):
                yield sentence


def modality_label(label: str) -> str | None:
    """The modality that a label such as "Audio tokens" names and nothing else, or None."""
    match = _MODALITY_LABEL.match(label.strip())
    return first_of(MODALITIES, match["modality"]) if match else None


def modality_over(document: Document, table: Table) -> str | None:
    """The modality of a table under a label such as "Audio tokens", or None."""
    labels = [*labels_of(document.lead(table)), *(h.text for h in reversed(table.headings)), *table.panes]
    modality = next((modality for label in labels if (modality := modality_label(label))), None)
    return None if modality == "text" else modality


def other_currency_over(document: Document, table: Table) -> str | None:
    """The sentence or heading over `table`, or below it, that states another currency than US dollars, or None."""
    texts = [table.caption or "", *sentences_of(reversed(document.section(table)), shorter_than=200)]
    texts += [heading.text for heading in table.headings]
    behind = [p for p in document.passages[table.after : table.after + _NEAR] if p.headings == table.headings]
    texts += [text for text in sentences_of(behind, shorter_than=120) if _ALL_PRICES.search(text)]
    return next((text for text in texts if OTHER_CURRENCY.search(text) and not _DOLLARS.search(text)), None)


def dollars_over(document: Document, table: Table) -> bool:
    """True where a caption, a heading or a sentence over `table` says that prices are in US dollars for so many tokens, so
    that a figure needs no currency of its own."""
    texts = [table.caption or "", table.headings[-1].text if table.headings else ""]
    texts += sentences_of(reversed(document.lead(table)), shorter_than=120)
    return any(_DOLLARS.search(text) and (unit := unit_in(text)) and unit.factor is not None for text in texts)


_DOLLARS = re.compile(r"US\s?\$|\bUSD\b|\bUS dollars?\b", re.IGNORECASE)


def elsewhere(document: Document, table: Table) -> str | None:
    """The label that says `table` prices something else than calls of the vendor's own API, or None."""
    titles = [h.text for h in table.headings if h.level > 1 or h is table.headings[-1]]
    label = next(iter(labels_of(document.lead(table))), "")
    return next((text for text in (*titles, *table.panes, table.caption or "", label) if is_elsewhere(text)), None)


def is_elsewhere(label: str) -> bool:
    """True for a label whose prices are not those of a plain call: another cloud, another contract, an old price."""
    if ELSEWHERE.search(label) or ANOTHER_OFFER.search(label):
        return True
    return bool(CHEAPER.search(label)) and not all_of(MODES, label) and not first_of(DIMENSIONS, label)


def input_only(document: Document, table: Table) -> bool:
    """True where the heading or a label over `table` speaks of embeddings, whose one price is that of the input."""
    texts = [table.caption or "", *(h.text for h in table.headings), *labels_of(document.lead(table))]
    return any(INPUT_ONLY.search(text) for text in texts)


def heading_model(document: Document, table: Table) -> Heading | None:
    """The innermost heading over `table` that can name a model, or None.

    Beyond a heading such as "Pricing" stands the title of the page: only what can be nothing but a name is one there.
    """
    within = False
    for heading in reversed(table.headings):
        name = shown_name(heading.text)
        if (all_of(MODES, heading.text) and len(name.split()) <= 2) or modality_label(name):
            continue
        if _ONLY_PRICES.match(name):
            within = True
            continue
        if within:
            ids = ids_named((passage.text, *passage.codes) for passage in document.under(heading))
            return heading if looks_like_id(name) or is_model_name(name, ids) else None
        if _NO_MODEL.search(name) or not re.search(r"[A-Za-z]", name) or first_of(DIMENSIONS, name):
            return None
        return heading
    return None


def ids_under(document: Document, heading: Heading, table: Table) -> tuple[str, ...]:
    """The API ids that the page gives for the model of `heading`: code spans that stand alone, or else linked ids."""
    alone: list[str] = []
    linked: list[str] = []
    for passage in document.under(heading):
        if passage.number > table.after:
            break
        ids = [code for code in passage.codes if looks_like_id(code)]
        rest = passage.text
        for code in sorted(passage.codes, key=len, reverse=True):
            rest = rest.replace(code, " ")
        if ids and not re.search(r"\w", _ID_LABEL.sub(" ", rest)):
            alone += ids
        elif len(passage.text) <= _LONGEST_LABEL:
            linked += [code for code in ids if code not in passage.text]
    return tuple(dict.fromkeys(alone or linked))


_ID_LABEL = re.compile(r"\b(?:api|model) (?:id|code|name)s?\b", re.IGNORECASE)


def thresholds(document: Document) -> dict[str, int]:
    """What the page's own words for tiers mean, where a header or tooltip says it once: {"long context": 272000}."""
    stated = {
        compared[1]
        for table in document.tables
        for row in table.rows[: table.header_rows]
        for text in row
        if LONG_CONTEXT.search(text) and (compared := comparison_in(text))
    }
    return {"long context": stated.pop()} if len(stated) == 1 else {}
