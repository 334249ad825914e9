"""Other registries are fetched and kept as pages are; one that cannot be read is no witness."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from octoregistry.settings import RegistrySettings, Settings, SettingsFileError, load_settings
from octoregistry.sources import Failed
from octoregistry.sources.registries import WITNESSES, Statements, fetch_registries

ANSWER = json.dumps({"openai": {"models": {"gpt-5": {"cost": {"input": 1.25, "output": 10}}}}})


@pytest.fixture
def with_registry(settings_of: Callable[..., Settings]) -> Callable[[str], Settings]:
    def make(url: str) -> Settings:
        registries = {"models-dev": RegistrySettings(url=url)}
        return settings_of("https://acme.example/p").model_copy(
            update={"registries": registries, "witnesses": ("models-dev",)}
        )

    return make


def test_it_is_fetched_kept_and_replayed(site: Any, clock: Any, with_registry: Callable[[str], Settings]) -> None:
    settings = with_registry(site.says("/api.json", ANSWER, Content_Type="application/json", ETag='"1"'))
    told = fetch_registries(settings, clock=clock)["models-dev"]
    assert isinstance(told, Statements)
    assert told.as_of == clock.now.date()
    clock.move(days=3)
    kept = fetch_registries(settings, offline=True, clock=clock)["models-dev"]
    assert isinstance(kept, Statements)
    assert (kept.prices, kept.from_cache) == (told.prices, True)
    assert len(site.paths()) == 1


def test_an_answer_that_is_none_does_not_replace_what_was_kept(
    site: Any, clock: Any, with_registry: Callable[[str], Settings]
) -> None:
    settings = with_registry(site.says("/api.json", ANSWER))
    fetch_registries(settings, clock=clock)
    site.says("/api.json", "<html>wait</html>")
    failed = fetch_registries(settings, clock=clock)["models-dev"]
    assert isinstance(failed, Failed)
    assert "not JSON" in failed.reason
    assert isinstance(fetch_registries(settings, offline=True)["models-dev"], Statements)


def test_one_that_is_down_is_told_and_raises_nothing(site: Any, with_registry: Callable[[str], Settings]) -> None:
    for offline in (False, True):
        failed = fetch_registries(with_registry(site.url("/gone")), offline=offline)["models-dev"]
        assert isinstance(failed, Failed)


def test_every_witness_has_an_address_in_the_built_in_settings() -> None:
    settings = load_settings()
    assert set(settings.witnesses) == set(settings.registries) == set(WITNESSES)


def test_a_witness_without_an_address_is_a_faulty_setting(tmp_path: Any) -> None:
    file = tmp_path / "octoregistry.toml"
    file.write_text('witnesses = ["somebody"]\n')
    with pytest.raises(SettingsFileError, match="somebody"):
        load_settings(file)


def test_guards_of_a_provider_lie_over_those_for_all(tmp_path: Any) -> None:
    file = tmp_path / "octoregistry.toml"
    file.write_text("[guards]\nmoved = 4\nshare = 0.5\n[providers.openai.guards]\nmoved = 2\n")
    settings = load_settings(file)
    assert (settings.guards_of("openai").moved, settings.guards_of("openai").share * 10) == (2, 5)
    assert settings.guards_of("gemini").moved == 4
