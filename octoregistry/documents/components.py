"""Tables from the data that a page hands to its components: JSX attributes, and the props of Astro islands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bs4 import BeautifulSoup

from octoregistry.documents.document import Gap
from octoregistry.documents.grid import Grid, SpanningCell, grid
from octoregistry.documents.jsliteral import JsValue, LiteralError, read_literal
from octoregistry.documents.whole_number import whole_number
from providers.vendors import vendors

_ROWS = ("rows", "data", "items")
_GROUPS = ("groups", "sections")
_GROUP_NAMES = ("model", "name", "label", "title", "category")
_TEXTS = ("label", "text", "name", "title", "html", "value", "children")
_TAG = re.compile(r"<(?P<name>[A-Za-z][\w.-]*)(?=[\s/>])")
_ATTRIBUTE = re.compile(r"\s*(?P<name>[A-Za-z_@:][\w:.-]*)(?P<equals>\s*=\s*)?")
_STATEMENT = re.compile(r"^(?:import|export)\b[^;]{0,2000}?(?:;|from\s+[\"'][^\"']+[\"'];?)[ \t]*$", re.MULTILINE)
_FIGURE = re.compile(r"\s*+(?:\$?\s*+\d[\d.,]*+|-|\u2013|\u2014|free|n/?a|)\s*+$", re.IGNORECASE)
_MODALITY = re.compile(r"(?:text|audio|image|video)s?$", re.IGNORECASE)
_MOST_GAPS = 20  # after so many broken components the page is no such page, and looking on takes ever longer
_FRAGMENT = re.compile(r"<>((?:[^<>{}]|\{\"[^\"{}]*\"\}){1,200})</>")  # <>{"$"}0.16</>
_QUOTED = re.compile(r"\{\"([^\"{}]*)\"\}")
_BARE = re.compile(r"[^\s>]*")
_CLOSING = re.compile(r"\s*\}")
_BRACES = re.compile(r"[{}\"'`]")
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'|`(?:[^`\\]|\\.)*+`", re.DOTALL)
_LOOSE_ROWS = re.compile(r"\brows\s*(?::|=\s*\{)\s*(?=\[)")
_LOOSE_GROUP = re.compile(r"\b(?:model|name|label)\s*:\s*(?P<name>\"[^\"]{1,120}\"|'[^']{1,120}')\s*,\s*$")


@dataclass(frozen=True, slots=True)
class ComponentTable:
    """A table that a component would draw: its grid (`header_rows` 0 where the data names no columns) and its label."""

    component: str
    grid: Grid
    label: str | None = None


def table_of(component: str, props: dict[str, JsValue]) -> ComponentTable | None:
    """The table that `props` describe, or None where they hold no rows."""
    header = _header(props)
    groups = next((props[key] for key in _GROUPS if isinstance(props.get(key), list)), None)
    rows = next((props[key] for key in _ROWS if isinstance(props.get(key), list)), None)
    body: list[list[SpanningCell]] = []
    if isinstance(groups, list):
        for group in groups:
            body.extend(_group_rows(group))
    if isinstance(rows, list):
        keys, body_rows = _plain_rows(rows)
        header = header or ([[SpanningCell(key, header=True) for key in keys]] if keys else [])
        body.extend(body_rows)
    if not body:
        return None
    if not header:
        header, body = _with_columns(body, grouped=isinstance(groups, list))
    label = props.get("tier")
    return ComponentTable(component, grid([*header, *body]), label if isinstance(label, str) else None)


def wire_value(value: object) -> JsValue:
    """The plain value of an Astro wire value: `[0, x]` is x, `[1, [...]]` a list, objects hold wire values."""
    if isinstance(value, list):
        if len(value) == 2 and value[0] == "1" and isinstance(value[1], list):
            return [wire_value(item) for item in value[1]]
        return wire_object(value[1]) if len(value) == 2 else None
    return wire_object(value)


def wire_object(value: object) -> JsValue:
    """`value` with the wire values of an object unpacked; numbers as the text that stood in the page."""
    if isinstance(value, dict):
        return {key: wire_value(item) for key, item in value.items()}
    return value if value is None or isinstance(value, bool | str) else str(value)


def island_table(component: str, props: str) -> ComponentTable | None:
    """The table in an Astro island's `props` attribute, or None where it holds none (or is no JSON)."""
    if not any(f'"{key}"' in props for key in (*_ROWS, *_GROUPS)):
        return None
    try:
        decoded = wire_object(json.loads(props, parse_float=str, parse_int=str))
    except (ValueError, RecursionError):
        return None
    return table_of(component, decoded) if isinstance(decoded, dict) else None


def lift_components(source: str) -> tuple[str, tuple[ComponentTable, ...], tuple[Gap, ...]]:
    """(`source` with HTML tags only, the tables of its components, rows that could not be read) of a page with JSX in it.

    Where a component with rows stood, `<div data-component-table="N">` marks the place of table N. Rows whose
    component was cut off (an export that lost the opening tag) are found too. Expressions in other tags go.
    """
    if not ("={" in source or _LOOSE_ROWS.search(source)):
        return source, (), ()
    tables: list[ComponentTable] = []
    gaps: list[Gap] = []
    text = _FRAGMENT.sub(lambda match: json.dumps(_QUOTED.sub(r"\1", match[1])), _STATEMENT.sub("", source))
    text = _replace(text, _tags(text, tables))
    text = _replace(text, _loose_rows(text, tables, gaps))
    return text, tuple(tables), tuple(gaps)


def _mark(tables: list[ComponentTable], table: ComponentTable) -> str:
    tables.append(table)
    return f'\n\n<div data-component-table="{len(tables) - 1}"></div>\n\n'


def _replace(text: str, edits: Iterator[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, new in edits:
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])


def _tags(text: str, tables: list[ComponentTable]) -> Iterator[tuple[int, int, str]]:
    at = broken = 0
    while (tag := _TAG.search(text, at)) and broken < _MOST_GAPS:
        at = tag.end()
        try:
            attributes, end, closed = _attributes(text, tag.end())
        except LiteralError:
            broken += 1
            continue
        if end is None:
            continue
        table = table_of(tag["name"], attributes) if closed else None
        if table:
            yield tag.start(), end, _mark(tables, table)
            at = end
        elif "={" in text[tag.start() : end]:
            kept = "".join(
                f' {k}="{v}"' for k, v in attributes.items() if isinstance(v, str) and not set(v) & set('"\n<>')
            )
            yield tag.start(), end, f"<{tag['name']}{kept}{' /' if closed else ''}>"
            at = end


def _attributes(text: str, at: int) -> tuple[dict[str, JsValue], int | None, bool]:
    """(attributes, end or None for a tag that never ends, whether it closes itself) of the tag whose name ends at `at`."""
    found: dict[str, JsValue] = {}
    while at < len(text):
        rest = text[at : at + 2].lstrip() or text[at : at + 200].lstrip()[:2]
        if rest.startswith(">"):
            return found, text.index(">", at) + 1, False
        if rest.startswith("/"):
            end = text.find(">", at)
            return found, (end + 1 if end >= 0 else None), True
        name = _ATTRIBUTE.match(text, at)
        if not name:
            return found, None, False
        at = name.end()
        if not name["equals"]:
            found[name["name"]] = ""
        elif text[at : at + 1] == "{":
            found[name["name"]], at = _expression(text, at)
        else:
            found[name["name"]], at = _quoted(text, at)
    return found, None, False


def _quoted(text: str, at: int) -> tuple[str, int]:
    quote = text[at : at + 1]
    if quote in ('"', "'"):
        end = text.find(quote, at + 1)
        if end < 0:
            raise LiteralError(f"an attribute's quote at character {at} never closes")
        return text[at + 1 : end], end + 1
    bare = _BARE.match(text, at)
    return (bare.group(), bare.end()) if bare else ("", at)


def _expression(text: str, at: int) -> tuple[JsValue, int]:
    try:
        value, end = read_literal(text, at + 1)
        closing = _CLOSING.match(text, end)
        if closing:
            return value, closing.end()
    except LiteralError:
        pass  # any other expression: its value does not matter, only where it ends
    return None, _balanced(text, at)


def _balanced(text: str, at: int) -> int:
    depth, end = 0, at
    open_until: dict[str, int] = {}  # what a quote opens that nothing closes is no text, up to the line's end
    while found := _BRACES.search(text, end):
        sign, end = found.group(), found.end()
        if sign in "{}":
            depth += 1 if sign == "{" else -1
            if depth == 0:
                return end
        elif end > open_until.get(sign, 0):
            if quoted := _STRING.match(text, found.start()):
                end = quoted.end()
            else:
                line = -1 if sign == "`" else text.find("\n", end)
                open_until[sign] = len(text) if line < 0 else line
    raise LiteralError(f"a brace at character {at} never closes")


def _loose_rows(text: str, tables: list[ComponentTable], gaps: list[Gap]) -> Iterator[tuple[int, int, str]]:
    at = 0
    while (found := _LOOSE_ROWS.search(text, at)) and len(gaps) < _MOST_GAPS:
        at = found.end()
        try:
            rows, end = read_literal(text, found.end())
        except LiteralError as error:
            gaps.append(Gap(f"character {found.start()}", f"a component's rows cannot be read: {error}"))
            continue
        group = _LOOSE_GROUP.search(text, max(0, found.start() - 200), found.start())
        name = group["name"][1:-1] if group else None
        props: dict[str, JsValue] = {"groups": [{"model": name, "rows": rows}]} if name else {"rows": rows}
        table = table_of("rows", props)
        if table:
            yield found.start(), end, _mark(tables, table)
            at = end


def _header(props: dict[str, JsValue]) -> list[list[SpanningCell]]:
    labels = props.get("headingLabels")
    groups = props.get("headingGroups")
    headings = props.get("headings") or props.get("columns") or props.get("headers")
    header: list[list[SpanningCell]] = []
    if isinstance(groups, list):
        header.append(
            [
                SpanningCell(cell_text(g.get("label")), header=True, colspan=_span(g.get("colSpan")))
                for g in groups
                if isinstance(g, dict)
            ]
        )
    names = labels if isinstance(labels, list) and isinstance(groups, list) else headings
    if isinstance(names, list):
        header.append([SpanningCell(cell_text(name), header=True) for name in names])
    return header


def _with_columns(
    rows: list[list[SpanningCell]], *, grouped: bool
) -> tuple[list[list[SpanningCell]], list[list[SpanningCell]]]:
    """(header, rows) for rows that name no columns, made equally wide; without a header where they have another shape.

    A vendor's file says which columns its component takes; rows that two vendors' files explain are explained by none.
    """
    leading = 2 if grouped else 1
    orders = dict.fromkeys(vendor.unnamed_columns for vendor in vendors().values() if vendor.unnamed_columns)
    explained = [(max(order, key=len), found) for order in orders if (found := _widened(rows, leading, order))]
    if len(explained) != 1:
        return [], rows
    ((columns, widened),) = explained
    by_modality = grouped and all(_MODALITY.match(row[1].text.strip()) for row in rows)
    names = (("model", "modality") if by_modality else ("category", "model")) if grouped else ("model",)
    return [[SpanningCell(name, header=True) for name in (*names, *columns)]], widened


def _widened(
    rows: list[list[SpanningCell]], leading: int, order: Sequence[Sequence[str]]
) -> list[list[SpanningCell]] | None:
    """`rows` as wide as the widest of the `order`s, by how many figures each has; None where one has another shape."""
    by_number = {len(columns): columns for columns in order}
    widest = max(order, key=len)
    widened = []
    for row in rows:
        columns = by_number.get(len(row) - leading)
        if columns is None or not all(_FIGURE.match(cell.text) for cell in row[leading:]):
            return None
        figures = dict(zip(columns, row[leading:], strict=True))
        widened.append([*row[:leading], *(figures.get(name, SpanningCell("")) for name in widest)])
    return widened


def _span(value: JsValue) -> int:
    return max(1, whole_number(value, 9999) or 1)


def _group_rows(group: JsValue) -> list[list[SpanningCell]]:
    if not isinstance(group, dict) or not isinstance(group.get("rows"), list):
        return []
    name = next((cell_text(group[key]) for key in _GROUP_NAMES if group.get(key)), "")
    _, rows = _plain_rows(group["rows"])
    return [[SpanningCell(name), *row] for row in rows]


def _plain_rows(rows: JsValue) -> tuple[list[str], list[list[SpanningCell]]]:
    if not isinstance(rows, list):
        return [], []
    if rows and all(isinstance(row, dict) for row in rows):
        keys = list(dict.fromkeys(key for row in rows if isinstance(row, dict) for key in row))
        words = [re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", key) for key in keys]
        return words, [[SpanningCell(cell_text(row.get(key))) for key in keys] for row in rows if isinstance(row, dict)]
    return [], [[SpanningCell(cell_text(cell)) for cell in row] for row in rows if isinstance(row, list)]


def cell_text(value: JsValue) -> str:
    """The visible text of a cell's value, with a tooltip in parentheses behind the label that it explains."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str):
        return _visible(value) if "<" in value else value.strip()
    if isinstance(value, list):
        return _joined([cell_text(item) for item in value])
    if len(value) == 1:
        return cell_text(next(iter(value.values())))
    label = next((cell_text(value[key]) for key in _TEXTS if value.get(key)), "")
    tooltip = cell_text(value.get("tooltip"))
    return f"{label} ({tooltip})" if tooltip else label


def _joined(texts: Sequence[str]) -> str:
    return " ".join(text for text in texts if text)


def _visible(markup: str) -> str:
    if not re.search(r"</?[a-zA-Z]", markup):
        return markup.strip()
    soup = BeautifulSoup(re.sub(r"<br\s*/?>", "\n", markup), "lxml")
    return re.sub(r"[^\S\n]+", " ", soup.get_text(" ")).strip()
