"""Settings: the built-in facts, what a file changes, and how its faults are named."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import get_args

import pytest
from pydantic import BaseModel

from octoregistry.settings import Setting, Settings, SettingsFileError, command_settings, load_settings
from octoregistry.sources.urls import url_fault
from providers.vendors import ModelListSource, Vendor, use_settings_file, vendor
from providers.vendors.folder import MAY, MAY_NOT
from providers.vendors.table import hints_of

MAIL = '[service.notices.email]\nhost = "mail.example"\nsender = "a@b.example"\nto = ["c@d.example"]\n'


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OCTOREGISTRY_SETTINGS", raising=False)
    yield tmp_path / "octoregistry.toml"
    use_settings_file(None)


def test_without_a_file_the_built_in_facts_hold(file):
    settings = load_settings()
    assert {"openai", "anthropic", "gemini"} <= {name for name, one in settings.providers.items() if one.prices}
    assert settings.providers["openai"].batch.share == Decimal("0.5")


def test_every_built_in_page_is_a_plain_https_address_on_an_allowed_host(file):
    for provider in load_settings().providers.values():
        for url in provider.prices:
            assert url.startswith("https://")
            assert url_fault(url) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('witnesses = ["nosuch"]\n', "toml: witnesses: nosuch is not among the registries"),
        ('[fx]\nCNY = "x"\n', "toml: fx.CNY: write CODE=USD@DAY"),
        ("[prices.openai]\ndiscount = 3\n", "toml: prices.openai.discount: no share"),
        ("[providers.openai.guards]\nnosuch = 1\n", "toml: providers.openai.guards.nosuch: no such key"),
        ("[guards]\nnosuch = 1\n", "toml: guards.nosuch: no such key"),
    ],
)
def test_a_fault_is_said_in_words_of_the_check_that_found_it(file, text, words):
    file.write_text(text)
    with pytest.raises(SettingsFileError) as error:
        load_settings(file)
    assert words in str(error.value)
    assert not re.search("Value error|: :|Extra inputs", str(error.value))


def test_a_file_here_changes_what_it_names_and_nothing_else(file):
    file.write_text(
        '[providers.openai]\nprices = ["https://a.example/p"]\nbatch.discount = 0.3\n[fetch]\nretries = 0\n'
    )
    settings = command_settings()
    assert settings.providers["openai"].prices == ("https://a.example/p",)
    assert settings.providers["openai"].batch.share == Decimal("0.3")
    assert settings.providers["openai"].model_list is not None
    assert settings.fetch.retries == 0


def test_a_fourth_vendor_is_a_table_of_facts(file):
    file.write_text('[providers.acme]\nprices = ["https://acme.example/prices.md"]\n')
    assert "acme" in command_settings().providers


def test_a_program_does_not_read_the_working_folder(file, monkeypatch):
    """It runs wherever somebody started it; it reads what $OCTOREGISTRY_SETTINGS names."""
    file.write_text("[fetch]\nretries = 0\n")
    assert load_settings().fetch.retries == 2
    monkeypatch.setenv("OCTOREGISTRY_SETTINGS", str(file))
    assert load_settings().fetch.retries == 0


def test_a_command_reads_the_named_file_before_the_one_here(file, tmp_path, monkeypatch):
    """The option first, then the variable, then the folder."""
    file.write_text("[fetch]\nretries = 1\n")
    for name, retries in (("variable", 3), ("option", 4)):
        (tmp_path / name).write_text(f"[fetch]\nretries = {retries}\n")
    assert command_settings().fetch.retries == 1
    monkeypatch.setenv("OCTOREGISTRY_SETTINGS", str(tmp_path / "variable"))
    assert command_settings().fetch.retries == 3
    assert command_settings(tmp_path / "option").fetch.retries == 4


def test_a_commands_settings_are_those_of_everything_that_it_calls(file):
    """Reading, prices and costs ask for a vendor by its name alone."""
    file.write_text('[providers.acme]\ndisplay_name = "Acme AI"\n')
    command_settings()
    assert vendor("acme").display_name == "Acme AI"


def test_the_file_of_the_folder_may_not_send_a_key_elsewhere(file):
    """A file that a person names may."""
    file.write_text('[providers.openai]\nbase_url = "https://gateway.example/v1"\n')
    with pytest.raises(SettingsFileError, match=r"octoregistry.toml: providers.openai.base_url: .*--settings"):
        command_settings()
    assert command_settings(file).providers["openai"].base_url == "https://gateway.example/v1"


@pytest.mark.parametrize(
    "text",
    [
        '[reading]\nbase_url = "https://evil.example/v1"\nmodel = "m"\nkey_env = "AWS_SECRET_ACCESS_KEY"\n',
        '[pull_request]\ntoken_env = ["ANTHROPIC_API_KEY"]\n',
        '[providers.evil]\nbase_url = "https://evil.example"\nkey_env = ["Gh_Token"]\n',
        '[service]\ndatabase = "postgresql://u@evil/x"\n',
        '[service.token]\nfile = "t.txt"\n',
        MAIL,
    ],
)
def test_the_file_of_the_folder_names_no_secret_and_no_way_of_one(file, text):
    """They go where the built-in facts or a file that a person names say."""
    file.write_text(text)
    with pytest.raises(
        SettingsFileError,
        match=r"octoregistry.toml: \S+: .* working folder(?: must not set this|, and its file may not).*--settings",
    ):
        command_settings()
    command_settings(file)


def names_of(model, before=""):
    """The dotted names of all settings; a star is any name."""
    for name, one in model.model_fields.items():
        inner = [kind for kind in (one.annotation, *get_args(one.annotation)) if isinstance(kind, type)]
        table = next((kind for kind in inner if issubclass(kind, BaseModel)), None)
        yield from names_of(table, f"{before}{name}.") if table and name != "workloads" else [f"{before}{name}"]


def test_of_each_setting_it_is_decided_whether_the_folders_file_may_say_it():
    """A new one is refused there until somebody has thought of it."""
    vendors = [f"providers.*.{name}" for name in hints_of(Vendor) if name not in ("name", "model_list")]
    lists = [f"providers.*.model_list.{name}" for name in hints_of(ModelListSource)]
    known = [*(name for name in names_of(Settings) if name != "providers"), *vendors, *lists]
    decided = (*MAY, *MAY_NOT)
    assert [name for name in known if not any(name == one or name.startswith(f"{one}.") for one in decided)] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[fetch]\nretrys = 1\n", "fetch.retrys"),
        ("[fetch]\nread_timeout = -1\n", "fetch.read_timeout"),
        ("[providers.openai]\nbatch.discount = 1.5\n", "providers.openai.batch.discount"),
        ("[providers.openai.guards]\nmoved = 0\n", "providers.openai.guards.moved"),
        ("color = 1\n", "color"),
        ("[fetch\n", "line 1"),
    ],
)
def test_a_fault_is_named_with_file_and_key(file, text, words):
    file.write_text(text)
    with pytest.raises(SettingsFileError) as error:
        load_settings(file)
    assert str(file) in str(error.value)
    assert words in str(error.value)


def test_a_file_that_is_named_must_be_there(file):
    with pytest.raises(SettingsFileError, match="No such file"):
        load_settings(file)


def test_a_contact_goes_with_the_name_under_which_pages_are_asked_for(file):
    """Whoever runs a server can write to whoever asks it; what would break the header is refused."""
    assert load_settings().fetch.asked_by == load_settings().fetch.user_agent
    file.write_text('[fetch]\ncontact = "mailto:ops@example.org"\n')
    assert load_settings(file).fetch.asked_by.endswith("(+octoregistry) (mailto:ops@example.org)")
    file.write_text('[fetch]\ncontact = "a) b"\n')
    with pytest.raises(SettingsFileError, match="contact"):
        load_settings(file)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "(not set)"),
        ("", "(not set)"),
        (["", ""], "(not set)"),
        ([".", ""], "., ''"),
        ([], "(none)"),
        ({}, "(none)"),
        (0, "0"),
        (False, "false"),
        (["a", 1], "a, 1"),
    ],
)
def test_a_setting_that_nobody_set_says_so(value, shown):
    """Nothing is shown as an empty cell or as a comma alone."""
    assert Setting("names.id_replace", value, "built in").shown == shown
