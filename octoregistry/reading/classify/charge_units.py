"""By what a charge is priced that is none of tokens: "per 1,000 searches", "/ 4K image", "per 20-minute session"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from octoregistry.reading.classify.scan import fold, one_of, spaced
from octoregistry.reading.classify.units import lists_of
from octoregistry.reading.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class ChargeUnit:
    """What `per` of a noun cost: `noun` is the name of a `charge:` row; `between` stands between the number and the noun.

    `text` is the whole phrase from `start` to `end`. `per` is None where the number can be read in two ways. `length` is how
    long one is, "20 minutes" as ("minutes", "20"), where the page says so.
    """

    noun: str
    per: Decimal | None
    between: str
    start: int
    end: int
    text: str
    length: tuple[str, str] | None = None


_MEANS = "word:charge:"
_SCALES = {"k": 1000, "thousand": 1000, "m": 10**6, "million": 10**6}
_COUNT = re.compile(r"(?P<count>\d{1,3}(?:,\d{3})+|\d+(?![\d.,]))?\s?(?P<scale>k|m|thousand|million)?(?![a-z0-9-])")
_SIZE = re.compile(r"\d+(?:\.\d+)?k(?![a-z])")
_BETWEEN = r"[^.;:$€£¥\n]{0,40}?"
_BEHIND = r"(?![a-z])"


def _nouns(vocabulary: Vocabulary) -> dict[str, str]:
    """Every noun of a unit, as it stands in folded text, and its name."""
    rows = [row for row in vocabulary.rows if row.means.startswith(_MEANS) and row.text]
    return {spaced(fold(row.text)): row.means.removeprefix(_MEANS) for row in reversed(rows)}


@lru_cache(maxsize=16)
def _grammar(vocabulary: Vocabulary) -> tuple[re.Pattern[str], dict[str, str]]:
    nouns = _nouns(vocabulary)
    any_noun = (
        "|".join(re.escape(noun).replace(r"\ ", r"\s?") for noun in sorted(nouns, key=len, reverse=True)) or "(?!)"
    )
    per = rf"(?:/|{one_of(vocabulary, 'word:per')})"
    number = r"(?:\d[\d,]*(?:\.\d+)?\s?(?:k|m|thousand|million)?(?![a-z])\s?-?)?"
    again = rf"(?:\s?,?\s?{per}\s?(?P<again>{any_noun}){_BEHIND})?"
    return re.compile(
        rf"{per}\s?(?P<body>{number}(?:{_BETWEEN}(?<![a-z]))?)(?P<noun>{any_noun}){_BEHIND}"
        rf"(?!\s(?:{any_noun}){_BEHIND}){again}"
        rf"|(?P<number2>(?<![\d,])\d[\d,]*\s?(?:k|m|thousand|million))\s(?P<noun2>{any_noun}){_BEHIND}"
    ), {re.sub(r"\s", "", noun): name for noun, name in nouns.items()}


def searches_in(text: str, vocabulary: Vocabulary) -> bool:
    """True where `text` counts searches: "5,000 free search requests per month"."""
    folded = spaced(fold(text))
    return any(name == "search" and noun in folded for noun, name in _nouns(vocabulary).items())


def charge_units(text: str, vocabulary: Vocabulary) -> tuple[ChargeUnit, ...]:
    """Every unit of a charge in `text`, as it stands there."""
    return _units(text, vocabulary.grammar)


@lru_cache(maxsize=20_000)
def _units(text: str, vocabulary: Vocabulary) -> tuple[ChargeUnit, ...]:
    return tuple(_found(text, vocabulary)) if _grammar(vocabulary)[1] else ()


def _found(text: str, vocabulary: Vocabulary) -> Iterator[ChargeUnit]:
    pattern, nouns = _grammar(vocabulary)
    folded = spaced(fold(text))
    listed, _ = lists_of(vocabulary)
    for match in pattern.finditer(folded):
        if match.group().startswith("/") and listed.search(folded[: match.start()]):
            continue  # "(text / image / video)" lists what it is the price of
        body = match["body"] if match["noun"] else match["number2"]
        said = match["noun"] or match["noun2"]
        noun = nouns[re.sub(r"\s", "", said)]
        if match["again"]:
            noun = _JOINED.get((noun, nouns[re.sub(r"\s", "", match["again"])]), "")
        per, between = _count(body.strip(" -"), noun, plural=said.endswith("s"))
        length = None
        if per is not None and noun in ("session", "container") and nouns.get(between.rstrip("s")) in _LENGTHS:
            length, per, between = (_LENGTHS[nouns[between.rstrip("s")]], f"{per:f}"), Decimal(1), ""
        yield ChargeUnit(noun, per, between, *match.span(), text[match.start() : match.end()], length)


_LENGTHS = {"minute": "minutes", "hour": "hours"}
_JOINED = {
    ("session", "container"): "session", ("container", "session"): "session",
    ("hour", "container"): "container_hour", ("container", "hour"): "container_hour",
    ("hour", "session"): "session_hour", ("session", "hour"): "session_hour",
}  # fmt: skip
"""Nouns that two make up together: "per hour, per container". Others are none that is known."""


def _count(body: str, noun: str, *, plural: bool) -> tuple[Decimal | None, str]:
    """(how many of the noun, what stands between the number and it). "1K image" is one of that size, "1K images" a thousand."""
    if noun == "image" and (sizes := _SIZE.match(body)):
        if not plural:
            return Decimal(1), body
        return (Decimal(1000), body[sizes.end() :].strip()) if sizes.group() == "1k" else (None, body)
    found = _COUNT.match(body)
    if found is None or not found.group().strip():
        return Decimal(1), body
    count = Decimal((found["count"] or "1").replace(",", "")) * _SCALES.get(found["scale"] or "", 1)
    return count, body[found.end() :].strip(" -")
