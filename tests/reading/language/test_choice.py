"""Which language model is asked, and who comes next where it does not answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from octoregistry.reading.language.choice import LanguageModels, chosen
from octoregistry.reading.language.llm_call import NotAskedError
from octoregistry.settings import ReadingSettings
from providers import Registry, load_registry, parse_registry

sys.path.insert(0, str(Path(__file__).parents[2] / "providers"))  # for `servers`

DAY = date(2026, 9, 7)
KEYS = {"OPENAI_API_KEY": "test-key", "ANTHROPIC_API_KEY": "test-key", "GOOGLE_API_KEY": "test-key"}
KEY_OF = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "gemini": "GOOGLE_API_KEY"}
SCHEMA = {
    "type": "object",
    "properties": {"A": {"type": "string"}},
    "required": ["A"],
    "additionalProperties": False,
}
ENTRY = """
      {id}:
        display_name: {id}
        input_per_million: {input}
        output_per_million: {output}
        batch_support: false
        status: {status}
        rates:
          - {{mode: standard, input: {input}, output: {output}}}
"""


def registry(*models: tuple[str, str, str, str]) -> Registry:
    """A registry of OpenAI models: (id, input, output, status)."""
    entries = "".join(ENTRY.format(id=i, input=a, output=b, status=s) for i, a, b, s in models)
    return parse_registry(
        "default_provider: openai\nproviders:\n  openai:\n    env_var: OPENAI_API_KEY\n    sdk: openai\n"
        f"    default_model: {models[0][0]}\n    realtime_multiplier: 1.0\n    models:{entries}"
        "defaults:\n  input_per_million: 1.0\n  output_per_million: 2.0\n  realtime_multiplier: 2.0\n"
    )


TWO = registry(("gpt-5-dear", "1.0", "1.0", "active"), ("gpt-5-cheap", "0.5", "1.5", "active"))


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)
    return KEYS


@pytest.fixture
def vendors(monkeypatch: pytest.MonkeyPatch, keys: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Three vendors on loopback, each in its own wire: {name: server}, which answer `{"A": "batch"}`."""
    for module in ("openai", "anthropic", "google.genai"):
        pytest.importorskip(module, reason=f"the {module} SDK is not installed")
    from servers.anthropic import AnthropicServer, message
    from servers.gemini import GeminiServer, content
    from servers.openai import OpenAIServer, completion

    addresses = {"openai": "OPENAI_BASE_URL", "anthropic": "ANTHROPIC_BASE_URL", "gemini": "GOOGLE_GEMINI_BASE_URL"}
    with ExitStack() as stack:
        servers: dict[str, Any] = {
            "openai": OpenAIServer(),
            "anthropic": AnthropicServer(),
            "gemini": GeminiServer(),
        }
        for name, server in servers.items():
            stack.callback(server.close)
            monkeypatch.setenv(addresses[name], server.url + ("/v1" if name == "openai" else ""))
        servers["openai"].completion = completion('{"A": "batch"}')
        servers["anthropic"].message = message('{"A": "batch"}')
        servers["gemini"].content = content('{"A": "batch"}')
        yield servers


def asked(models: LanguageModels) -> str:
    """Who answered."""
    name, reply = models.ask("what?", SCHEMA)
    assert reply.text == '{"A": "batch"}'
    return name


def test_auto_takes_the_cheapest_active_model_for_the_expected_tokens(keys: dict[str, str]) -> None:
    """Seven parts of input to one of output: the cheap input wins, though its output is dearer."""
    models = registry(
        ("gpt-5-dear", "1.0", "1.0", "active"),
        ("gpt-5-cheap", "0.5", "1.5", "active"),
        ("gpt-5-cheapest", "0.1", "0.1", "retired"),
        ("gpt-5-old", "0.1", "0.1", "deprecated"),
        ("gpt-audio-mini", "0.1", "0.1", "active"),
    )
    assert chosen("auto", models, DAY, environment=keys).name == "openai/gpt-5-cheap"


def test_auto_asks_only_vendors_whose_key_is_set() -> None:
    """The cheapest of all may belong to a vendor that cannot be asked."""
    for name, provider in (
        ("OPENAI_API_KEY", "openai"),
        ("ANTHROPIC_API_KEY", "anthropic"),
        ("GOOGLE_API_KEY", "gemini"),
    ):
        found = chosen("auto", load_registry(), DAY, environment={name: "k"}).name
        assert str(found).startswith(f"{provider}/")


def test_without_a_key_nobody_is_asked_and_the_variables_are_named() -> None:
    """Off, said once."""
    found = chosen("auto", load_registry(), DAY, environment={})
    assert found.name is None
    assert "OPENAI_API_KEY" in str(found.unavailable)
    assert chosen("off", load_registry(), DAY, environment=KEYS).unavailable == "switched off"


@pytest.mark.parametrize("choice", ["gpt-5", "nobody/gpt-5", "openai/"])
def test_a_choice_that_names_no_model_is_told(choice: str, keys: dict[str, str]) -> None:
    """A mistyped --llm is an error, not silence."""
    with pytest.raises(NotAskedError):
        chosen(choice, load_registry(), DAY)


@pytest.mark.parametrize(
    ("status", "code"), [(401, "invalid_api_key"), (403, "forbidden"), (429, "insufficient_quota")]
)
def test_where_a_vendor_refuses_the_key_or_its_quota_is_spent_the_next_vendor_is_asked(
    vendors: dict[str, Any], status: int, code: str
) -> None:
    """`auto` stopped at the first vendor's 401 once; the vendor's other models have the same key."""
    from servers.base import Reply

    models = chosen("auto", load_registry(), DAY)
    first = str(models.name).partition("/")[0]
    error = {"type": code, "code": code, "message": "no"}
    vendors[first].fail(*[Reply({"error": error, "type": "error"}, status, {"retry-after": "3600"})] * 9)
    assert not asked(models).startswith(f"{first}/")
    (told,) = models.tried
    assert told.startswith(f"{first}/")
    assert f"HTTP {status}" in told
    calls = len(vendors[first].requests)
    asked(models)
    assert len(vendors[first].requests) == calls  # nor is it in this run again


def test_where_a_model_is_gone_the_vendors_next_is_asked(vendors: dict[str, Any]) -> None:
    """A 404 says nothing of the vendor's other models."""
    from servers.base import Reply

    vendors["openai"].fail(Reply({"error": {"message": "no such model", "code": "model_not_found"}}, 404))
    models = chosen("auto", TWO, DAY)
    assert asked(models) == "openai/gpt-5-dear"
    assert "gpt-5-cheap could not be asked: openai: HTTP 404" in models.tried[0]


def test_where_nobody_answers_all_that_were_tried_are_named(vendors: dict[str, Any]) -> None:
    """A person who reads it knows which key to mend."""
    from servers.base import Reply

    for server in vendors.values():
        server.fail(*[Reply({"error": {"message": "no"}}, 401)] * 3)
    models = chosen("auto", load_registry(), DAY)
    with pytest.raises(NotAskedError) as error:
        asked(models)
    assert all(name in str(error.value) for name in vendors)
    assert models.name is None


@pytest.mark.parametrize("vendor", ["openai", "anthropic", "gemini"])
def test_each_vendor_is_asked_in_its_own_wire_and_its_answer_read_and_paid(
    vendors: dict[str, Any], vendor: str
) -> None:
    """The cost is the registry's for the tokens that were billed."""
    name = str(chosen("auto", load_registry(), DAY, environment={KEY_OF[vendor]: "k"}).name)
    model = name.partition("/")[2]
    vendors["openai"].completion["model"] = vendors["anthropic"].message["model"] = model
    vendors["gemini"].content["modelVersion"] = model
    said, reply = chosen(name, load_registry(), DAY).ask("what?", SCHEMA)
    assert (said, reply.text, reply.wrong) == (name, '{"A": "batch"}', None)
    assert reply.cost is not None
    assert reply.cost > 0
    assert not vendors[vendor].mistakes


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server in the house that speaks chat completions, and how the settings name it."""
    from benchmarks.vendor import Vendor, VendorReply

    monkeypatch.setenv("HOUSE_KEY", "house-secret")
    with Vendor(lambda _: VendorReply('{"A": "batch"}')) as server:
        own = ReadingSettings(base_url=server.environment["OPENAI_BASE_URL"], model="qwen/qwen-9", key_env="HOUSE_KEY")
        yield server, own


def test_an_endpoint_of_ones_own_is_asked_and_no_vendor(house: Any, keys: dict[str, str]) -> None:
    """Apart from the provider of that name: it needs no SDK, no entry in the registry and no vendor's key."""
    server, own = house
    models = chosen("auto", load_registry(), DAY, own)
    name = asked(models)
    assert name.endswith("/qwen/qwen-9")
    assert name.startswith("127.0.0.1:")
    (request,) = server.requests
    assert request["model"] == "qwen/qwen-9"
    assert request["response_format"]["json_schema"]["schema"] == SCHEMA
    assert chosen("off", load_registry(), DAY, own).name is None


def test_an_endpoint_that_cannot_be_asked_is_told_without_its_key(keys: dict[str, str]) -> None:
    """Nobody listens there; and nobody else is asked in its place."""
    own = ReadingSettings(base_url="http://127.0.0.1:9/v1", model="m", key_env="HOUSE_KEY")
    with pytest.raises(NotAskedError, match="HOUSE_KEY is not set"):
        chosen("auto", load_registry(), DAY, own, {}).ask("what?", SCHEMA)
    with pytest.raises(NotAskedError, match=r"127\.0\.0\.1:9 cannot be reached") as error:
        chosen("auto", load_registry(), DAY, own, {"HOUSE_KEY": "house-secret"}).ask("what?", SCHEMA)
    assert "house-secret" not in str(error.value)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"choices": []}', b'{"choices": [{"message": 3}]}'])
def test_an_endpoint_that_speaks_something_else_is_told(body: bytes) -> None:
    """A web page with status 200 is no answer."""
    from servers.base import Reply, Server

    server = Server()
    try:
        server.refuse = lambda _: Reply(body)  # type: ignore[method-assign]
        own = ReadingSettings(base_url=server.url, model="m")
        with pytest.raises(NotAskedError, match="does not speak chat completions"):
            chosen("auto", load_registry(), DAY, own, {}).ask("what?", SCHEMA)
    finally:
        server.close()


def test_an_endpoint_that_takes_no_schema_is_asked_without_one() -> None:
    """The prompt says the form as well, and the answer is checked by us."""
    from servers.base import Reply, Server

    server = Server()
    answer = {"choices": [{"message": {"content": '{"A": "batch"}'}, "finish_reason": "stop"}]}
    try:
        server.refuse = lambda request: (  # type: ignore[method-assign]
            Reply({"error": "unknown field"}, 400) if b"response_format" in request.body else Reply(answer)
        )
        own = ReadingSettings(base_url=server.url, model="m")
        assert asked(chosen("auto", load_registry(), DAY, own, {})).endswith("/m")
        assert len(server.requests) == 2
        assert "authorization" not in server.requests[0].headers
    finally:
        server.close()


@pytest.mark.parametrize("model", ["gpt-3.5-turbo-1106", "babbage-002", "gpt-realtime-2.1", "gpt-5-chat-latest"])
def test_only_models_that_chat_and_hold_to_a_schema_are_asked(keys: dict[str, str], model: str) -> None:
    """By the vendor's own file, whatever they cost."""
    cheap = registry(("gpt-5-dear", "9.0", "9.0", "active"), (model, "0.01", "0.01", "active"))
    assert chosen("auto", cheap, DAY, environment=keys).name == "openai/gpt-5-dear"
