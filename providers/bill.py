"""What a provider's calls cost: an estimate by the plain prices, and the exact sum of what an answer states."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .base import LLMProvider
from .dimensions import InvalidUsageError, PricingError, UnknownPriceError
from .pricing import Pricing, Usage
from .registry import Registry
from .served import ServedUsage, usage_of
from .wire import field, plain

# What may stand behind a model's name and makes no other model of it: the day or number of a snapshot (-2026-03-05, -20260305,
# -0613, -001, -05-06, -09-2025), the version of a host (-v1:0), the word for the newest.
_SNAPSHOT = re.compile(
    r"(?:[-@](?:\d{4}-\d{2}-\d{2}|\d{2}-\d{2}(?:\d{2})?|\d{3,8})|-v\d+:\d+|[-@:](?:latest|default))+$", re.IGNORECASE
)
_LATEST = re.compile(r"[-@:](?:latest|default)$", re.IGNORECASE)
# What a host may write before a name (us.anthropic.): by its shape, since a gateway that answers does not say whose it is.
_HOSTS = re.compile(r"\A(?:[a-z]++(?:-[a-z]++)*+\.)+(?=[a-z])", re.IGNORECASE)


class PricedProvider(LLMProvider):
    """A provider with prices of its own, from the registry."""

    pricing: Pricing
    _registry: Registry  # which the prices are of: an answer is priced by it, whatever became of its file
    _answering: dict[str, Pricing | None]  # other models, by the names that answers gave

    def estimate_cost(self, input_tokens: int, output_tokens: int, is_batch: bool = True) -> float:
        """USD for so many tokens by the registry's two plain prices; a model that it does not know is priced by the
        defaults. At a region's address by the prices of that region; UnknownPriceError where none are known.
        """
        place = self._place
        pricing = self.pricing if place is None else self.pricing.in_place(place)
        return pricing.estimate_cost(input_tokens, output_tokens, is_batch)

    def cost_of(self, result: Any, *, at: str | None = None) -> Decimal:
        """Exact USD of a result, or of a vendor's response, by the usage that it states; UnknownPriceError where no price
        is known, InvalidUsageError where it states no usage that can be counted.

        `at` is the day whose prices hold; without it the day that the result names, or today.
        """
        if isinstance(result, Mapping) and isinstance(result.get("usage"), Mapping) and "mode" in result:
            tokens, mode, model = Usage(**result["usage"]), result["mode"], result.get("model")
            at = at or result.get("served_on")
        else:
            try:
                fields = self._read(plain(result))
                served = usage_of(fields)
            except ValueError as error:
                raise InvalidUsageError(str(error)) from error
            tokens, mode = served.tokens, served.mode
            model = field(fields, "model") or field(fields, "model_version")
        return self._cost(tokens, mode, at, model)

    def _read(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """An answer in the words of whose protocol it is: as it is, where that is the vendor's own."""
        return fields

    def _cost_on(self, served: ServedUsage, day: str, model: str | None) -> Decimal:
        return self._cost(served.tokens, served.mode, day, model)

    def _cost(self, tokens: Usage, mode: str, day: str | None, model: Any) -> Decimal:
        """USD, unless the answer names another model, which costs something else or is not known: which of the two is
        billed, the answer does not say.
        """
        cost = self._price(self.pricing, tokens, mode, day)
        other = self._other_model(model)
        if other is None:
            return cost
        try:
            same = self._price(other, tokens, mode, day) == cost
        except PricingError:
            same = False
        if not same:
            raise UnknownPriceError(f"the answer names {model}, which has other prices than {self.model}")
        return cost

    def _other_model(self, model: Any) -> Pricing | None:
        """The prices of the model that an answer names, where it is another than the one asked. Raises UnknownPriceError
        where the registry does not know it, and its name is not that of the asked one.
        """
        if not isinstance(model, str) or model == self.model:
            return None
        if model not in self._answering:
            asked, named = (_id_in(self._registry, self.name, name) for name in (self.model, model))
            is_asked = asked == named if asked and named else _is_called(model, self.model)
            if not is_asked and named is None:
                raise UnknownPriceError(f"the answer names {model}, which is not known to be {self.model}")
            self._answering[model] = None if is_asked else self._registry.estimator(self.name, str(named))
        return self._answering[model]

    def _price(self, pricing: Pricing, tokens: Usage, mode: str, day: str | None) -> Decimal:
        try:
            return pricing.cost_of(tokens, mode=mode, at=day, place=self._place)
        except UnknownPriceError:
            folded = self._cache_writes_as_input(tokens)
            if folded == tokens:
                raise
            return pricing.cost_of(folded, mode=mode, at=day, place=self._place)

    @property
    def _place(self) -> str | None:
        """The region whose prices hold for our calls; None where those of any do."""
        return None

    def _cache_writes_as_input(self, tokens: Usage) -> Usage:
        """`tokens` as they are billed by a vendor who charges for cache writes as for any input, unless a price of
        theirs is stated.
        """
        return tokens

    @staticmethod
    def _today() -> str:
        return datetime.now(UTC).date().isoformat()


def _id_in(registry: Registry, provider: str, model: str) -> str | None:
    """The id of a model, or of the one whose snapshot of some day it is; None for one that the registry does not know."""
    for name in (model, _SNAPSHOT.sub("", model), _alone(model), _SNAPSHOT.sub("", _alone(model))):
        with contextlib.suppress(PricingError):
            return registry.id_of(provider, name)
    return None


def _alone(model: str) -> str:
    """A model's name without what may stand before it: a folder, an organisation, a host."""
    return _HOSTS.sub("", model.strip().rpartition("/")[2], count=1)


def _is_called(named: str, asked: str) -> bool:
    """Whether a name is that of the asked model, or of a snapshot of it, as servers write it: models/x, org/x, x-2026-01-01.
    Of two snapshots each is a model of its own.
    """
    named, asked = _alone(named).lower(), _LATEST.sub("", _alone(asked).lower())
    return named == asked or _SNAPSHOT.sub("", named) == asked or named == _SNAPSHOT.sub("", asked)
