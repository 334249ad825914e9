"""What a vendor's page of endings changes in the registry: days and status of models that it names, never a price."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from octoregistry.merging.merge import merge
from octoregistry.planning.plan import Plan
from octoregistry.reading.lifecycle import StatedLifecycle, Status
from octoregistry.reading.rates import Evidence
from octoregistry.sources.listings import ListedModel
from providers.registry import parse_registry
from tests.planning.making import SEPTEMBER_7, SOL, page, planned, rate, registry, updated

EVIDENCE = Evidence("https://vendor.example/ends", "T1R2C2", "2026-10-23 | gpt-5.6-sol")
JUNE, OCTOBER = date(2026, 6, 1), date(2026, 10, 23)
ROW = StatedLifecycle(("gpt-5.6-sol",), EVIDENCE, deprecated_on=JUNE, retires_on=OCTOBER)


def values(plan: Plan) -> dict[str, object]:
    """{key: new value} of what applies."""
    return {change.dimension: change.new for change in plan.applied}


def test_the_days_are_written_with_who_says_so() -> None:
    """A model that ends on a day to come is deprecated; its prices stay as they are."""
    after = updated(SOL, page(), lifecycle=(ROW,)).model("openai", "gpt-5.6-sol")
    assert (after.status, after.deprecated_on, after.retires_on) == ("deprecated", JUNE, OCTOBER)
    assert dict(after.facts_from) == {"status": "page", "deprecated_on": "page", "retires_on": "page"}
    assert after.rates == parse_registry(SOL).model("openai", "gpt-5.6-sol").rates


def test_a_day_that_has_come_means_retired() -> None:
    """The page need not say so in words."""
    past = replace(ROW, retires_on=SEPTEMBER_7)
    assert values(planned(SOL, page(), lifecycle=(past,)))["status"] == "retired"


def test_an_end_whose_day_is_still_to_be_set_is_told() -> None:
    """It stays active, and whoever reads the plan knows that it will end."""
    plan = planned(SOL, page(), lifecycle=(StatedLifecycle(("gpt-5.6-sol",), EVIDENCE, undated="TBD"),))
    assert "status" not in values(plan)
    assert [(note.kind, note.text) for note in plan.notes if "TBD" in note.text] == [
        ("left out", "on its page of endings, T1R2C2, 'TBD' says no day")
    ]


def test_two_rows_that_differ_are_told_and_neither_is_taken() -> None:
    """What both agree on stays."""
    plan = planned(SOL, page(), lifecycle=(ROW, replace(ROW, retires_on=date(2026, 12, 1))))
    assert "retires_on" not in values(plan)
    assert values(plan)["deprecated_on"] == JUNE
    assert "2026-10-23 and 2026-12-01 for retires_on" in str(plan.notes[-1])


def test_an_end_before_its_announcement_is_not_taken() -> None:
    """One of the two days must be wrong."""
    assert not planned(SOL, page(), lifecycle=(replace(ROW, retires_on=date(2026, 5, 1)),)).changes


def test_the_vendors_own_list_says_more_than_its_page() -> None:
    """What the list states is the list's to say."""
    listed = [ListedModel("gpt-5.6-sol", retires_on=date(2027, 1, 1))]
    assert values(planned(SOL, page(), lifecycle=(ROW,), listed=listed))["retires_on"] == date(2027, 1, 1)


@pytest.mark.parametrize("name", ["gpt-5.6-sol fine-tuning", "gpt-5.6", "gpt-5.6-sol-2026-03-05"])
def test_a_name_that_is_not_wholly_the_models_is_another(name: str) -> None:
    """A service of a model, a family and a snapshot may end and the model live on."""
    sol = SOL.replace("batch_support: true", "batch_support: true\n        aliases: [gpt-5.6-sol-2026-03-05]")
    assert not planned(sol, page(), lifecycle=(replace(ROW, names=(name,)),)).changes


def test_where_an_id_has_one_snapshot_that_names_the_model() -> None:
    """By the vendor's file: its pages list the dated ids."""
    text = registry(
        "claude-9:",
        "  {display_name: Claude 9, input_per_million: 1.0, output_per_million: 2.0, aliases: [claude-9-20260101]}",
        provider="anthropic",
    )
    plan = planned(text, provider="anthropic", lifecycle=(replace(ROW, names=("claude-9-20260101",)),))
    assert values(plan)["retires_on"] == OCTOBER


def test_what_is_to_be_called_instead_must_be_a_model_that_is_known() -> None:
    """One, and another than itself."""
    text = registry(
        "gpt-7:",
        "  {display_name: GPT-7, input_per_million: 1.0, output_per_million: 2.0}",
        "gpt-8:",
        "  {display_name: GPT-8, input_per_million: 1.0, output_per_million: 2.0}",
    )
    for instead, written in ((("gpt-8",), "gpt-8"), (("gpt-8", "gpt-9"), None), (("gpt-9",), None), (("GPT-7",), None)):
        row = replace(ROW, names=("gpt-7",), replaced_by=instead)
        assert values(planned(text, lifecycle=(row,))).get("replaced_by") == written


def test_an_end_that_was_put_off_goes() -> None:
    """Where the page says that no day is set, and calls the model active."""
    ending = merge(SOL, planned(SOL, page(), lifecycle=(ROW,)))
    living = StatedLifecycle(("gpt-5.6-sol",), EVIDENCE, status="active", endless=True)
    after = updated(ending, page(), lifecycle=(living,)).model("openai", "gpt-5.6-sol")
    assert (after.status, after.retires_on) == ("active", None)


@pytest.mark.parametrize("status", [None, "deprecated"])
def test_a_known_end_is_kept_where_the_page_has_none_yet(status: Status | None) -> None:
    """And told: a model that ends some day has no other day."""
    ending = merge(SOL, planned(SOL, page(), lifecycle=(ROW,)))
    row = StatedLifecycle(("gpt-5.6-sol",), EVIDENCE, status=status, endless=True, undated="TBD")
    plan = planned(ending, page(), lifecycle=(row,))
    assert "retires_on" not in {change.dimension for change in plan.changes}
    told = "its page of endings has 'TBD' for the day on which it ends: 2026-10-23 is kept"
    assert ("left out", told) in {(note.kind, note.text) for note in plan.notes}


def test_an_end_before_its_announcement_is_told_and_neither_day_is_taken() -> None:
    """The rest of the row is."""
    early = date(2026, 5, 1)
    plan = planned(SOL, page(), lifecycle=(replace(ROW, retires_on=early, status="deprecated"),))
    assert not {"deprecated_on", "retires_on"} & {change.dimension for change in plan.changes}
    assert values(plan)["status"] == "deprecated"
    told = (
        "its page of endings says that it ends on 2026-05-01, before it is deprecated on 2026-06-01: neither is taken"
    )
    assert ("left out", told) in {(note.kind, note.text) for note in plan.notes}


def test_an_active_model_whose_day_has_come_is_told() -> None:
    """One of the two is wrong; neither is taken."""
    plan = planned(SOL, page(), lifecycle=(replace(ROW, status="active", retires_on=JUNE, deprecated_on=None),))
    assert not plan.changes
    assert "calls it active" in str(plan.notes[-1])


def test_what_the_page_of_prices_still_states_is_not_ended_unseen() -> None:
    """Two pages of the vendor that differ are for a person."""
    priced = page(rate("gpt-5.6-sol", input="5", output="30", cached_input="0.5"))
    plan = planned(SOL, priced, lifecycle=(replace(ROW, retires_on=date(2026, 9, 1)),))
    (held,) = (change for change in plan.held if change.dimension == "status")
    assert "still states its prices" in str(held.verdict)


def test_what_nobody_can_read_of_a_row_is_left_open() -> None:
    """With the place; of a model that the registry lacks it is nobody's concern."""
    row = replace(ROW, retires_on=None, deprecated_on=None, unread=("'December 2026' is no whole day",))
    (note,) = (note for note in planned(SOL, lifecycle=(row,)).notes if note.kind == "left out")
    assert "T1R2C2, 'December 2026' is no whole day" in note.text
    assert not any(note.kind == "left out" for note in planned(SOL, lifecycle=(replace(row, names=("gpt-77",)),)).notes)


def test_most_models_ended_at_once_wait_for_a_person() -> None:
    """A page that is read wrong looks the same."""
    ids = [f"gpt-{number}" for number in range(10)]
    text = registry(
        *(
            line
            for one in ids
            for line in (f"{one}:", "  {display_name: X, input_per_million: 1.0, output_per_million: 2.0}")
        )
    )
    rows = [StatedLifecycle((one,), EVIDENCE, retires_on=JUNE) for one in ids]
    assert not planned(text, lifecycle=rows).applied
    assert planned(text, lifecycle=rows[:3]).applied


def test_what_the_registry_says_already_changes_nothing() -> None:
    """But a fact that a witness vouched for is the page's from then on."""
    merged = merge(SOL, planned(SOL, lifecycle=(ROW,)))
    assert not planned(merged, lifecycle=(ROW,)).changes
    vouched = merged.replace("retires_on: page", "retires_on: litellm")
    assert values(planned(vouched, lifecycle=(ROW,))) == {"facts_from.retires_on": "page"}
