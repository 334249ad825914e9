"""What is asked of a model, in one form for all vendors, checked before anything is sent."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypedDict

from .errors import RequestError
from .media import Media, media_of

ROLES = ("system", "user", "assistant")
EFFORTS = ("off", "low", "medium", "high")


class Options(TypedDict, total=False):
    """What a call and a row of a batch take beside a prompt and a schema."""

    messages: Sequence[Mapping[str, Any]]  # {"role", "content"}: before the prompt, or in its place
    system: str | None  # what the model is told before all else
    images: Sequence[str | Path | bytes | Mapping[str, Any]]  # beside the prompt
    files: Sequence[str | Path | bytes | Mapping[str, Any]]  # beside the prompt: PDF, and what else the vendor takes
    temperature: float | None
    max_tokens: int | None  # the longest answer, thoughts included
    reasoning: Literal["off", "low", "medium", "high"] | None
    cache: Mapping[str, Any] | None  # `ttl`, and OpenAI's `key`
    extra: Mapping[str, Any] | None  # the vendor's own keys, joined with ours


OPTIONS = tuple(Options.__annotations__)
DEFAULTS = (
    "system",
    "temperature",
    "reasoning",
    "cache",
    "extra",
)  # what `api` states for each call that says nothing of it


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation: text and media in their order."""

    role: str
    parts: tuple[str | Media, ...]

    @property
    def text(self) -> str:
        """Its parts of text, joined."""
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def is_text(self) -> bool:
        """True where it has no picture and no file."""
        return all(isinstance(part, str) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. `messages` holds no system message: that is `system`."""

    messages: tuple[Message, ...]
    schema: dict[str, Any] | None = None
    system: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    reasoning: str | None = None
    cache: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    model: Any = None  # the pydantic model that the answer is read into

    @property
    def prompt(self) -> str | None:
        """The text of a request that is nothing but one prompt, else None."""
        only = self.messages[0]
        return only.text if len(self.messages) == 1 and only.role == "user" and only.is_text else None


def request_of(
    vendor: str, prompt: Any, schema: Any, stated: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Request:
    """The request that a call states; what it does not is taken from `defaults`, and None takes a default away, but for
    `max_tokens`. Raises RequestError that says what is wrong with it.
    """
    try:
        options = {**defaults, **stated}
        if options.get("max_tokens") is None:  # a limit that guards money is replaced, and never taken away by accident
            options["max_tokens"] = defaults.get("max_tokens")
        return _request(prompt, schema, {name: value for name, value in options.items() if value is not None})
    except (ValueError, TypeError) as error:
        raise RequestError(str(error), provider=vendor, code="bad_request") from None


# A call has one answer, and the whole of it: what a vendor's own keys may not change.
_ONE_ANSWER = {"stream": False, "n": 1, "candidateCount": 1, "background": False}


def with_extra(body: Mapping[str, Any], extra: Mapping[str, Any], vendor: str, at: str = "") -> dict[str, Any]:
    """`body` with the vendor's own keys in it, tables joined key by key. Raises RequestError where the two contradict each
    other, or a key asks for another number of answers than one.
    """
    joined = dict(body)
    for key, value in extra.items():
        own = joined.get(key)
        if isinstance(own, Mapping) and isinstance(value, Mapping):
            joined[key] = with_extra(own, value, vendor, f"{at}{key}.")
        elif key in joined and own != value:
            told = f"extra.{at}{key} is {value!r}, and the call says {own!r}: say it once"
            raise RequestError(told, provider=vendor, code="bad_request")
        elif key in _ONE_ANSWER and value is not None and value != _ONE_ANSWER[key]:
            told = f"extra.{at}{key} is {value!r}: a call has one answer, and stream_realtime gives it piece by piece"
            raise RequestError(told, provider=vendor, code="bad_request")
        else:
            joined[key] = value
    return joined


def extra_in(body: Mapping[str, Any], request: Request, vendor: str) -> dict[str, Any] | None:
    """The vendor's own keys as they stand in the joined body, for an SDK that lays them over its own; None for none."""
    joined = with_extra(body, request.extra, vendor)
    return {key: joined[key] for key in request.extra} or None


_NOT_BUILT = {"tools", "tool_choice", "functions", "function_call"}


def _request(prompt: Any, schema: Any, options: Mapping[str, Any]) -> Request:
    for name in options:
        if name in _NOT_BUILT:
            raise ValueError(f"{name}: calls of functions are not built; a vendor's own key may stand in extra")
        if name not in OPTIONS:
            near = difflib.get_close_matches(name, OPTIONS, 1, 0.5)
            raise ValueError(
                f"{name}: unknown; {f'did you mean {near[0]}?' if near else 'known are ' + ', '.join(OPTIONS)}"
            )
    check_options(options)
    messages = [_message(entry) for entry in options.get("messages") or ()]
    parts = tuple(
        media_of(given, image=image)
        for name, image in (("images", True), ("files", False))
        for given in _several(options.get(name), name)
    )
    if prompt is not None:
        if not isinstance(prompt, str) or not prompt:
            raise ValueError(
                f"the prompt is {'empty' if prompt == '' else type(prompt).__name__}: give text, or messages"
            )
        messages.append(Message("user", (*parts, prompt)))
    elif parts:
        raise ValueError("images and files stand beside a prompt; within messages they are parts of their content")
    told = [options["system"]] if options.get("system") else []
    told += [message.text for message in messages if message.role == "system"]
    turns = tuple(message for message in messages if message.role != "system")
    if not turns or turns[-1].role != "user":
        raise ValueError("there is no prompt: the last message is the user's")
    shape, model = schema_of(schema)
    request = Request(
        turns,
        shape,
        "\n\n".join(told) or None,
        None if options.get("temperature") is None else float(options["temperature"]),
        None if options.get("max_tokens") is None else int(options["max_tokens"]),
        options.get("reasoning"),
        options.get("cache") or {},
        options.get("extra") or {},
        model,
    )
    _check_letters(request)
    return request


def check_options(options: Mapping[str, Any]) -> None:
    """Raises ValueError for an option, of a call or of `api`, that has a value which it cannot have."""
    temperature = options.get("temperature")
    if temperature is not None and (not _is_number(temperature) or not 0 <= temperature <= 2):
        raise ValueError(f"temperature is {temperature!r}: it is a number from 0 to 2")
    most = options.get("max_tokens")
    if most is not None and (not _is_number(most) or not 1 <= most < float("inf") or most % 1):
        raise ValueError(f"max_tokens is {most!r}: it is a whole number from 1 up")
    if options.get("reasoning") not in {None, *EFFORTS}:
        raise ValueError(f"reasoning is {options['reasoning']!r}: it is one of {', '.join(EFFORTS)}")
    for name in ("cache", "extra"):
        if not isinstance(options.get(name), Mapping | None):
            raise TypeError(f"{name} is {options[name]!r}: it is a mapping")
    if unknown := set(options.get("cache") or ()) - {"ttl", "key"}:
        raise ValueError(f"cache has ttl and key, and not {', '.join(sorted(map(str, unknown)))}")
    if not isinstance(options.get("system"), str | None):
        raise TypeError(f"system is {type(options['system']).__name__}: it is text")


def schema_of(schema: Any) -> tuple[dict[str, Any] | None, Any]:
    """(the JSON schema, the pydantic model where one was given)."""
    if schema is None:
        return None, None
    if isinstance(schema, type) and (shape := getattr(schema, "model_json_schema", None)) is not None:
        return dict(shape()), schema
    if not isinstance(schema, Mapping):
        raise TypeError(f"the schema is {type(schema).__name__}: give a JSON schema as a mapping, or a pydantic model")
    return dict(schema), None


def _message(entry: Any) -> Message:
    if not isinstance(entry, Mapping) or entry.keys() != {"role", "content"} or entry["role"] not in ROLES:
        raise ValueError(f"a message has a role ({', '.join(ROLES)}) and content, and nothing else")
    content = entry["content"]
    parts = tuple(_part(part) for part in ([content] if isinstance(content, str) else _several(content, "content")))
    message = Message(entry["role"], parts)
    if not parts or (not message.is_text and message.role != "user"):
        what = "media: only text can be sent" if parts else "nothing"
        raise ValueError(f"a message of the role {message.role} holds {what}")
    return message


def _part(part: Any) -> str | Media:
    if isinstance(part, str):
        return part
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind == "text" and isinstance(part.get("text"), str):
        return str(part["text"])
    if kind in {"image", "file"}:
        return media_of(dict(part), image=kind == "image")
    raise ValueError(
        'a part of a message is text, {"type": "text", "text"}, or an "image" or "file" with path, url or data'
    )


def _several(given: Any, name: str) -> Sequence[Any]:
    if given is None:
        return ()
    if isinstance(given, str | bytes | Mapping | Path) or not isinstance(given, Sequence):
        raise TypeError(f"{name} is no list")
    return given


def _check_letters(request: Request) -> None:
    """Raises for what no JSON, or no UTF-8, can hold: a lone surrogate is half of a letter, and no vendor can read it."""
    texts = [("system", request.system or ""), *(("the prompt", message.text) for message in request.messages)]
    texts += [
        (part.name, part.url or part.name) for one in request.messages for part in one.parts if isinstance(part, Media)
    ]
    told = {"the schema": request.schema, "cache": dict(request.cache), "extra": dict(request.extra)}
    for where, text in (*texts, *((name, _json(value)) for name, value in told.items())):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"{ascii(where)[1:-1]} holds half of a letter, the lone surrogate {text[error.start]!r}, at {error.start}"
            ) from None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
