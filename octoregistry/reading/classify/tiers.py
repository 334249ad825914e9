"""For prompts of which size a price holds: "<= 200k tokens", "over 272,000"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from octoregistry.reading.classify.scan import one_of
from octoregistry.reading.vocabulary import Vocabulary

Bound: TypeAlias = "int | Literal['unknown'] | None"
"""So many tokens; None for no bound; "unknown" where the page states no threshold."""


@dataclass(frozen=True, slots=True)
class Tier:
    """Prompts above `above` input tokens and up to `up_to` of them."""

    above: Bound = None
    up_to: Bound = None


_NUMBER = r"(?P<number>\d{1,3}(?: \d{3})+(?!\d)|\d[\d.,]{0,14})\s?(?P<scale>k(?![a-z])|m(?![a-z])|thousand|million|mil\b|ribu\b|tausend|tys|тыс\.?|[万萬]|만|천|千)?"
_FACTOR = {"k": 10**3, "m": 10**6, "million": 10**6, "万": 10**4, "萬": 10**4, "만": 10**4}
_SIGN = re.compile(r"[<>≤≥⩽⩾=]")


def _beside(vocabulary: Vocabulary) -> tuple[str, str]:
    """What may stand before a size, and behind its number."""
    about, counted = one_of(vocabulary, "word:size", "word:token"), one_of(vocabulary, "dimension:input")
    of = r"(?:\s?(?:of|de|di|d'|の|的)\s?)?"
    # "≤ 200k input tokens, Input": one word for input may belong to the size, a second one says what is counted
    around = rf"(?P<lead>(?:(?:{counted}\s?)?{about}\s?(?:that\s|length\s|を|is\s|are\s|of\s|with\s)?){{0,2}})"
    sizes = rf"(?:\s?-?{of}\s?{about}){{0,2}}"
    behind = rf"(?P<tail>{sizes}(?:\s?-?{of}\s?{counted})?{sizes})"
    return around, behind


@lru_cache(maxsize=16)
def _before(vocabulary: Vocabulary) -> re.Pattern[str]:
    """A size whose word stands before its number: "up to 200k tokens"."""
    around, behind = _beside(vocabulary)
    below, above = one_of(vocabulary, "word:below"), one_of(vocabulary, "word:above")
    return re.compile(rf"{around}(?:(?P<below>{below})|(?P<above>{above}))\s?(?:토큰\s?)?{_NUMBER}{behind}")


@lru_cache(maxsize=16)
def _behind(vocabulary: Vocabulary) -> re.Pattern[str]:
    """A size whose word stands behind its number: "200k tokens or more"."""
    around, behind = _beside(vocabulary)
    return re.compile(
        rf"{around}{_NUMBER}{behind}\s?を?(?:(?P<above>\+|{one_of(vocabulary, 'word:above_behind')})"
        rf"|(?P<below>{one_of(vocabulary, 'word:below_behind')})){behind.replace('tail', 'tail2')}"
    )


@lru_cache(maxsize=16)
def _between(vocabulary: Vocabulary) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Sizes between two bounds: "0 < prompt <= 32k", "input length (32k, 128k]"."""
    around, behind = _beside(vocabulary)
    low = _NUMBER.replace("?P<number>", "?P<low>").replace("?P<scale>", "?P<low_scale>")
    sign = r"(?:<=|[<≤⩽])"
    about = one_of(vocabulary, "word:size", "word:token")
    return (
        re.compile(rf"{low}\s?{sign}\s?(?P<lead>{about}(?:\s?{about})?)\s?{sign}\s?{_NUMBER}(?P<tail>\s?{about})?"),
        re.compile(rf"{around}[(\[]\s?{low}\s?[,~]\s?{_NUMBER}\s?[)\]]{behind}"),
    )


def _counts_another(size: re.Match[str], vocabulary: Vocabulary) -> bool:
    """True for a number of something else than the tokens of a prompt: "<272K output tokens", "<1M words"."""
    behind, joined = _others(vocabulary)
    text, end = size.string, size.end()
    tail = size["tail"] or ""
    of_several = " of " in tail and joined.match(text, end) is not None
    of_calls = bool(tail) and behind.fullmatch(tail) is not None  # "up to 1,000 requests"
    return of_several or of_calls or behind.match(text, end) is not None


@lru_cache(maxsize=16)
def _others(vocabulary: Vocabulary) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What stands behind a number that is none of a prompt's tokens, and what joins their word with another."""
    tokens = one_of(vocabulary, "word:token")
    others = sorted({row.means for row in vocabulary.rows if row.means.startswith(("dimension:", "modality:"))})
    other = one_of(vocabulary, *(means for means in others if means not in ("dimension:input", "modality:text")))
    return (
        re.compile(rf"\s?-?(?:{other}\s?{tokens}|of\s{other}|(?:of\s)?{one_of(vocabulary, 'word:other')})"),
        re.compile(rf"\s?\S{{1,4}}\s?{other}"),
    )


@lru_cache(maxsize=16)
def _signs(vocabulary: Vocabulary) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What a prompt size cannot do without, before its number or behind it: most texts hold neither."""
    return (
        re.compile(one_of(vocabulary, "word:below", "word:above")),
        re.compile(rf"\+|{one_of(vocabulary, 'word:above_behind', 'word:below_behind')}"),
    )


def tiers(text: str, vocabulary: Vocabulary) -> tuple[tuple[int, int, Tier | None], ...]:
    """(start, end, tier) of every prompt size in `text`, folded; None for a number of something else than a prompt's tokens."""
    return _tiers(text, vocabulary.grammar) if any(map(str.isdigit, text)) else ()


@lru_cache(maxsize=20_000)
def _tiers(text: str, vocabulary: Vocabulary) -> tuple[tuple[int, int, Tier | None], ...]:
    signs = [sign.search(text) is not None for sign in _signs(vocabulary)]
    ranges = tuple(_ranges(text, vocabulary)) if _RANGE.search(text) else ()
    if not any(signs):
        return ranges
    taken = [(start, end) for start, end, _ in ranges]
    return (*ranges, *_found(text, vocabulary, signs, taken))


_RANGE = re.compile(r"\d\s?[km万萬만천千]?\s?[<≤⩽]|[(\[]\s?\d[\d.,]*\s?[km万萬만천千]?\s?[,~]\s?\d[^()\[\]]{0,12}[)\]]")


def _ranges(text: str, vocabulary: Vocabulary) -> Iterator[tuple[int, int, Tier]]:
    for pattern in _between(vocabulary):
        for match in pattern.finditer(text):
            low, high = tokens_of(match["low"], match["low_scale"]), tokens_of(match["number"], match["scale"])
            about = match["lead"].strip() or (match["tail"] or "").strip()
            if about and high and (low or match["low"] == "0") and (low or 0) < high:
                yield match.start(), match.end(), Tier(low, high)


def _found(
    text: str, vocabulary: Vocabulary, signs: list[bool], taken: list[tuple[int, int]]
) -> Iterator[tuple[int, int, Tier | None]]:
    for pattern in (make(vocabulary) for make, sign in zip((_before, _behind), signs, strict=True) if sign):
        for match in pattern.finditer(text):
            about = match["lead"].strip() or match["tail"].strip() or match.groupdict().get("tail2", "") or ""
            if not about.strip() and not _SIGN.match(text[match.end("lead") :]):
                continue  # "up to 50,000 requests"; but "> 200,000" is never said of anything else beside a price
            if any(match.start() < end and match.end() > start for start, end in taken):
                continue
            if tokens := tokens_of(match["number"], match["scale"]):
                taken.append(match.span())
                tier = Tier(up_to=tokens) if match["below"] else Tier(above=tokens)
                yield match.start(), match.end(), None if _counts_another(match, vocabulary) else tier


def tokens_of(number: str, scale: str | None) -> int | None:
    """How many tokens "272,000", "200" with "k" or "1.05" with "M" are; None for what is no such number."""
    text = number.replace(" ", "").strip(".,")
    scale = (scale or "").strip(".")
    factor = _FACTOR.get(scale, 1000) if scale else 1
    if factor == 1 or re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text):
        digits = re.sub(r"[.,]", "", text)
        value = int(digits) * factor if digits else 0
    else:
        whole, _, part = text.replace(",", ".").partition(".")
        value = int(whole + part) * factor // 10 ** len(part) if (whole + part).isdecimal() else 0
    return value if value >= 1000 else None
