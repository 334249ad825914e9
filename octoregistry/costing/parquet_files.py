"""Usage logs of Parquet, files of other columns and of other types beside each other."""

from __future__ import annotations

from collections.abc import Sequence

from ibis.backends.duckdb import Backend

from octoregistry.costing.errors import CostingError
from octoregistry.costing.records import TORN_FILE
from octoregistry.costing.sql import FILE, LINE, fetched, name_of, text_of, texts_of

# Types that DuckDB would make one of, and by that say that a time without a zone is one of UTC.
_TIMES = ("DATE", "TIMESTAMP")
_FINE = "TIMESTAMPTZ_NS"  # which it can write as text, and as nothing else but this


def parquet_query(connection: Backend, files: Sequence[str], _wanted: Sequence[str]) -> tuple[str, str, str]:
    """The rows of Parquet files; the same with FILE and LINE; and a query for the files that are torn, if any is.

    Raises CostingError where none of them can be read.
    """
    alike, torn = _alike(connection, files)
    groups = {tuple(group): _types(connection, group) for group in alike}
    everywhere: dict[str, set[str]] = {}
    for types in groups.values():
        for name, kind in types.items():
            everywhere.setdefault(name, set()).add(kind)
    unlike = {name for name, kinds in everywhere.items() if len(kinds) > 1 and any(map(_is_time, kinds))}
    rows, placed = [], []
    for group, types in groups.items():
        read = f"read_parquet({texts_of(group)}, union_by_name = true"
        casts = [
            f"{name_of(name)}::{'VARCHAR' if name in unlike else 'TIMESTAMPTZ'} AS {name_of(name)}"
            for name, kind in types.items()
            if name in unlike or kind == _FINE
        ]
        replaced = f" REPLACE ({', '.join(casts)})" if casts else ""
        rows.append(f"SELECT *{replaced} FROM {read})")
        placed.append(
            f"SELECT * EXCLUDE (filename, file_row_number){replaced}, filename AS {FILE}, "
            f"file_row_number + 1 AS {LINE} FROM {read}, filename = true, file_row_number = true)"
        )
    lost = " UNION ALL ".join(f"SELECT {text_of(file)}, 1, {text_of(TORN_FILE)}, ''" for file in torn)
    return " UNION ALL BY NAME ".join(rows), " UNION ALL BY NAME ".join(placed), lost and f"SELECT * FROM ({lost})"


def can_be_read(connection: Backend, file: str) -> bool:
    """Whether all that stands in a file is what was written: its end, from which its columns are known, may be whole."""
    try:
        fetched(
            connection,
            f"SELECT count(*) FROM (SELECT hash(one) AS h FROM read_parquet({text_of(file)}) one) WHERE h = 0",
        )
    except CostingError:
        return False
    return True


def _alike(connection: Backend, files: Sequence[str]) -> tuple[list[list[str]], list[str]]:
    """The files by their columns' types, and those that cannot be read."""
    types = "list((name, type, converted_type, logical_type::VARCHAR) ORDER BY name)"
    found: dict[str, list[str]] = {}
    torn: dict[str, CostingError] = {}
    for file in files:
        try:
            ((schema,),) = fetched(connection, f"SELECT {types}::VARCHAR FROM parquet_schema({text_of(file)})")
        except CostingError as error:
            torn[file] = error
        else:
            found.setdefault(schema, []).append(file)
    for file, fault in torn.items() if not found else ():
        raise CostingError(f"{file}: no Parquet that can be read: {fault}") from fault
    return list(found.values()), list(torn)


def _types(connection: Backend, files: Sequence[str]) -> dict[str, str]:
    query = f"DESCRIBE SELECT * FROM read_parquet({texts_of(files)}, union_by_name = true)"
    return {name: kind for name, kind, *_ in fetched(connection, query)}


def _is_time(kind: str) -> bool:
    return kind.startswith(_TIMES)
