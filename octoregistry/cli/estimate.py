"""`octoregistry estimate`: what a workload costs, in its mode and in the others, and which models cost less."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

import click

from octoregistry.cli.model_argument import (
    Command,
    assume_earliest_option,
    complete_model,
    day_option,
    find_model,
    open_registry,
    own_prices_option,
)
from octoregistry.cli.output import (
    format_options,
    one_format,
    print_csv,
    print_json,
    print_message,
    print_text,
    visible,
)
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.tables import PlainTable, print_table
from octoregistry.queries.estimate import (
    Cost,
    Estimate,
    UnknownCost,
    Workload,
    dollars,
    estimate,
    estimate_of,
    nearest_cheaper,
    saving,
    why_none,
)
from octoregistry.queries.token_count import token_count
from providers import PricingError, Registry
from providers.charge_units import UNITS
from providers.dimensions import DIMENSIONS, FEATURES, KINDS, MODES
from providers.entries import Model
from providers.selection import Task, kind_of

_TOKENS = click.IntRange(min=0)
_CHEAPEST = 10


def _token_options(command: Command) -> Command:
    """The command with an option a dimension."""
    option: Callable[[Any], Any]
    for name in reversed(DIMENSIONS):
        flag = f"--{name.replace('_', '-')}"
        words = "Tokens × hours kept in the cache." if name == "cache_storage_hour" else None
        option = click.option(flag, name, type=_TOKENS, metavar="N", help=words)
        command = option(command)
    return command


def _charge_options(command: Command) -> Command:
    """The command with an option a unit that is billed besides tokens."""
    option: Callable[[Any], Any]
    for unit, (_, several) in reversed(UNITS.items()):
        words = f"{several[0].upper()}{several[1:]} of each request."
        option = click.option(f"--{unit.replace('_', '-')}", unit, type=_TOKENS, metavar="N", help=words)
        command = option(command)
    return command


def _conditions(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """KEY=VALUE of each; raises BadParameter for anything else."""
    pairs = [text.partition("=") for text in values]
    if wrong := next((key for key, sign, value in pairs if not (key and sign and value)), None):
        raise click.BadParameter(visible(f"{wrong!r} is no KEY=VALUE, such as size=4K"))
    return {key.strip(): value.strip() for key, _, value in pairs}


@click.command(name="estimate")
@click.argument("model", required=False, metavar="[PROVIDER/MODEL]", shell_complete=complete_model)
@_token_options
@_charge_options
@click.option(
    "--when", multiple=True, callback=_conditions, metavar="KEY=VALUE", help="A condition of a charge: size=4K; repeat."
)
@click.option("--free-used", is_flag=True, help="What is free first of a charge is used up.")
@click.option(
    "--prompt",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="Count the tokens of this text as --input; - is standard input.  [needs MODEL]",
)
@click.option("--requests", type=_TOKENS, default=1, show_default=True, metavar="N", help="How many such requests.")
@click.option("--mode", type=click.Choice(MODES), default="standard", show_default=True, help="How they are served.")
@click.option(
    "--batch-percent", type=click.IntRange(0, 100), default=0, metavar="N", help="How many of 100 are batched."
)
@day_option("--at", "By the prices of this day.  [default: today, UTC]")
@click.option(
    "--cheaper", type=_TOKENS, default=3, show_default=True, metavar="N", help="How many cheaper models to name."
)
@click.option(
    "--kind", type=click.Choice(KINDS), metavar="KIND", help="Models of this kind.  [default: MODEL's own, or chat]"
)
@click.option(
    "--needs", default="", metavar="FEATURE,…", help=f"Only models that are known to have, of {', '.join(FEATURES)}."
)
@click.option("--all", "everything", is_flag=True, help="Rank models that do not fit, are gone or retire soon, too.")
@own_prices_option
@assume_earliest_option
@format_options
@registry_option
def command(  # noqa: PLR0913 - an option a parameter
    *,
    model: str | None,
    prompt: IO[str] | None,
    requests: int,
    mode: str,
    batch_percent: int,
    at: date | None,
    cheaper: int,
    kind: str | None,
    needs: str,
    everything: bool,
    own_prices: bool,
    assume_earliest: bool,
    as_json: bool,
    as_csv: bool,
    registry: Path,
    when: dict[str, str],
    free_used: bool,
    **counts: int | None,
) -> None:
    """Print what requests of so many tokens cost with a model: in USD, exactly, in this mode and in the others, and the
    nearest models that cost less. Without a model, the models that cost least.

    Tokens are those of one request, each counted in one dimension: --input is the uncached text of the prompt. What is billed
    besides tokens is counted by its unit (--web-search 3 --image 2).
    A cost that cannot be computed is unknown, with the reason; exit status 1 if it is the cost of the given MODEL.
    The ranking holds models of one kind that fit prompt and answer, are still on their vendor's pages and do not retire
    soon; a given MODEL has its cost in any case, with notes on what does not fit.
    """
    one_format(as_json, as_csv)
    tokens, charges = _counted(counts, prompt)
    known = open_registry(registry, own_prices=own_prices)
    day = at or datetime.now(UTC).date()
    own = find_model(known, model, day) if model else None
    if prompt is not None:
        tokens["input"] = _input_of(prompt, own, tokens["input"])
    counted = {name: count for name, count in tokens.items() if count}
    try:
        load = Workload(
            counted, day, requests, mode, batch_percent, None, assume_earliest, charges, when, free_used=free_used
        )
        task = load.task(kind or (own and kind_of(own).name) or "chat", filter(None, needs.split(",")))
        found = _ranked(known, own, load, task, everything=everything, cheaper=cheaper)
    except PricingError as error:
        raise click.UsageError(visible(error)) from error
    if as_json:
        values = [each.as_values() | _saved(found[0] if own else None, each) for each in found]
        print_json({"day": day, "mode": mode, "requests": requests, "estimates": values})
    elif as_csv:
        print_csv(("provider", "model", "usd", *MODES, "unknown", "notes"), map(_row, found))
    elif found:
        _print(found, load, asked=model is not None)
    else:
        reasons = "; ".join(why_none(known, load, task)) or "there is none"
        print_text(f"no model of the kind {task.kind} fits ({reasons}); --all ranks all")
    if own is not None and isinstance(found[0].cost, UnknownCost):
        raise click.exceptions.Exit(1)


def _counted(counts: Mapping[str, int | None], prompt: IO[str] | None) -> tuple[dict[str, int | None], dict[str, int]]:
    """(tokens by dimension, charges by unit) as they are given; raises UsageError where there is nothing to cost."""
    tokens = {name: counts[name] for name in DIMENSIONS}
    charges = {unit: count for unit in UNITS if (count := counts[unit])}
    if prompt is None and not charges and all(count is None for count in tokens.values()):
        raise click.UsageError("say how many tokens a request has: --input 12000 --output 800, or --prompt FILE")
    return tokens, charges


def _ranked(
    known: Registry, own: Model | None, load: Workload, task: Task, *, everything: bool, cheaper: int
) -> tuple[Estimate, ...]:
    """The estimate of the model that was asked for and so many that cost less; without one the cheapest of all."""
    found = estimate(known, load, task, everything=everything)
    if own is None:
        return found[:_CHEAPEST]
    asked = estimate_of(known, own, load, task)
    others = (asked, *(each for each in found if each.model != own))
    return (asked, *nearest_cheaper(others, own.provider, own.id, cheaper))


def _input_of(prompt: IO[str], model: Model | None, given: int | None) -> int:
    """The tokens of a text for a model; tells how they were counted. Raises UsageError where they cannot be counted."""
    if model is None or given is not None:
        raise click.UsageError("--prompt counts the input tokens of one MODEL: name it, and leave --input out")
    try:
        found = token_count(prompt.read(), model.provider, model.id)
    except UnicodeDecodeError as error:
        raise click.UsageError(visible(f"{prompt.name} is no text in UTF-8: {error}")) from error
    print_message(f"note: {prompt.name} has {found.tokens:,} tokens, {found.counted}")
    return found.tokens


def _saved(own: Estimate | None, each: Estimate) -> dict[str, Any]:
    """What a cheaper model saves, beside its other values."""
    found = saving(own, each) if own and each is not own else None
    return {"saves_usd": found and found.usd, "saves_percent": found and str(found.percent)}


def _row(found: Estimate) -> tuple[object, ...]:
    costs = [None if isinstance(cost, UnknownCost) else cost for cost in (found.cost, *found.modes.values())]
    unknown = str(found.cost) if isinstance(found.cost, UnknownCost) else ""
    return found.model.provider, found.model.id, *costs, unknown, "; ".join(found.notes)


def _print(found: tuple[Estimate, ...], load: Workload, *, asked: bool) -> None:
    first = found[0]
    if asked:
        cost = "unknown: " + first.cost.reason if isinstance(first.cost, UnknownCost) else dollars(first.cost)
        exact = "" if isinstance(first.cost, UnknownCost) else f" (exactly {first.cost:f} USD)"
        print_text(
            f"{first.model.provider}/{first.model.id}, {load.requests:,} × {load.mode} on {load.day}: {cost}{exact}"
        )
        for note in first.notes:
            print_text(f"note: {note}")
    own = first if asked else None
    retiring = any(each.model.retires_on for each in found)
    headings = ["model", "kind", "requested", *(["saves"] if asked else []), *MODES, *(["retires"] if retiring else [])]
    drops = ("priority", "flex", "batch", "standard", "kind")
    table = PlainTable("USD", headings, ("requested", "saves", *MODES), drops=drops)
    for each in found:
        saved = saving(own, each) if own and each is not own else None
        table.add_row(
            f"{each.model.provider}/{each.model.id}",
            kind_of(each.model),
            _text(each.cost),
            *([f"{dollars(saved.usd)} ({saved.percent}%)" if saved else ""] if asked else []),
            *map(_text, each.modes.values()),
            *([each.model.retires_on or ""] if retiring else []),
        )
    print_table(table)
    if own and any(each.model.provider != own.model.provider for each in found):
        vendor = own.model.provider
        print_text(
            f"The tokens are {vendor}'s: another vendor counts the same text differently, so its cost does not follow."
        )


def _text(cost: Cost) -> str:
    return "unknown" if isinstance(cost, UnknownCost) else dollars(cost)
