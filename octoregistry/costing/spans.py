"""Spans of traces: which of them repeat the sums of the calls below them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from octoregistry.costing.call import Call
from octoregistry.costing.values import NO_CALL_HERE, PERHAPS_SUM
from providers.recipe import Recipe
from providers.recipe_parts import FieldNames

_Span = tuple[str, str]  # the trace and the span


class SpanLinks:
    """Which span stands below which, of all that a log has, those that count nothing among them."""

    def __init__(self, recipes: Sequence[Recipe]) -> None:
        self._names = tuple(
            dict.fromkeys((one.trace, one.span, one.parent) for one in recipes if one.span and one.parent)
        )
        self._parents: dict[_Span, _Span] = {}

    def see(self, row: Mapping[str, Any]) -> None:
        """Takes what a row says of its span's parent."""
        for trace, span, parent in self._names:
            ids = [_first(row, names) for names in (trace, span, parent)]
            if None not in ids:
                self._parents[str(ids[0]), str(ids[1])] = str(ids[0]), str(ids[2])

    def above(self, span: _Span) -> Iterator[_Span]:
        """The spans above one, from its parent up."""
        seen = {span}
        while (found := self._parents.get(span)) is not None and found not in seen:
            seen.add(found)
            yield found
            span = found

    def traces(self) -> frozenset[str]:
        """The traces of which any span names its parent."""
        return frozenset(trace for trace, _ in self._parents)


def without_sums(calls: Iterable[Call], links: SpanLinks) -> Iterator[Call]:
    """The calls without the spans that repeat the sums of calls that are here too.

    A span of a kind that sums is left out where the calls below it count as much as it does, and told where they do not, for
    some of them are not here. One of no such kind is left out where the calls below it count just the same, and told where
    they count something else. Where no span of a trace names its parent, all its calls stand below each that sums.
    """
    found = list(calls)
    by_span: dict[_Span, Call] = {}
    for call in found:
        if (span := _span_of(call)) is not None:
            by_span[span] = call
    below: dict[int, list[Call]] = {}
    by_trace: dict[str, list[Call]] = {}
    for call in found:
        trace = _first(call.record.row, call.said.recipe.trace)
        if trace is None or call.said.repeats:
            continue
        by_trace.setdefault(str(trace), []).append(call)
        span = _span_of(call)
        for one in links.above(span) if span is not None else ():
            if one in by_span:
                below.setdefault(id(by_span[one]), []).append(call)
    linked = links.traces()
    for call in found:
        inner = below.get(id(call), [])
        trace = _first(call.record.row, call.said.recipe.trace)
        if call.said.repeats and trace is not None and str(trace) not in linked:
            inner = by_trace.get(str(trace), [])
        # a call within a call counts with the inner one alone
        if not _is_told_below(call, [one for one in inner if id(one) not in below]):
            yield call


def _is_told_below(call: Call, inner: Sequence[Call]) -> bool:
    """Whether the calls below one count what it counts; where that cannot be known it is refused a price."""
    own = call.prompt_tokens, call.output_tokens
    others = sum(one.prompt_tokens for one in inner), sum(one.output_tokens for one in inner)
    if call.said.repeats:
        if inner and own[0] <= others[0] and own[1] <= others[1]:
            return True
        call.refuse(NO_CALL_HERE)
    elif inner and any(own):
        if own == others:
            return True
        call.refuse(PERHAPS_SUM)
    return False


def _span_of(call: Call) -> _Span | None:
    recipe, row = call.said.recipe, call.record.row
    trace, span = _first(row, recipe.trace), _first(row, recipe.span)
    return None if trace is None or span is None else (str(trace), str(span))


def _first(row: Mapping[str, Any], names: FieldNames) -> Any:
    return next((row[name] for name in names if name in row), None)
