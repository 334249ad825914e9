"""What is known of each vendor is a file; a person's own tables lie over it, as far as they may."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers import _VENDORS
from providers.vendors import VendorError, load_vendors, use_settings_file, vendor, vendor_called, vendors

ACME = """
[providers.acme]
display_name = "Acme AI"
aliases = ["ac_me"]
base_url = "https://api.acme.example/v1"
key_env = ["ACME_API_KEY"]
[providers.acme.model_list]
shape = "openai"
path = "/models"
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The path of a settings file; the vendors are the built-in ones again afterwards."""
    monkeypatch.delenv("OCTOREGISTRY_SETTINGS", raising=False)
    yield tmp_path / "octoregistry.toml"
    use_settings_file(None)


def test_the_package_is_imported_without_reading_a_file_of_a_vendor():
    """`import providers` stays light."""
    code = "import sys, providers; print([name for name in sys.modules if 'vendors' in name or name == 'tomllib'])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize("name", _VENDORS)
def test_a_class_asks_for_the_key_where_the_vendors_file_says(name, monkeypatch):
    """The class says it again, since a call need not wait for the files of all vendors."""
    monkeypatch.delenv("OCTOREGISTRY_SETTINGS", raising=False)
    assert getattr(import_module(f"providers.{name}"), _VENDORS[name]).env_vars == vendor(name).key_env


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Anthropic", "anthropic"),
        ("OPENAI", "openai"),
        ("open-ai", "openai"),
        ("google", "gemini"),
        ("GCP.Gemini", "gemini"),
        ("gcp.vertex_ai", "vertex"),
        ("azure.ai.openai", "azure"),
        ("aws.bedrock", "bedrock"),
        ("alibaba", "qwen"),
        ("", None),
    ],
)
def test_a_vendor_is_known_by_what_logs_call_it(text, name):
    """In any letter case; a host is not the vendor whose models it sells."""
    assert vendor_called(text) == name


@settings(deadline=None)  # the first call reads the files
@given(st.sampled_from([text for one in vendors().values() for text in (one.name, *one.aliases)]), st.randoms())
def test_letter_case_never_matters(text, random):
    """Of no alias."""
    mixed = "".join(random.choice((letter.upper(), letter.lower())) for letter in text)
    assert vendor_called(mixed) == vendor_called(text) is not None


def test_of_a_stranger_nothing_follows():
    """No page, no discount, no schema."""
    facts = vendor("nobody")
    assert (facts.prices, facts.batch.share, facts.schemas.enforced_by("gpt-5")) == ((), None, False)


def test_a_fourth_vendor_is_a_table_and_takes_the_form_of_a_list_that_is_known(file):
    """Nothing else is needed to know it by name."""
    file.write_text(ACME)
    known = load_vendors(file)
    assert known.called("AC_ME") == "acme"
    assert known["acme"].model_list.fields == known["openai"].model_list.fields
    assert known["acme"].batch.share is None


def test_a_table_lies_over_the_vendors_file_key_by_key(file):
    """What it does not name stays."""
    file.write_text("[providers.openai.batch]\ndiscount = 0.3\n")
    facts = load_vendors(file)["openai"]
    assert facts.batch.share == Decimal("0.3")
    assert facts.batch.on == ("input", "output")
    assert facts.prices == vendor("openai").prices


def test_a_file_is_read_where_the_variable_names_it_and_nowhere_else(file, monkeypatch):
    """A program does not believe the folder that it happens to run in."""
    file.write_text(ACME)
    monkeypatch.chdir(file.parent)
    assert "acme" not in vendors()
    monkeypatch.setenv("OCTOREGISTRY_SETTINGS", str(file))
    assert "acme" in vendors()


def test_a_file_that_was_given_holds_until_another_is(file):
    """And then those of the package hold again."""
    file.write_text(ACME)
    use_settings_file(file)
    assert vendor_called("ac_me") == "acme"
    use_settings_file(None)
    assert vendor_called("ac_me") is None


@pytest.mark.parametrize(
    "line",
    [
        'base_url = "https://evil.example"',
        'base_url_env = "EVIL_URL"',
        'protocol = "anthropic"',
        'key_env = ["EVIL_KEY"]',
        'model_list.path = "https://evil.example/models"',
        'model_list.key_header = "x-evil"',
    ],
)
def test_the_folders_file_may_not_say_where_a_built_in_vendors_key_goes(file, line):
    """Whoever clones a repository and runs an update there keeps their key; a file that they name may say it."""
    file.write_text(f"[providers.openai]\n{line}\n")
    with pytest.raises(VendorError, match=r"octoregistry.toml: providers.openai\.\S+: .*--settings"):
        load_vendors(file, of_folder=True)
    load_vendors(file)


def test_the_folders_file_names_no_variable_for_a_vendor_of_its_own(file):
    """A key of yours would go to the address that stands beside it."""
    file.write_text(ACME)
    with pytest.raises(VendorError, match=r"octoregistry.toml: providers.acme.key_env: .*names a secret"):
        load_vendors(file, of_folder=True)
    assert load_vendors(file)["acme"].key_env == ("ACME_API_KEY",)


def test_the_folders_file_may_add_a_vendor_and_change_other_facts(file):
    """Pages, discounts and names are facts that a team keeps beside its registry."""
    acme = ACME.replace('key_env = ["ACME_API_KEY"]\n', "")
    file.write_text(acme + '[providers.openai]\nprices = ["https://mirror.example/p"]\n')
    assert load_vendors(file, of_folder=True)["openai"].prices == ("https://mirror.example/p",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[providers.openai]\npages = ["x"]\n', "providers.openai.pages: no such key; there are display_name"),
        ("[providers.openai.batch]\ndiscount = 1.5\n", "providers.openai.batch.discount: no share"),
        ('[providers.openai.batch]\ndiscount = "half"\n', "'unstated', 'none'"),
        ("[providers.openai.names]\nfamilies = ['(']\n", r"providers.openai.names.families[0]: no pattern"),
        ('[providers.openai]\nprices = "x"\n', "providers.openai.prices: no list"),
        ('[providers.acme]\naliases = ["Open_AI"]\n', "'Open_AI' is a name of openai, too"),
        ("[providers.Acme]\n", "small letters"),
        ('[providers.acme.model_list]\nshape = "openai"\npath = "@evil.example"\n', "model_list.path: neither"),
        ('[providers.acme.model_list]\nshape = "acme"\npath = "/m"\n', "model_list.shape: none of "),
        ('[providers.acme.model_list]\npath = "/m"\n', "model_list.models: not set"),
        ('[providers.acme]\nbase_url = "https://a@b.example"\n', "base_url: no address"),
        ("[providers.acme.names]\nid_form = 'a-{x}'\n", "names.id_form: 'a-{x}' is not made of the groups"),
        ("[providers.bedrock.names]\nhost_parts = ['(']\n", "providers.bedrock.names.host_parts[0]: no pattern"),
        ("[providers.acme.names.kinds]\nchat = ['(']\n", "providers.acme.names.kinds.chat[0]: no pattern"),
        ("[providers.acme.names.kinds]\nchatt = ['x']\n", "names.kinds.chatt: no such key; there are chat, embedding"),
        ("[providers.acme.batch]\noffered = true\ndiscount = 0.5\n", "providers.acme.batch.on: not set"),
        ('[providers.acme.batch]\ndiscount = 0.5\non = "all"\n', "providers.acme.batch.offered: not set"),
        ('[providers.openai.batch]\non = ["inputt"]\n', "batch.on[0]: none of input, output"),
        ('[providers.acme]\nprotocol = "soap"\n', "providers.acme.protocol: none of 'openai', 'anthropic', 'gemini'"),
        ('[providers.acme]\nhosts_of = ["nosuch"]\n', "providers.acme.hosts_of: 'nosuch' is none of "),
        ('[providers.acme]\nprices = ["file:///etc/passwd"]\n', "providers.acme.prices[0]: no address"),
        ('[providers.acme]\nkey_env = ["A B"]\n', "providers.acme.key_env[0]: no name of a variable"),
        ('[providers.acme.witnesses.litellm]\nname = "a"\nnot_heard = ["x"]\n', "not_heard[0]: none of input"),
        ('[providers.openai.model_list]\nstages = { gone = "dead" }\n', "stages.gone: none of active"),
        ("[providers.openai.model_list]\nnonsense = 1\n", "toml: providers.openai.model_list.nonsense: no such key"),
        ("[providers.openai.model_list.prices]\ninput = { at = 'a', per = 7 }\n", "prices.input.per: none of 1, 1000"),
        ("[providers.openai.model_list.prices]\ninput = { at = 'a', per = true }\n", "input.per: none of 1, 1000"),
        ("[providers.openai.batch]\non = [true]\n", "toml: providers.openai.batch.on[0]: no text"),
        ('[providers.openai.places.regional]\nsince = "2026-02-31"\n', "places.regional.since: no day such as"),
        ("providers = 1\n", "providers: no table"),
        ("[providers\n", "line 1"),
    ],
)
def test_a_fault_is_named_with_file_and_key(file, text, words):
    """A person finds the line."""
    file.write_text(text)
    with pytest.raises(VendorError) as error:
        load_vendors(file)
    assert str(error.value).startswith(str(file))
    assert words in str(error.value)


def test_an_id_is_made_of_what_a_name_has(file):
    """A part that the name may lack is nothing in the id."""
    file.write_text(
        "[providers.acme.names]\nid_shape = '^road (?P<number>\\d+)(?P<kind> runner)?$'\nid_form = 'r{number}{kind}'\n"
    )
    names = load_vendors(file)["acme"].names
    assert [names.derived_id(name) for name in ("road 2", "road 2 runner", "lane 2")] == ["r2", "r2 runner", None]


def test_a_file_that_is_not_there_is_an_error(file):
    """It was named, so it is wanted."""
    with pytest.raises(VendorError, match="No such file"):
        load_vendors(file)


@pytest.mark.parametrize("spelling", ["{n}", "{n}.0", "{n:_}", "{n:.0e}"])
@pytest.mark.parametrize(("number", "shift"), [(1, 6), (1_000, 3), (1_000_000, 0), (100_000_000, -2)])
def test_a_number_of_tokens_is_the_same_however_it_is_spelled(file, spelling, number, shift):
    """1.0 and 1e6 moved a price by powers of ten: they are equal to what is allowed, and spelled longer."""
    per = spelling.format(n=number)
    file.write_text(f'[providers.openai.model_list]\nprices = {{ input = {{ at = "a", per = {per} }} }}\n')
    source = load_vendors(file)["openai"].model_list
    assert source is not None
    assert (source.prices["input"].per, source.prices["input"].shift) == (number, shift)


def test_a_day_may_stand_without_quotes(file):
    file.write_text("[providers.openai.places.regional]\nsince = 2026-02-03\n")
    assert load_vendors(file)["openai"].places["regional"].since == "2026-02-03"
