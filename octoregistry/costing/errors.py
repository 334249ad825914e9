"""What stops a costing altogether; a row that cannot be costed is a value, not an error."""

from __future__ import annotations


class CostingError(Exception):
    """The costs cannot be told at all; the text says what to do."""


class EngineError(CostingError):
    """What an engine says that could not run a query."""
