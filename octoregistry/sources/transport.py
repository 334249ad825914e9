"""One request and its whole answer, within a deadline and a cap, or the reason why there is none.

`requests-cache` was weighed for this and left out: it keeps a body whole before anybody can cap it, has no deadline
over redirects and retries, follows redirects without a check of each hop, and replays by its own rules of expiry, where
here the cache is what `--offline` reads. The cache is a folder of two files a page (`cache.py`).
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import requests
from urllib3.exceptions import HTTPError, IncompleteRead, ReadTimeoutError

from octoregistry.documents.whole_number import whole_number
from octoregistry.settings import FetchSettings
from octoregistry.sources.connections import NoConnection, Opener, opening_session
from octoregistry.sources.deadline import Deadline
from octoregistry.sources.decompression import ACCEPT_ENCODING, BadBody, decompressed
from octoregistry.sources.urls import mask_keys_in_logs

CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered: any status, the body whole and decompressed. Header names are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is no answer. `retry`: a second try may help. `host_down`: no page of this host can be had now."""

    reason: str
    retry: bool = False
    host_down: bool = False


def ask(
    url: str, headers: Mapping[str, str], fetch: FetchSettings, private_hosts: frozenset[str], deadline: Deadline
) -> Response | NoAnswer:
    """The answer to a GET of `url`, redirects not followed.

    No text of an exception goes into a reason: those hold whole request lines, and with them keys.
    """
    mask_keys_in_logs()
    try:
        with Opener(deadline, fetch.connect_timeout, private_hosts) as opener, opening_session(opener) as session:
            answer: Response | NoAnswer = _answer(session, url, headers, fetch, deadline)
    except NoConnection as fault:
        answer = NoAnswer(fault.reason, retry=fault.retry, host_down=not fault.retry)
    except BadBody as fault:
        answer = NoAnswer(fault.reason, retry=fault.retry)
    except (requests.exceptions.SSLError, ssl.SSLError) as error:
        answer = NoAnswer(f"TLS: {_tls_reason(error)}")
    except (requests.exceptions.Timeout, ReadTimeoutError, TimeoutError):
        answer = NoAnswer(f"no byte for {fetch.read_timeout:g} s", retry=True)
    except (requests.exceptions.ConnectionError, HTTPError, OSError) as error:
        short = any(isinstance(inner, IncompleteRead) for inner in error.args)  # urllib3 wraps it
        answer = NoAnswer(
            "the body is shorter than its Content-Length" if short else "the connection broke off", retry=True
        )
    except (requests.exceptions.RequestException, ValueError):
        answer = NoAnswer("the request cannot be made as its address and headers stand")
    if deadline.stop.called:
        return NoAnswer("stopped")
    # A connection cut at the deadline looks like a body that ended: what came until then counts for nothing.
    return NoAnswer(f"not done within {deadline.seconds:g} s") if deadline.passed else answer


def _answer(
    session: requests.Session, url: str, headers: Mapping[str, str], fetch: FetchSettings, deadline: Deadline
) -> Response:
    sent = {"User-Agent": fetch.asked_by, "Accept-Encoding": ACCEPT_ENCODING, "Accept": "*/*", **headers}
    timeout = (fetch.connect_timeout, max(0.001, min(fetch.read_timeout, deadline.left)))
    with contextlib.closing(
        # `auth` keeps requests from looking for a password in ~/.netrc and putting it in place of our key.
        session.get(
            url, headers=sent, timeout=timeout, allow_redirects=False, stream=True, auth=lambda request: request
        )
    ) as response:
        if _is_no_length(response):
            raise BadBody("its Content-Length is no length", retry=True)
        # urllib3's own stream, undecoded: iter_content would decompress without a cap.
        body = decompressed(_chunks(response), response.headers.get("Content-Encoding"), fetch.max_bytes)
        lowered = {name.lower(): value for name, value in response.headers.items()}
        return Response(url, response.status_code, lowered, body)


def _is_no_length(response: requests.Response) -> bool:
    """True for a Content-Length that does not say how long the body is: http.client takes it for none, or for another."""
    stated = response.headers.get("Content-Length")
    codings = response.headers.get("Transfer-Encoding", "").lower().split(",")
    if stated is None or codings[-1].strip() == "chunked":
        return False
    lengths = {whole_number(one, 10**9) for one in stated.split(",")}
    return len(lengths) != 1 or None in lengths


def _chunks(response: requests.Response) -> Iterator[bytes]:
    yield from response.raw.stream(CHUNK, decode_content=False)


def _tls_reason(error: BaseException) -> str:
    """What is wrong with the certificate, in the TLS library's words, which name the host at most."""
    seen: BaseException | None = error
    for _ in range(8):  # requests wraps urllib3, which wraps ssl; no error is wrapped deeper
        if isinstance(seen, ssl.SSLCertVerificationError):
            return seen.verify_message
        if seen is None:
            break
        inner = (*seen.args, getattr(seen, "reason", None), seen.__cause__, seen.__context__)
        seen = next((one for one in inner if isinstance(one, BaseException)), None)
    return "the connection could not be secured"
