"""The records of usage files, one flat row each, read in Python: tables, lines, and documents that hold rows in lists."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import IO, Any, cast

from octoregistry.costing.errors import CostingError
from octoregistry.costing.otlp import spans, with_events
from octoregistry.costing.patterns import UNREAD
from octoregistry.costing.values import UNFINISHED, UnpricedRows
from providers.flat import HOLDERS, Row, flat, object_of, plain_name
from providers.interpretation import recipe_of
from providers.recipe import Recipe, recipes

_AT_A_TIME = 10_000  # rows of Parquet
_DELIMITERS = ",;\t|"

NO_OBJECT = "no JSON object"
TORN_FILE = "a whole file, which is no Parquet that can be read"
BROKEN_OFF = "the rest of a file, which breaks off"
UNREADABLE = (OSError, EOFError, zlib.error, UnicodeError, csv.Error)


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a log, and where it stands. `columns` are those of its table; a record of JSON has none but its own."""

    row: Row
    file: str
    line: int
    columns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Torn:
    """A line of a file that is no row, and why."""

    file: str
    line: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list: whether it says that others follow, and of what."""

    file: str
    line: int
    goes_on: bool
    of: str


def records(file: str, kind: str) -> Iterator[Record | Torn | ListPage]:
    """The rows of a file of `kind` (csv, json, jsonl, parquet), its lines that are none, and the pages that rows stand on.

    Raises CostingError for a file that cannot be read as what it is called; one that breaks off is told as a line.
    """
    if kind == UNREAD:
        no_file = f"{Path(file).name} is a pipe, a device or a link to nothing"
        packed = f"unpack or rename {Path(file).name}, or take it out of the folder"
        raise CostingError(f"{file}: {packed if Path(file).is_file() else no_file}")
    read = 0
    try:
        for read, found in enumerate(_records(file, kind), 1):  # noqa: B007 - how many there were before it broke off
            yield found
    except UNREADABLE as error:
        if not read and kind != "jsonl":
            raise CostingError(f"{file}: cannot be read: {_said(error)}") from error
        yield Torn(file, read + 1, f"{BROKEN_OFF}: {_said(error)}", "")


def _said(error: BaseException) -> str:
    """What is wrong with a file, without anything that stands in it."""
    return type(error).__name__ if isinstance(error, UnicodeError) else str(error) or type(error).__name__


def _records(file: str, kind: str) -> Iterator[Record | Torn | ListPage]:
    if kind == "csv":
        yield from _table(file, _csv_rows(file))
    elif kind == "parquet":
        yield from _table(file, _parquet_rows(file))
    else:
        yield from _Session(file).records(_lines(file) if kind == "jsonl" else _document(file))


def unfinished(pages: Sequence[ListPage]) -> list[UnpricedRows]:
    """The lists whose last page is not here, as problems: where their first page stands."""
    found: dict[str, list[ListPage]] = {}
    for page in pages:
        found.setdefault(page.of, []).append(page)
    return [
        UnpricedRows(UNFINISHED, 1, place=f"{those[0].file}:{those[0].line}")
        for those in found.values()
        if all(page.goes_on for page in those)
    ]


def torn_problems(torn: Sequence[Torn]) -> list[UnpricedRows]:
    """Lines that are no rows as problems: where the first stands, and nothing of what stands there."""
    reasons: dict[str, list[Torn]] = {}
    for line in torn:
        reasons.setdefault(f"a line that is no row: {line.reason}", []).append(line)
    return [
        UnpricedRows(reason, len(lines), place=f"{lines[0].file}:{lines[0].line}") for reason, lines in reasons.items()
    ]


@cache
def json_columns() -> frozenset[str]:
    """The columns of tables that may hold JSON in a text: those that a recipe knows fields of."""
    roots = [root for recipe in recipes() for root in recipe.usage]
    named = [name for recipe in recipes() for name in recipe.known_fields()] + [f"{root}.x" for root in roots]
    said = [name for recipe in recipes() for one in (*recipe.modes, *recipe.places) for name in one.names]
    inner = (name.rpartition(".")[0] for name in said if "." in name)
    return frozenset((*(name.partition(".")[0] for name in named if "." in name), *inner, *roots, *HOLDERS))


def records_of(cells: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> Iterator[Record]:
    """The rows of a frame, which stand nowhere, with its columns."""
    there = frozenset(map(plain_name, columns))
    return (Record(flat(row, json_columns()), "", place, there) for place, row in enumerate(cells, 1))


def _table(file: str, rows: Iterator[tuple[int, dict[str, Any] | str]]) -> Iterator[Record | Torn]:
    columns: frozenset[str] | None = None
    for line, cells in rows:
        if isinstance(cells, str):
            yield Torn(file, line, *cells.split("\n", 1))
            continue
        columns = frozenset(map(plain_name, cells)) if columns is None else columns
        yield Record(flat(cells, json_columns()), file, line, columns)


def opened(file: str) -> IO[bytes]:
    """The bytes of a file, unpacked where it is packed."""
    if file.endswith(".zst"):
        import pyarrow as pa  # noqa: PLC0415 - a tenth of a second that texts need not pay

        return cast("IO[bytes]", io.BufferedReader(pa.input_stream(file, compression="zstd")))
    return cast("IO[bytes]", gzip.open(file)) if file.endswith(".gz") else open(file, "rb")  # noqa: PTH123 - closed by whoever reads


def csv_header(file: str) -> tuple[str, list[str]]:
    """The delimiter and the names of the columns of a CSV; raises CostingError where it has none, or two of one name."""
    try:
        with opened(file) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
            first = text.readline()
            delimiter = max(_DELIMITERS, key=first.count)
            names = next(csv.reader(chain([first], text), delimiter=delimiter, strict=True), [])
    except UNREADABLE as error:
        raise CostingError(f"{file}: no CSV that can be read: {_said(error)}") from error
    if not all(name.isprintable() for name in names) or not names:
        raise CostingError(f"{file}: no CSV that can be read: it is not in UTF-8, or its first line has no names")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise CostingError(f"{file}: several columns are called {', '.join(twice)}; name each, for only one can count")
    return delimiter, names


def _csv_rows(file: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    delimiter, names = csv_header(file)
    with opened(file) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
        rows = csv.reader(text, delimiter=delimiter, strict=True)
        next(rows)
        for number, cells in enumerate(rows, 2):
            if len(cells) == len(names):
                yield number, dict(zip(names, cells, strict=True))
            elif cells:
                wrong = f"Expected Number of Columns: {len(names)} Found: {len(cells)}"
                yield number, f"{wrong}\n{delimiter.join(cells)}"


def _parquet_rows(file: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    import pyarrow as pa  # noqa: PLC0415 - a tenth of a second that texts need not pay
    import pyarrow.parquet as pq  # noqa: PLC0415 - as above

    # the folders of a partition are columns: day=2026-10-01/a.parquet
    folders = dict(part.split("=", 1) for part in Path(file).parts[:-1] if "=" in part)
    try:
        with pq.ParquetFile(file) as found:
            for _ in found.iter_batches(_AT_A_TIME):
                pass  # its end tells of columns; only reading it all shows that they are what was written
    except (pa.ArrowException, OSError):
        yield 1, f"{TORN_FILE}\n"
        return
    with pq.ParquetFile(file) as found:
        batches = found.iter_batches(_AT_A_TIME)
        rows = chain.from_iterable(batch.to_pylist(maps_as_pydicts="lossy") for batch in batches)
        for place, cells in enumerate(rows, 1):
            yield place, {**cells, **folders}


def _lines(file: str) -> Iterator[tuple[int, Any]]:
    """Every line as JSON, or as the bytes that are none."""
    with opened(file) as raw:
        for number, line in enumerate(raw, 1):
            if line.strip():
                try:
                    yield number, json.loads(line, object_pairs_hook=object_of)
                except (ValueError, RecursionError):  # the latter at 100 kB of brackets
                    yield number, line


def _document(file: str) -> Iterator[tuple[int, Any]]:
    with opened(file) as raw:
        written = raw.read()
    try:
        document = json.loads(written, object_pairs_hook=object_of)
    except (ValueError, RecursionError) as error:
        raise CostingError(f"{file}: not JSON: {error}; of lines with an object each, call it .jsonl") from error
    items = document if isinstance(document, list) else [document]
    if items and not any(isinstance(item, dict) for item in items):
        raise CostingError(f"{file}: item 1 is no object")
    yield from enumerate(items, 1)


class _Session:
    """The rows of one file of JSON, with what some forms carry from one line to the next."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.carried: dict[str, Any] = {}
        self.totals: dict[str, Any] = {}

    def records(self, items: Iterator[tuple[int, Any]]) -> Iterator[Record | Torn | ListPage]:
        for place, item in items:
            if not isinstance(item, dict):
                text = item if isinstance(item, bytes) else json.dumps(item).encode()
                yield Torn(self.file, place, NO_OBJECT, text.decode(errors="replace").strip()[:300])
                continue
            if isinstance(item.get("has_more"), bool):
                yield ListPage(self.file, place, item["has_more"], _kind_of_page(item))
            for row in _rows_of(item):
                if (moved := self._moved(row)) is not None:
                    yield Record(moved, self.file, place)

    def _moved(self, row: Row) -> Row | None:
        """The row with what lines before it said; None where it only repeats the last sums of a running total."""
        for recipe in _with_memory():
            for name in recipe.carried:
                if name in row:
                    self.carried[name] = row[name]
                elif name.count(".") > 1 and any(field.startswith(f"{name.rpartition('.')[0]}.") for field in row):
                    self.carried.pop(name, None)  # settings are stated whole
            sums = {name: value for name, value in row.items() if name.startswith(f"{recipe.moved}.")}
            if not sums:
                continue
            before, self.totals = self.totals, sums
            if sums == before:
                return None
            row |= _moved_by(before, sums, recipe.moved)
            last = recipe.usage[0]
            if not any(name.startswith(f"{last}.") for name in row):  # older logs state the running total alone
                row |= {
                    last + name.removeprefix(recipe.moved): value - before.get(name, 0)
                    for name, value in sums.items()
                    if isinstance(value, int)
                }
            return row | {f"carried.{name}": value for name, value in self.carried.items()}
        return row


def _moved_by(before: Row, sums: Row, running: str) -> Row:
    """By how much each running total moved, to be held against what the line says of its last call; one that falls begins
    anew, and of the first nobody knows.
    """
    moved: Row = {}
    for name, value in sums.items() if before else ():
        old = before.get(name, 0)
        if isinstance(old, int) and isinstance(value, int):
            moved[f"carried.moved{name.removeprefix(running)}"] = value - old if value >= old else value
    return moved


@cache
def _with_memory() -> tuple[Recipe, ...]:
    return tuple(recipe for recipe in recipes() if recipe.moved)


def _kind_of_page(item: Mapping[str, Any]) -> str:
    """What a page lists, by the names in its first entry."""
    entry: Any = item
    while isinstance(entry, dict):
        inner = next((value for value in entry.values() if isinstance(value, list) and value), None)
        if inner is None or not isinstance(inner[0], dict):
            break
        entry = inner[0]
    return f"{entry.get('object', '')} {' '.join(sorted(entry))}" if isinstance(entry, dict) else ""


@cache
def _list_paths() -> tuple[tuple[str, ...], ...]:
    """The lists that hold rows, as recipes name them, and the ends of those paths: a page may be kept bucket by bucket."""
    paths = [recipe.rows for recipe in recipes() if recipe.rows]
    return tuple(dict.fromkeys((*paths, *(path[1:] for path in paths if len(path) > 1))))


def _rows_of(item: Mapping[str, Any]) -> Iterator[Row]:
    """The rows within one object: itself, the spans of a trace, or the entries of its lists."""
    if isinstance(item.get("resourceSpans"), list):
        yield from map(flat, spans(item))
        return
    item = with_events(item)
    row = flat(item, json_columns())
    if recipe_of(row) is None:
        for path in _list_paths():
            found = [flat(entry, json_columns()) for entry in _entries(item, path)]
            if found and any((recipe := recipe_of(entry)) is not None and recipe.rows for entry in found):
                yield from found
                return
        if isinstance(item.get("data"), list) and item["data"] and all(isinstance(one, dict) for one in item["data"]):
            for one in item["data"]:
                yield from _rows_of(one)
            return
        if any(isinstance(item.get(name), list) and not item[name] for name in ("data", "results")):
            return  # a page of nothing
    yield row


def _entries(item: Mapping[str, Any], path: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The entries of the lists at `path`, each with the fields around its list."""
    inner = item.get(path[0])
    around = {key: value for key, value in item.items() if not isinstance(value, list) and key != path[0]}
    if isinstance(inner, dict) and len(path) > 1:
        yield from ({**around, **found} for found in _entries(inner, path[1:]))
        return
    if not isinstance(inner, list):
        return
    for entry in inner:
        if not isinstance(entry, dict):
            continue
        if len(path) == 1:
            yield around | entry
        else:
            yield from ({**around, **found} for found in _entries(entry, path[1:]))
