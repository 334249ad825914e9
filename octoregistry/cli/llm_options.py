"""The options for the language model, and the output about its calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import click

from octoregistry.reading import Reader
from octoregistry.reading.choosing import NoModel, chosen
from octoregistry.reading.kept import Kept, readings_folder
from octoregistry.reading.llm import Call
from providers import Registry

_Command = TypeVar("_Command", bound=Callable[..., Any])


def llm_options(command: _Command) -> _Command:
    """`command` with --llm, --second-reading and --no-known."""
    for option in (
        click.option(
            "--no-known",
            is_flag=True,
            help="Use no kept answers, neither your own nor the package's: ask about everything.",
        ),
        click.option(
            "--second-reading", is_flag=True, help="Ask the language model also about what the rules have read."
        ),
        click.option(
            "--llm",
            default="auto",
            show_default=True,
            metavar="auto|off|PROVIDER/MODEL",
            help="The model that reads what the rules cannot: auto is the cheapest one whose vendor's key is set.",
        ),
    ):
        command = option(command)
    return command


def reader_of(
    llm: str, registry: Callable[[], Registry], *, second_reading: bool, no_known: bool, offline: bool = False
) -> Reader:
    """The reader that the options ask for. Raises UsageError where a model is named that cannot be asked."""
    day = datetime.now(UTC).date()
    if llm not in ("auto", "off") and not offline:
        model = chosen(llm, registry(), day)
        if isinstance(model, NoModel):
            raise click.UsageError(model.reason)
    choice = "off" if offline else llm
    kept = Kept(readings_folder(), shipped=not no_known, earlier=not no_known)
    return Reader(kept, lambda: chosen(choice, registry(), day), day, second=second_reading)


def calls_json(calls: Sequence[Call]) -> dict[str, Any]:
    """`calls` as plain values, with their sum."""
    return {
        "calls": [
            {
                "provider": call.provider,
                "model": call.model,
                "input_tokens": call.input_tokens,
                "output_tokens": call.output_tokens,
                "cost": None if call.cost is None else f"{call.cost:f}",
                "refused": call.refused,
            }
            for call in calls
        ],
        "cost": f"{_sum(calls):f}",
        "cost_unknown": sum(call.cost is None for call in calls),
    }


def calls_line(calls: Sequence[Call]) -> str:
    """One line on what the calls cost."""
    models = ", ".join(dict.fromkeys(call.model for call in calls))
    tokens = f"{sum(c.input_tokens for c in calls):,} tokens in, {sum(c.output_tokens for c in calls):,} out"
    unknown = sum(call.cost is None for call in calls)
    cost = f"${_sum(calls):f}" + (f" and {unknown} of unknown price" if unknown else "")
    refused = sum(call.refused is not None for call in calls)
    return f"{len(calls)} call{'s' * (len(calls) != 1)} of {models}: {tokens}, {cost}" + (
        f"; {refused} answer{'s' * (refused != 1)} refused" if refused else ""
    )


def closing_messages(reader: Reader) -> Iterator[str]:
    """What a person should know at the end of a run: why no language model was asked although there was something to
    ask, and why what one answered is not there for the next run."""
    why = reader.unavailable
    if why is not None and why.reason != "switched off":
        yield f"tables that the rules cannot read stay unread: {why.reason}"
    if reader.kept.unsaved is not None:
        yield f"readings could not be kept, and the next run asks again: {reader.kept.unsaved}"


def _sum(calls: Sequence[Call]) -> Decimal:
    return sum((call.cost for call in calls if call.cost is not None), Decimal(0))
