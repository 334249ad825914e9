"""Text that style sheets add before or behind what a page says, and what they make of first letters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from bs4.element import NavigableString, Tag

from octoregistry.documents.nesting import LEFT_OUT
from octoregistry.documents.parts import CELLS, is_group, is_row, is_table
from octoregistry.documents.sheets import Rule
from octoregistry.documents.styles import Look, look_of_all
from octoregistry.documents.themes import Themes, ways
from octoregistry.documents.visible import BLOCKS, doubt_table, first_parts, visible_text

_SHOWS_TEXT = re.compile(r"[\w$€£¥¢.,%+−–-]|\(")
_WORDS = re.compile(r"[^\W\d_]{2}|\d|[$€£¥¢]")
_ATTRIBUTE = re.compile(r"attr\(\s*+([\w-]++)[^()]*\)")
_COUNTER = re.compile(r"(?:counters?|url)\([^()]*\)")
_DIGIT = re.compile(r"\d")
_PARTS, _AROUND, _LONGEST = 200, 60, 100


def add_signs(tag: Tag, rules: Iterable[Rule], themes: Themes) -> None:
    """Puts what style sheets let `tag` begin or end with: their words beside words, and beside digits a sign that something
    is left out. Between the cells of a table stands no text: the table is in doubt."""
    between = is_table(tag) or is_row(tag) or is_group(tag)
    figures = not between and _stands_in_digits(tag)
    for side in ("before", "after"):
        own = [rule for rule in rules if rule.generated == side]
        added = _added(tag, own, themes, figures) if own else ()
        if between:
            if added:
                doubt_table(tag)
        elif added:
            text = LEFT_OUT if tag.name in CELLS and figures else f"{LEFT_OUT} {' '.join(added)} "
            tag.insert(0 if side == "before" else len(tag.contents), NavigableString(text))
    first = [rule.said for rule in rules if rule.generated.startswith("first")]
    if figures and first and look_of_all(first, themes) > Look.MAYBE:
        tag.insert(0, NavigableString(LEFT_OUT))


def takes_a_place(rules: Iterable[Rule]) -> bool:
    """True for what stands before the cells of a row as one of them, be it empty."""
    said = [rule.said for rule in rules if rule.generated == "before"]
    shown = any(value not in ("none", "normal") for one in said for value in one.get("content", ()))
    return shown and not any({"absolute", "fixed"}.intersection(one.get("position", ())) for one in said)


def _stands_in_digits(tag: Tag) -> bool:
    line = next((one for one in (tag, *islice(tag.parents, _AROUND)) if one.name in BLOCKS or one.name in CELLS), tag)
    parts = first_parts(line, _PARTS)
    return len(parts) == _PARTS or any(isinstance(part, NavigableString) and _DIGIT.search(part) for part in parts)


def _added(tag: Tag, rules: list[Rule], themes: Themes, figures: bool) -> list[str]:
    """The texts that may be seen, but for the head of its column that a narrow screen puts before a cell."""
    texts = [
        _written(way, tag)
        for rule in rules
        for value in rule.said.get("content", ())
        for way in ways(value, themes.every)
    ]
    sign = _SHOWS_TEXT if figures else _WORDS
    shown = [text for text in texts if sign.search(text if figures else _COUNTER.sub("", text))]
    if not shown:
        return []
    styles = [({n: v for n, v in rule.said.items() if n != "content"}, rule.sure) for rule in rules]
    hidden = look_of_all([said for said, sure in styles if sure], themes) >= Look.AWAY
    if hidden and look_of_all([said for said, _ in styles], themes) >= Look.AWAY:
        return []
    sometimes = hidden or not any(rule.sure and "content" in rule.said for rule in rules)
    label = sometimes and tag.name in CELLS and _head(tag) in {text.strip(" :·") for text in shown}
    return [] if label else shown


def _written(value: str, tag: Tag) -> str:
    """What `content` shows of a value: the letters in its strings, and of the attributes that it names."""
    if value in ("none", "normal"):
        return ""
    text = _ATTRIBUTE.sub(lambda name: str(tag.get(name[1]) or "").lower(), value)
    return text.replace('"', "").replace("'", "")


def _head(cell: Tag) -> str | None:
    """The head of the column of `cell`."""
    row = cell.find_parent("tr")
    table = cell.find_parent("table")
    first = table.find("tr") if table else None
    if row is None or not isinstance(first, Tag):
        return None
    at = len(cell.find_previous_siblings(CELLS))
    heads = first.find_all(CELLS, recursive=False)
    return visible_text(heads[at], _LONGEST).lower() if at < len(heads) else None
