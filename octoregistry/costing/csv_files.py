"""Usage logs of CSV: every cell as text, with whatever separator a file has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ibis.backends.duckdb import Backend

from octoregistry.costing.errors import CostingError
from octoregistry.costing.sql import FILE, LINE, fetched, text_of, texts_of

# Every cell is text: one word among a million numbers is that row's fault, not the file's.
_HOW = "all_varchar = true, header = true, strict_mode = true, store_rejects = true"
_TORN = (
    "SELECT DISTINCT ON (file_path, line) file_path, line, error_message, csv_line "
    "FROM reject_errors JOIN reject_scans USING (scan_id, file_id)"
)


def csv_query(connection: Backend, files: Sequence[str], _wanted: Sequence[str]) -> tuple[str, str, str]:
    """The rows of CSV files; the same with FILE and LINE; and once they were read, what lines are no rows."""
    # DuckDB stores the lines that are no row only for files of the same columns; hence a query for each set of them.
    alike: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        alike.setdefault(_header(connection, file), []).append(file)
    query = " UNION ALL BY NAME ".join(f"SELECT * FROM read_csv({texts_of(group)}, {_HOW})" for group in alike.values())
    # a window without an order numbers the rows as they are read, which is the order of a file while there is but one
    placed = " UNION ALL BY NAME ".join(
        f"SELECT *, {text_of(file)} AS {FILE}, row_number() OVER () + 1 AS {LINE} "
        f"FROM read_csv({text_of(file)}, {_HOW})"
        for file in files
    )
    return query, placed, _TORN


def _header(connection: Backend, file: str) -> tuple[str, ...]:
    """The separator and the columns of a file; raises CostingError where it has none, or two of one name."""
    alone = f"{text_of(file)}, all_varchar = true, ignore_errors = true"
    try:
        ((delimiter, columns),) = fetched(
            connection, f"SELECT Delimiter, Columns FROM sniff_csv({alone}, header = true)"
        )
        names = [column["name"] for column in columns]
        twice = _twice(connection, alone, names)
    except CostingError as error:  # mixed line ends are one reason
        raise CostingError(f"{file}: no CSV that can be read: {error}") from error
    if not all(name.isprintable() for name in names):
        raise CostingError(f"{file}: no CSV that can be read: it is not in UTF-8, or its first line has no names")
    if twice:
        raise CostingError(f"{file}: several columns are called {', '.join(twice)}; name each, for only one can count")
    return delimiter, *names


def _twice(connection: Backend, alone: str, names: Sequence[str]) -> list[str]:
    """The names that several columns have; DuckDB calls the second `input` input_1."""
    if not any(name.rpartition("_")[0] in names and name.rpartition("_")[2].isdigit() for name in names):
        return []
    (written,) = fetched(connection, f"SELECT * FROM read_csv({alone}, header = false) LIMIT 1")
    return [name for name, times in Counter(written).items() if times > 1]
