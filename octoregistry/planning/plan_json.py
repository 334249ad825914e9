"""A plan as JSON values, and back: `--plan-out` stores it and `apply` writes it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from octoregistry.planning.charge_keys import charge_entry
from octoregistry.planning.counts import summaries
from octoregistry.planning.decimals import plain
from octoregistry.planning.doubts import HeldByLabel, held_by_labels
from octoregistry.planning.plan import Change, ChangeKind, Note, Plan, Reason, Verdict, WitnessPrice
from octoregistry.planning.rates_in_force import RATE_FACTS
from octoregistry.planning.values import Value
from octoregistry.reading.labels import Doubt, Place
from octoregistry.reading.rates import Evidence
from providers.dimensions import DIMENSIONS, KINDS, LEVELS, MODES, STATUSES
from providers.validation import FACT_KEYS

FORMAT = 1

_PRICES = frozenset({*DIMENSIONS, "input_per_million", "output_per_million", "realtime_multiplier"})
_WITNESS_PRICES = ("vouches", "contradicts", "other_days")
_LAST_SEEN = frozenset(f"last_seen.{mode}" for mode in MODES)
_DAYS = _LAST_SEEN | {"deprecated_on", "first_seen", "missing_since", "retires_on", "source.checked"}
_DAYS |= {"seen_before", "read_on", "seen_on"}
_LEVELS = ("level", "vouched_by", "seen_on")  # how sure a rate is
_WORDS = {"level": LEVELS, "status": STATUSES, "kind": KINDS, "mode": MODES, "source.via": ("digest",)}
_TEXTS = frozenset({"display_name", "replaced_by", "source.page", "source.sha256", *_WORDS}) | frozenset(
    f"facts_from.{key}" for key in FACT_KEYS
)
_SWITCHES = frozenset({"batch_support", "derived", "up_to_derived"})
_COUNTS = frozenset({"context_window", "max_output_tokens", "up_to_input_tokens"})
_LISTS = frozenset({"aliases", "features", "modalities.input", "modalities.output", "derived_dimensions", "vouched_by"})
_RATE_KEYS = frozenset({*DIMENSIONS, *RATE_FACTS, *_LEVELS, "mode"})
_MODEL_KEYS = (_PRICES | _DAYS | _TEXTS | _COUNTS | _SWITCHES | _LISTS) - _RATE_KEYS
_OF_TODAY: frozenset[ChangeKind] = frozenset({"source", "missing"})
_REMOVABLE = _LAST_SEEN | {"missing_since", "retires_on", "source.via", *RATE_FACTS}
# As `as_values` writes them; Decimal itself would take 1e999999999, which is a gigabyte as plain text.
_PRICE = re.compile(r"\d{1,15}(?:\.\d{1,30})?", re.ASCII)

_Name = Annotated[str, Field(min_length=1, max_length=300)]


class _StrictForm(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _LabelForm(_StrictForm):
    provider: str
    label: str
    place: Place
    address: str
    reason: str
    prices: int
    models: int
    witness: str = ""


class _WitnessPriceForm(_StrictForm):
    witness: _Name
    usd: str
    as_of: str


class _ChangeForm(_StrictForm):
    provider: _Name
    model: _Name
    kind: ChangeKind
    mode: Literal["standard", "batch", "flex", "priority"] | None
    above_input_tokens: Annotated[int, Field(ge=0)] | None
    start: Annotated[date | None, Field(alias="from")]
    dimension: str
    old: Any
    new: Any
    factor: str | None = None  # for other readers: it follows from the two
    derived: bool
    evidence: Evidence | None
    witness: str | None
    vouches: list[_WitnessPriceForm] = Field(default_factory=list)
    contradicts: list[_WitnessPriceForm] = Field(default_factory=list)
    other_days: list[_WitnessPriceForm] = Field(default_factory=list)
    doubts: tuple[Doubt, ...] = ()
    verdict: Literal["apply", "hold"]
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...]


class _PlanForm(_StrictForm):
    format: Literal[1]
    registry_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    summary: dict[str, str] = Field(default_factory=dict)
    labels: list[_LabelForm] = Field(default_factory=list)  # for other readers: it follows from the changes
    changes: list[_ChangeForm]
    notes: tuple[Note, ...]


_PLANS = TypeAdapter(_PlanForm)


class PlanError(ValueError):
    """Values that are no plan; the message names the part."""


def as_values(plan: Plan, registry_sha256: str | None = None) -> dict[str, Any]:
    """The plan as dicts, lists, text and booleans. Prices are text (JSON's numbers are floats to many readers).

    `registry_sha256` is the fingerprint of the file that the plan was made against.
    """
    return {
        "format": FORMAT,
        "registry_sha256": registry_sha256,
        "summary": dict(summaries(plan)),
        "labels": [_label_values(label) for label in held_by_labels(plan)],
        "changes": [_change_values(change) for change in plan.changes],
        "notes": [asdict(note) for note in plan.notes],
    }


def fingerprint(changes: Iterable[Change]) -> str:
    """64 hexadecimal digits: the same for the same values of the same models, on whatever day they are found, wherever they
    stand on the page, and for whatever reason they are held.

    The day from which a price holds is that of the page it was found on, so it counts only where it was announced, or withdrawn;
    and of when a page was read, or a model first missed, no day counts at all.
    """
    parts = sorted(
        [
            change["provider"],
            change["model"],
            change["mode"] or "",
            str(change["above_input_tokens"]),
            str(change["from"]) if change["kind"] in ("announced", "withdrawn") else "",
            change["dimension"],
            json.dumps(None if change["kind"] in _OF_TODAY else [change["old"], change["new"]]),
        ]
        for change in map(_change_values, changes)
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def from_values(values: Any) -> Plan:
    """The plan that `as_values` made values of; PlanError where they are something else.

    A plan may come from anywhere, so every value must have the type of its key, and every key be one that plans write.
    """
    return _plan_of(_form_of(values))


def fingerprint_of(values: Any) -> str:
    """The SHA-256 of the registry that the plan in `values` was made against; PlanError where it names none."""
    sha256 = _form_of(values).registry_sha256
    if sha256 is None:
        raise PlanError("the plan does not say which registry it was made against")
    return sha256


def _form_of(values: Any) -> _PlanForm:
    try:
        return _PLANS.validate_json(
            json.dumps(values)
        )  # as JSON: values of Python's own types are strict in another way
    except ValidationError as error:
        fault = error.errors()[0]
        raise PlanError(f"no plan of format {FORMAT}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None


def _plan_of(form: _PlanForm) -> Plan:
    changes = tuple(_change(entry, place) for place, entry in enumerate(form.changes))
    return Plan(changes, form.notes, providers=tuple(form.summary))


def _change_values(change: Change) -> dict[str, Any]:
    return {
        "provider": change.provider,
        "model": change.model,
        "kind": change.kind,
        "mode": change.mode,
        "above_input_tokens": change.above_input_tokens,
        "from": _plain(change.start),
        "dimension": change.dimension,
        "old": _plain(change.old),
        "new": _plain(change.new),
        **({} if change.factor is None else {"factor": f"{change.factor:.6g}"}),
        "derived": change.derived,
        "evidence": asdict(change.evidence) if change.evidence else None,
        "witness": change.witness,
        **{
            name: [_witness_price_values(one) for one in prices]
            for name in _WITNESS_PRICES
            if (prices := getattr(change, name))
        },
        **({"doubts": [asdict(doubt) for doubt in change.doubts]} if change.doubts else {}),
        "verdict": change.verdict.kind,
        "reasons": [asdict(reason) for reason in change.verdict.reasons],
        "notes": list(change.notes),
    }


def _change(entry: _ChangeForm, place: int) -> Change:
    try:
        _check_key(entry)
        name = "input" if entry.kind == "charge" else entry.dimension  # a charge is written as a price is
        old, new = (_value(name, value) for value in (entry.old, entry.new))
        prices = {name: tuple(map(_witness_price, getattr(entry, name))) for name in _WITNESS_PRICES}
    except ValueError as error:
        raise PlanError(f"changes.{place}: {error}") from None
    of_nothing = entry.kind == "unknown" and entry.mode is not None and entry.dimension in DIMENSIONS
    of_nothing = of_nothing or (entry.kind == "withdrawn" and entry.mode is not None and entry.dimension == "mode")
    if new is None and entry.dimension not in _REMOVABLE and not of_nothing:
        raise PlanError(f"changes.{place}: {entry.dimension} is never taken out")
    return Change(
        provider=entry.provider,
        model=entry.model,
        kind=entry.kind,
        dimension=entry.dimension,
        old=old,
        new=new,
        mode=entry.mode,
        above_input_tokens=entry.above_input_tokens,
        start=entry.start,
        derived=entry.derived,
        evidence=entry.evidence,
        witness=entry.witness,
        verdict=Verdict(entry.verdict, entry.reasons),
        notes=entry.notes,
        doubts=entry.doubts,
        **prices,
    )


def _label_values(label: HeldByLabel) -> dict[str, Any]:
    counts = {"prices": label.prices, "models": label.models}
    return {"provider": label.provider, **asdict(label.doubt), **counts}


def _witness_price_values(price: WitnessPrice) -> dict[str, str]:
    return {"witness": price.witness, "usd": plain(price.usd), "as_of": price.as_of.isoformat()}


def _witness_price(form: _WitnessPriceForm) -> WitnessPrice:
    """What a witness said; ValueError where it is no price of a day."""
    if not _PRICE.fullmatch(form.usd):
        raise ValueError(f"{form.usd!r} is no price")
    return WitnessPrice(form.witness, Decimal(form.usd), date.fromisoformat(form.as_of))


def _check_key(entry: _ChangeForm) -> None:
    """ValueError unless the change is of a key that stands where the change says."""
    if entry.kind == "charge":
        charge_entry(entry.dimension, Decimal(0))
        return
    keys = _RATE_KEYS if entry.mode else _MODEL_KEYS
    if entry.dimension not in keys:
        raise ValueError(f"{entry.dimension!r} is no {'dimension' if entry.mode else 'key of a model'}")
    if not entry.mode and (entry.above_input_tokens is not None or entry.start is not None):
        raise ValueError(f"{entry.dimension} has no tier and no day")


def _plain(value: Value) -> Any:
    match value:
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value


def _value(dimension: str, value: Any) -> Value:
    """A value in the type that its key has: a price written as text is a decimal again. ValueError for another type."""
    if isinstance(value, str):
        read = _text_value(dimension, value)
    elif isinstance(value, list):
        read = tuple(value) if dimension in _LISTS and all(isinstance(item, str) for item in value) else None
    else:
        switch = dimension in _SWITCHES and isinstance(value, bool)
        count = dimension in _COUNTS and type(value) is int and value > 0
        read = value if switch or count else None
    if read is None and value is not None:
        raise ValueError(f"{dimension}: {str(value)[:60]!r} is no value of it")
    return read


def _text_value(dimension: str, value: str) -> Value:
    if dimension in _PRICES:
        return Decimal(value) if _PRICE.fullmatch(value) else None
    if dimension in _DAYS:
        return date.fromisoformat(value)
    return value if dimension in _TEXTS and value in _WORDS.get(dimension, (value,)) else None
