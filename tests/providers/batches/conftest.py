"""The three vendors on loopback, as they are for the providers' own tests, and a run over them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))  # for `servers` and `vendors`

from servers.working import Clock, Work
from vendors.conftest import (  # noqa: F401 - fixtures
    Vendor,
    _a_registry_and_keys_of_the_tests,
    anthropic,
    gemini,
    openai,
    vendor,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def work() -> Callable[[Vendor], Work]:
    return lambda served: Work(served.name, served.server)


@pytest.fixture
def run(clock: Clock, tmp_path: Path) -> Callable[..., Any]:
    """`run_batch` with a clock that sleeping moves."""
    from providers import run_batch

    def run(provider: Any, requests: Any, **settings: Any) -> Any:
        state = settings.pop("state", tmp_path / "run.json")
        return run_batch(provider, requests, state, clock=clock, sleep=clock.sleep, **settings)

    return run
