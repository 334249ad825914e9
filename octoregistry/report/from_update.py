"""The Report of an update."""

from __future__ import annotations

from pathlib import PurePath

from octoregistry.report.report import Rates, Report, SourceSummary
from octoregistry.sources import Failed, Page
from octoregistry.updating.update import ProviderRun, Update
from providers.registry import Registry, parse_registry

_SERVED = {"network": "fetched", "cache": "from the cache", "bundled": "bundled with the package"}


def report_of(update: Update, run: str | None = None) -> Report:
    """What there is to report of `update`; the files are called `run`, or by the update's point in time.

    Only the last part of the registry's path is kept: a report travels, and whose folder it was is nobody's business.
    """
    name = PurePath(update.registry.path).name
    unchanged = update.new_text == update.old_text
    after = update.registry if unchanged else parse_registry(update.new_text, name)
    rates = _rates(after)
    return Report(
        run=run or f"{update.at:%Y-%m-%dT%H%M%SZ}",
        at=update.at,
        name=name,
        before=update.registry,
        after=after,
        plan=update.plan,
        sources=tuple(map(_seen, update.runs)),
        rates=rates,
        witnesses=tuple(sorted(name for name, report in update.witnesses.items() if not isinstance(report, Failed))),
        rates_before=rates if unchanged else _rates(update.registry),
    )


def _rates(registry: Registry) -> Rates:
    return {(model.provider, model.id): registry.pricing(model.provider, model.id).rates for model in registry}


def _seen(run: ProviderRun) -> SourceSummary:
    page = run.page
    if not isinstance(page, Page) or run.rates is None:
        reason = "its prices could not be read" if isinstance(page, Page) else page.reason
        return SourceSummary(run.provider, page.url, "unread", None, 0, 0, reason)
    return SourceSummary(
        provider=run.provider,
        page=page.url,
        served=_SERVED[page.from_cache],
        day=page.fetched_at.date(),
        prices=sum(len(rate.prices) for rate in run.rates.rates),
        unread_parts=len(run.rates.problems),
    )
