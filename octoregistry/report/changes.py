"""The changes of a report: held ones, moved prices, new models, announced prices, and the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from octoregistry.planning.counts import counts_of
from octoregistry.planning.doubts import held_by_labels
from octoregistry.planning.plan import Change
from octoregistry.queries import wording
from octoregistry.report.change_rows import ChangeRow, change_rows, columns
from octoregistry.report.report import OLD_DAYS, Report
from providers.registry import Registry


@dataclass(frozen=True, slots=True)
class ChangedModel:
    """The rows of one model. `facts` says in words what is written of a new model besides its prices."""

    provider: str
    model: str
    display_name: str
    rows: tuple[ChangeRow, ...]
    facts: str = ""

    @property
    def count(self) -> int:
        """How many values change."""
        return sum(len(row.values) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Section:
    """The changes of one sort. `name` is its anchor; new models are `fresh`: nothing of theirs has an old value. `labels`
    are the words on the pages for whose sake changes are held.
    """

    name: str
    title: str
    lead: str
    models: tuple[ChangedModel, ...]
    labels: tuple[str, ...] = ()
    count: int = 0  # of values, or of new models; what follows from a price is counted with it

    @property
    def columns(self) -> tuple[str, ...]:
        """The dimensions that have a column."""
        return columns(row for model in self.models for row in model.rows)

    @property
    def others(self) -> bool:
        """True where prices have dimensions without a column."""
        return any(row.price and row.others for model in self.models for row in model.rows)

    @property
    def judged(self) -> bool:
        """True where any change is held: elsewhere "apply" beside every value says nothing."""
        return any(row.held for model in self.models for row in model.rows)

    @property
    def fresh(self) -> bool:
        """True for the section of new models."""
        return self.name == "new-models"


_NAMED = 3
Belongs = Callable[[Change], bool]
_SORTS: tuple[tuple[str, str, str, Belongs], ...] = (
    (
        "held",
        "Waiting for a person",
        "Not written into the registry: each has a reason that someone should look at first.",
        lambda change: not change.applies and change.kind != "vouched",
    ),
    ("moved", "Prices that moved", "USD per million tokens.", lambda change: change.kind == "price"),
    (
        "announced",
        "Announced for a later day",
        "Written now; in force from its day on. What is withdrawn is taken out.",
        lambda c: c.kind in ("announced", "withdrawn"),
    ),
    ("new-models", "New models", "", lambda change: change.kind == "new_model"),
    (
        "new-prices",
        "Prices first known",
        "The model was known; this mode, prompt size or kind of token was not.",
        lambda change: change.kind in ("new_price", "new_rate"),
    ),
    ("charges", "Charges besides tokens", "USD per so many of the unit.", lambda change: change.kind == "charge"),
    (
        "vouched",
        "Vouched for by other registries alone",
        "No vendor’s page states these prices; they are in no sum, and stand apart in the registry once a person accepts them.",
        lambda change: change.kind == "vouched",
    ),
    ("other", "Facts of models", "Lifecycle, limits, names, and what follows from the prices.", lambda _: True),
)


def sections(report: Report) -> tuple[Section, ...]:
    """The sections that have changes; each change stands in the first it belongs to."""
    left = list(report.plan.visible)
    found = []
    for name, title, lead, belongs in _SORTS:
        mine = [change for change in left if belongs(change)]
        left = [change for change in left if not belongs(change)]
        if mine:
            labels = tuple(map(str, held_by_labels(report.plan))) if name == "held" else ()
            models = tuple(_models(mine, report))
            count = counts_of(report.plan.visible).facts if name == "other" else sum(one.count for one in models)
            found.append(Section(name, title, lead, models, labels, len(models) if name == "new-models" else count))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class PageAges:
    """How old the pages are that a report rests on, in words; `old` where one of them is over OLD_DAYS."""

    text: str
    old: bool


def page_ages(report: Report) -> PageAges | None:
    """The ages of the pages that were read, of the day that the report is of, with who served each; None where none was."""
    read = [(source, (report.day - source.day).days) for source in report.sources if source.day]
    if not read:
        return None
    told = (
        f"{source.provider} {'of today' if days < 1 else wording.counted(days, 'day') + ' old'}"
        + ("" if source.served == "fetched" else f", {source.served}")
        for source, days in read
    )
    return PageAges(f"Pages: {'; '.join(told)}.", max(days for _, days in read) > OLD_DAYS)


def unchanged(report: Report) -> str:
    """What an update that changes nothing tells: of the pages that were read, and of no other."""
    read = [source.provider for source in report.sources if source.failed is None]
    if not read:
        return "Nothing changed, and nothing was compared: no page could be read."
    if set(report.after.providers) - set(read):
        return f"Nothing changed where a page was read: {', '.join(read)}. Of the others nothing is known."
    return "Nothing changed: the registry says what the vendors’ pages say."


def headline(report: Report) -> str:
    """One sentence that says what the update does."""
    plan = report.plan
    prices = [change for change in plan.visible if change.applies and change.kind in ("price", "announced")]
    counts = counts_of(plan.visible)
    parts = list(counts.parts)
    if prices:
        models = len({(change.provider, change.model) for change in prices})
        parts[0] += f" at {wording.counted(models, 'model')} ({_directions(prices)})"
    if not plan.visible:
        return unchanged(report)
    written = "; ".join(parts) or "nothing is written"
    held = len([change for change in plan.visible if not change.applies])
    waits = (
        "nothing waits for a person"
        if not held
        else f"{wording.counted(held, 'change waits', 'changes wait')} for a person"
    )
    return f"{written[0].upper()}{written[1:]}; {waits}.{_moves(prices)}"


def _moves(prices: Sequence[Change]) -> str:
    """Which models moved how far, where they are few enough to be named."""
    moves_of: dict[str, list[str]] = {}
    for change in prices:
        if change.mode == "standard" and change.above_input_tokens is None and change.dimension in ("input", "output"):
            moves_of.setdefault(change.model, []).append(f"{change.dimension} {wording.percent(change.percent)}")
    if not 0 < len(moves_of) <= _NAMED:
        return ""
    return " " + "; ".join(f"{model}: {', '.join(moves)}" for model, moves in moves_of.items()) + "."


def _directions(prices: Iterable[Change]) -> str:
    moves = [change.percent or 0 for change in prices]
    up, down = sum(move > 0 for move in moves), sum(move < 0 for move in moves)
    return ", ".join(f"{count} {word}" for count, word in ((up, "up"), (down, "down")) if count) or "level"


def _models(changes: Sequence[Change], report: Report) -> Iterable[ChangedModel]:
    for (provider, model), of_model in groupby(changes, key=lambda change: (change.provider, change.model)):
        mine = list(of_model)
        fresh = {change.dimension: change.new for change in mine if change.kind == "new_model" and not change.mode}
        rows = change_rows(change for change in mine if _has_row(change))
        yield ChangedModel(provider, model, _name(report.after, provider, model), rows, _facts(fresh))


def _has_row(change: Change) -> bool:
    """False for what is written of a new or vouched model besides its prices."""
    return change.is_price if change.kind == "vouched" else change.kind != "new_model" or change.mode is not None


def _facts(fresh: Mapping[str, object]) -> str:
    """What is known of a new model besides its prices."""
    facts = []
    if "batch_support" in fresh:
        facts.append("with batch prices" if fresh["batch_support"] else "no batch price")
    if fresh.get("context_window"):
        facts.append(f"{fresh['context_window']:,} tokens of context")
    if fresh.get("status", "active") != "active":
        facts.append(str(fresh["status"]))
    return ", ".join(facts)


def _name(registry: Registry, provider: str, model: str) -> str:
    entry = registry.providers[provider].models.get(model) if provider in registry.providers else None
    return entry.display_name if entry else model
