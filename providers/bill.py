"""What a provider's calls cost: an estimate by the plain prices, and the exact sum of what an answer states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .base import LLMProvider
from .dimensions import InvalidUsageError, UnknownPriceError
from .pricing import Pricing, Usage
from .served import ServedUsage, usage_of


class Billed(LLMProvider):
    """A provider with prices of its own, from the registry."""

    pricing: Pricing

    def estimate_cost(self, input_tokens: int, output_tokens: int, is_batch: bool = True) -> float:
        """USD for so many tokens by the registry's two plain prices; a model that it does not know is priced by the
        defaults.
        """
        return self.pricing.estimate_cost(input_tokens, output_tokens, is_batch)

    def cost_of(self, result: Any, *, at: str | None = None) -> Decimal:
        """Exact USD of a result, or of a vendor's response, by the usage that it states; UnknownPriceError where no price
        is known, InvalidUsageError where it states no usage that can be counted.

        `at` is the day whose prices hold; without it the day that the result names, or today.
        """
        if isinstance(result, Mapping) and isinstance(result.get("usage"), Mapping) and "mode" in result:
            tokens, mode = Usage(**result["usage"]), result["mode"]
            at = at or result.get("served_on")
        else:
            try:
                served = usage_of(result)
            except ValueError as error:
                raise InvalidUsageError(str(error)) from error
            tokens, mode = served.tokens, served.mode
        return self._price(tokens, mode, at)

    def _cost_on(self, served: ServedUsage, day: str) -> Decimal:
        return self._price(served.tokens, served.mode, day)

    def _price(self, tokens: Usage, mode: str, day: str | None) -> Decimal:
        try:
            return self.pricing.cost_of(tokens, mode=mode, at=day)
        except UnknownPriceError:
            folded = self._cache_writes_as_input(tokens)
            if folded == tokens:
                raise
            return self.pricing.cost_of(folded, mode=mode, at=day)

    def _cache_writes_as_input(self, tokens: Usage) -> Usage:
        """`tokens` as they are billed by a vendor who charges for cache writes as for any input, unless a price of
        theirs is stated.
        """
        return tokens

    @staticmethod
    def _today() -> str:
        return datetime.now(UTC).date().isoformat()
