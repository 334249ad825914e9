"""`octoregistry explain PROVIDER/MODEL`: the evidence of each price, who agrees, and its history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from octoregistry.cli.model_argument import complete_model, find_model, open_registry
from octoregistry.cli.output import line, print_json, print_message, print_text, visible
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.settings_option import settings_option
from octoregistry.cli.styled_tables import WideTable, cell, print_styled
from octoregistry.planning.decimals import plain
from octoregistry.planning.plan import WitnessPrice
from octoregistry.planning.witnesses import Witnesses
from octoregistry.queries.explain import Explanation, PriceExplanation, explain
from octoregistry.queries.vendor_prices import vendor_prices
from octoregistry.settings import SettingsFileError, command_settings
from octoregistry.sources import Failed
from octoregistry.sources.registries import fetch_registries
from octoregistry.sources.vendor_pages import utc_now


@click.command(name="explain")
@click.argument("name", metavar="PROVIDER/MODEL", shell_complete=complete_model)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@settings_option
@registry_option
def command(name: str, as_json: bool, settings: Path | None, registry: Path) -> None:
    """Print for each price of PROVIDER/MODEL its evidence, when it was read, and who agrees.

    The page that was fetched last is read again, and other registries as they were last fetched; the network is not used.
    """
    known = open_registry(registry)
    model = find_model(known, name)
    try:
        chosen = command_settings(settings)
    except SettingsFileError as error:
        raise click.ClickException(visible(error)) from error
    if model.provider not in chosen.providers:
        raise click.ClickException(f"the settings know no provider {visible(model.provider)}")
    vendor = vendor_prices(known, chosen, [model.provider])[model.provider]
    reports = fetch_registries(chosen, offline=True)
    found = explain(
        known.providers[model.provider], model, vendor, Witnesses.from_reports(reports.values()), utc_now().date()
    )
    if as_json:
        print_json(explanation_json(found))
    else:
        _print(found)


def explanation_json(found: Explanation) -> dict[str, Any]:
    """`found` as plain values; prices are decimal text."""
    source, page = found.model.source, found.page
    failed = isinstance(page, Failed)
    return {
        "provider": found.model.provider,
        "model": found.model.id,
        "read_from": source.page if source else None,
        "checked": source.checked.isoformat() if source and source.checked else None,
        "page": {"url": page.url, "failed": page.reason}
        if isinstance(page, Failed)
        else {"url": page.url, "from": page.from_cache, "fetched_at": page.fetched_at.isoformat(timespec="seconds")},
        "prices": [_price_json(price, looked=not failed) for price in found.prices],
    }


def _price_json(price: PriceExplanation, *, looked: bool) -> dict[str, Any]:
    stated = price.stated
    page_json: dict[str, Any] | None = None
    if stated and stated.evidence and looked:
        evidence = stated.evidence
        page_json = {
            "page": evidence.page,
            "address": evidence.address,
            "text": evidence.text,
            "usd": plain(stated.usd),
        }
        if stated.doubts:
            page_json["doubts"] = [str(doubt) for doubt in stated.doubts]
    return {
        "mode": price.key.mode,
        "above_input_tokens": price.key.above_input_tokens,
        "up_to_input_tokens": price.up_to_input_tokens,
        "dimension": price.key.dimension,
        "usd": None if price.usd is None else plain(price.usd),
        "derived": price.derived,
        "vendor_page": page_json,
        "agree": [witness_price_json(one) for one in price.agree],
        "behind": [witness_price_json(one) for one in price.behind],
        "differ": [witness_price_json(one) for one in price.differ],
        "history": [{"from": start.isoformat() if start else None, "usd": plain(usd)} for start, usd in price.history],
    }


def witness_price_json(price: WitnessPrice) -> dict[str, str]:
    """What a witness says, as plain values."""
    return {"witness": price.witness, "usd": plain(price.usd), "as_of": price.as_of.isoformat()}


def _print(found: Explanation) -> None:
    model, page = found.model, found.page
    source = model.source
    print_text(line(f"{model.provider}/{model.id}, {model.display_name}"))
    if source and source.page:
        print_text(f"Read from {line(source.page)}, checked {source.checked or 'on no known day'}.")
    if isinstance(page, Failed):
        print_message(f"No page to read again: {page}")
    else:
        where = {"network": "fetched", "cache": "from the cache", "bundled": "bundled with the package"}[
            page.from_cache
        ]
        print_text(f"Read again: {line(page.url)}, {where}, of {page.fetched_at.date()}.")
    print_styled(explanation_table(found))


def explanation_table(found: Explanation) -> WideTable:
    """A row a price: what the page says, who agrees, and since when it holds."""
    table = WideTable(folds=("price", "evidence", "others", "since"), drops=("others", "since"))
    for heading, justify in (("price", "left"), ("USD", "right"), ("evidence", "left"), ("others", "left")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]  # a literal, by way of a tuple
    table.add_column("since")
    for price in found.prices:
        usd = "-" if price.usd is None else plain(price.usd)
        table.add_row(*map(cell, (_what(price), usd, _vendor_page(price), _others(price), _history(price))))
    return table


def _what(price: PriceExplanation) -> str:
    """The price's place in words, with the longest prompt that it answers for."""
    bound = price.up_to_input_tokens
    return str(price.key) if bound is None else f"{price.key} up to {bound:,}"


def _vendor_page(price: PriceExplanation) -> str:
    stated = price.stated
    if stated is None or stated.evidence is None:
        return "derived from the standard price" if price.derived else "the page is silent"
    evidence = f"{stated.evidence.address} “{line(stated.evidence.text, 60)}”"
    if stated.usd != price.usd:
        evidence += f": the page says {plain(stated.usd)}"
    return "; doubt: ".join([evidence, *(line(doubt, 120) for doubt in stated.doubts)])


def _others(price: PriceExplanation) -> str:
    agree = ", ".join(one.witness for one in price.agree)
    groups = (
        ("agree", agree),
        ("behind", ", ".join(map(str, price.behind))),
        ("not", ", ".join(map(str, price.differ))),
    )
    return "; ".join(f"{word}: {who}" for word, who in groups if who)


def _history(price: PriceExplanation) -> str:
    if len(price.history) == 1:
        start = price.history[0][0]
        return str(start) if start else ""
    return ", ".join(f"{plain(usd)} from {start}" if start else plain(usd) for start, usd in price.history)
