"""What a vendor's model list changes: who left it, who came back, limits and lifecycle."""

from __future__ import annotations

from datetime import date

from octoregistry.merging.merge import merge
from octoregistry.sources.listings import ListedModel
from providers.registry import parse_registry
from tests.planning.making import SEPTEMBER_7, SOL, page, planned, updated

NEW_YEAR = date(2027, 1, 1)


def test_a_model_that_left_the_list_is_marked_and_stays() -> None:
    plan = planned(SOL, page(), listed=[ListedModel("gpt-7")])

    assert [(c.kind, c.dimension, c.new) for c in plan.changes] == [("missing", "missing_since", SEPTEMBER_7)]
    assert parse_registry(merge(SOL, plan)).model("openai", "gpt-5.6-sol").missing_since == SEPTEMBER_7


def test_a_model_that_came_back_to_the_list_loses_the_mark() -> None:
    missing = SOL.replace("  batch_support: true", "  batch_support: true\n        missing_since: 2026-08-30  # hm")

    merged = merge(missing, planned(missing, page(), listed=[ListedModel("gpt-5.6-sol")]))

    assert merged == SOL


def test_an_empty_list_says_nothing() -> None:
    assert not planned(SOL, page(), listed=[]).changes


def test_lifecycle_and_limits_come_from_the_list() -> None:
    listed = [ListedModel("gpt-5.6-sol", context_window=400_000, lifecycle="deprecated", retires_on=NEW_YEAR)]

    after = updated(SOL, page(), listed=listed).model("openai", "gpt-5.6-sol")

    assert (after.context_window, after.status, after.retires_on) == (400_000, "deprecated", NEW_YEAR)
