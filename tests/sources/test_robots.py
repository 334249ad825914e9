"""The manners: robots.txt, the pause between requests, one request a host at a time."""

from __future__ import annotations

import threading
import time

import pytest

from octoregistry.settings import FetchSettings, ProviderSettings, Settings
from octoregistry.sources import Failed, Page, fetch_pages

NO = "User-agent: *\nDisallow: /private\n"


def test_what_robots_txt_forbids_is_not_read(site, settings_of):
    site.says("/robots.txt", NO)
    failed = fetch_pages(settings_of(site.says("/private/p", "x")), ["acme"])["acme"]
    assert "robots.txt" in str(failed)
    assert site.paths() == []


def test_robots_txt_can_be_overridden_for_a_host_by_name(site, settings_of):
    site.says("/robots.txt", NO)
    settings = settings_of(site.says("/private/p", "x"), ignore_robots=("127.0.0.1",))
    assert isinstance(fetch_pages(settings, ["acme"])["acme"], Page)


def test_a_rule_for_us_by_name_counts(site, settings_of):
    site.says("/robots.txt", "User-agent: octoregistry\nDisallow: /\n\nUser-agent: *\nAllow: /\n")
    assert isinstance(fetch_pages(settings_of(site.says("/p", "x")), ["acme"])["acme"], Failed)


@pytest.mark.parametrize(("status", "page"), [(404, True), (403, True), (500, False)])
def test_a_missing_robots_txt_allows_and_a_broken_one_forbids(site, settings_of, status, page):
    site.says("/robots.txt", "", status=status)
    assert isinstance(fetch_pages(settings_of(site.says("/p", "x")), ["acme"])["acme"], Page) is page


def test_a_redirect_into_what_robots_txt_forbids_is_not_followed(site, settings_of):
    site.says("/robots.txt", NO)
    site.says("/private/p", "x")
    assert isinstance(
        fetch_pages(settings_of(site.says("/p", "", status=302, Location="/private/p")), ["acme"])["acme"], Failed
    )
    assert site.paths() == ["/p"]


def test_the_crawl_delay_of_robots_txt_is_kept(site, settings_of):
    site.says("/robots.txt", "User-agent: *\nCrawl-delay: 1\n")
    started = time.monotonic()
    fetch_pages(settings_of(site.says("/p", "x")), ["acme"])
    assert time.monotonic() - started >= 0.95


def test_one_host_is_asked_one_thing_at_a_time(site, tmp_path):
    at_once, most = 0, 0
    lock = threading.Lock()

    def slow(request):
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.05)
        with lock:
            at_once -= 1
        request.send_response(200)
        request.send_header("Content-Length", "1")
        request.end_headers()
        request.wfile.write(b"x")

    providers = {}
    for n in range(4):
        site.does[f"/{n}"] = slow
        providers[f"p{n}"] = ProviderSettings(prices=(site.url(f"/{n}"),))
    fetch = FetchSettings(allow_private_hosts=("127.0.0.1",), cache_dir=tmp_path, crawl_delay=0)
    pages = fetch_pages(Settings(fetch=fetch, providers=providers), list(providers))
    assert all(isinstance(page, Page) for page in pages.values())
    assert most == 1
