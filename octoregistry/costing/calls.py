"""The calls among the records of a log: each response once, in our words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from octoregistry.costing.moments import moment
from octoregistry.costing.names import CallNames
from octoregistry.costing.rates import UNKNOWN_SIZE
from octoregistry.costing.reading import proposal
from octoregistry.costing.records import Record
from octoregistry.costing.values import NO_CALL_HERE, NO_DAY, NO_MODEL, NO_PROVIDER, NO_SUCH_DAY, UNKNOWN_FORM
from providers.dimensions import PROMPT_DIMENSIONS
from providers.interpretation import FREE, Interpretation, interpretation, is_number, recipe_of
from providers.recipe import Recipe, known_patterns


@dataclass(slots=True)
class Call:
    """One row of a log that is a call, or a sum of calls, in our words."""

    record: Record
    said: Interpretation
    day: date | None
    zone: str
    provider: str
    model: str  # as it is written
    fault: str | None

    def size(self, thresholds: Sequence[int]) -> tuple[int, bool]:
        """The class of the size of its prompts, and whether it is assumed: a mean of many that are not all short."""
        said = self.said
        prompt = sum(count for name, count in said.tokens.items() if name in PROMPT_DIMENSIONS)

        def class_of(size: int, times: int = 1) -> int:
            return sum(size > above * times for above in thresholds)

        if said.prompt is not None:
            return class_of(said.prompt), False
        if said.requests is not None:
            return class_of(prompt, said.requests), said.requests > 1 and class_of(prompt) > 0
        if said.of_batch or not class_of(prompt):
            return 0, class_of(prompt) > 0
        return UNKNOWN_SIZE, False


def calls(
    records: Iterable[Record],
    recipes: Sequence[Recipe],
    names: CallNames,
    forms: dict[str, None],
    counted: dict[str, None],
) -> Iterator[Call]:
    """The calls among the records: each response once, no sum of what other rows count. `forms` and `counted` are filled
    with the names of the forms and of the dimensions that the log has.
    """
    last: dict[tuple[Any, ...], Call] = {}
    sums: list[Call] = []
    traces: set[str] = set()
    alone: list[Call] = []
    for record in records:
        there = record.columns
        recipe = recipe_of(record.row, recipes, there)
        if recipe is None:
            if (left := _stray(record.row)) is not None:
                alone.append(_unknown(record, left))
            continue
        if recipe.states_costs:
            forms.setdefault(recipe.name)
            continue
        said = interpretation(record.row, recipe, there)
        if not said.call:
            continue
        forms.setdefault(recipe.name)
        _count(record, recipe, counted)
        call = _call(record, said, names)
        if said.repeats:
            sums.append(call)
            continue
        if (trace := _of(record, recipe.trace)) is not None:
            traces.add(trace)
        ids = tuple(record.row.get(name) for name in recipe.once_by)
        if not any(ids):
            yield call
        elif (before := last.get(ids)) is None or _order(before) <= _order(call):
            last[ids] = call
    yield from last.values()
    for call in sums:
        if _of(call.record, call.said.recipe.trace) not in traces:
            call.fault = call.fault or NO_CALL_HERE
            yield call
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


def _order(call: Call) -> tuple[str, int]:
    """The last line of a response has the latest time, and of one time the most output."""
    return str(call.said.day), call.said.tokens.get("output", 0)


def _of(record: Record, names: Sequence[str]) -> str | None:
    return next((str(record.row[name]) for name in names if name in record.row), None)


def _count(record: Record, recipe: Recipe, counted: dict[str, None]) -> None:
    for name, terms in recipe.counts.items():
        if name not in counted and any(
            field in record.row or field in record.columns for term in terms if term.sign > 0 for field in term.names
        ):
            counted[name] = None


def _stray(row: Mapping[str, Any]) -> str | None:
    """A field that counts tokens in a row of no known form."""
    return next(
        (name for name, value in row.items() if "token" in name and is_number(value) and not FREE.fullmatch(name)), None
    )


_NONE = Recipe("no known form", "none")


def _unknown(record: Record, name: str) -> Call:
    flags = proposal(record.row)
    said = Interpretation(_NONE, {}, fault=f"{UNKNOWN_FORM}: {name}{f'; perhaps {flags}' if flags else ''}")
    return Call(record, said, None, "", "", "", said.fault)


def example_of(call: Call) -> dict[str, Any]:
    """The fields of a row that its recipe reads: never a prompt, never an answer."""
    recipe, row = call.said.recipe, call.record.row
    read = known_patterns(recipe)
    shown = {name: value for name, value in row.items() if read.fullmatch(name) and not isinstance(value, (list, dict))}
    if call.said.detail:
        shown["why"] = call.said.detail
    return shown
