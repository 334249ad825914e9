"""What a vendor's list of models says: ids, names, limits, batch, lifecycle; in one form for all vendors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from octoregistry.sources.listed_prices import NO_PRICES, ListedPrices, prices_of, value_at
from providers.vendors import ModelListSource

Lifecycle = Literal["active", "deprecated", "retired"]
_LIFECYCLES: Mapping[str, Lifecycle] = {"active": "active", "deprecated": "deprecated", "retired": "retired"}


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
    priced: ListedPrices = NO_PRICES

    @property
    def stated_of_life(self) -> frozenset[str]:
        """Which of `status` and `retires_on` the list states."""
        stated = {"status": self.lifecycle, "retires_on": self.retires_on}
        return frozenset(key for key, value in stated.items() if value is not None)


@dataclass(frozen=True, slots=True)
class ListPart:
    """One answer of a list. `cursor` asks for the next, None at the end."""

    models: tuple[ListedModel, ...]
    cursor: str | None = None


class NotAList(Exception):  # noqa: N818 - said as a sentence
    """The answer is not the model list that it should be."""


def parse_part(form: ModelListSource, body: bytes) -> ListPart:
    """The models in one answer of an API whose lists have this `form`. Raises NotAList."""
    try:
        answer = json.loads(body, parse_float=Decimal)
        json.dumps(
            answer, ensure_ascii=False, default=str
        ).encode()  # half a surrogate is no text: it could not be kept, nor asked for
    except (ValueError, RecursionError):
        raise NotAList("the answer is not JSON") from None
    entries = value_at(answer, form.models)
    if not isinstance(entries, list):
        raise NotAList(f"the answer is not a model list (no list in {form.models!r})")
    models = tuple(_model(entry, f"{form.models}[{n}]", form) for n, entry in enumerate(entries))
    return ListPart(models, _cursor(answer, form))


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


def _cursor(answer: Any, form: ModelListSource) -> str | None:
    """What asks for the next part, None at the end. Raises NotAList where it goes on, but nobody knows from where."""
    cursor = value_at(answer, form.cursor) if form.cursor else None
    if form.more and not value_at(answer, form.more):
        return None
    if form.more and not cursor:
        raise NotAList("the list says that it goes on, but not from where")
    return str(cursor) if cursor else None


class _Entry(BaseModel):
    """What a list says of a model, by our names."""

    model_config = ConfigDict(strict=True)

    id: str = Field(min_length=1)
    display_name: str | None = None
    context_window: int | None = Field(default=None, ge=0, le=10**9)
    max_output_tokens: int | None = Field(default=None, ge=0, le=10**9)
    batch: bool | None = None
    lifecycle: str | None = None
    retires_on: str | int | None = None
    created: str | int | None = None


def _model(entry: Any, place: str, form: ModelListSource) -> ListedModel:
    """One model of a list, which stands at `place` of the answer. Raises NotAList."""
    try:
        stated = _Entry.model_validate({name: _stated(entry, place) for name, place in form.fields.items()})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(map(str, first["loc"]))
        raise NotAList(f"the answer is not a model list ({form.fields.get(name, name)}: {first['msg']})") from None
    stage = (stated.lifecycle or "").lower()
    return ListedModel(
        id=stated.id.removeprefix(form.id_prefix),
        display_name=" ".join((stated.display_name or "").split()) or None,
        context_window=stated.context_window or None,
        max_output_tokens=stated.max_output_tokens or None,
        batch=stated.batch,
        lifecycle=_LIFECYCLES.get(form.stages.get(stage, stage)),
        retires_on=_day(stated.retires_on),
        created=_day(stated.created),
        priced=prices_of(entry, place, form),
    )


def _stated(entry: Any, place: str) -> Any:
    """What an entry states at `place`; of `list has word` whether the list there holds the word, None without a list."""
    where, has, word = place.partition(" has ")
    value = value_at(entry, where)
    if not has:
        return value
    return word in value if isinstance(value, list) else None


def _day(stated: str | int | None) -> date | None:
    """The day, in UTC, of an ISO date or time, or of seconds since 1970. Raises NotAList."""
    if not stated:
        return None
    try:
        if isinstance(stated, int):
            return datetime.fromtimestamp(stated, UTC).date()
        moment = datetime.fromisoformat(stated)
        day = (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (OverflowError, OSError, ValueError):
        raise NotAList("what should be a date is none") from None
    return None if day.year <= 1970 else day  # 1970-01-01 is how APIs write "not known"
