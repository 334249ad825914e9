"""Settings: the built-in facts, what a file changes, and how its faults are named."""

from __future__ import annotations

from decimal import Decimal

import pytest

from octoregistry.settings import SettingsError, load_settings
from octoregistry.sources.urls import host_of, url_fault


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "octoregistry.toml"


def test_without_a_file_the_built_in_facts_hold(file):
    settings = load_settings()
    assert set(settings.providers) == {"openai", "anthropic", "gemini"}
    assert settings.providers["openai"].batch_discount == Decimal("0.5")


def test_every_built_in_page_is_a_plain_https_address_on_an_allowed_host(file):
    for provider in load_settings().providers.values():
        for url in provider.prices:
            assert url.startswith("https://")
            assert url_fault(url) is None
            assert host_of(url) in provider.redirect_hosts


def test_a_file_here_changes_what_it_names_and_nothing_else(file):
    file.write_text(
        '[providers.openai]\nprices = ["https://a.example/p"]\nbatch_discount = 0.3\n[fetch]\nretries = 0\n'
    )
    settings = load_settings()
    assert settings.providers["openai"].prices == ("https://a.example/p",)
    assert settings.providers["openai"].batch_discount == Decimal("0.3")
    assert settings.providers["openai"].model_list is not None
    assert settings.fetch.retries == 0


def test_a_fourth_vendor_is_a_table_of_facts(file):
    file.write_text('[providers.acme]\nprices = ["https://acme.example/prices.md"]\n')
    assert "acme" in load_settings().providers


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[fetch]\nretrys = 1\n", "fetch.retrys"),
        ("[fetch]\nread_timeout = -1\n", "fetch.read_timeout"),
        ("[providers.openai]\nbatch_discount = 1.5\n", "providers.openai.batch_discount"),
        ("[providers.acme]\n", "providers.acme.prices"),
        ("color = 1\n", "color"),
        ("[fetch\n", "line 1"),
    ],
)
def test_a_fault_is_named_with_file_and_key(file, text, words):
    file.write_text(text)
    with pytest.raises(SettingsError) as error:
        load_settings(file)
    assert str(file) in str(error.value)
    assert words in str(error.value)


def test_a_file_that_is_named_must_be_there(file):
    with pytest.raises(SettingsError, match="No such file"):
        load_settings(file)
