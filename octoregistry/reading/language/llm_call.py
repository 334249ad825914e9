"""One question to a language model, its answer, and what that cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from providers import AuthenticationError, LLMProvider, PricingError, ProviderError
from providers.connection import Connection

_CUT_OFF = frozenset({"length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "model_context_window_exceeded"})
_OF_THE_MODEL = frozenset({400, 404, 422})  # no such model, or one that takes no schema: the vendor's next may do


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `wrong` says why `text` is no whole answer: cut off, refused; `cost` None: its price is not known."""

    text: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None
    wrong: str | None = None


class NotAskedError(Exception):
    """No answer came; the text says why, without a secret. `of_the_model`: another model of that vendor may answer."""

    def __init__(self, why: str, *, of_the_model: bool = False) -> None:
        super().__init__(why)
        self.of_the_model = of_the_model


Ask = Callable[[str, dict[str, Any]], Reply]


def ask_with(provider: LLMProvider) -> Ask:
    """How `provider` is asked: a prompt and a schema in, a Reply out; raises NotAskedError where no answer came."""

    def ask(prompt: str, schema: dict[str, Any]) -> Reply:
        try:
            result = provider.generate_realtime(prompt, schema)
        except ProviderError as error:
            of_the_key = isinstance(error, AuthenticationError)  # Gemini says 400 for a bad key
            alone = error.status_code in _OF_THE_MODEL and not of_the_key
            raise NotAskedError(str(error), of_the_model=alone) from error
        finally:
            if isinstance(provider, Connection):
                provider.close()  # one question a page: no connection is worth keeping
        try:
            cost: Decimal | None = provider.cost_of(result)
        except PricingError:
            cost = None
        wrong = why_incomplete(result["finish_reason"], result.get("refusal"))
        return Reply(result["content"], result["input_tokens"], result["output_tokens"], cost, wrong)

    return ask


def why_incomplete(finish: object, refusal: object) -> str | None:
    """Why what a model said is no whole answer, or None."""
    if refusal:
        return f"the model would not answer: {str(refusal)[:120]}"
    return f"the answer is cut off ({finish})" if finish in _CUT_OFF else None
