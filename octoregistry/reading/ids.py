"""The API ids that a page gives for the names it uses, in a table of its own."""

from __future__ import annotations

import re
from collections import defaultdict

from octoregistry.documents import Document, Table
from octoregistry.reading.names import looks_like_id, split_names
from octoregistry.reading.words import NAME_COLUMN

_ID_LABEL = re.compile(
    r"^(?:(?:claude|anthropic|openai|gemini) api(?: id| name| model)?|api (?:id|name|model(?: name| id)?)|model (?:id|code)|(?:claude|anthropic) api alias)$",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[a-z][\w.:-]*\d[\w.:-]*|[a-z]+(?:-[a-z0-9.]+)+")


def page_ids(document: Document) -> dict[str, tuple[str, ...]]:
    """{name: ids} from every table with a column (or a row) of API ids, in the order in which they stand."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for table in document.tables:
        for name, cell in _pairs(table):
            for model in split_names(name):
                found[model].update((token, None) for token in _TOKEN.findall(cell) if looks_like_id(token))
    return {name: tuple(ids) for name, ids in found.items() if ids}


def _pairs(table: Table) -> list[tuple[str, str]]:
    if not table.header_rows:
        return []
    header = table.rows[table.header_rows - 1]
    names = [c for c, text in enumerate(header) if NAME_COLUMN.match(text)]
    columns = [c for c, text in enumerate(header) if _ID_LABEL.match(text)]
    if names and columns:
        return [(row[names[0]], row[c]) for row in table.body for c in columns]
    rows = [row for row in table.body if _ID_LABEL.match(row[0])]
    return [(header[c], row[c]) for row in rows for c in range(1, table.width)]
