"""Rows of changes: one for a mode and a prompt size of a model, with its prices side by side; one for each other fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import quote

from octoregistry.planning.plan import Change, WitnessPrice
from octoregistry.planning.values import value_text
from octoregistry.queries import wording
from octoregistry.reading.rates import Evidence
from providers.dimensions import DIMENSIONS

COLUMNS = ("input", "cached_input", "cache_write_5m", "cache_write_1h", "output")
SEPARATOR = " › "
_LONGEST_FRAGMENT = 200  # letters of a cell


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """One value that changes, as text. `direction` is "up", "down" or nothing; `old` a dash where nothing was known."""

    name: str
    label: str
    old: str
    new: str
    percent: str
    direction: str


@dataclass(frozen=True, slots=True)
class CellText:
    """Where one value stands: `where` is the last of the page's words for it, `link` leads to the text."""

    where: str
    quoted: str
    address: str
    link: str | None


@dataclass(frozen=True, slots=True)
class SharedCells:
    """The places of values whose page says the same of all, down to the last word: "Standard › sol-5"."""

    path: str
    cells: tuple[CellText, ...]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Changes that stand together; `price` says that they are prices of a rate."""

    where: str
    price: bool
    values: tuple[ChangedValue, ...]
    places: tuple[SharedCells, ...]
    remarks: tuple[str, ...]
    agree: str
    disagree: str
    other_days: str
    held: bool
    reasons: tuple[str, ...]
    notes: tuple[str, ...]

    def value(self, name: str) -> ChangedValue | None:
        """The value of that dimension, None where the row has none."""
        return next((value for value in self.values if value.name == name), None)

    @property
    def others(self) -> tuple[ChangedValue, ...]:
        """The values of dimensions that have no column of their own."""
        return tuple(value for value in self.values if value.name not in COLUMNS)


def change_rows(changes: Iterable[Change]) -> tuple[ChangeRow, ...]:
    """The rows of one model's changes, in the order of the first of each."""
    rows: dict[object, list[Change]] = {}
    for change in changes:
        # all but what is announced or held holds from the page's own day, which the list of sources tells
        placed = (
            change if change.kind in ("announced", "withdrawn") or not change.applies else replace(change, start=None)
        )
        key = (placed.mode, placed.above_input_tokens, placed.start) if _is_price(placed) else id(placed)
        rows.setdefault(key, []).append(placed)
    return tuple(map(_row, rows.values()))


def columns(rows: Iterable[ChangeRow]) -> tuple[str, ...]:
    """The dimensions of `rows` that have a column of their own, in order."""
    found = {value.name for row in rows if row.price for value in row.values}
    return tuple(name for name in COLUMNS if name in found)


def _is_price(change: Change) -> bool:
    return change.mode is not None and change.dimension in DIMENSIONS


def _row(changes: Sequence[Change]) -> ChangeRow:
    order = list(DIMENSIONS)
    first, price = changes[0], _is_price(changes[0])
    if price:
        changes = sorted(changes, key=lambda change: order.index(change.dimension))
    return ChangeRow(
        where=_where(first) if price else first.where.replace("_", " "),
        price=price,
        values=tuple(map(_value, changes)),
        places=_places(changes),
        remarks=_shared(changes, _remarks),
        agree=_agreeing(changes),
        disagree=_witness_texts(changes, lambda change: change.contradicts),
        other_days=_witness_texts(changes, lambda change: change.other_days),
        held=any(not change.applies for change in changes),
        reasons=_shared(changes, lambda change: tuple(map(str, change.verdict.reasons))),
        notes=_shared(changes, lambda change: change.notes),
    )


def _where(change: Change) -> str:
    above = "" if change.above_input_tokens is None else f"above {change.above_input_tokens:,}"
    start = "" if change.start is None else f"from {change.start}"
    return " ".join(filter(None, (change.mode, above, start)))


def _value(change: Change) -> ChangedValue:
    move = change.percent
    label = wording.LABELS.get(change.dimension, change.dimension.replace("_", " "))
    direction = "" if not move else "up" if move > 0 else "down"
    old, new = (_text(change.dimension, value) for value in (change.old, change.new))
    return ChangedValue(change.dimension, label, old, new, wording.percent(move), direction)


def _text(dimension: str, value: object) -> str:
    if isinstance(value, Decimal) and dimension in DIMENSIONS:
        return wording.price(value)
    return wording.DASH if value is None else value_text(value)  # type: ignore[arg-type]


def _places(changes: Sequence[Change]) -> tuple[SharedCells, ...]:
    found: dict[str, list[CellText]] = {}
    for change in changes:
        evidence = change.evidence
        if evidence is None or not evidence.page:
            continue
        label = "" if len(changes) == 1 else _value(change).label
        where = evidence.path[-1] if evidence.path else label
        cell = CellText(where, evidence.text, evidence.address, link_to_text(evidence))
        found.setdefault(SEPARATOR.join(evidence.path[:-1]), []).append(cell)
    return tuple(SharedCells(path, tuple(dict.fromkeys(cells))) for path, cells in found.items())


def link_to_text(evidence: Evidence) -> str | None:
    """The page's address with the cell's text as a fragment, by which a browser goes to it and marks it; None for no address."""
    address = wording.link(evidence.page)
    if address is None or "#" in address or not evidence.text or len(evidence.text) > _LONGEST_FRAGMENT:
        return address
    return f"{address}#:~:text={quote(evidence.text, safe='').replace('-', '%2D')}"


def _remarks(change: Change) -> tuple[str, ...]:
    """Who read it, where it was not the rules; and what it follows from, where no page states it."""
    if change.witness not in (None, "rules"):
        return (f"vouched for by {change.witness}",)
    return ("follows from the standard price by the vendor's batch discount",) if change.derived else ()


def _shared(changes: Sequence[Change], said: Callable[[Change], tuple[str, ...]]) -> tuple[str, ...]:
    """What is said of `changes`, each once; with the values that it is of, where it is not of all."""
    of: dict[str, list[str]] = {}
    for change in changes:
        for text in said(change):
            of.setdefault(text, []).append(_value(change).label)
    return tuple(text if len(whose) == len(changes) else f"{', '.join(whose)}: {text}" for text, whose in of.items())


def _agreeing(changes: Sequence[Change]) -> str:
    """Who has the new prices, and of which day; the prices are told once, in their columns, where the same say so of all."""
    said = {tuple((one.witness, one.as_of) for one in change.vouches) for change in changes}
    if len(changes) == 1 or len(said) > 1:
        return _witness_texts(changes, lambda change: change.vouches)
    return ", ".join(f"{witness} ({day})" for witness, day in said.pop())


def _witness_texts(changes: Sequence[Change], prices: Callable[[Change], tuple[WitnessPrice, ...]]) -> str:
    lists = [(_value(change).label, wording.witness_list(prices(change))) for change in changes]
    several = len(changes) > 1
    return "; ".join(f"{label}: {text}" if several else text for label, text in lists if text)
