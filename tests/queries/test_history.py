"""What is read for the first time is first known; only a price that was another is a move."""

from datetime import date
from decimal import Decimal

from octoregistry.queries.history import history
from providers.entries import Model, Rate
from providers.registry import load_registry

MODEL = Model("acme", "road", "Road")
LATER = date(2026, 9, 6)


def moves(*rates):
    return [(m.mode, m.dimension, m.above_input_tokens, m.old, m.new, m.percent) for m in history(MODEL, rates)]


def test_a_tier_that_is_read_late_is_no_move():
    """gpt-5.5 above 272K once stood here as "+100%" on the day on which its tier was first read."""
    short = Rate("standard", {"input": Decimal(5)})
    long = Rate("standard", {"input": Decimal(10)}, above_input_tokens=272_000, start=LATER)
    assert moves(short, long)[1:] == [("standard", "input", 272_000, None, 10, None)]
    assert all(move.first_known for move in history(MODEL, [short, long]))


def test_a_mode_and_a_dimension_that_are_read_late_are_no_moves():
    plain = Rate("standard", {"input": Decimal(5)})
    cached = Rate("standard", {"input": Decimal(5), "cached_input": Decimal(1)}, start=LATER)
    flex = Rate("flex", {"input": Decimal(3)}, start=LATER)
    assert moves(plain, cached, flex)[1:] == [
        ("standard", "cached_input", None, None, 1, None),
        ("flex", "input", None, None, 3, None),
    ]


def test_a_move_says_the_last_day_of_the_old_price():
    old = Rate("standard", {"input": Decimal(5)})
    new = Rate("standard", {"input": Decimal(4)}, start=LATER, seen_before=date(2026, 8, 21))
    first, move = history(MODEL, [old, new])
    assert first.first_known
    assert (move.percent, move.seen_before, move.first_known) == (-20, date(2026, 8, 21), False)


def test_the_long_prices_of_gpt_5_5_are_first_known_and_no_move():
    """They were read later than the short ones, of which they hold as long."""
    model = load_registry().model("openai", "gpt-5.5")
    long = [move for move in history(model, model.rates) if move.above_input_tokens == 272_000]
    assert {move.mode for move in long} >= {"standard", "batch", "flex"}
    assert all(move.first_known and move.percent is None for move in long)
