"""`octoregistry extract`: the rates of a stored page, for people or as JSON."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from octoregistry.cli.llm_options import calls_json, calls_line, closing_messages, llm_options, reader_of
from octoregistry.cli.model_argument import open_registry
from octoregistry.cli.output import print_message
from octoregistry.cli.registry_option import registry_option
from octoregistry.documents import Unread, read_document
from octoregistry.planning.foreign_models import own_rates
from octoregistry.reading import PageRates, StatedRate, read_rates


@click.command(name="extract")
@click.argument("provider")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--url", help="The address that the page was stored from; it is named in the evidence.  [default: the file's]"
)
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day on which the page was stored.  [default: the file's]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: rates with evidence, and problems.")
@click.option("--no-rules", is_flag=True, help="Read with kept answers and the language model only.")
@llm_options
@registry_option
def command(  # noqa: PLR0913 - an option a parameter
    *,
    provider: str,
    file: Path,
    url: str | None,
    day: datetime | None,
    as_json: bool,
    no_rules: bool,
    llm: str,
    second_reading: bool,
    no_known: bool,
    registry: Path,
) -> None:
    """Print the rates that the stored pricing page FILE of PROVIDER states.

    Every price names the cell or passage it stands in. What was not understood is a problem, and nothing is
    read from it. Exit status: 0 when the page could be read, 1 when it could not.
    """
    text = _text(file)
    page_date = day.date() if day else datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
    page = url or file.resolve().as_uri()
    document = read_document(text, page)
    if isinstance(document, Unread):
        _leave_unread(file, page, document.reason, as_json)
    known = open_registry(registry)
    reader = reader_of(llm, lambda: known, second_reading=second_reading, no_known=no_known)
    ids = tuple(known.providers[provider].models) if provider in known.providers else ()
    read = read_rates(document, provider, page_date, rules=not no_rules, reader=reader, known_ids=ids)
    rates = own_rates(read, known.providers)
    if isinstance(rates, str):
        _leave_unread(file, page, rates, as_json)
    if as_json:
        values = {**page_json(rates), **({"llm": calls_json(reader.calls)} if reader.calls else {})}
        click.echo(json.dumps(values, ensure_ascii=False, indent=1))
    else:
        _print(rates, page_date)
        if reader.calls:
            click.echo(calls_line(reader.calls))
    for why in closing_messages(reader):
        print_message(why)


def _leave_unread(file: Path, page: str, reason: str, as_json: bool) -> NoReturn:
    """Tell why nothing was read, and leave with 1."""
    if as_json:
        click.echo(json.dumps({"rates": [], "problems": [f"{page}: {reason}"]}, ensure_ascii=False))
    else:
        click.echo(f"{file}: {reason}", err=True)
    raise click.exceptions.Exit(1)


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file}: not UTF-8 at byte {error.start}; store the page as UTF-8") from error


def page_json(page: PageRates) -> dict[str, Any]:
    """`page` as plain values: rates as the page states them, prices as decimal text, and problems in words."""
    return {"rates": [rate_json(rate) for rate in page.rates], "problems": [str(problem) for problem in page.problems]}


def rate_json(rate: StatedRate) -> dict[str, Any]:
    """`rate` as plain values."""
    return {
        "name": rate.name,
        "ids": list(rate.ids),
        "mode": rate.mode,
        "above_input_tokens": rate.above_input_tokens,
        "from": rate.start.isoformat() if rate.start else None,
        "witness": rate.witness,
        **{dimension: f"{price.usd:f}" for dimension, price in rate.prices.items()},
        "evidence": {
            dimension: {
                "address": price.evidence.address,
                "text": price.evidence.text,
                **({"seconded_by": price.seconded_by} if price.seconded_by else {}),
            }
            for dimension, price in rate.prices.items()
        },
    }


_COLUMNS = (  # (heading, what stands in it), from the commonest to the rarest; an empty column is not shown
    ("input", "input"),
    ("cached input", "cached_input"),
    ("cache write 5m", "cache_write_5m"),
    ("cache write 1h", "cache_write_1h"),
    ("output", "output"),
    ("audio in", "input_audio"),
    ("cached audio", "cached_input_audio"),
    ("audio out", "output_audio"),
    ("image in", "input_image"),
    ("image out", "output_image"),
    ("video in", "input_video"),
    ("video out", "output_video"),
    ("storage/h", "cache_storage_hour"),
)


def _print(page: PageRates, page_date: date) -> None:
    """A line a rate, in USD per million tokens. Never narrower than its contents: a pipe or a terminal may scroll."""
    columns = [(heading, name) for heading, name in _COLUMNS if any(name in rate.prices for rate in page.rates)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("model", "mode", "prompts", "from"):
        table.add_column(heading, no_wrap=True)
    for heading, _ in columns:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("evidence", no_wrap=True)
    for rate in page.rates:
        above = rate.above_input_tokens
        prompts = "" if above is None else f"> {above:,}" if isinstance(above, int) else "long"
        prices = [f"{rate.prices[name].usd:f}" if name in rate.prices else "" for _, name in columns]
        place = next(iter(rate.prices.values())).evidence.address
        table.add_row(*map(Text, (printable(rate.name), rate.mode, prompts, str(rate.start or ""), *prices, place)))
    console = Console(width=10_000, highlight=False, soft_wrap=True)
    console.print(f"{page.provider}: {printable(page.page)} on {page_date}, USD per million tokens\n", markup=False)
    if page.rates:
        console.print(table)
    for problem in page.problems:
        console.print(Text(f"not read: {printable(str(problem))}"))
    models = len({rate.name for rate in page.rates})
    prices_read = sum(len(rate.prices) for rate in page.rates)
    console.print(f"\n{prices_read} prices of {models} models, {len(page.problems)} problems")


def printable(text: str) -> str:
    """`text` in one line that no terminal acts upon: a page's names may hold escape codes."""
    return "".join(char if char.isprintable() else " " for char in text)
