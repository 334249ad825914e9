"""A row a model: its three standard prices before and after, and how much else of it changes; and what needs a person's eye."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from octoregistry.planning.plan import Change, Plan
from octoregistry.publishing.markdown import Markdown, code, link
from octoregistry.publishing.money import BillLine
from octoregistry.queries import wording
from octoregistry.queries.estimate import dollars
from octoregistry.sources import Page
from octoregistry.updating.update import ProviderRun

_MAIN = ("input", "cached_input", "output")
_FEW = 3
_PRICED = ("price", "new_price", "new_rate", "announced", "new_model")


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model as a line of the table."""

    model: Markdown
    input: Markdown
    cached_input: Markdown
    output: Markdown
    besides: Markdown
    evidence: Markdown


def model_rows(changes: Iterable[Change]) -> list[ModelRow]:
    """A row for each model with a price among the changes that are written: those that moved first, then new ones, then
    those of which other prices change alone."""
    priced = [change for change in changes if change.applies and change.is_price and change.kind in _PRICED]
    rows: list[tuple[int, ModelRow]] = []
    for _, of_model in groupby(priced, key=lambda change: (change.provider, change.model)):
        mine = list(of_model)
        main = {change.dimension: change for change in reversed(mine) if _is_main(change)}
        others = len(mine) - len(main)
        shown = mine[0] if not main else next(main[name] for name in _MAIN if name in main)
        besides = [
            *(["new"] if shown.kind == "new_model" else []),
            *([wording.counted(others, "other price")] if others else []),
        ]
        row = ModelRow(
            code(f"{shown.provider}/{shown.model}"),
            _move(main.get("input")),
            _move(main.get("cached_input")),
            _move(main.get("output")),
            Markdown(", ".join(besides)),
            _evidence(shown),
        )
        place = 1 if shown.kind == "new_model" else 0 if any(change.old is not None for change in main.values()) else 2
        rows.append((place, row))
    return [row for _, row in sorted(rows, key=lambda one: one[0])]


def _is_main(change: Change) -> bool:
    return (
        change.mode == "standard"
        and change.above_input_tokens is None
        and change.dimension in _MAIN
        and change.kind != "announced"
    )


def _move(change: Change | None) -> Markdown:
    if change is None or not isinstance(change.new, Decimal):
        return Markdown("")
    new = wording.price(change.new)
    if not isinstance(change.old, Decimal):
        return Markdown(f"**{new}**")
    return Markdown(f"{wording.price(change.old)} → **{new}** ({wording.percent(change.percent) or 'from 0'})")


def _evidence(change: Change) -> Markdown:
    if change.evidence is None:
        return Markdown("follows from the standard price" if change.derived else "")
    return Markdown(f"{link(change.evidence.address, change.evidence.page)} {code(change.evidence.text)}")


def eyes(plan: Plan, runs: Iterable[ProviderRun], most: int) -> list[Markdown]:
    """What a person should look at first: pages not read, what is held and why, models that are gone, and what the pages state
    and the registry has not, or no longer: tiers left out, modes no longer seen, models without an id."""
    found = [*_unread(runs), *_held(plan), *_gone(plan), *_open(plan)]
    return found[:most] + ([Markdown(f"and {len(found) - most} more, below")] if len(found) > most else [])


def _unread(runs: Iterable[ProviderRun]) -> Iterator[Markdown]:
    for run in runs:
        if run.rates is None or not isinstance(run.page, Page):
            yield Markdown(f"**not read**: {code(run.provider)}: {code(run.page)}")


def _held(plan: Plan) -> Iterator[Markdown]:
    waiting = [change for change in plan.visible if not change.applies]
    for (provider, model), of_model in groupby(waiting, key=lambda change: (change.provider, change.model)):
        mine = list(of_model)
        reasons = list(dict.fromkeys(str(reason) for change in mine for reason in change.verdict.reasons))
        more = f"; and {len(reasons) - _FEW} more reasons" if len(reasons) > _FEW else ""
        told = "; ".join(code(reason) for reason in reasons[:_FEW]) + more
        yield Markdown(f"**held**: {code(f'{provider}/{model}')}, {wording.counted(len(mine), 'value')}: {told}")


def _gone(plan: Plan) -> Iterator[Markdown]:
    for change in plan.visible:
        if change.applies and change.kind == "missing":
            yield Markdown(f"**left the vendor's list**: {code(f'{change.provider}/{change.model}')}")


def _open(plan: Plan) -> Iterator[Markdown]:
    alike: dict[tuple[str, str, str], list[str]] = {}
    for note in plan.notes:
        if note.kind:
            alike.setdefault((note.kind, note.text, note.provider), []).append(note.subject)
    for (kind, text, provider), subjects in alike.items():
        more = f" and {len(subjects) - _FEW} more" if len(subjects) > _FEW else ""
        names = ", ".join(code(f"{provider}/{subject}") for subject in subjects[:_FEW])
        yield Markdown(f"**{kind}**: {names}{more}: {code(text)}")


@dataclass(frozen=True, slots=True)
class BillRow:
    """A line of the bill as text."""

    name: Markdown
    before: Markdown
    after: Markdown
    moved: Markdown


def bill_rows(bill: Iterable[BillLine]) -> list[BillRow]:
    """The bill as lines of a table: what moved in bold, what is not known with its reason."""
    rows = []
    for line in bill:
        moved = line.moved
        if moved is None:
            told = Markdown(f"not known: {code(line.why)}")
        else:
            share = wording.percent(100 * moved / line.before) if line.before and moved else ""
            sign = "−" if moved < 0 else "+" if moved else ""
            told = Markdown(
                f"**{sign}{_usd(abs(moved))}**"
                + (f" ({share})" if share else "")
                + (f"; {code(line.why)}" if line.why else "")
            )
        name = Markdown(f"{code(line.name)} {line.per}".strip())
        rows.append(BillRow(name, _usd(line.before), _usd(line.after), told))
    return rows


def _usd(cost: Decimal | None) -> Markdown:
    return Markdown(wording.DASH if cost is None else dollars(cost))
