"""Notices: a run's changes, what it holds, that it failed, and that a provider is stale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from octoregistry.queries.wording import counted
from octoregistry.service.claims import Claim
from octoregistry.service.freshness import Freshness
from octoregistry.service.notice_lines import price_lines
from octoregistry.service.run_outcome import HeldModel, RunOutcome
from octoregistry.settings.templating import visible

_MOST_LINES = 100
_LONGEST = 1_900  # letters; Discord takes 2,000
_HARMLESS = str.maketrans({"<": "‹", ">": "›", "@": "＠", "&": "＆"})  # a name on a page must call nobody in a chat


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that is sent once; `key` is the same wherever and whenever it is made. `links` lead to the service's pages,
    by name.
    """

    key: str
    kind: str
    subject: str
    lines: tuple[str, ...]
    links: Mapping[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """The notice as plain values; `text` and `content` are what chats show of a webhook. Links are never cut off."""
        ends = "".join(f"\n{name.capitalize()}: {link}" for name, link in self.links.items())
        text = "\n".join((self.subject, *self.lines)).translate(_HARMLESS)[: _LONGEST - len(ends)] + ends
        links = {"links": dict(self.links)} if self.links else {}
        return {
            "kind": self.kind, "subject": self.subject, "lines": list(self.lines), **links, "text": text, "content": text
        }  # fmt: skip


def run_notices(
    claim: Claim, outcome: RunOutcome, new: Sequence[HeldModel], about: Iterable[str], address: str = ""
) -> Iterator[Notice]:
    """The notices of a run, of the kinds named in `about`; with links, where the service's own `address` is known."""
    wanted = set(about)
    report = {"report": f"{address}/reports/{outcome.report}"} if address and outcome.report else {}
    if outcome.changes and "changes" in wanted:
        proposals = tuple(f"{one.branch}: {one.what} {one.where}" for one in outcome.pull_requests)
        lines = (*proposals, *price_lines(outcome.changes))
        yield _notice(f"changes:{claim.id}", "changes", str(outcome.counts), lines, report)
    for held in new:
        if "holds" in wanted:
            lines = price_lines(held.changes)
            review = {"review": f"{address}/review#{held.id}"} if address else {}
            subject = f"{held.provider}/{held.model} is held for review"
            yield _notice(f"hold:{held.id}:{claim.id}", "holds", subject, lines, {**review, **report})
    if outcome.open_places and "open_places" in wanted:
        subject = f"{counted(len(outcome.open_places), 'thing')} that the pages newly state and the registry has not"
        yield _notice(f"open:{claim.id}", "open_places", subject, outcome.open_places)
    if outcome.end != "done" and "failures" in wanted:
        yield _notice(f"failure:{claim.id}", "failures", f"run {claim.id}: {outcome.end}", (outcome.why,))


def staleness_notices(found: Iterable[Freshness], about: Iterable[str]) -> Iterator[Notice]:
    """One notice for each provider and each time that it went stale."""
    if "staleness" not in set(about):
        return
    for one in found:
        if not one.fresh:
            since = one.page.at.isoformat(timespec="seconds") if one.page else "never"
            yield _notice(f"stale:{one.provider}:{since}", "staleness", f"{one.provider} is stale", (str(one),))


def _notice(key: str, kind: str, subject: str, lines: Sequence[str], links: Mapping[str, str] | None = None) -> Notice:
    shown = tuple(visible(line) for line in lines[:_MOST_LINES])
    more = (f"… and {len(lines) - _MOST_LINES} more",) if len(lines) > _MOST_LINES else ()
    return Notice(key, kind, visible(subject), (*shown, *more), links or {})
