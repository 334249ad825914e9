"""What a run of realtime calls has spent and may still spend, held against what it is allowed."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ..answers import cost_or_reason
from ..base import LLMProvider
from ..dimensions import MODES, PricingError
from ..registry import load_registry
from .errors import BatchError, BatchTooExpensiveError
from .plan import Planner, name_of
from .requests import BatchRequest
from .values import RowResult

_REALTIME = frozenset(MODES) - {"batch"}


class Spending:
    """USD of the calls of a run. A call whose cost nobody tells, as no answer came or none states it, counts by the most
    that it can have cost.
    """

    def __init__(self, provider: LLMProvider, planner: Planner, allowed: Decimal | None) -> None:
        self._provider, self._planner, self._allowed = provider, planner, allowed
        self._longest = _longest_answer(provider)
        self.known = self.unknown = self.running = Decimal(0)
        self._at_most = Decimal(0)  # that those which run can cost
        self._seen = 0  # tokens of the longest answer that came
        self._boundless: str | None = (
            None  # why an answer to this process has no price, though its tokens would have one
        )

    def expected(self, request: BatchRequest, attempt: int = 1) -> tuple[Decimal, int]:
        """USD that a call is expected to cost, and its tokens: its answer as long as it is taken to be, or where one was
        longer, as the longest so far that its limit allows.
        """
        asked, answer = self._planner.tokens_of(request), self._planner.answer_of(request, attempt)
        limit = self._planner.limit_of(request.options) if attempt == 1 else answer
        answer = max(answer, self._seen if limit is None else min(limit, self._seen))
        return self._price(asked, answer, request.options), asked + answer

    def most(self, request: BatchRequest, options: Mapping[str, Any]) -> Decimal:
        """USD that a call can cost: with the longest answer that it allows, or that the model can give; 0 where nothing is held
        against it.
        """
        if self._allowed is None:
            return Decimal(0)
        longest = max(self._planner.limit_of(options) or self._longest or 0, self._planner.answer_of(request, 1))
        return self._price(self._planner.tokens_of(request), longest, options)

    def _price(self, asked: int, answer: int, options: Mapping[str, Any]) -> Decimal:
        """USD of so many tokens, in the dearest of the modes that a call with these options may be served in."""
        prices = []
        for mode in _modes_of(self._planner.sent(options)):
            with contextlib.suppress(PricingError):
                prices.append(self._provider.cost_of({"usage": {"input": asked, "output": answer}, "mode": mode}))
        if prices:
            return max(prices)
        try:
            return Decimal(str(self._provider.estimate_cost(asked, answer, False)))
        except PricingError:  # of a region without a price: a limit cannot be held there
            if self._allowed is not None:
                raise
            return Decimal(0)

    def recall(self, request: BatchRequest, result: RowResult | None, unanswered: int) -> None:
        """Counts what a row had cost when the run was taken up: its result, or the calls without an answer so far."""
        if result is not None:
            self.known += result.cost or 0
            self.heard(result)
            unanswered = result.details.get("maybe_paid", 0) + (result.cost is None and result.content is not None)
            unanswered = max(unanswered, result.cost is None)
        if unanswered:
            self.unknown += unanswered * self.most(request, request.options)

    def has_room(self, most: Decimal) -> bool:
        """Whether a call that can cost `most` may begin beside those that run. Before any answer shows how long they are, calls
        begin side by side only as far as all of them can be paid; else one by one.
        """
        if self._allowed is None or self._seen or not self._at_most:
            return True
        return self.known + self.unknown + self._at_most + most <= self._allowed

    def begin(self, expected: Decimal, most: Decimal) -> None:
        """Counts a call that begins. Raises BatchTooExpensiveError where all together may cost more than is allowed."""
        before = self.known + self.unknown + self.running
        if self._boundless is not None:
            told = f"an answer has no price ({self._boundless}), so max_cost cannot be held"
            raise BatchError(f"{told}: nothing more is asked; the same call goes on, until the next such answer")
        if self._allowed is not None and before + expected > self._allowed:
            raise BatchTooExpensiveError(expected, before, self._allowed, unsure=self.unknown, begun=True)
        self.running += expected
        self._at_most += most

    def heard(self, result: RowResult) -> None:
        """Remembers how long an answer was."""
        self._seen = max(self._seen, result.output_tokens)

    def check(self, result: RowResult) -> None:
        """Looks whether an answer to this process is one that no price bounds, by what it was served with: a search, a place, a
        tier. After it no call begins that max_cost is to be held for.
        """
        if self._allowed is not None and result.cost is None and "mode" in result.details and self._has_prices():
            self._boundless = str(result.details.get("cost_unknown") or "it is not known")

    def _has_prices(self) -> bool:
        cost, _ = cost_or_reason(
            lambda: self._provider.cost_of({"usage": {"input": 1, "output": 1}, "mode": "standard"})
        )
        return cost is not None

    def end(self, expected: Decimal, most: Decimal, cost: Decimal | None) -> None:
        """Counts what a call came to; `cost` is None where nobody knows."""
        self.running -= expected
        self._at_most -= most
        if cost is not None:
            self.known += cost
        else:
            self.unknown += most


def _modes_of(options: Mapping[str, Any]) -> set[str]:
    """The modes that a call may be served in: the standard one, and what its own keys ask for, or leave to the vendor."""
    asked = {value for value in (options.get("extra") or {}).values() if isinstance(value, str)}
    return {"standard", *(asked & _REALTIME), *(_REALTIME if "auto" in asked else ())}


def _longest_answer(provider: LLMProvider) -> int | None:
    """The tokens that the model can answer with, as far as the registry knows."""
    try:
        return load_registry().model(name_of(provider), provider.model).max_output_tokens
    except PricingError:
        return None
