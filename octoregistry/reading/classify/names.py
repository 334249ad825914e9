"""Which model does a label name? A family's name with what belongs to it, an id, or a cell in a column of names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

_VERSION = r"v?\d+(?:\.\d+){0,3}[a-z]{0,2}|\d{4}-\d{2}-\d{2}|\d{1,2}-\d{2,4}|\d{1,4}(?:\.\d+)?(?:x\d+)?[bm](?:-a\d+b)?"
_LINK = re.compile(r"\[([^\]\[]{0,200})\]\([^()\s]{0,500}\)")
_BRANCHES = " ↳└├│─╰╚╠→⤷•"
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]")
_ID = re.compile(r"(?=.*[-/:@.\d])@?[A-Za-z][A-Za-z0-9]*(?:[-_./:@][A-Za-z0-9]+)*$")
_PLAIN_ID = re.compile(r"[a-z][a-z0-9]*(?:[-_.:/@][A-Za-z0-9]+)+$")
SEPARATOR = re.compile(r"\s(?:/|&|and|und|et|y|e|or)\s|,\s(?:and\s)?|;\s|\n", re.IGNORECASE)
_ONLY_VERSION = re.compile(r"v?\d+(?:\.\d+)*(?:\s(?:mini|nano|pro|flash|lite))?$", re.IGNORECASE)
_RAISED = re.compile(r"(?<=\s)[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}(?![^\s.,;:)])")
_FOOTNOTE = re.compile(r"(?<![\s*†‡§^¹²³⁴⁵⁶⁷⁸⁹])(?<!\[\d\])(?:\s?[*†‡§^¹²³⁴⁵⁶⁷⁸⁹]|\s?\[\d\])++$")


@dataclass(frozen=True)
class Families:
    """What models are called: `families` and `words` of the vendors, as regular expressions, and names that a page or a
    registry gives. A value, so that what is classified by it may be kept."""

    families: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    _hash: int = field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.families, self.words, self.known)))

    def __hash__(self) -> int:
        return self._hash

    def with_known(self, names: frozenset[str]) -> Families:
        """These and `names`, in lower case."""
        return Families(self.families, self.words, self.known | names)


def without_links(text: str) -> str:
    """`text` with Markdown's links as they are shown."""
    return _LINK.sub(r"\1", text) if "](" in text else text


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """`text` without links, ornaments, the branches of a tree ("↳ Batch") and the signs that all of it may be hidden, in single
    blanks; lines stay."""
    text = _EMOJI.sub(" ", without_links(text)).strip("\ufffd")
    text = _RAISED.sub("", text) if not text.isascii() else text
    lines = (" ".join(line.split()).lstrip(_BRANCHES) for line in text.split("\n"))
    return "\n".join(filter(None, lines))


@lru_cache(maxsize=64)
def _pattern(families: tuple[str, ...], words: tuple[str, ...]) -> re.Pattern[str]:
    family = "|".join(families) or "(?!)"
    word = "|".join(words) or "(?!)"
    end = r"(?:(?![a-z0-9])|(?=(?-i:[A-Z][a-z]{2})))"
    part = rf"(?:{_VERSION}|{word}|(?:{family})(?!-)){end}"
    unknown = rf"(?:(?:[ -][a-z][\w-]{{1,15}}){{1,2}}(?= v?\d+(?:\.\d+)?{end}))?"
    started = rf"(?:(?:{word})[ -])?"
    return re.compile(
        rf"(?<![a-z0-9\u00c0-\u024f\u0370-\u04ff_.@/-])(?:[a-z0-9._@-]+/)*(?:{started}(?:{family})(?=[\d\s.,;:)\]/&-]|$)|(?:{family})(?![a-z]))"
        rf"(?:[-._:/@][A-Za-z0-9]+|\d[\w.]*)*{unknown}(?:[ -]{part}|\s-\s\d{{1,4}}(?:\.\d+)?[bm]{end}|\s\({_VERSION}\))*",
        re.IGNORECASE,
    )


def models_in(text: str, families: Families) -> tuple[tuple[int, int], ...]:
    """Where `text` names models of a known family, or those that are known by name."""
    spans = [m.span() for m in _pattern(families.families, families.words).finditer(text) if _is_name(m.group())]
    if families.known:
        lowered = text.lower()
        for name in families.known:
            at = lowered.find(name)
            while at >= 0:
                end = at + len(name)
                whole = not (lowered[at - 1 : at].isalnum() and at) and not re.match(r"[\w-]|\.\d", lowered[end:])
                if whole and not any(start < end and at < stop for start, stop in spans):
                    spans.append((at, end))
                at = lowered.find(name, end)
    return tuple(sorted(spans))


def _is_name(text: str) -> bool:
    """A family alone is no model: it needs a version or more of an id."""
    return any(c.isdigit() for c in text) or "-" in text.strip("-") or len(text.split()) > 1


def continues_name(text: str, families: Families) -> bool:
    """True for words that only go on a name: "Preview", "Flash-Lite"."""
    word = "|".join(families.words) or "(?!)"
    return re.fullmatch(rf"(?:(?:{word})(?:[ -]|$))+", text.strip(), re.IGNORECASE) is not None


def looks_like_id(text: str) -> bool:
    """True for what is written as an API id is: parts joined by hyphens, slashes or colons, no spaces."""
    return bool(_PLAIN_ID.match(text)) or (bool(_ID.match(text)) and "/" in text)


def looks_like_name(text: str) -> bool:
    """True for what has the shape of a model's name though no family is known: few words, and a version or an id."""
    words = text.split()
    if not words or len(words) > 6 or len(text) > 60:
        return False
    if len(words) == 1:
        return looks_like_id(text) and any(c.isdigit() for c in text)
    versions = [word for word in words if re.fullmatch(_VERSION, word.strip("()"), re.IGNORECASE)]
    return (
        bool(versions) and all(w[0].isupper() or w[0].isdigit() or w[0] == "(" for w in words) and words[0][0].isalpha()
    )


def split_names(text: str) -> tuple[str, ...]:
    """The models that one cell names: "Claude Sonnet 4.5 / 4" is Claude Sonnet 4.5 and Claude Sonnet 4."""
    parts = [part for part in map(_tidy, SEPARATOR.split(text)) if any(map(str.isalnum, part))]
    if len(parts) < 2:
        return tuple(parts)
    names = [parts[0]]
    for part in parts[1:]:
        words = names[-1].split()
        if _ONLY_VERSION.match(part) and len(words) > 1:
            names.append(" ".join([*words[:-1], part]))
        elif len(part.split()) < len(words) and words[0].lower() not in part.lower() and len(words) > 2:
            names.append(f"{words[0]} {part}")  # "Claude Opus 5 / Sonnet 5"
        else:
            names.append(part)
    return tuple(dict.fromkeys(names))


def _tidy(text: str) -> str:
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf"))
    return _FOOTNOTE.sub("", " ".join(text.split())).strip(" :,;–—-")
