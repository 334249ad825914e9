"""Which models end when, from a vendor's page of endings."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octoregistry.documents import Document, Unread, read_document
from octoregistry.reading.lifecycle import StatedLifecycle, read_lifecycle
from octoregistry.reading.vocabulary import shipped

ANNOUNCED = """# Ends of models

## 2026-04-22: Older reasoning models

| Shutdown date | Model / system | Recommended replacement |
|---|---|---|
| 2026-10-23 | `road-3` | `road-5` |
| Oct 24th, 2026 | road\u20114-mini, `road-4` | road-5 or road-5-mini |
"""
STATES = """# Model states

| API Model Name | Current State | Deprecated | Tentative Retirement Date |
|---|---|---|---|
| road-1 | Retired | June 30, 2025 | January 5, 2026 |
| road-2 | Active | N/A | Not sooner than August 5, 2026 |
| road-3 fine-tuning | Deprecated | 2025-11-01 | 2026-11 |
"""


def stated(text: str) -> tuple[StatedLifecycle, ...]:
    """What the page that `text` is states."""
    document = read_document(text, "https://vendor.example/ends", priced=False)
    assert isinstance(document, Document)
    return read_lifecycle(document)


def test_a_day_over_the_table_is_the_day_of_the_announcement() -> None:
    """Each row gives its models, its day and what to call in their place."""
    first, second = stated(ANNOUNCED)
    assert (first.names, first.deprecated_on, first.retires_on, first.replaced_by) == (
        ("road-3",),
        date(2026, 4, 22),
        date(2026, 10, 23),
        ("road-5",),
    )
    assert first.evidence.address == "T1R2C2"
    assert second.names == ("road-4-mini", "road-4")
    assert second.retires_on == date(2026, 10, 24)
    assert second.replaced_by == ("road-5", "road-5-mini")


def test_a_day_that_is_no_promise_is_none() -> None:
    """ "Not sooner than", a month and N/A state no day; what stands beside a name stays with it."""
    retired, active, tuned = stated(STATES)
    assert (retired.status, retired.deprecated_on, retired.retires_on) == (
        "retired",
        date(2025, 6, 30),
        date(2026, 1, 5),
    )
    assert (active.status, active.deprecated_on, active.retires_on) == ("active", None, None)
    assert (tuned.names, tuned.retires_on) == (("road-3 fine-tuning",), None)


def test_a_row_says_what_of_it_is_no_day() -> None:
    """ "Not sooner than" and N/A say that no day is set; a month alone is a day that nobody can read."""
    retired, active, tuned = stated(STATES)
    assert (retired.endless, active.endless, tuned.endless) == (False, True, False)
    assert (retired.unread, active.unread, tuned.unread) == ((), (), ("'2026-11' is no whole day",))


@pytest.mark.parametrize(
    "over",
    ["Amazon Bedrock", "Azure OpenAI", "Regional endpoints", "Batch API", "Fine-tuned models", "Fine-tuning on road-1"],
)
def test_a_table_of_another_seller_place_offer_or_mode_states_nothing(over: str) -> None:
    """What ends there lives on elsewhere; the row is there, and says why nothing is taken."""
    (row,) = stated(f"# Ends\n\n## {over}\n\n| Model | Shutdown date |\n|---|---|\n| road-1 | 2026-01-23 |\n")
    assert (row.names, row.status, row.retires_on) == (("road-1",), None, None)
    assert over in row.unread[0]


def test_a_column_that_nobody_knows_may_limit_the_row() -> None:
    """A region, say."""
    (row,) = stated("# Ends\n\n| Model | Region | Shutdown date |\n|---|---|---|\n| road-1 | eu | 2026-01-23 |\n")
    assert row.retires_on is None
    assert "'Region'" in row.unread[0]


@pytest.mark.parametrize(
    "head",
    [
        "| Model | Input | Output |",  # no day and no state
        "| Shutdown date | Price | Region |",  # no models
        "| Model | Model name | Shutdown date |",  # two columns of models
    ],
)
def test_other_tables_state_nothing(head: str) -> None:
    """Only a head that names one column of models, and a state or a day, makes a table of endings."""
    assert not stated(f"# Ends\n\n{head}\n|---|---|---|\n| road-1 | road-1 | 2026-10-23 |\n")


def test_a_challenge_in_place_of_the_page_is_unread() -> None:
    """As with prices."""
    found = read_document("<html><title>Just a moment...</title></html>", "https://v.example", priced=False)
    assert isinstance(found, Unread)
    assert "challenge" in found.reason


@given(st.sampled_from(shipped().words("word:head_retires_on")), st.dates(date(2020, 1, 1), date(2099, 12, 31)))
def test_a_day_is_read_in_every_way_of_writing_it(head: str, day: date) -> None:
    """Under every head that means an end."""
    for text in (day.isoformat(), f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%b} {day.year}"):
        (row,) = stated(f"# Ends\n\n| Model | {head.title()} |\n|---|---|\n| road-1 | {text} |\n")
        assert row.retires_on == day


@pytest.mark.parametrize("day", ["TBD", "To be announced", "Not sooner than March 1, 2027", "Not yet announced"])
def test_an_end_without_a_day_is_no_silence(day: str) -> None:
    """Of a model that the page calls active it says nothing new."""
    table = "# Ends\n\n| Model | {}Shutdown date |\n|---|---|{}\n| road-1 | {}" + day + " |\n"
    (row,) = stated(table.format("", "", ""))
    assert (row.undated, row.retires_on, row.unread) == (day, None, ())
    (row,) = stated(table.format("Status | ", "---|", "Active | "))
    assert (row.undated, row.endless) == ("", True)
