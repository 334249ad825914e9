"""The calls among the records of a log: each response once, in our words; and every row that is none, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

from octoregistry.costing.call import Call
from octoregistry.costing.moments import instant, moment
from octoregistry.costing.names import CallNames
from octoregistry.costing.reading import may_be_shown, proposal
from octoregistry.costing.records import Record
from octoregistry.costing.spans import SpanLinks, without_sums
from octoregistry.costing.values import (
    AGAIN,
    COSTS_ALONE,
    LESS,
    NO_CALL,
    NO_DAY,
    NO_FORM,
    NO_MODEL,
    NO_PROVIDER,
    NO_SUCH_DAY,
    PERHAPS_BATCH,
    SAME_SUM,
    UNKNOWN_FORM,
)
from providers.interpretation import Interpretation, interpretation, recipe_of
from providers.numerals import is_number
from providers.recipe import Recipe
from providers.unread import unreadable, usage_of_no_call

_OF_A_PAGE = frozenset(("has_more", "next_page", "first_id", "last_id"))
_OF_VENDORS = ("chatcmpl-", "resp_", "msg_")  # how vendors begin the id of a response
_MOST_NAMED = 8  # fields of a row that nobody reads


@dataclass(slots=True)
class _Once:
    """The calls of which each has an id of its own, those that stand in several rows once."""

    last: dict[tuple[Any, ...], Call] = field(default_factory=dict)
    others: list[Call] = field(default_factory=list)
    less: list[tuple[tuple[Any, ...], Call]] = field(default_factory=list)

    def add(self, call: Call) -> bool:
        """Takes a call that has an id; False for one that has none."""
        recipe = call.said.recipe
        ids = tuple(call.record.row.get(name) for name in recipe.once_by)
        if not (any(ids) if recipe.grows else ids and ids[0]):
            return False
        key = (recipe.name, *map(str, ids))
        before = self.last.setdefault(key, call)
        if before is not call:
            first, last = (before, call) if _order(before) <= _order(call) else (call, before)
            self.last[key] = last
            if not recipe.grows:
                first.refuse(AGAIN)
                self.others.append(first)
            elif _is_later_and_less(first, last):
                self.less.append((key, first))
        return True

    def kept(self) -> Iterator[Call]:
        """Those that are counted: of one response in several forms, by its vendor's id, the one that counts most, of these the
        one that says how it was served; no sum of a batch beside rows of output files.
        """
        found: dict[str, list[Call]] = {}
        several = len({form for form, *_ in self.last}) > 1
        for call in self.last.values() if several else ():
            for name in _answers_of(call):
                found.setdefault(name, []).append(call)
        for those in found.values():
            if len({call.said.recipe.name for call in those}) > 1:
                for call in sorted(those, key=_across_forms)[:-1]:
                    call.refuse(AGAIN)
        lines = {call.provider for call in self.last.values() if call.said.recipe.mode and not call.said.of_batch}
        for call in self.last.values():
            if call.said.of_batch and call.provider in lines and call.fault is None:
                call.refuse(PERHAPS_BATCH)
            if call.fault in (AGAIN, PERHAPS_BATCH):
                self.others.append(call)
            else:
                yield call

    def told(self) -> Iterator[Call]:
        """Those that are left out and told: repeats, and rows that came later and count less."""
        yield from self.others
        for key, call in self.less:
            if _is_later_and_less(call, self.last[key]):
                call.refuse(LESS)
                yield call


@dataclass(slots=True)
class _SeenRows:
    """Which rows of reports there were already, by a digest each."""

    digests: set[bytes] = field(default_factory=set)

    def seen(self, record: Record) -> bool:
        """Whether a row is wholly the same as one before it, whatever else its page says."""
        held = sorted((name, str(value)) for name, value in record.row.items() if name not in _OF_A_PAGE)
        digest = blake2b(repr(held).encode(errors="backslashreplace"), digest_size=16).digest()
        before = len(self.digests)
        self.digests.add(digest)
        return len(self.digests) == before


def calls(
    records: Iterable[Record],
    recipes: Sequence[Recipe],
    names: CallNames,
    forms: dict[str, None],
    counted: dict[str, None],
) -> Iterator[Call]:
    """The calls among the records: each response once, no sum of what other rows count; after them the rows that are no
    calls, each with its fault, but for those that their form knows as free of usage. `forms` and `counted` are filled with the
    names of the forms and of the dimensions that the log has.
    """
    once, links = _Once(), SpanLinks(recipes)
    same = _SeenRows()
    traced: list[Call] = []
    alone: list[Call] = []
    for record in records:
        links.see(record.row)
        recipe = recipe_of(record.row, recipes, record.columns)
        if recipe is None or (recipe.states_costs and usage_of_no_call(record.row, recipe) is not None):
            alone.append(_told(record, NO_FORM, f"{UNKNOWN_FORM}: {_fields_of(record.row)}"))
            continue
        if recipe.states_costs:
            forms.setdefault(recipe.name)
            alone.append(_told(record, recipe, COSTS_ALONE))
            continue
        said = interpretation(record.row, recipe, record.columns)
        if not said.call:
            if (name := usage_of_no_call(record.row, recipe)) is not None:
                alone.append(_told(record, recipe, f"{NO_CALL}: {name}"))
            elif (fault := unreadable(record.row, recipe)) is not None:
                alone.append(_told(record, recipe, fault))
            continue
        forms.setdefault(recipe.name)
        _count(record, recipe, counted)
        call = _call(record, said, names)
        if said.sums and not recipe.once_by and same.seen(record):
            call.refuse(SAME_SUM)
        if once.add(call):
            continue
        if recipe.trace:
            traced.append(call)
        else:
            yield call
    yield from without_sums([*once.kept(), *traced], links)
    yield from once.told()
    yield from alone


def _call(record: Record, said: Interpretation, names: CallNames) -> Call:
    when = moment(said.day) if said.day is not None else None
    provider, model = said.provider, said.model
    owner = names.owner(model) if provider == "" and model else names.provider(provider) if provider else ""
    fault = said.fault
    if when is None:
        fault = NO_DAY
    elif when.day is None:
        fault = NO_SUCH_DAY
    elif provider is None:
        fault = NO_PROVIDER
    elif not model:
        fault = NO_MODEL
    if said.free and fault == said.fault:
        fault = None
    if fault is not None:
        said = replace(said, tokens={}, charges={})
    return Call(record, said, when.day if when else None, when.zone if when else "", owner, model or "", fault)


def _order(call: Call) -> tuple[int, int, int]:
    """The last row of a response has the most output, and of these the latest time."""
    return (*call.said.counted, instant(call.said.day))


def _answers_of(call: Call) -> Iterator[str]:
    """The id that the vendor gave to the response, which is the same in every form."""
    for name in call.said.recipe.once_by:
        if str(value := call.record.row.get(name)).startswith(_OF_VENDORS):
            yield str(value)


def _across_forms(call: Call) -> tuple[Any, ...]:
    output, counted, when = _order(call)
    return (output, counted, call.fault is None, call.said.mode != "standard", when)


def _is_later_and_less(call: Call, than: Call) -> bool:
    return instant(call.said.day) > instant(than.said.day) and call.said.counted < than.said.counted


def _count(record: Record, recipe: Recipe, counted: dict[str, None]) -> None:
    for name, terms in recipe.counts.items():
        if name not in counted and any(
            field in record.row or field in record.columns for term in terms for field in term.names
        ):
            counted[name] = None


def _told(record: Record, recipe: Recipe, fault: str) -> Call:
    return Call(record, Interpretation(recipe, {}, fault=fault), None, "", "", "", fault)


def _fields_of(row: Mapping[str, Any]) -> str:
    """What a row has that nobody reads, by name, and the flags that might read it."""
    names = list(dict.fromkeys(name.partition(".")[0] for name in row))
    flags = proposal(name for name, value in row.items() if is_number(value))
    shown = ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
    return shown + (f"; perhaps {flags}" if flags else "")


def example_of(call: Call) -> dict[str, Any]:
    """What a row says in the fields that its recipe reads: numbers, names, days and models; never a prompt or an answer."""
    recipe, row = call.said.recipe, call.record.row
    shown = {name: value for name, value in row.items() if may_be_shown(name, value, recipe)}
    if call.said.detail:
        shown["why"] = call.said.detail
    return shown
