"""The guards: each function asks one question about a change and returns the reason to hold it, or None."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from octoregistry.planning.limits import Limits
from octoregistry.planning.moves import is_move, moves, price_before, read_day
from octoregistry.planning.plan import OWN_LIST, Change, Reason, Slot, WitnessPrice
from octoregistry.planning.price_order import PriceBook, disorders
from octoregistry.planning.values import Value, value_text
from octoregistry.reading.rates import Evidence, is_checked
from providers.entries import Model, Rate


@dataclass(frozen=True, slots=True)
class GuardContext:
    """What the guards know besides the change.

    - `known` is the registry's model, `checked` the page's day, `accepted` the names that a person has accepted.
    - `following` are the sets, by mode and first day, that follow from the model's new standard prices.
    - `before` and `after` are the model's rates without and with all changes of the page.
    - `page` are reasons to hold every price of the page.
    - `unwitnessed` says why no other registry was there that could speak of the page's day; "" where one was.
    - `unconfirmed_units` is the evidence of prices whose unit nothing confirms.
    - `experimental` is True where the vendor's file says so of the vendor.
    """

    known: Model | None
    checked: date
    accepted: Collection[str] = ()
    following: Collection[Slot] = ()
    limits: Limits = field(default_factory=Limits)
    before: tuple[Rate, ...] = ()
    after: tuple[Rate, ...] = ()
    page: tuple[Reason, ...] = ()
    unconfirmed_units: Collection[Evidence] = frozenset()
    unwitnessed: str = ""
    experimental: bool = False

    def old(self, change: Change) -> Value:
        """The price that a change moves, as it was last known; None where it never was."""
        return price_before(change, self.before, self.checked)


def reasons(change: Change, context: GuardContext) -> Iterator[Reason]:
    """The reason of each guard that holds the change."""
    for guard in GUARDS:
        reason = guard(change, context)
        if reason:
            yield reason
    if _is_price(change):
        yield from context.page
        yield from out_of_order(change, context)


def of_an_experimental_vendor(_: Change, context: GuardContext) -> Reason | None:
    """The reason to hold whatever is changed of a vendor whose page is not known to be read without a fault."""
    if not context.experimental:
        return None
    return Reason(
        "experimental", "the vendor is experimental (`level` in its file): a person looks at each change of it"
    )


def from_an_older_page(change: Change, context: GuardContext) -> Reason | None:
    """The reason to hold a price from a page that is older than the model's last check."""
    source = context.known.source if context.known else None
    if change.mode is None or source is None or source.checked is None or context.checked >= source.checked:
        return None
    return Reason("older page", f"the page is of {context.checked}, the registry was checked on {source.checked}")


def moved_too_far(change: Change, context: GuardContext) -> Reason | None:
    """The reason to hold a price that rose or fell by the guarded factor: the larger of new/old and old/new.

    A price that comes back after days on which it was unknown is measured against the last that was known.
    """
    new = change.new
    if not _is_price(change) or not isinstance(new, Decimal) or not new or change.kind == "new_model":
        return None
    old = context.old(change)
    if not isinstance(old, Decimal):
        return None
    if not old:
        return Reason("moved", "it was 0 before")
    times, limit = max(new / old, old / new), context.limits.moved
    if times < limit:
        return None
    sign = "×" if new > old else "÷"
    return Reason("moved", f"moved {sign}{times:.3g}, the guard is {sign}{limit:g}")


def restated(change: Change, context: GuardContext) -> Reason | None:
    """The reason to hold a new price for past days when a page gave another one before: the cost of those calls would change."""
    if not _moves(change, context) or change.start is None or change.start >= context.checked:
        return None
    slot = (change.mode, change.above_input_tokens, change.start)
    there = (rate for rate in context.before if (rate.mode, rate.above_input_tokens, rate.start) == slot)
    if not any(change.dimension in rate.prices and not rate.derived for rate in there):
        return None
    return Reason(
        "restated", f"the page gave {value_text(context.old(change))} for the days from {change.start} before"
    )


def moved_in_a_month(change: Change, context: GuardContext) -> Reason | None:
    """The reason to hold a price that differs from that of a month before by more than the limit: ×2.9 a day for eight days
    is ×5,002, and no day alone was over it.
    """
    if not _moves(change, context):
        return None
    read = [(rate, read_day(rate) or date.min) for rate in context.before if not rate.derived]
    first = context.checked - timedelta(days=context.limits.month)
    days = sorted({first, *(day for _, day in read if first < day <= context.checked)})
    books = (PriceBook(tuple(rate for rate, on in read if on <= day), day) for day in days)
    found = (book.covering(change.mode or "", change.above_input_tokens, change.dimension) for book in books)
    old = next((price for price in found if price), None)
    if not old or not isinstance(change.new, Decimal) or not change.new or old == context.old(change):
        return None
    times = max(change.new / old, old / change.new)
    if times < context.limits.moved:
        return None
    sign = "×" if change.new > old else "÷"
    return Reason(
        "moved", f"moved {sign}{times:.3g} in {context.limits.month} days, the guard is {sign}{context.limits.moved:g}"
    )


def moved_again(change: Change, context: GuardContext) -> Reason | None:
    """The reason to hold a price of a model whose prices moved a few days ago: who looks daily would see no step of many."""
    if not _moves(change, context):
        return None
    since = context.checked - timedelta(days=context.limits.pause_days)
    moved = [day for day in moves(context.before) if since < day <= context.checked]
    if not moved:
        return None
    days = context.limits.pause_days
    return Reason("again", f"the model's prices moved on {max(moved)}; they move unseen once in {days} days")


def unwitnessed(change: Change, context: GuardContext) -> Reason | None:
    """The reason to hold a price that moved far while nobody else was there to be asked."""
    limit, old, new = context.limits.unwitnessed, context.old(change), change.new
    if limit is None or not context.unwitnessed or not _moves(change, context):
        return None
    if not isinstance(old, Decimal) or not isinstance(new, Decimal) or not new:
        return None
    times = max(new / old, old / new)
    if times <= limit:
        return None
    sign = "×" if new > old else "÷"
    return Reason(
        "unwitnessed",
        f"moved {sign}{times:.3g}; {context.unwitnessed}; more than ×{limit:g} needs one",
    )


def left_out(change: Change, context: GuardContext) -> Reason | None:
    """The reason to hold a new set of standard prices that lacks the input or output price of the set before: half a page
    looks the same, and what comes back later would be a price that nobody compares.
    """
    if not _is_price(change) or change.mode != "standard" or change.kind == "new_model":
        return None
    day = max(change.start or context.checked, context.checked)
    before, after = PriceBook(context.before, day), PriceBook(context.after, day)
    if after.covering("standard", change.above_input_tokens, change.dimension) is None:
        return None
    for name in ("input", "output"):
        place = "standard", change.above_input_tokens, name
        if before.price(*place) is not None and after.covering(*place) is None:
            return Reason("left out", f"the page moves the {change.dimension} price and leaves out the {name} price")
    return None


def became_zero(change: Change, _: GuardContext) -> Reason | None:
    """The reason to hold a price that became 0: a page that lost a figure looks the same."""
    if not _is_price(change) or change.new != 0 or change.old == 0:
        return None
    return Reason("zero", "the price became 0" if change.old is not None else "a first price of 0")


def contradicted_by_witnesses(change: Change, _: GuardContext) -> Reason | None:
    """The reason to hold a price that other registries contradict.

    The page and one witness that agrees outweigh the others: resellers discount, and tables edited by hand lag. They do
    not outweigh the vendor's own list.
    """
    own = any(said.witness == OWN_LIST for said in change.contradicts)
    if not change.contradicts or (change.vouches and not own):
        return None
    page = f"{change.evidence.address} of the page" if change.evidence else "the vendor's discount"
    return Reason(
        "witnesses", f"{page} says {value_text(change.new)}, but {', '.join(map(_witness_text, change.contradicts))}"
    )


def unchecked_reading(change: Change, context: GuardContext) -> Reason | None:
    """The reason to hold a price whose label was read by a language model alone.

    A witness with the same price confirms it, unless the price is a former one of ours: the witness may be out of date.
    """
    if not _is_price(change) or change.witness is None or is_checked(change.witness):
        return None
    alone = f"only {change.witness} says what the figure means"
    if not change.vouches:
        return Reason("unchecked", f"{alone}, and nobody else has this price")
    if _is_former_price(change, context.before):
        return Reason("unchecked", f"{alone}, and it is a price that the registry has left: others may lag behind")
    return None


def doubted(change: Change, context: GuardContext) -> Reason | None:
    """The reason to hold a price in whose scope stand words that nobody understands: who knows what it is the price of?

    Another registry that has the price of this very model, mode and prompt size understood them, unless it lags.
    """
    if not _is_price(change) or not change.doubts:
        return None
    if change.vouches and not _is_former_price(change, context.before):
        return None
    first, more = change.doubts[0], len(change.doubts) - 1
    return Reason("doubt", f"{first}" + (f", and {more} more doubt{'s' * (more != 1)}" if more else ""))


def of_another_mode(change: Change, context: GuardContext) -> Reason | None:
    """The reason to hold a standard price that equals the registry's price of another mode: a page about fast mode, or a
    table of batch prices, whose label was lost, gives them as standard ones, well within the guard.

    A batch or flex price that moves as well is none to compare with: then the page has both.
    """
    if not _is_price(change) or change.mode != "standard" or change.vouches:
        return None
    day = max(change.start or context.checked, context.checked)
    before, after = PriceBook(context.before, day), PriceBook(context.after, day)
    for mode in ("priority", "flex", "batch"):
        old, now = (book.price(mode, change.above_input_tokens, change.dimension) for book in (before, after))
        if change.new and old == change.new and (mode == "priority" or now == old):
            return Reason(
                "mode", f"it is what the registry has as the {mode} price: is this table one of {mode} prices?"
            )
    return None


def _is_former_price(change: Change, rates: Iterable[Rate]) -> bool:
    """True if one of `rates` has the new price for the same mode, tier and dimension."""
    place = (change.mode, change.above_input_tokens)
    same = (rate for rate in rates if (rate.mode, rate.above_input_tokens) == place)
    return any(rate.prices.get(change.dimension) == change.new for rate in same)


def unit_unknown(change: Change, context: GuardContext) -> Reason | None:
    """The reason to hold a price without a unit, in a table where no known price confirms the unit."""
    if change.evidence not in context.unconfirmed_units or change.vouches or not _is_price(change):
        return None
    return Reason("unit", "the page states no unit, or two, and no known price near it confirms the one that is taken")


def out_of_order(change: Change, context: GuardContext) -> Iterator[Reason]:
    """The reasons to hold a price that breaks the usual order of prices, unless the registry breaks it already."""
    day = max(change.start or context.checked, context.checked)
    before, after = PriceBook(context.before, day), PriceBook(context.after, day)
    for text in disorders(change, before, after):
        yield Reason("order", text)


Guard = Callable[[Change, GuardContext], Reason | None]
GUARDS: tuple[Guard, ...] = (
    of_an_experimental_vendor,
    from_an_older_page,
    moved_too_far,
    restated,
    moved_in_a_month,
    moved_again,
    unwitnessed,
    left_out,
    became_zero,
    contradicted_by_witnesses,
    unchecked_reading,
    doubted,
    of_another_mode,
    unit_unknown,
)


def _is_price(change: Change) -> bool:
    """True for a price that the page changes; not for one that is carried on as it was."""
    return change.mode is not None and change.kind != "kept" and isinstance(change.new, Decimal)


def _moves(change: Change, context: GuardContext) -> bool:
    """True for a price that the page changes from one figure to another; not for what a new model will cost one day."""
    return is_move(change, context.old(change))


def _witness_text(said: WitnessPrice) -> str:
    return f"{said.witness} ({said.as_of}) says {value_text(said.usd)}"
