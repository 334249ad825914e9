"""Pages over real HTTP on loopback: what is taken for a page, and what is refused with a reason."""

from __future__ import annotations

import gzip
import time
import zlib

import pytest

from octoregistry.sources import Failed, Page, fetch_pages
from tests.waiting import PROMPT


def test_a_page_comes_with_its_text_age_and_hash(site, settings_of, clock):
    url = site.says("/prices.md", "| Model | Input |\n| acme-1 | $1.00 |")
    page = fetch_pages(settings_of(url), ["acme"], clock=clock)["acme"]
    assert isinstance(page, Page)
    assert page.text.endswith("$1.00 |")
    assert (page.url, page.fetched_at, page.from_cache, len(page.sha256)) == (url, clock.now, "network", 64)


def test_we_say_who_we_are(site, settings_of):
    fetch_pages(settings_of(site.says("/prices.md", "x")), ["acme"])
    assert all(headers["User-Agent"].startswith("octoregistry/") for _, headers in site.asked)


def test_an_unchanged_page_is_checked_now_and_served_from_the_cache(site, settings_of, clock):
    settings = settings_of(site.says("/prices.md", "first", ETag='"a"'))
    fetch_pages(settings, ["acme"], clock=clock)
    site.says("/prices.md", "", status=304)
    clock.move(days=1)
    page = fetch_pages(settings, ["acme"], clock=clock)["acme"]
    assert site.asked[-1][1]["If-None-Match"] == '"a"'
    assert (page.text, page.from_cache, page.fetched_at) == ("first", "cache", clock.now)


def test_a_page_whose_etag_lies_is_fetched_whole_after_a_week(site, settings_of, clock):
    settings = settings_of(site.says("/prices.md", "old", ETag='"a"'))
    fetch_pages(settings, ["acme"], clock=clock)
    clock.move(days=8)
    site.says("/prices.md", "new", ETag='"a"')
    page = fetch_pages(settings, ["acme"], clock=clock)["acme"]
    assert "If-None-Match" not in site.asked[-1][1]
    assert page.text == "new"


def test_a_304_that_was_not_asked_for_is_no_page(site, settings_of):
    assert isinstance(fetch_pages(settings_of(site.says("/p", "", status=304)), ["acme"])["acme"], Failed)


def test_a_rejected_page_leaves_the_last_good_one_and_the_next_address_is_tried(site, settings_of):
    first, second = site.says("/1", "good"), site.says("/2", "second")
    settings = settings_of(first, second)
    fetch_pages(settings, ["acme"])
    site.says("/1", "checking your browser")
    reject = lambda page, provider: "challenge page" if "browser" in page.text else None  # noqa: E731
    assert fetch_pages(settings, ["acme"], reject=reject)["acme"].text == "second"
    assert fetch_pages(settings, ["acme"], offline=True)["acme"].text == "good"


def test_when_all_addresses_fail_the_reason_names_each_and_the_way_out(site, settings_of):
    failed = fetch_pages(settings_of(site.url("/1"), site.says("/2", "", status=403)), ["acme"])["acme"]
    assert isinstance(failed, Failed)
    for words in ("/1: status 404", "/2: status 403", "--offline"):
        assert words in str(failed)


@pytest.mark.parametrize("status", [204, 206, 401, 403, 404, 410, 451])
def test_no_status_but_200_is_a_page(site, settings_of, status):
    failed = fetch_pages(settings_of(site.says("/p", "prices", status=status)), ["acme"])["acme"]
    assert f"status {status}" in str(failed)


@pytest.mark.parametrize("content_type", ["application/pdf", "image/png"])
def test_an_answer_that_is_no_text_is_no_page(site, settings_of, content_type):
    failed = fetch_pages(settings_of(site.says("/p", "x", Content_Type=content_type)), ["acme"])["acme"]
    assert content_type in str(failed)


def test_a_passing_server_error_is_tried_again(site, settings_of):
    url = site.says("/p", "", status=503)
    fails = site.does["/p"]

    def once(request):
        site.says("/p", "here")
        fails(request)

    site.does["/p"] = once
    assert fetch_pages(settings_of(url), ["acme"])["acme"].text == "here"


def test_a_lasting_server_error_ends_after_the_retries(site, settings_of):
    failed = fetch_pages(settings_of(site.says("/p", "", status=503), retries=2), ["acme"])["acme"]
    assert "status 503" in str(failed)
    assert site.paths() == ["/p"] * 3


@pytest.mark.parametrize("wait", ["3600", "Wed, 10 Sep 2036 12:00:00 GMT"])
def test_a_wait_that_the_server_asks_for_is_capped(site, settings_of, wait):
    started = time.monotonic()
    fetch_pages(settings_of(site.says("/p", "", status=429, Retry_After=wait), max_wait=0.1), ["acme"])
    assert 0.2 <= time.monotonic() - started < PROMPT


def test_a_server_that_drips_is_cut_off_at_the_deadline(site, settings_of):
    def drip(request):
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b"x")
            request.wfile.flush()
            time.sleep(0.05)

    site.does["/p"] = drip
    started = time.monotonic()
    failed = fetch_pages(settings_of(site.url("/p"), total_deadline=0.5), ["acme"])["acme"]
    assert "not done within 0.5 s" in str(failed)
    assert time.monotonic() - started < PROMPT


def test_a_server_that_drips_its_headers_is_cut_off_too(site, settings_of):
    def drip(request):
        while True:
            request.wfile.write(b"H")
            request.wfile.flush()
            time.sleep(0.05)

    site.does["/p"] = drip
    started = time.monotonic()
    failed = fetch_pages(settings_of(site.url("/p"), total_deadline=0.5), ["acme"])["acme"]
    assert isinstance(failed, Failed)
    assert time.monotonic() - started < PROMPT


def test_a_body_over_the_cap_is_refused(site, settings_of):
    failed = fetch_pages(settings_of(site.says("/p", b"x" * 50_001), max_bytes=50_000), ["acme"])["acme"]
    assert "larger than 50,000 bytes" in str(failed)


@pytest.mark.parametrize("behind", [b"", b"\0" * 500])
def test_all_members_of_a_gzip_body_are_read(site, settings_of, behind):
    packed = gzip.compress(b"first ") + gzip.compress(b"second") + behind
    page = fetch_pages(settings_of(site.says("/p", packed, Content_Encoding="gzip")), ["acme"])["acme"]
    assert page.text == "first second"


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_bytes_behind_a_compressed_body_are_no_page(site, settings_of, encoding, pack):
    url = site.says("/p", pack(b"prices") + b"garbage", Content_Encoding=encoding)
    assert "compressed body" in fetch_pages(settings_of(url, retries=0), ["acme"])["acme"].reason


def test_bytes_behind_the_end_count_against_the_cap(site, settings_of):
    url = site.says("/p", gzip.compress(b"prices") + b"\0" * 20_000, Content_Encoding="gzip")
    assert "larger than 10,000 bytes" in fetch_pages(settings_of(url, max_bytes=10_000), ["acme"])["acme"].reason


@pytest.mark.parametrize("length", ["²", "-1", "+6", "6_0", "9" * 5000, "x"])
def test_a_length_that_is_none_is_no_page(site, settings_of, length):
    def answer(request):
        request.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\nprices".encode())

    site.does["/p"] = answer
    failed = fetch_pages(settings_of(site.url("/p"), retries=0), ["acme"])["acme"]
    assert failed.reason.startswith("its Content-Length is no length")


def test_what_nobody_thought_of_is_the_reason_of_its_address(site, settings_of, monkeypatch, caplog):
    """The exception's name, its text only in the log: it may hold a key."""

    def falls(*_):
        raise IndexError("CANARY-7731")

    monkeypatch.setattr("octoregistry.sources.pages._page", falls)
    failed = fetch_pages(settings_of(site.says("/p", "x")), ["acme"])["acme"]
    assert failed.reason.startswith("it cannot be read: IndexError; ")
    assert "CANARY" not in failed.reason


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_small_body_that_unpacks_to_much_is_refused(site, settings_of, encoding):
    bomb = b"\0" * 30_000_000
    packed = gzip.compress(bomb) if encoding == "gzip" else zlib.compress(bomb)
    failed = fetch_pages(settings_of(site.says("/p", packed, Content_Encoding=encoding)), ["acme"])["acme"]
    assert "unpacks to more than" in str(failed)


def test_a_compressed_page_is_unpacked(site, settings_of):
    url = site.says("/p", gzip.compress(b"prices " * 9000), Content_Encoding="gzip")
    assert fetch_pages(settings_of(url), ["acme"])["acme"].text == "prices " * 9000


@pytest.mark.parametrize("raw", [True, False])
def test_both_ways_of_sending_deflate_are_understood(site, settings_of, raw):
    packer = zlib.compressobj(wbits=-15 if raw else 15)
    packed = packer.compress(b"prices") + packer.flush()
    assert (
        fetch_pages(settings_of(site.says("/p", packed, Content_Encoding="deflate")), ["acme"])["acme"].text == "prices"
    )


def test_a_compressed_body_that_breaks_off_is_no_page(site, settings_of):
    packed = gzip.compress(bytes(range(256)) * 200)[:-20]
    failed = fetch_pages(settings_of(site.says("/p", packed, Content_Encoding="gzip")), ["acme"])["acme"]
    assert "breaks off" in str(failed)


def test_an_encoding_that_was_not_asked_for_is_no_page(site, settings_of):
    assert "'br'" in str(fetch_pages(settings_of(site.says("/p", b"x", Content_Encoding="br")), ["acme"])["acme"])


def test_a_body_shorter_than_it_says_is_no_page(site, settings_of):
    def half(request):
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        request.wfile.write(b"half a page")

    site.does["/p"] = half
    failed = fetch_pages(settings_of(site.url("/p")), ["acme"])["acme"]
    assert "shorter than its Content-Length" in str(failed)


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("5 €".encode(), "text/html; charset=utf-8", "5 €"),
        ("5 €".encode(), "text/html", "5 €"),
        ("5 €".encode("cp1252"), 'text/html; charset="windows-1252"', "5 €"),
        (b'<meta charset="iso-8859-15">' + "€".encode("iso-8859-15"), "text/html", '<meta charset="iso-8859-15">€'),
        ("5 €".encode("utf-16"), "text/html", "5 €"),
        ("\ufeff5 €".encode(), "text/html", "5 €"),
    ],
)
def test_text_is_read_in_the_charset_that_it_is_in(site, settings_of, body, content_type, text):
    assert fetch_pages(settings_of(site.says("/p", body, Content_Type=content_type)), ["acme"])["acme"].text == text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("5 €".encode("cp1252"), "text/html; charset=utf-8"),
        ("5 €".encode("cp1252"), "text/html"),
        ("5 €".encode(), "text/html; charset=iso-8859-1"),
        (b"5", "text/html; charset=klingon"),
        (b"35", "text/html; charset=hex"),
    ],
)
def test_a_wrong_charset_is_an_error_and_never_wrong_letters(site, settings_of, body, content_type):
    assert "charset" in str(
        fetch_pages(settings_of(site.says("/p", body, Content_Type=content_type)), ["acme"])["acme"]
    )


def test_an_empty_page_is_no_page(site, settings_of):
    assert "empty" in str(fetch_pages(settings_of(site.says("/p", " \n")), ["acme"])["acme"])


def test_a_cache_that_cannot_be_written_is_noted_and_the_page_serves(site, settings_of, tmp_path):
    (tmp_path / "file").write_text("in the way")
    page = fetch_pages(settings_of(site.says("/p", "x"), cache_dir=tmp_path / "file"), ["acme"])["acme"]
    assert page.text == "x"
    assert "cannot be written" in page.note
