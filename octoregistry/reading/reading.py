"""A Reading: what the parts of one table mean, in addresses and words. It holds no price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from octoregistry.reading.tiers import Tier
from octoregistry.reading.units import Unit


@dataclass(frozen=True, slots=True)
class Field:
    """What one line of figures means: a column of the table, or a row where the dimensions stand one below the other.

    `index` counts columns (or rows) from 0. `dimension` is None where the cells say by themselves what they price.
    `modalities` are those that the header names, `tier_stated` says it names the prompts for which it holds.
    """

    index: int
    dimension: str | None
    mode: str | None = None
    modalities: tuple[str, ...] = ()
    tier_stated: bool = False
    above: Tier = None
    unit: Unit | None = None
    both: bool = False  # "Input / Output": each cell holds two prices, in this order


@dataclass(frozen=True, slots=True)
class Names:
    """Where the models' names stand: in a column, in a row of the header, in a heading, or listed by a passage."""

    where: Literal["column", "row", "heading", "passage"]
    index: int = 0
    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What table `table` means. `fields_are` says whether its fields are columns or rows; with rows, `values` are the
    columns that hold the figures. `tier_column`, `modality_column` and `mode_column` hold no figures but qualify the row,
    `dimension_column` says what is counted in it and `unit_column` how much of that is bought;
    `offer_columns` say to whom it is offered.
    """

    table: int
    names: Names
    fields: tuple[Field, ...]
    fields_are: Literal["columns", "rows"] = "columns"
    values: tuple[int, ...] = ()
    mode: str = "standard"
    unit: Unit | None = None
    modality: str | None = None
    bare_figures: bool = False
    tier_column: int | None = None
    modality_column: int | None = None
    mode_column: int | None = None
    dimension_column: int | None = None
    unit_column: int | None = None
    offer_columns: tuple[int, ...] = ()
    witness: str = "rules"


@dataclass(frozen=True, slots=True)
class NotRead:
    """Why a table has no Reading. `priced` says that it holds figures in a currency, so that somebody should look."""

    table: int
    reason: str
    priced: bool = True
