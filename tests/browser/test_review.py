"""The review page in a real browser: log in, accept, refuse; a wrong token and another site's form change nothing."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

pytest.importorskip("apscheduler", reason="the extra is not installed: pip install '.[service]'")

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
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Log in").click()


def test_who_is_not_logged_in_sees_and_cannot_decide(page, address: str) -> None:
    """What is held and why; no buttons."""
    page.goto(f"{address}/review")
    assert "claude-haiku-4-5" in page.locator("article h2").inner_text()
    assert "HELD" in page.locator("article li").first.inner_text()
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
