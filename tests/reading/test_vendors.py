"""The language model as a reader over each vendor's own wire: the real SDKs, talking to servers on loopback."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading import PageRates, Reader, read_rates
from octoregistry.reading.asking import asking
from octoregistry.reading.choosing import LanguageModel
from octoregistry.reading.kept import Kept
from providers import get_provider

from .conftest import DAY  # type: ignore[import-not-found]

sys.path.insert(0, str(Path(__file__).parent.parent / "providers"))  # for `servers`

PAGE = "# Prix\n\n## Tarifs\n\n| Modulus | Ingress | Egress |\n|---|---|---|\n| gpt-5.4 | $2.50 | $15.00 |\n"
PARTS = [{"is": "names", "at": ["C1"]}, {"is": "input", "at": ["C2"]}, {"is": "output", "at": ["C3"]}]
ANSWER = json.dumps({"tables": [{"table": "A", "parts": PARTS}], "quotes": []})
MODELS = {"openai": "gpt-5.4-mini", "anthropic": "claude-haiku-4-5", "gemini": "gemini-3.5-flash-lite"}
KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "gemini": "GOOGLE_API_KEY"}


@dataclass
class Asked:
    """A vendor's server, and a reader that asks it."""

    name: str
    server: Any
    reader: Reader

    def answers(self, text: str, *, stop: str = "stop", refusal: str | None = None) -> None:
        """Whatever is asked from now on, this is the answer, why it ended, and what was refused."""
        if self.name == "openai":
            from servers.openai import completion

            ends = {"stop": "stop", "limit": "length", "refused": "stop"}
            self.server.completion = completion(text, finish_reason=ends[stop], refusal=refusal)
        elif self.name == "anthropic":
            from servers.anthropic import message

            ends = {"stop": "end_turn", "limit": "max_tokens", "refused": "refusal"}
            self.server.message = message(text, stop_reason=ends[stop])
        else:
            from servers.gemini import content

            ends = {"stop": "STOP", "limit": "MAX_TOKENS", "refused": "SAFETY"}
            self.server.content = content(text, finish_reason=ends[stop])

    def read(self, text: str = PAGE) -> PageRates:
        """The page, read without rules' help."""
        document = read_document(text, "https://vendor.invalid/pricing")
        assert isinstance(document, Document)
        return read_rates(document, "openai", DAY, reader=self.reader)

    @property
    def calls(self) -> int:
        return len(self.server.requests)


@pytest.fixture(params=["openai", "anthropic", "gemini"])
def asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Asked]:
    name = request.param
    pytest.importorskip({"gemini": "google.genai"}.get(name, name), reason=f"the {name} extra is not installed")
    from servers.anthropic import AnthropicServer
    from servers.gemini import GeminiServer
    from servers.openai import OpenAIServer

    kinds: dict[str, Callable[[], Any]] = {"openai": OpenAIServer, "anthropic": AnthropicServer, "gemini": GeminiServer}
    addresses = {
        "openai": ("OPENAI_BASE_URL", "/v1"),
        "anthropic": ("ANTHROPIC_BASE_URL", ""),
        "gemini": ("GOOGLE_GEMINI_BASE_URL", ""),
    }
    for key in (*KEYS.values(), "GEMINI_API_KEY"):
        monkeypatch.delenv(key, raising=False)
    with ExitStack() as stack:
        server = kinds[name]()
        stack.callback(server.close)
        variable, path = addresses[name]
        monkeypatch.setenv(variable, server.url + path)
        monkeypatch.setenv(KEYS[name], "test-key")
        provider: Any = get_provider({"api": {"provider": name, "model": MODELS[name], "max_tokens": 16_000}})
        stack.callback(provider.close)
        model = LanguageModel(f"{name}/{MODELS[name]}", asking(provider))
        yield Asked(name, server, Reader(Kept(tmp_path / "readings", shipped=False), lambda: model, DAY))
        assert not server.mistakes


def test_each_vendor_is_asked_with_the_schema_and_its_answer_read_and_paid(asked: Asked) -> None:
    """Thoughts before the text are no answer; the cost is the registry's for the tokens that were billed."""
    asked.answers(ANSWER)
    (rate,) = asked.read().rates
    assert {name: price.usd for name, price in rate.prices.items()} == {"input": Decimal("2.50"), "output": Decimal(15)}
    assert rate.witness == f"llm:{asked.name}/{MODELS[asked.name]}"
    (request,) = asked.server.requests
    assert b'"additionalProperties":false' in request.body.replace(b": ", b":")
    (call,) = asked.reader.calls
    assert call.cost is not None
    assert (call.input_tokens > 0, call.output_tokens > 0, call.cost > 0) == (True, True, True)


@pytest.mark.parametrize(
    ("text", "stop", "refusal", "reason"),
    [
        ("", "stop", None, "the answer is empty"),
        (ANSWER[:30], "stop", None, "is not JSON"),
        (ANSWER[:30], "limit", None, "is cut off"),
        (ANSWER, "limit", None, "is cut off"),
        ("no", "refused", "I cannot", "would not answer"),
    ],
)
def test_what_is_no_whole_answer_is_asked_once_more_and_then_unread_with_its_reason(
    asked: Asked, text: str, stop: str, refusal: str | None, reason: str
) -> None:
    """FAULTS 16, in each vendor's own words for it; what it cost is counted."""
    asked.answers(text, stop=stop, refusal=refusal)
    page = asked.read()
    assert page.rates == ()
    assert reason in page.problems[0].reason
    assert asked.calls == 2
    assert all(call.refused and call.cost for call in asked.reader.calls)


def test_a_vendor_that_is_busy_or_talks_nonsense_for_a_moment_is_asked_again(asked: Asked) -> None:
    """A 429, a web page with status 200, half a body: the second try is answered."""
    from servers.base import HTML, Reply

    asked.answers(ANSWER)
    asked.server.fail(Reply({"error": {"message": "slow down"}}, 429, {"retry-after": "0"}))
    assert len(asked.read().rates) == 1
    asked.reader.kept = Kept(shipped=False)
    asked.server.fail(HTML)
    assert len(asked.read().rates) == 1
    asked.reader.kept = Kept(shipped=False)
    asked.server.fail(Reply(b"{"))
    assert len(asked.read().rates) == 1


@pytest.mark.parametrize(("status", "wait"), [(429, "3600"), (401, "0")])
def test_a_vendor_that_does_not_answer_is_asked_no_more_in_this_run(asked: Asked, status: int, wait: str) -> None:
    """The rules' reason stays with the table, and why nobody could be asked is told once for the run."""
    from servers.base import Reply

    asked.server.fail(*[Reply({"error": {"message": "no"}}, status, {"retry-after": wait})] * 9)
    first, second = asked.read(), asked.read()
    assert first.rates == second.rates == ()
    assert "the rules do not know" in first.problems[0].reason
    assert asked.calls == 1
    assert asked.reader.unavailable is not None
    assert f"HTTP {status}" in asked.reader.unavailable.reason
    assert not asked.reader.calls
