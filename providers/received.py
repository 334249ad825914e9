"""What a server sent under the status of an answer: a JSON object, the lines of a results file, or the reason why it is
neither.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from .answers import Failure
from .errors import ProviderError


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


def content_type(response: Any) -> str:
    """What a server calls its answer, without the parameters."""
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


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
