"""`octoregistry readings`: what is said of labels that the vocabulary does not know, to review, to list and to remove."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import IO, Any

import click

from octoregistry.cli.model_argument import open_registry
from octoregistry.cli.output import line, print_json, print_message, print_text, visible
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.settings_option import settings_option
from octoregistry.errors import UserFacingError
from octoregistry.queries.labels import open_labels
from octoregistry.reading.language.label_readings import LabelReading
from octoregistry.reading.language.readings_store import ReadingsStore, readings_folder
from octoregistry.reading.language.review import KEYS, LabelToReview
from octoregistry.settings import command_settings
from octoregistry.sources.vendor_pages import utc_now

_SKIP, _QUIT, _AGREE = ("-", "q", ("\r", "\n", "y"))


@click.group(name="readings", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Review, list and remove what is said of words that the vocabulary does not know.

    A language model is asked once what a label of a page means, in words, never in a price, and its reading of it is kept
    in a file. Until a person has reviewed it all that hangs on it is held.
    """
    if context.invoked_subcommand is None:
        context.invoke(listed)


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listed(as_json: bool) -> None:
    """Print every reading that is kept: where its label stands, what it means, who said so, and whether it is reviewed."""
    kept = ReadingsStore(readings_folder())
    if as_json:
        print_json([asdict(reading) for reading in kept.readings()])
        return
    for reading in kept.readings():
        print_text(f"{reading.provider:9}  {line(reading, 300)}")
    for file, fault in kept.faults:
        print_message(f"{file}: {line(fault, 300)}")
    count = len(kept.readings())
    print_text(f"{count} reading{'' if count == 1 else 's'}; they are kept in {kept.folder}")


@command.command(name="remove")
@click.argument("names", nargs=-1, required=True)
def remove(names: tuple[str, ...]) -> None:
    """Remove the readings of these labels or of these providers, or `all`; the next update asks again."""
    gone = ReadingsStore(readings_folder()).remove(names)
    for reading in gone:
        print_text(f"removed {reading.provider} {line(reading, 300)}")
    if not gone:
        raise click.ClickException(f"no reading is kept of {', '.join(map(visible, names))}")


@command.command(name="review")
@click.argument("providers", nargs=-1)
@click.option(
    "--answers",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="Take the answers from JSON (- is standard input).",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the labels as JSON: filled in, it is what --answers takes."
)
@settings_option
@registry_option
def review(
    providers: tuple[str, ...], answers: IO[str] | None, as_json: bool, settings: Path | None, registry: Path
) -> None:
    """Say what the words mean that hold prices of PROVIDERS (all without any): one key a label.

    The pages that served last are read again; neither the network nor a language model is asked. What you say is kept for
    you, counts at once, and is never overruled. Without a terminal: --json prints the labels, --answers takes them back
    with `means` filled in.
    """
    known = open_registry(registry)
    kept = ReadingsStore(readings_folder())
    today = utc_now().date()
    try:
        chosen = command_settings(settings)
        wanted = chosen.with_pages(known.providers, providers)
    except UserFacingError as error:
        raise click.ClickException(visible(error)) from error
    labels, failed = open_labels(known, chosen, wanted, kept)
    for page in failed:
        print_message(f"not read: {page}")
    if as_json:
        print_json([{**asdict(label), "means": None} for label in labels])
        return
    said = list(_from_file(answers, labels, today) if answers else _asked(labels, today))
    kept.keep(said)
    if kept.unsaved:
        raise click.ClickException(visible(kept.unsaved))
    print_text(f"{len(said)} of {len(labels)} labels answered; kept in {kept.folder}")


def _from_file(file: IO[str], labels: Sequence[LabelToReview], today: date) -> Iterator[LabelReading]:
    """The answers of a JSON list, those without `means` left out; nothing is taken where any is about no open label."""
    try:
        entries = json.load(file)
        given = [entry for entry in entries if entry.get("means")]
    except (ValueError, AttributeError, TypeError) as error:
        raise click.ClickException(f"the answers are no JSON list of labels: {error}") from None
    places = {_place(asdict(label)): label for label in labels}
    for entry in given:
        label = places.get(_place(entry))
        if label is None:
            raise click.ClickException(f"no such label waits: {line(json.dumps(entry, ensure_ascii=False), 200)}")
        try:
            yield label.answered(str(entry["means"]), today)
        except ValueError as error:
            raise click.ClickException(visible(error)) from None


def _place(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(entry.get(name) for name in ("provider", "place", "label", "words"))


def _asked(labels: Sequence[LabelToReview], today: date) -> Iterator[LabelReading]:
    """What a person says at the terminal."""
    if not labels:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("this is no terminal: give --answers FILE, or --json to see the labels")
    print_text("  ".join(f"{key} {word}" for key, word in KEYS.items()) + f"  {_SKIP} skip  {_QUIT} quit")
    for number, label in enumerate(labels, start=1):
        print_text(f"\n{number}/{len(labels)}  {line(shown(label), 600)}")
        if label.neighbour:
            print_text(f"  beside: {line(label.neighbour, 200)}")
        while (key := click.getchar()) != _SKIP:
            if key in (_QUIT, "\x03", "\x04"):
                return
            word = label.said if key in _AGREE and label.said else KEYS.get(key)
            if word:
                print_text(f"  {word}")
                yield label.answered(word, today)
                break


def shown(label: LabelToReview) -> str:
    """A label in one line: where it stands, how many prices it holds, and what a language model said."""
    words = "" if label.words == label.label else f", of it “{label.words}”"
    said = f"; {label.said_by} says {label.said} (Enter agrees)" if label.said else ""
    prices = f"{label.prices} price{'s' * (label.prices != 1)}"
    return f"{label.provider} {label.address} {label.place.replace('_', ' ')} “{label.label}”{words}: {prices}{said}"
