"""Where the logs are: an engine that Ibis can reach, and the table there that holds the usage."""

from __future__ import annotations

from urllib.parse import unquote_plus, urlsplit

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from octoregistry.costing.errors import CostingError

_LEAST_SPARK = (4, 3)
_SECRET = ("pass", "pwd", "token", "secret", "key", "cred", "auth")  # in the name of an option: its value is one


def connect_engine(url: str) -> BaseBackend:
    """The engine at `url`, as `ibis.connect` takes it; raises CostingError, which never shows a password."""
    if "://" not in url:
        raise CostingError("an engine is given by its URL: postgres://USER@HOST/DATABASE, duckdb://FILE, and so on")
    try:
        return ibis.connect(url)
    except Exception as error:  # noqa: BLE001 - every engine has exceptions of its own, and all mean the same here
        raise CostingError(f"{shown(url)}: {_without_secrets(str(error), url)}") from None


def check_engine(engine: BaseBackend) -> None:
    """Raise CostingError for an engine that is known to answer wrongly.

    PySpark 4.0 under Ibis 12 gives every total as 0, and says nothing; 4.3 is the oldest that is tested.
    """
    if engine.name != "pyspark":
        return
    version = str(engine.version)
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < _LEAST_SPARK:
        raise CostingError(
            f"Spark {version} gives wrong totals: pip install 'octoregistry[spark]' for one that does not"
        )


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
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # brackets that hold no address
        host = ""
    return f"{url.partition('://')[0]}://{host}"


def _without_secrets(said: str, url: str) -> str:
    """What an engine said without the address and the secrets in it, as they stand there and decoded."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "no address that can be read"
    options = (pair.partition("=") for pair in parts.query.split("&"))
    hidden = {parts.password or "", *(value for key, _, value in options if any(word in key for word in _SECRET))}
    text = " ".join(said.replace(url, shown(url)).split())
    for secret in sorted({*hidden, *map(unquote_plus, hidden)} - {""}, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
