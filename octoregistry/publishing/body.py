"""Title and body of a pull request: money first, one sentence, what needs a person's eye, a row a model; the rest is folded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from octoregistry.planning.counts import counts_of
from octoregistry.planning.doubts import held_by_labels
from octoregistry.planning.plan import Change, Plan
from octoregistry.planning.plan_json import fingerprint
from octoregistry.planning.values import value_text
from octoregistry.publishing.markdown import Markdown, code, link, plain_line, render
from octoregistry.publishing.model_rows import bill_rows, eyes, model_rows
from octoregistry.publishing.money import BillLine
from octoregistry.publishing.proposal import mark_of
from octoregistry.queries import wording
from octoregistry.sources import Failed, Page
from octoregistry.updating.update import ProviderRun, Update

_NAMED = 4
_MOST_ROWS = 200
_MOST_LETTERS = 60_000  # GitHub takes 65,536


@dataclass(frozen=True, slots=True)
class BodyRow:
    """One change as a line of the table."""

    model: Markdown
    where: Markdown
    old: Markdown
    new: Markdown
    percent: Markdown
    evidence: Markdown
    others: Markdown
    reasons: Markdown


def title_of(plan: Plan) -> str:
    """The one sentence as a title."""
    return plain_line(f"Prices: {sentence(plan, plain_line)}")


def sentence(plan: Plan, name: Callable[[str], str] = code) -> str:
    """What the plan does to costs, in one line: `gpt-5.6-sol` −20% in, −33% out; 3 models new."""
    parts = (*moves(plan, name), *replace(counts_of(plan.visible), moved=0).parts)
    return "; ".join(parts) or "checked again, nothing moved"


def moves(plan: Plan, name: Callable[[str], str] = code) -> list[str]:
    """Which models moved how far, the first by name, and how many have an announced price."""
    moved: dict[str, list[Change]] = {}
    for change in plan.visible:
        if change.applies and change.kind == "price":
            moved.setdefault(change.model, []).append(change)
    parts = [f"{name(model)} {_moves(changes)}" for model, changes in list(moved.items())[:_NAMED]]
    if len(moved) > _NAMED:
        parts.append(wording.counted(len(moved) - _NAMED, "more model moved", "more models moved"))
    announced = {change.model for change in plan.visible if change.applies and change.kind == "announced"}
    if announced:
        parts.append(wording.counted(len(announced), "model with an announced price", "models with announced prices"))
    return parts


def _moves(changes: Sequence[Change]) -> str:
    """The two moves that people ask for, or how many other prices moved."""
    main = {change.dimension: change for change in reversed(changes) if _is_main(change)}
    reported = [
        f"{_percent(main[dimension])} {word}"
        for dimension, word in (("input", "in"), ("output", "out"))
        if dimension in main
    ]
    return ", ".join(reported) or wording.counted(len(changes), "price moved", "prices moved")


def _is_main(change: Change) -> bool:
    return change.mode == "standard" and change.above_input_tokens is None and change.dimension in ("input", "output")


def _percent(change: Change) -> str:
    return wording.percent(change.percent) or f"{value_text(change.old)} → {value_text(change.new)}"


def fingerprint_of(update: Update, plan: Plan) -> str:
    """The same for the same changes to the same registry, whenever and wherever they are found.

    A proposal that waits for a person is not made anew each day with that day in it, nor is one that was closed opened again.
    """
    parts = (update.registry.text_sha256, fingerprint(plan.applied), fingerprint(plan.held))
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:32]


def body_of(update: Update, plan: Plan, branch: str, bill: Sequence[BillLine] = (), report: str | None = None) -> str:
    """The body for the part `plan` of an update, hidden mark included: the same for every forge, and beside a patch.

    `bill` is what it does to the bill, `report` the address under which its report is found.
    """
    rows = _MOST_ROWS
    while True:
        body = _body(update, plan, branch, rows, bill, report)
        if len(body) <= _MOST_LETTERS or not rows:
            return body
        rows //= 2


def _body(update: Update, plan: Plan, branch: str, most: int, bill: Sequence[BillLine], report: str | None) -> str:
    applied = [change for change in plan.visible if change.applies and _is_listed(change)]
    held = [change for change in plan.visible if not change.applies]
    providers = {change.provider for change in plan.changes}
    models = model_rows(plan.visible)
    return render(
        "pull_request/body.md.j2",
        bill=bill_rows(bill),
        moves=Markdown("; ".join(moves(plan))),
        counts=Markdown(counts_of(plan.visible)),
        report=Markdown(f"{link('Report', report)}.") if report else "",
        eyes=eyes(plan, update.runs, most),
        models=models[:most],
        more_models=max(0, len(models) - most),
        applied=_rows(applied[:most]),
        more_applied=max(0, len(applied) - most),
        held=_rows(held[:most]),
        labels=[Markdown(f"{code(one.doubt)}: holds {one.count}") for one in held_by_labels(plan)[:most]],
        witness_reports=Markdown(_reporting_witnesses(update)),
        held_count=len(held),
        more_held=max(0, len(held) - most),
        rechecked=len({c.model for c in plan.applied if c.kind == "source"} - {c.model for c in plan.visible}),
        sources=[_source(run, update) for run in update.runs if run.provider in providers],
        notes=[Markdown(f"{code(note.subject)}: {code(note.text)}") for note in plan.notes[:most] if not note.kind],
        run_cost=Markdown(_run_cost(update)),
        mark=Markdown(mark_of(branch, fingerprint_of(update, plan))),
    )


def _reporting_witnesses(update: Update) -> str:
    """The sentence that names the other registries that were read."""
    found = sorted(name for name, report in update.witnesses.items() if not isinstance(report, Failed))
    return f"Other registries read: {', '.join(map(code, found))}." if found else "No other registry was read."


def _run_cost(update: Update) -> str:
    """What the run itself cost: the calls of a language model."""
    if not update.calls:
        return "No language model was asked: $0."
    spent = sum((call.cost for call in update.calls if call.cost is not None), Decimal(0))
    unknown = sum(call.cost is None for call in update.calls)
    models = ", ".join(dict.fromkeys(code(call.model) for call in update.calls))
    more = f", and {unknown} of unknown price" if unknown else ""
    return f"{len(update.calls)} call{'s' * (len(update.calls) != 1)} of {models}: ${spent:f}{more}."


def _is_listed(change: Change) -> bool:
    """False for what follows from the prices beside it, and for the keys of a new entry."""
    return change.mode is not None or change.kind not in ("plain", "new_model")


def _rows(changes: Iterable[Change]) -> list[BodyRow]:
    return [
        BodyRow(
            code(f"{change.provider}/{change.model}"),
            code(change.where),
            _value(change.old),
            _value(change.new),
            Markdown(wording.percent(change.percent)),
            _evidence(change),
            _others(change),
            Markdown("; ".join(code(reason) for reason in change.verdict.reasons)),
        )
        for change in changes
    ]


def _value(value: object) -> Markdown:
    if isinstance(value, Decimal):
        return Markdown(value_text(value))
    return code(value_text(value)) if value is not None else Markdown("–")  # type: ignore[arg-type]  # a Value


def _evidence(change: Change) -> Markdown:
    if change.evidence is None:
        return Markdown("follows from the standard price" if change.derived else "")
    return Markdown(f"{link(change.evidence.address, change.evidence.page)} {code(change.evidence.text)}")


def _others(change: Change) -> Markdown:
    """Which other registries have the new price, and which another one; on which day each had it."""
    parts = (
        ("agree", change.vouches),
        ("disagree", change.contradicts),
        ("of another day", change.other_days),
    )
    return Markdown("; ".join(f"{what}: {code(wording.witness_list(found))}" for what, found in parts if found))


def _source(run: ProviderRun, update: Update) -> Markdown:
    page = run.page
    if not isinstance(page, Page) or run.rates is None:
        return Markdown(f"{code(run.provider)}: not read, {code(page)}")
    prices = sum(len(rate.prices) for rate in run.rates.rates)
    age = wording.age(page.age(update.at).days)
    return Markdown(
        f"{code(run.provider)}: {prices} prices on {link(page.url, page.url)}, {page.fetched_at.date()} ({age})"
    )
