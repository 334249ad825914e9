"""The options for the language model, and the output about its calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import click

from octoregistry.reading.gather import doubted
from octoregistry.reading.language.choice import LanguageModels, chosen
from octoregistry.reading.language.llm_call import NotAskedError
from octoregistry.reading.language.reader import LanguageModelCall, LanguageReader
from octoregistry.reading.language.readings_store import ReadingsStore, readings_folder
from octoregistry.reading.rates import PageRates
from octoregistry.settings import ReadingSettings
from providers import Registry

_Command = TypeVar("_Command", bound=Callable[..., Any])


def llm_options(command: _Command) -> _Command:
    """`command` with --llm and --no-known."""
    for option in (
        click.option("--no-known", is_flag=True, help="Use no kept reading: ask about every open label again."),
        click.option(
            "--llm",
            default="auto",
            show_default=True,
            metavar="auto|off|PROVIDER/MODEL",
            help="Who is asked what words mean that nobody knows: auto is the endpoint of the settings, else the cheapest "
            "model whose vendor's key is set.",
        ),
    ):
        command = option(command)
    return command


def reader_of(
    llm: str,
    registry: Callable[[], Registry],
    own: ReadingSettings | None = None,
    *,
    no_known: bool,
    offline: bool = False,
) -> LanguageReader:
    """The reader that the options ask for. Raises UsageError where a model is named that cannot be asked."""
    day = datetime.now(UTC).date()
    kept = ReadingsStore(readings_folder(), earlier=not no_known)
    if offline:
        return LanguageReader(kept, lambda: LanguageModels(why_none="switched off"), day)
    if llm in ("auto", "off"):
        return LanguageReader(kept, lambda: chosen(llm, registry(), day, own), day)
    try:
        named = chosen(llm, registry(), day)
    except NotAskedError as why:
        raise click.UsageError(str(why)) from None
    return LanguageReader(kept, lambda: named, day)


def labels_json(page: PageRates) -> list[dict[str, Any]]:
    """The labels that hold doubts of a page, each once with the number of prices that it stands with."""
    return [
        {"label": one.label, "place": one.place, "address": one.address, "reason": one.reason, "prices": count}
        for one, count in doubted(page.every).items()
    ]


def calls_json(calls: Sequence[LanguageModelCall]) -> dict[str, Any]:
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


def calls_line(calls: Sequence[LanguageModelCall]) -> str:
    """One line on what the calls cost."""
    models = ", ".join(dict.fromkeys(call.model for call in calls))
    tokens = f"{sum(c.input_tokens for c in calls):,} tokens in, {sum(c.output_tokens for c in calls):,} out"
    unknown = sum(call.cost is None for call in calls)
    cost = f"${_sum(calls):f}" + (f" and {unknown} of unknown price" if unknown else "")
    refused = sum(call.refused is not None for call in calls)
    return f"{len(calls)} call{'s' * (len(calls) != 1)} of {models}: {tokens}, {cost}" + (
        f"; {refused} answer{'s' * (refused != 1)} refused" if refused else ""
    )


def closing_messages(reader: LanguageReader) -> Iterator[str]:
    """Closing notes about language models that were not asked or failed, and about answers that could not be kept."""
    for why in reader.passed_over:
        if why != "switched off":
            yield why if reader.models.tried else f"words that nobody knows stay doubts: {why}"
    for file, fault in reader.kept.faults:
        yield f"{file}: {fault}"
    if reader.kept.unsaved is not None:
        yield f"answers could not be kept, and the next run asks again: {reader.kept.unsaved}"


def _sum(calls: Sequence[LanguageModelCall]) -> Decimal:
    return sum((call.cost for call in calls if call.cost is not None), Decimal(0))
