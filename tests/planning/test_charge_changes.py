"""Charges of a page become changes, each with its verdict by the same guards as prices of tokens."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octoregistry.merging.merge import merge
from octoregistry.planning.charge_keys import charge_entry, charge_key
from octoregistry.planning.plan import Change, Plan
from octoregistry.planning.plan_json import PlanError, as_values, from_values
from octoregistry.planning.planner import PlanSettings, plan_provider
from octoregistry.planning.stated_models import PricedPage
from octoregistry.reading.labels import Doubt
from octoregistry.reading.rates import Evidence, PageRates, StatedCharge
from providers import get_charges, parse_registry
from providers.charge_units import UNITS
from providers.dimensions import MODES

DAY = date(2026, 9, 4)
REGISTRY = """\
default_provider: acme
providers:
  acme:  # ours
    # what tools cost
    charges:
      - {unit: web_search, per: 1000, usd: 10.0}  # a person's remark
    models:
      acme-9:
        display_name: Acme 9
        input_per_million: 1.0
        output_per_million: 2.0
        rates:
          - {mode: batch, input: 1.0, output: 2.0}  # kept
        charges:
          - {unit: image, usd: 0.2, when: {size: 1K}}
        source: {page: https://a.example, checked: 2026-08-01, sha256: abc}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""


def stated(unit: str, usd: str, name: str | None = None, **more: object) -> StatedCharge:
    """A charge as a page states it."""
    per = Decimal(str(more.pop("per", 1)))
    return StatedCharge(name, unit, per, Decimal(usd), Evidence("page", "T1R2C2", f"${usd}"), **more)  # type: ignore[arg-type]


def plan(*charges: StatedCharge, text: str = REGISTRY, day: date = DAY, accepted: tuple[str, ...] = ()) -> Plan:
    page = PricedPage(PageRates("acme", "https://a.example/prices", charges=charges), day, "f" * 64)
    provider = parse_registry(text).provider("acme")
    return plan_provider(provider, [page], today=day, settings=PlanSettings(accepted=accepted))


def charges(found: Plan) -> list[Change]:
    return [change for change in found.changes if change.kind == "charge"]


def test_what_the_registry_has_is_no_change() -> None:
    """By the price of one: 10 per 1,000 is 0.01 each."""
    assert not charges(plan(stated("web_search", "10", per=1000)))
    assert not charges(plan(stated("web_search", "0.01")))
    assert not charges(plan(stated("image", "0.2", "acme-9", when=(("size", "1K"),))))


def test_a_price_that_moved_begins_on_the_page_s_day_and_the_old_one_stays() -> None:
    """The text keeps every remark; between the last day of the old price and the page's either may have held."""
    found = plan(stated("image", "0.3", "acme-9", when=(("size", "1K"),)), stated("web_search", "14", per=1000))
    assert [str(change) for change in charges(found)] == [
        "acme/acme-9: charge image (size 1K, seen_before 2026-08-01) from 2026-09-04 0.2 -> 0.3 (+50%)",
        "acme/tools: charge web_search per 1000 from 2026-09-04 10.0 -> 14.0 (+40%)",
    ]
    text = merge(REGISTRY, found)
    for remark in ("# ours", "# what tools cost", "# a person's remark", "# kept"):
        assert remark in text
    known = get_charges("acme", "acme-9", parse_registry(text))
    assert known.cost("web_search", 1000, at="2026-09-03") == 10
    assert known.cost("web_search", 1000, at="2026-09-04") == 14
    assert known.cost("image", 1, when={"size": "1K"}, at="2026-08-01") == Decimal("0.2")
    assert known.cost("image", 1, when={"size": "1K"}, at="2026-09-04") == Decimal("0.3")
    again = plan(
        stated("image", "0.3", "acme-9", when=(("size", "1K"),)), stated("web_search", "14", per=1000), text=text
    )
    assert not charges(again)


def test_a_model_that_the_registry_lacks_has_its_charges_with_the_provider() -> None:
    """No token of it has a price, so that it has no plain prices for a plain reader."""
    found = plan(stated("second_video", "0.1", "film-9", mode="batch", free="5 per day"))
    text = merge(REGISTRY, found)
    assert "{model: film-9, unit: second_video, usd: 0.1, mode: batch, free: 5 per day, from: 2026-09-04}" in text
    assert "charges_source: {page: https://a.example/prices, checked: 2026-09-04" in text
    assert get_charges("acme", "film-9", parse_registry(text)).find(
        "second_video", mode="batch", at=DAY
    ).usd == Decimal("0.1")


@pytest.mark.parametrize(
    ("charge", "why"),
    [
        (
            stated("web_search", "14", per=1000, doubts=(Doubt("x", "cell", "T1R2C2", "not understood: x"),)),
            "not understood",
        ),
        (stated("web_search", "31", per=1000), "moved ×3.1"),
        (stated("web_search", "2", per=1000), "moved ÷5"),
        (stated("web_search", "0", per=1000), "became 0"),
        (stated("page", "0"), "first price of 0"),
    ],
)
def test_guards_hold_a_charge(charge: StatedCharge, why: str) -> None:
    """A doubt, a far move, a price of 0: held with the reason, applied where a person accepts it."""
    (change,) = charges(plan(charge))
    assert not change.applies
    assert why in str(change.verdict)
    (change,) = charges(plan(charge, accepted=("acme/tools",)))
    assert change.applies


def test_two_names_of_one_id_with_two_prices_change_nothing() -> None:
    """Which of them is its price nobody can tell; two that agree are one change."""
    one, other = (stated("page", usd, name, ids=("acme-9",)) for usd, name in (("0.1", "Acme 9"), ("0.2", "Acme 9 X")))
    assert not charges(plan(one, other))
    same = stated("page", "0.1", "Acme 9 X", ids=("acme-9",))
    assert len(charges(plan(one, same))) == 1


def test_an_older_page_changes_nothing_unseen() -> None:
    """It is held; and one that is older than a later price makes no change at all."""
    (change,) = charges(plan(stated("image", "0.3", "acme-9", when=(("size", "1K"),)), day=date(2026, 7, 1)))
    assert "older" in str(change.verdict) or "page is of" in str(change.verdict)
    text = REGISTRY.replace("usd: 10.0}", "usd: 10.0, from: 2026-10-01}")
    assert not charges(plan(stated("web_search", "14", per=1000), text=text))


def test_a_plan_with_charges_is_kept_and_read_back() -> None:
    """As JSON, to the last value; a charge that no plan writes is refused."""
    found = plan(stated("web_search", "14", per=1000), stated("page", "0.1", "acme-9"))
    values = as_values(found)
    assert from_values(values).changes == found.changes
    values["changes"][0]["dimension"] = "charge song"
    with pytest.raises(PlanError):
        from_values(values)


_WORD = st.from_regex(r"[a-z]{1,8}", fullmatch=True).filter(lambda word: word not in ("free", "seen_before", *MODES))
_VALUE = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ._+x-]{0,10}[A-Za-z0-9]", fullmatch=True)


@given(
    st.sampled_from(sorted(UNITS)),
    st.sampled_from([1, 60, 1000, 10**6]),
    st.sampled_from(MODES),
    st.dictionaries(_WORD, _VALUE, max_size=3),
    st.sampled_from([None, "1", "5000 per month", "1500 per day"]),
    st.none() | st.dates(date(2025, 1, 1), date(2026, 1, 1)),
    st.none() | st.dates(date(2025, 1, 1), date(2026, 1, 1)),
)
def test_the_text_of_a_charge_says_all_of_it(
    unit: str, per: int, mode: str, when: dict[str, str], free: str | None, seen: date | None, read: date | None
) -> None:
    """What is written into a plan is what is written into the registry."""
    entry = charge_entry(charge_key(unit, per, mode, when, free, seen, read), Decimal(1), DAY)
    assert (entry["unit"], entry.get("per", 1), entry.get("mode", "standard")) == (unit, per, mode)
    assert entry.get("when", {}) == when
    assert str(entry.get("free")) == str(free)
    assert (entry.get("seen_before"), entry.get("read_on")) == (seen, read)


SOURCED = REGISTRY.replace(
    "    models:\n", "    charges_source: {page: https://a.example/prices, checked: 2026-08-01}\n    models:\n", 1
).replace("source: {page: https://a.example,", "source: {page: https://a.example/prices,")


def gone(found: Plan) -> list[tuple[str, str]]:
    return [(note.subject, note.text) for note in found.notes if note.kind == "no longer stated"]


def test_a_charge_that_left_its_page_is_told() -> None:
    """With its conditions; the registry keeps it, and no change is made of it."""
    found = plan(stated("page", "1"), text=SOURCED)
    assert [subject for subject, _ in gone(plan(text=SOURCED))] == ["tools", "acme-9"]
    assert [subject for subject, _ in gone(found)] == ["tools", "acme-9"]
    assert "charge web_search per 1000 is no longer stated" in gone(found)[0][1]
    assert "charge image (size 1K)" in gone(found)[1][1]
    assert [change.dimension for change in charges(found)] == ["charge page"]


def test_a_charge_that_stands_there_is_not_told() -> None:
    """Also one at another price, one in doubt, and on a page that is not the one it was read from, or an older one."""
    doubt = Doubt("x", "cell", "T1R2C2", "not understood: x")
    image = stated("image", "0.3", "acme-9", when=(("size", "1K"),), doubts=(doubt,))
    assert not gone(plan(stated("web_search", "14", per=1000), image, text=SOURCED))
    assert not gone(plan(stated("page", "1"), text=SOURCED.replace("a.example/prices", "a.example/others")))
    assert not gone(plan(stated("page", "1"), text=SOURCED, day=date(2026, 7, 1)))
