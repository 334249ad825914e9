"""What a label says: a function of its text and place. Understanding a word and using it up is one act."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

from octoregistry.reading.classify.days import spans
from octoregistry.reading.classify.facts import Classified, Fact
from octoregistry.reading.classify.names import SEPARATOR as NAMES_APART
from octoregistry.reading.classify.names import Families, continues_name, looks_like_id, models_in, split_names
from octoregistry.reading.classify.scan import STARTS, USED, Index, fold, found_at, index_of, spaced, whole
from octoregistry.reading.classify.tiers import Tier, tiers
from octoregistry.reading.classify.units import token_words, units
from octoregistry.reading.labels import Place
from octoregistry.reading.vocabulary import Row, Vocabulary

__all__ = ["Classified", "Fact", "Families", "classify", "name_cell"]

LONGEST = 600
"""Letters of a label that are looked at; what is longer is left over."""
_BETWEEN = re.compile(r"[\s,;:.()\[\]{}|·•*\"'’“”‘、。・「」&/_…–—†‡§\\-]+")
_TIGHT = re.compile(r"[\s,;:.()\[\]|·•*\"'、。†‡§]+")
_FOOTNOTE = re.compile(rf"(?<={USED}{USED}{USED})\d(?=\s*(?:[)|,;]|$))")
_RAISED = re.compile(r"(?<!\S)[⁰¹²³⁴⁵⁶⁷⁸⁹](?!\S)")  # a footnote's mark; two of them may be cents
_LISTED = re.compile(rf"(?<={USED})\s?/\s?(?={USED})")
_NAMELESS: frozenset[Place] = frozenset({"cell"})


@lru_cache(maxsize=20_000)
def classify(text: str, place: Place, vocabulary: Vocabulary, families: Families, page_date: date) -> Classified:
    """What `text` says in `place`: its facts in their order, and what is left over."""
    index = index_of(vocabulary)
    settled = whole(text, place, index)
    if settled and settled.means == "harmless":
        return Classified((Fact("harmless", True, 0, len(text), settled),))
    cut = text[:LONGEST]
    rest = list(spaced(fold(cut)))
    facts: list[Fact] = []
    if place not in _NAMELESS:
        for start, stop in models_in(cut, families):
            end = _whole_name(cut, stop, place, index) if place in _TITLES else stop
            facts.append(Fact("model", cut[start:end].strip(" :,;–—-"), start, end))
            _use(rest, start, end)
    _grammars(rest, cut, facts, vocabulary, page_date)
    _words(rest, place, facts, vocabulary)
    if settled:
        return _settled(Classified(tuple(facts)), settled)
    left = _leftover(rest, cut, place)
    if len(text) > LONGEST:
        left = f"{left} … {text[LONGEST:][:40]}".strip()
    return Classified(tuple(sorted(facts, key=lambda fact: fact.start)), left)


_TITLES: frozenset[Place] = frozenset({"heading", "row_head", "lead", "column_head"})
_NAME_WORD = re.compile(r"\s(?:[A-Z][\w-]*|\d[\w.]*)(?=[\s(,:]|$)")


def _whole_name(text: str, end: int, place: Place, index: Index) -> int:
    """Where a name ends that goes on in words of its own: "Gemini 2.5 Computer Use Preview"."""
    folded = spaced(fold(text))
    while match := _NAME_WORD.match(text, end):
        if found_at(folded, match.start() + 1, place, index):
            break
        end = match.end()
    return end


def _settled(said: Classified, row: Row) -> Classified:
    """`said` where `row` says that nothing else in the label changes a price, what it denies included."""
    facts = (*said.facts, Fact("harmless", "rest", 0, 0, row))
    return Classified(tuple(sorted((f for f in facts if f.slot != "negation"), key=lambda fact: fact.start)))


def _use(rest: list[str], start: int, end: int) -> None:
    rest[start:end] = USED * (end - start)


def _grammars(rest: list[str], text: str, facts: list[Fact], vocabulary: Vocabulary, page_date: date) -> None:
    """Days, prompt sizes and units; the day is looked for where ISO dates still have their hyphens."""
    if any(map(str.isdigit, text)):
        folded = _without_used(rest, fold(text).replace("\n", " "))
        for start, end, span in spans(folded, vocabulary, page_date):
            if USED not in rest[start:end]:
                facts.append(Fact("note" if span is None else "days", span, start, end))
                _use(rest, start, end)
    of_others: list[
        tuple[int, list[str]]
    ] = []  # a number of something else is no prompt size and no unit: it is left over
    for start, end, tier in tiers("".join(rest), vocabulary):
        if tier is None:
            of_others.append((start, rest[start:end]))
        else:
            facts.append(Fact("tier", tier, start, end))
        _use(rest, start, end)
    for stretches, unit in units("".join(rest), vocabulary):
        facts.append(Fact("unit", unit, stretches[0][0], stretches[-1][1]))
        for start, end in stretches:
            _use(rest, start, end)
    for start, signs in of_others:
        rest[start : start + len(signs)] = signs


def _words(rest: list[str], place: Place, facts: list[Fact], vocabulary: Vocabulary) -> None:
    index = index_of(vocabulary)
    text = "".join(rest)
    end = 0
    for start in STARTS.finditer(text):
        at = start.start()
        if at < end or (hit := found_at(text, at, place, index)) is None:
            continue
        row, end = hit
        slot, _, said = row.means.partition(":")
        if (
            slot == "function"
            and place in _BESIDE_A_FIGURE
            and (text[end : end + 1] == "." or _qualifies(row, vocabulary))
        ):
            continue  # "est. $2.50" is no French verb, and "von" and "da" say where prices begin
        value: Any = said or True
        if slot == "model":
            value = said or row.text
        if slot == "when" and "=" not in said:
            value = f"{said}={text[at:end].strip()}"
        if slot == "tier":
            value = Tier(above="unknown") if said == "long" else Tier(up_to="unknown")
        facts.append(Fact(slot, value, at, end, row))
        _use(rest, at, end)
    for match in token_words(vocabulary.grammar).finditer(text):
        if USED not in rest[match.start() : match.end()]:
            facts.append(Fact("token", True, match.start(), match.end()))
            _use(rest, match.start(), match.end())


_BESIDE_A_FIGURE: frozenset[Place] = frozenset({"cell", "in_line"})
_QUALIFY = ("from", "starts", "until", "below", "above", "below_behind", "above_behind", "was", "not_before")


def _qualifies(row: Row, vocabulary: Vocabulary) -> bool:
    """True for a word that has another sense, in whatever language, in which it bounds a price or denies it."""
    senses = (*(f"word:{sense}" for sense in _QUALIFY), "negation", "none")
    return any(row.text in vocabulary.words(means) for means in senses)


def _leftover(rest: list[str], text: str, place: Place) -> str:
    """What of `text` is not used up. In a cell a bare hyphen or slash counts: "$1.80-$3.00" is no price."""
    kept = _without_used(rest, text)
    signs = _TIGHT if place == "cell" else _BETWEEN
    kept = _LISTED.sub(USED, _FOOTNOTE.sub(USED, _RAISED.sub(USED, kept)))
    parts = (" ".join(part.split()) for part in kept.split(USED))
    return " … ".join(part for part in parts if part and signs.sub("", fold(part)))


def _without_used(rest: list[str], text: str) -> str:
    """`text` with those characters blanked that are used up in `rest`."""
    return "".join([USED if used == USED else own for used, own in zip(rest, text, strict=True)])


_BRACKETS = re.compile(r"[(（\[]([^()（）\[\]]{0,200}(?:\([^()]{0,80}\)[^()]{0,80})?)[)）\]]")
_PART_OF_NAME = re.compile(
    r"(?!\d$)(?:\d+(?:\.\d+)?\s?[bBmM](?:-[aA]\d+[bB])?|v?\d+(?:\.\d+)*|\d{2,4}[-.]\d{2}(?:[-.]\d{2})?)$"
)


@lru_cache(maxsize=4096)
def name_cell(
    text: str, vocabulary: Vocabulary, families: Families, page_date: date
) -> tuple[tuple[str, ...], Classified]:
    """(the models, what the rest says) of a cell in a column of names: a name is what remains after days, sizes, notes
    and a trailing mode are taken out of it. What stands in brackets and is not understood stays, and is left over."""
    facts: list[Fact] = []
    left: list[str] = []
    lines = [line for line in text.split("\n") if line.strip()]
    name, more = (lines[0], lines[1:]) if lines else ("", [])
    name = _with_lines(name, more, facts, left, (vocabulary, families, page_date))

    def bracket(match: re.Match[str]) -> str:
        inside = match[1].strip()
        if _PART_OF_NAME.match(inside):
            return match.group()
        said = classify(inside, "row_head", vocabulary, families, page_date)
        if said.values("note") and not said.leftover and {fact.slot for fact in said.facts} <= _OF_A_NOTE:
            return " "  # "(retired, except on Bedrock)" says where it still runs, not whose price it is
        facts.extend(fact for fact in said.facts if fact.slot != "model")
        if said.leftover:
            left.append(said.leftover)
            return match.group()
        return " "

    name = _BRACKETS.sub(bracket, name)
    rest = list(spaced(fold(name)))
    own: list[Fact] = []
    _grammars(rest, name, own, vocabulary, page_date)
    own = [fact for fact in own if fact.slot != "unit"]
    index = index_of(vocabulary)
    for at in range(len(rest)):
        hit = found_at("".join(rest), at, "row_head", index) if rest[at] not in (" ", USED) else None
        if hit and hit[0].means.partition(":")[0] in _TRAILING and _is_remark(name, at, hit[1], hit[0].means):
            slot, _, said_value = hit[0].means.partition(":")
            own.append(Fact(slot, said_value or True, at, hit[1], hit[0]))
            _use(rest, at, hit[1])
    facts += own
    for fact in sorted(own, key=lambda fact: -fact.start):
        name = name[: fact.start] + " " + name[fact.end :]
    name = _without_remarks(name, facts, left, (vocabulary, families, page_date))
    name, behind = _own_name(name, vocabulary, families, page_date)
    if behind is not None:
        facts += [fact for fact in behind.facts if fact.slot != "model"]
        left += [behind.leftover] if behind.leftover else []
    said = Classified(tuple(facts), " … ".join(left))
    settled = whole(text, "row_head", index)
    return split_names(name), _settled(said, settled) if settled else said


def _with_lines(
    name: str, more: list[str], facts: list[Fact], left: list[str], known: tuple[Vocabulary, Families, date]
) -> str:
    """`name` with those of the lines below it that go on with it. What the others say goes to `facts`, what of them nobody
    understands to `left`."""
    for line in more:
        of_place = classify(line, "row_head", *known).values("place")
        if looks_like_id(line) and not looks_like_id(name) and not of_place:
            facts.append(Fact("id", line, 0, 0))
            continue
        if models_in(line, known[1]) and len(line.split()) < _WORDS_OF_A_NAME:
            name += f"\n{line}"
            continue
        if continues_name(line, known[1]):
            name += f" {line.strip()}"
            continue
        said = classify(line, "row_head", *known)
        facts += [fact for fact in said.facts if fact.slot != "model"]
        if said.leftover:
            left.append(said.leftover)
    return name


def _without_remarks(text: str, facts: list[Fact], left: list[str], known: tuple[Vocabulary, Families, date]) -> str:
    """`text` without those of its parts that are no names: "gpt-9, Enterprise". What they say goes to `facts`, and to `left`
    what nobody understands behind a name that is known."""
    parts = list(NAMES_APART.finditer(text))
    kept = text[: parts[0].start()] if parts else text
    named = bool(models_in(kept, known[1]))
    ends = [*(part.start() for part in parts[1:]), len(text)]
    for part, end in zip(parts, ends[: len(parts)], strict=True):
        own = text[part.end() : end]
        said = classify(own.strip(), "row_head", *known)
        remark = not said.leftover and {fact.slot for fact in said.facts} & _OF_A_PRICE
        unknown = named and said.leftover and not _may_be_name(own, known[1])
        if said.values("model") or not (remark or unknown):
            kept += part.group() + own
            continue
        facts += said.facts
        left += [said.leftover] if said.leftover else []
    return kept


def _may_be_name(text: str, families: Families) -> bool:
    """True for what has a number, the shape of an id, a family's name, or words that go on a name."""
    return any(map(str.isdigit, text)) or looks_like_id(text.strip()) or continues_name(text, families) or any(
        re.search(family, text.lower()) for family in families.families
    )  # fmt: skip


_OF_A_PRICE = {"mode", "offer", "place", "currency", "unit", "days", "tier", "modality", "dimension"}


def _own_name(text: str, vocabulary: Vocabulary, families: Families, page_date: date) -> tuple[str, Classified | None]:
    """(the name, what is said behind it): "gpt-9 on Azure" is gpt-9, elsewhere; "Opus 9For long drafts" has lost a line break."""
    spans = models_in(text, families)
    known = (vocabulary, families, page_date)
    if not spans and (apart := _DASHED.search(text)):
        said = classify(text[apart.end() :].strip(), "row_head", *known)
        remark = not said.leftover and {fact.slot for fact in said.facts} & _OF_A_PRICE
        return (text[: apart.start()], said) if remark else (text, None)
    if len(spans) != 1 or text[: spans[0][0]].strip():
        return text, None
    end = spans[0][1]
    rest = text[end:]
    said = classify(rest.strip(), "row_head", *known)
    glued = rest[:1].isalpha() or len(rest.split()) >= _WORDS_OF_A_NAME
    says = {fact.slot for fact in said.facts} & (_OF_A_PRICE if _DASHED.match(rest) else _OF_A_PRICE - _IN_NAMES)
    if glued or (says and not said.leftover):
        return text[:end], said
    return text, None


_DASHED = re.compile(r"\s[-–—|·]\s(?!.*\s[-–—|·]\s)")
_IN_NAMES = {"modality", "dimension"}
_OF_A_NOTE = {"note", "negation", "offer", "place", "function", "vendor"}
_WORDS_OF_A_NAME = 5
_TRAILING = {"mode", "note", "offer", "place", "modality", "negation"}


def _is_remark(name: str, start: int, end: int, means: str) -> bool:
    """True for words behind a name that do not belong to it: "gpt-5 - Batch", "Opus 5 fast mode", "Opus 4 legacy"."""
    behind = name[end:].strip(" .,;:*†‡)")
    before = name[:start]
    if not before.strip():
        return False
    alone = re.search(r"[-–—:|,]\s*$", before) is not None and re.search(r"\s[-–—:|]\s*$|,\s*$", before) is not None
    several = " " in name[start:end].strip()
    if means.startswith(("mode:batch", "mode:flex")):
        return not behind and before.endswith(" ")
    return not behind and (
        alone or (several and before.endswith(" ") and means.startswith(("mode", "note", "offer", "place")))
    )
