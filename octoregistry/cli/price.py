"""`octoregistry price PROVIDER/MODEL`: every price of a model on a day, and where it was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import click

from octoregistry.cli.model_argument import complete_model, day_option, open_registry, own_prices_option, priced_model
from octoregistry.cli.output import format_options, one_format, print_csv, print_json, print_text, visible
from octoregistry.cli.registry_option import registry_name_option
from octoregistry.cli.tables import PlainTable, print_table
from octoregistry.planning.rates_in_force import in_force
from octoregistry.planning.values import value_text
from octoregistry.queries.charges import ChargedModel, charge_lines, charge_values, charged_alone, charges_after
from octoregistry.queries.packaged import CURE, newer_packaged
from octoregistry.queries.wording import last_seen, sizes, vouched_words
from providers.charges import Charges, get_charges
from providers.dimensions import DIMENSIONS, MODES, PLAIN_PLACE, UnknownPriceError
from providers.entries import Model, Rate
from providers.pricing import Pricing
from providers.registry import Registry
from providers.selection import ended, kind_of

_CSV = (
    *(
        "mode",
        "above_input_tokens",
        "up_to_input_tokens",
        "seen_before",
        "from",
        "dimension",
        "usd_per_million",
        "derived",
    ),
    *("level", "unit", "per", "usd", "when", "free"),  # of charges the last five
)
_OF_CHARGES = 5
_COLUMNS = ("mode", "prompts", "from", "price", "USD")


@click.command(name="price")
@click.argument("model", metavar="PROVIDER/MODEL", shell_complete=complete_model)
@day_option("--at", "Prices of this day.  [default: today, UTC]")
@click.option(
    "--place", default=PLAIN_PLACE, show_default=True, help='Prices of calls that are answered in this region: "us".'
)
@own_prices_option
@format_options
@registry_name_option
def command(
    *, model: str, at: date | None, place: str, own_prices: bool, as_json: bool, as_csv: bool, registry: str
) -> None:
    """Print the prices of a model, by id or alias: USD per million tokens, in every mode and for every prompt size; those that
    other registries alone vouch for are marked.

    Prices that are announced for a later day follow with their day, then what is billed besides tokens.
    """
    one_format(as_json, as_csv)
    known = open_registry(registry, own_prices=own_prices, more=True)
    day = at or datetime.now(UTC).date()
    try:
        found = priced_model(known, model, day)
    except click.UsageError:
        if (alone := charged_alone(known, model)) is None:
            raise
        _show_charges(known, alone, day, as_json=as_json, as_csv=as_csv)
        return
    pricing = _in_place(known, found, place)
    rates = pricing.rates if pricing.place != PLAIN_PLACE else known.rates(found)
    found = replace(found, yours=pricing.yours)
    unseen = found.first_seen is not None and day < found.first_seen
    now = [] if unseen else [rate for mode in MODES for rate in in_force(rates, mode, day).values()]
    later = sorted((rate for rate in rates if rate.start and rate.start > day), key=lambda rate: rate.start or day)
    charges = get_charges(found.provider, found.id, known)
    if as_json:
        newer = newer_packaged(known, found.provider, found.id)
        where = {"place": pricing.place, "places": list(pricing.places)}
        whence = {"registry": known.path, "packaged_checked": newer}
        print_json(_values(found, day, now, later) | where | _charge_values(charges, day) | whence)
    elif as_csv:
        rows = [_row(rate, name) for rate in (*now, *later) for name in DIMENSIONS if name in rate.prices]
        print_csv(_CSV, [*rows, *_charge_rows(charges, day)])
    else:
        _print(found, pricing.place, day, now, later)
        _print_charges(charges, day)
        if others := [name for name in pricing.stated_places if name != pricing.place]:
            print_text(f"known in other places, by --place: {', '.join(others)}")
        print_text(f"registry: {known.path}")
        if newer := newer_packaged(known, found.provider, found.id):
            print_text(f"note: the packaged registry has {found.id} as of {newer}: {CURE}")


def _in_place(registry: Registry, model: Model, place: str) -> Pricing:
    """The prices of a model in a region. Raises what a command ends with where none is known."""
    try:
        return registry.pricing(model.provider, model.id).in_place(place)
    except UnknownPriceError as error:
        raise click.ClickException(visible(error)) from error


def _values(model: Model, day: date, now: list[Rate], later: list[Rate]) -> dict[str, Any]:
    source = model.source
    return {
        "provider": model.provider,
        "model": model.id,
        "display_name": model.display_name,
        "status": model.status,
        "kind": str(kind_of(model)),
        "first_seen": model.first_seen,
        "last_seen": dict(model.last_seen),
        "deprecated_on": model.deprecated_on,
        "retires_on": model.retires_on,
        "replaced_by": model.replaced_by,
        "retired": ended(model, day) is not None,
        "yours": list(model.yours),
        "notes": list(_notes(model, day)),
        "day": day,
        "rates": [_rate(rate) for rate in now],
        "announced": [_rate(rate) for rate in later],
        "source": {"page": source.page, "checked": source.checked, "sha256": source.sha256, "via": source.via}
        if source
        else None,
    }


def _rate(rate: Rate) -> dict[str, Any]:
    prices = {name: f"{rate.prices[name]:f}" for name in DIMENSIONS if name in rate.prices}
    return {
        "mode": rate.mode,
        "above_input_tokens": rate.above_input_tokens,
        "up_to_input_tokens": rate.up_to_input_tokens,
        "up_to_derived": rate.up_to_derived,
        "from": rate.start,
        "seen_before": rate.seen_before,
        "derived": rate.derived,
        "level": rate.level,
        "vouched_by": list(rate.vouched_by),
        "seen_on": rate.seen_on,
        "derived_dimensions": list(rate.derived_dimensions),
        "prices": prices,
    }


def _row(rate: Rate, dimension: str) -> tuple[object, ...]:
    derived = rate.derived or dimension in rate.derived_dimensions
    sizes = rate.above_input_tokens, rate.up_to_input_tokens, rate.seen_before
    price = rate.prices[dimension], str(derived).lower(), rate.level
    return rate.mode, *sizes, rate.start, dimension, *price, *[None] * _OF_CHARGES


def _charge_rows(charges: Charges, day: date) -> Iterator[tuple[object, ...]]:
    """A row for each charge, those of later days behind the others; the columns of tokens are empty."""
    for charge in (*charges.on(day), *charges.later(day)):
        when = "; ".join(f"{key} {value}" for key, value in charge.when.items())
        said = charge.unit, charge.per, charge.usd, when, charge.free
        yield charge.mode, None, None, charge.seen_before, charge.start, None, None, None, "stated", *said


def _charge_values(charges: Charges, day: date) -> dict[str, Any]:
    return {
        "charges": [charge_values(charge) for charge in charges.on(day)],
        "charges_announced": [charge_values(charge) for charge in charges.later(day)],
    }


def _print_charges(charges: Charges, day: date) -> None:
    if lines := (*charge_lines(charges.on(day)), *charges_after(charges, day)):
        print_text("besides tokens, in USD:")
        for line in lines:
            print_text(f"  {line}")


def _show_charges(registry: Registry, model: ChargedModel, day: date, *, as_json: bool, as_csv: bool) -> None:
    """Print a model of which no token has a price: what its calls are billed by."""
    if as_json:
        named = {"provider": model.provider, "model": model.id, "day": day, "rates": [], "announced": []}
        print_json(named | _charge_values(model.charges, day) | {"registry": registry.path})
    elif as_csv:
        print_csv(_CSV, _charge_rows(model.charges, day))
    else:
        print_text(f"{model.provider}/{model.id} on {day}: no price of tokens is known")
        _print_charges(model.charges, day)
        print_text(f"registry: {registry.path}")


def _notes(model: Model, day: date) -> Iterator[str]:
    """What whoever pays by these prices on `day` should know."""
    if who := vouched_words(model):
        yield f"{who}: no vendor states it, and programs get it with vouched=True only"
    if model.yours:
        yield f"yours, and not the vendor's: {', '.join(model.yours)}"
    gone = ended(model, day)
    if gone:
        yield f"{gone}: it answers no more"
    elif model.status != "active" or model.retires_on:
        yield model.status + (f", retires on {model.retires_on}" if model.retires_on else "")
    if model.replaced_by:
        yield f"replaced by {model.replaced_by}"
    if model.first_seen and day < model.first_seen:
        yield f"no price is known before our first reading on {model.first_seen}"
    for rate in model.rates:
        if rate.seen_before and rate.start and rate.seen_before < day < rate.start:
            yield f"the {rate.mode} price changed between {rate.seen_before} and {rate.start}: either may have held"
    for mode, seen in last_seen(model, model.rates, day).items():
        yield f"the {mode} price was last seen on {seen}"


def _how_sure(rate: Rate) -> str:
    """The word for a price that no page states."""
    word = "derived" if rate.derived else rate.level
    return "" if word == "stated" else f" ({word})"


def _print(model: Model, place: str, day: date, now: list[Rate], later: list[Rate]) -> None:
    where = "" if place == PLAIN_PLACE else f" in {place}"
    title = f"{model.provider}/{model.id} ({model.display_name}){where} on {day}, USD per million tokens"
    table = PlainTable(title, _COLUMNS, ("USD",), folds=("mode", "prompts", "price"))
    for rate in (*now, *later):
        first = (rate.mode + _how_sure(rate), sizes(rate), rate.start or "")
        for name in DIMENSIONS:
            if name in rate.prices:
                words = name.replace("_", " ") + (" (derived)" if name in rate.derived_dimensions else "")
                table.add_row(*first, words, value_text(rate.prices[name]))
                first = ("", "", "")
    print_table(table)
    for note in _notes(model, day):
        print_text(f"note: {note}")
    print_text(f"kind: {kind_of(model)}" + (f"; first seen on {model.first_seen}" if model.first_seen else ""))
    if model.source:
        via = ", by a digest of it" if model.source.via else ""
        print_text(f"read on {model.source.page}{via}, checked on {model.source.checked}")
