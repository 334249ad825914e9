"""Where the logs are: an engine that Ibis can reach, and the table there that holds the usage."""

from __future__ import annotations

from urllib.parse import urlsplit

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from octoregistry.costing.errors import CostingError


def connect_engine(url: str) -> BaseBackend:
    """The engine at `url`, as `ibis.connect` takes it; raises CostingError, which never shows a password."""
    try:
        return ibis.connect(url)
    except Exception as error:  # noqa: BLE001 - every engine has exceptions of its own, and all mean the same here
        raise CostingError(f"{shown(url)}: {_without_secrets(str(error), url)}") from None


def usage_table(engine: BaseBackend, name: str) -> ir.Table:
    """The table `name` (`schema.table` too), or the Parquet files that the engine itself reads at that place."""
    try:
        if name.endswith(".parquet"):
            return engine.read_parquet(name)
        schema, _, table = name.rpartition(".")
        return engine.table(table, database=schema or None)
    except Exception as error:  # as above
        raise CostingError(f"{engine.name} has no usage in {name}: {' '.join(str(error).split())[:300]}") from error


def shown(url: str) -> str:
    """`url` as it may be printed: the scheme and the host."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}"


def _without_secrets(said: str, url: str) -> str:
    password = urlsplit(url).password
    text = " ".join(said.replace(url, shown(url)).split())
    return text.replace(password, "***") if password else text
