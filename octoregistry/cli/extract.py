"""`octoregistry extract`: the rates of a stored page, for people or as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.text import Text

from octoregistry.cli.llm_options import calls_json, calls_line, closing_messages, labels_json, llm_options, reader_of
from octoregistry.cli.model_argument import open_registry
from octoregistry.cli.output import line, print_message, print_text, visible
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.settings_option import settings_option
from octoregistry.cli.styled_tables import WideTable, print_styled
from octoregistry.cli.verbosity import show_tracebacks
from octoregistry.documents import Unread
from octoregistry.planning.foreign_models import own_rates
from octoregistry.queries.wording import charge_words
from octoregistry.reading.gather import doubted
from octoregistry.reading.gather_charges import doubted_charges
from octoregistry.reading.labels import Doubt
from octoregistry.reading.rates import PageRates, Problem, StatedCharge, StatedPrice, StatedRate
from octoregistry.settings import SettingsFileError, command_settings
from octoregistry.updating.page_reader import PageReader
from providers.dimensions import PLAIN_CURRENCY, PLAIN_PLACE
from providers.files import bytes_of, real_path


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
    metavar="YYYY-MM-DD",
    help="The day on which the page was stored.  [default: the file's]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: rates with evidence, and problems.")
@click.option("--verbose", "-v", count=True, help="-vv: print the traceback of what went wrong.")
@settings_option
@llm_options
@registry_option
def command(  # noqa: PLR0913 - an option a parameter
    *,
    provider: str,
    file: Path,
    url: str | None,
    day: datetime | None,
    as_json: bool,
    verbose: int,
    settings: Path | None,
    llm: str,
    no_known: bool,
    registry: Path,
) -> None:
    """Print the rates that the stored pricing page FILE of PROVIDER states.

    Every price names the cell or line it stands in. Words in its scope that nobody understands are doubts (`?`), each printed
    once with its count; what was not read is printed as a problem. Exit status: 0 when the page could be read, 1 when it
    could not.
    """
    show_tracebacks(verbose)
    text = _text(file)
    page_date = day.date() if day else datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
    page = url or real_path(file).as_uri()
    known = open_registry(registry)
    try:
        own = command_settings(settings).reading
    except SettingsFileError as error:
        raise click.ClickException(visible(error)) from error
    reader = reader_of(llm, lambda: known, own, no_known=no_known)
    provider = known.provider_called(provider)
    ids = tuple(known.provider(provider).models)
    read = PageReader(own, reader).rates_of(text, page, provider, page_date, ids)
    if isinstance(read, Unread):
        _leave_unread(file, page, read.reason, as_json)
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


_LARGEST = 20_000_000  # bytes, as of a page that is fetched


def _text(file: Path) -> str:
    try:
        return bytes_of(file, _LARGEST, pipes=True).decode("utf-8-sig")
    except OSError as error:
        raise click.ClickException(visible(f"{file}: {error.strerror or error}")) from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file}: not UTF-8 at byte {error.start}; store the page as UTF-8") from error


def page_json(page: PageRates) -> dict[str, Any]:
    """`page` as plain values: rates as the page states them, prices as decimal text; a rate's prices with doubts stand in an
    entry of their own. `charges` are what is billed besides tokens. `labels` are the doubts, each once with the number of
    prices that it stands with; problems are words, and name the places of charges for whoever reads rates alone.
    """
    return {
        "rates": [entry for rate in page.every for entry in rate_json(rate)],
        "charges": [charge_json(charge) for charge in page.charges],
        "labels": labels_json(page),
        "problems": [*map(str, page.problems), *map(str, _charge_places(page))],
    }


def _charge_places(page: PageRates) -> Iterator[Problem]:
    """How many figures of each table or line are no price of tokens, but a charge."""
    places = Counter(charge.evidence.address.partition("R")[0] for charge in page.charges)
    for address, count in places.items():
        yield Problem(page.page, address, "priced by another unit than tokens: see `charges`", count)


def charge_json(charge: StatedCharge) -> dict[str, Any]:
    """`charge` as plain values: `usd` for `per` of `unit`; `name` is null for a tool of the vendor."""
    return {
        "name": charge.name,
        "ids": list(charge.ids),
        "unit": charge.unit,
        "per": int(charge.per),
        "usd": f"{charge.usd:f}",
        "mode": charge.mode,
        "when": dict(charge.when),
        **({"free": charge.free} if charge.free else {}),
        "from": charge.start.isoformat() if charge.start else None,
        "doubts": list(dict.fromkeys(map(str, charge.doubts))),
        "evidence": {"address": charge.evidence.address, "text": charge.evidence.text},
    }


def rate_json(rate: StatedRate) -> list[dict[str, Any]]:
    """`rate` as plain values: its prices without a doubt, and those with."""
    clear = {name: price for name, price in rate.prices.items() if not price.doubts}
    open_ = {name: price for name, price in rate.prices.items() if price.doubts}
    return [_entry(rate, prices) for prices in (clear, open_) if prices]


def _entry(rate: StatedRate, prices: Mapping[str, StatedPrice]) -> dict[str, Any]:
    doubts = dict.fromkeys(str(doubt) for price in prices.values() for doubt in price.doubts)
    return {
        "name": rate.name,
        "ids": list(rate.ids),
        "mode": rate.mode,
        **({"place": rate.place} if rate.place != PLAIN_PLACE else {}),
        **({"currency": rate.currency} if rate.currency != PLAIN_CURRENCY else {}),
        "above_input_tokens": rate.above_input_tokens,
        **({"up_to_input_tokens": rate.up_to_input_tokens} if rate.up_to_input_tokens is not None else {}),
        "from": rate.start.isoformat() if rate.start else None,
        "witness": rate.witness,
        "doubts": list(doubts),
        **{dimension: f"{price.amount:f}" for dimension, price in prices.items()},
        "evidence": {
            dimension: {"address": price.evidence.address, "text": price.evidence.text}
            for dimension, price in prices.items()
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
    """A line a rate, per million tokens; into a pipe as wide as it has to be."""
    columns = [(heading, name) for heading, name in _COLUMNS if any(name in rate.prices for rate in page.every)]
    qualified = [(heading, of) for heading, of in _QUALIFIED if any(map(of, page.every))]
    table = WideTable(folds=("model",))
    for heading in ("model", "mode", *(heading for heading, _ in qualified)):
        table.add_column(heading)
    for heading, _ in columns:
        table.add_column(heading, justify="right")
    table.add_column("evidence")
    for rate in page.every:
        prices = [_priced(rate.prices.get(name)) for _, name in columns]
        address = next(iter(rate.prices.values())).evidence.address
        words = (of(rate) for _, of in qualified)
        table.add_row(*map(Text, (printable(rate.name), rate.mode, *words, *prices, address)))
    others = sorted({rate.currency for rate in page.apart} - {PLAIN_CURRENCY})
    currencies = " and ".join([*([PLAIN_CURRENCY] if page.rates or not others else []), *others])
    print_text(f"{page.provider}: {printable(page.page)} on {page_date}, {currencies} per million tokens\n")
    if page.every:
        print_styled(table)
    if page.charges:
        _print_charges(page)
    for doubt, count in (doubted(page.every) + doubted_charges(page.charges)).items():
        print_text(f"? {line(doubt, 300)}: {count} price{'s' * (count != 1)}")
    for label in _unpriced(page):
        print_text(f"? {line(label, 300)}")
    for problem in page.problems:
        print_text(f"not read: {printable(str(problem))}")
    models = len({rate.name for rate in page.every})
    prices_read = sum(len(rate.prices) for rate in page.every)
    open_ = sum(bool(price.doubts) for rate in page.every for price in rate.prices.values())
    open_ += sum(bool(charge.doubts) for charge in page.charges)
    charges = f"{len(page.charges)} charges, " if page.charges else ""
    print_text(
        f"\n{prices_read} prices of {models} models, {charges}{open_} with doubts, {len(page.problems)} problems"
    )


def _print_charges(page: PageRates) -> None:
    """A line a charge: what is billed besides tokens, with its conditions."""
    table = WideTable(folds=("model or tool",))
    for heading in ("model or tool", "mode", "charge", "when", "free first", "from", "evidence"):
        table.add_column(heading)
    for charge in page.charges:
        price = charge_words(charge.unit, charge.per, charge.usd) + ("?" if charge.doubts else "")
        when = ", ".join(f"{key} {value}" for key, value in charge.when)
        row = (printable(charge.name or "(tool)"), charge.mode, price, printable(when), charge.free or "")
        table.add_row(*map(Text, (*row, str(charge.start or ""), charge.evidence.address)))
    print_text("\nbesides tokens, in USD\n")
    print_styled(table)


def _prompts(rate: StatedRate) -> str:
    above = rate.above_input_tokens
    return "" if above is None else f"> {above:,}" if isinstance(above, int) else "long"


_QUALIFIED: tuple[tuple[str, Callable[[StatedRate], str]], ...] = (
    ("place", lambda rate: "" if rate.place == PLAIN_PLACE else rate.place),
    ("currency", lambda rate: "" if rate.currency == PLAIN_CURRENCY else rate.currency),
    ("prompts", _prompts),
    ("from", lambda rate: str(rate.start or "")),
)  # (heading, what stands in it "" for nothing); an empty column is not shown


def _unpriced(page: PageRates) -> Iterator[str]:
    """The labels with words that nobody understands in whose scope no price was read: they may say what a figure is."""
    known = {doubt.label for doubt in (*doubted(page.every), *doubted_charges(page.charges))}
    for label in page.open_labels:
        if label.text not in known:
            doubt = Doubt(label.text, label.place, label.address, f"not understood: {label.leftover}")
            yield f"{doubt}: {label.figures} figure{'s' * (label.figures != 1)} not read"


def _priced(price: StatedPrice | None) -> str:
    """A price, with a mark where it has a doubt."""
    return "" if price is None else f"{price.amount:f}?" if price.doubts else f"{price.amount:f}"


def printable(text: str) -> str:
    """`text` in one line that no terminal acts upon: a page's names may hold escape codes."""
    return "".join(char if char.isprintable() else " " for char in text)
