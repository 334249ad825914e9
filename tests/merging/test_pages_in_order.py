"""Updating page by page comes to the same as updating once to the last page, but for the history that it leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from octoregistry.documents import Unread, read_document
from octoregistry.merging.merge import merge
from octoregistry.planning.planner import PlanSettings, plan_provider
from octoregistry.planning.rates_in_force import in_force
from octoregistry.planning.stated_models import PricedPage
from octoregistry.reading import read_rates
from octoregistry.reading.rates import StatedRate
from providers import Registry, parse_registry
from providers.dimensions import MODES
from providers.rates import fitting, holding

EMPTY = """\
default_provider: {provider}
providers:
  {provider}:
    env_var: KEY
    default_model: a-model-of-ours
    realtime_multiplier: 2.0
    models:
      # kept by hand
      a-model-of-ours: {{display_name: Ours, input_per_million: 1.0, output_per_million: 2.0}}
defaults: {{input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}}
"""


@pytest.fixture(scope="session")
def pages_of(shared_pages: list[Any]) -> Callable[[str], list[PricedPage]]:
    """The pages of a provider, each read once."""
    return cache(lambda provider: _read(shared_pages, provider))


def _read(stored: list[Any], provider: str) -> list[PricedPage]:
    """The stored price pages of a provider that can be read, the oldest first; a page about a few models is held whole."""
    found = []
    for page in sorted((page for page in stored if page.provider == provider), key=lambda page: page.day):
        document = read_document(page.text, page.name)
        rates = None if isinstance(document, Unread) else read_rates(document, provider, page.day)
        if rates and len({rate.name for rate in rates.rates}) > 4:
            found.append(PricedPage(rates, page.day, f"{page.day:%Y%m%d}" * 8))
    return found


def updated(text: str, page: PricedPage) -> str:
    provider = next(iter(parse_registry(text).providers.values()))
    plan = plan_provider(provider, [page], today=page.checked)
    merged = merge(text, plan)
    again = plan_provider(parse_registry(merged).providers[provider.name], [page], today=page.checked)
    assert merge(merged, again) == merged, "the same page again changes nothing"
    return merged


def prices(registry: Registry, provider: str, day: date) -> dict[tuple[str, str, int | None, str], Any]:
    """What is in force on `day` and was stated by a page, by model, mode, tier and dimension.

    Batch prices that follow from a general discount are none of them: of a model whose batch prices an earlier page
    stated, none are derived.
    """
    return {
        (model.id, mode, tier, name): usd
        for model in registry.models(provider).values()
        for mode in MODES
        for tier, rate in in_force(model.rates, mode, day).items()
        for name, usd in rate.prices.items()
        if not rate.derived
    }


@pytest.mark.parametrize("provider", ["openai", "anthropic", "gemini"])
def test_the_file_after_the_last_page_is_that_of_a_direct_update_but_for_its_history(
    pages_of: Callable[[str], list[PricedPage]], provider: str
) -> None:
    """What the last page states is in force in both; and what was in force after each page still is on its day."""
    pages = pages_of(provider)
    assert len(pages) >= 2
    text = EMPTY.format(provider=provider)
    texts = [text]
    for page in pages:
        texts.append(updated(texts[-1], page))
    last = pages[-1].checked
    step_by_step, direct = parse_registry(texts[-1]), parse_registry(updated(text, pages[-1]))

    walked, at_once = (prices(registry, provider, last) for registry in (step_by_step, direct))
    aliases = {alias: model.id for model in step_by_step.models(provider).values() for alias in model.aliases}
    missing = {key: usd for key, usd in at_once.items() if walked.get((aliases.get(key[0], key[0]), *key[1:])) != usd}
    assert not missing
    for model in direct.models(provider).values():
        other = step_by_step.model(provider, model.id)
        derived = any(rate.derived for rate in model.rates)
        if not derived and {rate.mode for rate in other.rates} == {rate.mode for rate in model.rates}:
            plain = (model.input_per_million, model.output_per_million, model.batch_support)
            assert (other.input_per_million, other.output_per_million, other.batch_support) == plain, model.id
        # `source` is history too: a page that says nothing new of a model renews it after a month only

    for page, after in zip(pages, texts[1:], strict=True):
        then = prices(parse_registry(after), provider, page.checked)
        now = prices(step_by_step, provider, page.checked)
        assert {key: now.get(key) for key in then} == then, f"what was in force on {page.checked} still was"
    assert "# kept by hand" in texts[-1]


FEW = 8  # models of which the pages state the most different prices: each is a chance to depend on the way


def _few(pages: list[PricedPage]) -> list[PricedPage]:
    """The pages without the models whose prices move least."""
    stated: dict[str, set[object]] = {}
    for page in pages:
        for rate in page.read.rates:
            prices = tuple(sorted((name, price.amount) for name, price in rate.prices.items()))
            stated.setdefault(rate.name, set()).add((rate.mode, rate.above_input_tokens, rate.start, prices))
    most = sorted(stated, key=lambda name: (-len(stated[name]), name))[:FEW]
    kept = (tuple(rate for rate in page.read.rates if rate.name in most) for page in pages)
    return [replace(p, read=replace(p.read, rates=rates)) for p, rates in zip(pages, kept, strict=True) if rates]


def _states(rates: Iterable[StatedRate], last: date) -> dict[str, set[tuple[Any, ...]]]:
    """Model -> the modes, prompt sizes and dimensions of which a page says a price, and the days to come."""
    found: dict[str, set[tuple[Any, ...]]] = {}
    for rate in rates:
        to_come = rate.start if rate.start and rate.start > last else None
        places = {(rate.mode, rate.above_input_tokens, name, to_come) for name in rate.prices}
        found.setdefault(rate.name, set()).update(places)
    return found


def _without_what_a_later_page_states(pages: list[PricedPage]) -> list[PricedPage]:
    """The pages without each model of which one later page states all that this one does."""
    last = pages[-1].checked
    said = [_states(page.read.rates, last) for page in pages]
    thin = []
    for number, page in enumerate(pages):
        later = said[number + 1 :]
        needed = {
            name for name, places in said[number].items() if not any(places <= each.get(name, set()) for each in later)
        }
        rates = tuple(rate for rate in page.read.rates if rate.name in needed)
        thin.append(replace(page, read=replace(page.read, rates=rates)))
    return [page for page in thin if page.read.rates]


def _end(
    provider: str, pages: Iterable[PricedPage], text: str | None = None, accepted: tuple[str, ...] = ("all",)
) -> str:
    """The file after the pages, where a person has accepted whatever was held, or what is `accepted` alone."""
    text = text or EMPTY.format(provider=provider)
    for page in pages:
        known = parse_registry(text).providers[provider]
        text = merge(text, plan_provider(known, [page], today=page.checked, settings=PlanSettings(accepted=accepted)))
    return text


def _known(text: str, provider: str, day: date) -> dict[str, Any]:
    """Model -> all that is known of it on a day: prices by mode and prompt size, and the plain ones."""
    found = {}
    for model in parse_registry(text).models(provider).values():
        rates = {
            (mode, tier): (dict(rate.prices), rate.up_to_input_tokens)
            for mode in MODES
            for tier, rate in in_force(model.rates, mode, day).items()
            if rate.prices
        }
        found[model.id] = rates, model.input_per_million, model.output_per_million, model.batch_support
    return found


PARTS: dict[str, Callable[[str, str], bool]] = {
    "batch": lambda mode, _: mode == "batch",
    "flex": lambda mode, _: mode == "flex",
    "priority": lambda mode, _: mode == "priority",
    "cached": lambda _, dimension: dimension.startswith("cache"),
}


def _without_part(pages: list[PricedPage], part: Callable[[str, str], bool]) -> list[PricedPage]:
    """The pages without a part of each model (a mode, or what caches cost) that one later page states as well: as if nobody
    had read the vendor's page of that part on the day."""
    thin = []
    for number, page in enumerate(pages):
        later = [_states(each.read.rates, pages[-1].checked) for each in pages[number + 1 :]]
        rates = []
        for rate in page.read.rates:
            own = {place for place in _states([rate], pages[-1].checked)[rate.name] if part(rate.mode, str(place[2]))}
            again = own and any(own <= said.get(rate.name, set()) for said in later)
            prices = {name: p for name, p in rate.prices.items() if not (again and part(rate.mode, name))}
            rates += [replace(rate, prices=prices)] if prices else []
        thin.append(replace(page, read=replace(page.read, rates=tuple(rates))))
    return thin


def _answers(text: str, provider: str, day: date) -> dict[tuple[str, str, int, str], Any]:
    """What is answered on a day, by model, mode, prompt size and dimension."""
    found: dict[tuple[str, str, int, str], Any] = {}
    for model in parse_registry(text).models(provider).values():
        for mode in MODES:
            held = holding([rate for rate in model.rates if rate.mode == mode], day.toordinal())
            for size in (1_000, 150_000, 250_000, 300_000, 1_000_000):
                rate = fitting(held, size)
                found |= {(model.id, mode, size, name): usd for name, usd in (rate.prices if rate else {}).items()}
    return found


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("provider", ["openai", "anthropic", "gemini"])
def test_without_a_part_that_a_later_page_states_as_well_nothing_else_is_answered_at_the_end(
    pages_of: Callable[[str], list[PricedPage]], provider: str, part: str
) -> None:
    """No price becomes another. Less may be known of batches: those of long prompts and of caches follow from the standard
    prices of the page that states the batch, and the later page may have no such prices beside it.

    So it is with a page in between that alone had a price: a long price that stood beside a short one is carried on where
    a later page has that short one, and whoever missed the page does not know it.
    """
    pages = _few(pages_of(provider))
    thin = _without_part(pages, PARTS[part])
    if thin == pages:
        pytest.skip(f"no page of {provider} states {part} prices that a later one states again")
    day = pages[-1].checked
    whole, without = (_answers(_end(provider, read), provider, day) for read in (pages, thin))

    assert {key: usd for key, usd in without.items() if whole.get(key) != usd} == {}
    assert {mode for _, mode, _, _ in whole.keys() - without.keys()} <= {"batch"}


@pytest.mark.parametrize("provider", ["openai", "anthropic", "gemini"])
def test_pages_that_say_nothing_of_their_own_change_nothing_at_the_end(
    pages_of: Callable[[str], list[PricedPage]], provider: str
) -> None:
    """Left out where one later page states the same prices, or read twice: what is known at the end is one."""
    pages = _few(pages_of(provider))
    day = pages[-1].checked
    whole = _known(_end(provider, pages), provider, day)

    assert _known(_end(provider, _without_what_a_later_page_states(pages)), provider, day) == whole
    assert _known(_end(provider, [page for page in pages for _ in range(2)]), provider, day) == whole


def _misread(page: PricedPage) -> PricedPage:
    """The page a day later, tenfold and of standard prices alone: what no update writes by itself."""
    rates = tuple(
        replace(rate, prices={name: replace(price, amount=price.amount * 10) for name, price in rate.prices.items()})
        for rate in page.read.rates
        if rate.mode == "standard"
    )
    return replace(page, read=replace(page.read, rates=rates), checked=page.checked + timedelta(days=1))


@pytest.mark.parametrize("provider", ["openai", "anthropic", "gemini"])
def test_pages_that_are_held_and_never_accepted_change_nothing_at_the_end(
    pages_of: Callable[[str], list[PricedPage]], provider: str
) -> None:
    """Nor in between: no price is another, and none unknown, by what a person has yet to look at."""
    pages = _few(pages_of(provider))
    text = EMPTY.format(provider=provider)
    for page, then in pairwise([*pages, None]):
        assert page
        text = _end(provider, [page], text)
        wrong = _misread(page)
        if then is None or wrong.checked < then.checked:
            before = _answers(text, provider, wrong.checked)
            text = _end(provider, [wrong], text, accepted=())
            assert _answers(text, provider, wrong.checked) == before, page.checked

    day = pages[-1].checked
    assert _known(text, provider, day) == _known(_end(provider, pages), provider, day)


def test_vendors_page_by_page_or_one_after_the_other_end_in_one_file(
    pages_of: Callable[[str], list[PricedPage]],
) -> None:
    by_vendor = {name: _few(pages_of(name))[-4:] for name in ("openai", "anthropic", "gemini")}
    first, *others = (EMPTY.format(provider=name) for name in by_vendor)
    models = "".join(text[text.index("  ", text.index("providers:")) : text.index("defaults:")] for text in others)
    text = first.replace("defaults:", models + "defaults:")
    dated = sorted(
        ((page.checked, name, page) for name, pages in by_vendor.items() for page in pages), key=lambda d: d[0]
    )

    in_turn, by_day = text, text
    for name, pages in by_vendor.items():
        in_turn = _end(name, pages, in_turn)
    for _, name, page in dated:
        by_day = _end(name, [page], by_day)

    assert in_turn == by_day
