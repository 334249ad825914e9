"""Which models fit a task and may be recommended: their kind, what they can do, their window, and whether they are still sold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from .dimensions import ANSWER_DIMENSIONS, FEATURES, KINDS, InvalidUsageError
from .entries import Model

RETIRING_DAYS = 60
"""A model that retires within so many days is recommended to nobody."""
LEFT_DAYS = 90
"""A model that was last checked so many days before the newest of its provider's models has left the page."""

_TEXT = ("input", "output")
# What comes out of a chat model is text; a price for other output makes the model one of another kind.
_OTHER_OUTPUT = tuple(name for name in ANSWER_DIMENSIONS if name != "output")


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked of a model: its `kind`, the features that it `needs`, and room for `prompt` and `answer` tokens.

    Raises InvalidUsageError for a kind or feature that the registry does not know.
    """

    kind: str = "chat"
    needs: tuple[str, ...] = ()
    prompt: int = 0
    answer: int = 0

    def __post_init__(self) -> None:
        """Refuse words that no model can have."""
        for word, known in ((self.kind, KINDS), *((need, FEATURES) for need in self.needs)):
            if word not in known:
                raise InvalidUsageError(f"{word!r} is none of {', '.join(known)}")


@dataclass(frozen=True, slots=True)
class ModelKind:
    """What a model is for; `name` is None where nobody knows. `assumed` says that it follows from its prices alone."""

    name: str | None
    assumed: bool = False

    def __str__(self) -> str:
        return "unknown" if self.name is None else f"{self.name} (assumed)" if self.assumed else self.name


def kind_of(model: Model) -> ModelKind:
    """The kind that the registry states; else chat, assumed, where text has a price both ways and nothing else comes out."""
    if model.kind is not None:
        return ModelKind(model.kind)
    prices = [rate.prices for rate in model.rates if rate.mode == "standard"]
    if not model.rates and model.input_per_million and model.output_per_million:
        return ModelKind("chat", assumed=True)
    both_ways = any(all(one.get(name) for name in _TEXT) for one in prices)
    other = any(name in one for one in prices for name in _OTHER_OUTPUT)
    return ModelKind("chat", assumed=True) if both_ways and not other else ModelKind(None)


@dataclass(frozen=True, slots=True)
class Peers:
    """What a provider's models tell of one another: the newest day on which any was `checked`, and by kind the smallest
    of the windows (`windows`) and of the longest answers (`answers`) that are known of those that are still sold.
    """

    checked: date | None
    windows: Mapping[str, int]
    answers: Mapping[str, int]


def peers_of(models: Iterable[Model], day: date) -> Peers:
    """What the `models` of one provider tell of one another on `day`."""
    known = list(models)
    checked = max((model.source.checked for model in known if model.source and model.source.checked), default=None)
    windows: dict[str, int] = {}
    answers: dict[str, int] = {}
    for model in known:
        kind = kind_of(model).name
        if kind is None or ended(model, day) or _left(model, day, checked):
            continue
        for limits, limit in ((windows, model.context_window), (answers, model.max_output_tokens)):
            if limit is not None:
                limits[kind] = min(limit, limits.get(kind, limit))
    return Peers(checked, windows, answers)


def recommended(models: Iterable[Model], task: Task, day: date) -> Iterator[Model]:
    """Those of one provider's `models` that fit `task` on `day`, are still on its pages, and do not retire soon."""
    known = list(models)
    peers = peers_of(known, day)
    return (model for model in known if not misfits(model, task, day) and not reservations(model, task, day, peers))


def reservations(model: Model, task: Task, day: date, peers: Peers) -> tuple[str, ...]:
    """Why a model that fits as far as is known is recommended to nobody, a reason each: it retires soon, has left the page, or
    may be too small: where its window is not known, it is taken for no larger than the smallest of its `peers`.
    """
    soon = f"retires on {model.retires_on}" if retires_soon(model, day) and not ended(model, day) else None
    return tuple(
        reason for reason in (soon, _left(model, day, peers.checked), _maybe_too_long(model, task, peers)) if reason
    )


def _left(model: Model, day: date, newest: date | None) -> str | None:
    checked = model.source.checked if model.source else None
    if checked is None or newest is None or day <= checked or newest - checked <= timedelta(days=LEFT_DAYS):
        return None
    return f"on no page since {checked}"


def _maybe_too_long(model: Model, task: Task, peers: Peers) -> str | None:
    kind = kind_of(model).name or ""
    for what, known, needed, limits in (
        ("context window", model.context_window, task.prompt + task.answer, peers.windows),
        ("longest answer", model.max_output_tokens, task.answer, peers.answers),
    ):
        if known is None and kind in limits and needed > limits[kind]:
            return f"its {what} is not known, and may be {limits[kind]:,} tokens"
    return None


def misfits(model: Model, task: Task, day: date) -> tuple[str, ...]:
    """Why `model` does not fit `task` on `day`, a reason each; empty where it fits as far as is known."""
    return tuple(
        reason
        for reason in (
            _other_kind(model, task),
            _too_long(model, task),
            *_lacking(model, task),
            ended(model, day),
            _missing(model, day),
        )
        if reason
    )


def _other_kind(model: Model, task: Task) -> str | None:
    kind = kind_of(model).name
    if kind == task.kind:
        return None
    return f"its kind is {kind}, not {task.kind}" if kind else "its kind is not known"


def _too_long(model: Model, task: Task) -> str | None:
    if model.context_window is not None and task.prompt + task.answer > model.context_window:
        what = "the prompt is" if task.prompt > model.context_window else "prompt and answer are"
        return f"{what} longer than its {model.context_window:,} tokens"
    if model.max_output_tokens is not None and task.answer > model.max_output_tokens:
        return f"the answer is longer than its {model.max_output_tokens:,} tokens"
    return None


def _lacking(model: Model, task: Task) -> Iterable[str]:
    return (f"{need} is not among its known features" for need in task.needs if need not in model.features)


def _missing(model: Model, day: date) -> str | None:
    if model.missing_since is None or model.missing_since > day:
        return None
    return f"not in the vendor's model list since {model.missing_since}"


def ended(model: Model, day: date) -> str | None:
    """That the model can no longer be called on `day`, or None."""
    if model.retires_on is not None and model.retires_on <= day:
        return f"retired on {model.retires_on}"
    return "retired" if model.status == "retired" and model.retires_on is None else None


def retires_soon(model: Model, day: date) -> bool:
    """True where the model is retired on `day` or will be within RETIRING_DAYS."""
    if ended(model, day):
        return True
    return model.retires_on is not None and model.retires_on <= day + timedelta(days=RETIRING_DAYS)
