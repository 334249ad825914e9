"""Models of another provider on a page: single rows are left out, a whole page of them is the wrong page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from octoregistry.planning.matching import normalised
from octoregistry.reading.rates import PageRates, Problem, StatedRate
from providers.entries import Provider
from providers.vendors import vendor

_FEW = 3  # fewer foreign names than this do not make it the wrong page


def own_rates(page: PageRates, providers: Mapping[str, Provider]) -> PageRates | str:
    """`page` without the rates of models that only another provider has; each of them becomes a problem.

    A text says why the page is refused, if it names models of other providers and none of its own: of a provider that the
    registry does not have yet, where most of the names are theirs. Models that the provider sells for others are its own.
    """
    hosted = vendor(page.provider).hosts_of
    known = {name: _spellings(provider) for name, provider in providers.items() if name not in hosted}
    own = known.get(page.provider, set())
    foreign: dict[str, str] = {}
    mine: set[str] = set()
    for rate in page.every:
        spelt = _spellings_of_rate(rate, page.provider)
        if spelt & own:
            mine.add(rate.name)
        elif owner := next(
            (
                name
                for name, theirs in known.items()
                if name != page.provider and _spellings_of_rate(rate, name) & theirs
            ),
            None,
        ):
            foreign[rate.name] = owner
    others = {rate.name for rate in page.every} - mine - foreign.keys()
    if not mine and len(foreign) >= _FEW and (own or len(foreign) >= len(others)):
        owners = ", ".join(sorted(set(foreign.values())))
        return (
            f"it prices models of {owners} ({len(foreign)}) and none that is known of {page.provider}: the wrong page"
        )
    problems = tuple(
        Problem(page.page, "", f"{name!r} is a model of {owner}, not of {page.provider}")
        for name, owner in foreign.items()
    )
    own_plain, own_apart = (tuple(rate for rate in of if rate.name not in foreign) for of in (page.rates, page.apart))
    charges = tuple(charge for charge in page.charges if charge.name not in foreign)
    problems = page.problems + problems
    return replace(page, rates=own_plain, apart=own_apart, problems=problems, charges=charges)


def _spellings(provider: Provider) -> set[str]:
    prefix = vendor(provider.name).names.optional_prefix
    return {
        normalised(text, prefix)
        for model in provider.models.values()
        for text in (model.id, model.display_name, *model.aliases)
    }


def _spellings_of_rate(rate: StatedRate, provider: str) -> set[str]:
    prefix = vendor(provider).names.optional_prefix
    return {normalised(text, prefix) for text in (rate.name, *rate.ids)}
