"""Where the vocabulary's words stand in a text: by the longest entry, each character used once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby
from typing import NamedTuple

from octoregistry.reading.labels import Place
from octoregistry.reading.vocabulary import Row, Vocabulary

USED = "\x00"
"""Stands for a character that a grammar or a row has used up."""
_BLANKS = str.maketrans("\u00a0\u202f", "  ")
_SIGNS = str.maketrans("（）［］【】：；，／＄％＜＞＋－～〜“”‘’　\u2009\u2011\t", "()[][]:;,/$%<>+-~~\"\"''  - ")
_LETTER = r"A-Za-z\u00c0-\u024f\u0370-\u04ff"
_LETTERS = re.compile(rf"[{_LETTER}]")
_WORD = re.compile(rf"[{_LETTER}]+")
_BEFORE = r"(?<![A-Za-z])(?<![\u00c0-\u024f\u0370-\u04ff])"
_BEHIND = r"(?![A-Za-z])(?![\u00c0-\u024f\u0370-\u04ff])"
"""No letter before, none behind; two sets compile several times as fast as one of all four ranges."""
STARTS = re.compile(rf"{_BEFORE}[{_LETTER}]|[^{_LETTER} {USED}]")
"""Where a word may begin: nowhere within one."""
_NO_WORD = r"(?!)"
_JOINED = re.compile(r"(?<=[^\W_])[-_](?=[^\W\d_])")


def fold(text: str) -> str:
    """`text` in lower case with plain signs and blanks, every character in its place."""
    text = text.translate(_SIGNS)
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


def spaced(text: str) -> str:
    """`text`, folded, with words that a hyphen joins standing apart: "fast-mode" is "fast mode"."""
    return _JOINED.sub(" ", text.translate(_BLANKS).replace("\n", " "))


class Entry(NamedTuple):
    """A row as it is looked for, in order: the longest first, those of the same length as the vocabulary has them."""

    shortness: int
    rank: int
    text: str
    stem: bool
    row: Row


@dataclass(frozen=True)
class Index:
    """The rows of a vocabulary by the word that their text begins with, a stem or a sign by its first two characters; those
    of one beginning the longest first. Patterns and whole labels stand beside them.
    """

    entries: dict[str, list[Entry]]
    patterns: tuple[tuple[re.Pattern[str], Row], ...]
    whole: dict[str, list[Row]]


@lru_cache(maxsize=64)
def index_of(vocabulary: Vocabulary) -> Index:
    """The index of `vocabulary`."""
    entries: dict[str, list[Entry]] = defaultdict(list)
    whole: dict[str, list[Row]] = defaultdict(list)
    patterns = []
    for at, row in enumerate(vocabulary.rows):
        if row.pattern:
            patterns.append((re.compile(row.pattern, re.IGNORECASE), row))
        elif row.means.startswith("harmless"):
            whole[key(row.text)].append(row)
        elif row.text and not row.means.startswith("word:"):
            text, begins = _looked_for(row.text)
            entries[begins].append(Entry(-len(text), at, text, row.text[-1] == "*", row))
    for found in entries.values():
        found.sort()
    return Index(dict(entries), tuple(patterns), dict(whole))


@lru_cache(maxsize=8192)
def _looked_for(text: str) -> tuple[str, str]:
    """(a row's text as it is looked for, what it begins with): a word of letters whole, or two characters."""
    bare = spaced(fold(text)).rstrip("*")
    word = _WORD.match(bare)
    return bare, f"{word.group()} " if word and not (text.endswith("*") and word.end() == len(bare)) else bare[:2]


@lru_cache(maxsize=16_384)
def key(text: str) -> str:
    """`text` as a whole label is compared: folded, single blanks, without a colon behind it."""
    return " ".join(fold(text).split()).rstrip(": ").strip()


def whole(text: str, place: Place, index: Index) -> Row | None:
    """The row that calls `text` harmless as a whole label (`harmless`), or what is not understood of it (`harmless:rest`)."""
    return next((row for row in index.whole.get(key(text), ()) if fits(row, place)), None)


def fits(row: Row, place: Place) -> bool:
    """Whether `row` holds in `place`."""
    return not row.place or place in row.place


def found_at(text: str, at: int, place: Place, index: Index) -> tuple[Row, int] | None:
    """(row, end) of the longest entry or pattern that stands in `text`, spaced, at `at`."""
    word = _WORD.match(text, at)
    if word and at and _LETTERS.match(text[at - 1]):
        return None  # within a word
    hit = _entry_at(text, at, place, index, word.group() if word else "")
    for pattern, row in index.patterns:
        match = pattern.match(text, at) if fits(row, place) else None
        if match and match.end() > at and match.end() >= (hit[1] if hit else 0) and _bounded(text, at, match.end()):
            hit = row, match.end()
    return hit


def _entry_at(text: str, at: int, place: Place, index: Index, word: str) -> tuple[Row, int] | None:
    begins = (f"{word} ",) if word else ()
    lists = [found for start in (*begins, text[at : at + 2], text[at]) if (found := index.entries.get(start))]
    for entries in lists if len(lists) < 2 else (sorted(chain(*lists)),):
        for entry in entries:
            if text.startswith(entry.text, at) and fits(entry.row, place):
                end = at + len(entry.text)
                if entry.stem:
                    while end < len(text) and _LETTERS.match(text[end]):
                        end += 1
                if _bounded(text, at, end):
                    return entry.row, end
    return None


def _bounded(text: str, start: int, end: int) -> bool:
    """True where what stands from `start` to `end` is not part of a longer word in letters."""
    before = start > 0 and _LETTERS.match(text[start]) and _LETTERS.match(text[start - 1])
    behind = end < len(text) and _LETTERS.match(text[end - 1]) and _LETTERS.match(text[end])
    return not before and not behind


@lru_cache(maxsize=256)
def stems_of(vocabulary: Vocabulary, *means: str) -> tuple[str, ...]:
    """Every word that means one of `means`, as it begins in folded text."""
    return tuple(dict.fromkeys(_looked_for(text)[0] for word in means for text in vocabulary.words(word)))


def one_of(vocabulary: Vocabulary, *means: str) -> str:
    """A regular expression for any word that means one of `means`, as it stands in folded text; the longest first."""
    return _any_of(*map(vocabulary.words, means))


@lru_cache(maxsize=1024)
def _any_of(*groups: tuple[str, ...]) -> str:
    texts = {spaced(fold(text)) for group in groups for text in group}
    return alternatives(sorted(texts, key=lambda t: (-len(t), t)))


def needing(words: str, pattern: str) -> re.Pattern[str]:
    """`pattern` compiled, which cannot match without `words`, a regular expression of `one_of`: nothing where it has none."""
    return re.compile(pattern if words != _NO_WORD else _NO_WORD)


def alternatives(texts: Sequence[str]) -> str:
    """A regular expression for any of `texts`, folded, in their order; a last `*` stands for any letters.

    Words of which none begins another cannot both stand at one place, so that their order is free: those with the same
    ends share one look around, and stand by their first character. That compiles and runs several times as fast.
    """
    clusters: list[list[str]] = []
    root = ""
    for bare, text in sorted((text.rstrip("*").replace(" ", ""), text) for text in texts):
        if root and bare.startswith(root):
            clusters[-1].append(text)
        else:
            root = bare
            clusters.append([text])
    pools: dict[tuple[str, str], list[str]] = defaultdict(list)
    mixed: list[str] = []
    for cluster in clusters:
        ends = {_ends(text) for text in cluster}
        (pools[ends.pop()] if len(ends) == 1 else mixed).extend(cluster)
    rank = {text: at for at, text in enumerate(texts)}
    runs = [(ends, sorted(pool, key=rank.__getitem__)) for ends, pool in pools.items()]
    runs += [(ends, list(run)) for ends, run in groupby(sorted(mixed, key=rank.__getitem__), key=_ends)]
    parts = [before + _by_first(run) + behind for (before, behind), run in runs]
    return f"(?:{'|'.join(parts)})" if parts else _NO_WORD


def _ends(text: str) -> tuple[str, str]:
    """(what must stand before `text`, and behind it) so that it is no part of a longer word in letters."""
    plain = text.rstrip("*")
    before = _BEFORE if _LETTERS.match(plain[0]) else ""
    stem = text.endswith("*")
    return before, rf"[{_LETTER}]*" if stem else _BEHIND if _LETTERS.match(plain[-1]) else ""


def _by_first(texts: Sequence[str]) -> str:
    """`texts` as alternatives, those with the same first character together."""
    by_first: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        by_first[text[0]].append(_escaped(text)[len(re.escape(text[0])) :])
    return f"(?:{'|'.join(re.escape(first) + _one(rests) for first, rests in by_first.items())})"


def _one(rests: Sequence[str]) -> str:
    return rests[0] if len(rests) == 1 else f"(?:{'|'.join(rests)})"


def _escaped(text: str) -> str:
    return re.escape(text.rstrip("*")).replace(r"\ ", r"\s?")
