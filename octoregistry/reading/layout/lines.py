"""Passages as lines: labels, and the sentences that stand between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from octoregistry.documents import Passage

_LONGEST_LABEL = 64
_MOST_WORDS = 9
_MOST_BEFORE_COLON = 5
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")  # Chinese and Japanese write no blanks between words
_SIGNS_OF_A_WORD = 3
_ENDS = re.compile(r"[.!?。！？][\"'”’)\]]*$")
_SENTENCES = re.compile(r"(?<=[.!?])(?<!\b(?:[Zz]zgl|[Ii]nkl|[Ee]xkl|[Ii]ncl|[Ee]xcl)\.)\s+(?=[^a-z])|(?<=[。！？])")
_STARS = re.compile(r"^(?:[\s*_#•·-]|>(?!\s?\d))+(?=[\w>])|[*_]{2,}")


def is_label(line: str) -> bool:
    """True for a line that is too short for a sentence and does not end as one."""
    words = word_count(line)
    if line.endswith((":", "：")) and words > _MOST_BEFORE_COLON:
        return False
    if not any(char.isalnum() for char in line):
        return False
    return len(line) <= _LONGEST_LABEL and words <= _MOST_WORDS and not _ENDS.search(line) and "://" not in line


def word_count(line: str) -> int:
    """How many words a line has, about as many in Chinese and Japanese."""
    return len(line.split()) + len(_UNSPACED.findall(line)) // _SIGNS_OF_A_WORD


def clean(line: str) -> str:
    """`line` without the marks of lists and of bold type."""
    return _STARS.sub("", line).strip()


def lines(passages: Iterable[Passage]) -> Iterator[tuple[Passage, str]]:
    """Every line of `passages` with its own."""
    for passage in passages:
        for line in passage.text.split("\n"):
            if text := clean(line):
                yield passage, text


def sentences(text: str) -> list[str]:
    """The sentences of a line."""
    return [part.strip() for part in _SENTENCES.split(text) if part.strip()]
