"""Whether an address may be asked for, and how it may be shown."""

from __future__ import annotations

import logging
import re
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

SECRET_NAME = re.compile(r"key|token|secret|sig|passw|pwd|auth|credential|session", re.IGNORECASE)
# Characters that parsers are known to disagree about: each of them has split a checked host from the host connected to.
AMBIGUOUS = re.compile(r"[^\x21-\x7e]|[\\<>\"^`{|}]")
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")


def url_fault(url: str) -> str | None:
    """Why `url` may not be asked for, or None: plain http(s) that two parsers read alike, and no user name."""
    if AMBIGUOUS.search(url):
        return "the address holds characters that parsers read differently"
    try:
        parts, other = urlsplit(url), parse_url(url)
        port = parts.port
    except (ValueError, LocationParseError):
        return "the address cannot be parsed"
    if parts.scheme not in {"http", "https"}:
        return f"the scheme {parts.scheme or '(none)'!r} is neither https nor http"
    if "@" in parts.netloc:
        return "the address carries a user name or password"
    host = host_of(url)
    if not HOST.fullmatch(host) or (other.scheme, (other.host or "").lower(), other.port) != (parts.scheme, host, port):
        return "the address names no host that two parsers agree on"
    return None


def redirect_fault(origin: str, source: str, target: str, allowed_hosts: frozenset[str]) -> str | None:
    """Why the redirect from `source` to `target` may not be followed, or None.

    `origin` is the address that was asked for first: its host and `allowed_hosts` are where a page may end up.
    """
    if fault := url_fault(target):
        return fault
    if urlsplit(source).scheme == "https" and urlsplit(target).scheme != "https":
        return "from https down to http"
    host = host_of(target)
    if host != host_of(origin) and host not in allowed_hosts:
        return f"to another host ({host})"
    if (
        host == host_of(origin)
        and host not in allowed_hosts
        and _port(target) not in {_port(origin), _port(source), 443}
    ):
        return f"to another port ({_port(target)})"
    return None


def host_of(url: str) -> str:
    """The host of `url`, in lower case, an IPv6 address in brackets."""
    netloc = urlsplit(url).netloc.rpartition("@")[2].lower()
    return netloc if netloc.endswith("]") else re.sub(r":[0-9]*$", "", netloc)


def shown_url(url: str) -> str:
    """`url` as it may stand in messages, reports and the cache: no password in it, and keys in its query masked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(an address that cannot be parsed)"
    netloc = parts.netloc.rpartition("@")[2]
    query = parts.query
    if SECRET_NAME.search(query):
        pairs = parse_qsl(query, keep_blank_values=True)
        query = "&".join(f"{quote(k)}={'***' if SECRET_NAME.search(k) else quote(v)}" for k, v in pairs)
    return urlunsplit((parts.scheme, netloc, parts.path, query, ""))


class _MaskKeys(logging.Filter):
    """Keeps keys in queries out of urllib3's own debug lines, which hold the whole request line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(shown_url(a) if isinstance(a, str) and "?" in a else a for a in record.args)
        return True


def mask_keys_in_logs() -> None:
    """Sees that no key in a query reaches a log of the HTTP library, whatever the level that a program sets."""
    for name in ("urllib3.connectionpool", "urllib3.util.retry", "urllib3.poolmanager"):
        logger = logging.getLogger(name)
        if not any(isinstance(f, _MaskKeys) for f in logger.filters):
            logger.addFilter(_MaskKeys())


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)
