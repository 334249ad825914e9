"""An estimate is what `Pricing.cost` says, whatever the file says of bounds, days and first readings."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from octoregistry.queries.estimate import UnknownCost, Workload, estimate_of
from providers.dimensions import DIMENSIONS, MODES, UncertainPriceError, UnknownPriceError
from providers.registry import Registry

FIRST = date(2026, 9, 1)
days = st.integers(-3, 12).map(lambda count: FIRST + timedelta(days=count))
sizes = st.sampled_from([0, 1, 2, 200_000, 200_001, 272_000, 272_001])


@st.composite
def rates(draw):
    """A rate with any of what the file may say of it."""
    names = draw(st.lists(st.sampled_from(DIMENSIONS[:4]), unique=True, max_size=4))
    rate = {name: draw(st.sampled_from([Decimal("0.1"), Decimal(2), Decimal("0.0375")])) for name in names}
    rate["mode"] = draw(st.sampled_from(MODES))
    for name in ("above_input_tokens", "up_to_input_tokens"):
        if size := draw(st.sampled_from([None, None, 1, 200_000, 272_000])):
            rate[name] = size
    if start := draw(st.one_of(st.none(), days)):
        rate["from"] = start.isoformat()
        if draw(st.booleans()):
            rate["seen_before"] = (start - timedelta(days=draw(st.integers(1, 5)))).isoformat()
    return rate


def registry_of(found, first_seen):
    entry = {"display_name": "M", "input_per_million": Decimal(1), "output_per_million": Decimal(2), "rates": found}
    if first_seen:
        entry["first_seen"] = first_seen.isoformat()
    defaults = {"input_per_million": Decimal(1), "output_per_million": Decimal(2), "realtime_multiplier": Decimal(2)}
    vendors = {"acme": {"env_var": "K", "default_model": "m", "models": {"m": entry}}}
    return Registry({"default_provider": "acme", "providers": vendors, "defaults": defaults}, "models.yaml", "0" * 64)


@given(
    st.lists(rates(), min_size=1, max_size=8),
    st.one_of(st.none(), days),
    days,
    st.sampled_from(MODES),
    st.dictionaries(st.sampled_from(DIMENSIONS[:4]), sizes),
    st.booleans(),
)
def test_an_estimate_is_the_cost_of_one_call(found, first_seen, day, mode, tokens, assumed):
    """To the digit; where that is not known neither is the estimate, and a range has the same ends."""
    registry = registry_of(found, first_seen)
    workload = Workload(tokens, day, mode=mode, assume_earliest=assumed)
    estimated = estimate_of(registry, registry.model("acme", "m"), workload).cost
    if not any(tokens.values()):  # nothing costs nothing on any day
        assert estimated == 0
        return
    assert said(registry.pricing("acme", "m"), mode, day, "earliest" if assumed else None, tokens) == (
        (estimated.least, estimated.most) if isinstance(estimated, UnknownCost) else (estimated, estimated)
    )


def said(pricing, mode, day, assume, tokens):
    """The least and the most that a call costs; None for what is not known."""
    try:
        return (pricing.cost(mode=mode, at=day, assume=assume, **tokens),) * 2
    except UncertainPriceError as error:
        return error.least, error.most
    except UnknownPriceError:
        return None, None
