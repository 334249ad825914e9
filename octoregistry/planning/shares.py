"""Does more of a provider change at once than a vendor would change in a day?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from decimal import Decimal

from octoregistry.planning.limits import Limits
from octoregistry.planning.plan import Change, Reason
from providers.entries import Model

_LATELY = timedelta(days=30)


def too_many_moved(changes: Iterable[Change], priced: Collection[str], limits: Limits) -> Reason | None:
    """The reason to hold all prices of a page where more than the guarded share of the models moved that the registry
    prices and the page speaks of (`priced`): it may be a page of something else, or read with its columns shifted."""
    moved = {
        change.model
        for change in changes
        if change.mode
        and isinstance(change.old, Decimal)
        and isinstance(change.new, Decimal)
        and change.old != change.new
    }
    return _too_many(len(moved), len(priced), limits, "share", "have another price at once")


def too_many_gone_from_page(models: Iterable[Model], stated: Collection[str], limits: Limits) -> Reason | None:
    """The reason to hold all prices of pages that have lost most of the models that the registry has prices of.

    It may be half a page, or another vendor's. A page on which as many new models stand in their place is neither:
    Gemini's page of December 2025 had two of the six models of April, and fourteen new ones. Models that are retired, or
    known to have left the vendor's list, are not missed, nor those that no page of the last weeks had: what a page
    states is checked again every week, so a date that stays behind is that of a model long gone.
    """
    known = [m for m in models if m.rates and m.status != "retired" and m.missing_since is None]
    lately = max((_checked(model) for model in known), default=date.min)
    here = [model.id for model in known if lately - _checked(model) <= _LATELY]
    gone = [model for model in here if model not in stated]
    replaced = len(gone) < len(here) and len(stated) >= (1 - limits.share) * len(here)
    if replaced:
        return None
    return _too_many(len(gone), len(here), limits, "vanished", "that have prices and are not retired are on no page")


def too_many_gone_from_list(models: Iterable[Model], missing: Collection[str], limits: Limits) -> Reason | None:
    """The reason to hold `missing_since` where most models left the vendor's list at once: it may be half a list."""
    listed = [m.id for m in models if m.status != "retired" and m.missing_since is None]
    return _too_many(len(missing), len(listed), limits, "vanished", "left the vendor's model list at once")


def _checked(model: Model) -> date:
    return model.source.checked if model.source and model.source.checked else date.min


def _too_many(count: int, of: int, limits: Limits, code: str, what: str) -> Reason | None:
    if count < limits.share_from or count <= limits.share * of:
        return None
    return Reason(code, f"{count} of {of} models {what}, more than {limits.share * 100:.0f}%")
