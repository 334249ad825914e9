"""A plan as plain values for JSON, and back: `--plan-out` keeps it, `apply` carries out just that."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, cast, get_args

from octoregistry.planning.decimals import plain
from octoregistry.planning.plan import Change, Kind, Note, Plan, Reason, Said, Value, Verdict
from octoregistry.reading.rates import Evidence
from providers.dimensions import DIMENSIONS

FORMAT = 1

_PRICES = frozenset({*DIMENSIONS, "input_per_million", "output_per_million", "realtime_multiplier"})
_SAID = ("vouches", "contradicts", "other_days")
_DAYS = frozenset({"retires_on", "missing_since", "source.checked"})


class PlanError(ValueError):
    """Values that are no plan; the message names the part."""


def as_values(plan: Plan, registry_sha256: str | None = None) -> dict[str, Any]:
    """The plan as dicts, lists, text and booleans. Prices are text (JSON's numbers are floats to many readers).

    `registry_sha256` is the fingerprint of the file that the plan was made against.
    """
    return {
        "format": FORMAT,
        "registry_sha256": registry_sha256,
        "summary": {provider: str(summary) for provider, summary in plan.summary().items()},
        "changes": [_change_values(change) for change in plan.changes],
        "notes": [{"provider": note.provider, "subject": note.subject, "text": note.text} for note in plan.notes],
    }


def from_values(values: Any) -> Plan:
    """The plan that `as_values` made values of; PlanError where they are something else."""
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise PlanError(f"not a plan of format {FORMAT}")
    try:
        changes = tuple(_change(entry) for entry in values["changes"])
        notes = tuple(Note(entry["provider"], entry["subject"], entry["text"]) for entry in values["notes"])
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise PlanError(f"a broken plan: {type(error).__name__} {error}") from error
    return Plan(changes, notes)


def _change_values(change: Change) -> dict[str, Any]:
    evidence = change.evidence
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
        "factor": None if change.factor is None else f"{change.factor:.6g}",
        "derived": change.derived,
        "evidence": {"page": evidence.page, "address": evidence.address, "text": evidence.text} if evidence else None,
        "witness": change.witness,
        **{name: [_said_values(said) for said in getattr(change, name)] for name in _SAID},
        "verdict": change.verdict.kind,
        "reasons": [{"code": reason.code, "text": reason.text} for reason in change.verdict.reasons],
        "notes": list(change.notes),
    }


def _change(entry: dict[str, Any]) -> Change:
    kind, verdict, evidence = entry["kind"], entry["verdict"], entry["evidence"]
    if kind not in get_args(Kind) or verdict not in ("apply", "hold"):
        raise PlanError(f"unknown kind {kind!r} or verdict {verdict!r}")
    return Change(
        provider=entry["provider"],
        model=entry["model"],
        kind=cast("Kind", kind),
        dimension=entry["dimension"],
        old=_value(entry["dimension"], entry["old"]),
        new=_value(entry["dimension"], entry["new"]),
        mode=entry["mode"],
        above_input_tokens=entry["above_input_tokens"],
        start=date.fromisoformat(entry["from"]) if entry["from"] else None,
        derived=entry["derived"],
        evidence=Evidence(evidence["page"], evidence["address"], evidence["text"]) if evidence else None,
        witness=entry["witness"],
        verdict=Verdict(verdict, tuple(Reason(reason["code"], reason["text"]) for reason in entry["reasons"])),
        notes=tuple(entry["notes"]),
        **{name: tuple(_said(said) for said in entry.get(name, ())) for name in _SAID},
    )


def _said_values(said: Said) -> dict[str, str]:
    return {"witness": said.witness, "usd": plain(said.usd), "as_of": said.as_of.isoformat()}


def _said(values: dict[str, str]) -> Said:
    return Said(values["witness"], Decimal(values["usd"]), date.fromisoformat(values["as_of"]))


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
    """A value in the type that its key has: a price written as text is a decimal again."""
    if value is None:
        return None
    if dimension in _PRICES:
        price = Decimal(value)
        if not price.is_finite() or price < 0:
            raise PlanError(f"{dimension}: {value!r} is no price")
        return price
    if dimension in _DAYS:
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else cast("Value", value)
