"""The usage of a log as plain values; sums and token counts are text, so that no reader rounds them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from octoregistry.costing.summary import WAYS, Effect, Figures, UsageCosts
from octoregistry.planning.decimals import plain
from octoregistry.report.usage_outlook import outlook, possible_savings


def usage_values(usage: UsageCosts, budget: Decimal | None = None) -> dict[str, Any]:
    """`usage` as dicts, lists and text, with the assumption of each other way beside its figures."""
    return {
        "form": usage.form,
        "ways": [{"name": name, "assumes": assumes} for name, assumes in WAYS.items()],
        "total": _figures(usage.total),
        "month": _month(usage, budget),
        "savings": [
            {
                "provider": one.provider,
                "model": one.model,
                "way": one.way,
                "saved": plain(one.saved),
                "cost": plain(one.cost),
                "requests": str(one.requests),
                "rows": one.rows,
                "rows_as_they_were": one.kept,
            }
            for one in possible_savings(usage)
        ],
        "models": [{"provider": one.provider, "model": one.model, **_figures(one.figures)} for one in usage.models],
        "more_models": usage.more_models,
        "by": [
            {
                "column": one.column,
                "groups": [{"name": group.name, **_figures(group.figures)} for group in one.groups],
                "more": one.more,
            }
            for one in usage.by
        ],
        "periods": [{"period": one.period, **_figures(one.figures)} for one in usage.periods],
        "unpriced": [
            {
                "reason": one.reason,
                "rows": one.rows,
                "provider": one.provider,
                "model": one.model,
                "mode": one.mode,
                "first_day": str(one.first_day) if one.first_day else None,
                "last_day": str(one.last_day) if one.last_day else None,
                "place": one.place,
                "in_sum": one.in_sum,
            }
            for one in usage.problems
        ],
        "more_unpriced": usage.more_problems,
    }


def _month(usage: UsageCosts, budget: Decimal | None) -> dict[str, Any] | None:
    found = outlook(usage)
    if found is None:
        return None
    return {
        "through": str(found.through),
        "spent": plain(found.spent),
        "forecast": plain(found.forecast.quantize(Decimal("0.01"))),
        "before": _usd(found.before),
        "unpriced_rows": found.unpriced,
        "budget": _usd(budget),
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "rows": figures.rows,
        "unpriced_rows": figures.unpriced,
        "requests": str(figures.requests),
        "tokens": {name: str(count) for name, count in figures.tokens.items()},
        "cost": _usd(figures.cost),
        "otherwise": {
            name: {"cost": _usd(other.cost), "rows_as_they_were": other.kept}
            for name, other in figures.otherwise.items()
        },
        "update": {"on_its_days": _effect(figures.on_its_days), "from_now": _effect(figures.from_now)},
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "before": _usd(effect.before),
        "after": _usd(effect.after),
        "rows_gained": effect.gained,
        "rows_lost": effect.lost,
    }


def _usd(cost: Decimal | None) -> str | None:
    return None if cost is None else plain(cost)
