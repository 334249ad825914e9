"""Readings into rates: the figures at the addresses that a Reading names, each with its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from octoregistry.documents import Document, Table
from octoregistry.reading.cells import CellContext, CellPrice, CellPrices, only_modalities, read_cell
from octoregistry.reading.context import is_mode_label, other_currency_over
from octoregistry.reading.days import NO_SPAN, Span, span_in
from octoregistry.reading.names import remarks, split_names, without_tagline
from octoregistry.reading.qualifiers import over
from octoregistry.reading.rates import Evidence, Problem, StatedPrice
from octoregistry.reading.reading import Field, Reading
from octoregistry.reading.tiers import Tier, comparison_in, tier_in
from octoregistry.reading.units import PER_MILLION, Unit, unit_of_cell
from octoregistry.reading.words import (
    ANOTHER_OFFER,
    ANOTHER_PLACE,
    DIMENSIONS,
    LIFECYCLE,
    MODALITIES,
    MODES,
    NOT_A_DIMENSION,
    QUALIFIED_NAME,
    all_of,
    first_of,
)

_OF_MODALITY: Mapping[str, Mapping[str, str]] = {
    "input": {"text": "input", "image": "input_image", "video": "input_video", "audio": "input_audio"},
    "output": {"text": "output", "image": "output_image", "video": "output_video", "audio": "output_audio"},
    "cached_input": {
        "text": "cached_input", "image": "cached_input_image", "video": "cached_input_video", "audio": "cached_input_audio"
    },
}  # fmt: skip
_PAIR = re.compile(r"[^\w/]*[\d.,]+\s*[^\w/]*/\s*[^\w/]*[\d.,]+\W*$")  # "$3 / $15"
_IMPLAUSIBLE = 100  # within one cell, prices of one dimension further apart than this are in different units


@dataclass(frozen=True, slots=True)
class Figure:
    """One price at one address, before those of a model and mode are gathered into a rate."""

    name: str
    ids: tuple[str, ...]
    mode: str
    above: Tier
    dimension: str
    span: Span
    price: StatedPrice
    witness: str


@dataclass(frozen=True, slots=True)
class Line:
    """What a row (or a value column) says about all of its figures."""

    names: tuple[str, ...]
    ids: tuple[str, ...]
    mode: str | None = None
    dimension: str | None = None
    unit: Unit | None = None
    modalities: tuple[str, ...] = ()
    tier_stated: bool = False
    above: Tier = None
    threshold: int | None = None
    span: Span = NO_SPAN


NO_LINE = Line((), ())


def figures_of(
    document: Document, reading: Reading, context: CellContext
) -> tuple[tuple[Figure, ...], tuple[Problem, ...]]:
    """Every price that stands where `reading` says, and what could not be read there."""
    table = document.tables[reading.table - 1]
    figures: list[Figure] = []
    problems: list[Problem] = []
    currency = other_currency_over(document, table)
    if currency:
        return (), (Problem(document.url, f"T{table.number}", f"{currency!r} stands over it: not US dollars"),)
    all_of_it = over(document, table, context.page_date, dict(context.thresholds))
    for row, column, field, own in _places(table, reading, context, problems, document.url):
        line = own if own.span else replace(own, span=all_of_it.span)
        if all_of_it.tier_stated and not line.tier_stated:
            line = replace(line, tier_stated=True, above=all_of_it.above)
        evidence = Evidence(document.url, table.address(row, column), table.rows[row][column])
        found, unread = cell_figures(evidence, field, line, reading, context)
        figures += found
        problems += unread
    return tuple(figures), tuple(problems)


def cell_figures(
    evidence: Evidence, field: Field, line: Line, reading: Reading, context: CellContext
) -> tuple[tuple[Figure, ...], tuple[Problem, ...]]:
    """Every price in one cell or passage of which `field` and `line` say what it means, and what could not be read."""
    figures: list[Figure] = []
    read = read_cell(evidence.text, replace(context, bare_figures=reading.bare_figures))
    problems = [Problem(evidence.page, evidence.address, reason) for reason in read.problems]
    if field.both:
        return _both(read, evidence, field, line, reading)
    stated = [(price, dims) for price in read.prices if (dims := _dimensions(price, field, line, reading))]
    for price, dimensions in stated:
        unit = _unit(price, field, reading, line)
        if unit is None:
            continue
        if _implausible(price, [p for p, dims in stated if set(dims) & _family(dimensions)]):
            reason = f"{price.text!r} is far from its neighbours: another unit?"
            problems.append(Problem(evidence.page, evidence.address, reason))
            continue
        if dimensions == ("cache_storage_hour",) and not (unit.per_hour or price.storage):
            reason = f"{price.text!r} stands for storage, but for no hour: storage, or the cached prompt itself?"
            problems.append(Problem(evidence.page, evidence.address, reason))
            continue
        usd = price.usd * (unit.factor or 1)
        stated_price = StatedPrice(
            usd, evidence, unit_stated=unit is not PER_MILLION or _stated(price, field, reading, line)
        )
        figures += _figures(price, dimensions, field, line, reading, stated_price)
    return tuple(figures), tuple(problems)


def _both(
    read: CellPrices, evidence: Evidence, field: Field, line: Line, reading: Reading
) -> tuple[tuple[Figure, ...], tuple[Problem, ...]]:
    """The two prices of "$3 / $15" under "Input / Output"; a cell that says more is told and not read."""
    if not read.prices and not read.problems:
        return (), ()
    found: list[Figure] = []
    pair = len(read.prices) == 2 and not read.problems and _PAIR.match(evidence.text)
    for price, dimension in zip(read.prices, ("input", "output"), strict=False) if pair else ():
        unit = _unit(price, field, reading, line)
        if unit is not None:
            told = _stated(price, field, reading, line)
            stated = StatedPrice(price.usd * (unit.factor or 1), evidence, unit_stated=told)
            found += _figures(price, (dimension,), field, line, reading, stated)
    if found:
        return tuple(found), ()
    return (), (Problem(evidence.page, evidence.address, f"{evidence.text!r} is no price of input / price of output"),)


def _figures(
    price: CellPrice, dimensions: tuple[str, ...], field: Field, line: Line, reading: Reading, stated: StatedPrice
) -> Iterator[Figure]:
    tiers = ((price.tier_stated, price.above), (field.tier_stated, field.above), (line.tier_stated, line.above))
    above = next((above for is_stated, above in tiers if is_stated), None)
    if above == "unknown" and line.threshold:
        above = line.threshold
    mode = field.mode or line.mode or reading.mode
    for name in line.names:
        for dimension in dimensions:
            yield Figure(name, line.ids, mode, above, dimension, price.span or line.span, stated, reading.witness)


def _places(
    table: Table, reading: Reading, context: CellContext, problems: list[Problem], page: str
) -> Iterator[tuple[int, int, Field, Line]]:
    if reading.fields_are == "rows":
        for column in reading.values:
            line = _heading_line(table, reading, column, context)
            for field in reading.fields:
                yield field.index, column, field, line
        return
    name_cell = ""
    group_mode: str | None = None
    for row in range(table.header_rows, len(table.rows)):
        if group := _group_label(table.rows[row]):
            modes = all_of(MODES, group)
            group_mode, name_cell = (modes[0] if len(modes) == 1 else None), ""
            continue
        if row in table.ragged:
            if any(read_cell(text, context).prices for text in table.rows[row]):
                problems.append(Problem(page, table.address(row, 0), "the row has more or fewer cells than the header"))
            name_cell = ""
            continue
        qualifier = NO_LINE
        if reading.names.where == "column":
            own = table.rows[row][reading.names.index]
            qualifier = _qualifying(own, context)
            name_cell = name_cell if qualifier != NO_LINE else own or name_cell
        row_line = _qualified(_row_line(table, reading, row, name_cell, context), qualifier, group_mode)
        if not row_line.tier_stated and _shares_its_name(table, reading, row):
            row_line = _with_tier_of_cells(row_line, table.rows[row], reading, context)
        if doubt := _doubt_of_row(table, reading, row, name_cell):
            if any(read_cell(text, context).prices for text in table.rows[row]):
                problems.append(Problem(page, table.address(row, reading.names.index), doubt))
        elif row_line.names:
            for field in reading.fields:
                yield row, field.index, field, row_line


def _qualified(line: Line, qualifier: Line, group_mode: str | None) -> Line:
    """`line` with what its own cell says instead of a name, and what the row that groups it says."""
    if qualifier.tier_stated:
        line = replace(line, tier_stated=True, above=qualifier.above)
    return replace(line, modalities=qualifier.modalities or line.modalities, mode=line.mode or group_mode)


def _qualifying(name_cell: str, context: CellContext) -> Line:
    """What a cell in the column of names says of the model above it, where it names none: "> 200K tokens", "Audio"."""
    if _BESIDE_A_SIZE.sub("", name_cell):
        modalities = all_of(MODALITIES, name_cell) if only_modalities(name_cell) else ()
        return Line((), (), modalities=modalities)
    stated, above = tier_in(name_cell, dict(context.thresholds))
    return Line((), (), tier_stated=stated, above=above) if stated else NO_LINE


def _shares_its_name(table: Table, reading: Reading, row: int) -> bool:
    """True for a row that prices the same model as the row above or below it."""
    if reading.names.where != "column":
        return False
    first = max(row - 1, table.header_rows)
    names = [cells[reading.names.index] for cells in table.rows[first : row + 2]]
    own, below = names[row - first], names[row - first + 1 :]
    return not own or own in names[: row - first] or below in ([own], [""])


def _with_tier_of_cells(line: Line, cells: tuple[str, ...], reading: Reading, context: CellContext) -> Line:
    """`line` with the prompt size that one of its cells states, where each holds one price: it tells two rows apart."""
    read = [read_cell(cells[field.index], context).prices for field in reading.fields]
    stated = {price.above for prices in read for price in prices if price.tier_stated}
    if len(stated) != 1 or any(len(prices) > 1 for prices in read):
        return line
    return replace(line, tier_stated=True, above=stated.pop())


_BESIDE_A_SIZE = re.compile(
    r"[<>≤≥=\d.,+]+\s*[km]?(?![^\W\d_])|\b(?:prompts?|tokens?|context|inputs?|length|long|short|up|to|over|above|under|below|more|less|greater"
    r"|longer|shorter|than|for|with|of)\b|\W",
    re.IGNORECASE,
)


def _group_label(row: tuple[str, ...]) -> str | None:
    """The label of a row that groups those below it: one text, alone or over the whole width."""
    texts = {text for text in row if text}
    text = texts.pop() if len(texts) == 1 and (row.count("") == len(row) - 1 or "" not in row) and len(row) > 1 else ""
    return text if is_mode_label(text) else None


def _doubt_of_row(table: Table, reading: Reading, row: int, name_cell: str) -> str | None:
    """Why the row's prices are not those of a plain call of one model, or None."""
    if QUALIFIED_NAME.search(name_cell):
        return f"{name_cell!r} is no plain model"
    # "(retired, except on Bedrock)" tells where it still runs, "(Bedrock)" and "on Bedrock" whose price it is
    if (
        reading.names.where == "column"
        and (ANOTHER_OFFER.search(without_tagline(name_cell)) or ANOTHER_PLACE.search(name_cell))
        and not LIFECYCLE.search(remarks(name_cell))
    ):
        return f"{name_cell!r} is another offer than the plain call"
    for column in reading.offer_columns:
        if ANOTHER_OFFER.search(table.rows[row][column]):
            return f"{table.rows[row][column]!r} is another offer than the plain call"
    if reading.mode_column is not None and len(all_of(MODES, table.rows[row][reading.mode_column])) != 1:
        return f"{table.rows[row][reading.mode_column]!r} is no mode that is known"
    return None


def _named_mode(name_cell: str) -> str | None:
    """The mode that a name cell states beside the name: "Claude Opus 5 (fast mode)", "gpt-5 - Batch"."""
    found = all_of(MODES, remarks(name_cell)) or all_of(MODES, " ".join(_BEHIND_NAME.findall(name_cell)))
    return found[0] if len(found) == 1 else None


_BEHIND_NAME = re.compile(r"\s(?:[-\u2013\u2014:]\s*)?(?:batch|flex|priority|fast mode)(?:\s+api)?\s*$", re.IGNORECASE)


def _heading_line(table: Table, reading: Reading, column: int, context: CellContext) -> Line:
    """What the header of a column of values says: whose they are, or in which mode and for which prompts they hold."""
    label = "\n".join(dict.fromkeys(row[column] for row in table.rows[: table.header_rows] if row[column]))
    if reading.names.where == "row":
        cell = table.rows[reading.names.index][column]
        names = split_names(_BEHIND_NAME.sub("", cell))
        return Line(names, (), _named_mode(cell), span=span_in(remarks(cell), context.page_date))
    modes = all_of(MODES, label)
    stated, above = tier_in(label, dict(context.thresholds))
    mode = modes[0] if len(modes) == 1 else None
    return Line(reading.names.names, reading.names.ids, mode, tier_stated=stated, above=above)


def _row_line(table: Table, reading: Reading, row: int, name_cell: str, context: CellContext) -> Line:
    cells = table.rows[row]
    shown = without_tagline(name_cell)
    named_mode = _named_mode(shown) if reading.names.where == "column" else None
    plain_name = _BEHIND_NAME.sub("", shown)
    names = split_names(plain_name) if reading.names.where == "column" else reading.names.names
    tier_stated = False
    above: Tier = None
    threshold: int | None = None
    said = remarks(name_cell) or "\n".join(name_cell.split("\n")[1:])
    if compared := comparison_in(said):
        # "(<272K context length)" in a name tells what the row's base price holds for, and so where long context begins
        threshold = compared[1]
        tier_stated, above = (True, threshold) if compared[0] == "above" else (False, None)
    if reading.tier_column is not None:
        stated, in_column = tier_in(cells[reading.tier_column], dict(context.thresholds))
        tier_stated, above = (True, in_column) if stated else (tier_stated, above)
    counted = cells[reading.dimension_column] if reading.dimension_column is not None else ""
    modes = all_of(MODES, counted)
    told = reading.modality_column if reading.modality_column is not None else reading.dimension_column
    return Line(
        names=names,
        ids=(),
        mode=first_of(MODES, cells[reading.mode_column])
        if reading.mode_column is not None
        else modes[0]
        if len(modes) == 1
        else named_mode,
        dimension=None if NOT_A_DIMENSION.search(counted) else first_of(DIMENSIONS, counted),
        unit=unit_of_cell(cells[reading.unit_column]) if reading.unit_column is not None else None,
        modalities=all_of(MODALITIES, cells[told]) if told is not None else (),
        tier_stated=tier_stated,
        above=above,
        threshold=threshold,
        span=span_in(name_cell, context.page_date),
    )


def _dimensions(price: CellPrice, field: Field, line: Line, reading: Reading) -> tuple[str, ...]:
    """The dimensions that one price is stated for: "(text / image)" of an input is `input` and `input_image`."""
    base = field.dimension or price.dimension or line.dimension
    if base is None:
        return ()
    if base in ("cached_input", "cache_storage_hour") and _is_storage(price, base):
        return ("cache_storage_hour",)
    modalities = (
        price.modalities or field.modalities or line.modalities or ((reading.modality,) if reading.modality else ())
    )
    table = _OF_MODALITY.get(base)
    if not modalities or table is None:
        return () if modalities and "text" not in modalities else (base,)
    return tuple(dict.fromkeys(table[m] for m in modalities if m in table))


def _is_storage(price: CellPrice, base: str) -> bool:
    return base == "cache_storage_hour" or bool(price.unit and price.unit.per_hour) or price.storage


def _unit(price: CellPrice, field: Field, reading: Reading, line: Line) -> Unit | None:
    """The unit of a price that is one of tokens, or None for one that is not."""
    if field.dimension == "cache_storage_hour" and price.unit and price.unit.factor is None:
        return PER_MILLION if price.storage else None
    unit = price.unit or line.unit or field.unit or reading.unit or PER_MILLION
    return unit if unit.factor is not None else None


def _stated(price: CellPrice, field: Field, reading: Reading, line: Line) -> bool:
    return (price.unit or line.unit or field.unit or reading.unit) is not None


def _family(dimensions: tuple[str, ...]) -> set[str]:
    return next(
        ({*table.values()} for table in _OF_MODALITY.values() if set(dimensions) <= {*table.values()}), set(dimensions)
    )


def _implausible(price: CellPrice, neighbours: list[CellPrice]) -> bool:
    highest = max((p.usd for p in neighbours if not p.storage), default=Decimal(0))
    return not price.storage and price.usd * _IMPLAUSIBLE < highest
