"""Usage logs of CSV as an engine reads them: every cell as text, with the separator and the names of each file's first line."""

from __future__ import annotations

from collections.abc import Sequence

from ibis.backends.duckdb import Backend

from octoregistry.costing.plain_tables import FILE, LINE, TableQueries, can_be_columns, marks
from octoregistry.costing.records import csv_header
from octoregistry.costing.sql import fetched, text_of, texts_of

# Every cell is text: one word among a million numbers is that row's fault, not the file's.
_HOW = (
    "auto_detect = false, header = true, quote = '\"', escape = '\"', encoding = 'utf-8', strict_mode = true, "
    "store_rejects = true, hive_partitioning = false"
)
# The lines that are no rows. What else is wrong with a line only Python tells.
_TORN = (
    "SELECT DISTINCT ON (file_path, line) file_path, line, "
    "CASE WHEN error_type IN ('MISSING COLUMNS', 'TOO MANY COLUMNS') THEN error_message END, '' "
    "FROM reject_errors JOIN reject_scans USING (scan_id, file_id)"
)


def csv_source(connection: Backend, files: Sequence[str]) -> TableQueries | None:
    """The rows of CSV files; None where only Python reads them as they are meant. Raises CostingError for a file without
    columns, or with two of one name.
    """
    # DuckDB stores the lines that are no row only for files of the same columns; hence a query for each set of them.
    alike: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        delimiter, names = csv_header(file)
        if len(names) == 1 or not can_be_columns(names):  # of one column, an empty line may be a row
            return None
        alike.setdefault((delimiter, *names), []).append(file)
    tables = [names for _, *names in alike]
    queries, placed, rows = [], [], 0
    for (delimiter, *names), group in alike.items():
        columns = ", ".join(f"{text_of(name)}: 'VARCHAR'" for name in names)
        how = f"delim = {text_of(delimiter)}, columns = {{{columns}}}, {_HOW}"
        chosen = f"SELECT *, {marks(names, names, tables)}"
        queries.append(f"{chosen} FROM read_csv({texts_of(group)}, {how})")
        rows += fetched(connection, f"SELECT count(*) FROM read_csv({texts_of(group)}, {how})")[0][0]
        # a window without an order numbers the rows as they are read, which is the order of a file while there is but one
        placed += [
            f"{chosen}, {text_of(file)} AS {FILE}, row_number() OVER () + 1 AS {LINE} "
            f"FROM read_csv({text_of(file)}, {how})"
            for file in group
        ]
    return TableQueries(" UNION ALL BY NAME ".join(queries), " UNION ALL BY NAME ".join(placed), rows, _TORN)
