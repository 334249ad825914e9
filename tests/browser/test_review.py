"""The review page in a real browser: log in, accept, refuse; a wrong token and another site's form change nothing."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

pytest.importorskip("apscheduler", reason="the extra is not installed: pip install '.[service]'")

from tests.browser.acting import SIZES
from tests.service.conftest import TOKEN, Workspace, first_run, make_workspace, workspace  # noqa: F401 - fixtures


@pytest.fixture
def page(browser) -> Iterator:
    """A tab; whatever its console complains of is a fault."""
    context = browser.new_context()
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
    yield opened
    context.close()
    assert faults == []


@pytest.fixture
def address(workspace: Workspace) -> str:  # noqa: F811 - the fixture
    """A service in which one change waits."""
    workspace.hold()
    return workspace.serve()


def log_in(page, address: str, token: str) -> None:
    page.goto(f"{address}/review")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Log in").click()


def test_who_is_not_logged_in_sees_and_cannot_decide(page, address: str) -> None:
    """What is held and why; no buttons."""
    page.goto(f"{address}/review")
    card = page.locator("article")
    assert card.locator("h2").inner_text() == "Claude Haiku 4.5"
    assert "claude-haiku-4-5" in card.locator("header code").inner_text()
    assert card.locator("td.n").inner_text().split() == ["0.20", "→", "to", "0.10", "▼", "−50%"]
    assert "Cached input “$0.1”" in card.locator(".evidence").inner_text()
    assert "the registry was checked on" in card.locator(".verdict").inner_text()
    assert page.get_by_role("button", name="Accept").count() == 0


def test_a_wrong_token_is_told(page, address: str) -> None:
    """And gives no cookie."""
    log_in(page, address, "not-the-token-at-all")
    assert page.get_by_role("status").inner_text() == "That is not the token."
    assert page.context.cookies() == []


def test_accept_writes_and_the_page_says_so(page, address: str, workspace: Workspace) -> None:  # noqa: F811
    """A click: the file says what the page said; nothing waits any more."""
    log_in(page, address, TOKEN)
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    before = workspace.registry.read_text()
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("Nothing waits for a person.").wait_for()
    assert workspace.registry.read_text() != before
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Token").wait_for()


def test_refuse_leaves_the_file(page, address: str, workspace: Workspace) -> None:  # noqa: F811
    """A click: nothing waits any more, and nothing was written."""
    log_in(page, address, TOKEN)
    before = workspace.registry.read_bytes()
    page.get_by_role("button", name="Refuse").click()
    page.get_by_text("Nothing waits for a person.").wait_for()
    assert workspace.registry.read_bytes() == before


def test_a_decision_is_made_and_taken_back_by_keyboard_alone(page, address: str, workspace: Workspace) -> None:  # noqa: F811
    """From the address to the written file: log in, refuse with a note, undo, accept; return in the note decides nothing."""
    before = workspace.registry.read_text()
    page.goto(f"{address}/review")

    def tab_to(name: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("(document.activeElement.ariaLabel || document.activeElement.labels?.[0]?.textContent"
                             " || document.activeElement.textContent).trim()").startswith(name):  # fmt: skip
                return
        raise AssertionError(f"no tab stop {name}")

    def waits_again() -> None:
        page.wait_for_load_state()
        assert page.locator("article").count() == 1

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    tab_to("Name")
    page.keyboard.type("Ada")
    tab_to("Token")
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Log out").wait_for()
    tab_to("Note")
    page.keyboard.type("seen on the page")
    page.keyboard.press("Enter")
    waits_again()
    tab_to("Accept")
    tab_to("Refuse")
    page.keyboard.press("Enter")
    page.get_by_text("Nothing waits for a person.").wait_for()
    assert "Ada" in page.locator("#decided tbody tr").inner_text()
    assert "seen on the page" in page.locator("#decided tbody tr").inner_text()
    tab_to("Undo")
    page.keyboard.press("Space")
    page.get_by_text("1 model waits for a person").wait_for()
    assert workspace.registry.read_text() == before
    tab_to("Accept")
    page.keyboard.press("Enter")
    page.get_by_text("Nothing waits for a person.").wait_for()
    assert workspace.registry.read_text() != before


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_services_pages_fit_the_screen_and_axe_finds_no_serious_fault(
    browser, address: str, size: str, scheme: str, screenshots
) -> None:
    """Overview, review before and after the log-in with a decision, and the API's page, on a phone and a desk."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed: pip install '.[dev]'"
    )
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    tab = context.new_page()

    def check(name: str) -> None:
        tab.screenshot(path=screenshots / f"{name}-{size}-{scheme}.png", full_page=True)
        assert tab.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], name
        found = axe.Axe().run(tab).response["violations"]
        serious = [
            (one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")
        ]
        assert serious == [], name

    for name, path in (("overview", "/?find=haiku"), ("docs", "/docs"), ("review", "/review")):
        tab.goto(f"{address}{path}")
        check(name)
    log_in(tab, address, TOKEN)
    check("review-logged-in")
    tab.get_by_role("button", name="Refuse").click()
    tab.locator("#decided").wait_for()
    check("review-decided")
    context.close()


def test_another_sites_form_decides_nothing(page, address: str, workspace: Workspace) -> None:  # noqa: F811
    """Even for who is logged in: the cookie is not sent along, and the token of the form is not known."""
    log_in(page, address, TOKEN)
    where = page.locator("article").get_attribute("id")
    before = workspace.registry.read_bytes()
    form = f'<form method="post" action="{address}/review/{where}/accept"><button>Win</button></form>'

    class Evil(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(form.encode())

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Evil) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # another site to the browser: `localhost` and `127.0.0.1` have nothing in common
        page.goto(f"http://localhost:{server.server_port}/")
        page.get_by_role("button", name="Win").click()
        assert "Not done" in page.get_by_role("status").inner_text()
        server.shutdown()
    assert workspace.registry.read_bytes() == before
    page.goto(f"{address}/review")
    assert page.locator("article").count() == 1
