"""What a batch of a model costs is one answer, whichever of the pages an update has seen."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.merging.merge import merge
from octoregistry.planning.planner import PlanSettings
from octoregistry.planning.stated_models import PricedPage
from providers.registry import parse_registry
from tests.planning.making import NOTHING, SEPTEMBER_7, cost, page, planned, rate

MODEL = "gpt-5.6-sol"
DEAR, CHEAP = rate(MODEL, input="5", output="30"), rate(MODEL, input="4", output="20")
BATCH = rate(MODEL, "batch", input="2.5", output="15")
BOTH = page(DEAR, BATCH, checked=date(2026, 8, 21))
STANDARD = page(DEAR, checked=date(2026, 8, 25))
FALLEN = page(CHEAP, checked=SEPTEMBER_7)


def announcing(start: date, *more: object, checked: date = date(2026, 8, 23)) -> PricedPage:
    """A page that states the old prices, and the new ones from a day on."""
    return page(DEAR, *more, rate(MODEL, start=start, input="4", output="20"), checked=checked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "pages",
    [
        [FALLEN],
        [BOTH, FALLEN],
        [STANDARD, FALLEN],
        [BOTH, STANDARD, FALLEN],
        [BOTH, FALLEN, FALLEN],
        [announcing(date(2026, 9, 1)), FALLEN],
        [BOTH, announcing(date(2026, 9, 1)), FALLEN],
        [announcing(date(2026, 9, 1), BATCH), FALLEN],
        [BOTH, announcing(date(2026, 9, 20)), FALLEN],
        [BOTH, announcing(date(2026, 9, 1)), STANDARD, FALLEN],
        [BOTH, announcing(date(2026, 9, 1)), announcing(date(2026, 9, 5), checked=date(2026, 8, 30)), FALLEN],
    ],
)
def test_2_000_million_tokens_in_and_100_million_out_are_5_000_usd_and_not_6_500(pages: list[PricedPage]) -> None:
    """The batch price stood beside the standard price before: since that fell it follows by the vendor's discount."""
    text = NOTHING
    for one in pages:
        text = merge(text, planned(text, one, settings=PlanSettings(accepted=("all",))))
    found = parse_registry(text)
    asked = {"mode": "batch", "input": 2_000_000_000, "output": 100_000_000}
    assert cost(found, MODEL, at=SEPTEMBER_7, **asked) == 5_000
    assert cost(found, MODEL, at=date(2026, 10, 1), **asked) == 5_000
