"""What of an HTML tree is seen: hidden parts, footnote marks and unseen characters are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from octoregistry.documents.nesting import LEFT_OUT
from octoregistry.documents.styles import Look, look
from octoregistry.documents.whole_number import whole_number

SKIPPED = frozenset(
    {
        *(
            "script",
            "style",
            "s",
            "del",
            "strike",
            "template",
            "noscript",
            "svg",
            "nav",
            "footer",
            "head",
            "iframe",
            "object",
            "select",
        ),
        *("math", "textarea", "datalist", "canvas", "audio", "video"),
    }
)
BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "button", "center", "dd", "details", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "label", "li", "main", "ol"),
        *("option", "p", "pre", "section", "small", "summary", "table", "ul"),
        *("card", "info", "note", "tab", "tabs", "tip", "warning"),  # what Markdown pages wrap their paragraphs in
    }
)
_RUNS = frozenset({"a", "span", "strong", "b", "code", "button"})  # what a cell is put together from
_HEADING = re.compile(r"h([1-6])$")
_HEADING_CLASS = re.compile(r"(?:^|[-_])(?P<sub>sub)?heading$")
_MOST_PARTS = 100
_HEADING_PARTS = 40  # a heading has few parts; a "heading" with more is the head of a page
_INVISIBLE_CLASSES = {"hidden", "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-only"}
_STRUCK_CLASSES = {"line-through", "strikethrough", "strike-through", "struck"}
_STRUCK = {"s", "del", "strike"}
_ID = re.compile(r"[a-z@][a-z0-9.]*(?:[-/:][A-Za-z0-9.]+)+\s*$")
_SMALL = "\ue000"
"""Stands around raised and lowered digits until all that they stand beside is there; no page shows it."""
_SMALL_DIGITS = re.compile(f"(?<![\\d.,])(?P<number>[\\d.,]*+){_SMALL}(?P<digits>[^{_SMALL}]*){_SMALL}(?P<behind>\\d?)")
_WITH_CENTS_OR_A_YEAR = re.compile(r".*\.\d\d+|(?:19|20)\d\d|")
_FOOTNOTE = re.compile(r"[\s()\[\]\d*†‡§¶,]{0,6}$")
# Zero-width, directional and soft-hyphen characters: they change nothing that is seen, and hide words from a search.
# An override stays: it turns the digits of a price, which then is none.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202c\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)


def visible_text(tag: Tag, most: int | None = None) -> str:
    """The text of `tag` as it is seen: line breaks kept, footnote marks, hidden parts and unseen characters gone.

    With `most` no more is looked at than what tells whether it is longer than so many letters.
    """
    if most is None:
        return tidy(settled("".join(_visible_parts(tag))))
    found: list[str] = []
    letters = 0
    for part in islice(_visible_parts(tag), _MOST_PARTS):
        found.append(part)
        letters += len(part.strip())
        if letters > 2 * most:
            break
    return tidy(settled("".join(found)))


def _visible_parts(tag: Tag) -> Iterator[str]:
    """The pieces of text in `tag`. It walks with a stack of its own: a page may nest deeper than Python recurses."""
    open_tags: list[tuple[Iterator[PageElement], str]] = [(iter(tag.children), "")]
    while open_tags:
        child = next(open_tags[-1][0], None)
        if child is None:
            yield open_tags.pop()[1]
        elif isinstance(child, NavigableString):
            if not isinstance(child, PreformattedString):
                text = re.sub(r"\s+", " ", child)
                yield f"\n{text}" if _ID.match(text) and _glued(child) else text
        elif isinstance(child, Tag):
            name = child.name.lower()
            if name in ("br", "hr"):
                yield "\n"
            elif name in SKIPPED or name == "table" or is_hidden(child):
                continue
            elif (small := small_text(child)) is not None:
                yield small
            else:
                around = "\n" if name in BLOCKS else ""
                yield look_of(child).mark
                yield (
                    "\n"
                    if name in _RUNS and (_begins_anew(child) or (name == "code" and is_glued_id(child)))
                    else around
                )
                open_tags.append((iter(child.children), around))


def struck_text(tag: Tag) -> str:
    """What is struck through in `tag`, in short: the price before a discount; "" where nothing is."""
    parts = [part for part in first_parts(tag, _HEADING_PARTS) if isinstance(part, Tag) and _is_struck(part)]
    return tidy(" ".join(_first_text(part) for part in parts))[:_HEADING_PARTS]


def _is_struck(tag: Tag) -> bool:
    return tag.name.lower() in _STRUCK or not _STRUCK_CLASSES.isdisjoint(_classes(tag))


def _begins_anew(tag: Tag) -> bool:
    """True for words that stand without a blank behind another element: the style sheet puts them on a line of their own.

    `<a>Model 9</a><span>For long texts</span>`, `<span>/ MTok</span><span>for prompts up to 100,000 tokens</span>`;
    `<code>model-9</code><strong>Before:</strong>`, as an id ends where its code does.
    """
    before = tag.previous_sibling
    if not isinstance(before, Tag) or before.name.lower() not in _RUNS:
        return False
    text = _first_text(tag)
    apart = len(text.split()) > 2 or before.name.lower() == "code"
    return text[:1].isalpha() and apart and _last_letter(before).isalnum()


def _first_text(tag: Tag) -> str:
    """The text of the first parts of `tag`: of tags in tags in tags the whole text takes the square of their number."""
    return "".join(part for part in first_parts(tag, _HEADING_PARTS) if isinstance(part, NavigableString))


def _last_letter(part: PageElement | None) -> str:
    """The last letter in `part`, looked for along its last parts; "" where they hold none."""
    last = part
    for _ in range(_HEADING_PARTS):
        if not isinstance(last, Tag):
            break
        last = last.contents[-1] if last.contents else None
    return str(last)[-1:] if isinstance(last, NavigableString) else ""


def is_glued_id(code: Tag) -> bool:
    """True for an id in code right behind a word: the style sheet puts it below the name."""
    return _ID.match(_first_text(code)) is not None and _glued(code)


def _glued(part: PageElement) -> bool:
    before = part.previous_sibling
    return _last_letter(before).isalnum() and (
        isinstance(part, Tag) or (isinstance(before, Tag) and before.name in _RUNS)
    )


def small_text(tag: Tag) -> str | None:
    """What a footnote mark, raised or lowered digits, or a reading over a word put in the text; None for other tags.

    Of "$2" with a raised or lowered 50 nobody knows whether it is 2.50, 2 or 250; `settled` puts the mark of what is left out.
    """
    name = tag.name.lower()
    if name in ("rt", "rp", "rtc"):
        return LEFT_OUT
    if name not in ("sup", "sub"):
        return None
    parts = first_parts(tag, 9)
    text = "".join(p for p in parts if isinstance(p, NavigableString)).strip() if len(parts) < 9 else ""
    if text.isdecimal():
        return f"{_SMALL}{' ' if name == 'sup' else text}{_SMALL}"
    return " " if name == "sup" and _FOOTNOTE.match(text) else None


def settled(text: str) -> str:
    """`text` with raised and lowered digits gone where a footnote's mark may stand, and left out where a price may."""

    def left(small: re.Match[str]) -> str:
        number, digits, behind = small.group("number", "digits", "behind")
        apart = _WITH_CENTS_OR_A_YEAR.fullmatch(number) and not behind and not (number and digits.strip())
        return f"{number}{digits if apart else LEFT_OUT}{behind}"

    return _SMALL_DIGITS.sub(left, text) if _SMALL in text else text


def first_parts(tag: Tag, most: int) -> list[PageElement]:
    """The first `most` parts in `tag`, at any depth. bs4 looks for the last of all parts before it gives the first."""
    found: list[PageElement] = []
    around = [iter(tag.contents)]
    while around and len(found) < most:
        part = next(around[-1], None)
        if part is None:
            around.pop()
            continue
        found.append(part)
        if isinstance(part, Tag):
            around.append(iter(part.contents))
    return found


def tidy(text: str) -> str:
    """`text` with unseen characters gone, spaces single and lines without blanks at their ends."""
    lines = (" ".join(line.split()) for line in _UNSEEN.sub("", text).split("\n"))
    return "\n".join(line for line in lines if line)


def is_hidden(tag: Tag) -> bool:
    """True for what is in the page and never shown as it stands, or struck through."""
    if "hidden" in tag.attrs and str(tag.get("hidden")).lower() != "false":
        return True
    if look(str(tag.get("style") or "")) is Look.HIDDEN:
        return True
    return not (_INVISIBLE_CLASSES | _STRUCK_CLASSES).isdisjoint(_classes(tag))


def look_of(tag: Tag) -> Look:
    """How the text of `tag` is seen by what the tag itself says."""
    own = look(str(tag.get("style") or ""))
    return max(own, Look.TURNED) if tag.name.lower() == "bdo" else own


def heading_level(tag: Tag) -> int | None:
    """The level of a heading, by its tag, role or class; None for what is none."""
    match = _HEADING.match(tag.name.lower())
    if match:
        return int(match.group(1))
    if tag.get("role") == "heading":
        level = whole_number(tag.get("aria-level"), 99)
        return min(level, 9) if level else 2
    named = next(filter(None, map(_HEADING_CLASS.search, _classes(tag))), None)
    if named:
        parts = first_parts(tag, _HEADING_PARTS + 1)
        inner = any(isinstance(p, Tag) and (p.name == "table" or _HEADING.match(p.name)) for p in parts)
        if len(parts) <= _HEADING_PARTS and not inner:
            return 3 if named["sub"] else 2
    return None


def _classes(tag: Tag) -> list[str]:
    found: list[str] = []
    for key in ("class", "classname"):
        value = tag.get(key)
        if value:
            found += value if isinstance(value, list) else str(value).split()
    return found
