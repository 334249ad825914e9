"""`octoregistry export`: the whole registry, or its schema, as JSON."""

from __future__ import annotations

from pathlib import Path

import click

from octoregistry.cli.model_argument import open_registry
from octoregistry.cli.registry_option import registry_option
from providers.compiled import plain_json
from providers.registry import PACKAGED


@click.command(name="export")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a registry instead.")
@registry_option
def command(schema: bool, registry: Path) -> None:
    """Print the whole registry as JSON, for programs of any language: the keys of models.yaml, numbers as plain decimals.

    What each key means, and what does not change within a schema_version, says docs/registry.md.
    """
    if schema:
        click.echo(Path(PACKAGED).with_name("models.schema.json").read_text(encoding="utf-8"), nl=False)
    else:
        click.echo(plain_json(open_registry(registry).written))
