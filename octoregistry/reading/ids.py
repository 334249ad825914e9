"""The API ids that a page gives for the names it uses, in a table of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from octoregistry.documents import Document, Table
from octoregistry.reading.classify.names import looks_like_id, plain, split_names

_ID_LABEL = re.compile(r"(?:(?:\w+ ){0,2}api (?:id|alias|name|model(?: name| id)?)|model (?:id|code))$", re.IGNORECASE)
_REMARK = re.compile(r"(?<!\s)\s*+[(（][^()（）]*+[)）]")
_TOKEN = re.compile(r"[a-z][\w.:-]{0,80}\d[\w.:-]{0,80}|[a-z]{1,80}(?:-[a-z0-9.]{1,80}){1,20}")


def page_ids(document: Document, heads_names: Callable[[str], bool]) -> dict[str, tuple[str, ...]]:
    """{name: ids} from every table with a column (or a row) of API ids, in the order in which they stand.

    `heads_names` says of a head whether its column holds the names of models.
    """
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for table in document.tables:
        for name, cell in _pairs(table, heads_names):
            for model in split_names(plain(_REMARK.sub(" ", name))):
                found[model].update((token, None) for token in _TOKEN.findall(cell) if looks_like_id(token))
    return {name: tuple(ids) for name, ids in found.items() if ids}


def _pairs(table: Table, heads_names: Callable[[str], bool]) -> list[tuple[str, str]]:
    if not table.header_rows:
        return []
    header = table.rows[table.header_rows - 1]
    names = [c for c, text in enumerate(header) if heads_names(text)]
    columns = [c for c, text in enumerate(header) if _ID_LABEL.match(text)]
    if names and columns:
        return [(row[names[0]], row[c]) for row in table.body for c in columns]
    rows = [row for row in table.body if _ID_LABEL.match(row[0])]
    return [(header[c], row[c]) for row in rows for c in range(1, table.width)]
