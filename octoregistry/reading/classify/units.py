"""In which unit a price stands: tokens, by how many, or something that is no token at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from octoregistry.reading.classify.scan import needing, one_of
from octoregistry.reading.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Unit:
    """What one price buys. `factor` turns it into a price per million tokens; None for a unit that is not tokens."""

    name: str
    factor: Decimal | None = None
    per_hour: bool = False


PER_MILLION = Unit("1M tokens", Decimal(1))
_NUMBER = r"\d{1,3}(?:[,. ]\d{3}){1,3}(?!\d)|\d{1,4}"
_SCALES = (("million", 10**6), ("thousand", 10**3), ("billion", 10**9), ("ten_thousand", 10**4))


@lru_cache(maxsize=16)
def _grammar(vocabulary: Vocabulary) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    def word(*names: str) -> str:
        return one_of(vocabulary, *(f"word:{name}" for name in names))

    per = rf"(?:/|{word('per')})"
    of = r"(?:of\s|de\s|di\s|d'|le\s|las?\s|los\s|el\s|un\s|の|个|個)?"
    mods = one_of(vocabulary, *(f"dimension:{d}" for d in ("input", "output", "cached", "uncached")),
                  *(f"modality:{m}" for m in ("text", "audio", "image", "video")))  # fmt: skip
    scale = "|".join(rf"(?P<{name}>{word(name)})" for name, _ in _SCALES)
    token = rf"(?P<token>{word('token')})"
    hour = rf"(?P<hour>\s?(?:{per}|·|and|\*|x|-|,)\s?{word('hour')}|\s?{word('hourly')})?"
    inside = rf"(?P<mods>(?:\s?-?{mods}\*?){{0,3}})"
    behind = word("per_behind")
    many = rf"(?P<number>{_NUMBER})?\s?(?:{scale})?"
    return (
        re.compile(rf"(?:(?P<per>{per})\s?)?(?:{of}){many}{inside}\s?-?{of}\s?{token}\d?(?:\s?{behind})?{hour}"),
        re.compile(rf"(?:(?P<per>{per})\s?){many}(?![\w.]){hour}"),
        needing(behind, rf"{token}\s?(?P<number>{_NUMBER})\s?(?:{scale})?\s?[개个個]?\s?{behind}"),
        re.compile(rf"{per}\s?{of}(?:(?:{_NUMBER}|\d+\.\d+)?\s?(?:{word('million', 'thousand')})?\s?)(?P<other>{word('other')}|{word('hour')})"
                   rf"|(?P<before>{word('other', 'hour')})\s?{behind}|(?P<hourly>{word('hourly')})"),
    )  # fmt: skip


_Found: TypeAlias = "tuple[tuple[tuple[int, int], ...], Unit]"


def units(text: str, vocabulary: Vocabulary) -> tuple[_Found, ...]:
    """(the stretches it uses up, unit) of every unit in `text`, folded; words for what is counted inside it stay."""
    return _units(text, vocabulary.grammar)


@lru_cache(maxsize=20_000)
def _units(text: str, vocabulary: Vocabulary) -> tuple[_Found, ...]:
    has_token = token_words(vocabulary).search(text) is not None
    return tuple(_found(text, vocabulary, has_token=has_token)) if has_token or _per(vocabulary).search(text) else ()


def _found(text: str, vocabulary: Vocabulary, *, has_token: bool) -> Iterator[_Found]:
    whole, bare, token_first, other = _grammar(vocabulary)
    listed, hours = lists_of(vocabulary)
    taken: list[tuple[int, int]] = []
    for pattern in (token_first, whole, other, bare) if has_token else (other, bare):
        for match in pattern.finditer(text):
            if any(match.start() < end and match.end() > start for start, end in taken) or not match.group().strip():
                continue
            if pattern is other and match.group().startswith("/") and listed.search(text[: match.start()]):
                continue  # "(text / image / video)" lists what it is the price of
            read = _other(match, hours) if pattern is other else _unit(match)
            if read is None:
                continue
            taken.append(match.span())
            inner = match.span("mods") if "mods" in pattern.groupindex and match["mods"] else None
            yield (((match.start(), inner[0]), (inner[1], match.end())) if inner else (match.span(),)), read


@lru_cache(maxsize=16)
def token_words(vocabulary: Vocabulary) -> re.Pattern[str]:
    """The words for tokens, without which no unit is one of tokens."""
    return re.compile(one_of(vocabulary, "word:token"))


@lru_cache(maxsize=16)
def _per(vocabulary: Vocabulary) -> re.Pattern[str]:
    """Words that every other unit pattern needs; texts without them are skipped."""
    return re.compile(rf"/|{one_of(vocabulary, 'word:per', 'word:per_behind', 'word:hourly')}")


@lru_cache(maxsize=16)
def lists_of(vocabulary: Vocabulary) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What lists modalities, at the end of a text, and the words for an hour."""
    kinds = one_of(vocabulary, *(f"modality:{m}" for m in ("text", "audio", "image", "video")))
    return re.compile(rf"{kinds}\s?(?:/\s?)?$"), re.compile(one_of(vocabulary, "word:hour", "word:hourly"))


def _other(match: re.Match[str], hours: re.Pattern[str]) -> Unit:
    """A unit that is none of tokens; of an hour it may be said beside one."""
    hourly = match.groupdict().get("other") or match.groupdict().get("before") or match.groupdict().get("hourly") or ""
    return Unit(" ".join(match.group().split()).strip(" /"), per_hour=hours.fullmatch(hourly) is not None)


def _unit(match: re.Match[str]) -> Unit | None:
    """The unit of tokens that `match` states; None for tokens of which nothing says how many."""
    found = match.groupdict()
    count = Decimal(re.sub(r"[,. ]", "", found["number"])) if found.get("number") else None
    power = next((Decimal(factor) for name, factor in _SCALES if found.get(name)), None)
    token = (found.get("token") or "").lstrip("/ ")
    if token.startswith(("mt", "m t", "m ", "m-")):
        power = Decimal(10**6)
    elif token.startswith(("kt", "k t", "k ", "k-")):
        power = Decimal(10**3)
    if power is None and (count is None or count < 1000) and not found.get("per"):
        return None
    if not token and power is None and (count is None or count < 1000):
        return None
    tokens = Decimal(count or 1) * (power or 1)
    if not tokens or (not token and tokens.normalize().as_tuple().digits != (1,)):
        return None  # "11/2026"
    hourly = bool(found.get("hour"))
    return Unit(" ".join(match.group().split()).strip(" /"), Decimal(10**6) / tokens, per_hour=hourly)
