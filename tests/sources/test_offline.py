"""Without a network: what was kept, what comes with the package, and how fast one is told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from octoregistry.settings import FetchSettings, load_settings
from octoregistry.sources import Failed, Page, fetch_pages
from octoregistry.sources.cache import STALE_AFTER, Cache
from tests.waiting import LIMIT, PROMPT

VENDORS = ["openai", "anthropic", "gemini"]


def test_offline_serves_what_was_kept_with_its_age_and_asks_nothing(site, settings_of, clock):
    settings = settings_of(site.says("/p", "kept"))
    fetch_pages(settings, ["acme"], clock=clock)
    asked = len(site.asked)
    clock.move(days=3)
    page = fetch_pages(settings, ["acme"], offline=True, clock=clock)["acme"]
    assert (page.text, page.from_cache, page.age(clock.now).days) == ("kept", "cache", 3)
    assert len(site.asked) == asked


@pytest.mark.parametrize("provider", VENDORS)
def test_offline_with_an_empty_cache_serves_the_page_of_the_package(provider, tmp_path):
    settings = load_settings()
    settings = settings.model_copy(update={"fetch": FetchSettings(cache_dir=tmp_path)})
    page = fetch_pages(settings, [provider], offline=True)[provider]
    assert isinstance(page, Page)
    assert page.from_cache == "bundled"
    assert page.fetched_at.year == 2026
    assert page.url in settings.providers[provider].prices


def test_offline_with_nothing_at_all_is_a_failure(settings_of):
    failed = fetch_pages(settings_of("https://acme.example/p"), ["acme"], offline=True)["acme"]
    assert "not in the cache" in str(failed)


def test_a_damaged_cache_is_an_empty_one(site, settings_of, tmp_path):
    settings = settings_of(site.says("/p", "kept"))
    fetch_pages(settings, ["acme"])
    for body in (tmp_path / "cache").glob("*.body"):
        body.write_bytes(b"something else")
    assert isinstance(fetch_pages(settings, ["acme"], offline=True)["acme"], Failed)


def test_without_a_name_server_every_provider_fails_within_ten_seconds(monkeypatch, tmp_path):
    """Each host is waited for once, for three seconds, and the vendors are waited for at the same time."""
    asked = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: asked.append(host) or time.sleep(3600))
    settings = load_settings().model_copy(update={"fetch": FetchSettings(cache_dir=tmp_path)})
    started = time.monotonic()
    failed = fetch_pages(settings, VENDORS)
    assert time.monotonic() - started < PROMPT
    assert sorted(asked) == sorted(set(asked))
    assert settings.fetch.connect_timeout * 2 < 10
    assert all(len({urlsplit(url).netloc for url in settings.providers[name].prices}) <= 2 for name in VENDORS)
    for name in VENDORS:
        assert settings.providers[name].prices[0] in str(failed[name])
        assert "--offline" in str(failed[name])


def test_a_host_that_does_not_answer_is_not_asked_twice(monkeypatch, settings_of):
    asked = []

    def unknown(host, *_, **__):
        asked.append(host)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    fetch_pages(settings_of("https://acme.example/1", "https://acme.example/2"), ["acme"])
    assert asked == ["acme.example"]


def test_a_body_that_no_record_names_any_more_is_removed(site, settings_of, tmp_path):
    settings = settings_of(site.says("/p", "first"))
    fetch_pages(settings, ["acme"])
    site.says("/p", "second")
    fetch_pages(settings, ["acme"])
    assert [body.read_text() for body in (tmp_path / "cache").glob("*.body")] == ["second"]


def test_what_a_killed_run_left_is_removed_by_the_next_one(site, settings_of, tmp_path):
    folder = tmp_path / "cache"
    folder.mkdir()
    left = folder / ".left.tmp"
    left.write_text("half")
    os.utime(left, (time.time() - 2 * STALE_AFTER,) * 2)
    fetch_pages(settings_of(site.says("/p", "x")), ["acme"])
    assert not left.exists()


INTERRUPTED = """
import sys
from pathlib import Path
from octoregistry.settings import FetchSettings, Settings
from providers.vendors import Vendor
from octoregistry.sources import fetch_pages
url, folder = sys.argv[1:]
fetch = FetchSettings(allow_private_hosts=("127.0.0.1",), cache_dir=Path(folder), crawl_delay=0, total_deadline=600)
fetch_pages(Settings(fetch=fetch, providers={"acme": Vendor("acme", "Acme", prices=(url,))}), ["acme"])
"""


def test_ctrl_c_in_a_fetch_ends_at_once_and_leaves_no_partial_cache(site, tmp_path):
    folder = tmp_path / "cache"

    def drip(request):
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b"half a page ")
            request.wfile.flush()
            time.sleep(0.05)

    site.does["/p"] = drip
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, site.url("/p"), str(folder)],
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parent,
    )
    try:
        while "/p" not in site.paths():
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(0.2)
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=LIMIT)
    finally:
        process.kill()
    assert time.monotonic() - started < PROMPT
    assert b"KeyboardInterrupt" in said
    assert not folder.exists() or not list(folder.iterdir())


def test_a_key_in_an_address_is_nowhere_in_the_cache(site, settings_of, tmp_path):
    url = site.says("/p", "x") + "?api_key=CANARY-7731"
    page = fetch_pages(settings_of(url), ["acme"])["acme"]
    assert "CANARY" not in repr(page)
    for file in (tmp_path / "cache").iterdir():
        assert b"CANARY" not in file.read_bytes()
        assert "CANARY" not in file.name


def test_a_key_in_an_address_is_in_no_reason_and_no_log(site, settings_of, caplog):
    with caplog.at_level("DEBUG"):
        failed = fetch_pages(settings_of(site.url("/p?token=CANARY-7731"), site.url("/q?key=CANARY-7731")), ["acme"])[
            "acme"
        ]
    assert "CANARY" not in repr(failed)
    assert "CANARY" not in caplog.text
    assert "token=***" in str(failed)


def test_a_record_without_a_zone_is_not_trusted(tmp_path, site, settings_of):
    settings = settings_of(site.says("/p", "x"))
    fetch_pages(settings, ["acme"])
    (record,) = (tmp_path / "cache").glob("*.json")
    kept = json.loads(record.read_text())
    record.write_text(json.dumps({**kept, "checked_at": "2026-09-01T00:00:00"}))
    assert Cache(tmp_path / "cache").get(site.url("/p")) is None


def test_a_damaged_body_is_replaced_by_the_next_fetch(site, settings_of, tmp_path):
    settings = settings_of(site.says("/p", "kept"))
    fetch_pages(settings, ["acme"])
    for body in (tmp_path / "cache").glob("*.body"):
        body.write_bytes(b"tpek")
    fetch_pages(settings, ["acme"])
    assert fetch_pages(settings, ["acme"], offline=True)["acme"].text == "kept"
