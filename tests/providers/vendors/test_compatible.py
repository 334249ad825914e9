"""A vendor, or a server of one's own, that speaks OpenAI's protocol is a table: key, address, and where it differs."""

from __future__ import annotations

import pytest
from servers.base import Reply
from servers.openai import completion

from providers import (
    AuthenticationError,
    BatchError,
    ProviderError,
    RequestError,
    SettingsError,
    get_provider,
    run_batch,
    run_realtime,
)
from providers.vendors import use_settings_file
from providers.vendors import vendor as vendor_of

TABLE = """
[providers.acme]
display_name = "Acme AI"
protocol = "openai"
base_url = "{url}"
key_env = ["ACME_API_KEY"]
[providers.acme.calls]
max_tokens_field = "max_tokens"
reasoning_outside_completion = true
cached_tokens_field = "cache_hits"
strict_schemas = false

[providers.own]
display_name = "A server of our own"
protocol = "openai"
base_url = "{url}"
"""
SCHEMA = {"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"]}


@pytest.fixture
def acme(openai, monkeypatch, tmp_path):
    """OpenAI's server on loopback as somebody else's, with a key of its own."""
    settings = tmp_path / "octoregistry.toml"
    settings.write_text(TABLE.format(url=openai.server.url + "/v1"))
    use_settings_file(settings)
    for variable, value in (
        ("ACME_API_KEY", "acme-key-1"),
        ("OPENAI_ORG_ID", "org-1"),
        ("OPENAI_PROJECT_ID", "proj-1"),
        ("OPENAI_CUSTOM_HEADERS", "X-Mine: yes"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:9/v1"),
    ):
        monkeypatch.setenv(variable, value)
    openai.server.refuse = lambda request: None
    yield openai.server
    use_settings_file(None)


@pytest.fixture
def make():
    """A provider of a vendor that a table knows; closed after the test."""
    made = []

    def provider(name="acme", **api):
        made.append(get_provider({"api": {"provider": name, "model": "road-2", "timeout_seconds": 30, **api}}))
        return made[-1]

    yield provider
    for one in made:
        one.close()


def test_a_table_is_enough_and_nothing_that_the_environment_says_request_of_goes_there(acme, make):
    result = make(max_tokens=9).generate_realtime("2 + 2?", system="Be brief.")
    assert result["content"] == "4"
    (request,) = acme.requests
    assert request.headers["authorization"] == "Bearer acme-key-1"
    assert not {"openai-organization", "openai-project", "x-mine"} & request.headers.keys()
    assert "test-key" not in str(request)
    assert request.json["max_tokens"] == 9
    assert "max_completion_tokens" not in request.json


def test_no_address_is_the_vendors_own_and_not_the_environments(acme, make):
    assert make(base_url=None).generate_realtime("2 + 2?")["content"] == "4"
    assert len(acme.requests) == 1


@pytest.mark.parametrize("address", ["", " "])
def test_a_blank_address_is_an_error_and_nothing_is_sent(acme, make, address):
    """A variable without a value leaves it behind: prompts would go to another address than the one that was meant."""
    with pytest.raises(SettingsError, match="base_url"):
        make(base_url=address)
    assert not acme.requests


def test_its_usage_is_read_by_its_own_words_and_it_has_no_price_where_none_is_known(acme, make):
    usage = {
        "prompt_tokens": 100,
        "cache_hits": 40,
        "completion_tokens": 10,
        "completion_tokens_details": {"reasoning_tokens": 5},
    }
    acme.completion = {**completion("4"), "usage": usage}
    result = make().generate_realtime("2 + 2?")
    assert result["usage"] == {"input": 60, "cached_input": 40, "output": 15}
    assert result["cost"] is None
    assert "acme" in result["cost_unknown"]


def test_what_it_cannot_do_is_an_error_that_says_so(acme, make, tmp_path):
    with pytest.raises(RequestError, match="acme enforces no schema"):
        make().generate_realtime("2 + 2?", SCHEMA)
    with pytest.raises(RequestError, match="acme is not known to take OpenAI's cache controls"):
        make().generate_realtime("2 + 2?", cache={"key": "a"})
    (tmp_path / "rows.jsonl").write_text("{}\n")
    with pytest.raises(ProviderError, match="acme has no batches: run_realtime"):
        make().upload_batch_file(tmp_path / "rows.jsonl")
    for ask in ("get_batch_status", "cancel_batch", "download_batch_results", "create_batch"):
        with pytest.raises(ProviderError, match="acme has no batches: run_realtime"):
            getattr(make(), ask)("batch_1")
    with pytest.raises(ProviderError, match="acme has no batches: run_realtime"):
        make().list_batches()
    with pytest.raises(BatchError, match="acme has no batches: run_realtime"):
        run_batch(make(), [("a", "hi")], tmp_path / "run.json")
    assert not (tmp_path / "run.json").exists()
    assert not acme.requests


@pytest.mark.filterwarnings("ignore:no provider 'acme'")
def test_many_calls_at_once_go_there_too(acme, make, tmp_path):
    results = run_realtime(make(), [("a", "hi"), ("b", "ho")], tmp_path / "run.json")
    assert (results.answered, results.unpriced) == (2, 2)


def test_a_server_of_ones_own_needs_no_key_and_another_needs_its_own(acme, make, monkeypatch):
    assert make("own").generate_realtime("hi")["content"] == "4"
    assert "test-key" not in str(acme.requests[0])
    monkeypatch.delenv("ACME_API_KEY")
    with pytest.raises(AuthenticationError, match="ACME_API_KEY"):
        make()


def test_its_errors_are_ours_and_hold_no_key(acme, make):
    acme.fail(Reply({"error": {"message": "bad key acme-key-1"}}, 401))
    with pytest.raises(AuthenticationError, match=r"acme: HTTP 401 .*\[key\]"):
        make().generate_realtime("hi")


def test_a_vendor_that_no_table_knows_is_named_with_those_that_one_does():
    with pytest.raises(ValueError, match="gemini, openai, anthropic"):
        get_provider({"api": {"provider": "nobody"}})


@pytest.mark.parametrize("name", ["deepseek", "groq", "mistral", "moonshot", "openrouter", "together", "xai"])
def test_a_built_in_table_is_a_provider_once_its_key_is_there(monkeypatch, name):
    facts = vendor_of(name)
    assert facts.base_url.startswith("https://")
    for variable in facts.key_env:
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(AuthenticationError, match=facts.key_env[0]):
        get_provider({"api": {"provider": name, "model": "some-model"}})

    monkeypatch.setenv(facts.key_env[0], "a-key")
    provider = get_provider({"api": {"provider": name, "model": "some-model"}})

    assert (provider.name, provider.model) == (name, "some-model")
    provider.close()


def test_a_built_in_vendor_goes_where_a_persons_own_settings_say(vendor, monkeypatch, tmp_path):
    variable = {"openai": "OPENAI_BASE_URL", "anthropic": "ANTHROPIC_BASE_URL", "gemini": "GOOGLE_GEMINI_BASE_URL"}
    monkeypatch.setenv(variable[vendor.name], "http://127.0.0.1:9")
    monkeypatch.setenv("GATEWAY_KEY", "test-key")
    address = vendor.server.url + ("/v1" if vendor.name == "openai" else "")
    settings = tmp_path / "octoregistry.toml"
    settings.write_text(f'[providers.{vendor.name}]\nbase_url = "{address}"\nkey_env = ["GATEWAY_KEY"]\n')
    use_settings_file(settings)
    try:
        for key in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY"):
            monkeypatch.delenv(key)
        assert vendor.make().generate_realtime("2 + 2?")["content"] == "4"
    finally:
        use_settings_file(None)


def test_the_vendors_own_address_in_a_file_of_ones_own_stands_over_the_environments(vendor, monkeypatch, tmp_path):
    """Whoever writes where the key goes, and be it where it would go anyway, is not overruled by a variable."""
    settings, address = tmp_path / "own.toml", vendor_of(vendor.name).base_url
    settings.write_text(f'[providers.{vendor.name}]\nbase_url = "{address}"\n')
    monkeypatch.setenv("OCTOREGISTRY_SETTINGS", str(settings))
    provider = vendor.make()
    assert provider._address_of(provider.client).rstrip("/") == address


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('protocol = "anthropic"\nbase_url = "http://127.0.0.1:9"', "its protocol is 'anthropic'"),
        ('protocol = "openai"', "base_url: it is not set"),
    ],
)
def test_a_table_that_cannot_be_called_is_an_error_that_says_why(tmp_path, table, told):
    settings = tmp_path / "octoregistry.toml"
    settings.write_text(f"[providers.acme]\n{table}\n")
    use_settings_file(settings)
    try:
        with pytest.raises(ValueError, match=told):
            get_provider({"api": {"provider": "acme", "model": "road-2"}})
    finally:
        use_settings_file(None)


ENVIRONMENT = {
    "OPENAI_ORG_ID": "org-mine",
    "OPENAI_PROJECT_ID": "proj-mine",
    "OPENAI_ADMIN_KEY": "admin-mine",
    "OPENAI_CUSTOM_HEADERS": "X-Mine: yes\nAuthorization: Bearer leak-mine",
    "ANTHROPIC_CUSTOM_HEADERS": "X-Mine: yes\nAuthorization: Bearer leak-mine\nX-Api-Key: leak-mine",
    "ANTHROPIC_AUTH_TOKEN": "token-mine",
    "GOOGLE_CLOUD_PROJECT": "cloud-mine",
}


@pytest.mark.parametrize("by", ["file", "setting"])
def test_what_the_environment_says_does_not_reach_the_server_of_ones_own(vendor, monkeypatch, tmp_path, by):
    address = vendor.server.url + ("/v1" if vendor.name == "openai" else "")
    settings = tmp_path / "octoregistry.toml"
    settings.write_text(f'[providers.{vendor.name}]\nbase_url = "{address}"\n' if by == "file" else "")
    use_settings_file(settings)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    try:
        api = {} if by == "file" else {"base_url": address}
        assert vendor.make(**api).generate_realtime("2 + 2?")["content"] == "4"
    finally:
        use_settings_file(None)
    (request,) = vendor.server.requests
    assert "mine" not in str(request.headers)
    assert "test-key" in str(request.headers)


def test_no_key_of_the_environments_headers_replaces_ours_and_other_headers_go_along(vendor, monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    vendor.make().generate_realtime("2 + 2?")
    (request,) = vendor.server.requests
    assert not {"leak-mine", "token-mine"} & set(str(request.headers).replace("'", " ").split())
    assert ("x-mine" in request.headers) == (vendor.name != "gemini")
