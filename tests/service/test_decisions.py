"""Who may decide about a change that waits, and what a decision does."""

from __future__ import annotations

import re
import socket

import requests
import yaml

from tests.service.conftest import BEARER, DAILY, HAIKU, TOKEN, Workspace, get, log_in, post, said_to
from tests.waiting import LIMIT


def cached_input(workspace: Workspace) -> list[str]:
    """The cached prices of Haiku's standard rates, as the file says them."""
    registry = yaml.safe_load(workspace.registry.read_text())
    rates = registry["providers"]["anthropic"]["models"][HAIKU]["rates"]
    return [str(rate["cached_input"]) for rate in rates if rate["mode"] == "standard"]


def test_only_the_token_decides(held: tuple[Workspace, str, str]) -> None:
    """Everybody reads; without the token, or with a wrong one, nothing is written."""
    workspace, address, change = held
    before = workspace.registry.read_bytes()
    for headers in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer é".encode("latin-1")},
    ):
        for word in ("accept", "refuse"):
            assert post(f"{change}/{word}", headers=headers).status_code == 401
    assert post(f"{address}/api/changes/{'0' * 20}/accept", headers=BEARER).status_code == 404
    assert workspace.registry.read_bytes() == before


def test_accepting_writes_just_what_was_shown(held: tuple[Workspace, str, str]) -> None:
    """Through the same store and lock as every update; a second word comes too late."""
    workspace, address, change = held
    assert cached_input(workspace) == ["0.2"]
    lines_before = workspace.registry.read_text().splitlines()
    accepted = post(f"{change}/accept", headers=BEARER)
    assert (accepted.status_code, accepted.json()["written"]) == (200, True), accepted.text
    assert cached_input(workspace)[-1] == "0.1"
    lines_after = workspace.registry.read_text().splitlines()
    assert len(set(lines_after) - set(lines_before)) <= 2
    assert workspace.run("check", "models.yaml").returncode == 0
    assert post(f"{change}/accept", headers=BEARER).status_code == 409
    assert get(f"{address}/api/changes?state=waiting").json()["held"] == []


def test_refusing_leaves_the_file_and_is_remembered(held: tuple[Workspace, str, str]) -> None:
    """The next run holds it again and asks nobody."""
    workspace, address, change = held
    before = workspace.registry.read_bytes()
    assert post(f"{change}/refuse", headers=BEARER).json()["state"] == "refused"
    workspace.settings(DAILY.replace("1d", "1s"))
    assert workspace.run("schedule", "--once", "--offline").returncode == 5
    assert get(f"{address}/api/changes?state=waiting").json()["held"] == []
    assert workspace.registry.read_bytes() == before


def test_a_refusal_can_be_taken_back_and_what_was_written_cannot(held: tuple[Workspace, str, str]) -> None:
    """It waits again, and the log says who took it back; the registry's file is changed back by hand."""
    workspace, address, change = held
    assert post(f"{change}/undo", headers=BEARER).status_code == 409
    assert post(f"{change}/undo").status_code == 401
    assert post(f"{change}/refuse", headers=BEARER, params={"by": "Ada"}).status_code == 200
    undone = post(f"{change}/undo", headers=BEARER, params={"by": "Eve", "why": "too soon"})
    assert (undone.json()["state"], undone.json()["written"]) == ("waiting", False)
    assert len(get(f"{address}/api/changes?state=waiting").json()["held"]) == 1
    session, _ = log_in(address)
    page = session.get(f"{address}/review", timeout=LIMIT).text
    told = [
        re.sub(r"<[^>]*>", " ", row).split()[2:]
        for row in page.partition("Decided lately")[2].partition("</table>")[0].split("<tr>")[2:]
    ]
    assert [row[:5] for row in told] == [
        [f"anthropic/{HAIKU}", "undone", "Eve", "too", "soon"],
        [f"anthropic/{HAIKU}", "refused", "Ada"],
    ]
    assert post(f"{change}/accept", headers=BEARER).status_code == 200
    late = post(f"{change}/undo", headers=BEARER)
    assert late.status_code == 409
    assert "put the old value back" in late.json()["detail"]
    assert cached_input(workspace)[-1] == "0.1"


def test_what_moved_on_is_not_written(held: tuple[Workspace, str, str]) -> None:
    """A person has edited the file since the change was shown: what they saw is no longer what would be done."""
    workspace, address, change = held
    text = workspace.registry.read_text().replace("cached_input: 0.2,", "cached_input: 0.3,")
    workspace.registry.write_text(text)
    told = post(f"{change}/accept", headers=BEARER)
    assert told.status_code == 409
    assert "moved on" in told.json()["detail"]
    assert workspace.registry.read_text() == text
    assert len(get(f"{address}/api/changes?state=waiting").json()["held"]) == 1


def test_a_cookie_decides_only_with_its_csrf_token_from_our_own_page(held: tuple[Workspace, str, str]) -> None:
    """What another site's form can send is refused; the cookie is out of reach of scripts and other sites."""
    workspace, address, change = held
    before = workspace.registry.read_bytes()
    wrong = post(f"{address}/login", data={"token": "wrong"})
    assert wrong.status_code == 401
    assert "Set-Cookie" not in wrong.headers
    assert post(f"{address}/login", data={"token": TOKEN}, headers={"Origin": "http://evil.example"}).status_code == 403
    cookie = post(f"{address}/login", data={"token": TOKEN}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie
    session, csrf = log_in(address)
    page = f"{address}/review/{change.rpartition('/')[2]}/accept"
    refused = [
        session.post(f"{change}/accept", timeout=LIMIT),
        session.post(f"{change}/accept", headers={"X-CSRF-Token": "0" * 64}, timeout=LIMIT),
        session.post(
            f"{change}/accept", headers={"X-CSRF-Token": csrf, "Origin": "http://evil.example"}, timeout=LIMIT
        ),
        session.post(page, timeout=LIMIT),
        session.post(page, data={"csrf": csrf}, headers={"Origin": "null"}, timeout=LIMIT),
        session.post(page, data={"csrf": csrf}, headers={"Sec-Fetch-Site": "cross-site"}, timeout=LIMIT),
    ]
    assert [answer.status_code for answer in refused] == [403] * 6
    forged = dict(session.cookies)["octoregistry_session"].split(".")
    forged[0] = str(int(forged[0]) + 1)
    assert post(f"{change}/accept", cookies={"octoregistry_session": ".".join(forged)}).status_code == 401
    assert workspace.registry.read_bytes() == before
    done = session.post(f"{change}/refuse", headers={"X-CSRF-Token": csrf, "Origin": address}, timeout=LIMIT)
    assert done.status_code == 200


def test_what_is_no_form_of_ours_is_refused_and_breaks_nothing(held: tuple[Workspace, str, str]) -> None:
    """Files, odd charsets, letters that are none, an origin that is no address, and more than any form has."""
    workspace, address, _ = held
    odd = '--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n\\ud800\r\n--b--\r\n'
    multipart = {"Content-Type": "multipart/form-data; boundary=b; charset=unicode_escape"}
    assert post(f"{address}/login", data=odd, headers=multipart).status_code == 401
    assert post(f"{address}/login", files={"token": b"x" * 5000}).status_code == 401
    assert post(f"{address}/login", data=b"token=%ff%fe&\xff").status_code == 401
    assert post(f"{address}/login", data={"token": TOKEN}, headers={"Origin": "http://["}).status_code == 403
    assert post(f"{address}/login", data=(b"token=" + b"x" * 1000 for _ in range(20))).status_code == 413
    huge = b"X-Huge: " + b"x" * 200_000
    assert b" 400 " in said_to(address, b"GET /healthz HTTP/1.1", b"Host: localhost", huge, b"", b"")
    assert get(f"{address}/healthz").status_code == 200
    assert "Traceback" not in workspace.said(workspace.started[-1])


def test_without_a_token_nothing_can_be_decided(workspace: Workspace) -> None:
    """Read-only, and the page says so."""
    workspace.hold()
    address = workspace.serve(token=None)
    (waiting,) = get(f"{address}/api/changes").json()["held"]
    assert post(f"{address}/api/changes/{waiting['id']}/accept", headers=BEARER).status_code == 403
    assert post(f"{address}/login", data={"token": ""}).status_code in (401, 422)
    assert "Read-only" in get(f"{address}/review").text


def test_a_logged_out_cookie_is_dead_and_the_log_says_who_decided_and_why(held: tuple[Workspace, str, str]) -> None:
    """A copy of the cookie decides nothing; what is decided stands with the name of the log-in."""
    _, address, change = held
    session = requests.Session()
    ours = {"Origin": address}
    shown = session.post(f"{address}/login", data={"token": TOKEN, "name": "Ada <b>"}, timeout=LIMIT, headers=ours).text
    csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', shown)
    assert csrf
    copy = dict(session.cookies)
    session.post(f"{address}/logout", data={"csrf": csrf[1]}, timeout=LIMIT, headers=ours)
    refuse = f"{address}/review/{change.rpartition('/')[2]}/refuse"
    again = post(refuse, data={"csrf": csrf[1], "why": "too dear"}, cookies=copy, headers=ours)
    assert again.status_code == 401
    session, word = log_in(address)
    session.post(f"{address}/login", data={"token": TOKEN, "name": "Ada <b>"}, timeout=LIMIT, headers=ours)
    page = session.get(f"{address}/review", timeout=LIMIT).text
    word = re.findall(r'name="csrf" value="([0-9a-f]+)"', page)[0]
    said = f"{change}/refuse?by=Somebody+else&why=too+dear"  # a log-in decides under its own name, whatever is said
    assert session.post(said, headers={"X-CSRF-Token": word, **ours}, timeout=LIMIT).status_code == 200
    page = session.get(f"{address}/review", timeout=LIMIT).text
    assert "Somebody else" not in page
    assert '<td>refused<td>Ada &lt;b&gt;<td class="wrap">too dear' in page


def test_who_hangs_up_within_a_form_leaves_no_traceback(held: tuple[Workspace, str, str]) -> None:
    """The log of the service holds what happens to it, not what clients do."""
    _, address, _ = held
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=LIMIT) as line:
        line.sendall(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\ntoken=")
    assert get(f"{address}/readyz").status_code == 200
