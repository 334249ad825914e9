"""`octoregistry compare`: our registry compared with others, and the vendor page's evidence for each difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from octoregistry.cli.explain import witness_price_json
from octoregistry.cli.model_argument import open_registry
from octoregistry.cli.output import line, print_json, print_message, visible
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.settings_option import settings_option
from octoregistry.cli.styled_tables import WideTable, cell, print_styled
from octoregistry.planning.decimals import plain
from octoregistry.queries.compare import Comparison, Disagreement, compare
from octoregistry.queries.vendor_prices import vendor_prices
from octoregistry.settings import SettingsFileError, command_settings
from octoregistry.sources import NOT_CACHED, Failed
from octoregistry.sources.registries import WITNESSES, Statements, fetch_registries


@click.command(name="compare")
@click.option(
    "--with",
    "others",
    metavar="NAME,…",
    help=f"The registries to compare with, of {', '.join(WITNESSES)}.  [default: those of the settings]",
)
@click.option("--offline", is_flag=True, help="Take the other registries as they were last fetched.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@settings_option
@registry_option
def command(others: str | None, offline: bool, as_json: bool, settings: Path | None, registry: Path) -> None:
    """Show every price in which another public registry differs from ours.

    Beside each stands what the vendor's own page says. Exit status: 0, or 1 if no other registry could be read.
    """
    wanted = [name.strip() for name in others.split(",") if name.strip()] if others else None
    known = open_registry(registry)
    try:
        chosen = command_settings(settings)
    except SettingsFileError as error:
        raise click.ClickException(visible(error)) from error
    for name in wanted or ():
        if name not in WITNESSES or name not in chosen.registries:
            raise click.UsageError(f"--with knows no {visible(name)}, but {', '.join(WITNESSES)}")
    reports = fetch_registries(chosen, wanted, offline=offline)
    vendor = vendor_prices(known, chosen, [name for name in known.providers if name in chosen.providers])
    found = compare(known, reports, vendor)
    if as_json:
        print_json(comparison_json(found, reports))
    else:
        _print(found, reports)
    if not any(isinstance(one, Statements) for one in reports.values()):
        raise click.exceptions.Exit(1)


def comparison_json(found: Comparison, reports: dict[str, Statements | Failed]) -> dict[str, Any]:
    """`found` as plain values; prices are decimal text."""
    return {
        "witnesses": [
            {"witness": name, "page": one.url, "failed": one.reason}
            if isinstance(one, Failed)
            else {"witness": name, "page": one.url, "as_of": one.as_of.isoformat(), "prices": len(one.prices)}
            for name, one in reports.items()
        ],
        "agreement": [
            {"witness": tally.witness, "dimension": tally.dimension, "same": tally.same, "other": tally.other}
            for tally in found.tallies
        ],
        "disagreements": [_disagreement_json(one) for one in found.disagreements],
    }


def _disagreement_json(one: Disagreement) -> dict[str, Any]:
    page = None
    if one.page and one.page.evidence:
        evidence = one.page.evidence
        page = {"page": evidence.page, "address": evidence.address, "text": evidence.text, "usd": plain(one.page.usd)}
    return {
        **one.key._asdict(),
        "usd": plain(one.usd),
        "now": plain(one.now),
        "vendor_page": page,
        "differ": [witness_price_json(price) for price in one.witness_prices],
        "agree": list(one.agree),
    }


def _print(found: Comparison, reports: dict[str, Statements | Failed]) -> None:
    uncached = [name for name, one in reports.items() if isinstance(one, Failed) and one.reason == NOT_CACHED]
    if uncached:
        print_message(
            f"{', '.join(uncached)}: not in the cache; `octoregistry compare` with a network keeps them there"
        )
    for name, one in reports.items():
        if isinstance(one, Failed) and name not in uncached:
            print_message(f"{name} could not be read: {one}")
    if found.disagreements:
        print_styled(disagreement_table(found))
    if found.tallies:
        print_styled(agreement_table(found, reports))


def disagreement_table(found: Comparison) -> WideTable:
    """A row a price that others have otherwise, under its model."""
    table = WideTable("Disagreements, USD per million tokens", folds=("ours", "vendor page", "others"))
    table.add_column("price")
    table.add_column("ours", justify="right")
    table.add_column("vendor page")
    table.add_column("others")
    last = None
    for one in found.disagreements:
        model = f"{one.key.provider}/{one.key.model}"
        if model != last:
            table.add_row(cell(model, "bold"))
            last = model
        differ = ", ".join(map(str, one.witness_prices)) + (f"; agree: {', '.join(one.agree)}" if one.agree else "")
        table.add_row(cell(f"  {one.key}"), cell(_ours(one)), _page(one), cell(differ))
    return table


def _ours(one: Disagreement) -> str:
    """Our price on the day of which the others speak, and the one of now where it moved since."""
    return plain(one.usd) if one.now == one.usd else f"{plain(one.usd)}, now {plain(one.now)}"


def _page(one: Disagreement) -> Text:
    if one.page is None or one.page.evidence is None:
        return Text("silent", style="dim")
    text = f"{one.page.evidence.address} “{line(one.page.evidence.text, 40)}”"
    return cell(text, "green") if one.page_agrees else cell(f"{text}: {plain(one.page.usd)}", "bold red")


def agreement_table(found: Comparison, reports: dict[str, Statements | Failed]) -> WideTable:
    """A row a dimension: of how many prices that both have each witness says the same."""
    table = WideTable("Agreement: same of those that both have")
    table.add_column("dimension")
    reported = [name for name, one in reports.items() if isinstance(one, Statements)]
    for name in reported:
        table.add_column(name, justify="right")
    counts = {(tally.witness, tally.dimension): (tally.same, tally.other) for tally in found.tallies}
    for dimension in dict.fromkeys(tally.dimension for tally in found.tallies):
        row = [counts.get((name, dimension)) for name in reported]
        table.add_row(dimension.replace("_", " "), *(f"{c[0]} of {sum(c)}" if c else "" for c in row))
    sums = [[count for (name, _), count in counts.items() if name == witness] for witness in reported]
    totals = [(sum(same for same, _ in column), sum(map(sum, column))) for column in sums]
    table.add_row(Text("all", style="bold"), *(f"{same} of {both}" for same, both in totals))
    return table
