"""What a call costs: the rate in force for its mode, prompt size and day, and the exact sum."""

from __future__ import annotations

from decimal import Decimal

from .days import iso_day, ordinal, today
from .dimensions import (
    DIMENSIONS,
    MODES,
    PLAIN_DIMENSION,
    PLAIN_PLACE,
    PROMPT_DIMENSIONS,
    STATUSES,
    InvalidUsageError,
    PricingError,
    UncertainPriceError,
    UnknownModelError,
    UnknownPriceError,
)
from .exact import EXACT, tidy, whole
from .places import apart, known_places, plain_only, stated_places
from .plain_prices import plain_on, plain_rates
from .rates import bounded, fitting, holding
from .tiers import TierPrices, plainly, prices_of, vouched_by

TYPE_CHECKING = False  # typing and dataclasses take longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from typing import Any, Literal

    from .entries import Rate as Rate
    from .usage import Usage as Usage

__all__ = [
    "DIMENSIONS",
    "MODES",
    "PLAIN_DIMENSION",
    "PROMPT_DIMENSIONS",
    "STATUSES",
    "InvalidUsageError",
    "Pricing",
    "PricingError",
    "Rate",
    "UncertainPriceError",
    "UnknownModelError",
    "UnknownPriceError",
    "Usage",
]

_IN_PROMPT = frozenset(PROMPT_DIMENSIONS)
_MILLION = 6  # a price is per 10**6 tokens


class Pricing:
    """The prices of one model. Made by `get_pricing` or `Registry.pricing`; needs no key and no SDK.

    `entry` is the model's entry in the registry, `multiplier` and the two plain prices what the cascade (model ->
    provider -> defaults) gives for it. `place` is the region whose prices these are; `elsewhere` gives the pricing of
    another one.
    """

    __slots__ = (
        "_batch", "_due", "_elsewhere", "_entry", "_first", "_input", "_multiplier", "_output", "_rates", "_tiers", "model",
        "place", "provider",
    )  # fmt: skip

    def __init__(
        self,
        provider: str,
        model: str,
        entry: Mapping[str, Any],
        *,
        multiplier: Decimal | int,
        input_per_million: Decimal | int,
        output_per_million: Decimal | int,
        place: str = PLAIN_PLACE,
        elsewhere: Callable[[str], Pricing] | None = None,
    ) -> None:
        self.provider, self.model, self._entry = provider, model, entry
        self.place, self._elsewhere = place, elsewhere
        self._batch: bool = entry.get("batch_support", True)
        self._rates: Sequence[Mapping[str, Any]] = bounded(
            plain_only(entry.get("rates", ())) or plain_rates(entry, multiplier)
        )
        self._first = ordinal(entry["first_seen"]) if "first_seen" in entry else 0
        self._tiers: dict[tuple[str, int, bool], tuple[list[TierPrices], list[TierPrices]]] = {}
        self._due: tuple[int, tuple[float, float], tuple[float, float] | None] | None = None  # plain prices of a day
        # Floats from here on: the founding formula is a contract, and its result is one.
        self._input, self._output, self._multiplier = (
            float(input_per_million),
            float(output_per_million),
            float(multiplier),
        )

    def __repr__(self) -> str:
        return f"<Pricing of {self.provider}/{self.model}: {', '.join(self.modes) or 'no prices'}>"

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes for which a price is known, on whatever day."""
        stated = {rate["mode"] for rate in self._rates if prices_of(rate)}
        return tuple(mode for mode in MODES if mode in stated)

    @property
    def yours(self) -> tuple[str, ...]:
        """The modes whose prices are a person's own and not the vendor's."""
        return tuple(self._entry.get("yours", ()))

    @property
    def vouched_by(self) -> tuple[str, ...]:
        """The registries that alone vouch for its prices; none where the vendor states them."""
        return vouched_by(self._entry)

    @property
    def stated_places(self) -> tuple[str, ...]:
        """The regions of which the registry itself states a price."""
        return stated_places(self._entry)

    @property
    def places(self) -> tuple[str, ...]:
        """The regions of which a price is known, "global" for calls that are answered anywhere."""
        return (PLAIN_PLACE, *known_places(self.provider, self.model, self._entry))

    def in_place(self, place: str) -> Pricing:
        """The prices of calls that are answered in one region ("us"), "global" for anywhere.

        Raises UnknownPriceError where none is known: no other region's price is taken for it.
        """
        small = place.strip().lower()
        if small == self.place:
            return self
        if self._elsewhere is None:
            raise UnknownPriceError(
                f"{self._name} has no known price in {place}; known places: {', '.join(self.places)}"
            )
        return self._elsewhere(small)

    @property
    def batch_support(self) -> bool:
        """Whether the model can be called in batches."""
        return self._batch

    @property
    def rates(self) -> tuple[Rate, ...]:
        """The rates that costs are computed by; those of a model that states none are made from its plain prices."""
        from .entries import Rate  # noqa: PLC0415 - see TYPE_CHECKING above

        return tuple(Rate.from_entry({**rate, "place": self.place}) for rate in self._rates)

    def estimate_cost(self, input_tokens: int, output_tokens: int, is_batch: bool = True) -> float:
        """USD by the two plain prices: (input/1M × its price + output/1M × its price) × multiplier.

        Where a dated rate has come due since they were read, by that rate: the file states it, and brings its plain
        prices along at the next update only. Of a region, for which no plain prices stand, as `cost`, which may raise.
        """
        if self.place != PLAIN_PLACE:
            mode = "batch" if is_batch else "standard"
            return float(self.cost(mode=mode, input=input_tokens, output=output_tokens))
        day = today()
        if self._due is None or self._due[0] != day:
            checked = (self._entry.get("source") or {}).get("checked")
            self._due = day, *plain_on(day, (self._input, self._output), self._multiplier, self._rates, checked)
        batch, realtime = self._due[1:]
        if is_batch or realtime is None:
            usd = input_tokens / 1_000_000 * batch[0] + output_tokens / 1_000_000 * batch[1]
            return usd if is_batch else usd * self._multiplier
        return input_tokens / 1_000_000 * realtime[0] + output_tokens / 1_000_000 * realtime[1]

    def cost(  # noqa: PLR0913 - a dimension a name: a misspelt one is an error where it is written
        self,
        *,
        mode: str = "standard",
        at: date | str | None = None,
        input: int = 0,  # noqa: A002 - the dimension's name
        output: int = 0,
        cached_input: int = 0,
        cache_write_5m: int = 0,
        cache_write_1h: int = 0,
        input_audio: int = 0,
        cached_input_audio: int = 0,
        input_image: int = 0,
        input_video: int = 0,
        output_audio: int = 0,
        output_image: int = 0,
        output_video: int = 0,
        cache_storage_hour: int = 0,
        requests: int = 0,
        assume: Literal["earliest"] | None = None,
        place: str | None = None,
    ) -> Decimal:
        """Exact USD for these tokens, served in `mode` on the day `at` (None: today, UTC), answered in the region `place`.

        Dimensions are disjoint: `input` is the uncached text of the prompt. `cache_storage_hour` is tokens × hours.
        Nothing is filled in: tokens of a dimension without a price raise UnknownPriceError, zero tokens need none, and so
        does a day before the model's first reading; `assume="earliest"` takes the prices of that reading for it.
        Raises UncertainPriceError, with the least and the most, between two days on which different prices were seen.
        `requests` says that the tokens are the sum of so many requests, whose mean prompt decides the tier. A mode that
        `usage_of` found with a region ("standard in US") has the price there.
        """
        counts = (
            input,
            output,
            cached_input,
            cache_write_5m,
            cache_write_1h,
            input_audio,
            cached_input_audio,
            input_image,
            input_video,
            output_audio,
            output_image,
            output_video,
            cache_storage_hour,
        )
        tokens = {}
        prompt = 0
        for name, count in zip(DIMENSIONS, counts, strict=True):
            number = count if type(count) is int and count >= 0 else whole(name, count)
            if number:
                tokens[name] = number
                if name in _IN_PROMPT:
                    prompt += number
        mode, place = apart(mode, place)
        where = self if place is None else self.in_place(place)
        return where._cost(tokens, mode, at, _mean(prompt, requests), assume)

    def _cost(
        self, tokens: Mapping[str, int], mode: str, at: date | str | None, prompt: int, assume: str | None
    ) -> Decimal:
        early, late = self._tiers_of(mode, at, prompt, assume)
        cost = self._sum(early, tokens, mode, at)
        return cost if late is early else self._certain(cost, self._sum(late, tokens, mode, at), mode, at)

    def cost_of(
        self,
        usage: Usage,
        *,
        mode: str = "standard",
        at: date | str | None = None,
        assume: Literal["earliest"] | None = None,
        place: str | None = None,
    ) -> Decimal:
        """Exact USD for the usage that an API answer reported; raises and assumes as `cost` does.

        Vendors state a price for audio, images or video only where it differs from that of text, so tokens of a
        modality without its own price are counted as the plain dimension (`input`, `cached_input`, `output`).
        """
        mode, place = apart(mode, place)
        if place is not None and (where := self.in_place(place)) is not self:
            return where.cost_of(usage, mode=mode, at=at, assume=assume)
        tokens = {name: whole(name, count) for name, count in usage.tokens().items()}
        requests = tokens.pop("requests", 0)
        prompt = sum(tokens.get(name, 0) for name in PROMPT_DIMENSIONS)
        early, late = self._tiers_of(mode, at, _mean(prompt, requests), assume)
        cost = self._sum(early, plainly(tokens, early), mode, at)
        if late is early:
            return cost
        return self._certain(cost, self._sum(late, plainly(tokens, late), mode, at), mode, at)

    def _tiers_of(
        self, mode: str, at: date | str | None, prompt: int, assume: str | None
    ) -> tuple[TierPrices | None, TierPrices | None]:
        """The rate in force, twice; two rates where the price changed on a day that nobody knows, around this one.

        Of the rates that fit, the one with the latest `from` counts, and of these the highest tier.
        """
        day = today() if at is None else ordinal(at)
        if day < self._first:
            if assume is None:
                raise UnknownPriceError(self._before_first(at))
            day = self._first
        if assume not in (None, "earliest"):
            raise InvalidUsageError(f"assume={assume!r}: nothing can be assumed but 'earliest'")
        found = self._tiers.get((mode, day, assume is None))
        if found is None:
            in_force = self._tiers_on(mode, day, maybe=False)
            unsure = assume is None and any("seen_before" in rate for rate in self._rates)
            found = in_force, self._tiers_on(mode, day, maybe=True) if unsure else in_force
            self._tiers[mode, day, assume is None] = found
        early, late = found
        tier = fitting(early, prompt)
        return tier, tier if late is early else fitting(late, prompt)

    def _tiers_on(self, mode: str, day: int, *, maybe: bool) -> list[TierPrices]:
        """The rates of a mode that hold on a day, or with `maybe` may have held; the one that counts first."""
        if mode not in MODES:
            raise UnknownPriceError(f"{mode!r} is no mode: {self._name} can be asked for {', '.join(MODES)}")
        return holding([TierPrices(rate) for rate in self._rates if rate["mode"] == mode], day, maybe=maybe)

    def _certain(self, early: Decimal, late: Decimal, mode: str, at: date | str | None) -> Decimal:
        """The cost, where both prices that may have held give the same one; raises UncertainPriceError."""
        if early == late:
            return early
        least, most = min(early, late), max(early, late)
        when = "today" if at is None else f"on {at}"
        raise UncertainPriceError(
            f"{self._name}: its {mode} price changed on a day that no page states, and {when} either may have held: "
            f"between {least} and {most} USD",
            least,
            most,
        )

    def _sum(self, tier: TierPrices | None, tokens: Mapping[str, int], mode: str, at: date | str | None) -> Decimal:
        """The exact cost; no context of the caller's can round it."""
        if not tokens:
            return Decimal(0)
        if tier is None:
            raise UnknownPriceError(self._unknown_rate(mode, at))
        total = Decimal(0)
        for name, count in tokens.items():
            price = tier.prices.get(name)
            if price is None:
                price = tier.prices.get(self.covering(name) or "")
            if price is None:
                raise UnknownPriceError(self._unknown_dimension(tier, name, mode, at))
            total = EXACT.fma(price, count, total)
        return tidy(EXACT.scaleb(total, -_MILLION))

    def covering(self, dimension: str) -> str | None:
        """The dimension at whose price this one is billed, derived: by the vendor's file, images, audio and video of a
        prompt are, where no rate of the model names a modality of its input; None where its price is its own.
        """
        if not dimension.removeprefix("cached_").startswith("input_"):
            return None
        if any(name in rate for rate in self._rates for name in PLAIN_DIMENSION if "input_" in name):
            return None
        from .vendors import vendor  # noqa: PLC0415 - read where a price is missing, and nowhere else

        return PLAIN_DIMENSION[dimension] if dimension in vendor(self.provider).one_input_price else None

    @property
    def _name(self) -> str:
        return f"{self.provider}/{self.model}" + (f" in {self.place}" if self.place != PLAIN_PLACE else "")

    def _before_first(self, at: date | str | None) -> str:
        return (
            f"{self._name} has no known price on {at}, before our first reading of it on {self._entry['first_seen']}; "
            'assume="earliest" takes the prices of that day'
        )

    def _unknown_rate(self, mode: str, at: date | str | None) -> str:
        if mode == "batch" and not self._batch and not self.vouched_by:  # who vouches knows of no batches
            return f"{self._name} has no batch price: the vendor does not serve it in batches (batch_support: false)"
        if not any(rate["mode"] == mode for rate in self._rates):
            return f"{self._name} has no known {mode} price; known modes: {', '.join(self.modes) or 'none'}"
        stated = [rate for rate in self._rates if rate["mode"] == mode]
        bounds = {rate["up_to_input_tokens"] for rate in stated if "up_to_input_tokens" in rate}
        if bounds:
            return f"{self._name} has no known {mode} price for a prompt above {max(bounds):,} tokens"
        starts = sorted(str(rate.get("from", "earlier")) for rate in stated)
        when = "today" if at is None else str(at)
        return f"{self._name} has no known {mode} price for such a prompt on {when}; known from: {', '.join(starts)}"

    def _unknown_dimension(self, tier: TierPrices, name: str, mode: str, at: date | str | None) -> str:
        known = ", ".join(tier.prices) or (
            f"nothing from {iso_day(tier.first_day)} on" if tier.first_day else "nothing"
        )
        size = f" for prompts above {tier.above} tokens" if tier.above >= 0 else ""
        when = f" on {at}" if at is not None else ""
        return f"{self._name} has no known {mode} price of {name}{size}{when}; known: {known}"


def _mean(prompt: int, requests: int) -> int:
    """The size of each of so many requests, rounded up: it is above a bound where their sum is above so many of it."""
    return -(-prompt // requests) if requests > 1 else prompt


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Rate and Usage, imported when first asked for: an exact cost by name needs neither."""
        if name == "Rate":
            from .entries import Rate  # noqa: PLC0415

            return Rate
        if name == "Usage":
            from .usage import Usage  # noqa: PLC0415

            return Usage
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
