"""Which rows make one batch, what each row is called in it, and what it may cost."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..base import BatchLimits, LLMProvider
from ..dimensions import PricingError
from ..registry import load_registry
from ..request import DEFAULTS
from .errors import BatchError, BatchInputError
from .requests import BatchRequest, KeptRequests
from .state import Part, Ranges, replacing
from .values import BatchEstimate, BatchSettings

_EXPECTED_ANSWER = 1_000  # tokens, where nobody says how long an answer may be
_BYTES_PER_TOKEN = 3
_MEDIA_TOKENS = (
    2_000  # of an image or a file beside a prompt: a guess, as each vendor counts pixels and pages its own way
)
_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens")
_READABLE = re.compile(r"[A-Za-z0-9_.:-]+")
_OURS = re.compile(r"(?:.*-)?([0-9a-f]{16})-(\d+)")


def limits_of(provider: LLMProvider, settings: BatchSettings) -> BatchLimits:
    """How large a batch may be: the vendor's limits, or lower ones that the caller set."""
    stated = provider.limits
    return BatchLimits(
        rows=max(1, min(stated.rows, settings.rows or stated.rows)),
        file_bytes=max(1, min(stated.file_bytes, settings.file_bytes or stated.file_bytes)),
        unit_id=stated.unit_id,
    )


def new_mark() -> str:
    """A mark that no other batch has: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def row_id(unit_id: str, mark: str, row: int, pattern: str) -> str:
    """What a row is called at the vendor: its unit's id, the mark and its number, so that results prove whose they are.

    A unit's id that is too long for the vendor, or has letters that one of them refuses, is left out.
    """
    named = f"{unit_id}-{mark}-{row}"
    if _READABLE.fullmatch(unit_id) and re.fullmatch(pattern, named):
        return named
    return f"{mark}-{row}"


def mark_of(name: str) -> tuple[str, int] | None:
    """The mark and the row number in what a row is called; None for a name that is not ours."""
    found = _OURS.fullmatch(name)
    return (found[1], int(found[2])) if found else None


def ranges_of(rows: Iterable[int]) -> Ranges:
    """Row numbers, in order, as ranges."""
    ranges: list[tuple[int, int]] = []
    for row in rows:
        if ranges and ranges[-1][1] == row:
            ranges[-1] = (ranges[-1][0], row + 1)
        else:
            ranges.append((row, row + 1))
    return tuple(ranges)


class Planner:
    """Cuts rows into parts, and writes the file of one."""

    def __init__(self, provider: LLMProvider, requests: KeptRequests, settings: BatchSettings) -> None:
        self._provider = provider
        self._requests = requests
        self._limits = limits_of(provider, settings)
        api = (getattr(provider, "config", None) or {}).get("api") or {}
        self._defaults = {**{name: api.get(name) for name in DEFAULTS}, "max_tokens": provider.max_tokens}
        self._longer, self._stated = settings.longer_max_tokens, settings.output_tokens

    def parts(self, ranges: Ranges, attempt: int, first_number: int) -> tuple[tuple[Part, ...], BatchEstimate]:
        """The parts that these rows make, and what they may cost; BatchInputError for rows that no batch can hold."""
        made: list[Part] = []
        problems: list[str] = []
        rows: list[int] = []
        size, cost, tokens, answers, mark = 0, Decimal(0), 0, 0, new_mark()

        def close() -> None:
            made.append(Part(first_number + len(made), ranges_of(rows), attempt, mark, cost))

        for row, request in self._requests.read(ranges):
            try:
                length = len(self._line(row, request, mark, attempt))
            except (ValueError, TypeError) as error:  # what this vendor cannot do, a schema that it cannot enforce
                problems.append(f"request {row + 1} ({request.unit_id!r}): {error}")
                continue
            if length > self._limits.file_bytes:
                problems.append(f"request {row + 1} ({request.unit_id!r}): {length:,} bytes, over the batch's limit")
                continue
            if rows and (len(rows) == self._limits.rows or size + length > self._limits.file_bytes):
                close()
                rows, size, cost, mark = [], 0, Decimal(0), new_mark()
            asked = self.tokens_of(request)
            rows.append(row)
            answer = self.answer_of(request, attempt)
            size, cost, tokens = size + length, cost + self._expected_cost(asked, answer), tokens + asked
            answers += answer
        if problems:
            raise BatchInputError(problems)
        close()
        count = sum(part.size for part in made)
        total = sum((part.estimate for part in made), Decimal(0))
        return tuple(made), BatchEstimate(count, len(made), tokens, answers, total)

    def write(self, part: Part, path: Path) -> None:
        """The part's rows, in `path`, as the vendor wants them."""
        with replacing(path) as file:
            for row, request in self._requests.read(part.rows):
                file.write(self._line(row, request, part.mark, part.attempt))

    def line(self, row: int, request: BatchRequest) -> bytes:
        """A row as its vendor wants it. Raises ValueError or TypeError for what this vendor cannot do."""
        return self._line(row, request, "0" * 16, 1)

    def _line(self, row: int, request: BatchRequest, mark: str, attempt: int) -> bytes:
        name = row_id(request.unit_id, mark, row, self._limits.unit_id)
        options = request.sent()
        if attempt > 1 and self._longer is not None:  # an answer that was cut off needs more room
            options["max_tokens"] = max(self._longer, options.get("max_tokens") or 0)
            extra = self.sent(options).get("extra") or {}
            options["extra"] = {name: value for name, value in extra.items() if name not in _LIMITS}
        form: Any = self._provider.format_batch_request  # a provider of the founding kind takes no options
        line = form(name, request.prompt, request.schema, **options)
        return json.dumps(line, ensure_ascii=False).encode() + b"\n"

    def answer_of(self, request: BatchRequest, attempt: int) -> int:
        """How many tokens a row's answer is taken to have."""
        longest = self._longer if attempt > 1 and self._longer else self.limit_of(request.options)
        return self._stated or longest or _EXPECTED_ANSWER

    def limit_of(self, options: Mapping[str, Any]) -> int | None:
        """The longest answer that a request with these options of its own may have, in tokens; None for no limit."""
        return _limit_in(self.sent(options)) or self._provider.default_max_tokens

    def tokens_of(self, request: BatchRequest) -> int:
        """About how many tokens a request has: a third of its bytes, rounded up."""
        return _tokens_of(request, self.sent(request.options))

    def sent(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """What a request is sent with: its own options, and where it says nothing of one, those of `api`."""
        sent = {**self._defaults, **options}
        return {**sent, "max_tokens": sent["max_tokens"] or self._defaults["max_tokens"]}

    def _expected_cost(self, asked: int, answer: int) -> Decimal:
        """USD of one row. A row at a time, as a long prompt may have a price of its own."""
        usage: dict[str, Any] = {"usage": {"input": asked, "output": answer}, "mode": "batch"}
        try:
            return self._provider.cost_of(usage)
        except PricingError:  # not in the registry, or a provider without prices of its own
            try:
                return Decimal(str(self._provider.estimate_cost(asked, answer, True)))
            except PricingError:  # of a region without a price: about what it costs anywhere
                anywhere = getattr(self._provider, "pricing", self._provider)
                return Decimal(str(anywhere.estimate_cost(asked, answer, True)))


def _limit_in(options: Mapping[str, Any]) -> int | None:
    """The longest answer that a request allows, in our words or among the vendor's own keys; None where none is stated."""
    extra = options.get("extra") or {}
    places = [options, extra, extra.get("generationConfig"), extra.get("generation_config")]
    stated = [place.get(name) for place in places if isinstance(place, Mapping) for name in _LIMITS]
    return max((int(limit) for limit in stated if isinstance(limit, int | float) and limit % 1 == 0), default=None)


def _tokens_of(request: BatchRequest, options: Mapping[str, Any]) -> int:
    told = [
        request.prompt or "",
        *(json.dumps(part, ensure_ascii=False, default=str) for part in (request.schema, options.get("extra")) if part),
    ]
    text = [
        options.get("system") or "",
        *(_text_of(message) for message in options.get("messages") or ()),
    ]
    media = [part for name in ("images", "files") for part in options.get(name) or ()]
    return -(-len("".join([*told, *text]).encode()) // _BYTES_PER_TOKEN) + _MEDIA_TOKENS * len(media)


def _text_of(message: Any) -> str:
    """The text of a message's content, media left out."""
    content = message.get("content") if isinstance(message, dict) else ""
    parts = content if isinstance(content, list) else [content]
    return "".join(
        part if isinstance(part, str) else str(part.get("text") or "") for part in parts if isinstance(part, str | dict)
    )


def refuse_without_batches(provider: LLMProvider) -> None:
    """Raises for a vendor without batches, and for a model that it does not serve in them, as far as the registry knows."""
    name = name_of(provider)
    if not provider.offers_batches:
        raise BatchError(f"{name} has no batches: run_realtime (batch run --realtime) makes many calls at once")
    if not load_registry().estimator(name, provider.model).batch_support:
        raise BatchError(f"{name}/{provider.model} is not served in batches (batch_support: false)")


def name_of(provider: LLMProvider) -> str:
    """The provider's name: "openai"."""
    return provider.name or type(provider).__name__


def rows_of(ranges: Ranges) -> Iterator[int]:
    """The row numbers of ranges."""
    for start, stop in ranges:
        yield from range(start, stop)
