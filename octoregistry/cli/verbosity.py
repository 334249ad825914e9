"""How much a command says of its pages: `-v` all that was found, `-vv` the tracebacks of what went wrong as well."""

from __future__ import annotations

import logging


def show_tracebacks(verbose: int) -> None:
    """With `-vv` write what reading or fetching a page raised, whole, on standard error."""
    if verbose > 1:
        logging.basicConfig(format="%(message)s")
        logging.getLogger("octoregistry").setLevel(logging.DEBUG)
