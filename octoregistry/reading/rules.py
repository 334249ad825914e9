"""The Reading of a table by rules: header words, label words and shapes, never the accident of one page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from octoregistry.documents import Document, Table
from octoregistry.reading.cells import DIMENSION_BEHIND
from octoregistry.reading.context import (
    Undecided,
    choice_of_units,
    dollars_over,
    elsewhere,
    heading_model,
    ids_under,
    input_only,
    is_mode_label,
    modality_over,
    mode_over,
    unit_over,
)
from octoregistry.reading.ignored import other_units
from octoregistry.reading.names import looks_like_id, mentioned, shown_name
from octoregistry.reading.numbers import AMOUNT
from octoregistry.reading.qualifiers import other_offer_told
from octoregistry.reading.reading import Field, Names, NotRead, Reading
from octoregistry.reading.tiers import comparison_in, tier_in, without_size
from octoregistry.reading.units import unit_in, unit_of_cell
from octoregistry.reading.words import (
    ANOTHER_OFFER,
    BARE_PRICE,
    DIMENSION_COLUMN,
    DIMENSIONS,
    FAMILY,
    GROUP_COLUMN,
    INPUT_AND_OUTPUT,
    KEPT_IN_PARENTHESES,
    MODALITIES,
    MODALITY_COLUMN,
    MODE_COLUMN,
    MODES,
    NAME_COLUMN,
    NEGATED,
    NOT_A_DIMENSION,
    NOT_PAID,
    OFFER_COLUMN,
    OTHER_CURRENCY,
    PAID,
    TIER_COLUMN,
    TRAINING,
    UNIT_COLUMN,
    all_of,
    first_of,
)

_CURRENCY = re.compile(rf"{AMOUNT.pattern}|\bUSD\b|\bEUR\b", re.IGNORECASE)
_LONGEST_LABEL = 300  # a tooltip may explain a column; more is text
_LONGEST_REMARK = 30  # in the parentheses of a label
_DOLLARS = re.compile(r"\bUSD\b|US\$|\$|dollars?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Over:
    """What stands over a table, once it is known that it prices calls."""

    mode: str
    labels: tuple[str, ...]
    thresholds: dict[str, int]
    bare: bool


def read_table(
    document: Document, table: Table, thresholds: dict[str, int], names: Iterable[str] = ()
) -> Reading | NotRead:
    """What `table` means, or why the rules do not know.

    `names` are model names known from elsewhere (the page's other tables, the registry): a table that names no model
    is read only where the passage before it mentions one of them.
    """
    priced = any(_CURRENCY.search(text) for _, text in table.cells()) or table.component is not None
    place = elsewhere(document, table)
    if place:
        return NotRead(table.number, f"it stands under {place!r}, which is not the price of a plain call", priced=False)
    if told := other_offer_told(document, table):
        return NotRead(table.number, f"{told!r} stands over it: another offer than the plain call", priced)
    labels = column_labels(table)
    if any(TRAINING.search(label) for label in labels):
        return NotRead(table.number, "its columns price training, or work out an example", priced=False)
    mode = mode_over(document, table)
    if isinstance(mode, Undecided):
        return NotRead(table.number, mode.reason, priced)
    if (units := choice_of_units(document, table)) and not any(map(unit_in, labels)):
        return NotRead(
            table.number, f"a choice of units stands over it, and which holds cannot be seen: {units}", priced
        )
    bare = table.component is not None or any(map(dollars_in, labels)) or dollars_over(document, table)
    over = _Over(mode, labels, thresholds, bare)
    reading = (
        _by_columns(document, table, over) or _by_rows(document, table, over) or _nameless(document, table, over, names)
    )
    return reading or NotRead(table.number, _why(document, table, labels), priced)


def column_labels(table: Table) -> tuple[str, ...]:
    """The header of each column, its rows joined by line breaks where they differ."""
    header = table.rows[: table.header_rows]
    return tuple("\n".join(dict.fromkeys(row[c] for row in header if row[c])) for c in range(table.width))


def _why(document: Document, table: Table, labels: tuple[str, ...]) -> str:
    if units := other_units(document, table):
        return f"priced {', '.join(unit if unit.startswith('per') else f'per {unit}' for unit in units[:4])}, not per token"
    if table.header_rows:
        shown = " | ".join(label.replace("\n", " ") or "-" for label in labels[:8])
        return f"the rules do not know what its columns mean: {shown[:160]}"
    return f"it has no header; its first row is: {' | '.join(table.rows[0])[:160]!r}"


def dollars_in(label: str) -> bool:
    """True where `label` names US dollars, so that a figure below it needs no currency of its own."""
    return bool(_DOLLARS.search(label))


def bare_label(label: str) -> str:
    """A label without its remarks in parentheses, which are tooltips; "(storage)" and "(1 hour)" belong to what is counted."""

    def kept(match: re.Match[str]) -> str:
        inside = match.group()[1:-1].strip()
        return match.group() if len(inside) <= _LONGEST_REMARK and KEPT_IN_PARENTHESES.search(inside) else " "

    return re.sub(r"[(（][^()（）]*[)）]", kept, label).strip()


def field_of(index: int, label: str, thresholds: dict[str, int], *, only_input: bool = False) -> Field | None:
    """What the column or row with this label means, or None where it is not one of prices."""
    if len(label) > _LONGEST_LABEL:
        return None
    bare = bare_label(label)
    if NOT_A_DIMENSION.search(bare) or ANOTHER_OFFER.search(label) or OTHER_CURRENCY.search(label):
        return None
    dimension = first_of(DIMENSIONS, bare.replace("\n", " "))
    if dimension == "input" and comparison_in(bare):
        # "≤ 200K input tokens" names a tier; the dimension stands beside it or in the cells
        dimension = first_of(DIMENSIONS, without_size(bare))
    if both := bool(INPUT_AND_OUTPUT.search(label)):
        dimension = "input"
    if dimension is None and only_input and BARE_PRICE.match(bare):
        dimension = "input"
    tier_stated, above = tier_in(label, thresholds)
    if dimension is None and not tier_stated:
        return None
    modes = all_of(MODES, bare)
    return Field(
        index=index,
        dimension=dimension,
        mode=modes[0] if len(modes) == 1 else None,
        modalities=all_of(MODALITIES, label) if dimension else (),
        tier_stated=tier_stated,
        above=above,
        unit=unit_in(label),
        both=both,
    )


def name_column(table: Table, labels: tuple[str, ...]) -> int | None:
    """The column in which the models' names stand, by its label or by what stands in it; None where no column is one."""
    for index, label in enumerate(labels):
        if any(NAME_COLUMN.match(bare_label(part)) for part in label.split("\n")):
            return index
    first = bare_label(labels[0]) if labels else ""
    if table.body and (not first or GROUP_COLUMN.match(first)):
        for index in range(min(2, table.width)):
            cells = [row[index] for row in table.body if row[index]]
            if cells and sum(_names_a_model(cell) for cell in cells) * 2 > len(cells):
                return index
    return None


def _names_a_model(cell: str) -> bool:
    return not _CURRENCY.search(cell) and (looks_like_id(shown_name(cell)) or bool(FAMILY.search(shown_name(cell))))


def _by_columns(document: Document, table: Table, over: _Over) -> Reading | None:
    named = name_column(table, over.labels)
    names = Names("column", named) if named is not None else _names_of_modes(document, table, over)
    if names is None:
        return None
    fields: list[Field] = []
    qualifiers: dict[str, int] = {}
    only_input = input_only(document, table)
    for index, label in enumerate(over.labels):
        if index == named or NOT_PAID.search(label):
            continue
        kind = qualifier_of(table, index, bare_label(label))
        if kind:
            qualifiers.setdefault(kind, index)
        elif BARE_PRICE.match(bare_label(label)) and (
            "dimension" in qualifiers or _says_what_it_buys(table, index, label)
        ):
            fields.append(_priced_by_row(index, label))
        elif field := field_of(index, label, over.thresholds, only_input=only_input):
            if field.dimension is None and not any(re.search("[:：]", row[index]) for row in table.body):
                continue
            fields.append(field)
    if not fields:
        return None
    return Reading(
        table=table.number,
        names=names,
        fields=tuple(fields),
        mode=over.mode,
        unit=unit_over(document, table),
        modality=modality_over(document, table),
        bare_figures=over.bare,
        tier_column=qualifiers.get("tier"),
        modality_column=qualifiers.get("modality"),
        mode_column=qualifiers.get("mode"),
        dimension_column=qualifiers.get("dimension"),
        unit_column=qualifiers.get("unit"),
        offer_columns=offer_columns(over.labels),
    )


def _says_what_it_buys(table: Table, index: int, label: str) -> bool:
    """True for a column of prices whose cells say what each is for: "$2 / 1M input tokens, $9 / 1M output tokens"."""
    if NOT_A_DIMENSION.search(bare_label(label)) or ANOTHER_OFFER.search(label) or OTHER_CURRENCY.search(label):
        return False
    return any(DIMENSION_BEHIND.search(row[index]) for row in table.body)


def _priced_by_row(index: int, label: str) -> Field:
    """A column of prices whose rows or cells say what is counted: "Model | Type | Price"."""
    modes = all_of(MODES, label)
    return Field(index, None, mode=modes[0] if len(modes) == 1 else None, unit=unit_in(label))


def _names_of_modes(document: Document, table: Table, over: _Over) -> Names | None:
    """The model of the heading, where the first column tells modes or prompt sizes: "Mode | Input | Output"."""
    first = qualifier_of(table, 0, bare_label(over.labels[0])) if table.width > 1 and over.labels[0] else None
    return _of_heading(document, table) if first in ("mode", "tier") else None


def _of_heading(document: Document, table: Table) -> Names | None:
    """The model that the heading names beyond doubt, or None."""
    heading = heading_model(document, table)
    if heading is None or not (FAMILY.search(heading.text) or looks_like_id(shown_name(heading.text))):
        return None
    return Names("heading", names=(shown_name(heading.text),), ids=ids_under(document, heading, table))


def offer_columns(labels: Iterable[str]) -> tuple[int, ...]:
    """The columns whose cells say to whom, or where, the prices of their rows are offered."""
    return tuple(index for index, label in enumerate(labels) if OFFER_COLUMN.match(bare_label(label)))


def qualifier_of(table: Table, index: int, label: str) -> str | None:
    """What the cells of a column say about their rows: a tier, a modality, a mode, a dimension, a unit; None for a column of figures."""
    cells = [row[index] for row in table.body if row[index]]
    if not cells or any(_CURRENCY.search(cell) for cell in cells):
        return None
    if DIMENSION_COLUMN.match(label) and sum(bool(first_of(DIMENSIONS, cell)) for cell in cells) * 2 > len(cells):
        return "dimension"
    if UNIT_COLUMN.match(label):
        return "unit"
    if MODALITY_COLUMN.match(label) and all(all_of(MODALITIES, cell) for cell in cells):
        return "modality"
    if (TIER_COLUMN.match(label) or not label) and all(tier_in(cell)[0] for cell in cells):
        return "tier"
    if MODE_COLUMN.match(label) or (TIER_COLUMN.match(label) and any(all_of(MODES, cell) for cell in cells)):
        return "mode"  # a row whose word is no mode is told as a problem: another offer, not the standard price
    return None


def _by_rows(document: Document, table: Table, over: _Over) -> Reading | None:
    """Rows that name dimensions: one model named by a heading, or several in the header."""
    if table.width < 2:
        return None
    only_input = input_only(document, table)
    units = next((c for c in range(1, table.width) if UNIT_COLUMN.match(bare_label(over.labels[c]))), None)
    rows = [
        (r, table.rows[r][0])
        for r in range(table.header_rows, len(table.rows))
        if not _CURRENCY.search(table.rows[r][0])
    ]
    fields = tuple(f for r, label in rows if (f := _row_field(table, r, label, over, only_input=only_input)))
    if units is not None:
        fields = tuple(replace(f, unit=unit_of_cell(table.rows[f.index][units]) or f.unit) for f in fields)
    if not fields:
        return None
    columns = [c for c in range(1, table.width) if c != units and not NOT_PAID.search(over.labels[c])]
    paid = [c for c in columns if PAID.search(over.labels[c])]
    unit = next((u for c in paid or columns if (u := unit_in(over.labels[c]))), None) or unit_over(document, table)
    names, values = _row_names(document, table, over, paid or columns)
    if names is None:
        return None
    return Reading(
        table=table.number,
        names=names,
        fields=fields,
        fields_are="rows",
        values=values,
        mode=over.mode,
        unit=unit,
        modality=modality_over(document, table),
        bare_figures=over.bare,
    )


def _row_field(table: Table, row: int, label: str, over: _Over, *, only_input: bool) -> Field | None:
    """What a row's label means. "Price" alone means nothing, unless its cells say what they price: "$3 / input MTok"."""
    field = field_of(row, label, over.thresholds, only_input=only_input)
    if field and field.dimension:
        return field
    if BARE_PRICE.match(bare_label(label)) and any(DIMENSION_BEHIND.search(text) for text in table.rows[row][1:]):
        return Field(row, None, unit=unit_in(label))
    return None


def _row_names(
    document: Document, table: Table, over: _Over, columns: list[int]
) -> tuple[Names | None, tuple[int, ...]]:
    heading = heading_model(document, table)
    plain = all(PAID.search(over.labels[c]) or not over.labels[c] or BARE_PRICE.match(over.labels[c]) for c in columns)
    if heading and len(columns) == 1 and plain:
        ids = ids_under(document, heading, table)
        return Names("heading", names=(shown_name(heading.text),), ids=ids), (columns[0],)
    qualified = [over.labels[c] for c in columns]
    if all(is_mode_label(label) or tier_in(label)[0] for label in qualified) and len(set(qualified)) == len(qualified):
        return _of_heading(document, table), tuple(columns)
    named = [
        c for c in columns if re.search(r"[A-Za-z].*\d|\d.*[A-Za-z]", over.labels[c]) and not tier_in(over.labels[c])[0]
    ]
    if table.header_rows and len(named) == len(columns) and not any(unit_in(over.labels[c]) for c in columns):
        return Names("row", table.header_rows - 1), tuple(columns)
    return None, ()


def _nameless(document: Document, table: Table, over: _Over, names: Iterable[str]) -> Reading | None:
    """Figures under dimensions or tiers, for the models that the passage before the table mentions."""
    fields = [f for c, label in enumerate(over.labels) if (f := field_of(c, label, over.thresholds))]
    if not fields or len(fields) != table.width:
        return None
    for passage in document.lead(table):
        found = mentioned(passage.text, names)
        if found and not NEGATED.search(passage.text):
            return Reading(
                table=table.number,
                names=Names("passage", passage.number, names=found),
                fields=tuple(fields),
                mode=over.mode,
                unit=unit_over(document, table),
                bare_figures=over.bare,
            )
    return None
