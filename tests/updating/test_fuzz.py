"""Whatever a vendor's server sends, its address gives a page or a reason, and the other vendors are read."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octoregistry.documents import read_document
from octoregistry.reading.page import read_rates
from octoregistry.settings import FetchSettings, ReadingSettings, Settings
from octoregistry.sources import Failed, Page, fetch_pages
from octoregistry.updating.page_reader import PageReader
from providers.vendors import Vendor
from tests.depth import DEPTH

DAY = datetime(2026, 9, 10, tzinfo=UTC)
ROW = "<tr><td>gpt-5.4</td><td>$2.50</td><td>$15.00</td></tr>"
HEAD = "<p>USD per 1M tokens</p><table><tr><th>Model</th><th>Input</th><th>Output</th></tr>"
GOOD = f"<html><body>{HEAD}{ROW}</table></body></html>"
MARKDOWN = "# Pricing\n\n{}\n\n|M|Input|\n|-|-|\n|gpt-5.4|$2|\n"
NUMBERS = st.sampled_from(
    ["9" * 5000, "", " ", *["²", "₂", "٢", "-1", "+1", "1_0", "1e9", "0", "NaN", "0x1", "1,1", "⒈"]]
)
WORDS = st.sampled_from(
    ["gzip", "deflate", "br", "chunked", "utf-8", "undefined", "punycode", "idna", "base64", "utf-16", "text/html"]
)
LATIN = st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=12)
VALUES = NUMBERS | WORDS | LATIN | st.builds("{}; charset={}".format, WORDS, WORDS | NUMBERS)
HEADERS = st.sampled_from(
    [
        "Content-Type",
        "Content-Encoding",
        "Content-Length",
        "Transfer-Encoding",
        "Retry-After",
        "ETag",
        "Last-Modified",
        "Location",
        "Date",
        "Age",
    ]
)
STATUSES = st.sampled_from(
    ["200 OK", "200 OK", "200 OK", "204 No", "206 Part", "301 Moved", "304 Same", "429 Many", "² x"]
)
ATTRIBUTES = st.sampled_from(
    [
        "rowspan",
        "colspan",
        "aria-rowspan",
        "data-cells",
        "aria-level",
        "role",
        "hidden",
        "style",
        "class",
        "id",
        "aria-labelledby",
        "aria-controls",
        "data-component-table",
        "props",
        "component-export",
        "href",
        "title",
    ]
)
ROLES = st.sampled_from(["table", "heading", "tabpanel", "row", "cell", "columnheader"])
TAGS = st.sampled_from(
    [
        "table",
        "tr",
        "td",
        "th",
        "thead",
        "div",
        "code",
        "details",
        "summary",
        "tab",
        "astro-island",
        "sup",
        "style",
        "h2",
        "a",
        "p",
        "b",
    ]
)
TEXTS = st.text(max_size=40) | st.sampled_from(
    [
        "$2.50",
        "$² ",
        "$٢٫٥",
        "|a|b|\n|-|-|\n|$1|²|\n",
        "rows: [['a\\ud800']]",
        "rows: [['\\u{fffffffffffff}']]",
        "<Table rows={[[",
        "<!--",
        "]]>",
        "\x00\n    ",
        "US$1 per ² tokens",
        "> ٢00k tokens",
        "until 31 February 2026",
        "until December 99, 20²6",
        "---\na: b",
        "{{{{{{{{{{{{{",
        "`````",
        "9999999999999999",
    ]
)


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """A page of a few tags in each other, with odd attributes and texts, before or behind a good table."""
    parts = []
    for _ in range(draw(st.integers(0, 6))):
        tag, name = draw(TAGS), draw(ATTRIBUTES)
        value = draw(NUMBERS | TEXTS | ROLES)
        parts.append(f'<{tag} {name}="{value}">{draw(TEXTS)}' + (f"</{tag}>" if draw(st.booleans()) else ""))
    inner = "".join(parts)
    return draw(st.sampled_from([f"<html><body>{inner}{GOOD}", GOOD + inner, MARKDOWN.replace("{}", inner), inner]))


@given(bodies())
@settings(max_examples=50 * DEPTH, deadline=None)
def test_any_body_is_a_document_or_a_reason(body: str) -> None:
    document = read_document(body, "https://example.org/pricing")
    if hasattr(document, "tables"):
        read_rates(document, "openai", date(2026, 9, 10))


@dataclass
class Answers:
    """A server on loopback that answers with just the bytes that it is told to."""

    port: int
    says: dict[str, bytes] = field(default_factory=dict)


@pytest.fixture(scope="module")
def server() -> Iterator[Answers]:
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    here = Answers(listening.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                asked = connection.recv(65536).split(b" ")
                connection.sendall(here.says.get(asked[1].decode(), b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"))

    threading.Thread(target=serve, daemon=True).start()
    yield here
    listening.close()


@given(st.lists(st.tuples(HEADERS, VALUES), max_size=4), STATUSES, bodies(), st.binary(max_size=20))
@settings(max_examples=15 * DEPTH, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_answer_is_a_page_or_a_reason_and_the_next_vendor_is_read(
    server: Answers, tmp_path: Path, headers: list[tuple[str, str]], status: str, body: str, tail: bytes
) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers).encode("utf-8", "replace")
    server.says["/odd"] = f"HTTP/1.1 {status}\r\n".encode() + head + b"\r\n" + body.encode("utf-8", "replace") + tail
    length = len(GOOD.encode())
    server.says["/good"] = (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{GOOD}".encode()
    )
    reader = PageReader(ReadingSettings())
    fetch = FetchSettings(
        allow_private_hosts=("127.0.0.1", "localhost"), crawl_delay=0, retries=0, total_deadline=5, cache_dir=tmp_path
    )
    vendors = {
        name: Vendor(name, name, prices=(f"http://{host}:{server.port}/{name}",))
        for name, host in (("odd", "localhost"), ("good", "127.0.0.1"))
    }
    given_settings = Settings(fetch=fetch, providers=vendors)
    pages = fetch_pages(given_settings, list(vendors), clock=lambda: DAY, reject=reader.refused)
    assert isinstance(pages["good"], Page)
    assert isinstance(pages["odd"], Page | Failed)
    if isinstance(pages["odd"], Failed):
        assert pages["odd"].reason
