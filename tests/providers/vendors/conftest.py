"""The three vendors on loopback, and a provider for each."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))  # for `servers`

REGISTRY = """\
default_provider: gemini
providers:
  gemini:
    env_var: GOOGLE_API_KEY
    sdk: google-genai
    default_model: gemini-3.5-flash-lite
    realtime_multiplier: 2.0
    models:
      gemini-3.5-flash-lite:
        display_name: Gemini 3.5 Flash-Lite
        input_per_million: 0.15
        output_per_million: 1.25
        batch_support: true
        rates:
          - {mode: standard, input: 0.3, output: 2.5, cached_input: 0.03}
          - {mode: batch, input: 0.15, output: 1.25, cached_input: 0.03}
          - {mode: flex, input: 0.15, output: 1.25, cached_input: 0.03}
  openai:
    env_var: OPENAI_API_KEY
    sdk: openai
    default_model: gpt-5.4-mini
    realtime_multiplier: 2.0
    models:
      gpt-5.4-mini:
        display_name: GPT-5.4 mini
        input_per_million: 0.375
        output_per_million: 2.25
        batch_support: true
        rates:
          - {mode: standard, input: 0.75, output: 4.5, cached_input: 0.075}
          - {mode: batch, input: 0.375, output: 2.25, cached_input: 0.0375}
          - {mode: flex, input: 0.375, output: 2.25, cached_input: 0.0375}
          - {mode: priority, input: 1.5, output: 9.0, cached_input: 0.15}
      gpt-5.5-pro:
        display_name: GPT-5.5 pro
        input_per_million: 15.0
        output_per_million: 90.0
        batch_support: true
        rates:
          - {mode: standard, input: 30.0, output: 180.0, cached_input: 3.0}
          - {mode: batch, input: 15.0, output: 90.0, cached_input: 1.5}
  anthropic:
    env_var: ANTHROPIC_API_KEY
    sdk: anthropic
    default_model: claude-haiku-4-5
    realtime_multiplier: 2.0
    models:
      claude-haiku-4-5:
        display_name: Claude Haiku 4.5
        input_per_million: 0.5
        output_per_million: 2.5
        batch_support: true
        rates:
          - {mode: standard, input: 1.0, output: 5.0, cached_input: 0.1, cache_write_5m: 1.25, cache_write_1h: 2.0}
          - {mode: batch, input: 0.5, output: 2.5, cached_input: 0.05, cache_write_5m: 0.625, cache_write_1h: 1.0}
          - {mode: priority, input: 6.0, output: 30.0, cached_input: 0.6, cache_write_5m: 7.5, cache_write_1h: 12.0}
defaults:
  input_per_million: 1.0
  output_per_million: 2.0
  realtime_multiplier: 2.0
"""

KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY")
OTHERS = (
    "GEMINI_API_KEY",
    "OPENAI_CUSTOM_HEADERS",
    "ANTHROPIC_CUSTOM_HEADERS",
    "ANTHROPIC_AUTH_TOKEN",
    "OPENAI_ORG_ID",
    "OPENAI_PROJECT_ID",
    "GOOGLE_GENAI_API_VERSION",
    "GOOGLE_GENAI_USE_VERTEXAI",
    "GOOGLE_GENAI_HTTP_CLIENT",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
)


@pytest.fixture(autouse=True)
def _a_registry_and_keys_of_the_tests(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    models = tmp_path_factory.mktemp("registry") / "models.yaml"
    models.write_text(REGISTRY)
    monkeypatch.setenv("OCTOREGISTRY_MODELS", str(models))
    for variable in KEYS:
        monkeypatch.setenv(variable, "test-key")
    for variable in OTHERS:
        monkeypatch.delenv(variable, raising=False)
    for variable in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "GOOGLE_GEMINI_BASE_URL"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9/")  # where nothing listens, until a server takes its place


@dataclass
class Vendor:
    """One vendor, its server, and what the same thing is called there."""

    name: str
    server: Any
    make: Callable[..., Any]  # a provider; keywords go into config["api"]
    realtime_path: str
    batch_path: str
    create_path: str
    results_path: str

    def unanswered(self, status: int, message: str = "no") -> Any:
        """The body of an error."""
        if self.name == "gemini":
            return {"error": {"code": status, "status": "SOME_STATUS", "message": message}}
        if self.name == "anthropic":
            return {"type": "error", "error": {"type": "some_error", "message": message}}
        return {"error": {"message": message, "type": "some_error", "code": None}}

    def submit(self, provider: Any, folder: Path, ids: tuple[str, ...] = ("a", "b")) -> str:
        """A batch over a row for each id."""
        path = folder / "rows.jsonl"
        path.write_text(
            "".join(json.dumps(provider.format_batch_request(unit, f"prompt {unit}")) + "\n" for unit in ids)
        )
        batch_id: str = provider.create_batch(provider.upload_batch_file(path))
        return batch_id


def _vendor(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    pytest.importorskip({"gemini": "google.genai"}.get(name, name), reason=f"the {name} extra is not installed")
    from providers import get_provider

    if name == "openai":
        from servers.openai import OpenAIServer as Kind

        variable, suffix = "OPENAI_BASE_URL", "/v1"
        paths = ("/v1/chat/completions", "/v1/batches/", "/v1/batches", "/content")
    elif name == "anthropic":
        from servers.anthropic import AnthropicServer as Kind

        variable, suffix = "ANTHROPIC_BASE_URL", ""
        paths = ("/v1/messages", "/v1/messages/batches/", "/v1/messages/batches", "/results")
    else:
        from servers.gemini import GeminiServer as Kind

        variable, suffix = "GOOGLE_GEMINI_BASE_URL", ""
        paths = (":generateContent", "/v1/batches/", ":batchGenerateContent", ":download")
    server = Kind()
    monkeypatch.setenv(variable, server.url + suffix)
    made = []

    def make(**api: Any) -> Any:
        retry = {"initial_delay_seconds": 0.01, **api.pop("transport_retry", {})}
        made.append(get_provider({"api": {"provider": name, "timeout_seconds": 5, "transport_retry": retry, **api}}))
        return made[-1]

    yield Vendor(name, server, make, *paths)
    for provider in made:
        provider.close()
    server.close()
    assert not server.mistakes


@pytest.fixture(params=["openai", "anthropic", "gemini"])
def vendor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    yield from _vendor(request.param, monkeypatch)


@pytest.fixture
def openai(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    yield from _vendor("openai", monkeypatch)


@pytest.fixture
def anthropic(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    yield from _vendor("anthropic", monkeypatch)


@pytest.fixture
def gemini(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    yield from _vendor("gemini", monkeypatch)


@pytest.fixture
def stranger() -> Iterator[Any]:
    """Another origin, which answers whatever it is asked."""
    from servers.base import Reply, Server

    class Stranger(Server):
        def refuse(self, request: Any) -> Any:
            return Reply({})

    server = Stranger()
    yield server
    server.close()
