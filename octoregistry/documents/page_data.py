"""What a page that draws itself in the browser hands to its script as JSON, as the HTML that would show it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TypeAlias

from bs4 import BeautifulSoup
from bs4.element import Tag

from octoregistry.documents.styles import Look
from octoregistry.documents.visible import is_hidden, look_of

Json: TypeAlias = "str | bool | list[Json] | dict[str, Json] | None"

_DEEPEST = 150
_MOST_PARTS = 200_000  # JSON values of a page that are looked at; the largest page that is known has 20,000
_PRICE = re.compile(
    r"(?:[$€£¥￥₹₩]|\b(?:USD|EUR|GBP|CNY|RMB|JPY|INR|KRW))\s*\d|\d\s*(?:[$€£¥￥₹₩元円원]|&(?:euro|pound|yen);)"
)
_JSON_SCRIPTS = ("application/json", "application/ld+json")
# Next.js streams a page's tree as pieces of text, each a call; a row of it is ID:JSON or ID:T<length>,text.
_PUSH = re.compile(r"^\s*self\.__next_f\.push\((\[.*\])\)\s*;?\s*$", re.DOTALL)
_ROW = re.compile(r"([0-9a-f]+):(T[0-9a-f]+,|[A-Z]*)")
_REFERENCE = re.compile(r"\$[L@]?([0-9a-f]+)$")
_NAMES = ("name", "title", "model", "label", "heading", "displayName", "display_name", "modelName", "model_name")
_ROW_NAMES = ("value", "name", "title", "label", "heading")  # a key of these, or of those, says nothing of its text
_TEXTS = ("unit", "note", "text", "detail", "details", "description", "content", "subtitle", "caption")
_STRUCTURE = ("items", "rows", "data", "tabs", "list", "entries", "records", "cards", "blocks", "sections", "groups")
# Keys that an editor's database or a layout adds, and values of them that can say nothing of a price: a number, an id
# without a word, a colour, a language. A word under such a key may: "order": "batch".
_PLUMBING = re.compile(r"(?:_?id|sort|order|index|icon|image|logo|slug|locale|lang|className|"
                       r"(?:back)?ground|colou?r|@type|@context|\w*[_-]id)$", re.IGNORECASE)  # fmt: skip
_NO_WORDS = re.compile(
    r"[+-]?\d+(?:\.\d+)?|(?!\S*[A-Za-z]{4})(?=(?:\D*\d){3})[A-Za-z0-9_]{10,}|(?:rgba?|hsla?)\([\d\s.,%/]+\)"
)
_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][A-Z]{2})?")
_TYPE = re.compile(r"[A-Z][A-Za-z]+")  # of schema.org: "Offer"
# A time says its day, but for that of a text or of the page.
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ]\d\d:?\d\d[\d:.,]*+\s?(?:Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)
_OF_TEXTS = re.compile(r"^date$|creat|updat|publi|modif|fetch|build|built|generat|sync|stamp|revalidat", re.IGNORECASE)
_OF_PRICES = re.compile(r"(?<!re)valid|from|until|effective|start|next|(?-i:\bend|_end|End)", re.IGNORECASE)
# What may change a price in a list of texts; a mode alone may be what a model can do.
_SKILLS = re.compile("capabilit|feature|modalit|skill|support", re.IGNORECASE)
_MODES = re.compile(r"\b(?:batch|flex|priority)\b", re.IGNORECASE)
_CHANGES = re.compile(
    r"[$€£¥%]|^from\b|\b(?:pric\w*|costs?|rates?|bill\w*|charge\w*|fees?|start(?:s|ing)|begin\w*|ends?|at least|at most|minimum"
    r"|less than|more than|off|free|promo\w*|intro\w*|offer|per|discount\w*|until|effective|valid|USD|EUR|GBP|CNY|JPY|thousand"
    r"|million|tax|VAT|half|doubl\w*|\w*uplift\w*|surcharge\w*|cached only|limited|approx\w*|estimat\w*|subject to)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:href|url|src|link|path)$", re.IGNORECASE)
# Values that nobody is shown, under any key; a slash before a word is a unit ("/image"), before several a path.
_UNSHOWN = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|https?://\S+|/|/\w[\w.-]*(?:/[\w.-]+)+/?|/[\w-]+\.[a-z]{2,4}|#[0-9a-fA-F]{3,8}"
    r"|\$undefined"
)
# Tags that change nothing of what is shown; any other, or another attribute, may hide a text, strike it through or raise it.
_PLAIN_TAGS = frozenset(
    (
        *("html", "body", "p", "br", "b", "strong", "em", "i", "u", "div", "span", "a", "ul", "ol", "li", "code"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "td", "tr"),
    )
)
_PLAIN_ATTRIBUTES = frozenset(("href", "target", "rel", "title", "class"))
_ATTRIBUTES = ("hidden", "style", "role", "colspan", "rowspan", "aria-hidden", "aria-label", "class")
_NOTHING = ""
_MODELS = re.compile(r"models?$", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_-]+")
_OF_ITS_TIME = re.compile(r"\bprices?\s(?=(?:valid|until|effective|from|starts?|ends?)\b)", re.IGNORECASE)
_TAG = re.compile(r"[a-z][a-z0-9-]*$")


def data_markup(markup: str) -> str | None:
    """HTML that shows the data of a page's scripts as far as prices stand in it: lists of records as tables, or, where a
    record holds lists of its own, each under its name; None where no script holds a price.

    Known are JSON in a `<script type="application/json">` or `ld+json`, and the tree that Next.js streams.
    """
    soup = BeautifulSoup(markup, "lxml")
    shown = _Shown("".join(style.get_text() for style in soup.find_all("style")))
    pieces: list[str] = []
    for script in soup.find_all("script"):
        text = script.get_text()
        if str(script.get("type", "")).lower() in _JSON_SCRIPTS:
            shown.parts(_page_props(_json(text)), 1)
        elif push := _PUSH.match(text):
            call = _json(push[1])
            pieces += [call[1]] if isinstance(call, list) and len(call) == 2 and isinstance(call[1], str) else []
    if pieces:
        shown.tree("".join(pieces))
    body = "".join(shown.out)
    title = soup.title.get_text() if isinstance(soup.title, Tag) else ""
    head = f"<title>{escape(title)}</title><style>{shown.styles}</style>"
    return f"<html><head>{head}</head><body>{body}</body></html>" if _PRICE.search(body) else None


def _json(text: str) -> Json:
    """The value, its numbers as they stand there; None for what is no JSON, or nested deeper than anybody writes."""
    try:
        value: Json = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    layer: list[Json] = [value]
    for _ in range(_DEEPEST):
        layer = [each for item in layer if isinstance(item, list | dict) for each in _inside(item)]
    return None if layer else value


def _page_props(value: Json) -> Json:
    """What Next.js gives a page, without what stands around it; another value as it is."""
    props = value.get("props") if isinstance(value, dict) else None
    return props["pageProps"] if isinstance(props, dict) and "pageProps" in props else value


def _inside(value: list[Json] | dict[str, Json]) -> Iterable[Json]:
    return value.values() if isinstance(value, dict) else value


@dataclass(slots=True)
class _Shown:
    """The markup so far, and the rows of a streamed tree that are not shown yet."""

    styles: str = ""  # what the page's own style sheets say
    out: list[str] = field(default_factory=list)
    _rows: dict[str, Json] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)
    _streamed: bool = False
    _met: int = 0
    _level: int = 6
    _models: bool = False  # the list is called after models
    _given: int = 0  # how many records stand around what is shown: outside of all a text is a part of its element
    _priced: dict[int, bool] = field(default_factory=dict)
    _shown_rows: set[str] = field(default_factory=set)

    def tree(self, stream: str) -> None:
        """Show a streamed tree: each row where another one names it, those that none names at the end."""
        self._streamed = True
        for name, row in _rows(stream):
            if isinstance(row, bytes):
                self._texts[name] = row.decode(errors="replace")
            else:
                self._rows[name] = row
        named = set(re.findall(r"\"\$[L@]?([0-9a-f]+)\"", stream))
        for name in [name for name in self._rows if name not in named] + list(self._rows):
            self._row(name, 1)

    def _row(self, name: str, depth: int) -> None:
        """Show a row once."""
        if name in self._rows and name not in self._shown_rows:
            self._shown_rows.add(name)
            self.parts(self._rows[name], depth)

    def parts(self, value: Json, depth: int) -> None:
        """Show what of a value holds prices, and all that a tree of elements says around them."""
        self._met += 1
        if depth > _DEEPEST or self._met > _MOST_PARTS:
            return
        if isinstance(value, str):
            self._string(value, depth)
        elif isinstance(value, list) and value[:1] == ["$"] and self._streamed:
            self._element(value, depth)
        elif isinstance(value, list):
            records = [item for item in value if isinstance(item, dict)]
            texts = [item for item in value if isinstance(item, str)]
            if records and len(records) + len(texts) == len(value) and any(map(self._has_price, records)):
                self._records(
                    [{**each, "text": [each.get("text"), *texts]} for each in records] if texts else records, depth
                )
            else:
                for item in value:
                    self.parts(item, depth + 1)
        elif isinstance(value, dict) and self._has_price(value):
            self._record(value, depth)

    def _string(self, value: str, depth: int) -> None:
        if self._streamed and value.startswith("$") and not value.startswith("$$"):
            if found := _REFERENCE.match(value):
                self._row(found[1], depth + 1)
            return
        text = escape(self._text(value))
        self.out.append(f"<p>{text}</p>" if self._given else text)

    def _element(self, element: Sequence[Json], depth: int) -> None:
        """A tag with its children, or a component with what it is given."""
        tag, props = (element[1] if len(element) > 1 else None), (element[3] if len(element) > 3 else None)
        if not isinstance(props, dict) or tag in ("script", "style", "link", "meta", "svg", "template"):
            return
        plain = isinstance(tag, str) and bool(_TAG.match(tag))
        if plain:
            kept = {("class" if key == "className" else key.lower()): str(each) for key, each in props.items()
                    if isinstance(each, str | bool) and each is not False and each != "$undefined"}  # fmt: skip
            attributes = "".join(f' {key}="{escape(kept[key])}"' for key in _ATTRIBUTES if key in kept)
            self.out.append(f"<{tag}{attributes}>")
        else:
            given = {key: each for key, each in props.items() if key != "children"}
            if any(map(self._has_price, given.values())):
                self._record(given, depth)
        self.parts(props.get("children"), depth + 1)
        inner = props.get("dangerouslySetInnerHTML")
        if isinstance(inner, dict):
            self.parts(inner.get("__html"), depth + 1)
        if plain:
            self.out.append(f"</{tag}>")

    def _records(self, records: Sequence[dict[str, Json]], depth: int) -> None:
        """Records with lists of their own one by one, others as the rows of a table."""
        flat = [dict(self._fields(record)) for record in records]
        if any(self._lists(record) for record in records):
            for record in records:
                self._record(record, depth)
            return
        keys = [key for key in dict.fromkeys(key for row in flat for key in row) if any(row.get(key) for row in flat)]
        names = "model" if self._models else ""
        heads = "".join(f"<th>{names if key in _ROW_NAMES else escape(_words(key))}</th>" for key in keys)
        rows = ("".join(f"<td>{escape(row.get(key) or _NOTHING)}</td>" for key in keys) for row in flat)
        self.out.append(f"<table><tr>{heads}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>")

    def _record(self, record: dict[str, Json], depth: int) -> None:
        """A section: the record's name over its texts, then its lists under their keys."""
        name = next((key for key in _NAMES if isinstance(record.get(key), str)), None)
        self.out.append("<section>")
        self._given += 1
        if name:
            self._heading(self._text(str(record[name])))
        for key, text in self._fields(record):
            if key != name and text:
                said = escape(text if key in (*_ROW_NAMES, *_TEXTS) else f"{_words(key)}: {text}")
                self.out.append(
                    f"<p><code>{said.partition(': ')[2]}</code></p>" if _is_id(key, text) else f"<p>{said}</p>"
                )
        for key, value in self._lists(record):
            headed, self._models = key not in _STRUCTURE, bool(_MODELS.search(key))
            if headed:
                self._heading(_words(key))
            self.parts(value, depth + 1)
            self._level -= headed
        self._level -= bool(name)
        self._given -= 1
        self.out.append("</section>")

    def _heading(self, text: str) -> None:
        """A heading one level below the last, and all of them below those that a tree of elements has."""
        self._level += 1
        self.out.append(f'<div role="heading" aria-level="{self._level}">{escape(text)}</div>')

    def _fields(self, record: dict[str, Json], before: str = "") -> Iterator[tuple[str, str]]:
        """(key, text) of all that a record says itself and in the records that it holds."""
        names = {str(record[key]) for key in _NAMES if isinstance(record.get(key), str)}
        for key, value in record.items():
            if isinstance(value, dict) and before.count(" ") < _DEEPEST:
                yield from self._fields(value, f"{before}{key} ")
            elif isinstance(value, bool):
                yield f"{before}{key}", "yes" if value else "no"
            elif isinstance(value, list) and not self._has_price(value):
                yield (
                    f"{before}{key}{'noted' if _SKILLS.search(key) else ''}",
                    self._listed(key, value),
                )  # no head that says nothing
            elif isinstance(value, str) and (text := self._text(value)) and _is_shown(key, text, names):
                yield f"{before}{key}", _TIME.sub(r"\1", text)

    def _listed(self, key: str, value: Sequence[Json]) -> str:
        """What of a list without prices may change one, in words."""
        found: list[str] = []
        skills = _SKILLS.search(key)
        left = [(key, each) for each in reversed(value)]
        while left:
            key, each = left.pop()
            if isinstance(each, list):
                left += [(key, inner) for inner in reversed(each)]
            elif isinstance(each, dict):
                left += reversed(each.items())
            elif (
                isinstance(each, str)
                and (text := self._text(each))
                and _is_shown(key, text, ())
                and (_CHANGES.search(text) or _OF_PRICES.search(key) or (not skills and _MODES.search(text)))
            ):
                found.append(text)
        return "; ".join(found)

    def _lists(self, record: dict[str, Json]) -> list[tuple[str, Json]]:
        """(key, list) of the lists with prices in a record, and in the records that it holds."""
        found: list[tuple[str, Json]] = []
        for key, value in record.items():
            if isinstance(value, list) and self._has_price(value):
                found.append((key, value))
            elif isinstance(value, dict):
                found += [(f"{key} {inner}", each) for inner, each in self._lists(value)]
        return found

    def _text(self, value: str) -> str:
        """What a text says: without the markup that an editor wrote, and without the escape of a tree's own sign."""
        if self._streamed and value.startswith("$"):
            if not value.startswith("$$"):
                found = _REFERENCE.match(value)
                return self._plain(self._texts.get(found[1], "")) if found else ""
            value = value[1:]
        return self._plain(value)

    def _plain(self, value: str) -> str:
        """The text of markup, or the markup itself where it may show a text otherwise: its words are not understood then."""
        if not set("<&") & set(value):
            return value
        soup = BeautifulSoup(value, "lxml")
        plain = all(map(self._is_plain, soup.find_all(True)))
        return " ".join(soup.get_text(" ").split()) if plain else value

    def _is_plain(self, tag: Tag) -> bool:
        """True for a tag that shows its text as it is, by what it says and as far as no style sheet names it."""
        classes = str(tag.get("class") or "")
        return (
            tag.name in _PLAIN_TAGS
            and _PLAIN_ATTRIBUTES.issuperset(tag.attrs)
            and not is_hidden(tag)
            and look_of(tag) is Look.SHOWN
            and not any(name in self.styles for name in re.findall(r"[\w-]+", classes))
        )

    def _has_price(self, value: Json) -> bool:
        """True where a price stands anywhere in a value."""
        if isinstance(value, str):
            return bool(_PRICE.search(self._text(value) if value.startswith("$") else value))
        if not isinstance(value, list | dict):
            return False
        known = self._priced.get(id(value))
        if known is None:
            known = any(map(self._has_price, _inside(value)))
            self._priced[id(value)] = known
        return known


def _rows(stream: str) -> Iterator[tuple[str, Json | bytes]]:
    """(id, value) of each row of a streamed tree; a text row as the bytes that its length counts."""
    data = stream.encode("utf-8", "surrogatepass")
    at = 0
    while at < len(data):
        head = _ROW.match(data[at : at + 40].decode("utf-8", "replace"))
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        if head and head[2].startswith("T"):
            start = at + head.end()
            at = start + int(head[2][1:-1], 16)
            yield head[1], data[start:at]
            continue
        if head:
            yield head[1], _json(data[at + head.end() : end].decode("utf-8", "replace"))
        at = end + 1


def _is_shown(key: str, text: str, names: Iterable[str]) -> bool:
    """True for a text that may say something of a price; not for what an editor's database or a layout needs. `names` are
    those of its record, which an id may repeat."""
    if _PRICE.search(text):
        return True
    if _TIME.fullmatch(text) and _OF_TEXTS.search(key) and not _OF_PRICES.search(key):
        return False
    if _UNSHOWN.fullmatch(text) or (_LINK.search(key) and re.fullmatch(r"[/#?]\S*", text)):
        return False
    if not _PLUMBING.match(key):
        return True
    known = _NO_WORDS.fullmatch(text) or text.lower() in {_slug(name) for name in names}
    language = key.lower() in ("locale", "lang") and _LANGUAGE.fullmatch(text)
    return not (known or language or (key.startswith("@") and _TYPE.fullmatch(text)))


def _slug(name: str) -> str:
    """`Road 9 (mini)` as addresses have it: "road-9-mini"."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _words(key: str) -> str:
    """`price_dollar` and `priceDollar` -> "price dollar"; `priceValidUntil`, no price, -> "Valid Until"."""
    return _OF_ITS_TIME.sub("", " ".join(_CAMEL.sub(" ", key).split()))


def _is_id(key: str, text: str) -> bool:
    """True for the id that a program names a model by."""
    return bool(
        re.search(r"endpoint|model|api", key, re.IGNORECASE) and re.fullmatch(r"[a-z0-9]+[-._:/@][\w.:/@-]*", text)
    )
