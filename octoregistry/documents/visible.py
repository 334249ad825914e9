"""What of an HTML tree is seen: hidden parts, footnote marks and unseen characters are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bs4.element import NavigableString, PageElement, PreformattedString, Tag

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
INVISIBLE_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])"
    r"|(?:left|right|top|text-indent|margin-left)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*0|transform\s*:\s*scale\(0\)"
    r"|text-decoration(?:-line)?\s*:[^;]*line-through"
)
"""What makes a part of a page unseen, or struck through: in lower case, as it stands in an attribute or a style sheet."""
_NO_SIZE = re.compile(r"(?<![a-z-])(?:max-)?(?:width|height)\s*:\s*0(?![.\d])")
_CUT_OFF = re.compile(r"(?<![a-z-])overflow(?:-[xy])?\s*:\s*(?:hidden|clip)")
_TURNED = re.compile(r"unicode-bidi\s*:\s*(?:bidi-|isolate-)override")
_OVERRIDE = "\u202e"
_INVISIBLE_CLASSES = {"hidden", "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-only"}
_STRUCK_CLASSES = {"line-through", "strikethrough", "strike-through", "struck"}
_ID = re.compile(r"[a-z@][a-z0-9.]*(?:[-/:][A-Za-z0-9.]+)+\s*$")
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
        return tidy("".join(_visible_parts(tag)))
    found: list[str] = []
    letters = 0
    for part in islice(_visible_parts(tag), _MOST_PARTS):
        found.append(part)
        letters += len(part.strip())
        if letters > 2 * most:
            break
    return tidy("".join(found))


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
            elif name == "sup" and _is_footnote(child):
                yield " "
            else:
                around = "\n" if name in BLOCKS else ""
                if _TURNED.search(str(child.get("style") or "").lower()) or name == "bdo":
                    yield _OVERRIDE  # digits that are shown from behind are no price
                yield (
                    "\n"
                    if name in _RUNS and (_begins_anew(child) or (name == "code" and is_glued_id(child)))
                    else around
                )
                open_tags.append((iter(child.children), around))


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


def _is_footnote(sup: Tag) -> bool:
    parts = first_parts(sup, 9)
    return len(parts) < 9 and bool(_FOOTNOTE.match("".join(p for p in parts if isinstance(p, NavigableString))))


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
    style = tag.get("style")
    if style and is_unseen(str(style).lower()):
        return True
    return not (_INVISIBLE_CLASSES | _STRUCK_CLASSES).isdisjoint(_classes(tag))


def is_unseen(style: str) -> bool:
    """True for declarations, in lower case, that leave nothing to be seen: what has no width and hides what sticks out, too."""
    if INVISIBLE_STYLE.search(style):
        return True
    return _NO_SIZE.search(style) is not None and _CUT_OFF.search(style) is not None


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
