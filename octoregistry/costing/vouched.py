"""The calls that only vouched rates price: costed by themselves, so that the sum of all others stays what it is without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from octoregistry.costing.rates import RateTable, compile_rates
from octoregistry.costing.values import UNKNOWN_MODEL, UNKNOWN_PROVIDER, Costs
from octoregistry.costing.writing import plain
from providers.more import with_more
from providers.registry import Registry

_STATED = "its vendor states its price"  # why a row of the others is in no vouched sum
_UNKNOWN = (UNKNOWN_MODEL, UNKNOWN_PROVIDER)


@dataclass(frozen=True, slots=True)
class VouchedCosts:
    """The rows that registries alone price: how many, their cost in USD, and that of each group, with its keys; in no other
    sum.
    """

    rows: int
    total: Decimal
    groups: tuple[Mapping[str, Any], ...]

    def as_values(self) -> dict[str, Any]:
        """The same as plain values; USD as text."""
        groups = [{name: plain(value) for name, value in row.items()} for row in self.groups]
        return {"rows": self.rows, "total": plain(self.total), "groups": groups}


def vouched_rates(registry: Registry, *, assume_earliest: bool = False) -> RateTable:
    """The vouched rates of a registry as a table. All names are in it, so that one which a vendor states is never taken for
    a vouched model's; what is stated has no price here.
    """
    wide = with_more(registry, vouched=True)
    vouched = {(model.provider, model.id) for model in wide if any(rate.vouched_by for rate in model.rates)}
    table = compile_rates(wide, assume_earliest=assume_earliest)
    spans = (
        span
        if (span.provider, span.model) in vouched or span.reason
        else replace(span, prices={}, reason=_STATED, derived=(), either=(), charges={})
        for span in table.spans
    )
    return replace(table, spans=tuple(spans))


def apart(costs: Costs, vouched: Costs) -> tuple[Costs, VouchedCosts]:
    """The costs of a log by stated rates, whose problems are less those that vouched rates solve, and the costs by these."""
    still = {(one.provider, one.model) for one in vouched.problems if one.reason in _UNKNOWN}
    known = {(one.provider, one.model) for one in costs.problems if one.reason in _UNKNOWN} - still
    left = [one for one in costs.problems if not (one.reason in _UNKNOWN and (one.provider, one.model) in known)]
    left += [one for one in vouched.problems if (one.provider, one.model) in known]
    names = (*costs.keys, "cost")
    groups = tuple({name: row[name] for name in names} for row in vouched.groups if row["cost"])
    without = replace(costs, problems=tuple(left))
    return without, VouchedCosts(costs.unpriced - without.unpriced, vouched.total, groups)
