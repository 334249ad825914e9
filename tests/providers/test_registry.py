import os
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import providers
from providers import registry as room
from providers.plain_registry import get_provider_models
from providers.pricing import UnknownModelError
from providers.registry import (
    PACKAGED,
    RegistryError,
    get_pricing,
    load_registry,
    parse_registry,
)


def test_a_price_is_found_by_id_and_by_alias(small):
    registry = parse_registry(small)

    assert registry.pricing("acme", "road").cost(input=1_000_000, output=1_000_000) == 14
    assert registry.pricing("acme", "road-2026-01-01").model == "road"


@pytest.mark.parametrize("name", ["roadd", "roa", "road-2026-01-02", "", "ROAD-2026-01-02"])
def test_a_near_name_is_no_name(small, name):
    with pytest.raises(UnknownModelError, match=r"acme has no model .*(road|2 known)"):
        parse_registry(small).pricing("acme", name)


@pytest.mark.parametrize("name", ["Road", " road", "ROAD-2026-01-01"])
def test_a_name_in_another_letter_case_is_the_same_name(small, name):
    assert parse_registry(small).pricing("acme", name).model == "road"


@pytest.mark.parametrize(
    ("theirs", "asked", "owners"),
    [
        ("road", "road", [("acme", "road"), ("other", "road")]),
        ("ROAD", "road", [("acme", "road")]),
        ("ROAD", "Road", [("acme", "road"), ("other", "ROAD")]),
        ("ROAD", "river", []),
    ],
)
def test_a_name_belongs_to_those_who_write_it_so_before_those_who_spell_it_otherwise(small, theirs, asked, owners):
    model = f"{{{theirs}: {{display_name: R, input_per_million: 1, output_per_million: 2}}}}"
    other = f"  other: {{env_var: K, default_model: {theirs}, models: {model}}}\ndefaults:"

    assert parse_registry(small.replace("defaults:", other)).owners(asked) == owners


def test_the_rates_of_a_model_are_those_of_its_pricing(small):
    for registry in (parse_registry(small), load_registry(PACKAGED)):
        for model in registry:
            assert registry.rates(model) == registry.pricing(model.provider, model.id).rates


def test_an_unknown_provider_is_said_to_be_one(small):
    with pytest.raises(UnknownModelError, match=r"no provider 'acne'.*near names: acme"):
        providers.get_pricing("acne", "road", parse_registry(small))


def test_the_multiplier_falls_from_the_model_to_its_provider_to_the_defaults(small):
    own = small.replace("display_name: Plain", "display_name: Plain\n        realtime_multiplier: 3.0")
    general = small.replace("    realtime_multiplier: 2.0\n    models", "    models")
    general = general.replace("realtime_multiplier: 2.0", "realtime_multiplier: 4.0").split("      road:")[0]
    general += "      road: {display_name: R, input_per_million: 1, output_per_million: 2}\n"
    general += "defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 4.0}\n"

    assert parse_registry(own).pricing("acme", "plain").cost(input=10**6) == Decimal("0.45")
    assert parse_registry(small).pricing("acme", "plain").cost(input=10**6) == Decimal("0.3")
    assert parse_registry(general).pricing("acme", "road").cost(input=10**6) == 4


def test_an_unknown_model_is_estimated_by_the_defaults_with_one_warning_and_has_no_exact_cost(small):
    unknown = parse_registry(small).estimator("acme", "coyote")

    with pytest.warns(UserWarning, match="coyote.*estimated by the registry's defaults"):
        assert unknown.estimate_cost(1_000_000, 1_000_000) == 3.0
    assert unknown.estimate_cost(1_000_000, 1_000_000, is_batch=False) == 6.0
    with pytest.raises(providers.PricingError, match="no model 'coyote'"):
        unknown.cost(input=1)


def test_entries_are_frozen_values_with_decimals_and_dates(small):
    road = parse_registry(small).model("acme", "road")

    assert (road.input_per_million, road.aliases, road.status) == (Decimal("1.0"), ("road-2026-01-01",), "active")
    assert road.rates[0].prices == {"input": Decimal("2.0"), "output": Decimal("12.0"), "cached_input": Decimal("0.2")}
    assert road.source is not None
    assert road.source.checked == date(2026, 9, 4)
    with pytest.raises(AttributeError):
        road.status = "retired"


def test_iterating_gives_every_model(small):
    registry = parse_registry(small)

    assert [model.id for model in registry] == ["road", "plain"]
    assert len(registry) == 2


def test_the_argument_goes_before_the_variable_and_that_before_the_packaged_file(small, tmp_path, monkeypatch):
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text(small)
    two.write_text(small)

    assert load_registry().path == PACKAGED
    monkeypatch.setenv("OCTOREGISTRY_MODELS", str(two))
    assert load_registry().path == str(two)
    assert load_registry(one).path == str(one)


def test_a_file_is_read_again_only_when_it_changed(small, tmp_path):
    path = tmp_path / "models.yaml"
    path.write_text(small)
    first = load_registry(path)

    assert load_registry(path) is first
    path.write_text(small.replace("Plain", "Plainer"))
    os.utime(path, ns=(1, 1))
    assert load_registry(path).model("acme", "plain").display_name == "Plainer"


def test_a_file_that_is_not_there_says_how_to_name_another(tmp_path):
    with pytest.raises(RegistryError, match=r"No such file.*OCTOREGISTRY_MODELS"):
        load_registry(tmp_path / "none.yaml")


def test_plain_dicts_hold_what_programs_of_the_first_structure_read():
    for name, provider in providers.get_all_providers().items():
        assert isinstance(provider["env_var"], str)
        assert provider["default_model"] in provider["models"]
        assert isinstance(provider["realtime_multiplier"], float)
        assert providers.get_provider_info(name) == provider
        for entry in providers.get_provider_models(name).values():
            assert isinstance(entry["display_name"], str)
            assert isinstance(entry["input_per_million"], float)
            assert isinstance(entry["output_per_million"], float)
    assert set(providers.get_default_pricing()) == {"input_per_million", "output_per_million", "realtime_multiplier"}
    assert providers.load_model_registry()["default_provider"] in providers.get_all_providers()
    assert providers.get_provider_models("nobody") == {} == providers.get_provider_info("nobody")


def test_a_callers_changes_stay_its_own():
    providers.load_model_registry()["providers"].clear()

    assert providers.get_all_providers()


def test_the_link_at_the_root_is_the_packaged_file():
    root = Path(room.__file__).parent.parent / "models.yaml"

    assert root.resolve() == Path(PACKAGED)


def test_no_default_model_is_retired():
    registry = load_registry(PACKAGED)

    for provider in registry.providers.values():
        assert provider.models[provider.default_model].status == "active"


HEAVY = "yaml|requests|httpx|httpx2|urllib3|openai|anthropic|google|pydantic|asyncio|ssl|typing|dataclasses|pathlib"


@pytest.mark.parametrize("name", [None, 5, ""])
def test_a_name_that_is_none_is_unknown_too(name):
    with pytest.raises(UnknownModelError, match=f"no model {name!r}"):
        get_pricing("openai", name)
    with pytest.raises(UnknownModelError, match=f"no provider {name!r}"):
        get_pricing(name, "gpt-5-mini")


def test_a_price_needs_no_sdk_no_http_no_yaml():
    code = f"""
import sys
before = set(sys.modules)
import providers
providers.get_pricing({"openai"!r}, {"gpt-5-mini"!r}).cost(input=1000, output=100)
print(*sorted(set({HEAVY.split("|")!r}) & (set(sys.modules) - before)))
"""
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(PACKAGED).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout.split() == []


def test_the_package_works_from_within_another(tmp_path):
    shutil.copytree(Path(PACKAGED).parent, tmp_path / "scripts" / "providers")
    (tmp_path / "scripts" / "__init__.py").touch()
    code = "from scripts.providers import get_pricing; print(get_pricing('openai', 'gpt-5-mini').provider)"

    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert run.stdout == "openai\n"


def test_a_model_that_contradicts_itself_is_set_aside_with_a_warning_and_the_others_are_used(small, tmp_path):
    """Whichever program wrote one entry wrongly must not take every other model away."""
    path = tmp_path / "models.yaml"
    path.write_text(small.replace("input_per_million: 1.0\n        output", "input_per_million: 7.0\n        output"))
    with pytest.warns(
        UserWarning, match=r"acme/road is not used: .*models\.yaml:\d+: .*7\.0 contradicts the batch rate"
    ):
        registry = load_registry(path)
    assert registry.pricing("acme", "plain").estimate_cost(1_000_000, 0) == 0.15
    with pytest.raises(UnknownModelError, match="no price to rely on"):
        registry.pricing("acme", "road")
    with pytest.raises(RegistryError, match="contradicts"):
        parse_registry(path.read_text())


def test_the_raw_registry_lacks_a_model_that_contradicts_itself(small, tmp_path, monkeypatch):
    path = tmp_path / "models.yaml"
    path.write_text(small.replace("output: 6.0}", "output: 6.5}"))
    monkeypatch.setenv("OCTOREGISTRY_MODELS", str(path))
    with pytest.warns(UserWarning, match="acme/road is not used"):
        assert set(get_provider_models("acme", all=True)) == {"plain"}
    assert set(get_provider_models("acme")) == {"plain"}


def test_another_fault_beside_a_contradiction_is_a_fault_of_the_whole(small, tmp_path):
    path = tmp_path / "models.yaml"
    path.write_text(small.replace("output: 6.0}", "output: 6.5}").replace("0.15", "-1"))
    with pytest.raises(RegistryError, match="negative"):
        load_registry(path)
