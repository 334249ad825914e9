"""Which prices does this cell state? The grammar of price cells: figures with currency, unit, modality, tier and date."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from octoregistry.reading.days import NO_SPAN, Span, span_in, unclear_day
from octoregistry.reading.numbers import DOLLARS_BEHIND, FIGURE, decimal_of
from octoregistry.reading.tiers import Tier, tier_in
from octoregistry.reading.units import Unit, unit_at
from octoregistry.reading.words import (
    DIMENSIONS,
    FREE,
    MODALITIES,
    MODALITY_FILLERS,
    NONE,
    NOT_A_DIMENSION,
    STORAGE,
    all_of,
    first_of,
)

_DOLLAR = r"(?:US\s?\$|USD\s?\$?|\$)"
# "C$2" and "HK$2" are other dollars; "200k tokens$2" and "MTok$2" have lost a line break
_NO_CURRENCY_BEFORE = r"(?:(?<![A-Za-z])|(?<=[A-Za-z]{4})|(?<=\d[km]))"
_FOREIGN = (
    r"(?:[€£¥￥₹₩]|EUR|GBP|CNY|RMB|JPY|INR|KRW|CAD|AUD|CHF|SEK|NOK|DKK|PLN|BRL|SGD|HKD|TWD|MXN|(?!US)[A-Z]{1,3}\$)"
)
_MONEY = re.compile(
    rf"(?P<foreign>(?<![\w$]){_FOREIGN})[^\S\n]?(?P<foreign_figure>{FIGURE})"
    rf"|{_NO_CURRENCY_BEFORE}{_DOLLAR}[^\S\n]?(?P<figure>{FIGURE})(?P<cents>\s?(?:¢|cents?\b))?"
    rf"|(?<![\w.,])(?P<figure_first>{FIGURE})[^\S\n]?(?:(?P<foreign_after>{_FOREIGN}(?![\d]))|(?P<cents_after>¢|cents?\b)|{DOLLARS_BEHIND}|{_DOLLAR}(?![^\S\n]?\d))",
    re.IGNORECASE,
)
_BARE = re.compile(rf"\s*(?P<figure>{FIGURE})\s*$")
_RESTATED = re.compile(r"(?:\bor\b|\boder\b|\bou\b|\bo\b|\bequivalent to\b|\bequal to\b|≈|~|\(|/)\W*$", re.IGNORECASE)
_LABEL = re.compile(r"(?:^|[\n.;,)]|\s)(?P<label>[^\W\d][\w /()&-]{0,40}?)\s*:\s*$")
_HEADLINE = re.compile(r"(?:^|\n|\s)(?P<label>[^\W\d_]+)\s*$")
_PARENTHESES = re.compile(r"\(([^()]*)\)|(?<!\()\[([^\[\]]*)\](?!\))")
_HOURLY = re.compile(r"per hour|/\s*(?:hour|hr|h)\b|每小[时時]|毎時|시간당", re.IGNORECASE)


DIMENSION_BEHIND = re.compile(
    r"(?:^|(?<=[\d.]))[\s/]*(?:per\s+)?(?:(?:1\s*)?m(?:illion)?\s+)?(?P<words>(?:cached[*†]*\s+)?(?:input|output))\s+(?:m?tok(?:en)?s?\b|per\b|/)"
    r"|^\s*for\s+(?P<bought>(?:cached\s+)?(?:input|output))s?\b",
    re.IGNORECASE,
)
"""What a price buys, where that stands behind it: "$3 / input MTok", "$3 per million input tokens"."""

_PLAIN_SIGNS = str.maketrans("（）［］：，／＄", "()[]:,/$")  # as Chinese and Japanese pages write them
_GLUED_UNIT = re.compile(r"(?<=/ MTok)(?=for\b)")  # "$1 / MTokfor prompts up to 100K", as a copy joins two lines
_UNIT_BEFORE = re.compile(
    r"(?:^|[\n(;,.。])\s*(?P<unit>(?:每|토큰|시간당)[^$\n;。]{1,40})$"
)  # "每小时每 100 万个令牌 $1.00"


@dataclass(frozen=True, slots=True)
class CellPrice:
    """One price of a cell, in US dollars per `unit` (None where the cell states none)."""

    usd: Decimal
    unit: Unit | None = None
    modalities: tuple[str, ...] = ()
    tier_stated: bool = False
    above: Tier = None
    span: Span = NO_SPAN
    dimension: str | None = None
    storage: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class CellPrices:
    """What a cell states: its prices, and what of it could not be read, in words."""

    prices: tuple[CellPrice, ...] = ()
    problems: tuple[str, ...] = ()
    free: bool = False


@dataclass(frozen=True, slots=True)
class CellContext:
    """What has to be known to read a cell: the page's day, how it writes decimals, what its own words for tiers mean,
    and whether a figure without a currency may be a price (in a component's rows, or under a header that names USD).
    """

    page_date: date
    decimal_comma: bool | None = False
    thresholds: tuple[tuple[str, int], ...] = ()
    bare_figures: bool = False


def read_cell(text: str, context: CellContext) -> CellPrices:
    """The prices that `text` states. Prices in another currency, and figures that can be read in two ways, are problems."""
    stripped = _GLUED_UNIT.sub(" ", text.translate(_PLAIN_SIGNS)).strip()
    if NONE.match(stripped):
        return CellPrices()
    matches = list(_MONEY.finditer(stripped))
    if not matches:
        if FREE.match(stripped):
            return CellPrices(free=True)
        bare = _BARE.match(stripped) if context.bare_figures else None
        if not bare:
            return CellPrices()
        usd = decimal_of(bare["figure"], decimal_comma=context.decimal_comma)
        if usd is None:
            return CellPrices(problems=(f"the figure {bare['figure']!r} can be read in two ways",))
        return CellPrices((CellPrice(usd, text=stripped),))
    prices: list[CellPrice] = []
    problems: list[str] = []
    parts = list(_parts(stripped, matches))
    leading = _leading(parts[0], context)
    if leading and any(kind(parts[-1].qualifiers, context) for kind in leading):
        return CellPrices(problems=("what qualifies its prices stands before and behind them",))
    for part in [part for part in parts if not _replaced(part)] or parts:
        read = _odd(part) or _price(part, context, leading)
        if isinstance(read, str):
            problems.append(read)
        else:
            prices.append(read)
    return CellPrices(tuple(prices), tuple(problems))


@dataclass(frozen=True, slots=True)
class _Part:
    money: re.Match[str]
    own: str  # what stands between this figure and the next
    qualifiers: str  # the same, with what follows the figures that only restate this one
    label: str
    before: str  # what stands between the figure before and this one


def _parts(text: str, matches: list[re.Match[str]]) -> Iterator[_Part]:
    """The figures that stand for themselves: "$3.00 or $0.005/min (audio)" is one price with two spellings."""
    label = ""
    index = 0
    grouped = only_modalities(
        text[: matches[0].start()].strip()
    )  # "Text $2 ... Audio $30 ...": headlines within the cell
    while index < len(matches):
        match = matches[index]
        before = text[matches[index - 1].end() if index else 0 : match.start()]
        if (found := _LABEL.search(before[-80:])) or (
            grouped and (found := _HEADLINE.search(before[-80:])) and only_modalities(found["label"])
        ):
            label = found["label"]
        own = _after(text, matches, index)
        qualifiers = own
        while index + 1 < len(matches) and _restates(
            own if qualifiers is own else qualifiers, text, matches, index + 1
        ):
            index += 1
            qualifiers += " " + _after(text, matches, index)
        yield _Part(match, own, qualifiers, label, before)
        index += 1


def _after(text: str, matches: list[re.Match[str]], index: int) -> str:
    end = matches[index + 1].start() if index + 1 < len(matches) else len(text)
    after = text[matches[index].end() : end]
    of_next = _UNIT_BEFORE.search(after) if index + 1 < len(matches) else None
    return after[: of_next.start("unit")] if of_next else after


def _restates(between: str, text: str, matches: list[re.Match[str]], index: int) -> bool:
    unit = unit_at(_without_modalities(_after(text, matches, index)))
    return unit is not None and unit.known and unit.factor is None and bool(_RESTATED.search(between))


Kind = Callable[[str, CellContext], bool]


def _states_tier(text: str, context: CellContext) -> bool:
    return tier_in(text, dict(context.thresholds))[0]


def _states_days(text: str, context: CellContext) -> bool:
    return bool(span_in(text, context.page_date))


def _states_modality(text: str, _: CellContext) -> bool:
    return bool(_modalities(text))


def _leading(first: _Part, context: CellContext) -> tuple[Kind, ...]:
    """What this cell says before its prices: "prompts <= 200k: $1.25, prompts > 200k: $2.50". Most say it behind them."""
    return tuple(kind for kind in (_states_tier, _states_days, _states_modality) if kind(first.before, context))


_NOT_WHOLE = re.compile(
    r"[kmb]\b|e[-+]?\d|[½¼¾⅓⅔⅛]|/\s?\d{1,2}(?![\d,.]|\s\d{3}|\s*[^\W\d_])|[ \u00a0\u202f]\d{3}\b|\s*\.\d",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?:[-−](?=$)|(?:^|[\s(])(?:from|up to|as low as|starting at|under|over|about|approx\.?|[<>≤≥~≈])\s*$)",
    re.IGNORECASE,
)
_WAS = re.compile(
    r"(?:\b(?:was|were|previously|formerly|originally|down from|reduced from|instead of|old price|list price|statt|vorher|au lieu de|"
    r"en lugar de|antes|invece di)\b|原价|原價)[\s:]*$",
    re.IGNORECASE,
)
_BECOMES = re.compile(r"\s*(?:→|⟶|➜|⇒|->|=>)\s*$")
_OTHER_DOLLARS = re.compile(r"\s?(?:AUD|CAD|NZD|SGD|HKD|TWD|MXN|EUR|GBP|CNY|元)\b|\s?元", re.IGNORECASE)


def _odd(part: _Part) -> str | None:
    """Why the figure is no whole price: it goes on behind, is a bound, is below nothing, or is in other dollars."""
    figure = part.money.group().strip()
    if _NOT_WHOLE.match(part.own):
        return f"{figure + part.own[:6]!r} is no figure that is known"
    if _BOUND.search(part.before):
        return f"{(part.before[-12:] + figure).strip()!r} is a bound or below zero, not a price"
    if _OTHER_DOLLARS.match(part.own):
        return f"{figure + part.own[:4]!r} is in another currency, not in US dollars"
    if _WAS.search(part.before):
        return f"{(part.before[-12:] + figure).strip()!r} is a price of the past"
    return None


def _replaced(part: _Part) -> bool:
    """True for a price that another in its cell took the place of: "was $6, now $4.50", "$6 → $4.50"."""
    return bool(_WAS.search(part.before) or _BECOMES.match(part.own))


def _price(part: _Part, context: CellContext, leading: tuple[Kind, ...] = ()) -> CellPrice | str:
    money = part.money
    of_tier, of_days, of_modality = (
        part.before if kind in leading else part.qualifiers for kind in (_states_tier, _states_days, _states_modality)
    )
    foreign = money["foreign"] or money["foreign_after"]
    if foreign:
        return f"{money.group().strip()!r} is in another currency ({foreign}), not in US dollars"
    figure = money["figure"] or money["figure_first"]
    usd = decimal_of(figure, decimal_comma=context.decimal_comma)
    if usd is None:
        return f"the figure {figure!r} can be read in two ways"
    if money["cents"] or money["cents_after"]:
        usd /= 100
    tier_stated, above = tier_in(of_tier, dict(context.thresholds))
    dimension = None if NOT_A_DIMENSION.search(part.label) else first_of(DIMENSIONS, part.label)
    if day := unclear_day(part.qualifiers):
        return f"{money.group().strip()!r} stands beside {day!r}, and whether it begins or ends then is not clear"
    before = _UNIT_BEFORE.search(part.before)
    unit = unit_at(_HOURLY.sub("", before["unit"])) if before else unit_at(_without_modalities(part.own))
    hourly = bool(_HOURLY.search(before["unit"] if before else part.own.split("\n")[0]))
    if unit and not unit.known:
        return f"{money.group().strip()!r} is per {unit.name!r}, an unknown unit"
    return CellPrice(
        usd=usd,
        unit=unit,
        modalities=_modalities(of_modality) or all_of(MODALITIES, part.label),
        tier_stated=tier_stated,
        above=above,
        span=span_in(of_days, context.page_date) or span_in(part.label, context.page_date),
        dimension=dimension or _dimension_behind(part.own),
        storage=hourly or bool(STORAGE.search(part.own.split("\n")[0])),
        text=f"{money.group()}{part.qualifiers}".strip(),
    )


def _dimension_behind(own: str) -> str | None:
    """The dimension in "$3 / input MTok", or None."""
    found = DIMENSION_BEHIND.match(own)
    if not found:
        return None
    words = (found["words"] or found["bought"]).lower()
    return "cached_input" if "cache" in words else "output" if "output" in words else "input"


def _modalities(qualifiers: str) -> tuple[str, ...]:
    """The modalities in the first parentheses that hold nothing else: "(text / image / video)"."""
    inside = next((inside for inside in map(_inside, _PARENTHESES.finditer(qualifiers)) if only_modalities(inside)), "")
    return all_of(MODALITIES, inside)


def _without_modalities(text: str) -> str:
    """`text` without such parentheses, in which "/ image" is no unit."""
    return _PARENTHESES.sub(lambda match: " " if only_modalities(_inside(match)) else match.group(), text)


def _inside(match: re.Match[str]) -> str:
    return match.group(1) or match.group(2) or ""


def only_modalities(inside: str) -> bool:
    """True for words that name modalities and nothing else: "text / image", "Audio tokens"."""
    rest = inside
    for _, pattern in MODALITIES:
        rest = pattern.sub(" ", rest)
    return rest != inside and not re.search(r"\w", MODALITY_FILLERS.sub(" ", rest))
