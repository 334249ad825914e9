"""The Reading of one table by what its shape is said to mean, and where the page's own words contradict that.

The page's words fill in what was not said (a tier in a header, a modality over the table): leaving something out
cannot make a price look like another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from octoregistry.documents import Document, Table
from octoregistry.reading.cells import CellContext, read_cell
from octoregistry.reading.context import (
    Undecided,
    choice_of_units,
    dollars_over,
    heading_model,
    ids_under,
    input_only,
    modality_over,
    mode_over,
    modes_only,
    unit_over,
)
from octoregistry.reading.meaning import DIMENSION_WORDS, MODALITY_WORDS, MODE_WORDS, Meaning, witness_of
from octoregistry.reading.names import mentioned, shown_name
from octoregistry.reading.qualifiers import other_offer_told
from octoregistry.reading.reading import Field, Names, Reading
from octoregistry.reading.rules import (
    bare_label,
    column_labels,
    dollars_in,
    field_of,
    name_column,
    offer_columns,
    qualifier_of,
)
from octoregistry.reading.shapes import key, labels_over, row_labels
from octoregistry.reading.tiers import Tier, tier_in
from octoregistry.reading.units import PER_MILLION, Unit, unit_in
from octoregistry.reading.words import MODALITIES, MODES, NEGATED, NOT_A_DIMENSION, NOT_PAID, PAID, all_of

_UNITS = {
    "per_1m_tokens": PER_MILLION,
    "per_1k_tokens": Unit("1K tokens", PER_MILLION.factor and PER_MILLION.factor * 1000),
    "per_token": Unit("token", PER_MILLION.factor and PER_MILLION.factor * 1_000_000),
}
_NO_DAY = date(2000, 1, 1)  # whether a cell holds a price does not depend on the day
_QUALIFIERS = {"mode_of_row": "mode", "tier_of_row": "tier", "modality_of_row": "modality"}


@dataclass(frozen=True, slots=True)
class Meant:
    """`reading` is None where `faults` say why there can be none. `contradictions` are what the page's words deny."""

    reading: Reading | None
    faults: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()


def reading_of(
    document: Document, table: Table, meaning: Meaning, thresholds: dict[str, int], names: Iterable[str] = ()
) -> Meant:
    """What `table` means if `meaning` is right. `names` are those that a passage before the table may mention."""
    return _Interpretation(document, table, meaning, thresholds).meant(names)


class _Interpretation:
    """One table under one meaning, with the faults and contradictions found on the way."""

    def __init__(self, document: Document, table: Table, meaning: Meaning, thresholds: dict[str, int]) -> None:
        self.document = document
        self.table = table
        self.meaning = meaning
        self.thresholds = thresholds
        self.labels = column_labels(table)
        self.faults: list[str] = []
        self.denied: list[str] = []
        self.only_input = input_only(document, table)
        self.columns = {c - 1: words for c, words in meaning.columns.items() if words}

    def meant(self, names: Iterable[str]) -> Meant:
        """The Reading, or why there is none."""
        if self.meaning.names is None:
            return Meant(None, ("it is said to price nothing by the token",))
        if told := other_offer_told(self.document, self.table):
            return Meant(None, (f"{told!r} stands over it: another offer than the plain call",))
        reading = self._by_rows() if self._has_row_prices() else self._by_columns()
        if reading is not None:
            reading = self._named(reading, names)
        if not reading or self.faults:
            return Meant(None, tuple(dict.fromkeys(self.faults)), tuple(dict.fromkeys(self.denied)))
        return Meant(reading, (), tuple(dict.fromkeys(self.denied)))

    def _has_row_prices(self) -> bool:
        rows = any(set(words) & {*DIMENSION_WORDS, "in_cells"} for words in self.meaning.rows.values())
        columns = any(set(words) & {*DIMENSION_WORDS, "in_cells"} for words in self.columns.values())
        if rows and columns:
            self.faults.append("both columns and rows are said to be dimensions")
        return rows

    # -- the two layouts

    def _by_columns(self) -> Reading | None:
        fields: list[Field] = []
        qualifiers: dict[str, int] = {}
        for index, label in enumerate(self.labels):
            words = self.columns.get(index, ())
            said = next((kind for word, kind in _QUALIFIERS.items() if word in words), None)
            kind = qualifier_of(self.table, index, bare_label(label)) if self.table.body else None
            if said and kind and said != kind:
                self._deny(f"column {index + 1} tells the {kind} of its row, not its {said}")
            if said or kind:
                qualifiers.setdefault(kind or said or "", index)
            elif (found := self._field(index, label, words, f"column {index + 1}")) is not None:
                fields.append(found)
        if not fields:
            self.faults.append("no column of prices is named")
            return None
        return replace(
            self._reading(tuple(fields)),
            tier_column=qualifiers.get("tier"),
            modality_column=qualifiers.get("modality"),
            mode_column=qualifiers.get("mode"),
            dimension_column=qualifiers.get("dimension"),
            unit_column=qualifiers.get("unit"),
        )

    def _by_rows(self) -> Reading | None:
        fields = tuple(
            found
            for row, label in row_labels(self.table)
            if (found := self._field(row, label, self.meaning.rows.get(key(label), ()), f"the row {label[:40]!r}"))
        )
        values = tuple(c for c, words in sorted(self.columns.items()) if "prices" in words)
        paid = [c for c, label in enumerate(self.labels) if PAID.search(label)]
        for column in values:
            if column == 0 or NOT_PAID.search(self.labels[column]) or (paid and column not in paid):
                self._deny(f"column {column + 1} ({self.labels[column][:40]!r}) is not what customers pay")
        if not fields or not values:
            self.faults.append(
                "no row of a price is named" if not fields else "no column that holds the prices is named"
            )
            return None
        unit = next((u for c in values if (u := unit_in(self.labels[c]))), None)
        reading = self._reading(fields)
        return replace(reading, fields_are="rows", values=values, unit=unit or reading.unit)

    def _reading(self, fields: tuple[Field, ...]) -> Reading:
        return Reading(
            table=self.table.number,
            names=Names("column"),
            fields=fields,
            mode=self._mode(),
            offer_columns=offer_columns(self.labels),
            unit=self._unit(),
            modality=self._modality(),
            bare_figures=self.table.component is not None
            or any(map(dollars_in, self.labels))
            or dollars_over(self.document, self.table),
            witness=witness_of(self.meaning),
        )

    def _field(self, index: int, label: str, words: tuple[str, ...], place: str) -> Field | None:
        """What one column or row is said to mean, with what its own label says besides."""
        dimensions = [word for word in words if word in DIMENSION_WORDS]
        if "other_unit" in words or not (dimensions or "in_cells" in words):
            return None
        if len(dimensions) > 1:
            self.faults.append(f"{place} is said to be {' and '.join(dimensions)}")
        dimension = dimensions[0] if dimensions else None
        if NOT_PAID.search(label) or NOT_A_DIMENSION.search(bare_label(label)):
            self._deny(f"{place} ({label[:40]!r}) is no price of a paid call")
        by_words = field_of(index, label, self.thresholds, only_input=self.only_input)
        if by_words and by_words.dimension and by_words.dimension != dimension:
            self._deny(f"{place} ({label[:40]!r}) says {by_words.dimension}, not {dimension or 'that its cells tell'}")
        stated, above = tier_in(label, self.thresholds)
        modes = all_of(MODES, bare_label(label))
        modalities = all_of(MODALITIES, label) if dimension else ()
        mode = modes[0] if len(modes) == 1 else None
        found = Field(index, dimension, mode, modalities, stated, above, unit_in(label))
        return self._claims(found, words, place)

    def _claims(self, found: Field, words: tuple[str, ...], place: str) -> Field:
        """`found` with the mode, tier, modalities and unit that were said, each held against the label's words."""
        for word in words:
            if word in MODE_WORDS:
                if found.mode not in (None, word):
                    self._deny(f"{place} says {found.mode}, not {word}")
                found = replace(found, mode=word)
            elif word in ("long_context", "base_context"):
                long = word == "long_context"
                if found.tier_stated and (found.above is not None) != long:
                    self._deny(f"{place} names another prompt size than {word}")
                if not found.tier_stated or (found.above is not None) != long:
                    above: Tier = self.thresholds.get("long context", "unknown") if long else None
                    found = replace(found, tier_stated=True, above=above)
            elif word in _UNITS:
                found = replace(found, unit=self._unit_said(word, found.unit, place))
        modalities = tuple(word for word in words if word in MODALITY_WORDS)
        if modalities:
            if found.modalities and set(found.modalities) != set(modalities):
                self._deny(f"{place} names {', '.join(found.modalities)}, not {', '.join(modalities)}")
            found = replace(found, modalities=modalities)
        return found

    # -- what stands over the table

    def _said_over(self, vocabulary: Iterable[str]) -> list[tuple[str, str]]:
        """(label, word) of what is said of the labels over the table, the nearest first."""
        return [
            (label, word)
            for label in labels_over(self.document, self.table)
            for word in self.meaning.overs.get(key(label), ())
            if word in vocabulary
        ]

    def _mode(self) -> str:
        said = self._said_over(MODE_WORDS)
        for label, word in said:
            found = all_of(MODES, label)
            if found and word not in found:
                self._deny(f"{label[:40]!r} over the table says {' and '.join(found)}, not {word}")
        by_words = mode_over(self.document, self.table)
        if isinstance(by_words, Undecided):
            if not said:
                self.faults.append(by_words.reason)
            return said[0][1] if said else "standard"
        if not said or said[0][1] == by_words:
            return by_words
        named = any(modes_only(label) == ("standard",) for label in labels_over(self.document, self.table))
        if by_words != "standard" or named:
            self._deny(f"what stands over the table says {by_words}, not {said[0][1]}")
        return said[0][1]

    def _unit(self) -> Unit | None:
        unit = unit_over(self.document, self.table)
        if (units := choice_of_units(self.document, self.table)) and not any(map(unit_in, self.labels)):
            self.faults.append(f"a choice of units stands over it, and which holds cannot be seen: {units}")
        for _, word in self._said_over((*_UNITS, "other_unit"))[:1]:
            if word == "other_unit":
                self.faults.append("it is said to be priced in other units than tokens")
            else:
                return self._unit_said(word, unit, "what stands over the table")
        return unit

    def _unit_said(self, word: str, by_words: Unit | None, place: str) -> Unit:
        said = _UNITS[word]
        if by_words is None:
            return said
        if by_words.factor != said.factor:
            self._deny(f"{place} says per {by_words.name}, not {word}")
            return said
        return by_words

    def _modality(self) -> str | None:
        by_words = modality_over(self.document, self.table)
        for label, word in self._said_over(MODALITY_WORDS)[:1]:
            found = all_of(MODALITIES, label)
            if (found and word not in found) or (by_words and by_words != word):
                self._deny(f"{label[:40]!r} over the table says {by_words or ' and '.join(found)}, not {word}")
            return None if word == "text" else word
        return by_words

    # -- names

    def _named(self, reading: Reading, names: Iterable[str]) -> Reading | None:
        where = self.meaning.names or ""
        if where.startswith("C"):
            return self._named_by_column(reading, int(where[1:]) - 1)
        if where == "H":
            return self._named_by_heading(reading)
        if where == "R":
            if reading.fields_are == "rows" and self.table.header_rows:
                return replace(reading, names=Names("row", self.table.header_rows - 1))
            self.faults.append("the header names no models where the columns are dimensions")
            return None
        for passage in self.document.lead(self.table):
            found = mentioned(passage.text, names)
            if found and not NEGATED.search(passage.text):
                return replace(reading, names=Names("passage", passage.number, names=found))
        self.faults.append("no passage before the table mentions a model that is known")
        return None

    def _named_by_column(self, reading: Reading, index: int) -> Reading | None:
        by_words = name_column(self.table, self.labels)
        if by_words not in (None, index):
            self._deny(f"the models' names stand in column {(by_words or 0) + 1}, not in column {index + 1}")
        context = CellContext(_NO_DAY, bare_figures=reading.bare_figures)
        if any(read_cell(row[index], context).prices for row in self.table.body):
            self._deny(f"column {index + 1} holds prices, not names")
        if reading.fields_are == "rows" or any(found.index == index for found in reading.fields):
            self.faults.append(f"column {index + 1} cannot name the models")
            return None
        return replace(reading, names=Names("column", index))

    def _named_by_heading(self, reading: Reading) -> Reading | None:
        innermost = next((h for h in reversed(self.table.headings) if not modes_only(h.text)), None)
        heading = heading_model(self.document, self.table) or innermost
        if heading is None:
            self.faults.append("no heading stands over the table")
            return None
        ids = ids_under(self.document, heading, self.table)
        return replace(reading, names=Names("heading", names=(shown_name(heading.text),), ids=ids))

    def _deny(self, what: str) -> None:
        self.denied.append(what)
