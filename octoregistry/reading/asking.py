"""One question to a language model, its answer, and what that cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from providers import LLMProvider, PricingError, ProviderError

_CUT_OFF = frozenset({"length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "model_context_window_exceeded"})


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `wrong` says why `text` is no whole answer: cut off, refused; `cost` None: its price is not known."""

    text: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None
    wrong: str | None = None


class NotAskedError(Exception):
    """The call failed; the text says why, without a secret."""


Ask = Callable[[str, dict[str, Any]], Reply]


def asking(provider: LLMProvider) -> Ask:
    """How `provider` is asked: a prompt and a schema in, a Reply out; raises NotAskedError where no answer came."""

    def ask(prompt: str, schema: dict[str, Any]) -> Reply:
        try:
            result = provider.generate_realtime(prompt, schema)
        except ProviderError as error:
            raise NotAskedError(str(error)) from error
        try:
            cost: Decimal | None = provider.cost_of(result)
        except PricingError:
            cost = None
        finish = result["finish_reason"]
        wrong = None
        if result.get("refusal"):
            wrong = f"the model would not answer: {str(result['refusal'])[:120]}"
        elif finish in _CUT_OFF:
            wrong = f"the answer is cut off ({finish})"
        return Reply(result["content"], result["input_tokens"], result["output_tokens"], cost, wrong)

    return ask
