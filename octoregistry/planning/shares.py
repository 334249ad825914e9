"""Guards on a whole page or list: too many models changed or vanished at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta

from octoregistry.planning.limits import Limits
from octoregistry.planning.plan import NoteKind, Reason
from providers.entries import Model

_SELDOM = timedelta(days=31)  # an update at least once a month renews every check that has grown old


def too_many_moved(
    moved: Collection[str], priced: Collection[str], limits: Limits, written: Collection[str] = ()
) -> Reason | None:
    """The reason to hold all prices of a page where more than the guarded share of the models `moved` that the registry
    prices and the page speaks of (`priced`): it may be a page of something else, or read with its columns shifted.

    Where any moves, those count too that the same page has moved before (`written`): who accepts one after the other
    would else bring the rest under the guard, and it would pass unseen.
    """
    if not moved:
        return None
    before = set(written) - set(moved)
    what = "have another price at once" + (f", {len(before)} of them written before" if before else "")
    return _too_many(len({*moved, *before}), len(priced), limits, "share", what)


def moved_by(model: Model, sha256: str, day: date) -> bool:
    """True where the model's prices were last read on the page of that fingerprint or day, and moved with it.

    The day counts beside the fingerprint, as there are pages that are never the same twice.
    """
    source = model.source
    if source is None or source.checked is None or (source.sha256 != sha256 and source.checked != day):
        return False
    return any(rate.start == source.checked for rate in model.rates)


def too_many_gone_from_page(
    models: Iterable[Model], stated: Collection[str], limits: Limits, recheck_days: int
) -> Reason | None:
    """The reason to hold all prices of pages that have lost most of the models that the registry has prices of.

    It may be half a page, or another vendor's. A page on which as many new models stand in their place is neither:
    Gemini's page of December 2025 had two of the six models of April, and fourteen new ones. Models that are retired, or
    known to have left the vendor's list, are not missed, nor those that no page has had for long: what a page states is
    checked again once its check is `recheck_days` old, so a date that stays behind is that of a model long gone.
    """
    here = [model.id for model in expected_on_page(models, recheck_days)]
    gone = [model for model in here if model not in stated]
    replaced = len(gone) < len(here) and len(stated) >= (1 - limits.share) * len(here)
    if replaced:
        return None
    return _too_many(len(gone), len(here), limits, "vanished", "that have prices and are not retired are on no page")


def expected_on_page(models: Iterable[Model], recheck_days: int) -> list[Model]:
    """The models that a page of today should state: those that have prices, are not retired, and were checked lately."""
    known = [m for m in models if m.rates and m.status != "retired" and m.missing_since is None]
    lately = max((_checked(model) for model in known), default=date.min)
    longest = timedelta(days=recheck_days) + _SELDOM
    return [model for model in known if lately - _checked(model) <= longest]


def gone_from_pages(
    models: Sequence[Model], stated: Collection[str], today: date, recheck_days: int
) -> Iterator[tuple[str, str, NoteKind]]:
    """(id, words, kind of the note) of the models that have prices and are on no page any more, or have long been on none."""
    lately = {model.id for model in expected_on_page(models, recheck_days)}
    for model in models:
        retired = model.status == "retired" or (model.retires_on and model.retires_on <= today)
        if not model.rates or model.id in stated or retired:
            continue
        if model.id in lately:
            yield model.id, "on no page any more", "left the page"
        else:
            yield model.id, "on no page for long; its prices are the last that were seen", "left long ago"


def too_many_gone_from_list(models: Iterable[Model], missing: Collection[str], limits: Limits) -> Reason | None:
    """The reason to hold `missing_since` where most models left the vendor's list at once: it may be half a list."""
    listed = [m.id for m in models if m.status != "retired" and m.missing_since is None]
    return _too_many(len(missing), len(listed), limits, "vanished", "left the vendor's model list at once")


def too_many_retired(models: Iterable[Model], retired: Collection[str], limits: Limits) -> Reason | None:
    """The reason to hold `status: retired` where a page of endings ends most models at once: it may be read wrong."""
    living = [model.id for model in models if model.status != "retired"]
    return _too_many(len(retired), len(living), limits, "vanished", "are called retired at once")


def _checked(model: Model) -> date:
    return model.source.checked if model.source and model.source.checked else date.min


def _too_many(count: int, of: int, limits: Limits, code: str, what: str) -> Reason | None:
    if count < limits.share_from or count <= limits.share * of:
        return None
    return Reason(code, f"{count} of {of} models {what}, more than {limits.share * 100:.0f}%")
