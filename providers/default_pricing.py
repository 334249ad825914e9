"""The pricing of a model that the registry does not hold."""

from __future__ import annotations

from .pricing import Pricing

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from datetime import date
    from typing import Any


class DefaultPricing(Pricing):
    """The pricing of a model that the registry does not hold: an estimate by the defaults, and no exact cost at all."""

    __slots__ = ("_reason",)

    _warned: set[str] = set()  # noqa: RUF012 - once per model and process

    def __init__(self, provider: str, model: str, multiplier: Any, plain: tuple[Any, Any], reason: str) -> None:
        super().__init__(
            provider, model, {}, multiplier=multiplier, input_per_million=plain[0], output_per_million=plain[1]
        )
        self._reason = reason

    def estimate_cost(self, input_tokens: int, output_tokens: int, is_batch: bool = True) -> float:
        """USD by the registry's defaults; the first estimate for a model warns that this is what it is."""
        if self._name not in self._warned:
            import warnings  # noqa: PLC0415 - needed once, if ever

            self._warned.add(self._name)
            warnings.warn(f"{self._reason}; its cost is estimated by the registry's defaults", stacklevel=2)
        return super().estimate_cost(input_tokens, output_tokens, is_batch)

    def _unknown_rate(self, mode: str, at: date | str | None) -> str:  # noqa: ARG002 - no mode and no day is known
        return self._reason
