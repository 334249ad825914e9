"""Whatever a vendor's server sends, its address gives a page or a reason, and the other vendors are read."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from octoregistry.documents import read_document
from octoregistry.reading.page import read_rates
from octoregistry.settings import FetchSettings, ReadingSettings, RegistrySettings, Settings
from octoregistry.sources import Failed, ModelList, Page, fetch_model_lists, fetch_pages
from octoregistry.sources.registries import Statements, fetch_registries
from octoregistry.updating.page_reader import PageReader
from providers.vendors import ModelListSource, Vendor, vendors
from tests.depth import DEPTH
from tests.waiting import PROMPT

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
                connection.sendall(
                    here.says.get(
                        asked[1].decode() if asked[1:] else "", b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"
                    )
                )

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
        allow_private_hosts=("127.0.0.1", "localhost"),
        crawl_delay=0,
        retries=0,
        total_deadline=PROMPT,
        cache_dir=tmp_path,
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


ODD = st.sampled_from(
    [
        *["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "\ud800", "9" * 5000, "gpt >" + "9" * 5000 + "k"],
        *[
            10**400,
            -(10**400),
            -1,
            0,
            1e308,
            1e-320,
            True,
            None,
            [],
            {},
            "",
            "²",
            "NaN",
            "1E+999999",
            "Infinity",
            "\x00",
        ],
    ]
)
FIELDS = st.sampled_from(
    [
        *["id", "created", "shutdown_date", "name", "context_window", "vendor", "input", "output", "input_cached"],
        *["litellm_provider", "input_cost_per_token", "max_input_tokens", "mode", "supported_modalities", "updated_at"],
        *["pricing", "prompt", "models", "providers", "cost", "limit", "modalities", "prices", "match", "input_mtok"],
    ]
)
ENTRIES = st.dictionaries(FIELDS, ODD | st.lists(ODD, max_size=2) | st.dictionaries(FIELDS | st.text(max_size=3), ODD))
LIST = ModelListSource(
    "",
    "data",
    {
        "id": "id",
        "display_name": "name",
        "retires_on": "shutdown_date",
        "created": "created",
        "context_window": "limit",
    },
    cursor="next",
    cursor_query="after",
)


def _served(body: object) -> bytes:
    text = json.dumps(body).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text)


def _fetch(folder: Path) -> FetchSettings:
    hosts = ("127.0.0.1", "localhost")
    return FetchSettings(allow_private_hosts=hosts, crawl_delay=0, retries=0, total_deadline=PROMPT, cache_dir=folder)


@given(st.lists(ENTRIES, max_size=3), ODD)
@example([{"id": "a", "created": "9999-12-31T23:59:59-23:59"}], None)
@example([{"id": "a", "shutdown_date": "0001-01-01T00:00:00+23:59"}], None)
@example([{"id": "a", "name": "\ud800"}], None)
@example([{"id": "a"}], "\ud800")
@settings(max_examples=25 * DEPTH, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_model_list_is_a_list_or_a_reason_and_the_next_vendors_is_read(
    server: Answers, tmp_path: Path, entries: list[dict[str, object]], cursor: object
) -> None:
    server.says["/odd"] = _served({"data": entries, "next": cursor})
    server.says["/good"] = _served({"data": [{"id": "good-1"}]})
    known = {
        name: Vendor(name, name, model_list=replace(LIST, path=f"http://127.0.0.1:{server.port}/{name}"))
        for name in ("odd", "good")
    }
    given_settings = Settings(fetch=_fetch(tmp_path), providers=known)
    for offline in (False, True):
        lists = fetch_model_lists(given_settings, list(known), offline=offline, clock=lambda: DAY, environ={})
        assert isinstance(lists["good"], ModelList)
        assert not isinstance(lists["odd"], Failed) or lists["odd"].reason


@given(st.sampled_from(["litellm", "models-dev", "openrouter", "genai-prices", "llm-prices"]), ENTRIES, ENTRIES)
@example("llm-prices", {}, {"vendor": "openai", "id": "gpt-5.4", "name": "gpt >" + "9" * 5000 + "k", "input": 2})
@settings(max_examples=50 * DEPTH, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_answer_of_a_registry_is_statements_or_a_reason_and_the_next_is_heard(
    server: Answers, tmp_path: Path, name: str, whole: dict[str, object], entry: dict[str, object]
) -> None:
    server.says["/odd"] = _served(
        {**whole, "prices": [entry], "data": [entry], "gpt-5.4": entry, "openai": {"models": {"gpt-5.4": entry}}}
        if name != "genai-prices"
        else [{"id": "openai", **whole, "models": [entry]}]
    )
    server.says["/good"] = _served({"gpt-5.4": {"litellm_provider": "openai", "input_cost_per_token": 1e-6}})
    good = "litellm" if name != "litellm" else "models-dev"
    server.says["/other"] = _served({"openai": {"models": {"gpt-5.4": {"cost": {"input": 2}}}}})
    site = f"http://127.0.0.1:{server.port}"
    known = {name: f"{site}/odd", good: f"{site}/good" if good == "litellm" else f"{site}/other"}
    registries = {each: RegistrySettings(url=url) for each, url in known.items()}
    given_settings = Settings(fetch=_fetch(tmp_path), providers=dict(vendors()), registries=_all(registries))
    for offline in (False, True):
        heard = fetch_registries(given_settings, list(known), offline=offline, clock=lambda: DAY)
        assert isinstance(heard[good], Statements)
        assert isinstance(heard[name], Statements | Failed)


def _all(registries: dict[str, RegistrySettings]) -> dict[str, RegistrySettings]:
    """Those and every other one that the vendors' files name, at no address."""
    names = {name for vendor in vendors().values() for name in vendor.witnesses}
    return {name: RegistrySettings(url="http://127.0.0.1:9/") for name in names} | registries
