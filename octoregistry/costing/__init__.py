"""Usage logs × dated rates: what calls cost, from a frame in memory to billions of rows where they lie."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octoregistry.costing.costs import costs_of as costs_of
    from octoregistry.costing.errors import CostingError as CostingError
    from octoregistry.costing.frames import FrameCosts as FrameCosts
    from octoregistry.costing.frames import cost_frame as cost_frame
    from octoregistry.costing.otherwise import usage_costs as usage_costs
    from octoregistry.costing.rates import RateTable as RateTable
    from octoregistry.costing.rates import compile_rates as compile_rates
    from octoregistry.costing.values import Costs as Costs
    from octoregistry.costing.values import UnpricedRows as UnpricedRows

# Each in its room, opened when it is first asked for: an engine takes half a second to import, and few rows need none.
_ROOMS = {
    "CostingError": "errors",
    "Costs": "values",
    "FrameCosts": "frames",
    "UnpricedRows": "values",
    "RateTable": "rates",
    "compile_rates": "rates",
    "cost_frame": "frames",
    "costs_of": "costs",
    "usage_costs": "otherwise",
}

__all__ = [  # noqa: PLE0604 - all of them
    *_ROOMS
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """A public name, imported when it is first asked for."""
        if name not in _ROOMS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
