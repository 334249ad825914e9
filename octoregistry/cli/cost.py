"""`octoregistry cost`: what the calls in usage logs cost, by whatever they are grouped by."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from octoregistry.cli.fx_option import fx_option
from octoregistry.cli.map_option import map_option
from octoregistry.cli.model_argument import assume_earliest_option, own_prices_option
from octoregistry.cli.output import print_text
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.styled_tables import WideTable, print_styled
from octoregistry.costing.reading import How
from octoregistry.costing.values import UNKNOWN_MODEL, UNKNOWN_PROVIDER
from octoregistry.errors import UserFacingError
from providers.exchange_rates import ExchangeRate, exchange_rate
from providers.more import with_more
from providers.registry import Registry, RegistryError, load_registry
from providers.vendors import FILE_NAME, VARIABLE

if TYPE_CHECKING:
    from octoregistry.costing.rates import RateTable
    from octoregistry.costing.values import Assumed, Costs, Stated, Uncertain, UnpricedRows
    from octoregistry.costing.vouched import VouchedCosts

UNPRICED = 3
_MOST_SHOWN = 100  # groups on a terminal; --out keeps all
_CENT = Decimal("0.000001")
_BOUNDS = ("least", "most")


@click.command(name="cost")
@click.argument("logs", nargs=-1, required=True, metavar="LOG...")
@click.option(
    "--by", default="provider,model", show_default=True, help="Group by these: day, month, or any column of the log."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write all groups to this .parquet, .csv or .json.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the groups and the problems as JSON.")
@click.option(
    "--engine", metavar="URL", help="Cost where the logs are: LOG is a table of this engine (as Ibis has it)."
)
@map_option
@click.option(
    "--once-by",
    metavar="COLUMNS",
    help="Rows that agree in these columns are one response: that with most output counts.",
)
@fx_option
@click.option("--strict-tiers", is_flag=True, help="Leave out rows of many requests whose tier only their mean tells.")
@click.option(
    "--stated-cost", metavar="COLUMN", help="Show where the costs in this column, USD, differ from ours, and the sums."
)
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    help="Read this octoregistry.toml.  [default: $OCTOREGISTRY_SETTINGS, then ./octoregistry.toml]",
)
@own_prices_option
@click.option(
    "--vouched", is_flag=True, help="Cost by rates that other registries alone vouch for, too; they are summed apart."
)
@assume_earliest_option
@registry_option
def command(  # noqa: PLR0913, PLR0917 - an option each
    logs: tuple[str, ...],
    by: str,
    out: Path | None,
    as_json: bool,
    engine: str | None,
    names: Mapping[str, str],
    once_by: str | None,
    exchange_rates: tuple[ExchangeRate, ...],
    strict_tiers: bool,
    stated_cost: str | None,
    settings: Path | None,
    own_prices: bool,
    vouched: bool,
    assume_earliest: bool,
    registry: Path,
) -> None:
    """Print what the calls in LOG cost: files, folders or patterns of CSV, JSON, JSON lines or Parquet, or a table of
    --engine.

    The columns are day, provider, model, mode, requests and the dimensions (input, output, cached_input, ...), or
    those of a known form: usage reports of vendors, logs of gateways, spans, sessions of coding tools (docs/costing.md).

    \b
    Exit status: 0 done; 1 error; 2 usage; 3 some rows have no price: no cost includes them, and the reasons are printed.
    """
    keys, ids = (tuple(filter(None, map(str.strip, text.split(",")))) for text in (by, once_by or ""))
    try:
        from octoregistry.costing.errors import CostingError  # noqa: PLC0415 - half a second that --help need not pay
    except ModuleNotFoundError as error:
        raise _extra(error) from error
    yours: list[str] = []
    try:
        if out is not None:
            _check_output(out)
        columns, hosts, said = _settings(settings)
        exchange_rates = _with_set_rates(exchange_rates, said)
        how = How({**columns, **names}, ids, hosts, strict_tiers, stated_cost)
        known = with_more(load_registry(registry))
        if own_prices:
            known, yours = _by_own_prices(known, settings)
        from octoregistry.costing.rates import compile_rates  # noqa: PLC0415 - as above

        priced = partial(_costs, logs, engine, keys, how)
        costs = priced(compile_rates(known, assume_earliest=assume_earliest))
        costs, beside = _with_vouched(costs, known, priced, assume_earliest) if vouched else (costs, None)
        if out is not None:
            _write(costs, out)
    except ModuleNotFoundError as error:
        raise _extra(error) from error
    except CostingError as error:  # it may name columns, and those are a log's
        raise click.ClickException(_harmless(str(error))) from error
    except (RegistryError, UserFacingError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or out}: {error.strerror or error}") from error
    _tell(costs, beside, exchange_rates, yours, as_json=as_json)
    if costs.problems:
        raise click.exceptions.Exit(UNPRICED)


def _by_own_prices(known: Registry, settings: Path | None) -> tuple[Registry, list[str]]:
    """(the registry with a person's own prices, what is said of them)."""
    from octoregistry.cli.own_prices import by_own_prices, marks  # noqa: PLC0415 - it reads settings

    known = by_own_prices(known, settings)
    return known, list(marks(known))


def _with_vouched(
    costs: Costs, known: Registry, priced: Callable[[RateTable], Costs], assume_earliest: bool
) -> tuple[Costs, VouchedCosts]:
    """(the costs, what is added by rates that other registries alone vouch for)."""
    from octoregistry.costing.vouched import apart, vouched_rates  # noqa: PLC0415 - few ask for it

    return apart(costs, priced(vouched_rates(known, assume_earliest=assume_earliest)))


def _with_set_rates(given: tuple[ExchangeRate, ...], said: Sequence[str]) -> tuple[ExchangeRate, ...]:
    """The rates of exchange that are given, and those of the settings for other currencies."""
    named = {rate.currency for rate in given}
    return (*given, *(exchange_rate(one) for one in said if one.partition("=")[0] not in named))


def _settings(file: Path | None) -> tuple[Mapping[str, str], Mapping[str, str], Sequence[str]]:
    """(columns, hosts, rates of exchange) as the person who runs it has set them."""
    if file is None and not os.environ.get(VARIABLE) and not Path(FILE_NAME).is_file():
        return {}, {}, ()
    from octoregistry.settings import command_settings  # noqa: PLC0415 - half the time that ten rows take

    found = command_settings(file)
    rates = [f"{currency}={said}" for currency, said in found.fx.items()]
    return found.costing.columns, found.costing.hosts, rates


def _extra(error: ModuleNotFoundError) -> click.ClickException:
    return click.ClickException(f"octoregistry cost needs the extra: pip install 'octoregistry[scale]' ({error})")


def _check_output(out: Path) -> None:
    from octoregistry.costing.writing import check_place  # noqa: PLC0415 - half a second that --help need not pay

    check_place(out)


def _write(costs: Costs, out: Path) -> None:
    from octoregistry.costing.writing import write_costs  # noqa: PLC0415 - as above

    write_costs(costs, out)


def _costs(
    logs: Sequence[str],
    engine: str | None,
    keys: Sequence[str],
    how: How,
    rates: RateTable,
) -> Costs:
    """The costs, computed in this process or on the engine, with an example for each problem."""
    from octoregistry.costing.patterns import passed_over, usage_files  # noqa: PLC0415 - as above
    from octoregistry.costing.small import costs_of_files, needs_no_engine  # noqa: PLC0415 - as above

    if engine is not None:
        return _of_engine(logs, engine, keys, how, rates)
    files = usage_files(logs)
    if others := passed_over(logs):
        said = ", ".join(f"{count:,} {suffix}" for suffix, count in sorted(others.items()))
        click.echo(_printable(f"files of other kinds are passed over, in no cost: {said}"), err=True)
    found = None if needs_no_engine(files, how) else _of_plain_files(files, keys, how, rates)
    return costs_of_files(files, rates, keys, how) if found is None else found


def _of_plain_files(files: Sequence[tuple[str, str]], keys: Sequence[str], how: How, rates: RateTable) -> Costs | None:
    """The costs of files that an engine reads as Python does; None for others."""
    from octoregistry.costing.files import costs_of_plain_files  # noqa: PLC0415 - as above
    from octoregistry.costing.progress import watched  # noqa: PLC0415 - as above

    with _bar() as listener:
        return costs_of_plain_files(files, rates, keys, how, ask=partial(watched, told=listener))


def _of_engine(logs: Sequence[str], engine: str, keys: Sequence[str], how: How, rates: RateTable) -> Costs:
    """The costs of a table, computed where it lies."""
    from octoregistry.costing.costs import costs_of  # noqa: PLC0415 - as above
    from octoregistry.costing.engines import connect_engine, usage_table  # noqa: PLC0415 - as above
    from octoregistry.costing.examples import with_examples  # noqa: PLC0415 - as above
    from octoregistry.costing.progress import watched  # noqa: PLC0415 - as above

    if len(logs) != 1:
        raise click.UsageError("with --engine, give one table")
    connection = connect_engine(engine)
    table = usage_table(connection, logs[0])
    with _bar() as listener:
        costs = costs_of(connection, table, rates, keys, how=how, ask=partial(watched, told=listener))
        return with_examples(costs, connection, table, rates, how=how)


@contextmanager
def _bar() -> Iterator[Any]:
    """A bar on a terminal, on standard error; elsewhere nothing."""
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above

    console = Console(stderr=True)
    columns = (TextColumn("Costing"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("cost", total=None)
        yield lambda percent: progress.update(task, total=percent and 100, completed=percent or 0)


def _tell(
    costs: Costs,
    beside: VouchedCosts | None,
    exchange_rates: Sequence[ExchangeRate],
    yours: list[str],
    *,
    as_json: bool,
) -> None:
    from octoregistry.costing.writing import costs_json, json_text  # noqa: PLC0415 - as above

    if as_json:
        fx = {"fx": [rate.as_values(costs.total) for rate in exchange_rates]} if exchange_rates else {}
        apart = {"vouched": beside.as_values()} if beside else {}
        mine = {"yours": yours} if yours else {}
        click.echo(json_text({**costs_json(costs), **apart, **fx, **mine}))
        return
    print_styled(_table(costs))
    hidden = len(costs.groups) - _MOST_SHOWN
    if hidden > 0:
        print_text(f"and {hidden:,} groups more; --out FILE keeps all")
    print_text(f"{usd(costs.total)} USD for {costs.rows:,} rows, read as {costs.form}")
    for rate in exchange_rates:
        print_text(f"{rate.of(costs.total):,} {rate.currency} at {rate}")
    for line in _vouched(beside, costs.keys):
        print_text(_printable(line))
    if costs.uncertain is not None:
        print_text(_uncertain(costs.uncertain))
    if costs.assumed is not None:
        print_text(_assumed(costs.assumed))
    if costs.derived is not None:
        print_text(
            f"{usd(costs.derived.cost)} USD of it are derived: {costs.derived.rows:,} rows have images, audio or video whose "
            "price is that of text, as their vendors name one price for input"
        )
    if costs.retired:
        print_text("rows of days after their model's end, costed at its last prices:")
        for one in costs.retired:
            print_text(_printable(f"  {one}"))
    if costs.stated is not None:
        for line in _stated(costs.stated):
            print_text(_printable(line))
    for said, in_sum in (
        ("rows have no price and are in no cost:", False),
        ("rows lack a charge in their cost:", True),
    ):
        found = [problem for problem in costs.problems if problem.in_sum == in_sum]
        if found:
            print_text(f"{sum(problem.rows for problem in found):,} {said}")
        for line in (line for problem in found for line in _lines(problem)):
            print_text(line)


def _uncertain(uncertain: Uncertain) -> str:
    return (
        f"beside it, {uncertain.rows:,} rows cost at least {usd(uncertain.least)} and at most {usd(uncertain.most)} USD: a "
        "price changed on a day that no page states"
    )


def _assumed(assumed: Assumed) -> str:
    most = "more, where no price is known" if assumed.most is None else f"{usd(assumed.most)}"
    return (
        f"{usd(assumed.cost)} USD of it are assumed: {assumed.rows:,} rows of many requests are costed by the mean of "
        f"their prompts, and cost from {usd(assumed.least)} to {most}"
    )


def _stated(stated: Stated) -> Iterator[str]:
    yield (
        f"{stated.column} states {usd(stated.theirs)} USD for {stated.rows:,} of the rows that have a price, ours is "
        f"{usd(stated.ours)}: {stated.differ:,} rows differ"
    )
    for place, theirs, ours in stated.rows_that_differ:
        yield f"  {place}: {theirs} against {ours}"


def _table(costs: Costs) -> WideTable:
    """The groups; a column that would say nothing, or say the rows again, is left out."""
    empty = {"requests"} if all(row["requests"] == row["rows"] for row in costs.groups) else set()
    empty |= set() if costs.problems else {"unpriced"}
    empty |= {"uncertain"} if costs.uncertain else {"uncertain", *_BOUNDS}
    names = [name for name in costs.groups.columns if name not in empty]
    counts = [name.replace("_", " ") for name in names if name not in (*costs.keys, "cost", "unpriced", *_BOUNDS)]
    table = WideTable(
        drops=(*counts[:1], *reversed(counts[1:]))
    )  # rows first, then what is counted, from the rarest on
    for name in names:
        heading = "USD" if name == "cost" else f"and at {name}" if name in _BOUNDS else name.replace("_", " ")
        table.add_column(heading, justify="left" if name in costs.keys else "right")
    for row in costs.groups.rows[:_MOST_SHOWN]:
        table.add_row(*(Text(_printable(_cell(row[name], name))) for name in names))
    return table


def _vouched(beside: VouchedCosts | None, keys: Sequence[str]) -> Iterator[str]:
    """What the rows cost that only vouched rates price, and each of their groups; nothing where nobody asked."""
    if beside is None:
        return
    if not beside.rows:
        yield "no row has a price that other registries alone vouch for"
        return
    rows = "1 row" if beside.rows == 1 else f"{beside.rows:,} rows"
    yield (
        f"beside it, {usd(beside.total)} USD for {rows} by rates that other registries alone vouch for: no vendor states them"
    )
    for row in beside.groups[:_MOST_SHOWN]:
        yield f"  {', '.join(str(row[key]) for key in keys) or 'all'}: {usd(row['cost'])}"


def _cell(value: Any, name: str) -> str:
    if name == "cost" and value is None:
        return "no price"
    if name in ("cost", *_BOUNDS) and value is not None:
        return usd(value)
    if value is None:
        return ""
    return f"{int(value):,}" if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else str(value)


def usd(cost: Decimal) -> str:
    """A cost for people: six digits behind the point, and never 0 for what is not."""
    rounded = cost.quantize(_CENT)
    return f"{rounded:,}" if rounded or not cost else f"< {_CENT}"


def _lines(problem: UnpricedRows) -> Iterator[str]:
    days = sorted({str(day) for day in (problem.first_day, problem.last_day) if day})
    when = f" ({' to '.join(days)})" if days else ""
    yield _printable(f"  {problem.rows:,} × {problem}{when}")
    if problem.example is not None:
        example = problem.example
        shown = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, default=str)
        yield f"      {_printable((problem.place + ': ' if problem.place else '') + shown)}"
    if problem.reason == UNKNOWN_MODEL and problem.model:
        line = f"aliases: [{_quoted(problem.model)}]"
        yield _printable(f"      if it is billed as a model of the registry, that model's entry may say {line}")
    if problem.reason == UNKNOWN_PROVIDER and problem.provider:
        line = f"[costing.hosts] {_quoted(problem.provider)} = VENDOR"
        yield _printable(f"      to cost it at a vendor's own prices, octoregistry.toml may say {line}")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _printable(text: str) -> str:
    """Text of a log as a terminal may show it."""
    return _harmless(text if len(text) <= 300 else text[:297] + "...")


def _harmless(text: str) -> str:
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
