"""Usage logs × dated rates: what calls cost, from a frame in memory to billions of rows where they lie."""

from octoregistry.costing.costs import Costs, Problem, costs_of
from octoregistry.costing.errors import CostingError
from octoregistry.costing.frames import FrameCosts, cost_frame
from octoregistry.costing.ledger import cost_by, ledger
from octoregistry.costing.otherwise import usage_costs
from octoregistry.costing.rates import RateTable, compile_rates

__all__ = [
    "CostingError",
    "Costs",
    "FrameCosts",
    "Problem",
    "RateTable",
    "compile_rates",
    "cost_by",
    "cost_frame",
    "costs_of",
    "ledger",
    "usage_costs",
]
