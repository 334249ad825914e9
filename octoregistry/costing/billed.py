"""Rows of a log that are billed alike: one call, or the sum of all that state the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from octoregistry.costing.call import Call
from octoregistry.costing.values import DERIVED
from providers.flat import plain_name
from providers.numerals import MOST


@dataclass(frozen=True, slots=True)
class Billed:
    """So many `rows` with the same day, model, mode, region, class of prompt sizes, fault and dimensions that are used.

    `tokens` and `charges` (by the name that forms give them) are those of all rows; a charge of 0 is one that nobody counts.
    `unsaid` are the dimensions that may be among their output.
    `own` are the values of the log's own columns that an answer is grouped by. `at` is where the first row stands, `call`
    the row itself where it is only one; `group` is what tells these rows from others on an engine.
    """

    form: str
    day: date | None
    zone: str
    provider: str
    model: str  # as it is written
    mode: str
    place: str
    size: int
    assumed: bool
    fault: str | None
    tokens: Mapping[str, int]
    charges: Mapping[str, int]
    unsaid: tuple[str, ...] = ()
    own: Mapping[str, Any] = field(default_factory=dict)
    rows: int = 1
    requests: int = 1
    at: str | None = None
    call: Call | None = None
    group: tuple[Any, ...] | None = None


def billed(call: Call, thresholds: Sequence[int], keys: Sequence[str]) -> Billed:
    """A call as it is billed, with the values of its `keys` that are columns of the log."""
    said, record = call.said, call.record
    size, assumed = call.size(thresholds)
    return Billed(
        form=said.recipe.name,
        day=call.day,
        zone=call.zone,
        provider=call.provider,
        model=call.model,
        mode=said.mode.strip().lower(),
        place=said.place,
        size=size,
        assumed=assumed,
        fault=call.fault,
        tokens={name: count for name, count in said.tokens.items() if count},
        charges={name: count if 0 < count < MOST else 0 for name, count in said.charges.items()},
        unsaid=said.unsaid if said.tokens.get("output") else (),
        own={key: _text(record.row.get(plain_name(key))) for key in keys if key not in DERIVED},
        requests=said.requests or 1,
        at=f"{record.file}:{record.line}" if record.file else None,
        call=call,
    )


def _text(value: Any) -> Any:
    """A value as groups are named by it: what is no text and no day as its text, a text without a letter as None."""
    if value is None or value == "":
        return None
    if isinstance(value, (str, date)):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def added_up(rows: Iterable[Billed]) -> Iterator[Billed]:
    """Those that state the same, added up, in the order in which the first of each comes."""
    found: dict[tuple[Any, ...], Billed] = {}
    for one in rows:
        whose = (one.form, one.day, one.zone, one.provider, one.model, one.mode, one.place, one.size, one.assumed)
        counted = (frozenset(one.tokens), tuple((name, count > 0) for name, count in one.charges.items()))
        group = (*whose, one.fault, one.unsaid, *counted, *one.own.values())
        before = found.get(group)
        found[group] = replace(one, call=None) if before is None else _both(before, one)
    yield from found.values()


def _both(one: Billed, other: Billed) -> Billed:
    return replace(
        one,
        tokens={name: count + other.tokens[name] for name, count in one.tokens.items()},
        charges={name: count + other.charges[name] for name, count in one.charges.items()},
        rows=one.rows + other.rows,
        requests=one.requests + other.requests,
    )
