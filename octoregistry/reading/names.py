"""Which models does this text name? Name cells, headings, and sentences that mention models."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from octoregistry.reading.words import FAMILY

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_PARENTHESES = re.compile(r"\s*[(（][^()（）]*(?:\([^()]*\)[^()]*)*[)）]")
_FOOTNOTE = re.compile(r"(?:\s*[*†‡§^¹²³⁴⁵⁶⁷⁸⁹]+|\s*\[\d+\])+$")
_GLUED = re.compile(r"(?<=\d)(?=[A-Z][a-z]+,? [a-z])")  # "Opus 9For long texts", as a copy joins two lines
_TAGLINE = 3  # words; what is shorter may belong to a name
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]")
_SEPARATOR = re.compile(r"\s*(?:\s/\s|,\s(?:and\s)?|;\s|\s&\s|\s(?:and|und|et|y|e|or)\s|\n)\s*", re.IGNORECASE)
_VERSION = re.compile(r"v?\d+(?:\.\d+)*(?:\s*(?:mini|nano|pro|flash|lite))?$", re.IGNORECASE)
_NAME_WORD = re.compile(
    r"(?:anthropic|openai|google|claude|gpt|chatgpt|gemini|gemma|sonnet|opus|haiku|instant|codex|davinci|babbage|mini|nano|pro|max|ultra|flash|"
    r"lite|flash-lite|turbo|preview|latest|image|audio|realtime|live|native|tts|embedding|experimental|exp|omni|chat|instruct|o\d|"
    r"(?:gpt|chatgpt|gemini|claude|o\d|text|codex|imagen|veo)-[\w.-]+|v?\d+(?:\.\d+)*[a-z]?|\d{1,2}-\d{2,4}|\d{4}-\d{2}-\d{2})$",
    re.IGNORECASE,
)
_ID = re.compile(r"[a-z][a-z0-9]*(?:[-.:][a-z0-9]+)+$")


def shown_name(text: str) -> str:
    """The name that a cell or heading shows, without remarks in parentheses, footnote marks and ornaments."""
    text = _EMOJI.sub(" ", without_remarks(without_links(text)))
    return _FOOTNOTE.sub("", " ".join(text.split())).strip(" :–—-")


def without_tagline(cell: str) -> str:
    """`cell` without the lines below the name that only say what the model is for: "For high-volume tasks"."""
    first, *more = _GLUED.sub("\n", cell).split("\n")
    kept = (line for line in more if len(line.split()) < _TAGLINE or FAMILY.search(line) or _PARENTHESES.match(line))
    return "\n".join([first, *kept])


def without_links(text: str) -> str:
    """`text` with Markdown's links as they are shown."""
    return _LINK.sub(r"\1", text)


def without_remarks(text: str) -> str:
    """`text` without what stands in parentheses."""
    return _PARENTHESES.sub(" ", text)


def remarks_in(text: str) -> tuple[str, ...]:
    """What stands in the parentheses of `text`, with them: ("(<272K context length)", "(through August 31)")."""
    return tuple(match.strip() for match in _PARENTHESES.findall(without_links(text)))


def remarks(text: str) -> str:
    """The same in one line."""
    return " ".join(remarks_in(text))


def split_names(text: str) -> tuple[str, ...]:
    """The models that one cell names: "Claude Sonnet 4.5 / 4" is Claude Sonnet 4.5 and Claude Sonnet 4."""
    return tuple(dict.fromkeys(name for line in _name_lines(text) for name in _names_in_line(line)))


def _name_lines(text: str) -> list[str]:
    """The lines of a cell that name models: below a name may stand its snapshot's id, the rest of it, or a remark."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    first = shown_name(lines[0]) if lines else ""
    if len(lines) < 2 or len(first.split()) > 5 or not (FAMILY.search(first) or looks_like_id(first)):
        return [text]
    named = [lines[0]]
    for line in lines[1:]:
        shown = shown_name(line)
        if is_model_name(shown):
            named.append(line)
        elif shown and all(_NAME_WORD.match(word) for word in shown.split()):
            named[-1] += f" {line}"
    return named


def _names_in_line(text: str) -> tuple[str, ...]:
    parts = [part for part in _SEPARATOR.split(shown_name(text)) if part]
    if len(parts) < 2:
        return tuple(parts)
    names: list[str] = [parts[0]]
    for part in parts[1:]:
        words = names[-1].split()
        if _VERSION.match(part) and len(words) > 1:
            names.append(" ".join([*words[:-1], part]))
        elif len(part.split()) < len(words) and words[0].lower() not in part.lower() and len(words) > 2:
            names.append(f"{words[0]} {part}")  # "Claude Opus 5 / Sonnet 5"
        else:
            names.append(part)
    return tuple(names)


def ids_named(texts: Iterable[Iterable[str]]) -> frozenset[str]:
    """Those of `texts` that are ids of models and nothing else."""
    return frozenset(
        text
        for some in texts
        for text in some
        if looks_like_id(text) and FAMILY.search(text) and re.search(r"\d", text)
    )


def is_model_name(text: str, ids: Container[str] = ()) -> bool:
    """True for what can be nothing but the name of a model: a family's name and a version, or an id.

    `ids` are those that the page gives: "GPT-9 Nova" is a name where gpt-9-nova is an id.
    """
    words = text.replace("\u2011", "-").split()
    if not words or len(words) > 6:
        return False
    if len(words) == 1 and looks_like_id(text):
        return bool(FAMILY.search(text)) and not (text.startswith("text-") and not re.search(r"\d", text))
    if not re.search(r"\d", text):
        return False
    if FAMILY.search(text) and "-".join(words).lower() in ids:
        return True
    return bool(FAMILY.search(text)) and all(_NAME_WORD.match(word) for word in words)


def looks_like_id(text: str) -> bool:
    """True for what is written as an API id is: lower case, parts joined by hyphens, no spaces."""
    return bool(_ID.match(text)) and any(c.isdigit() or c == "-" for c in text)


def mentioned(sentence: str, names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that `sentence` mentions, in its order; a family name may be left out the second time.

    "Claude Sonnet 4 or Sonnet 4.5" mentions both, and "Claude Opus 4.5" is no mention of Claude Opus 4.
    """
    found: list[tuple[int, str]] = []
    covered: set[int] = set()
    lowered = sentence.lower()
    by_length = sorted(
        ((spelling, name) for name in names for spelling in _spellings(name) if spelling.lower() in lowered),
        key=lambda s: -len(s[0]),
    )
    for spelling, name in by_length:
        for match in re.finditer(rf"(?<![\w.-]){re.escape(spelling)}(?![\w-]|\.\d)", sentence, re.I | re.A):
            if not covered & set(range(*match.span())):
                covered |= set(range(*match.span()))
                found.append((match.start(), name))
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


def _spellings(name: str) -> tuple[str, ...]:
    words = name.split()
    return (name, " ".join(words[1:])) if len(words) > 2 else (name,)
