"""A call to an address of a region costs what the region does, or nobody tells."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from providers import PricingError


@pytest.fixture
def at(openai, monkeypatch):
    """A provider whose address is of that host, which is led to loopback."""
    lookup = socket.getaddrinfo
    port = urlsplit(openai.server.url).port

    def led(host, *more, **options):
        name = host.decode() if isinstance(host, bytes) else host
        return lookup("127.0.0.1" if str(name).endswith(("openai.com", "gateway.test")) else host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", led)
    return lambda host, **api: openai.make(base_url=f"http://{host}:{port}/v1", **api)


@pytest.mark.parametrize(
    ("host", "cost"),
    [
        ("api.openai.com", 0.00138),
        ("eu.api.openai.com", 0.001518),
        ("US.api.openai.com", 0.001518),
        ("mtls-eu.api.openai.com", None),
        ("api.moon.openai.com", None),
        ("gateway.test", 0.00138),
    ],
)
def test_a_call_costs_what_the_region_of_its_address_does(at, host, cost):
    provider = at(host)
    result = provider.generate_realtime("2 + 2?")
    assert (result["content"], result["cost"]) == ("4", cost)
    if cost is None:
        assert host in result["cost_unknown"]
        with pytest.raises(PricingError):
            provider.cost_of(result)
    else:
        assert float(provider.cost_of(result)) == cost


def test_an_estimate_is_for_the_region_of_the_address_too(at):
    tokens = {"input_tokens": 1_000_000, "output_tokens": 0, "is_batch": False}
    plain, regional = (at(host).estimate_cost(**tokens) for host in ("api.openai.com", "eu.api.openai.com"))
    assert regional == pytest.approx(plain * 1.1)
    with pytest.raises(PricingError):
        at("api.moon.openai.com").estimate_cost(**tokens)


def test_the_address_of_the_environment_is_one_too(at, monkeypatch, openai):
    at("eu.api.openai.com")
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://eu.api.openai.com:{urlsplit(openai.server.url).port}/v1")
    provider = openai.make()
    usage = {"usage": {"input": 1_000_000}, "mode": "standard"}
    before = provider.cost_of(usage)
    assert float(before) == pytest.approx(0.75 * 1.1)
    assert provider.generate_realtime("2 + 2?")["cost"] == 0.001518
    assert provider.cost_of(usage) == before


def test_a_model_without_a_price_in_the_region_has_none_there(at):
    provider = at("eu.api.openai.com", model="gpt-5.5-pro", surface="chat")
    result = provider.generate_realtime("2 + 2?")
    assert (result["cost"], "no known price in regional" in result["cost_unknown"]) == (None, True)


def test_an_answer_is_priced_without_reading_the_vendors_files_again(openai, monkeypatch):
    provider = openai.make()
    cost = provider.generate_realtime("2 + 2?")["cost"]

    def read(*_args, **_options):
        raise AssertionError("a file was read for a price")

    monkeypatch.setattr("tomllib.loads", read)
    result = provider.generate_realtime("2 + 2?")
    assert (result["cost"], float(provider.cost_of(result))) == (cost, cost)


def test_a_run_at_the_address_of_a_region_without_a_price_is_made_and_unpriced(at, tmp_path):
    """As a call is; only a limit in money cannot be held there."""
    from providers import run_realtime

    provider = at("eu.api.openai.com", model="gpt-5.5-pro", surface="chat")
    results = run_realtime(provider, [("a", "2 + 2?")], tmp_path / "run.json")
    assert (results.answered, results.unpriced) == (1, 1)
    with pytest.raises(PricingError, match="regional"):
        run_realtime(provider, [("a", "2 + 2?")], tmp_path / "other.json", max_cost=1)
