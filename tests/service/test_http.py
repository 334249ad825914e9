"""The HTTP face of a real service: what it says, to whom, and who may decide."""

from __future__ import annotations

import html
import re
import signal
import socket
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import yaml

from octoregistry.service.http.app import allowed_hosts
from octoregistry.settings import load_settings
from octoregistry.settings.service import ServiceSettings
from octoregistry.sources.cache import Cache, CacheEntry
from tests.service.conftest import DAILY, HAIKU, ROOT, TOKEN, Workspace
from tests.waiting import LIMIT

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def get(address: str, **headers: str) -> requests.Response:
    return requests.get(address, headers=headers, timeout=LIMIT)


def post(address: str, **more: Any) -> requests.Response:
    return requests.post(address, timeout=LIMIT, allow_redirects=False, **more)


def cached_input(workspace: Workspace) -> list[str]:
    """The cached prices of Haiku's standard rates, as the file says them."""
    registry = yaml.safe_load(workspace.registry.read_text())
    rates = registry["providers"]["anthropic"]["models"][HAIKU]["rates"]
    return [str(rate["cached_input"]) for rate in rates if rate["mode"] == "standard"]


@pytest.fixture
def held(workspace: Workspace) -> tuple[Workspace, str, str]:
    """A service with one change that waits, its address, and the change's own."""
    workspace.hold()
    address = workspace.serve()
    (waiting,) = get(f"{address}/api/changes?state=waiting").json()["held"]
    return workspace, address, f"{address}/api/changes/{waiting['id']}"


def test_the_words_that_hold_changes_are_shown_with_their_place_and_count(workspace: Workspace) -> None:
    """A page says "Moonlit" over the prices of the cache: /review says so once, with what it holds."""
    kept = workspace.folder / "kept"
    workspace.settings(DAILY + f'[fetch]\ncache_dir = "{kept}"\n')
    url = load_settings().providers["anthropic"].prices[0]
    bundled = (ROOT / "octoregistry" / "sources" / "bundled" / "anthropic-pricing.md").read_text()
    page = bundled.replace("Cached input", "Moonlit cached input")
    assert page != bundled
    day = datetime(2026, 11, 29, tzinfo=UTC)
    Cache(kept).put(url, CacheEntry(url, url, page.encode(), "text/markdown; charset=utf-8", None, None, day, day))
    workspace.hold()
    address = workspace.serve()
    page = html.unescape(get(f"{address}/review").text)
    shown = page.partition("Words in doubt</h2>")[2].partition("</ul>")[0]
    assert shown.count("<li>") == 1, shown
    assert re.search(r"'Moonlit cached input', a column head at T\dR\dC\d of https://", shown), shown
    assert "not understood: Moonlit; holds 1 price of 1 model" in shown


def test_prices_and_estimates_are_those_of_the_registry(workspace: Workspace) -> None:
    """Exact decimals as text, by id and by alias, and today's ETag answers with nothing."""
    address = workspace.serve()
    models = get(f"{address}/api/models?provider=anthropic").json()["models"]
    haiku = next(one for one in models if one["model"] == HAIKU)
    assert (haiku["standard_input"], haiku["batch_output"]) == ("1.0", "2.5")
    found = get(f"{address}/api/models?q=haiku+4.5").json()["models"]
    assert [(one["model"], one["same_model"]) for one in found] == [(HAIKU, "claude-haiku-4-5")]
    assert get(f"{address}/api/models?q=zork").json()["models"] == []
    by_alias = get(f"{address}/api/models/anthropic/claude-haiku-4-5")
    assert by_alias.json()["model"] == HAIKU
    assert by_alias.json()["rates"][0]["prices"]["cached_input"] == "0.1"
    cost = get(f"{address}/api/estimate?model=anthropic/{HAIKU}&input=12000&output=800").json()["estimates"]
    assert (cost[0]["usd"], cost[0]["modes"]["batch"]) == ("0.016", "0.008")
    again = get(f"{address}/api/models/anthropic/{HAIKU}", **{"If-None-Match": by_alias.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    for absent in ("api/models/acme/x", "api/models?provider=acme", "api/estimate?model=acme/x", "reports/x.html"):
        assert get(f"{address}/{absent}").status_code == 404
    assert get(f"{address}/api/estimate?input=-1").status_code == 422
    assert get(f"{address}/reports/..%2fmodels.yaml").status_code in (404, 422)


def test_a_change_of_the_file_is_seen_and_a_broken_file_is_not_served(workspace: Workspace) -> None:
    """The last good registry answers, and `readyz` says what is wrong."""
    address = workspace.serve()
    text = workspace.registry.read_text()
    before = get(f"{address}/api/models/anthropic/{HAIKU}")
    workspace.registry.write_text(text.replace("Claude Haiku 4.5", "Claude Haiku IV"))
    after = get(f"{address}/api/models/anthropic/{HAIKU}")
    assert after.json()["display_name"] == "Claude Haiku IV"
    assert after.headers["ETag"] != before.headers["ETag"]
    workspace.registry.write_text(text + "\tbroken")
    assert get(f"{address}/api/models/anthropic/{HAIKU}").json()["display_name"] == "Claude Haiku IV"
    ready = get(f"{address}/readyz")
    assert ready.status_code == 503
    assert "models.yaml" in ready.json()["status"]


def test_the_numbers_are_those_of_the_run_log(held: tuple[Workspace, str, str]) -> None:
    """Under names of our own, in a form that Prometheus reads."""
    from prometheus_client.parser import text_string_to_metric_families

    text = get(f"{held[1]}/metrics").text
    samples = {
        (sample.name, *(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert all(name[0].startswith("octoregistry_") for name in samples)
    assert samples["octoregistry_provider_age_seconds", "anthropic"] > 86400, (
        "a bundled page is no younger for being read"
    )
    assert samples["octoregistry_provider_served", "anthropic", "bundled"] == 1
    assert "bundled with the package" in get(f"{held[1]}/readyz").json()["pages"][0]
    assert samples["octoregistry_runs_total", "done", "all"] == 1
    assert samples["octoregistry_holds", "anthropic"] == 1
    assert samples["octoregistry_llm_cost_usd_total",] == 0


def test_the_first_page_says_how_things_stand(held: tuple[Workspace, str, str]) -> None:
    """Freshness, the last runs, what waits, and links that lead somewhere; it asks for nothing."""
    _, address, _ = held
    page = get(f"{address}/")
    assert '<td class="bad">stale<td>2026-10-10 00:00Z<td>the package' in page.text
    assert "1 model waits for a person" in page.text
    assert re.search(r'<td>all<td class="wrap">done<td class="n">\d+<td class="n">1', page.text)
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for link in re.findall(r'href="([^"]*)"', page.text):
        assert get(f"{address}/{link}").status_code in (200, 404), link
        assert get(f"{address}/{link}").status_code == 200 or link.startswith("reports"), link


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


def test_the_api_has_a_page_that_asks_nothing_of_any_network(workspace: Workspace) -> None:
    """Every call of the OpenAPI document with its parameters and answers; no script, and nothing from elsewhere."""
    address = workspace.serve()
    answer = get(f"{address}/docs")
    page, document = html.unescape(answer.text), get(f"{address}/openapi.json").json()
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert not re.findall(r"<script|<link|<img|src=|https?://", page)
    for path, verbs in document["paths"].items():
        for verb, call in verbs.items():
            section = page.partition(f'aria-label="Parameters of {verb.upper()} {path}"')[2].partition("</table>")[0]
            assert re.search(rf">{verb.upper()}</span> (<a [^>]*>)?{re.escape(path)}<", page), path
            for parameter in call.get("parameters", ()):
                assert f"<code>{parameter['name']}</code>" in section, (path, parameter["name"])
    for shape in document["components"]["schemas"]:
        assert shape.startswith(("HTTP", "Validation")) or f'id="shape-{shape}"' in page


def test_the_first_page_finds_a_price(held: tuple[Workspace, str, str]) -> None:
    """By words of a name, in any case and order; whatever is asked for is text."""
    _, address, _ = held
    found = html.unescape(get(f"{address}/?find=4+HAIKU+claude").text)
    assert f"anthropic/{HAIKU}" in found
    assert '<td class="n">1.00<td class="n">0.20<td class="n">5.00<td class="n">0.50' in found
    assert "claude-opus" not in found
    assert "<script>alert(1)" not in get(f"{address}/?find=<script>alert(1)</script>").text
    assert "No model has" in get(f"{address}/?find=nothing-of-the-kind").text


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


def log_in(address: str) -> tuple[requests.Session, str]:
    """A session with the cookie, and its CSRF token."""
    session = requests.Session()
    answer = session.post(f"{address}/login", data={"token": TOKEN}, timeout=LIMIT, headers={"Origin": address})
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', answer.text)
    assert found, answer.text
    return session, found[1]


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


def said_to(address: str, *lines: bytes) -> bytes:
    """The first line of the answer to a request of these very bytes."""
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=LIMIT) as line:
        line.sendall(b"\r\n".join(lines))
        return line.recv(4096).partition(b"\r\n")[0]


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


def test_behind_a_proxy_pages_lead_where_they_came_from(held: tuple[Workspace, str, str]) -> None:
    """It may put the service under a path and name it as it likes: what a browser is sent to is relative, and that a page
    is our own is the browser's word, not a comparison with a host that the proxy has changed."""
    _, address, change = held
    page = get(f"{address}/review").text
    assert not re.findall(r'(?:action|href)="/|action="http', page)
    ours = {"Origin": "https://prices.example.org", "Sec-Fetch-Site": "same-origin", "Host": "10.0.0.7:8765"}
    come = post(f"{address}/login", data={"token": TOKEN}, headers=ours)
    assert (come.status_code, come.headers["Location"]) == (303, "review")
    session, csrf = log_in(address)
    name = change.rpartition("/")[2]
    late = session.post(f"{address}/review/{'0' * 20}/refuse", data={"csrf": csrf}, timeout=LIMIT)
    assert late.status_code == 404
    assert 'action="../../logout"' in late.text
    cookies = dict(session.cookies)
    done = post(f"{address}/review/{name}/refuse", data={"csrf": csrf}, headers=ours, cookies=cookies)
    assert (done.status_code, done.headers["Location"]) == (303, "../../review")
    moved = requests.get(f"{address}/reports", headers={"Host": "10.9.9.9"}, timeout=LIMIT, allow_redirects=False)
    assert (moved.status_code, moved.headers["Location"]) == (307, "reports/")


def test_a_name_that_is_not_ours_is_sent_away(workspace: Workspace) -> None:
    """Who gives a name of their own the address 127.0.0.1 has a page that a browser lets read all that stands there."""
    workspace.settings(DAILY.replace("jitter = 0", 'jitter = 0\nhosts = ["Prices.Example.org"]'))
    address = workspace.serve()
    port = address.rpartition(":")[2]
    strangers = (f"evil.example:{port}", "127.0.0.1.evil.example", "me@evil.example", "[::1", "localhost.evil")
    for path in ("api/models", "review", "reports/", "metrics", "healthz", ""):
        for host in strangers:
            sent_away = get(f"{address}/{path}", Host=host)
            assert sent_away.status_code == 421, (path, host)
            assert sent_away.json() == {"detail": "no name of this service: set service.hosts"}
    ours = (f"127.0.0.1:{port}", "localhost", f"LOCALHOST:{port}", "[::1]:1", "10.0.0.7", "PRICES.example.org:443")
    for host in ours:
        assert get(f"{address}/healthz", Host=host).status_code == 200, host
    assert post(f"{address}/login", data={"token": TOKEN}, headers={"Host": "evil.example"}).status_code == 421


def test_where_others_may_ask_and_no_name_is_set_any_serves() -> None:
    """It is not this machine alone that reaches it then, and by which names nobody has said."""
    assert allowed_hosts("127.0.0.1", ServiceSettings()) == ()
    assert allowed_hosts("0.0.0.0", ServiceSettings()) is None  # noqa: S104
    assert allowed_hosts("0.0.0.0", ServiceSettings(hosts=("prices.example.org",))) == ("prices.example.org",)  # noqa: S104


def test_head_says_what_get_would(workspace: Workspace) -> None:
    """Watchers ask so: the same status and headers, and no body."""
    address = workspace.serve()
    for path in ("healthz", "readyz", "api/models", "review"):
        asked, head = get(f"{address}/{path}"), requests.head(f"{address}/{path}", timeout=LIMIT)
        assert (head.status_code, head.content) == (200, b""), path
        assert head.headers["Content-Length"] == asked.headers["Content-Length"]
        assert head.headers.get("ETag") == asked.headers.get("ETag")
    assert requests.head(f"{address}/api/models/acme/x", timeout=LIMIT).status_code == 404


@pytest.mark.parametrize(
    ("token", "host", "said"),
    [(None, "0.0.0.0", "set a token"), (None, "::", "set a token"), ("short", "127.0.0.1", "16 are the least")],  # noqa: S104
)
def test_it_listens_nowhere_else_without_a_token(workspace: Workspace, token: str | None, host: str, said: str) -> None:
    """Exit status 2, before anything is opened."""
    if token:
        workspace.environ["OCTOREGISTRY_SERVICE_TOKEN"] = token
    told = workspace.run("serve", "--host", host, "--offline")
    assert told.returncode == 2
    assert said in told.stderr
    assert not (workspace.folder / "runs.sqlite3").exists() or token


def test_without_a_token_nothing_can_be_decided(workspace: Workspace) -> None:
    """Read-only, and the page says so."""
    workspace.hold()
    address = workspace.serve(token=None)
    (waiting,) = get(f"{address}/api/changes").json()["held"]
    assert post(f"{address}/api/changes/{waiting['id']}/accept", headers=BEARER).status_code == 403
    assert post(f"{address}/login", data={"token": ""}).status_code in (401, 422)
    assert "Read-only" in get(f"{address}/review").text


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_service(workspace: Workspace, number: signal.Signals, status: int) -> None:
    """With the same statuses as every command."""
    workspace.serve()
    workspace.started[-1].send_signal(number)
    assert workspace.started[-1].wait(LIMIT) == status


def test_reports_are_served(workspace: Workspace) -> None:
    """The list and each page, that asks for nothing."""
    workspace.registry.write_bytes((ROOT / "examples" / "models-2026-08-21.yaml").read_bytes())
    workspace.settings(DAILY.replace('report = ""', 'report = "shown"').replace("anthropic", "openai"))
    address = workspace.serve()
    listed = get(f"{address}/reports/").text
    (name,) = set(re.findall(r'href="([^"]+\.html)"', listed))
    shown = get(f"{address}/reports/{name}")
    assert "Content-Security-Policy" in shown.text
    assert shown.headers["Content-Type"] == "text/html; charset=utf-8"
    assert get(f"{address}/reports/{name}", **{"If-None-Match": shown.headers["ETag"]}).status_code == 304


def test_a_port_that_is_taken_is_told(workspace: Workspace) -> None:
    """Exit status 1, and no schedule goes on behind it."""
    address = workspace.serve()
    told = workspace.run("serve", "--offline", "--port", address.rpartition(":")[2])
    assert told.returncode == 1
    assert "cannot listen" in told.stderr


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
