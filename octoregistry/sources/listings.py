"""What a vendor's list of models says: ids, names, limits, batch, lifecycle; in one form for all vendors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

Lifecycle = Literal["active", "deprecated", "retired"]


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model on a vendor's list; None is what the list does not say."""

    id: str
    display_name: str | None = None
    context_window: int | None = None
    max_output_tokens: int | None = None
    batch: bool | None = None
    lifecycle: Lifecycle | None = None
    retires_on: date | None = None
    created: date | None = None


@dataclass(frozen=True, slots=True)
class ListPart:
    """One answer of a list. `cursor` asks for the next, None at the end."""

    models: tuple[ListedModel, ...]
    cursor: str | None = None


class NotAList(Exception):  # noqa: N818 - said as a sentence
    """The answer is not the model list that it should be."""


def parse_part(shape: str, body: bytes) -> ListPart:
    """The models in one answer of an API of that `shape` (openai, anthropic, gemini). Raises NotAList."""
    try:
        return _PARSERS[shape](body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise NotAList(
            f"the answer is not a model list ({'.'.join(map(str, first['loc'])) or 'answer'}: {first['msg']})"
        ) from None


def joined(parts: Sequence[ListPart]) -> tuple[ListedModel, ...]:
    """The models of all parts, each once. Raises NotAList where the list is empty or goes on after the last part.

    Half a list would read as if the other half had been withdrawn.
    """
    if parts and parts[-1].cursor is not None:
        raise NotAList("the list goes on after what was read")
    models: dict[str, ListedModel] = {}
    for part in parts:
        for model in part.models:
            models.setdefault(model.id, model)
    if not models:
        raise NotAList("the list is empty")
    return tuple(models.values())


class _OpenAIModel(BaseModel):
    id: str = Field(min_length=1)
    created: int | None = None
    shutdown_date: str | None = None


class _OpenAIList(BaseModel):
    data: list[_OpenAIModel]
    has_more: bool = False
    last_id: str | None = None


def _openai(body: bytes) -> ListPart:
    listed = TypeAdapter(_OpenAIList).validate_json(body)
    models = tuple(
        ListedModel(id=m.id, retires_on=_day(m.shutdown_date), created=_day_of_seconds(m.created)) for m in listed.data
    )
    return ListPart(models, listed.last_id if listed.has_more else None)


class _Supported(BaseModel):
    supported: bool | None = None


class _Capabilities(BaseModel):
    batch: _Supported | None = None


class _AnthropicModel(BaseModel):
    id: str = Field(min_length=1)
    display_name: str | None = None
    created_at: str | None = None
    lifecycle: str | None = None
    retires_at: str | None = None
    max_input_tokens: int | None = None
    max_tokens: int | None = None
    capabilities: _Capabilities | None = None


class _AnthropicList(BaseModel):
    data: list[_AnthropicModel]
    has_more: bool
    last_id: str | None = None


def _anthropic(body: bytes) -> ListPart:
    listed = TypeAdapter(_AnthropicList).validate_json(body)
    if listed.has_more and not listed.last_id:
        raise NotAList("the list says that it goes on, but not from where")
    return ListPart(tuple(_anthropic_model(m) for m in listed.data), listed.last_id if listed.has_more else None)


def _anthropic_model(model: _AnthropicModel) -> ListedModel:
    batch = model.capabilities.batch.supported if model.capabilities and model.capabilities.batch else None
    return ListedModel(
        id=model.id,
        display_name=model.display_name,
        context_window=model.max_input_tokens or None,
        max_output_tokens=model.max_tokens or None,
        batch=batch,
        lifecycle=_lifecycle(model.lifecycle),
        retires_on=_day(model.retires_at),
        created=_day(model.created_at),
    )


class _GeminiStatus(BaseModel):
    model_stage: str | None = Field(default=None, alias="modelStage")
    retirement_time: str | None = Field(default=None, alias="retirementTime")


class _GeminiModel(BaseModel):
    name: str = Field(min_length=1)
    display_name: str | None = Field(default=None, alias="displayName")
    input_token_limit: int | None = Field(default=None, alias="inputTokenLimit")
    output_token_limit: int | None = Field(default=None, alias="outputTokenLimit")
    methods: list[str] | None = Field(default=None, alias="supportedGenerationMethods")
    status: _GeminiStatus | None = Field(default=None, alias="modelStatus")


class _GeminiList(BaseModel):
    models: list[_GeminiModel]
    next_page_token: str | None = Field(default=None, alias="nextPageToken")


def _gemini(body: bytes) -> ListPart:
    listed = TypeAdapter(_GeminiList).validate_json(body)
    return ListPart(tuple(_gemini_model(m) for m in listed.models), listed.next_page_token or None)


def _gemini_model(model: _GeminiModel) -> ListedModel:
    status = model.status or _GeminiStatus()
    return ListedModel(
        id=model.name.removeprefix("models/"),
        display_name=model.display_name,
        context_window=model.input_token_limit or None,
        max_output_tokens=model.output_token_limit or None,
        batch=None if model.methods is None else "batchGenerateContent" in model.methods,
        lifecycle=_lifecycle(
            {"legacy": "deprecated", "stable": "active"}.get((status.model_stage or "").lower(), status.model_stage)
        ),
        retires_on=_day(status.retirement_time),
    )


_PARSERS: dict[str, Callable[[bytes], ListPart]] = {"openai": _openai, "anthropic": _anthropic, "gemini": _gemini}


def _lifecycle(stated: str | None) -> Lifecycle | None:
    """The stage that is stated, None for one that is not known."""
    stages: dict[str, Lifecycle] = {"active": "active", "deprecated": "deprecated", "retired": "retired"}
    return stages.get((stated or "").lower())


def _day(stated: str | None) -> date | None:
    """The day, in UTC, of an ISO date or time. Raises NotAList."""
    if not stated:
        return None
    try:
        moment = datetime.fromisoformat(stated)
    except ValueError:
        raise NotAList(f"{stated[:40]!r} is no date") from None
    day = (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    return None if day.year <= 1970 else day  # 1970-01-01 is how APIs write "not known"


def _day_of_seconds(stated: int | None) -> date | None:
    if not stated:
        return None
    try:
        return datetime.fromtimestamp(stated, UTC).date()
    except (OverflowError, OSError, ValueError):
        raise NotAList(f"{stated} is no time") from None
