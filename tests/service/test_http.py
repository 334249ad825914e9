"""The HTTP face of a real service: what it says and to whom."""

from __future__ import annotations

import html
import re
import signal
import socket
from datetime import UTC, datetime

import pytest
import requests

from octoregistry.service.http.app import allowed_hosts
from octoregistry.settings import load_settings
from octoregistry.settings.service import ServiceSettings
from octoregistry.sources.cache import Cache, CacheEntry
from tests.service.conftest import DAILY, HAIKU, ROOT, TOKEN, Workspace, get, log_in, post
from tests.waiting import LIMIT


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


def test_a_request_that_two_programs_may_read_in_two_ways_is_refused(workspace: Workspace) -> None:
    """What stands behind it is no request of its own: a proxy before us may have taken it for the body."""
    address = workspace.serve()
    post_to = [b"POST /login HTTP/1.1", b"Host: 127.0.0.1"]
    for lines in (
        [*post_to, b"Content-Length: 5", b"Transfer-Encoding: chunked"],
        [*post_to, b"Transfer-Encoding: chunked", b"Content-Length: 5"],
        [*post_to, b"Content-Length: 5", b"Content-Length: 6"],
        [b"GET /healthz HTTP/1.1"],
        [b"GET /healthz HTTP/9.9"],
        [b"GET /healthz HTTP/1.1", b"Host: 127.0.0.1", b"Host: evil.example"],
    ):
        behind = [b"", b"0", b"", b"GET /healthz HTTP/1.1", b"Host: 127.0.0.1", b"", b""]
        said = said_until_closed(address, b"\r\n".join([*lines, *behind]))
        assert said.startswith(b"HTTP/1.1 400"), lines
        assert said.count(b"HTTP/1.1 ") == 1, lines
    assert get(f"{address}/healthz").status_code == 200


def said_until_closed(address: str, sent: bytes) -> bytes:
    """All that is answered to these bytes, until the service hangs up."""
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=LIMIT) as line:
        line.sendall(sent)
        return b"".join(iter(lambda: line.recv(4096), b""))
