"""What a vendor's answer comes to: its text, why it stopped, what was refused, what it used; and the result that a
caller gets.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from .base import BatchResult, RealtimeResult, ToolCall
from .dimensions import PricingError
from .served import NO_USAGE, ServedUsage, usage_of

_DEEPEST = 200  # levels of the arguments of a call; Python writes some hundreds more, and they stand within a result
R = TypeVar("R", RealtimeResult, BatchResult)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer, in the vendor's words; `retryable` if the same request may be answered later.

    `answered` says that the vendor may have answered all the same, and bills it: what cannot be read is not free.
    """

    message: str
    code: str | None = None
    retryable: bool = False
    answered: bool = False

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code and self.code not in self.message else self.message


@dataclass(frozen=True, slots=True)
class Answer:
    """One response, read. `text` joins the parts that answer; thoughts are no answer. `uncounted` says why `served`, what is
    billed, is not known, where that is more than that nothing is stated.
    """

    text: str
    finish_reason: str
    served: ServedUsage | None = None
    refusal: str | None = None
    failure: Failure | None = None
    model: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    uncounted: str = ""

    def of_row(self) -> Answer:
        """The same as of a batch's row that its vendor calls answered, and bills, though nothing stands in it, not even an
        error: it is not asked for again.
        """
        failure = self.failure
        if failure is None or failure.code != "no_answer":
            return self
        return replace(self, failure=replace(failure, retryable=False, answered=True))


def with_usage(response: Any, mode: str | None, read: Callable[[ServedUsage | None], Answer]) -> Answer:
    """The answer that `read` makes of a response, with the usage that it states, or why that cannot be counted.

    A failure beside which something is counted is billed, and not asked for again. An answer of which no output is counted
    was counted by nobody.
    """
    served, why = None, ""
    try:
        served = usage_of(response, mode=mode)
    except ValueError as error:
        why = "" if str(error) == NO_USAGE else str(error)
    answer = read(served)
    failure = answer.failure
    if failure is not None and (why or (served is not None and served.bills)):
        failure = replace(failure, retryable=False, answered=True)
    if failure is None and served is not None and not served.output_tokens and (answer.text or answer.tool_calls):
        served, why = None, "it counts no output, and holds an answer"
    return replace(answer, served=served, uncounted=answer.uncounted or why, failure=failure)


def with_parts(answer: Answer, kinds: Iterable[Any], known: Collection[str]) -> Answer:
    """An answer whose parts are of these kinds. What one of an unknown kind says is not read and may be billed apart: the
    cost is not known, and where nothing else stands beside it the answer is not.
    """
    strange = ", ".join(
        dict.fromkeys(repr(str(kind)) for kind in kinds if not (isinstance(kind, str) and kind in known))
    )
    if not strange or answer.failure is not None:
        return answer
    why = f"it has a part of the unknown type {strange}"
    if answer.text or answer.tool_calls or answer.refusal is not None:
        return replace(answer, served=None, uncounted=why)
    return unread(why, None, answer.model)


def unread(why: str, served: ServedUsage | None = None, model: str | None = None) -> Answer:
    """An answer in a form that is not known: it is paid, says nothing that can be read, and would not the next time."""
    failure = Failure(f"the answer cannot be read: {why}", "no_answer", answered=True)
    return Answer("", "error", served, failure=failure, model=model)


def in_whole_signs(text: str) -> str:
    """`text` with the halves of a sign that came in two pieces put together; half a sign alone stays as it came."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def tool_call(call_id: Any, name: Any, arguments: Any) -> ToolCall:
    """A call of a function that an answer asks for; `arguments` as the value of its JSON text, or as they came where that
    is none, or is nested so deep that it could not be written again.
    """
    if isinstance(arguments, str):
        arguments = in_whole_signs(arguments)
        with contextlib.suppress(ValueError, RecursionError):
            value = json.loads(arguments)
            arguments = arguments if _is_deep(value) else value
    elif _is_deep(arguments):
        arguments = "nested too deep to be kept"
    return {"id": None if call_id is None else str(call_id), "name": str(name or ""), "arguments": arguments}


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            part
            for one in level
            for part in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        ]
        if not level:
            return False
    return True


# Why an answer ended, in one vocabulary: openai/types/chat/chat_completion.py, openai/types/responses/response.py,
# anthropic/types/stop_reason.py, google/genai/types.py (FinishReason). A refusal is told by the answer itself.
_ENDINGS = {
    **dict.fromkeys(("stop", "completed", "end_turn", "stop_sequence", "STOP"), "stop"),
    **dict.fromkeys(
        ("length", "max_output_tokens", "max_tokens", "model_context_window_exceeded", "MAX_TOKENS", "CONTINUATION"),
        "length",
    ),
    **dict.fromkeys(("tool_calls", "function_call", "tool_use"), "tool"),
}


# Words of an answer that did not come to its end, though no limit cut it off: a gateway's "error", Anthropic's pause_turn
# (the turn goes on by another call), a response that is incomplete, a call of a function that the model did not bring out.
_UNFINISHED = ("error", "pause_turn", "incomplete", "MALFORMED_", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS")


def is_unfinished(ending: Any, word: Any, text: str) -> bool:
    """Whether an answer with this ending, by the vendor's `word` for it, is none: it broke off, or says nothing at all."""
    return ending == "other" and (not text or str(word).startswith(_UNFINISHED))


_UNSTATED = frozenset(
    {"unknown", "FINISH_REASON_UNSPECIFIED"}
)  # what an answer is read with that says nothing of its end


def is_unstated(word: Any) -> bool:
    """Whether `word` stands for an ending that the vendor did not tell."""
    return word in _UNSTATED


def ending_of(answer: Answer) -> str:
    """stop, length, refusal, tool or other."""
    if answer.refusal is not None:
        return "refusal"
    ending = _ENDINGS.get(answer.finish_reason, "other")
    return "tool" if ending == "stop" and answer.tool_calls and not answer.text else ending


Price = Callable[[ServedUsage, str, str | None], Decimal]  # USD of a usage on a day, of the model that answered


def realtime_result(answer: Answer, price: Price, day: str, request_id: str | None) -> RealtimeResult:
    """The result of a call, with its cost by the prices of `day`."""
    result: RealtimeResult = {
        "content": in_whole_signs(answer.text),
        "input_tokens": answer.served.input_tokens if answer.served else 0,
        "output_tokens": answer.served.output_tokens if answer.served else 0,
        "finish_reason": ending_of(answer),
        "vendor_finish_reason": answer.finish_reason,
        "request_id": request_id,
    }
    return _with_cost(result, answer, price, day)


def refused(refusal: str | None, text: str | None) -> str | None:
    """The error of a row that was refused without a text; None for any other."""
    return f"refused: {refusal}" if refusal is not None and not text else None


def batch_result(unit_id: str, answer: Answer, price: Price, day: str) -> BatchResult:
    """The result of a row. A refusal without text is an error too: whoever asks only for `error` must not take it for
    an answer.
    """
    error = str(answer.failure) if answer.failure else refused(answer.refusal, answer.text)
    result: BatchResult = {
        "unit_id": unit_id,
        "content": None if error is not None else in_whole_signs(answer.text),
        "input_tokens": answer.served.input_tokens if answer.served else 0,
        "output_tokens": answer.served.output_tokens if answer.served else 0,
        "error": error,
        "finish_reason": ending_of(answer),
        "vendor_finish_reason": answer.finish_reason,
    }
    if error is not None:
        result["retryable"] = answer.failure.retryable if answer.failure else False
        result["error_code"] = (answer.failure.code if answer.failure else None) or answer.finish_reason
    return _with_cost(result, answer, price, day)


def failed_row(unit_id: str, failure: Failure) -> BatchResult:
    """The result of a row without an answer to read: nobody pays for it, unless the vendor may have answered."""
    return batch_result(
        unit_id, Answer(text="", finish_reason="error", failure=failure), lambda _served, _day, _model: Decimal(0), ""
    )


def _with_cost(result: R, answer: Answer, price: Price, day: str) -> R:
    """`result` with what it used and cost, as far as the response says."""
    if answer.refusal is not None:
        result["refusal"] = answer.refusal
    if answer.model:
        result["model"] = answer.model
    if answer.tool_calls:
        result["tool_calls"] = list(answer.tool_calls)
    served = answer.served
    if served is None:
        if answer.failure and not answer.failure.answered:
            result["cost"] = 0.0
        else:
            why = f"it may have been answered: {answer.failure}" if answer.failure else "the response states no usage"
            why = answer.uncounted or why
            result["cost"], result["cost_unknown"] = None, why
        return result
    result["cached_tokens"], result["reasoning_tokens"] = served.cached_tokens, served.reasoning_tokens
    result["usage"], result["mode"], result["served_on"] = served.tokens.tokens(), served.mode, day
    cost, unknown = cost_or_reason(lambda: price(served, day, answer.model))
    result["cost"] = None if cost is None else float(cost)
    if unknown is not None:
        result["cost_unknown"] = unknown
    return result


def cost_or_reason(price: Callable[[], Decimal]) -> tuple[Decimal | None, str | None]:
    """What `price` comes to, or why that is unknown: an answer is paid, and kept whatever hinders its price."""
    try:
        return price(), None
    except PricingError as unknown:
        return None, str(unknown)
    except Exception as error:  # noqa: BLE001 - a registry or a vendor's file that was broken meanwhile, or whatever else
        return None, f"its price cannot be told: {type(error).__name__}: {error}"
