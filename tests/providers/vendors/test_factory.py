"""Which provider a configuration gets, and what it costs to ask."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys

import pytest

import providers
from providers import AuthenticationError, LLMProvider, SettingsError, get_provider, get_step_provider


def installed(module):
    """Whether an SDK is there."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


needs_sdks = pytest.mark.skipif(
    not all(installed(module) for module in ("openai", "anthropic", "google.genai")),
    reason="the extras openai, anthropic and gemini are not all installed",
)

LOADED = """
import sys, time
start = time.perf_counter()
{statement}
elapsed = time.perf_counter() - start
heavy = {{"openai", "anthropic", "google.genai", "httpx", "httpx2", "requests", "http", "ruamel", "pydantic"}}
print(elapsed, sorted(heavy & set(sys.modules)))
"""


@needs_sdks
@pytest.mark.parametrize(
    "statement",
    [
        "import providers",
        "import providers.openai, providers.anthropic, providers.gemini",
        "from providers import *",
        "import providers; providers.get_provider({'api': {'provider': 'gemini'}})",
    ],
)
def test_neither_an_import_nor_a_provider_loads_an_sdk_or_an_http_library(statement):
    script = LOADED.format(statement=statement)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split(maxsplit=1)[1].strip() == "[]"


def test_every_public_name_is_there():
    for name in providers.__all__:
        assert getattr(providers, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = providers.nonsense


@needs_sdks
def test_the_package_works_under_another_name(tmp_path, monkeypatch):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "__init__.py").write_text("")
    (tmp_path / "scripts" / "providers").symlink_to(next(iter(providers.__path__)))
    monkeypatch.syspath_prepend(tmp_path)
    moved = importlib.import_module("scripts.providers")
    provider = moved.get_provider({"api": {"provider": "openai"}})
    assert type(provider).__module__ == "scripts.providers.openai"
    assert isinstance(provider, moved.LLMProvider)
    assert not isinstance(provider, LLMProvider)


@needs_sdks
def test_the_config_is_kept_as_it_was_given_and_the_model_as_configured():
    config = {"api": {"provider": "OpenAI", "model": "my-own"}}
    provider = get_provider(config)
    assert provider.config is config
    assert provider.model == "my-own"


@needs_sdks
def test_without_a_provider_or_a_model_the_registry_decides():
    provider = get_provider({})
    assert (provider.name, provider.model) == ("gemini", "gemini-3.5-flash-lite")


@needs_sdks
def test_an_unknown_model_is_priced_by_the_defaults_and_says_so():
    provider = get_provider({"api": {"provider": "openai", "model": "gpt-99"}})
    with pytest.warns(UserWarning, match="gpt-99"):
        assert provider.estimate_cost(1_000_000, 1_000_000) == 3.0
    assert provider.estimate_cost(1_000_000, 1_000_000, is_batch=False) == 6.0


@needs_sdks
def test_a_known_model_is_estimated_by_its_plain_prices():
    provider = get_provider({"api": {"provider": "anthropic"}})
    assert provider.estimate_cost(1_000_000, 1_000_000) == 3.0
    assert provider.estimate_cost(1_000_000, 1_000_000, is_batch=False) == 6.0


def test_an_unknown_provider_is_a_value_error_that_names_the_known_ones():
    with pytest.raises(ValueError, match="gemini, openai, anthropic"):
        get_provider({"api": {"provider": "acme"}})


@needs_sdks
@pytest.mark.parametrize(("name", "variable"), [("openai", "OPENAI_API_KEY"), ("gemini", "GOOGLE_API_KEY")])
def test_without_a_key_there_is_no_provider(monkeypatch, name, variable):
    monkeypatch.setenv(variable, " ")
    with pytest.raises(AuthenticationError, match=variable):
        get_provider({"api": {"provider": name}})


@needs_sdks
def test_gemini_takes_the_other_name_of_its_key(monkeypatch):
    monkeypatch.delenv("GOOGLE_API_KEY")
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    assert get_provider({"api": {"provider": "gemini"}}).get_api_key_env_var() == "GOOGLE_API_KEY"


def test_a_missing_sdk_is_an_import_error_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(ImportError, match=r"pip install 'octoregistry\[openai\]'"):
        get_provider({"api": {"provider": "openai"}})


@needs_sdks
@pytest.mark.parametrize("max_tokens", ["many", 0, -1, 1.5, True])
def test_a_number_of_tokens_that_is_none_is_refused_before_any_call(max_tokens):
    with pytest.raises(ValueError, match=r"^api\.max_tokens is .*: it is a whole number from 1 up$"):
        get_provider({"api": {"provider": "openai", "max_tokens": max_tokens}})


@pytest.mark.parametrize(
    ("api", "name"),
    [
        ({"timeout_seconds": "long"}, "timeout_seconds"),
        ({"transport_retry": {"max_attempts": "a few"}}, "transport_retry.max_attempts"),
    ],
)
def test_a_setting_that_is_no_number_is_named(api, name):
    with pytest.raises(ValueError, match=rf"^api\.{name} is .*: it is a number from 0 up$"):
        get_provider({"api": {"provider": "openai", **api}})


@needs_sdks
@pytest.mark.parametrize(
    ("api", "told"),
    [
        ({"max_token": 5}, "api.max_token: unknown setting; did you mean max_tokens?"),
        (
            {"transport_retry": {"attempts": 5}},
            "api.transport_retry.attempts: unknown setting; did you mean max_attempts?",
        ),
        ({"xyzzy": 1}, "api.xyzzy: unknown setting; known are provider, model, "),
        ({"transport_retry": 3}, "api.transport_retry is 3: it has max_attempts, "),
        ({"max_inflight_batches": 0}, "api.max_inflight_batches is 0: it is a whole number"),
        ({"model": 4}, "api.model is 4: it is text"),
        ({"model": "  "}, "api.model is '  ': it is text"),
        ({"base_url": ""}, "api.base_url is '': it is text"),
    ],
)
def test_a_setting_that_nobody_reads_is_an_error_with_the_nearest_name(api, told):
    with pytest.raises(SettingsError, match=rf"^{re.escape(told)}"):
        get_provider({"api": {"provider": "openai", **api}})


@needs_sdks
def test_tables_of_the_client_beside_api_are_none_of_our_business():
    retry = {"max_attempts": 5, "initial_delay_seconds": 2, "backoff_multiplier": 3, "jitter": True}
    api = {"provider": "openai", "model": "gpt-5.4-mini", "max_tokens": 9, "max_inflight_batches": 3, "retry": retry}
    config = {"api": api, "pipeline": {"steps": [{"name": "write", "odd": 1}]}, "realtime": {"concurrency": 4}}
    assert get_step_provider(config, "write", {"metadata": {"cli_model_override": None}}).config is config


def test_every_setting_is_documented():
    from pathlib import Path

    from providers.api_settings import KEYS
    from providers.retry import RETRY_KEYS

    page = (Path(__file__).parents[3] / "docs" / "providers.md").read_text()
    assert [key for key in KEYS if f"`api.{key}`" not in page] == []
    assert [key for key in RETRY_KEYS if f"`.{key}`" not in page] == []


def test_the_registry_methods_are_callable_on_the_class():
    assert LLMProvider.get_provider_info("openai")["env_var"] == "OPENAI_API_KEY"
    assert "gpt-5.4-mini" in LLMProvider.get_provider_models("openai")
    assert set(LLMProvider.get_all_providers()) == {"gemini", "openai", "anthropic"}
    assert LLMProvider.get_default_pricing()["realtime_multiplier"] == 2.0
    assert LLMProvider.load_model_registry()["default_provider"] == "gemini"


GLOBAL = {"provider": "gemini", "model": "gemini-x", "max_tokens": 9}


@needs_sdks
@pytest.mark.parametrize(
    ("step", "flags", "expected"),
    [
        ({}, {}, ("gemini", "gemini-x")),
        ({"model": "gemini-y"}, {}, ("gemini", "gemini-y")),
        ({"provider": "openai", "model": "gpt-y"}, {}, ("openai", "gpt-y")),
        ({"provider": "openai"}, {}, ("openai", "gpt-5.4-mini")),
        ({"provider": "gemini"}, {}, ("gemini", "gemini-x")),
        (
            {"provider": "openai", "model": "gpt-y"},
            {"cli_provider_override": True, "cli_model_override": True},
            ("gemini", "gemini-x"),
        ),
        ({"model": "gemini-y"}, {"cli_model_override": True}, ("gemini", "gemini-x")),
        ({"provider": "openai", "model": "gpt-y"}, {"cli_model_override": True}, ("gemini", "gemini-x")),
        ({"provider": "openai", "model": "gpt-5.4-mini"}, {"cli_provider_override": True}, ("gemini", "gemini-x")),
        ({"model": "gpt-5.4-mini"}, {"cli_provider_override": True}, ("gemini", "gemini-3.5-flash-lite")),
        ({"provider": "gemini", "model": "gemini-y"}, {"cli_provider_override": True}, ("gemini", "gemini-y")),
    ],
)
def test_flags_come_before_the_step_the_step_before_the_global_and_all_before_the_registry(step, flags, expected):
    config = {"api": dict(GLOBAL), "pipeline": {"steps": [{"name": "other", "model": "no"}, {"name": "write", **step}]}}
    provider = get_step_provider(config, "write", {"metadata": flags})
    assert (provider.name, provider.model) == expected
    assert provider.max_tokens == 9
    assert config["api"] == GLOBAL


@needs_sdks
def test_a_flag_alone_never_pairs_a_provider_with_another_vendors_model():
    both = {"name": "write", "provider": "anthropic", "model": "claude-haiku-4-5"}
    pipeline = {"steps": [both]}
    by_provider = {"api": {"provider": "openai", "model": "claude-haiku-4-5"}, "pipeline": pipeline}
    provider = get_step_provider(by_provider, "write", {"metadata": {"cli_provider_override": True}})
    assert (provider.name, provider.model) == ("openai", "gpt-5.4-mini")
    by_model = {"api": {"provider": "gemini", "model": "gpt-5.5-pro"}, "pipeline": pipeline}
    provider = get_step_provider(by_model, "write", {"metadata": {"cli_model_override": True}})
    assert (provider.name, provider.model) == ("openai", "gpt-5.5-pro")


@needs_sdks
def test_a_step_without_words_of_its_own_keeps_the_very_config():
    config = {"api": dict(GLOBAL), "pipeline": {"steps": [{"name": "write"}]}}
    assert get_step_provider(config, "write").config is config
    assert get_step_provider(config, "absent", {}).config is config


def test_the_models_of_the_responses_surface_are_those_that_the_sdk_lists_beside_the_chat_models():
    shared = pytest.importorskip("openai.types.shared.responses_model")
    import typing

    from openai.types.shared.chat_model import ChatModel

    from providers.openai_requests import CHAT, RESPONSES, surface_of

    listed = [typing.get_args(part) for part in typing.get_args(shared.ResponsesModel) if typing.get_args(part)]
    chat = set(typing.get_args(ChatModel))
    only = {model for models in listed for model in models} - chat
    assert {model for model in only if surface_of(model) != RESPONSES} == set()
    assert {model for model in chat if surface_of(model) != CHAT} == set()
    with pytest.raises(ValueError, match=r"api\.surface"):
        surface_of("gpt-5", "smoke signals")


def test_no_default_model_is_retired_or_about_to_be():
    """Fails on the day that a default has to be chosen anew: the packaged one, by the registry and by what the SDKs announce."""
    from datetime import date, timedelta

    from providers.registry import PACKAGED, load_registry

    for provider in load_registry(PACKAGED).providers.values():
        default = provider.models[provider.default_model]
        assert default.status == "active", default.id
        assert default.batch_support, default.id
        assert default.retires_on is None or default.retires_on > date.today() + timedelta(days=30), default.id  # noqa: DTZ011
    messages = pytest.importorskip("anthropic.resources.messages.messages")
    assert load_registry(PACKAGED).providers["anthropic"].default_model not in messages.DEPRECATED_MODELS
