"""Where a page may lead, and which addresses are never asked."""

from __future__ import annotations

import socket

import pytest

from octoregistry.sources import Failed, fetch_pages
from octoregistry.sources.addresses import private_address
from octoregistry.sources.urls import redirect_fault, shown_url, url_fault


def test_a_redirect_on_the_same_host_is_followed(site, settings_of):
    url = site.says("/old", "", status=301, Location="/new")
    site.says("/new", "here")
    page = fetch_pages(settings_of(url), ["acme"])["acme"]
    assert (page.text, page.final_url) == ("here", site.url("/new"))


def test_a_redirect_to_another_host_is_refused(site, settings_of):
    failed = fetch_pages(settings_of(site.says("/p", "", status=302, Location="http://localhost:1/")), ["acme"])["acme"]
    assert "another host (localhost)" in str(failed)


def test_a_redirect_to_an_allowed_host_is_followed(site, settings_of):
    there = site.says("/there", "here").replace("127.0.0.1", "localhost")
    url = site.says("/p", "", status=302, Location=there)
    settings = settings_of(url, redirect_hosts=("localhost",), allow_private_hosts=("127.0.0.1", "localhost"))
    assert fetch_pages(settings, ["acme"])["acme"].text == "here"


def test_an_allowed_host_with_a_private_address_is_refused_all_the_same(site, settings_of):
    there = site.says("/there", "here").replace("127.0.0.1", "localhost")
    url = site.says("/p", "", status=302, Location=there)
    failed = fetch_pages(settings_of(url, redirect_hosts=("localhost",)), ["acme"])["acme"]
    assert "not on the open internet" in str(failed)
    assert site.paths() == ["/p"]


def test_at_most_five_redirects_are_followed(site, settings_of):
    for n in range(7):
        site.says(f"/{n}", "", status=307, Location=f"/{n + 1}")
    failed = fetch_pages(settings_of(site.url("/0")), ["acme"])["acme"]
    assert "more than 5 redirects" in str(failed)
    assert len(site.paths()) == 6


def test_an_address_at_home_is_refused_unless_the_settings_name_it(site, settings_of):
    failed = fetch_pages(settings_of(site.says("/p", "x"), allow_private_hosts=()), ["acme"])["acme"]
    assert "not on the open internet" in str(failed)
    assert site.asked == []


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch, settings_of):
    def two(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    failed = fetch_pages(settings_of("https://rebinding.example/p"), ["acme"])["acme"]
    assert "10.0.0.1" in str(failed)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1",
     "0.0.0.0", "224.0.0.1", "::1", "fe80::1%eth0",  # noqa: S104
     "fd00::1", "::ffff:127.0.0.1", "::ffff:100.64.0.1", "64:ff9b::a00:1", "2002:7f00:1::"],
)  # fmt: skip
def test_an_address_that_no_public_page_has_is_known(address):
    assert private_address(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is_fine(address):
    assert not private_address(address)


@pytest.mark.parametrize(
    "url",
    ["https://good.example\\@evil.example/", "https://good.example@evil.example/",
     "https://a b.example/", "https://a\t.example/",
     "https://a.example/\n", "https://ex%61mple.com/", "https://\uff45xample.com/", "https://a.example:99999/", "https://a.example:x/",
     "ftp://a.example/", "file:///etc/passwd", "https:///x", "//a.example/", "https://[::1/", "https://user:pw@a.example/",
     "https://a.example#@evil.example/\x00"],
)  # fmt: skip
def test_an_address_that_can_be_read_in_two_ways_is_refused(url):
    assert url_fault(url)


@pytest.mark.parametrize("url", ["https://a.example/x.md?y=1", "http://127.0.0.1:8000/", "https://[2606:4700::1111]/x"])
def test_a_plain_address_is_fine(url):
    assert url_fault(url) is None


def test_a_redirect_from_https_down_to_http_is_refused():
    assert "http" in redirect_fault("https://a.example/", "https://a.example/", "http://a.example/", frozenset())


def test_a_redirect_to_another_port_of_the_host_is_refused():
    assert "port" in redirect_fault("https://a.example/", "https://a.example/", "https://a.example:8443/", frozenset())


def test_a_shown_address_holds_no_secret():
    shown = shown_url("https://me:hush@a.example/x?page=2&api_key=CANARY&Token=CANARY")
    assert shown == "https://a.example/x?page=2&api_key=***&Token=***"


def test_a_refused_redirect_is_a_failure_and_not_tried_again(site, settings_of):
    url = site.says("/p", "", status=302, Location="https://evil.example/")
    assert isinstance(fetch_pages(settings_of(url), ["acme"])["acme"], Failed)
    assert site.paths() == ["/p"]
