"""`octoregistry explain PROVIDER/MODEL`: where each price stands, when it was read, who agrees, and what it was before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.safe import safe
from octoregistry.explaining import Explained, Explanation, explain, witnesses_of
from octoregistry.official import officials
from octoregistry.planning.decimals import plain
from octoregistry.planning.plan import Said
from octoregistry.settings import SettingsError, load_settings
from octoregistry.sources import Failed
from octoregistry.sources.registries import fetch_registries
from octoregistry.sources.vendor_pages import utc_now
from providers import RegistryError, load_registry
from providers.dimensions import UnknownModelError


@click.command(name="explain")
@click.argument("name", metavar="PROVIDER/MODEL")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    help="Read this octoregistry.toml.  [default: ./octoregistry.toml where there is one]",
)
@registry_option
def command(name: str, as_json: bool, settings: Path | None, registry: Path) -> None:
    """Tell for each price of PROVIDER/MODEL where it stands, when it was read, and who agrees.

    The page that served last is read again, and other registries as they were last fetched; the network is not asked.
    """
    provider, slash, wanted = name.partition("/")
    if not slash:
        raise click.UsageError(f"give PROVIDER/MODEL, not {safe(name)}")
    try:
        known = load_registry(registry)
        model = known.model(provider, wanted)
        chosen = load_settings(settings)
        official = officials(known, chosen, [provider])[provider]
        heard = fetch_registries(chosen, offline=True)
    except (RegistryError, SettingsError) as error:
        raise click.ClickException(str(error)) from error
    except UnknownModelError as error:
        raise click.UsageError(safe(str(error), 400)) from error
    except KeyError as error:
        raise click.ClickException(f"the settings know no {error}") from error
    found = explain(known.providers[provider], model, official, witnesses_of(heard), utc_now().date())
    if as_json:
        click.echo(json.dumps(explanation_json(found), indent=1))
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


def _price_json(price: Explained, *, looked: bool) -> dict[str, Any]:
    stated = price.stated
    stands = None
    if stated and stated.evidence and looked:
        place = stated.evidence
        stands = {"page": place.page, "address": place.address, "text": place.text, "usd": plain(stated.usd)}
    return {
        "mode": price.place.mode,
        "above_input_tokens": price.place.above_input_tokens,
        "dimension": price.place.dimension,
        "usd": None if price.usd is None else plain(price.usd),
        "derived": price.derived,
        "stands": stands,
        "agree": [said_json(said) for said in price.agree],
        "behind": [said_json(said) for said in price.behind],
        "differ": [said_json(said) for said in price.differ],
        "history": [{"from": start.isoformat() if start else None, "usd": plain(usd)} for start, usd in price.history],
    }


def said_json(said: Said) -> dict[str, str]:
    """What a witness says, as plain values."""
    return {"witness": said.witness, "usd": plain(said.usd), "as_of": said.as_of.isoformat()}


def _print(found: Explanation) -> None:
    model, page = found.model, found.page
    source = model.source
    console = Console()
    console.print(Text(safe(f"{model.provider}/{model.id}, {model.display_name}"), style="bold"))
    if source and source.page:
        click.echo(f"Read from {safe(source.page)}, checked {source.checked or 'on no known day'}.")
    if isinstance(page, Failed):
        click.echo(f"No page to read again: {safe(str(page), 400)}")
    else:
        where = {"network": "fetched", "cache": "from the cache", "bundled": "bundled with the package"}[
            page.from_cache
        ]
        click.echo(f"Read again: {safe(page.url)}, {where}, of {page.fetched_at.date()}.")
    table = Table(header_style="bold")
    for heading, justify in (("price", "left"), ("USD", "right"), ("stands at", "left"), ("others", "left")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]  # a literal, by way of a tuple
    table.add_column("since")
    for price in found.prices:
        usd = "-" if price.usd is None else plain(price.usd)
        table.add_row(*map(Text, (str(price.place), usd, _stands(price), _others(price), _history(price))))
    console.print(table)


def _stands(price: Explained) -> str:
    stated = price.stated
    if stated is None or stated.evidence is None:
        return "derived from the standard price" if price.derived else "the page is silent"
    place = f"{stated.evidence.address} “{safe(stated.evidence.text, 60)}”"
    return place if stated.usd == price.usd else f"{place}: the page says {plain(stated.usd)}"


def _others(price: Explained) -> str:
    agree = ", ".join(said.witness for said in price.agree)
    groups = (
        ("agree", agree),
        ("behind", ", ".join(map(str, price.behind))),
        ("not", ", ".join(map(str, price.differ))),
    )
    return "; ".join(f"{word}: {who}" for word, who in groups if who)


def _history(price: Explained) -> str:
    if len(price.history) == 1:
        start = price.history[0][0]
        return str(start) if start else ""
    return ", ".join(f"{plain(usd)} from {start}" if start else plain(usd) for start, usd in price.history)
