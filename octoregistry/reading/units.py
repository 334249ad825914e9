"""In which unit a price stands: tokens, by how many, or something that is no token at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Unit:
    """What one price buys. `factor` turns it into a price per million tokens; None for a unit that is not tokens.

    `known` is False for what stands where a unit stands and is none that is known: nothing may be assumed of it.
    """

    name: str
    factor: Decimal | None = None
    per_hour: bool = False
    known: bool = True


PER_MILLION = Unit("1M tokens", Decimal(1))

_PER = r"(?:/|\bper\b|\bpro\b|\bpar\b|\bpor\b|\bje\b|\bal\b|每|за\b)"
_TOKENS = r"(?:(?:input|output|text|audio|image|video|cached)[*†]*[- ]){0,3}(?:tok(?:en)?s?\b|jetons?\b|fichas\b|トークン|[个個]?\s*(?:令牌|token|[词詞]元|符記)|개?(?:의)?\s*토큰(?!\s*\d)|токен\w*)"
_MILLION = r"(?:1\s*m(?:illion|io\.?)?\b|1[,. \u00a0]?000[,. \u00a0]?000|million(?:en|s|i)?\b|mill[oó]n(?:es)?(?: de)?\b|un mill[oó]n(?: de)?\b|milh(?:ão|ões)(?: de)?\b|milion[ei](?: di)?\b|juta\b|mio\.?|m\b|百万|1?00\s*[万萬]|백만|100만|(?:1\s*)?миллион\w*|(?:1\s*)?млн)"
_HOUR = re.compile(
    r"^[^$€£¥.;]{0,14}?(?:\bper hour\b|/\s*(?:hour|hr|h)\b|\bhourly\b|pro stunde|par heure|por hora|all'ora|/\s*(?:時間|小时|小時|시간|час)|毎時|每小时|시간당|в час)",
    re.IGNORECASE,
)
_PATTERNS: tuple[tuple[re.Pattern[str], Decimal], ...] = (
    (re.compile(rf"{_PER}\s*(?:(?:input|output)\s)?m\s?tok(?:en)?s?(?![a-z])", re.IGNORECASE), Decimal(1)),
    (re.compile(rf"{_PER}\s*(?:de\s+|di\s+)?{_MILLION}\s*(?:de\s+|di\s+|d['’])?{_TOKENS}", re.IGNORECASE), Decimal(1)),
    (
        re.compile(rf"{_PER}\s*1\s*m\b(?!\s*[^\W\d_])", re.IGNORECASE),
        Decimal(1),
    ),
    (
        re.compile(
            rf"{_PER}\s*(?:1\s*k|1[,.]?000|thousand|mille|tausend|mil|千|천|тысяч\w*|(?:1\s*)?тыс\.?)\s*(?:de\s+|di\s+)?{_TOKENS}",
            re.IGNORECASE,
        ),
        Decimal(1000),
    ),
    (re.compile(rf"{_PER}\s*m\b(?!\s*\w)", re.IGNORECASE), Decimal(1)),
    (re.compile(r"토큰\s*(?:1,000,000|100\s*만)\s*개"), Decimal(1)),
    (re.compile(r"[$＄]\s*/\s*1?\s*k\b(?!\s*\w)|\bUSD\s*/\s*1?\s*k\b(?!\s*\w)", re.IGNORECASE), Decimal(1000)),
    (re.compile(rf"{_PER}\s*k\s?tok(?:en)?s?(?![a-z])", re.IGNORECASE), Decimal(1000)),
    (re.compile(rf"{_PER}\s*(?:(?:single|one|1)\s+)?{_TOKENS}", re.IGNORECASE), Decimal(1000000)),
)
# "1000トークンあたり", "천 토큰당": what is counted comes before the word for "per".
_THOUSAND_FIRST = re.compile(
    r"(?:1[,.]?000|千|천|1\s*k)\s*(?:トークン|토큰|tokens?)\s*(?:あたり|당|ごと)", re.IGNORECASE
)
# A unit without "per" before it, as in a caption "Preis (1M Tokens)" or "100万トークンあたり".
_STATED = re.compile(rf"{_MILLION}\s*(?:de\s+|di\s+)?{_TOKENS}|\bmtok\b", re.IGNORECASE)
_OTHER = re.compile(
    rf"(?:{_PER}|/)\s*(?P<unit>(?:[\d.,]+\s*[km]?\b\s*)?(?:[\w'’-]+[ -]){{0,2}}?(?:images?|minutes?|mins?|seconds?|secs?|s\b|hours?|hrs?|h\b|days?|months?|years?|"
    r"requests?|calls?|search(?:es)?|quer(?:y|ies)|prompts?|characters?|chars?|pages?|gb(?:[- ]days?)?|containers?|sessions?|session-hours?|"
    r"songs?|videos?|frames?|users?|seats?|members?|units?|ccu|bild(?:er)?|sekunden?|minuten?|stunden?|zeichen|caract\w+|imagen(?:es)?|segundos?|minutos?|"
    r"secondes?|heures?|mois|monat|mes(?:es)?|画像|秒|分|時間|张|图片|小时|字符|이미지|초|분))",
    re.IGNORECASE,
)


_UNKNOWN = re.compile(r"\s*(?:/|\bper\b|\bpro\b|\bpar\b|\bpor\b)\s*(?P<unit>\w[^$€£¥\n;()]{0,30})", re.IGNORECASE)


# "per 10M tokens", "/ 100K tokens", "per billion tokens": any other number of tokens.
_SO_MANY = re.compile(
    rf"{_PER}\s*(?P<number>\d[\d,]*)?\s*(?P<scale>k|thousand|m|million|bn?|billion)\s*{_TOKENS}", re.IGNORECASE
)
_SCALES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "b": 9, "bn": 9, "billion": 9}


def _so_many_tokens(text: str) -> tuple[re.Match[str], Decimal] | None:
    """(where it stands, factor) of a unit of so many tokens."""
    match = _SO_MANY.search(text)
    if not match:
        return None
    tokens = Decimal((match["number"] or "1").replace(",", "")).scaleb(_SCALES[match["scale"].lower()])
    return (match, Decimal(10**6) / tokens) if tokens else None


def unit_at(text: str) -> Unit | None:
    """The unit that stands at the beginning of `text` (what follows a price), or None."""
    near = text[:80]
    found = [(match.start(), match, factor) for pattern, factor in _PATTERNS if (match := pattern.search(near))]
    if many := _so_many_tokens(near):
        found.append((many[0].start(), *many))
    other = _OTHER.search(near)
    if found:
        start, match, factor = min(found, key=lambda f: (f[0], -len(f[1].group())))
        if not (other and other.start() < start):
            hourly = bool(_HOUR.match(near[match.end() :]))
            return Unit(match.group().strip(" /") + (" and hour" if hourly else ""), factor, per_hour=hourly)
    if other:
        return Unit(" ".join(other.group().split()).strip(" /"))
    unknown = _UNKNOWN.match(near)
    return Unit(" ".join(unknown["unit"].split()), known=False) if unknown else None


def unit_of_cell(cell: str) -> Unit | None:
    """The unit that a cell tells in a column of units: "1M tokens", "second"; None for an empty one."""
    return (unit_in(f"per {cell}") or Unit(cell, known=False)) if cell else None


@lru_cache(maxsize=4096)
def unit_in(text: str) -> Unit | None:
    """The unit that a header, caption or sentence states, or None."""
    parts = (text, *re.split(r"[.;]\s|\n", text))
    unit = next((u for part in parts if (u := unit_at(part)) and u.known), None)
    if unit is None and (many := _so_many_tokens(text)):
        return Unit(many[0].group().strip(" /"), many[1])
    if unit is None:
        for pattern, factor in _PATTERNS:
            if match := pattern.search(text):
                return Unit(match.group().strip(), factor)
        if _THOUSAND_FIRST.search(text):
            return Unit("1K tokens", Decimal(1000))
        if _STATED.search(text):
            return PER_MILLION
        if other := _OTHER.search(text):
            return Unit(other.group().strip(" /"))
    return unit
