"""Whose models are these? A page that prices another vendor's models is the wrong page, and one such row is a stranger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from octoregistry.planning.matching import normalised
from octoregistry.planning.vendors import naming_of
from octoregistry.reading.rates import PageRates, Problem, StatedRate
from providers.entries import Provider

_FEW = 3  # fewer names than these may stand on a page by chance, or be all there is of a young vendor


def own_rates(page: PageRates, providers: Mapping[str, Provider]) -> PageRates | str:
    """`page` without the rates of models that only another provider of the registry has, each told as a problem.

    The reason instead, where the page names models of others and none of its own: it is the wrong page.
    """
    known = {name: _spellings(provider) for name, provider in providers.items()}
    own = known.get(page.provider, set())
    strangers: dict[str, str] = {}
    mine: set[str] = set()
    for rate in page.rates:
        spelt = _spelt(rate, page.provider)
        if spelt & own:
            mine.add(rate.name)
        elif owner := next(
            (name for name, theirs in known.items() if name != page.provider and _spelt(rate, name) & theirs), None
        ):
            strangers[rate.name] = owner
    if not mine and len(strangers) >= _FEW:
        owners = ", ".join(sorted(set(strangers.values())))
        return (
            f"it prices models of {owners} ({len(strangers)}) and none that is known of {page.provider}: the wrong page"
        )
    told = tuple(
        Problem(page.page, "", f"{name!r} is a model of {owner}, not of {page.provider}")
        for name, owner in strangers.items()
    )
    kept = tuple(rate for rate in page.rates if rate.name not in strangers)
    return replace(page, rates=kept, problems=page.problems + told)


def _spellings(provider: Provider) -> set[str]:
    prefix = naming_of(provider.name).optional_prefix
    return {
        normalised(text, prefix)
        for model in provider.models.values()
        for text in (model.id, model.display_name, *model.aliases)
    }


def _spelt(rate: StatedRate, provider: str) -> set[str]:
    prefix = naming_of(provider).optional_prefix
    return {normalised(text, prefix) for text in (rate.name, *rate.ids)}
