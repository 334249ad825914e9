"""What of an HTML tree is seen: hidden parts, footnote marks and unseen characters are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from octoregistry.documents.lengths import cuts
from octoregistry.documents.marks import EDGE, END, GONE, GONE_END, PICTURE, RAISED, SMALL, settled, unmarked
from octoregistry.documents.nesting import LEFT_OUT
from octoregistry.documents.parts import CELLS, is_part, is_table
from octoregistry.documents.styles import Look, declarations, look
from octoregistry.documents.whole_number import whole_number

SKIPPED = frozenset(
    {"script", "style", "s", "del", "strike", "template", "noscript", "noembed", "noframes", "meter", "title", "progress",
     "svg", "nav", "footer", "head", "iframe", "object", "select", "math", "textarea", "datalist", "canvas", "audio", "video"}
)  # fmt: skip
BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "button", "center", "dd", "details", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "label", "li", "main", "ol"),
        *("option", "p", "pre", "section", "small", "summary", "table", "ul"),
        *("card", "info", "note", "tab", "tabs", "tip", "warning"),  # what Markdown pages wrap their paragraphs in
    }
)
_NO_LETTERS = f" \n{EDGE}"
_RUNS = frozenset({"a", "span", "strong", "b", "code", "button"})  # what a cell is put together from
_HEADING = re.compile(r"h([1-6])$")
_HEADING_CLASS = re.compile(r"(?:^|[-_])(?P<sub>sub)?heading$")
_MOST_PARTS = 100
_HEADING_PARTS = 40  # a heading has few parts; a "heading" with more is the head of a page
_INVISIBLE_CLASSES = {"hidden", "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-only"}
_STRUCK_CLASSES = {"line-through", "strikethrough", "strike-through", "struck"}
_STRUCK = {"s", "del", "strike"}
_ID = re.compile(r"[a-z@][a-z0-9.]*(?:[-/:][A-Za-z0-9.]+)+\s*$")
_FOOTNOTE = re.compile(r"[\s()\[\]\d*†‡§¶,]{0,6}$")
_NOTES = re.compile(r"\d{1,3}|[*†‡§¶]+")
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
        letters += len(part.strip(_NO_LETTERS))
        if letters > 2 * most:
            break
    return tidy(settled("".join(found)))


def _visible_parts(tag: Tag) -> Iterator[str]:
    """The pieces of text in `tag`. It walks with a stack of its own: a page may nest deeper than Python recurses."""
    open_tags: list[tuple[Iterator[PageElement], str]] = [(iter(tag.children), "")]
    in_cell = tag.name.lower() in CELLS
    while open_tags:
        child = next(open_tags[-1][0], None)
        if child is None:
            yield open_tags.pop()[1]
        elif isinstance(child, NavigableString):
            if not isinstance(child, PreformattedString):
                text = unmarked(re.sub(r"\s+", " ", child))
                yield f"\n{text}" if _ID.match(text) and _glued(child) else text
        elif isinstance(child, Tag):
            name = child.name.lower()
            if name in ("br", "hr"):
                yield "\n"
            elif in_cell and not is_hidden(child) and (drawn := drawn_text(child)):
                yield f" {unmarked(drawn)} {LEFT_OUT} "  # beside a price it may say "from", or "x2"
            elif name in SKIPPED or name == "table" or name in PICTURES or is_icon(child) or is_hidden(child):
                yield gone(child)
            elif (small := small_text(child)) is not None:
                yield small
            else:
                block = name in BLOCKS
                look = look_of(child)
                anew = name in _RUNS and (_begins_anew(child) or (name == "code" and is_glued_id(child)))
                yield "\n" if anew or block else edge(child, child.previous_sibling)
                yield look.mark
                around = "\n" if block else edge(child, child.next_sibling)
                open_tags.append((iter(child.children), f"{END}{around}" if look.opens else around))


def drawn_text(tag: Tag) -> str:
    """What a formula, a drawing or a field shows in letters; "" for any other tag, and where it shows none."""
    name = tag.name.lower()
    if name in ("math", "textarea"):
        shown: list[PageElement] = [tag]
    elif name == "svg":
        shown = [part for part in first_parts(tag, _HEADING_PARTS) if isinstance(part, Tag) and part.name == "text"]
    elif name == "select":
        options = [part for part in first_parts(tag, _MOST_PARTS) if isinstance(part, Tag) and part.name == "option"]
        shown = list(([one for one in options if one.has_attr("selected")] or options)[:1])
    elif name == "input" and str(tag.get("type", "text")).lower() in ("text", "number", "search", "tel", ""):
        return " ".join(str(tag.get("value", "")).split())
    else:
        return ""
    return " ".join(" ".join(_first_text(part) for part in shown if isinstance(part, Tag)).split())


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
        return f"{SMALL}{f' {text.translate(RAISED)}' if name == 'sup' else text}{SMALL}"
    marks = _NOTES.findall(text) if name == "sup" and _FOOTNOTE.match(text) else None
    return f" {' '.join(marks).translate(RAISED)} " if marks is not None else None


def edge(tag: Tag, beside: PageElement | None) -> str:
    """`EDGE` where `tag` has one towards what stands `beside` it: all but digits that are set alike, one in each tag, do."""
    alike = isinstance(beside, Tag) and beside.name == tag.name and beside.attrs == tag.attrs
    return "" if tag.name == "wbr" or (alike and all(len(_short(one)) == 1 for one in (tag, beside))) else EDGE


def _short(part: PageElement | None) -> str:
    return str(part.contents[0]).strip() if isinstance(part, Tag) and len(part.contents) == 1 else ""


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
    """True for what is in the page and not shown as it stands, or struck through."""
    if "hidden" in tag.attrs:  # "false" hides as well
        return True
    if look_of(tag) >= Look.AWAY or "popover" in tag.attrs or (tag.name == "dialog" and "open" not in tag.attrs):
        return True
    names = set(_classes(tag))
    hiding = names & _INVISIBLE_CLASSES
    return bool(names & _STRUCK_CLASSES) or (bool(hiding) and not (hiding == {"hidden"} and _shown_again(tag)))


def _shown_again(tag: Tag) -> bool:
    """True for a row, a cell or all that stands in one which every wider screen shows: `hidden md:table-cell`."""
    names = _classes(tag)
    if "style" in tag.attrs or not any(map(_WIDER.match, names)) or any(map(_HIDDEN_AGAIN.match, names)):
        return False
    if is_part(tag):
        return True
    cell = tag.parent
    return (
        cell is not None
        and cell.name in CELLS
        and not any(
            part is not tag and (str(part).strip() if isinstance(part, NavigableString) else True)
            for part in cell.contents
        )
    )


_WIDTH = r"(?:sm|md|lg|xl|2xl|min-\[\w+\]):"
_WIDER = re.compile(rf"{_WIDTH}(?:inline|block|flex|grid|contents|table)")
_HIDDEN_AGAIN = re.compile(r"(?!(?:print|hover):)[^\s]*:!?hidden$")


def gone(tag: Tag) -> str:
    """What stands for a part that is not read: nothing, or what its text, or it as a picture, may leave of a figure beside it."""
    name = tag.name.lower()
    if name in _NEVER_SEEN or name == "table" or _plainly_hidden(tag):
        return ""
    if name in PICTURES or is_icon(tag):
        inner = str(tag.get("alt") or tag.get("value") or tag.string or "")  # parsers leave some of them open
        inner = "" if str(tag.get("type") or "").lower() == "hidden" else inner or PICTURE
    else:
        parts = first_parts(tag, _MOST_PARTS)
        inner = "".join(p for p in parts if isinstance(p, NavigableString) and not isinstance(p, PreformattedString))
        inner = unmarked(" ".join(inner.split()) if len(inner) < _LONGEST_GONE else f"{inner[:20]} {inner[-20:]}")
        if any(isinstance(p, Tag) and _SHOWS.search(f"{p.get('style') or ''}{p.get(LOOK) or ''}") for p in parts):
            inner = f"{LEFT_OUT}{inner}" if inner else ""
        inner = inner or (PICTURE if name in _FIELDS else "")
    return f"{GONE}{inner}{GONE_END}" if inner else ""


def is_icon(tag: Tag) -> bool:
    """True for an empty tag with a class, as pictures of a font are written."""
    return not tag.contents and "class" in tag.attrs and tag.name.lower() in _ICONS


_ICONS = frozenset({"i", "span", "b", "em", "strong"})


def _plainly_hidden(tag: Tag) -> bool:
    """True for what a page says in so many words that it does not show."""
    own = look_of(tag)
    return own is Look.HIDDEN or ("hidden" in tag.attrs and own is Look.SHOWN and not tag.get("style"))


RAISES = " raises"
"""The attribute of a tag that style sheets raise or give a size of its own."""
LOOK = " look"
"""The attribute for what style sheets make of a tag; none of a page's own holds a blank."""
PICTURES = frozenset({"img", "input", "image", "embed", "area"})
_FIELDS = SKIPPED - {"s", "del", "strike"}
_NEVER_SEEN = frozenset({"script", "style", "template", "head", "datalist", "noembed", "noframes"})
_SHOWS = re.compile(r"visibility|font")
_LONGEST_GONE = 2_000
_ONLY = "(?:sr|print|screen|mobile|tablet|desktop|phone|xs|sm|md|lg|xl)-only"
_MAYBE_CLASS = re.compile(
    rf"^none$|(?:^|[-_:])(?:hid(?:e|den)|invisible|d(?:-\w+)?-none|display-none|offscreen|reader|{_ONLY}|text-(?:transparent|white)|collapsed?|(?:opacity|scale|[wh]|size)-0)(?:$|[-_])|\[0"
)
"""Names of classes that hide: what they really do an outer style sheet says."""


def look_of(tag: Tag) -> Look:
    """How the text of `tag` is seen by what the tag and the page's style sheets say."""
    known = tag.attrs.get(LOOK)
    if known is None:
        style = str(tag.get("style") or "")
        own = look(style, longest_figure(tag) if style and cuts(declarations(style), tag.name in CELLS) else 0)
    else:
        own = Look(int(str(known)))
    if own is Look.HIDDEN and "hidden" in _classes(tag) and _shown_again(tag):
        own = Look.MAYBE
    if own is Look.SHOWN:
        name = tag.name.lower()
        if name == "bdo":
            return Look.TURNED
        if name == "font" and str(tag.get("color") or "").lower() in ("white", "#fff", "#ffffff"):
            return Look.UNCLEAR
        if name == "marquee" or ("class" in tag.attrs and any(map(_MAYBE_CLASS.search, _classes(tag)))):
            return Look.MAYBE
    return max(own, Look.TURNED) if tag.name.lower() == "bdo" else own


def doubt_table(part: Tag) -> None:
    """Says of the table around `part`, or of what stands around very many tags, that nobody knows how it is seen."""
    around = list(islice(part.parents, _HEADING_PARTS))
    table = next((one for one in (part, *around) if is_table(one)), None)
    if table is None and len(around) == _HEADING_PARTS:
        table = around[-1]
    if table is not None:
        table.attrs[LOOK] = str(int(max(Look.UNCLEAR, look_of(table))))


def longest_figure(tag: Tag) -> int:
    """The length of the longest word in `tag` that holds a digit; 0 where none does."""
    words = _first_text(tag).split()
    return max((len(word) for word in words if any(map(str.isdigit, word))), default=0)


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
