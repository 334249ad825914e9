"""One run: `octoregistry update` with the changes that people have accepted, and its RunOutcome."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from octoregistry.merging.lock import LockedError, locked
from octoregistry.merging.registry_file import NotCarriedOutError, text_of
from octoregistry.planning.counts import counts_of
from octoregistry.planning.plan import Change, Plan
from octoregistry.publishing import ProposalResult
from octoregistry.publishing.body import fingerprint_of
from octoregistry.reading.language.choice import LanguageModels, chosen
from octoregistry.reading.language.llm_call import NotAskedError
from octoregistry.reading.language.reader import LanguageReader
from octoregistry.reading.language.readings_store import ReadingsStore, readings_folder
from octoregistry.report import write_report
from octoregistry.service.propose_update import propose_update, proposing
from octoregistry.service.run_outcome import (
    End,
    HeldModel,
    ProposedPullRequest,
    ProviderOutcome,
    RunOutcome,
    change_values,
    held_models,
)
from octoregistry.settings import Settings
from octoregistry.sources import Page
from octoregistry.updating.apply_plan import StoredPlan, apply_plan
from octoregistry.updating.keep_memory import keep_memory
from octoregistry.updating.memory import recalled
from octoregistry.updating.open_places import new_places, open_places
from octoregistry.updating.update import Progress, ProviderRun, Update, plan_update
from octoregistry.updating.write_update import write_update
from providers import load_registry
from providers.files import bytes_of

_PATIENCE = 60.0  # seconds: a person's own update is let finish


class StaleDecisionError(Exception):
    """The pages no longer state what a person accepted; the text says so."""


@dataclass(frozen=True, slots=True)
class RunTask:
    """What a run has to do. `accepted` are the ids of held changes that a person has let pass; with `proposes` a pull
    request is made, and the file stays as it is."""

    registry: Path
    providers: tuple[str, ...]
    offline: bool
    accepted: frozenset[str] = frozenset()
    proposes: bool = False


def run(task: RunTask, settings: Settings, progress: Progress) -> RunOutcome:
    """What the update came to, written or proposed. Raises what `octoregistry update` tells as an error."""
    spent: list[Decimal] = []
    passed: list[HeldModel] = []

    def with_accepted(text: str) -> Update:
        update = _plan(text, task, settings, progress, offline=task.offline, accepted=())
        spent.append(_spent(update))
        found = [held for held in held_models(update.plan) if held.id in task.accepted]
        if not found:
            return update
        # The pages have just been fetched, so the cache serves. Where it could not be written, it has others.
        names = [f"{held.provider}/{held.model}" for held in found]
        again = _plan(text, task, settings, progress, offline=True, accepted=names)
        if _pages(again) != _pages(update):
            return update
        passed.extend(found)
        return again

    proposals: tuple[ProposalResult, ...] = ()
    with _patiently_locked(task.registry):
        if task.proposes:
            with proposing(task.registry, settings.pull_request, os.environ) as target:
                proposal = propose_update(task.registry, target, with_accepted, settings)
            update, proposals, news = proposal.update, proposal.results, proposal.news
        else:
            update = with_accepted(text_of(bytes_of(task.registry), task.registry))
            update = write_update(update, task.registry, settings)
            news = tuple(change for change in update.plan.visible if change.applies)
        report, why = _report(update, settings)
    came = outcome_of(update, news, proposals, report)
    accepted = tuple(held.id for held in passed)
    why = "; ".join(part for part in (came.why, why) if part)
    new_open = _new_open_places(update, settings)
    return came.model_copy(
        update={"accepted": accepted, "spent": sum(spent, Decimal(0)), "why": why, "open_places": new_open}
    )


def accept(task: RunTask, wanted: str, model: str, settings: Settings, progress: Progress) -> RunOutcome:
    """What came of writing the held changes of one model with the id `wanted`, just as a person saw them.

    The pages are replayed from the cache and, where they say something else, asked again. Raises MovedOnError where the
    changes are no longer what the pages say, and what `octoregistry update` tells as an error.
    """
    (provider,) = task.providers
    with _patiently_locked(task.registry):
        content = bytes_of(task.registry)
        text = text_of(content, task.registry)
        for offline in (True,) if task.offline else (True, False):

            def plan(accepted: Sequence[str], offline: bool = offline) -> Update:
                return _plan(text, task, settings, progress, offline=offline, accepted=accepted)

            found = next((held for held in held_models(plan(()).plan) if held.id == wanted), None)
            if found is not None:
                update = plan((f"{provider}/{model}",))
                break
        else:
            raise StaleDecisionError(
                f"{provider}/{model}: the pages or the registry have moved on; wait for the next run"
            )
        changes = tuple(c for c in update.plan.changes if (c.provider, c.model) == (provider, model))
        if not _values(found.changes) <= _values(change_values(changes)):
            raise StaleDecisionError(f"{provider}/{model}: the pages have moved on just now; wait for the next run")
        kept = StoredPlan(Plan(changes), update.registry.text_sha256)
        if not kept.plan.applied or kept.plan.held:
            raise NotCarriedOutError("; ".join(map(str, update.refused)) or f"{provider}/{model}: cannot be written")
        apply_plan(kept, task.registry)
    visible = [change for change in changes if change in kept.plan.visible]
    return RunOutcome(end="done", at=update.at, changes=change_values(visible))


def _values(changes: Iterable[Mapping[str, Any]]) -> set[tuple[str, ...]]:
    """What the changes write, and where."""
    return {tuple(str(one[key]) for key in ("mode", "above_input_tokens", "dimension", "new")) for one in changes}


def _plan(
    text: str, task: RunTask, settings: Settings, progress: Progress, *, offline: bool, accepted: Sequence[str]
) -> Update:
    """The update as the command would plan it; a language model is asked only where the network is."""
    choice, day = "off" if offline else settings.service.llm, datetime.now(UTC).date()
    kept = ReadingsStore(readings_folder())
    language = LanguageReader(kept, lambda: _models(choice, task.registry, settings, day), day)
    return plan_update(
        text,
        str(task.registry),
        settings,
        task.providers,
        offline=offline,
        accepted=accepted,
        progress=progress,
        language=language,
    )


def _models(choice: str, registry: Path, settings: Settings, day: date) -> LanguageModels:
    """The models that may be asked; none, with the reason, where the one that is set cannot be."""
    try:
        return chosen(choice, load_registry(registry), day, settings.reading)
    except NotAskedError as why:
        return LanguageModels(why_none=str(why))


def outcome_of(
    update: Update, news: Collection[Change], proposals: Sequence[ProposalResult] = (), report: str = ""
) -> RunOutcome:
    """The update as a log keeps it, with the changes that were written or proposed just now (`news`)."""
    providers = tuple(_provider(run, update, news) for run in update.runs)
    unread = sum(not provider.read for provider in providers)
    end: End = "failed" if unread == len(providers) else "partly" if unread else "done"
    return RunOutcome(
        end=end,
        at=update.at,
        why="; ".join(f"{one.provider}: {one.problem}" for one in providers if not one.read),
        providers=providers,
        changes=change_values(news),
        held=held_models(update.plan),
        pull_requests=tuple(
            ProposedPullRequest(what=p.what, branch=p.branch, where=p.where, why=p.why) for p in proposals
        ),
        report=report,
    )


def _provider(run: ProviderRun, update: Update, news: Collection[Change]) -> ProviderOutcome:
    page = run.page
    if not isinstance(page, Page) or run.rates is None:
        return ProviderOutcome(provider=run.provider, read=False, page=page.url, problem=str(page))
    return ProviderOutcome(
        provider=run.provider,
        read=True,
        page=page.url,
        served=page.from_cache,
        fetched_at=page.fetched_at,
        sha256=page.sha256,
        prices=sum(len(rate.prices) for rate in run.rates.rates),
        changed=counts_of(change for change in news if change.provider == run.provider).total,
        held=sum(change.provider == run.provider and not change.applies for change in update.plan.visible),
    )


def _spent(update: Update) -> Decimal:
    """What the language models that read the pages cost, as far as their prices are known."""
    return sum((call.cost for call in update.calls if call.cost is not None), Decimal(0))


def _new_open_places(update: Update, settings: Settings) -> tuple[str, ...]:
    """A line for each thing that the pages leave open and did not at the last update; from now on they are known, and so are
    the days on which prices were last seen."""
    places, before = open_places(update), recalled(settings)
    new = new_places(places, before.places)
    with suppress(OSError):  # what cannot be kept is told again
        keep_memory(settings, before, update, places)
    return tuple(place.key + (f" ({place.count})" if place.count > 1 else "") for place in new)


def _pages(update: Update) -> list[str]:
    return [run.page.sha256 if isinstance(run.page, Page) else "" for run in update.runs]


def _report(update: Update, settings: Settings) -> tuple[str, str]:
    """(the name of the report written, why there is none): no name for a run that found nothing to tell, or where the
    settings want none. The registry is written by then: a folder that cannot be is no reason to forget what has changed.
    What waits for a person says the same at every run: it is reported once.
    """
    folder = settings.service.report
    if not folder or not (update.plan.visible or update.unread):
        return "", ""
    unread = "".join(run.provider for run in update.unread)
    same = hashlib.sha256((fingerprint_of(update, update.plan) + unread).encode()).hexdigest()[:8]
    try:
        if known := max((file.name for file in Path(folder).glob(f"*-{same}.html")), default=None):
            return known, ""
        return write_report(update, Path(folder), f"{update.at:%Y-%m-%dT%H%M%SZ}-{same}").html.name, ""
    except OSError as error:
        return "", f"no report: {error.filename or folder}: {error.strerror or error}"


@contextmanager
def _patiently_locked(registry: Path) -> Iterator[None]:
    """Holds the registry's lock; whoever has it, a person's update say, is waited for."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with locked(registry):
                yield
                return
        except LockedError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.2)
