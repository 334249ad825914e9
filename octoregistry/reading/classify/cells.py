"""The amounts of a cell or line, and for each the words before and behind it that are its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from octoregistry.reading.classify.charge_units import charge_units
from octoregistry.reading.classify.numbers import FIGURE, decimal_of
from octoregistry.reading.classify.scan import fold, needing, one_of, spaced
from octoregistry.reading.classify.units import units
from octoregistry.reading.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money in a cell. `number` is None where it can be read in no way or in two, or is below 0; `currency` is USD, EUR, …, ""
    where none stands beside it, and `cents` that it is written in cents. `before` and `behind` are the words that qualify it
    and no other amount of the cell; it begins at `start`."""

    text: str
    number: Decimal | None
    currency: str
    before: str = ""
    behind: str = ""
    restated: bool = False
    past: bool = False
    start: int = 0
    cents: bool = False


@lru_cache(maxsize=16)
def _money(vocabulary: Vocabulary) -> tuple[re.Pattern[str], dict[str, str]]:
    kinds = sorted({row.means for row in vocabulary.rows if row.means.startswith("currency:")})
    codes = {spaced(fold(t)): kind[9:] for kind in kinds for t in vocabulary.words(kind)}
    any_currency = one_of(vocabulary, *kinds)
    glued = "|".join(re.escape(c) for c in sorted(codes, key=len, reverse=True) if not c[0].isalpha())
    # "200k tokens$2.50" and "mtok$2" have lost a line break; "c$2" and "hk$2" are other dollars
    before = rf"(?:{any_currency}|(?:(?<![a-z])|(?<=[a-z]{{4}})|(?<=\d[km]))(?:{glued or '(?!)'}))"
    pattern = re.compile(
        rf"(?P<before>{before}(?:[^\S\n]?(?:{glued or '(?!)'}))?)\s?(?P<sign>[-+−–…\ufffd]\s?)?(?P<figure>{FIGURE})(?:[^\S\n]?(?P<also>(?<=\s){any_currency})(?![^\S\n]?\d))?"
        rf"|(?<![\w.,'/])(?P<figure2>{FIGURE})(?P<lost>[…\ufffd])?\s?(?P<after>{any_currency})(?![^\S\n]?\d)"
    )
    return pattern, codes


_BARE = re.compile(rf"\s*(?P<figure>{FIGURE})\s*[*†‡§¶]?(?:\s[⁰¹²³⁴⁵⁶⁷⁸⁹])?\s?")
_EMPTY = re.compile(r"\W*")
_TWICE = re.compile(r"([^\w\s])\s?\1")
_WORD_SIGN = re.compile(r"\w")
_SPACES = " \t\n\r\u00a0\u202f"


def has_amount(text: str, vocabulary: Vocabulary) -> bool:
    """True where `text` states a sum of money with its currency."""
    return any(map(str.isdigit, text)) and _money(vocabulary.grammar)[0].search(fold(text)) is not None


def is_bare(text: str) -> bool:
    """True for a figure and nothing more, or two with a slash between them: "2.80 / 2.80"."""
    return any(map(str.isdigit, text)) and bool(_bare(text))


def _bare(text: str) -> list[tuple[str, re.Match[str]]]:
    figures = text.split("/") if "." in text else [text]
    found = [(figure, alone) for figure in figures if (alone := _BARE.fullmatch(figure))]
    return found if len(found) == len(figures) <= 2 else []


def money_in(text: str, vocabulary: Vocabulary) -> list[str]:
    """Every sum of money in `text` with its currency, as it is written."""
    if not any(map(str.isdigit, text)):
        return []
    return [match.group() for match in _money(vocabulary.grammar)[0].finditer(fold(text))]


@lru_cache(maxsize=8192)
def amounts(
    text: str, vocabulary: Vocabulary, *, bare: bool = False, decimal_comma: bool | None = False
) -> tuple[Amount, ...]:
    """Every amount of `text`. With `bare` a cell that is a figure and nothing more is one without a currency."""
    folded = fold(text)
    pattern, codes = _money(vocabulary.grammar)
    beside = _beside_figures(vocabulary.grammar)
    matches = list(pattern.finditer(folded))
    if not matches:
        return tuple(
            Amount(figure.strip(), decimal_of(alone["figure"], decimal_comma=decimal_comma), "", start=at)
            for at, (figure, alone) in enumerate(_bare(text) if bare else ())
        )
    found = []
    pieces = _pieces(text, matches, vocabulary, beside)
    for match, (lead, rest, past) in zip(matches, pieces, strict=True):
        before, behind = lead, rest
        figure = match["figure"] or match["figure2"]
        number = None if match["sign"] or match["lost"] else decimal_of(figure, decimal_comma=decimal_comma)
        words = {_code(match[name], codes) for name in ("before", "also", "after") if match[name]} - {""}
        words -= {sign for sign in words if words.intersection(sign.split("|")) - {sign}}  # "¥5 RMB" is yuan
        if words == {"USD", "cents"} or _TWICE.search(" ".join(filter(None, match.group("before", "also")))):
            number = None  # "$25 cents", "$$25"
        if "USD" in words and len(words) == 2:
            words.discard("USD")  # "$5 CAD" is Canadian, "$5 €" nothing
            number = number if match["before"].strip() == "$" and match["also"].isalpha() else None
        currency = words.pop() if len(words) == 1 else "?"
        if (
            currency == "USD" and len(matches) == 1
        ):  # "$2.50 US" is said of the dollars; beside a second price of a region
            before, behind = beside.without_us(before, behind)
        cents = currency == "cents"
        if cents:
            number, currency = (number / 100 if number is not None else None), "USD"
        found.append(
            Amount(match.group().strip(), number, currency, before, behind, past=past, start=match.start(), cents=cents)
        )
    return tuple(_restating(found, vocabulary, beside))


def _code(word: str, codes: dict[str, str]) -> str:
    word = word.strip()
    if word in codes:
        return codes[word]
    known = {codes[part] for part in (word.replace(" ", ""), word[:-1].strip(), word[-1:]) if part in codes}
    return next(iter(known)) if len(known) == 1 else "?" if word else ""


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the words between figures are looked through for."""

    starts: re.Pattern[str]
    was: re.Pattern[str]
    becomes: re.Pattern[str]
    also: re.Pattern[str]
    of_dollars: re.Pattern[str]

    def only_starts(self, text: str) -> bool:
        """True for a word as "from" or "only" and nothing else."""
        begin = _WORD_SIGN.search(text)
        word = self.starts.match(text, begin.start()) if begin else None
        return word is not None and _WORD_SIGN.search(text, word.end()) is None

    def without_us(self, before: str, behind: str) -> tuple[str, str]:
        """(before, behind) of an amount in dollars without the "US" that says which dollars they are."""
        own = self.of_dollars.match(fold(behind))
        before = "" if self.of_dollars.fullmatch(fold(before).strip()) else before
        return before, behind[own.end() :] if own else behind

    def is_becomes(self, text: str) -> bool:
        """True for a word or arrow between an old price and the new one, and nothing else."""
        return self.becomes.fullmatch(text.lstrip(_SPACES + ",;(")) is not None

    def ends_in_was(self, text: str) -> int | None:
        """Where "was" begins at the end of `text`, with the signs before it; None where it does not end so."""
        word = self.was.search(text)
        return len(text[: word.start()].rstrip(_SPACES + ",;(")) if word else None

    def ends_in_also(self, text: str) -> int | None:
        """Where what joins two spellings of a price, "or", "=", "(", begins at the end of `text`, with the signs before it."""
        end = len(text)
        while end and not _WORD_SIGN.match(text[end - 1]):
            end -= 1
        word = next((m.start() for m in self.also.finditer(text) if m.end() >= end), None)
        at = word if word is not None else min((i for c in "≈~(/=" if (i := text.find(c, end)) >= 0), default=None)
        return None if at is None else len(text[:at].rstrip(_SPACES + ",("))


@lru_cache(maxsize=16)
def _beside_figures(vocabulary: Vocabulary) -> _Beside:
    starts, was, becomes, also = (one_of(vocabulary, f"word:{word}") for word in ("starts", "was", "becomes", "or"))
    return _Beside(
        re.compile(starts),
        needing(was, rf"{was}[\s:]*$"),
        re.compile(rf"(?:→|⟶|➜|⇒|->|=>|{becomes})[\s:]*"),
        re.compile(also),
        re.compile(rf"\s?{one_of(vocabulary, 'word:of_dollars')}"),
    )


def _pieces(
    text: str, matches: list[re.Match[str]], vocabulary: Vocabulary, beside: _Beside
) -> list[tuple[str, str, bool]]:
    """(before, behind, is a price of the past) of each amount: most cells say behind a figure what it is, some before."""
    lead = text[: matches[0].start()]
    leading = re.search(r"[^\W\d_]", lead) is not None and not beside.only_starts(fold(lead))
    if lead.rstrip().endswith(":") and len(matches) > 1:  # "Paid tier: $1, prompts <= 90k $2, prompts > 90k"
        leading = text[matches[0].end() : matches[1].start()].rstrip().endswith(":")
    brackets = _CLOSING.fullmatch(lead.strip()) is None  # "(text) $0.03 (audio) $0.1" says before a figure what it is
    bare = {} if leading else _between_bare(text, matches, vocabulary, beside)
    found = []
    before = lead
    for at, match in enumerate(matches):
        last = at + 1 == len(matches)
        end = len(text) if last else matches[at + 1].start()
        between = text[match.end() : end]
        cut = len(between) if last else _cut(between, leading=leading, brackets=brackets, vocabulary=vocabulary)
        if not last and (opened := _left_open(between)) is not None:
            cut = opened  # "$1.00 (batch: $0.50)": what the bracket says is said of what stands in it
        elif at in bare:
            cut = _end_of_own(between, vocabulary)
        was = None if last else beside.ends_in_was(fold(between))
        cut = cut if was is None else min(cut, was)
        becomes = not last and beside.is_becomes(fold(between[cut:] or between))
        behind = between if bare.get(at) == "both" else between[:cut]
        if becomes:
            behind = ""
        past = becomes or beside.ends_in_was(fold(before)) is not None
        found.append((before, behind, past))
        arrow = (
            becomes and _WORD_SIGN.search(between[cut:] or between) is None
        )  # of "$5 -> $3" nobody knows whether it is a range
        before = (between[cut:] or between) if arrow else "" if becomes else between[cut:]
    return found


_BEGINS_ANEW = re.compile(r"\s*(?:[,;·•|/&+–—\n-]|and\b|or\b|plus\b)", re.IGNORECASE)
_NO_WORDS = re.compile(r"(?:[\W\d_]|\b(?:and|or|plus)\b)*", re.IGNORECASE)


def _between_bare(
    text: str, matches: list[re.Match[str]], vocabulary: Vocabulary, beside: _Beside
) -> dict[int, Literal["next", "both"]]:
    """Whose the words behind an amount are, by its number, where neither the first amount has words before it nor the last
    behind it, as in "$1, batch $0.50": those of the next where each stretch begins anew, else of both, for nothing says whose.
    """
    tail = text[matches[-1].end() :]
    own_unit = _end_of_own(tail, vocabulary, brackets=False)
    if len(matches) < 2 or _NO_WORDS.fullmatch(tail, own_unit) is None:
        return {}
    unit = tail[:own_unit].strip()  # one that the others lack says what this amount buys
    stretches: dict[int, str] = {}
    for at, (one, following) in enumerate(pairwise(matches)):
        between = text[one.end() : following.start()]
        folded = fold(between)
        if beside.ends_in_also(folded) is not None:
            break  # what follows states the same once more
        if _left_open(between) is not None or beside.ends_in_was(folded) is not None:
            continue
        if unit and unit != between[: _end_of_own(between, vocabulary, brackets=False)].strip():
            return {}
        own = _end_of_own(between, vocabulary)
        if _NO_WORDS.fullmatch(between, own) is None and not beside.is_becomes(folded[own:]):
            stretches[at] = between[own:]
    if all(map(_LABEL.search, stretches.values())):
        return {}
    anew = all(_BEGINS_ANEW.match(one) or one.rstrip().endswith(":") for one in stretches.values())
    whose: Literal["next", "both"] = "next" if anew else "both"
    return dict.fromkeys(stretches, whose)


def _end_of_own(behind: str, vocabulary: Vocabulary, *, brackets: bool = True) -> int:
    """Where the unit and the closed brackets right behind an amount end, which are its own; or the unit alone."""
    at = 0
    for stretches, _ in units(fold(behind), vocabulary):
        if _EMPTY.fullmatch(behind[: stretches[0][0]]):
            at = max(at, stretches[-1][1])
    for unit in charge_units(behind, vocabulary)[:1]:
        at = max(at, unit.end) if _EMPTY.fullmatch(behind[: unit.start]) else at
    while brackets and (closing := _CLOSING.match(behind, at)):
        at = closing.end()
    return at


def _left_open(between: str) -> int | None:
    """Where the first bracket begins that is open at the end of `between`; None where each is closed."""
    places: list[int] = []
    for place, sign in enumerate(between):
        if sign in "([（【":
            places.append(place)
        elif sign in ")]）】" and places:
            places.pop()
    return places[0] if places else None


_CLOSING = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_BREAK = re.compile(r"\n|[·•|;]|,\s|(?<=[)\]])\s|\.\s")
_LABEL = re.compile(r"(?:^|(?<=[\s.,;)]))[^\W\d][^\d:.;,]{0,40}:\s*$")


def _cut(between: str, *, leading: bool, brackets: bool, vocabulary: Vocabulary) -> int:
    """Where in `between`, of two amounts, the words of the first end and those of the second begin."""
    at = 0
    for stretches, _ in units(fold(between), vocabulary):
        if _EMPTY.fullmatch(between[: stretches[0][0]]) and stretches[-1][1] > at:
            at = stretches[-1][1]
    for unit in charge_units(between, vocabulary)[:1]:
        if _EMPTY.fullmatch(between[: unit.start]) and unit.end > at:
            at = unit.end
    if not leading:
        # a unit that begins right before the next figure is that figure's: "每 100 万个令牌 $1.00"
        label = _LABEL.search(between[at:])
        return at + label.start() if label else len(between)
    while brackets and (closing := _CLOSING.match(between, at)):
        at = closing.end()
    cut = _BREAK.search(between, at)
    if at == 0 and cut and (brackets or not _CLOSING.match(between[: cut.end()])):
        return cut.end()
    return at


_ALSO = re.compile(r"[\s,;]*+(?:and\s++)?")


def _restating(found: list[Amount], vocabulary: Vocabulary, beside: _Beside) -> list[Amount]:
    """`found` with figures marked that state the one before them once more, by another unit: "$3.00 or $0.005/min"."""
    told: list[Amount] = []
    for amount in found:
        before = told[-1] if told else None
        joint = (before.behind if before else "") + amount.before
        again = before is not None and beside.ends_in_also(fold(joint)) is not None
        listed = before is not None and before.restated and _ALSO.fullmatch(fold(amount.before)) is not None
        own = next((unit for _, unit in units(fold(amount.behind), vocabulary)), None) if again or listed else None
        if own is not None and own.factor is None:
            index = next(i for i in range(len(told) - 1, -1, -1) if not told[i].restated)
            kept = told[index]
            cleaned = kept.behind[: beside.ends_in_also(fold(kept.behind))]
            told[index] = Amount(
                kept.text,
                kept.number,
                kept.currency,
                kept.before,
                f"{cleaned} {_beside(amount.behind, vocabulary)}".strip(),
                past=kept.past,
                start=kept.start,
            )
            told.append(Amount(amount.text, amount.number, amount.currency, restated=True, start=amount.start))
        else:
            told.append(amount)
    return told


def _beside(text: str, vocabulary: Vocabulary) -> str:
    """`text` without its units and the bracket that closes behind them: what is said of both spellings of a price."""
    for stretches, _ in units(fold(text), vocabulary):
        for start, end in stretches:
            text = text[:start] + " " * (end - start) + text[end:]
    return re.sub(r"^\s*[)\]]", " ", text)
