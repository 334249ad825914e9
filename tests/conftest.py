"""What every test may ask for: a page's rates in one call, and the vendors' stored pages where they are at hand."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from octoregistry.documents import Unread, read_document
from octoregistry.reading import read_rates
from octoregistry.reading.rates import PageRates, Problem
from octoregistry.settings import Settings, load_settings
from providers import Registry, load_registry
from tests.depth import DEPTH

_ROOT = Path(__file__).parent.parent

# As the command line does: what pytest and the libraries hold is no garbage, and looked through at every 700 new values.
gc.set_threshold(50_000, 20, 100)

# On a busy machine an example may take seconds, and to make up one may, too.
hypothesis_settings.register_profile(
    "patient", max_examples=25 * DEPTH, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("patient")

# Where tests start a browser, a server or a process, or make up thousands of examples: `make test-fast` leaves them out.
_SLOW = (
    "browser",
    "cli/test_batch.py",
    "cli/test_cost.py",
    "cli/test_update_writes.py",
    "conformance",
    "costing",
    "merging/test_lock.py",
    "merging/test_merge_properties.py",
    "merging/test_pages_in_order.py",
    "merging/test_store.py",
    "planning/test_guards_properties.py",
    "providers/batches",
    "providers/vendors",
    "publishing",
    "reading/language/test_page.py",
    "reading/test_metamorphic.py",
    "report/test_usage.py",
    "service",
    "sources",
    "updating",
    "test_readme.py",
    "test_wheel.py",
)


def _is_slow(path: Path) -> bool:
    return any(path.is_relative_to(_ROOT / "tests" / name) for name in _SLOW)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """True of what `make test-fast` leaves out: to import it takes longer than to run the rest of a room."""
    return True if config.option.markexpr == "not slow" and _is_slow(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks as `slow` what stands in _SLOW."""
    slow = {path for path in {item.path for item in items} if _is_slow(path)}
    for item in items:
        if item.path in slow:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def data_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of this test's person, not there yet: no test sees or writes the registry of whoever runs it."""
    folder = tmp_path_factory.getbasetemp() / "data-homes" / uuid4().hex
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    return folder


@dataclass(frozen=True)
class StoredPage:
    """A vendor's page as it was stored, with what the manifest says of it."""

    provider: str
    text: str
    day: date
    name: str


@pytest.fixture(scope="session")
def shared_pages() -> list[StoredPage]:
    """The vendors' stored pages; the tests that need them are skipped where they are absent, for they are not ours to ship."""
    folder = _ROOT.parent / "shared" / "pages"
    if not (folder / "manifest.json").exists():
        pytest.skip("the vendors' stored pages are not beside this checkout")
    entries: list[dict[str, Any]] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return [
        StoredPage(
            e["provider"], (folder / e["file"]).read_text(encoding="utf-8"), date.fromisoformat(e["date"]), e["file"]
        )
        for e in entries
    ]


@pytest.fixture(scope="session")
def own_page() -> Callable[[str], str]:
    """The text of a page in tests/pages."""
    return lambda name: (_ROOT / "tests" / "pages" / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def page_rates() -> Callable[..., PageRates]:
    """Read a page's text; a page that cannot be read has no rates and one problem."""

    def read(text: str, day: date = date(2026, 9, 1), provider: str = "openai") -> PageRates:
        document = read_document(text, "page")
        if isinstance(document, Unread):
            return PageRates(provider, "page", (), (Problem("page", "", document.reason),))
        return read_rates(document, provider, day)

    return read


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The registry that comes with the package."""
    return load_registry(_ROOT / "models.yaml")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The built-in settings, with a cache that holds nothing: the pages that come with the package serve."""
    built_in = load_settings()
    return built_in.model_copy(update={"fetch": built_in.fetch.model_copy(update={"cache_dir": tmp_path / "cache"})})
