"""What a server sent under the status of an answer: a JSON object, the lines of a results file, or the reason why it is
neither.
"""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from .answers import Failure
from .errors import ProviderError
from .opening import said

EVENTS = "text/event-stream"  # what a stream is called
_DONE = b"[DONE]"
_EVENT = re.compile(rb"(?:data|event|id|retry):")


def not_json(what: str, provider: str) -> ProviderError:
    """The error for an answer that is none. It may be one next time, and whatever was asked for may have been done."""
    return ProviderError(what, provider=provider, code="not_json", retryable=True, ambiguous=True)


def refuse_page(start: bytes, what: str, provider: str) -> None:
    """Raises for a login or challenge page, which comes with status 200 too."""
    if start.lstrip()[:1] == b"<":
        page = start.decode("utf-8", "replace").strip()
        raise not_json(f"{what} is a page, not JSON: {page[:120]}", provider)


def json_object(body: bytes, provider: str, content_type: str = "") -> dict[str, Any]:
    """The JSON object of an answer with status 200."""
    refuse_page(body[:256], f"the answer ({content_type})" if content_type else "the answer", provider)
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise not_json(f"the answer is not JSON: {error}", provider) from error
    if not isinstance(fields, dict):
        raise not_json("the answer is JSON, but no object", provider)
    return fields


def streams(response: Any) -> bool:
    """Whether an answer that was asked for event by event comes so. One that is called JSON is there when all of it is; under
    any other name, or none, its first sign tells, and it may take as long as a stream; so it does where JSON is called a stream.
    """
    kind = content_type(response)
    if kind == "application/json":
        return False
    from .deadline import Bounded  # noqa: PLC0415 - with the SDK only

    body = response.stream
    if not isinstance(body, Bounded):
        return kind == EVENTS
    body.lifted()
    start = said(body.start())[:1]
    return start not in {b"{", b"["} and (kind == EVENTS or start not in {b"", b"<"})


def content_type(response: Any) -> str:
    """What a server calls its answer, without the parameters."""
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def events_in(body: bytes, provider: str) -> Mapping[str, Any] | list[Mapping[str, Any]]:
    """What stands in the body of an answer that was to come event by event, and came in one: the whole answer; or its events,
    as a JSON array, one a line, or as a stream under another name. Events before a line that is cut are kept, as of a stream.
    """
    body = said(body)
    refuse_page(body[:256], "the answer", provider)
    try:
        found = [json.loads(piece) for piece in _pieces_of(body)] if _EVENT.match(body) else _json_in(body)
    except (ValueError, RecursionError) as error:
        raise not_json(f"the answer is not JSON: {error}", provider) from error
    if isinstance(found, Mapping):
        return found
    if not isinstance(found, list) or not all(isinstance(event, Mapping) for event in found):
        raise not_json("the answer is JSON, but neither an object nor events", provider)
    return found


def _json_in(body: bytes) -> Any:
    """The JSON value of a body, or those of its lines where each is one, but for an object that is cut in the last."""
    try:
        return json.loads(body)
    except ValueError:
        lines = [line for line in body.splitlines() if line.strip() not in {b"", _DONE}]
        if len(lines) < 2:
            raise
        found = [json.loads(line) for line in lines[:-1]]
        with contextlib.suppress(ValueError) if _is_cut(lines[-1]) else contextlib.nullcontext():
            found.append(json.loads(lines[-1]))
        return found


def _is_cut(line: bytes) -> bool:
    """Whether a line begins an object and does not end it."""
    return line.lstrip().startswith(b"{") and not line.rstrip().endswith(b"}")


def _pieces_of(body: bytes) -> Iterator[bytes]:
    """The data of each event of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html), but for OpenAI's
    mark of the end.
    """
    lines: list[bytes] = []
    for line in [*body.splitlines(), b""]:
        if line.startswith(b"data:"):
            lines.append(line.removeprefix(b"data:").strip())
        elif not line and lines:
            if lines != [_DONE]:
                yield b"\n".join(lines)
            lines = []


def named(fields: Mapping[str, Any], provider: str, name: str = "id") -> Mapping[str, Any]:
    """`fields`, if they name what they are about: an empty object says nothing of a batch, least that it runs."""
    if not isinstance(fields.get(name), str) or not fields[name] or not fields[name].isprintable():
        raise not_json(f"the answer names no {name}", provider)
    return fields


def pages(
    fetch: Callable[[str | None], tuple[list[Mapping[str, Any]], str | None]], provider: str
) -> Iterator[Mapping[str, Any]]:
    """The entries of all pages. `fetch` gives those of the page at a cursor, and where the next one is."""
    cursor: str | None = None
    seen: set[str] = set()
    while True:
        entries, cursor = fetch(cursor)
        yield from entries
        if cursor is None:
            return
        if cursor in seen:
            raise not_json(f"the list has no end: it leads back to {cursor!r}", provider)
        seen.add(cursor)


def entries_of(page: Mapping[str, Any], name: str, provider: str) -> list[Mapping[str, Any]]:
    """The entries of one page of a list. A page without them is no empty list: who looks for a batch that may have been
    made would take it for proof that there is none.
    """
    entries = page.get(name)
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise not_json(f"the answer holds no list of {name}", provider)
    return entries


def spooled_lines(
    fetch: Callable[[IO[bytes]], None], attempt: Callable[[Callable[[], None]], None], provider: str
) -> Iterator[Mapping[str, Any] | Failure]:
    """Each line that `fetch` writes, as JSON, or why it is none; `attempt` calls it, again if need be.

    The whole file comes first: what a cut connection leaves behind is fetched again, and no row is given twice.
    """
    with tempfile.TemporaryFile() as spool:

        def fetch_anew() -> None:
            spool.seek(0)
            spool.truncate()
            fetch(spool)
            spool.seek(0)
            refuse_page(spool.read(256), "the results", provider)

        attempt(fetch_anew)
        spool.seek(0)
        for number, line in enumerate(spool, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield _bad_line(number, str(error))
                continue
            if isinstance(row, dict):
                yield row
            else:
                yield _bad_line(number, "no object")


def _bad_line(number: int, why: str) -> Failure:
    """Why a row cannot be read; whatever it said was paid for."""
    return Failure(f"line {number} of the results is not JSON: {why}", "bad_line", answered=True)
