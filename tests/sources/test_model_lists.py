"""Model lists from servers on loopback that speak as the vendors' APIs do, and from recorded answers."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from octoregistry.settings import FetchSettings, load_settings
from octoregistry.sources import Failed, ListedModel, ModelList, NotAsked, fetch_model_lists
from octoregistry.sources.listings import NotAList, joined, parse_part
from providers.vendors import load_vendors, vendor
from tests.waiting import PROMPT

CANARY = "sk-CANARY/7731+x"
NOW = datetime(2026, 9, 10, tzinfo=UTC)
RECORDED = Path(__file__).parents[3] / "shared" / "model_lists"
needs_recorded = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recorded model lists (../shared/model_lists) are absent"
)

OPENAI = {
    "object": "list",
    "data": [{"id": "acme-1", "object": "model", "created": 1754426303, "shutdown_date": "2027-01-14"}],
}
ANTHROPIC_MODEL = {
    "type": "model", "id": "claude-x", "display_name": "Claude X", "created_at": "2026-07-24T00:00:00Z",
    "lifecycle": "deprecated",
    "retires_at": "2026-11-30T00:00:00Z", "max_input_tokens": 1000000, "max_tokens": 128000,
    "capabilities": {"batch": {"supported": True}, "citations": {"supported": True}},
}  # fmt: skip
GEMINI_MODEL = {
    "name": "models/gemini-x", "displayName": "Gemini X", "inputTokenLimit": 1048576, "outputTokenLimit": 65536,
    "supportedGenerationMethods": ["generateContent", "batchGenerateContent"],
}  # fmt: skip


@pytest.fixture
def settings(tmp_path):
    fetch = FetchSettings(
        cache_dir=tmp_path / "cache", crawl_delay=0, backoff=0.01, max_wait=0.05, total_deadline=PROMPT
    )
    return load_settings().model_copy(update={"fetch": fetch})


@pytest.fixture
def environ(site):
    return {
        "OPENAI_API_KEY": CANARY, "OPENAI_BASE_URL": site.url("/v1"),
        "ANTHROPIC_API_KEY": CANARY, "ANTHROPIC_BASE_URL": site.url(""),
        "GEMINI_API_KEY": CANARY, "GOOGLE_GEMINI_BASE_URL": site.url("/"),
    }  # fmt: skip


def test_openai_models_come_with_what_the_list_says(site, settings, environ, clock):
    site.says("/v1/models", json.dumps(OPENAI))
    listed = fetch_model_lists(settings, ["openai"], environ=environ, clock=clock)["openai"]
    model = ListedModel("acme-1", retires_on=date(2027, 1, 14), created=date(2025, 8, 5))
    assert listed == ModelList("openai", clock.now, (model,), url=site.url("/v1/models"))
    assert site.asked[-1][1]["Authorization"] == f"Bearer {CANARY}"


def test_anthropic_models_come_with_limits_batch_and_lifecycle(site, settings, environ):
    site.says("/v1/models", json.dumps({"data": [ANTHROPIC_MODEL], "has_more": False, "last_id": "claude-x"}))
    listed = fetch_model_lists(settings, ["anthropic"], environ=environ)["anthropic"]
    expected = ListedModel(
        "claude-x",
        "Claude X",
        1000000,
        128000,
        True,
        "deprecated",
        date(2026, 11, 30),
        date(2026, 7, 24),
    )
    assert listed.models == (expected,)
    path, headers = site.asked[-1]
    assert (headers["Authorization"], headers["anthropic-version"]) == (f"Bearer {CANARY}", "2026-10-21")
    assert parse_qs(urlsplit(path).query)["lifecycle[]"] == ["active", "deprecated", "retired"]


def test_anthropic_is_read_to_the_last_page(site, settings, environ):
    def answer(request):
        after = parse_qs(urlsplit(request.path).query).get("after_id", [None])[0]
        number = 0 if after is None else int(after) + 1
        body = json.dumps({"data": [{"id": str(number)}], "has_more": number < 2, "last_id": str(number)}).encode()
        request.send_response(200)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    site.does["/v1/models"] = answer
    listed = fetch_model_lists(settings, ["anthropic"], environ=environ)["anthropic"]
    assert [model.id for model in listed.models] == ["0", "1", "2"]


def test_gemini_is_read_to_the_last_page_with_the_key_in_its_header(site, settings, environ):
    site.says("/v1/models?pageSize=1000", json.dumps({"models": [GEMINI_MODEL], "nextPageToken": "a b"}))
    site.says("/v1/models?pageSize=1000&pageToken=a%20b", json.dumps({"models": [{"name": "models/gemini-y"}]}))
    listed = fetch_model_lists(settings, ["gemini"], environ=environ)["gemini"]
    first = ListedModel("gemini-x", "Gemini X", 1048576, 65536, True)
    assert listed.models == (first, ListedModel("gemini-y"))
    assert all(headers["x-goog-api-key"] == CANARY for _, headers in site.asked)


def test_a_list_that_breaks_off_half_way_is_no_list(site, settings, environ):
    site.says("/v1/models?pageSize=1000", json.dumps({"models": [GEMINI_MODEL], "nextPageToken": "2"}))
    site.says("/v1/models?pageSize=1000&pageToken=2", "", status=500)
    assert "status 500" in str(fetch_model_lists(settings, ["gemini"], environ=environ)["gemini"])


def test_a_list_that_leads_in_a_circle_is_no_list(site, settings, environ):
    site.says("/v1/models", json.dumps({"models": [GEMINI_MODEL], "nextPageToken": "2"}))
    assert "leads back" in str(fetch_model_lists(settings, ["gemini"], environ=environ)["gemini"])


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_named_by_its_variable(site, settings, environ, status):
    site.says("/v1/models", json.dumps({"error": {"message": f"bad key {CANARY}"}}), status=status)
    failed = fetch_model_lists(settings, ["openai"], environ=environ)["openai"]
    assert f"status {status}: the key in OPENAI_API_KEY is not accepted" in str(failed)


def test_a_key_that_gemini_calls_invalid_is_named_by_its_variable(site, settings, environ):
    site.says("/v1/models", '{"error":{"code":400,"details":[{"reason":"API_KEY_INVALID"}]}}', status=400)
    assert "GEMINI_API_KEY" in str(fetch_model_lists(settings, ["gemini"], environ=environ)["gemini"])


def test_one_vendor_that_fails_does_not_stop_the_others(site, settings, environ):
    site.says("/v1/models", json.dumps(OPENAI))
    environ["ANTHROPIC_BASE_URL"] = site.url("/nowhere")
    listed = fetch_model_lists(settings, ["openai", "anthropic"], environ=environ)
    assert [type(one) for one in listed.values()] == [ModelList, Failed]


def test_a_429_is_waited_for(site, settings, environ):
    site.says("/v1/models", "", status=429, Retry_After="0")
    refuses = site.does["/v1/models"]

    def once(request):
        site.says("/v1/models", json.dumps(OPENAI))
        refuses(request)

    site.does["/v1/models"] = once
    assert isinstance(fetch_model_lists(settings, ["openai"], environ=environ)["openai"], ModelList)


@pytest.mark.parametrize(
    "body", ["", "<html>", "[]", "{}", '{"data":{}}', '{"data":[]}', '{"data":[{"id":7}]}', '{"data":[{"id":""}]}']
)
def test_an_answer_that_is_no_list_is_a_failure(site, settings, environ, body):
    site.says("/v1/models", body)
    assert isinstance(fetch_model_lists(settings, ["openai"], environ=environ)["openai"], Failed)


def test_without_a_key_nothing_is_asked_and_the_variables_are_named(site, settings):
    listed = fetch_model_lists(settings, ["gemini"], environ={"GOOGLE_GEMINI_BASE_URL": site.url("/")})["gemini"]
    assert listed == NotAsked("gemini", "no key (GOOGLE_API_KEY or GEMINI_API_KEY is not set)")
    assert site.asked == []


def test_a_key_is_not_carried_along_a_redirect(site, settings, environ):
    site.says("/v1/models", "", status=302, Location="/elsewhere")
    assert "redirect" in str(fetch_model_lists(settings, ["openai"], environ=environ)["openai"])
    assert site.paths() == ["/v1/models"]


def test_a_key_is_not_sent_over_plain_http_to_another_machine(settings, environ):
    environ["OPENAI_BASE_URL"] = "http://models.example/v1"
    assert "plain http" in str(fetch_model_lists(settings, ["openai"], environ=environ)["openai"])


def test_a_password_file_does_not_replace_the_key(site, settings, environ, tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password hush\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    site.says("/v1/models", json.dumps(OPENAI))
    fetch_model_lists(settings, ["openai"], environ=environ)
    assert site.asked[-1][1]["Authorization"] == f"Bearer {CANARY}"


def test_a_list_that_was_kept_serves_offline_without_a_key(site, settings, environ):
    site.says("/v1/models", json.dumps(OPENAI))
    listed = fetch_model_lists(settings, ["openai"], environ=environ)
    base = {"OPENAI_BASE_URL": environ["OPENAI_BASE_URL"]}
    assert fetch_model_lists(settings, ["openai"], environ=base, offline=True) == listed
    assert isinstance(fetch_model_lists(settings, ["gemini"], environ={}, offline=True)["gemini"], NotAsked)


def test_the_key_is_in_no_result_no_log_and_no_file(site, settings, environ, tmp_path, caplog):
    echo = json.dumps({"data": [{"id": "x", "created": CANARY}], "error": CANARY})
    with caplog.at_level("DEBUG"):
        for body, status in ((echo, 200), (echo, 401), (echo, 500), (json.dumps(OPENAI), 200)):
            site.says("/v1/models", body, status=status)
            seen = repr(fetch_model_lists(settings, ["openai"], environ=environ))
            _holds_no_key(seen.encode())
    _holds_no_key(caplog.text.encode())
    for file in (tmp_path / "cache").iterdir():
        _holds_no_key(file.read_bytes())


def _holds_no_key(content: bytes) -> None:
    raw = CANARY.encode()
    for form in (raw, quote(CANARY, safe="").encode(), base64.b64encode(raw).rstrip(b"=")):
        assert form not in content


def form_of(name):
    form = vendor(name).model_list
    assert form is not None
    return form


@needs_recorded
@pytest.mark.parametrize(
    ("file", "shape", "models"),
    [("openai-2025-11-18.json", "openai", None), ("openai-2026-08-05.json", "openai", None),
     ("anthropic-2026-08-02.json", "anthropic", None), ("google-2026-07-31.json", "gemini", None)],
)  # fmt: skip
def test_a_recorded_list_is_read_whole(file, shape, models):
    body = (RECORDED / file).read_bytes()
    stated = json.loads(body)
    assert len(joined([parse_part(form_of(shape), body)])) == len(stated.get("data") or stated["models"])


def test_a_list_in_a_vendors_own_form_is_read_by_a_map_of_its_fields(site, settings, tmp_path):
    """The answer is the list itself, nobody asks for a key, and words of its own say how a model fares."""
    file = tmp_path / "acme.toml"
    file.write_text(
        f"""[providers.acme]
base_url = "{site.url("/api")}"
[providers.acme.model_list]
path = "/catalogue"
models = ""
fields = {{ id = "slug", display_name = "about.title", batch = "ways has batch", lifecycle = "state", created = "since" }}
stages = {{ sunset = "deprecated" }}
"""
    )
    fetch = settings.fetch.model_copy(update={"allow_private_hosts": ("127.0.0.1",)})
    known = settings.model_copy(update={"fetch": fetch, "providers": load_vendors(file)})
    entry = {
        "slug": "acme/Road-1",
        "about": {"title": "Road 1"},
        "ways": ["batch"],
        "state": "Sunset",
        "since": 1754426303,
    }
    site.says("/api/catalogue", json.dumps([entry, {"slug": "acme/road-0"}]))
    listed = fetch_model_lists(known, ["acme"], environ={})["acme"]
    first = ListedModel("acme/Road-1", "Road 1", None, None, True, "deprecated", None, date(2025, 8, 5))
    assert listed.models == (first, ListedModel("acme/road-0"))
    assert "Authorization" not in site.asked[-1][1]


def test_blanks_around_and_in_a_name_are_none_of_it():
    """OpenRouter's list of 2026-08-22 has names that end with one: no registry takes them."""
    body = json.dumps({"data": [{"id": "a", "name": " Acme:  One "}, {"id": "b", "name": " "}]}).encode()
    names = [model.display_name for model in parse_part(vendor("openrouter").model_list, body).models]
    assert names == ["Acme: One", None]


@needs_recorded
def test_a_recorded_first_page_is_known_for_half_a_list():
    body = (RECORDED / "gemini-2026-08-05.json").read_bytes()
    with pytest.raises(NotAList, match="goes on"):
        joined([parse_part(form_of("gemini"), body)])


@needs_recorded
def test_recorded_anthropic_models_have_names_limits_and_batch():
    listed = joined([parse_part(form_of("anthropic"), (RECORDED / "anthropic-2026-08-02.json").read_bytes())])
    assert all(model.display_name and model.context_window and model.batch is not None for model in listed)
