"""For prompts of which size a price holds: "<= 200k tokens", "over 272,000", "long context"."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from octoregistry.reading.words import DIMENSIONS, LONG_CONTEXT, SHORT_CONTEXT

Tier: TypeAlias = "int | Literal['unknown'] | None"
"""Prompts above so many tokens; None for the base price; "unknown" where the page states no threshold."""

_NUMBER = r"(?P<number>\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d[\d.,\u00a0\u202f]{0,20})\s*(?P<scale>k(?![a-z])|m(?![a-z])|thousand|million|mil\b|ribu\b|tausend|[万萬]|만|천|тыс\.?)?"
_BELOW = r"(?:<=|=<|≤|⩽|<|\bup to\b|\bunder\b|\bbelow\b|\bat most\b|\bless than\b|\bfewer than\b|\bwithin\b|\bbis zu\b|\bbis\b|\bunter\b|jusqu'à|\bhasta\b|\baté\b|\bfino a\b|\bhingga\b|\bдо\b|不超过|不超過|至多|最多|最大|최대)"
_ABOVE = r"(?:>=|=>|≥|⩾|>|\bover\b|\babove\b|\bmore than\b|\bexceed\w*\b|\bbeyond\b|\blonger than\b|\bgreater than\b|\büber\b|\bmehr als\b|\bau-delà de\b|\bplus de\b|\bmás de\b|\bacima de\b|\bmais de\b|\boltre\b|\bsuperior\w* a\b|\bat least\b|\bpiù di\b|\blebih dari\b|\bболее\b|\bбольше\b|\bсвыше\b|超过|超過|大于|大於|高于|高於|\bdi atas\b)"
_COMPARISON = re.compile(rf"(?:(?P<below>{_BELOW})|(?P<above>{_ABOVE}))\s*(?:토큰\s*)?{_NUMBER}", re.IGNORECASE)
# "200k+ tokens", "200Kトークン超", "20万トークン以下", "200k 토큰 초과"
_BEHIND = re.compile(
    rf"{_NUMBER}\s*(?:(?:トークン|토큰|个?\s*(?:令牌|token)s?)\s*)?(?:(?P<above>\+|以上|を?超|[를을]?\s*초과)|(?P<below>以下|以内|未満|まで|이하|미만|까지))",
    re.IGNORECASE,
)
_TOKENS_OF_INPUT = re.compile(
    rf"{_COMPARISON.pattern}\s*(?:{dict(DIMENSIONS)['input'].pattern})?[\s-]*(?:tokens?|jetons?|fichas|令牌|トークン|토큰|токен\w*)"
    r"(?:\s+(?:d['’]|de\s|di\s)\s*\w+)?",
    re.IGNORECASE,
)
_ABOUT_SIZE = re.compile(
    r"token|context|prompt|input|length|kontext|contexte|contexto|eingabe|トークン|上下文|令牌|[词詞]元|提示|prompts?|jetons?|コンテキスト|토큰|токен|^\W*[<>≤≥=]+\W*\d[\d.,]*\s*[km]?\W*$",
    re.IGNORECASE,
)
_SIGN = re.compile(r"[<>≤≥⩽⩾=]")
_SCALES = {
    "k": 1000,
    "thousand": 1000,
    "mil": 1000,
    "ribu": 1000,
    "tausend": 1000,
    "천": 1000,
    "тыс": 1000,
    "тыс.": 1000,
    "万": 10000,
    "萬": 10000,
    "만": 10000,
    "m": 10**6,
    "million": 10**6,
}


def tokens_of(number: str, scale: str | None) -> int | None:
    """How many tokens "272,000", "200" with "k" or "1.05" with "M" are; None for what is no such number."""
    text = re.sub(r"[ \u00a0\u202f]", "", number).strip(".,")
    factor = _SCALES.get((scale or "").lower(), 1)
    if factor == 1 or re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text):
        digits = re.sub(r"[.,]", "", text)
        value = int(digits) * factor if digits else None
    else:
        whole, _, part = text.replace(",", ".").partition(".")
        value = int(whole + part) * factor // 10 ** len(part) if (whole + part).isdigit() else None
    return value if value and value >= 1000 else None


def comparison_in(text: str) -> tuple[Literal["below", "above"], int] | None:
    """("below" or "above", tokens) for the prompt size that `text` names, or None."""
    about_size = bool(_ABOUT_SIZE.search(text))
    for pattern in (_COMPARISON, _BEHIND):
        for match in pattern.finditer(text):
            if not about_size and not _SIGN.match(match.group()):
                continue  # "up to 50,000 requests"; but "> 200,000" is never said of anything else beside a price
            tokens = tokens_of(match["number"], match["scale"])
            if tokens:
                return ("below", tokens) if match.groupdict().get("below") else ("above", tokens)
    return None


def without_size(text: str) -> str:
    """`text` without prompt sizes and the words for tokens behind them: "≤ 200K input tokens", "> 200K tokens d'entrée"."""
    return _TOKENS_OF_INPUT.sub(" ", text)


def tier_in(text: str, thresholds: dict[str, int] | None = None) -> tuple[bool, Tier]:
    """(whether `text` names a tier, which one). `thresholds` are those that the page gives for its own words."""
    compared = comparison_in(text)
    if compared:
        return True, (compared[1] if compared[0] == "above" else None)
    if LONG_CONTEXT.search(text):
        return True, (thresholds or {}).get("long context", "unknown")
    if SHORT_CONTEXT.search(text):
        return True, None
    return False, None
