"""A vendor's model list that states prices, as the page of prices that it is."""

from __future__ import annotations

from hashlib import sha256

from octoregistry.reading.rates import LISTED, Evidence, PageRates, Problem, StatedPrice, StatedRate
from octoregistry.sources.listings import ListedModel
from octoregistry.sources.model_lists import ListOutcome, ModelList
from octoregistry.sources.page import Failed, From, Page


def rates_of_list(listed: ModelList) -> PageRates:
    """The prices of a list, each with its place in the answer, and where none was read."""
    problems = [
        Problem(listed.url, each.place, each.reason) for model in listed.models for each in model.priced.problems
    ]
    rates = tuple(_rate(model, listed.url) for model in listed.models if model.priced.prices)
    return PageRates(listed.provider, listed.url, rates, tuple(problems))


def page_of_list(listed: ListOutcome) -> tuple[Page | Failed, PageRates | None]:
    """The list as a page with its rates; without any, why it failed."""
    if isinstance(listed, Failed):
        return listed, None
    if not isinstance(listed, ModelList):
        return Failed("its model list", listed.reason), None
    rates = rates_of_list(listed)
    if not rates.rates:
        return Failed(listed.url, "its model list states no price"), None
    text = _text(listed)
    fingerprint = sha256(text.encode()).hexdigest()
    source: From = "cache" if listed.kept else "network"
    page = Page(listed.url, listed.url, text, None, listed.fetched_at, fingerprint, from_cache=source)
    return page, rates


def _text(listed: ModelList) -> str:
    """The prices of a list in a line each."""
    return "\n".join(f"{each.place} {model.id} {each.text}" for model in listed.models for each in model.priced.prices)


def _rate(model: ListedModel, url: str) -> StatedRate:
    doubts = tuple(
        f"its model list states {text} beside it, and nobody knows what that adds" for text in model.priced.unknown
    )
    prices = {
        each.dimension: StatedPrice(each.usd, Evidence(url, each.place, each.text, (model.id,)), doubts=doubts)
        for each in model.priced.prices
    }
    return StatedRate(model.id, "standard", prices, (model.id,), witness=LISTED)
