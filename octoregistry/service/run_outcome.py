"""The outcome of a run, as frozen values that go from the child process to the run log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from octoregistry.planning.counts import Counts, counts_of_values
from octoregistry.planning.plan import Change, Plan
from octoregistry.planning.plan_json import as_values, fingerprint

End = Literal["done", "partly", "failed"]


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProviderOutcome(_Stored):
    """What the sources of one provider gave: `problem` says why where they could not be read."""

    provider: str
    read: bool
    page: str
    served: str = ""
    fetched_at: datetime | None = None
    sha256: str = ""
    prices: int = 0
    changed: int = 0
    held: int = 0
    problem: str = ""


class HeldModel(_Stored):
    """All that is held of one model, which a person accepts or refuses together. `changes` are as in a kept plan."""

    id: str
    provider: str
    model: str
    changes: tuple[Mapping[str, Any], ...]


class ProposedPullRequest(_Stored):
    """The result of a proposal."""

    what: str
    branch: str
    where: str = ""
    why: str = ""


class RunOutcome(_Stored):
    """The outcome of a run. `changes` are those that were written or proposed and that a person would review, as in a kept
    plan; what waits in an open pull request already is none of them. `accepted` are the ids of what was held and a person
    has let pass; `open_places` are the things that the pages leave open and did not at the run before, a line each.
    """

    end: End
    at: datetime
    why: str = ""
    providers: tuple[ProviderOutcome, ...] = ()
    changes: tuple[Mapping[str, Any], ...] = ()
    held: tuple[HeldModel, ...] = ()
    accepted: tuple[str, ...] = ()
    pull_requests: tuple[ProposedPullRequest, ...] = ()
    report: str = ""
    spent: Decimal = Decimal(0)
    open_places: tuple[str, ...] = ()

    @property
    def counts(self) -> Counts:
        """How much has changed, as every other place counts it."""
        return counts_of_values(self.changes)


def change_values(changes: Iterable[Change]) -> tuple[Mapping[str, Any], ...]:
    """The changes as plain values, in the form of a kept plan."""
    return tuple(as_values(Plan(tuple(changes)))["changes"])


def held_models(plan: Plan) -> tuple[HeldModel, ...]:
    """What the plan holds, by model."""
    by_model: dict[tuple[str, str], list[Change]] = {}
    for change in plan.visible:
        if not change.applies:
            by_model.setdefault((change.provider, change.model), []).append(change)
    return tuple(
        HeldModel(id=fingerprint(changes)[:20], provider=provider, model=model, changes=change_values(changes))
        for (provider, model), changes in by_model.items()
    )
