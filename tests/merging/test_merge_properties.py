"""On random registries, with random comments and layouts, an update changes the intended lines only, says what was
intended, keeps the cost of yesterday's calls, and finds nothing left to do the second time."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from octoregistry.merging.diff import diff
from octoregistry.merging.merge import merge
from octoregistry.planning.plan import Plan
from octoregistry.planning.plan_json import as_values, from_values
from octoregistry.planning.planner import PlanSettings, plan_provider
from octoregistry.planning.stated_models import PricedPage
from octoregistry.reading.rates import Evidence, PageRates, StatedPrice, StatedRate
from providers.pricing import UncertainPriceError, UnknownPriceError
from providers.registry import Registry, parse_registry
from tests.depth import DEPTH

PAGE = "https://acme.example/pricing"
CHECKED = date(2026, 9, 7)
DIMENSIONS = ("input", "output", "cached_input", "cache_write_5m")
MODES = ("standard", "batch", "flex")
# Every quotient of two of these is a finite decimal, so that every pair of plain prices has its multiplier.
PRICES = [Decimal(text) for text in ("0", "0.03125", "0.5", "1", "2.0", "2.5", "4", "12.5", "100")]
Prices = dict[str, Decimal]
RateKey = tuple[str, int | None, date | None]


@st.composite
def rate_sets(draw: st.DrawFn, days: tuple[date, ...] = (date(2026, 1, 1), date(2027, 1, 1))) -> dict[RateKey, Prices]:
    """A model's rates: standard always, other modes, tiers and earlier days sometimes."""
    rates: dict[RateKey, Prices] = {}
    for mode in ("standard", *draw(st.lists(st.sampled_from(MODES[1:]), unique=True))):
        for start in (None, *draw(st.lists(st.sampled_from(days), unique=True))):
            for tier in (None, *draw(st.lists(st.sampled_from([128_000, 272_000]), unique=True, max_size=1))):
                more = draw(st.sets(st.sampled_from(DIMENSIONS[2:])))
                rates[mode, tier, start] = {
                    name: draw(st.sampled_from(PRICES)) for name in DIMENSIONS if name in more or name in DIMENSIONS[:2]
                }
    return rates


def noise(rng: random.Random) -> str:
    return rng.choice(["", "", "", "  # a remark", " # 1.0: {x}"])


def flow_rate(key: RateKey, prices: Prices) -> str:
    mode, tier, start = key
    entries = {"mode": mode, "above_input_tokens": tier, "from": start, **prices}
    return f"{{{', '.join(f'{name}: {value}' for name, value in entries.items() if value is not None)}}}"


def rate_text(rng: random.Random, key: RateKey, prices: Prices, indent: str) -> list[str]:
    mode, tier, start = key
    entries = [("mode", mode)]
    entries += [("above_input_tokens", str(tier))] if tier else []
    entries += [("from", str(start))] if start else []
    entries += [(name, rng.choice([f"{price:f}", f"{float(price)}"])) for name, price in prices.items()]
    if rng.random() < 0.5:
        return [f"{indent}- {{{', '.join(f'{name}: {text}' for name, text in entries)}}}{noise(rng)}"]
    lines = [
        f"{indent}{'- ' if not place else '  '}{name}: {text}{noise(rng)}" for place, (name, text) in enumerate(entries)
    ]
    return (
        [f"{indent}-  # the dash alone", *(line.replace("- ", "  ", 1) for line in lines)]
        if rng.random() < 0.1
        else lines
    )


def model_text(rng: random.Random, name: str, rates: dict[RateKey, Prices], indent: str) -> list[str]:
    batch = {key: prices for key, prices in rates.items() if key[0] == "batch"}
    base = (batch or rates)[("batch" if batch else "standard"), None, None]
    plain = {which: base[which] if batch else base[which] / 2 for which in ("input", "output")}
    if rng.random() < 0.2 and not batch:
        items = ", ".join(flow_rate(key, prices) for key, prices in rates.items())
        prices = ", ".join(f"{which}_per_million: {plain[which]:f}" for which in plain)
        flow = f"display_name: {name.title()}, {prices}, rates: [{items}], batch_support: false"
        return [f"{indent}{name}: {{{flow}}}{noise(rng)}"]
    inner = indent + "  " * rng.choice([1, 2])
    lines = [f"{indent}{name}:{noise(rng)}", f"{inner}display_name: {rng.choice(['', chr(39), chr(34)])}"]
    quote = lines[1][-1] if lines[1][-1] in "'\"" else ""
    lines[1] += f"{name.title()}{quote}{noise(rng)}"
    keys = [f"{inner}{which}_per_million: {plain[which]:f}{noise(rng)}" for which in ("input", "output")]
    keys.append(f"{inner}batch_support: {'true' if batch else 'false'}{noise(rng)}")
    rng.shuffle(keys)
    dashes = inner + rng.choice(["", "  "])
    listed = [line for key, prices in rates.items() for line in rate_text(rng, key, prices, dashes)]
    blocks = [*([key] for key in keys), [f"{inner}rates:{noise(rng)}", *listed]]
    if rng.random() < 0.5:
        blocks.append([f"{inner}source: {{checked: 2025-12-31, page: {PAGE}}}{noise(rng)}"])
    for block in blocks:
        if rng.random() < 0.2:
            lines.append(rng.choice(["", f"{inner}# said by hand", "# at the margin", "   "]))
        lines += block
    return lines


def registry_text(rng: random.Random, models: dict[str, dict[RateKey, Prices]]) -> str:
    """A registry in a random layout that says exactly `models`."""
    head = ["default_provider: acme", "providers:", "  acme:", "    env_var: KEY  # x", "    default_model: m0"]
    head += ["    realtime_multiplier: 2.0", f"    models:{noise(rng)}"]
    body = [
        line
        for name, rates in models.items()
        for line in [*rng.choice([[], [""], ["      # next"]]), *model_text(rng, name, rates, "      ")]
    ]
    tail = [*rng.choice([[], ["", "# below"]]), "defaults:", "  input_per_million: 1.0", "  output_per_million: 2.0"]
    lines = [*rng.choice([[], ["---"], ["# top", ""]]), *head, *body, *tail, "  realtime_multiplier: 2.0"]
    newline = rng.choice(["\n", "\n", "\r\n"])
    return rng.choice(["", "\ufeff"]) + newline.join(lines) + rng.choice(["", newline])


def stated(name: str, rates: dict[RateKey, Prices]) -> list[StatedRate]:
    evidence = Evidence(PAGE, "T1R1C1", "$1")
    return [
        StatedRate(
            name,
            mode,
            {key: StatedPrice(usd, evidence) for key, usd in prices.items()},
            above_input_tokens=tier,
            start=start,
        )
        for (mode, tier, start), prices in rates.items()
    ]


def valid(models: dict[str, dict[RateKey, Prices]]) -> dict[str, dict[RateKey, Prices]]:
    """The models with batch prices half of the standard ones, so that the plain prices contradict nothing."""
    for rates in models.values():
        for (mode, tier, start), prices in list(rates.items()):
            if mode == "batch":
                standard = rates.get(("standard", tier, start))
                if standard is None:
                    del rates[mode, tier, start]
                else:
                    prices |= {which: standard[which] / 2 for which in ("input", "output")}
    return models


Asked = tuple[str, str, str, int]


def costs(registry: Registry, day: date, uncertain: set[Asked]) -> dict[Asked, Decimal]:
    """What calls of all kinds cost on a day; those between two days on which different prices were seen go into `uncertain`."""
    found = {}
    for model in registry.models("acme"):
        pricing = registry.pricing("acme", model)
        for mode in MODES:
            for size in (1_000, 200_000, 500_000):
                for dimension in DIMENSIONS:
                    try:
                        whole = (
                            {"cached_input": size, "input": 0}
                            if dimension != "cached_input"
                            else {"cached_input": size}
                        )
                        call = {"input": size} if dimension == "input" else {**whole, dimension: size}
                        found[model, mode, dimension, size] = pricing.cost(mode=mode, at=day, **call)
                    except UncertainPriceError:  # the day before may be a day on which nobody looked
                        uncertain.add((model, mode, dimension, size))
                    except UnknownPriceError:
                        continue
    return found


LINES_OF_A_RATE = 12  # its keys, a line each at most


@settings(max_examples=20 * DEPTH, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    before=st.lists(rate_sets(), min_size=1, max_size=4),
    after=st.lists(rate_sets((date(2027, 1, 1),)), min_size=1, max_size=5),
    seed=st.integers(0, 10**6),
)
def test_an_update_writes_what_it_intends_and_nothing_else(
    before: list[dict[RateKey, Prices]], after: list[dict[RateKey, Prices]], seed: int
) -> None:
    """Models m0, m1, … of the registry, and a page that states some of them anew and some that are new."""
    rng = random.Random(seed)  # noqa: S311 - a layout, no secret
    text = registry_text(rng, valid({f"m{place}": rates for place, rates in enumerate(before)}))
    old = parse_registry(text)
    rates = [
        rate
        for place, rates in enumerate(after)
        for rate in stated(f"M{place}", rates)
        if f"m{place}" in old.models("acme")
    ]
    rates += [
        StatedRate(rate.name, rate.mode, rate.prices, ("brand-new-1",), rate.above_input_tokens, rate.start)
        for rate in stated("Brand New 1", after[0])
    ]
    page = PricedPage(PageRates("acme", PAGE, tuple(rates)), CHECKED, "ab" * 32)

    # random prices stand in no order that prices keep; what is written is asked here, not what is held
    accepted = PlanSettings(accepted=("all",))
    plan = plan_provider(old.providers["acme"], [page], today=CHECKED, settings=accepted)
    merged = merge(text, from_values(as_values(plan)))

    new = parse_registry(merged)
    again = plan_provider(new.providers["acme"], [page], today=CHECKED, settings=accepted)
    assert not again.changes, [str(change) for change in again.changes]
    assert merge(merged, again) == merged

    calls_of_yesterday_cost_the_same(old, new, plan)
    calls_of_today_cost_what_the_page_states(rates, new)
    only_what_was_touched_differs(text, merged, plan)


def calls_of_yesterday_cost_the_same(old: Registry, new: Registry, plan: Plan) -> None:
    """But where the page leaves open what they cost."""
    yesterday = CHECKED - timedelta(days=1)
    # a mode that the page no longer states is unknown from the day on which the standard price became another, and a
    # price answers for no longer prompts than those below the tier that is now known, also for the days before
    narrowed = ("mode", "up_to_input_tokens")
    forgotten = {
        (change.model, change.mode)
        for change in plan.changes
        if change.dimension in narrowed or change.kind == "new_rate"
    }
    known = {key: cost for key, cost in costs(old, yesterday, set()).items() if key[:2] not in forgotten}
    unsure: set[Asked] = set()
    after_it = costs(new, yesterday, unsure)
    # between the day on which the old price was last seen and that of the page, a dimension that the page leaves out has its
    # old price or none: nobody knows
    moved = {(change.model, change.mode) for change in plan.changes if change.dimension == "seen_before"}
    unsure |= {key for key in known if key not in after_it and key[:2] in moved}
    assert {key: cost for key, cost in after_it.items() if key in known} == {
        key: cost for key, cost in known.items() if key not in unsure
    }


def calls_of_today_cost_what_the_page_states(rates: list[StatedRate], new: Registry) -> None:
    """And those of the day on which an announced price begins."""
    for rate in rates:
        day = max(rate.start or CHECKED, CHECKED)
        latest = max(
            (r.start or date.min)
            for r in rates
            if (r.name, r.mode) == (rate.name, rate.mode) and (r.start or date.min) <= day
        )
        if (rate.start or date.min) == latest:
            model = rate.ids[0] if rate.ids else rate.name.lower()
            size = (rate.above_input_tokens or 0) + 1000
            assert isinstance(size, int)
            cost = new.pricing("acme", model).cost(mode=rate.mode, at=day, input=size)
            assert cost == rate.prices["input"].amount * size / 1_000_000


def only_what_was_touched_differs(text: str, merged: str, plan: Plan) -> None:
    """Every other line stays, and people's remarks with it."""
    touched = {change.model for change in plan.applied}
    removed = [line for line in diff(text, merged).splitlines()[2:] if line.startswith("-")]
    assert all("#" not in line or line.rpartition("#")[2] in merged for line in removed), "comments survive"
    assert all(f"{model}:" in merged for model in touched)
    comments = [part for part in text.split() if part.startswith("#")]
    lost = len(comments) - len([part for part in merged.split() if part.startswith("#")])
    taken_out = sum(change.kind == "unknown" and change.new is None for change in plan.applied)
    taken_out += LINES_OF_A_RATE * sum(change.kind == "withdrawn" for change in plan.applied)
    assert 0 <= lost <= taken_out, "a remark goes with the line that it stands on, and with no other"
    assert untouched(text, touched) == untouched(merged, touched), "every other line stays, to the letter"


def untouched(text: str, touched: set[str]) -> tuple[list[str], dict[str, list[str]], list[str]]:
    """The lines before the models, those of each model that is not in `touched`, and those from the defaults on.

    Found by the layout alone, not by the code that is tested: remarks and blank lines between two models belong to
    neither, since a new model may come to stand before them.
    """
    lines = text.splitlines(keepends=True)
    heads = [place for place, line in enumerate(lines) if re.match(r"      [a-z0-9-]+:", line)]
    end = next(place for place, line in enumerate(lines) if line.startswith("defaults:"))
    models = {}
    for start, stop in pairwise([*heads, end]):
        name = lines[start].strip().partition(":")[0]
        block = lines[start:stop]
        while block and (not block[-1].strip() or block[-1].lstrip().startswith("#")):
            block.pop()
        if name not in touched:
            models[name] = block
    return lines[: heads[0]], models, lines[end:]
