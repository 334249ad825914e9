"""A real browser: Debian's Chromium through Playwright. Where either is missing the tests are skipped, with the reason."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from octoregistry.planning.plan_json import from_values
from octoregistry.report import write_report
from octoregistry.settings import load_settings
from octoregistry.updating.update import Update, plan_update
from providers import parse_registry
from tests.waiting import LIMIT

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    """The browser, started once."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install '.[dev]'")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def screenshots():
    """The folder for pictures of what was tested, emptied before."""
    folder = HERE / "screenshots"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def update(tmp_path_factory):
    """What the bundled pages change in the registry of 2026-08-21, with one change held so that one is there to see."""
    text = (ROOT / "examples" / "models-2026-08-21.yaml").read_text()
    held = json.loads((HERE / "held.json").read_text())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        found = plan_update(text, "models.yaml", load_settings(None), offline=True, clock=lambda: NOW)
    return Update(found.registry, text, found.new_text, found.plan + from_values(held), found.runs, NOW)


@pytest.fixture(scope="session")
def report(update, tmp_path_factory):
    """The files of that update's report."""
    return write_report(update, tmp_path_factory.mktemp("reports"), "run")


@pytest.fixture(scope="session")
def hostile_report(tmp_path_factory):
    """The files of a report full of names that try to be markup."""
    folder = HERE.parent / "merging" / "hostile"
    text = (folder / "models.yaml").read_text()
    plan = from_values(json.loads((folder / "plan.json").read_text()))
    update = Update(parse_registry(text), text, text, plan, (), NOW)
    return write_report(update, tmp_path_factory.mktemp("hostile"), "run")


class Opened:
    """A file in a tab, and what went wrong in it: console messages, errors, dialogs, requests beyond the file."""

    def __init__(self, tab, path: Path, fragment: str = "") -> None:
        self.tab = tab
        self.faults: list[str] = []
        self.address = path.as_uri() + fragment
        tab.on("console", lambda message: self.faults.append(f"console: {message.text}"))
        tab.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        tab.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        tab.on("request", self._requested)
        tab.goto(self.address)
        if tab.locator("html.js #list").count():
            tab.wait_for_selector("#list.ready")

    def _requested(self, request) -> None:
        if request.url.split("#")[0] != self.address.split("#")[0] and not request.url.startswith("blob:"):
            self.faults.append(f"request: {request.url}")


@pytest.fixture
def opened(browser):
    """`opened(path, fragment, **context)` is the file in a tab of its own; no fault may be left at the end."""
    contexts, tabs = [], []

    def opener(path: Path, fragment: str = "", **options):
        context = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(LIMIT * 1000)
        contexts.append(context)
        tabs.append(Opened(context.new_page(), path, fragment))
        return tabs[-1].tab

    yield opener
    faults = [fault for tab in tabs for fault in tab.faults]
    for context in contexts:
        context.close()
    assert faults == []
