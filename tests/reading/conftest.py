"""A vendor on loopback and a reader that asks it, through the real SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from benchmarks.vendor import Vendor, VendorReply
from octoregistry.reading import Reader
from octoregistry.reading.asking import asking
from octoregistry.reading.choosing import LanguageModel
from octoregistry.reading.kept import Kept
from providers import get_provider

DAY = date(2026, 9, 7)


@pytest.fixture
def language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., tuple[Reader, Vendor]]]:
    """(a reader, the server that it asks) for a list of answers, given one after the other, or a way to answer."""
    pytest.importorskip("openai", reason="the OpenAI SDK is not installed")
    with ExitStack() as stack:

        def made(speak: Callable[[str], VendorReply] | list[str], *, second: bool = False) -> tuple[Reader, Vendor]:
            answers = iter(speak) if isinstance(speak, list) else None
            server = stack.enter_context(Vendor(lambda p: VendorReply(next(answers)) if answers else speak(p)))  # type: ignore[operator]
            for name, value in server.environment.items():
                monkeypatch.setenv(name, value)
            provider = get_provider({"api": {"provider": "openai", "model": "gpt-5.4-mini"}})
            model = LanguageModel("openai/gpt-5.4-mini", asking(provider))
            stack.callback(provider.close)  # type: ignore[attr-defined]
            return Reader(Kept(tmp_path / "readings", shipped=False), lambda: model, DAY, second=second), server

        yield made
