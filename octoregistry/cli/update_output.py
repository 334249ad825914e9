"""The output of an update: sources, tables and the diff, or one JSON object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from octoregistry.cli.held_changes import held_texts
from octoregistry.cli.llm_options import calls_json, calls_line, labels_json
from octoregistry.cli.output import line, print_message, print_text
from octoregistry.cli.plan_tables import plan_tables
from octoregistry.cli.styled_tables import print_styled
from octoregistry.merging.diff import diff
from octoregistry.planning.counts import summaries
from octoregistry.planning.plan_json import as_values
from octoregistry.publishing import ProposalResult
from octoregistry.sources import Failed
from octoregistry.sources.registries import Statements
from octoregistry.updating.open_places import OpenPlace, new_places
from octoregistry.updating.update import ProviderRun, Update

_FEW = 3
_EVIDENCE = (
    "evidence: T1R6C2 is row 6, column 2 of the page's first table; `octoregistry explain` shows what stands there"
)
_COUNTED = {"not read": "priced place", "in doubt": "price", "not kept": "price"}


def update_json(
    update: Update, name: str, places: Sequence[OpenPlace], known: Mapping[str, int] | None
) -> dict[str, Any]:
    """`update` as plain values: sources, the plan in the form that `apply` takes, notes, and the diff."""
    return {
        "at": update.at.isoformat(timespec="seconds"),
        "llm": calls_json(update.calls),
        "sources": [_source_json(run) for run in update.runs],
        "witnesses": [_witness_json(witness, report) for witness, report in update.witnesses.items()],
        "open": [asdict(place) | {"new": place in new_places(places, known)} for place in places],
        "refused": [str(refused) for refused in update.refused],
        "plan": as_values(update.plan, update.registry.text_sha256),
        "diff": diff(update.old_text, update.new_text, name),
    }


def proposal_json(outcome: ProposalResult) -> dict[str, Any]:
    """What became of a proposal, as plain values."""
    return {
        "branch": outcome.branch,
        "what": outcome.what,
        "where": outcome.where,
        "why": outcome.why,
        "files": [str(file) for file in outcome.files],
    }


def _source_json(run: ProviderRun) -> dict[str, Any]:
    page = run.page
    shown: dict[str, Any] = {"provider": run.provider, "page": page.url}
    if isinstance(page, Failed):
        return {**shown, "failed": page.reason}
    return {
        **shown,
        "from": page.from_cache,
        "fetched_at": page.fetched_at.isoformat(timespec="seconds"),
        "sha256": page.sha256,
        "prices": sum(len(rate.prices) for rate in run.rates.rates) if run.rates else 0,
        "endings": str(run.endings) if isinstance(run.endings, Failed) else len(run.endings),
        "labels": labels_json(run.rates) if run.rates else [],
        "problems": [str(problem) for problem in run.rates.problems] if run.rates else [],
    }


def _witness_json(name: str, report: Statements | Failed) -> dict[str, Any]:
    shown: dict[str, Any] = {"witness": name, "page": report.url}
    if isinstance(report, Failed):
        return {**shown, "failed": report.reason}
    return {**shown, "as_of": report.as_of.isoformat(), "prices": len(report.prices)}


def print_update(
    update: Update,
    name: str,
    places: Sequence[OpenPlace],
    known: Mapping[str, int] | None,
    *,
    verbose: bool,
    lists_known: bool = False,
) -> None:
    """Print the update as tables and a diff on standard output, and what went wrong on standard error. `places` are those
    that the pages leave open, `known` the ones that the last update did; all are listed with `lists_known`."""
    print_text(_pages(update))
    _print_failures(update)
    for text in _open_lines(places, None, len(places)) if lists_known else _open_lines(places, known):
        print_text(text)
    if update.calls:
        print_text(calls_line(update.calls))
    if update.witnesses:
        print_text(f"Witnesses: {_reporting_witnesses(update)}")
    elif update.runs and any(change.mode for change in update.plan.visible):
        print_text("Witnesses: none is set; large price changes are held for review unless guards.unwitnessed is off")
    for note in update.plan.notes:
        if note.kind == "guard off":
            print_text(f"{note.provider}: {note.text}")
    for table in (*plan_tables(update.plan), *held_texts(update.plan)):
        print_styled(table)
    if update.runs and any(change.evidence for change in update.plan.visible):
        print_text(_EVIDENCE)
    for provider, summary in summaries(update.plan).items():
        print_text(f"{provider}: {summary}")
    changed = diff(update.old_text, update.new_text, name)
    if changed:
        print_text("\n" + changed, newline=False, verbatim=True)
    elif not update.runs or len(update.unread) < len(update.runs):
        print_text(_unchanged(update, name, places))
    if verbose:
        _print_details(update)


def _print_failures(update: Update) -> None:
    """Print which pages could not be read, and which changes have no place in the file."""
    for run in update.unread:
        print_message(f"{run.provider} could not be read: {run.page}")
    for run in update.runs:
        if isinstance(run.endings, Failed):
            print_message(f"{run.provider}: its page of endings could not be read: {run.endings}")
    for refused in update.refused:
        print_message(refused)


def _print_details(update: Update) -> None:
    """Print every note, unread place and model list."""
    for witness, report in update.witnesses.items():
        if isinstance(report, Failed):
            print_text(f"{witness} could not be read: {report}")
    for note in update.plan.notes:
        print_text(f"note: {note}")
    for run in update.runs:
        for problem in run.rates.problems if run.rates else ():
            print_text(f"not read: {problem}")
        print_text(f"model list of {run.provider}: {_listed(run)}")


def _open_lines(places: Sequence[OpenPlace], known: Mapping[str, int] | None, few: int = _FEW) -> Iterator[str]:
    """What the pages leave open, the first `few` of each kind; what the last update left open too is counted in one line."""
    fresh = places if known is None else new_places(places, known)
    by_kind: dict[tuple[str, str], list[OpenPlace]] = {}
    for place in fresh:
        by_kind.setdefault((place.provider, place.kind), []).append(place)
    for (provider, kind), some in by_kind.items():
        told = "; ".join(
            line(place.what, 160) + (f" ({place.count})" if place.count > 1 else "") for place in some[:few]
        )
        more = f"; and {len(some) - few} more" if len(some) > few else ""
        total = sum(place.count for place in some)
        heading = kind
        if kind in _COUNTED:
            heading = f"{total} {_COUNTED[kind]}{'s' * (total != 1)} {kind}"
        yield f"{provider}: {'new: ' if known is not None else ''}{heading}: {told}{more}"
    old = Counter(place.provider for place in places if place not in fresh)
    for provider, count in old.items():
        yield f"{provider}: {count} more left open, as at the last update (`octoregistry update --known` lists them)"


def _unchanged(update: Update, name: str, places: Sequence[OpenPlace]) -> str:
    if any(not change.applies for change in update.plan.visible):
        return f"No change to {name}: all that the pages change is held."
    if not update.runs:
        return f"No change: {name} has all that the packaged registry has."
    if places:
        return f"No change to {name}: it has all that could be read of the pages; what they leave open is told above."
    read = "the pages that could be read" if update.unread else "the pages"
    return f"No change: {name} says what {read} say."


def _pages(update: Update) -> str:
    """Which pages were read and how old they are; of an update from the package, that."""
    if not update.runs:
        return f"Packaged registry, of {update.at.date()}"
    return "Pages: " + "; ".join(_served(run, update) for run in update.runs)


def _served(run: ProviderRun, update: Update) -> str:
    page = run.page
    if isinstance(page, Failed) or run.rates is None:
        return f"{run.provider} unread"
    days = page.age(update.at).days
    age = "today" if days < 1 else f"{days} day{'s' if days > 1 else ''} old"
    source = {"network": "fetched", "cache": "from the cache", "bundled": "bundled with the package"}[page.from_cache]
    prices = sum(len(rate.prices) for rate in run.rates.rates)
    return f"{run.provider} {source}, {page.fetched_at.date()} ({age}), {prices} prices"


def _reporting_witnesses(update: Update) -> str:
    """The other registries that were read, each with the day of its data, and how many could not be."""
    reported = [f"{name} of {one.as_of}" for name, one in update.witnesses.items() if isinstance(one, Statements)]
    failed = len(update.witnesses) - len(reported)
    return "; ".join([*reported, *([f"{failed} could not be read"] if failed else [])])


def _listed(run: ProviderRun) -> str:
    models = getattr(run.listed, "models", None)
    return f"{len(models)} models" if models is not None else str(run.listed)
