"""What a vendor's page of endings changes: when a model was deprecated, when it retires, what follows it. Never a price."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from octoregistry.planning.plan import Change, ChangeKind, Note
from octoregistry.planning.values import Value, value_text
from octoregistry.reading.lifecycle import StatedLifecycle
from octoregistry.reading.rates import Evidence
from providers.entries import Model, Provider
from providers.vendors import Names


class LifecycleChanges(NamedTuple):
    """The changes that a page of endings makes, and what it states that nothing is made of."""

    changes: tuple[Change, ...]
    notes: tuple[Note, ...]

    @property
    def ended(self) -> set[str]:
        """The models that the page newly calls retired."""
        return {change.model for change in self.changes if change.dimension == "status" and change.new == "retired"}


class _StatedFact(NamedTuple):
    value: Value
    evidence: Evidence


def lifecycle_changes(
    provider: Provider,
    stated: Iterable[StatedLifecycle],
    naming: Names,
    today: date,
    listed: Mapping[str, Collection[str]] | None = None,
) -> LifecycleChanges:
    """The changes that the rows of a vendor's page of endings make to the models of the registry that they name.

    A row speaks of a model by its id or display name; by its one alias where the vendor's file says that a dated id and
    the id without the day are one model. Of two rows that differ neither counts. What the vendor's own list states of a
    model (`listed`: id -> keys) is the list's to say.
    """
    called = _names(provider.models.values(), naming)
    found: dict[str, list[StatedLifecycle]] = {}
    for row in stated:
        for model in dict.fromkeys(called[name.casefold()] for name in row.names if name.casefold() in called):
            found.setdefault(model, []).append(row)
    changes: list[Change] = []
    notes: list[Note] = []
    for model, rows in found.items():
        known = provider.models[model]
        facts, asides = _facts(rows, called)
        if _lives_past_its_end(facts, today):
            asides.append(f"its page of endings calls it active, and says that it ended on {facts['retires_on'].value}")
            facts = {key: one for key, one in facts.items() if key not in {"status", "retires_on"}}
        if turned := _turned_around(facts):
            asides.append(turned)
            facts = {key: one for key, one in facts.items() if key not in {"deprecated_on", "retires_on"}}
        if (kept := _still_to_be_set(known, rows, facts)) is not None:
            asides.append(kept)
            facts = {key: one for key, one in facts.items() if key != "retires_on"}
        facts = _in_order(facts, today)
        changes += _changes(known, facts, (listed or {}).get(model, ()))
        asides += [f"on its page of endings, {row.evidence.address}, {text}" for row in rows for text in row.unread]
        asides += [
            f"on its page of endings, {row.evidence.address}, {row.undated!r} says no day"
            for row in rows
            if row.undated
        ]
        notes += [Note(provider.name, model, text, "left out") for text in dict.fromkeys(asides)]
    return LifecycleChanges(tuple(changes), tuple(notes))


def _names(models: Iterable[Model], naming: Names) -> dict[str, str]:
    """{a name in small letters: the one model that it names}."""
    known = list(models)
    ids = {model.id.casefold(): model.id for model in known}
    others: dict[str, set[str]] = {}
    for model in known:
        others.setdefault(model.display_name.casefold(), set()).add(model.id)
        if naming.snapshots_are_models and len(model.aliases) == 1:
            others.setdefault(model.aliases[0].casefold(), set()).add(model.id)
    return {name: next(iter(one)) for name, one in others.items() if len(one) == 1} | ids


def _facts(rows: Sequence[StatedLifecycle], called: Mapping[str, str]) -> tuple[dict[str, _StatedFact], list[str]]:
    """What the rows of one model state, and where they contradict one another: then nothing is taken of it."""
    stated: dict[str, list[_StatedFact]] = {}
    for row in rows:
        after = called.get(row.replaced_by[0].casefold()) if len(row.replaced_by) == 1 else None
        for key, value in (
            ("status", row.status),
            ("deprecated_on", row.deprecated_on),
            ("retires_on", row.retires_on),
            ("replaced_by", after),
        ):
            if value is not None or (key == "retires_on" and row.endless and not row.unread):
                stated.setdefault(key, []).append(_StatedFact(value, row.evidence))
    several = {key: sorted({value_text(one.value) for one in ones}) for key, ones in stated.items()}
    contradictions = [
        f"its page of endings states {' and '.join(values)} for {key}: neither is taken"
        for key, values in several.items()
        if len(values) > 1
    ]
    return {key: ones[0] for key, ones in stated.items() if len(several[key]) == 1}, contradictions


def _lives_past_its_end(facts: Mapping[str, _StatedFact], today: date) -> bool:
    """True where a model is called active though its day has come."""
    status, end = facts.get("status"), facts.get("retires_on")
    active = status is not None and status.value == "active"
    return active and end is not None and isinstance(end.value, date) and end.value <= today


def _turned_around(facts: Mapping[str, _StatedFact]) -> str | None:
    """That two days cannot both be true, where they cannot: no model ends before that is announced."""
    begin, end = (facts[key].value if key in facts else None for key in ("deprecated_on", "retires_on"))
    if not isinstance(begin, date) or not isinstance(end, date) or begin <= end:
        return None
    return f"its page of endings says that it ends on {end}, before it is deprecated on {begin}: neither is taken"


def _still_to_be_set(known: Model, rows: Iterable[StatedLifecycle], facts: Mapping[str, _StatedFact]) -> str | None:
    """That the day on which a model ends is kept, though its row has only "TBD" for it: it ends, and nobody says when else."""
    undated = next((row.undated for row in rows if row.undated), None)
    if (
        undated is None
        or known.retires_on is None
        or "retires_on" not in facts
        or facts["retires_on"].value is not None
    ):
        return None
    return f"its page of endings has {undated!r} for the day on which it ends: {known.retires_on} is kept"


def _in_order(facts: dict[str, _StatedFact], today: date) -> dict[str, _StatedFact]:
    """`facts` with the status that follows from their days where none is stated."""
    begin, end = facts.get("deprecated_on"), facts.get("retires_on")
    if "status" in facts:
        return facts
    if end and isinstance(end.value, date) and end.value <= today:
        return {**facts, "status": _StatedFact("retired", end.evidence)}
    if (end and end.value) or (begin and isinstance(begin.value, date) and begin.value <= today):
        return {**facts, "status": _StatedFact("deprecated", (begin or end or facts["status"]).evidence)}
    return facts


def _changes(known: Model, facts: Mapping[str, _StatedFact], listed: Collection[str]) -> list[Change]:
    """The keys that differ, each with who says so."""
    old: dict[str, Value] = {
        "status": known.status,
        "deprecated_on": known.deprecated_on,
        "retires_on": known.retires_on,
        "replaced_by": known.replaced_by,
    }
    changes = []
    for key, (value, evidence) in facts.items():
        if key in listed or (key == "replaced_by" and value == known.id):
            continue
        if old[key] != value:
            changes.append(_change(known, "lifecycle", key, old[key], value, evidence))
        said = known.facts_from.get(key)
        if said != "page" and (old[key] != value or said):
            changes.append(_change(known, "source", f"facts_from.{key}", said, "page", evidence))
    return changes


def _change(model: Model, kind: ChangeKind, key: str, old: Value, new: Value, evidence: Evidence) -> Change:
    return Change(model.provider, model.id, kind, key, old, new, evidence=evidence)
