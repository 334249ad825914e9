"""The manners: robots.txt, the pause between requests, one request a host at a time."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octoregistry.settings import FetchSettings, Settings
from octoregistry.sources import Failed, Page, fetch_pages
from octoregistry.sources.robots import NAME, robots_rules
from providers.vendors import Vendor
from tests.waiting import PROMPT

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
        providers[f"p{n}"] = Vendor(f"p{n}", f"P{n}", prices=(site.url(f"/{n}"),))
    fetch = FetchSettings(allow_private_hosts=("127.0.0.1",), cache_dir=tmp_path, crawl_delay=0)
    pages = fetch_pages(Settings(fetch=fetch, providers=providers), list(providers))
    assert all(isinstance(page, Page) for page in pages.values())
    assert most == 1


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        (
            "Disallow: /api/\nAllow: /api/docs/",
            "/api/docs/pricing.md",
            True,
        ),  # the longest match wins, whatever comes first
        ("Allow: /api/docs/\nDisallow: /api/", "/api/keys", False),
        ("Disallow: /docs\nAllow: /docs", "/docs", True),  # of two that are as long, the one that allows
        ("Disallow: /*/private", "/docs/private/p", False),
        ("Disallow: /*.pdf$", "/docs/prices.pdf", False),
        ("Disallow: /*.pdf$", "/docs/prices.pdf.md", True),
        ("Disallow: /caf%C3%A9", "/caf%c3%a9", False),
        ("Disallow:", "/docs", True),
        ("Disallow: /", "/robots.txt", True),
    ],
)
def test_rules_count_as_rfc_9309_says(rules, path, allowed):
    """A page inside of what is closed may be open, and wildcards are no letters."""
    read = robots_rules(f"User-agent: *\n{rules}\n".encode())
    assert read.can_fetch(f"https://site.example{path}", NAME) is allowed


@pytest.mark.parametrize(
    ("agents", "ours"),
    [
        ("User-agent: OctoRegistry/1.0", True),
        ("User-agent: other\nUser-agent: octoregistry", True),
        ("\ufeffUser-Agent : octoregistry # us", True),
        ("User-agent: octoregistry-images", False),
        ("User-agent: other", False),
    ],
)
def test_the_group_that_names_us_is_ours(agents, ours):
    """By the product's name, in any case, alone; a name that begins like ours is another's."""
    read = robots_rules(f"{agents}\nDisallow: /\n\nUser-agent: *\nAllow: /\n".encode())
    assert read.can_fetch("https://site.example/p", NAME) is not ours


@pytest.mark.parametrize("delay", ["²", "-1", "nan", "inf", "1e999", "5" * 5000, "soon", ""])
def test_an_odd_crawl_delay_says_nothing(site, settings_of, delay):
    site.says("/robots.txt", f"User-agent: *\nCrawl-delay: {delay}\n")
    started = time.monotonic()
    settings = settings_of(site.says("/p", "x"), max_crawl_delay=0.5)
    assert isinstance(fetch_pages(settings, ["acme"])["acme"], Page)
    assert time.monotonic() - started < PROMPT


WORDS = [
    "User-agent",
    "Disallow",
    "Allow",
    "Crawl-delay",
    "Request-rate",
    "Visit-time",
    ":",
    " ",
    "*",
    "$",
    "/",
    "%",
    "%zz",
]
ROBOTS = st.lists(st.sampled_from([*WORDS, "\n", "\r", "²", "\x00", "1/0", "\ud800"]), max_size=40).map("".join)


@given(ROBOTS | st.binary(max_size=200), st.text("ab/*%.$?", max_size=20))
def test_no_robots_txt_raises(body, path):
    """Whatever a server sends is read as far as it can be; the answer is yes or no."""
    read = robots_rules(body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass"))
    assert read.can_fetch(f"https://site.example/{path}", NAME) in (True, False)
    assert read.crawl_delay(NAME) is None or read.crawl_delay(NAME) >= 0


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"User-agent: a{n}\n" for n in range(15_000)) + "Disallow: /a\n" * 20_000,
        "User-agent: *\nDisallow: /" + "*a" * 200_000 + "b\n",
        "User-agent: *\n" + "Disallow: /*a*a*a*a*a*a*a*a*b\n" * 16_000,
        "User-agent: *\n" * 40_000,
        "User-agent:" + " " * 500_000,
    ],
    ids=["many agents", "a long rule", "many rules", "many groups", "blanks"],
)
def test_a_large_robots_txt_is_read_in_line_with_its_length(body):
    """Half a megabyte takes well under the deadline of an address, in little memory."""
    started = time.process_time()
    robots_rules(body.encode()).can_fetch("https://site.example/" + "a" * 2000, NAME)
    assert time.process_time() - started < 10
