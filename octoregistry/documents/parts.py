"""Which part of a table a tag is, by its name or its role."""

from __future__ import annotations

from bs4.element import Tag

CELLS = ("td", "th")
_CELL_ROLES = frozenset({"cell", "gridcell", "columnheader", "rowheader"})
_TABLE_ROLES = frozenset({"table", "grid", "treegrid"})
_GROUPS = frozenset({"thead", "tbody", "tfoot", "colgroup", "col"})
COLUMNS = frozenset({"colgroup", "col"})


def is_table(tag: Tag) -> bool:
    """True for a table, and for what its role calls one."""
    return tag.name == "table" or tag.get("role") in _TABLE_ROLES


def is_row(tag: Tag) -> bool:
    """True for a row of a table."""
    return tag.name == "tr" or tag.get("role") == "row"


def is_group(tag: Tag) -> bool:
    """True for a group of rows or columns."""
    return tag.name in _GROUPS or tag.get("role") == "rowgroup"


def is_cell(tag: Tag) -> bool:
    """True for a cell of a row."""
    return tag.name in CELLS or tag.get("role") in _CELL_ROLES


def is_part(tag: Tag) -> bool:
    """True for a row, a group or a cell."""
    return is_cell(tag) or is_row(tag) or is_group(tag)


def is_head(part: Tag) -> bool:
    """True for a row or a group that may say what stands below it, and for columns."""
    around = part.parent
    return (
        part.name in ("thead", *COLUMNS)
        or (around is not None and around.name == "thead")
        or part.find("th", recursive=False) is not None
        or (is_row(part) and part.find_previous_sibling(is_row) is None)
    )
