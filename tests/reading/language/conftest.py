"""A reader of labels, and the server on loopback that it asks through the vendor's real SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from benchmarks.vendor import Vendor, VendorReply
from octoregistry.reading.language.choice import LanguageModel, LanguageModels
from octoregistry.reading.language.llm_call import ask_with
from octoregistry.reading.language.reader import LanguageReader
from octoregistry.reading.language.readings_store import ReadingsStore
from providers import get_provider

DAY = date(2026, 9, 7)


@pytest.fixture
def language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., tuple[LanguageReader, Vendor]]]:
    """(a reader, the server that it asks) for a list of answers, given one after the other, or a way to answer."""
    pytest.importorskip("openai", reason="the OpenAI SDK is not installed")
    with ExitStack() as stack:

        def made(speak: Callable[[str], VendorReply] | list[str]) -> tuple[LanguageReader, Vendor]:
            answers = iter(speak) if isinstance(speak, list) else None
            server = stack.enter_context(Vendor(lambda p: VendorReply(next(answers)) if answers else speak(p)))  # type: ignore[operator]
            for name, value in server.environment.items():
                monkeypatch.setenv(name, value)
            provider = get_provider({"api": {"provider": "openai", "model": "gpt-5.4-mini"}})
            stack.callback(provider.close)  # type: ignore[attr-defined]
            models = LanguageModels([LanguageModel("openai", "gpt-5.4-mini", lambda: ask_with(provider))])
            return LanguageReader(ReadingsStore(tmp_path / "readings"), lambda: models, DAY), server

        yield made
