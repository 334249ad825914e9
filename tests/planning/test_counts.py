"""A run's changes are counted once, the same for whoever tells them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from octoregistry.planning.counts import Counts, counts_of, counts_of_values, summaries
from octoregistry.planning.plan import Change, ChangeKind, Note, Plan, Reason, Verdict
from octoregistry.planning.plan_json import as_values
from octoregistry.report.changes import headline, sections
from octoregistry.report.from_update import report_of
from octoregistry.service.run_outcome import RunOutcome, change_values
from octoregistry.updating.update import Update
from providers import parse_registry
from tests.merging.conftest import SMALL


def change(kind: ChangeKind, model: str = "m", dimension: str = "input", mode: str | None = "standard") -> Change:
    return Change("acme", model, kind, dimension, Decimal(1), Decimal(2), mode)


MOVED = (change("price"), change("price", dimension="output"), change("announced", dimension="cached_input"))
CHANGES = (
    *MOVED,
    change("plain", dimension="input_per_million", mode=None),
    change("new_price", dimension="cached_input"),
    change("new_rate", "n", mode="flex"),
    change("new_model", "fresh"),
    change("new_model", "fresh", "display_name", None),
    change("metadata", "other", "context_window", None),
    change("kept", "other"),
    change("source", "other", "source.checked", None),
)
HELD = replace(change("price", "held"), verdict=Verdict("hold", (Reason("moved", "far"),)))


def test_what_is_counted() -> None:
    assert counts_of((*CHANGES, HELD)) == Counts(moved=3, first_known=2, new_models=1, facts=1)
    assert str(counts_of(CHANGES)) == "3 prices moved, 2 prices first known, 1 model new, 1 fact of models"
    assert counts_of(CHANGES).total == 7
    assert str(counts_of(())) == "no change"


def test_plain_prices_count_where_nothing_else_of_the_model_does() -> None:
    """An announced price has come into force: only the two plain ones are written."""
    assert counts_of((change("plain", dimension="input_per_million", mode=None),)).facts == 1


@pytest.mark.parametrize("changes", [CHANGES, MOVED, ()], ids=["all", "moved", "none"])
def test_everybody_tells_the_same_count(changes: tuple[Change, ...]) -> None:
    """The command, its JSON, the report, the run log and the notices."""
    plan, counts = Plan((*changes, HELD)), counts_of(changes)
    assert summaries(plan)["acme"] == ", ".join((*counts.parts, "1 change held"))
    assert as_values(plan)["summary"] == dict(summaries(plan))
    assert counts_of_values(change_values(changes)) == counts
    assert RunOutcome(end="done", at=datetime(2026, 9, 9, tzinfo=UTC), changes=change_values(changes)).counts == counts

    update = Update(parse_registry(SMALL), SMALL, SMALL, plan, (), datetime(2026, 9, 9, tzinfo=UTC))
    said = headline(report_of(update)).lower()
    assert all(part in said for part in counts.parts)
    shown = {section.name: section.count for section in sections(report_of(update))}
    assert shown.get("moved", 0) + shown.get("announced", 0) == counts.moved
    assert shown.get("new-prices", 0) == counts.first_known
    assert shown.get("new-models", 0) == counts.new_models
    assert shown.get("other", 0) == counts.facts


def test_a_provider_that_was_not_compared_has_no_summary() -> None:
    """A note alone does not say that its pages were read; one that was compared is listed also where nothing changes."""
    left = Note("other", "*", "no pages are set for it: left as it is")
    assert summaries(Plan(notes=(left,)) + Plan(providers=("acme",))) == {"acme": "no change"}
