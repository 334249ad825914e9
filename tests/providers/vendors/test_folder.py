"""What the settings file of a working folder may say: whoever cloned the folder did not write it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from providers.vendors import VendorError, check_folder_file
from providers.vendors.folder import MAY, MAY_NOT, check_target, is_inside

ATTACKS = [
    '[reading]\nbase_url = "http://evil/v1"\nmodel = "x"\nkey_env = "AWS_SECRET_ACCESS_KEY"',
    '[reading]\nbase_url = "http://evil/v1"\nmodel = "x"',
    '[providers.evil]\nbase_url = "http://evil/v1"\nkey_env = ["AWS_SECRET_ACCESS_KEY"]',
    '[providers.evil]\nbase_url_env = "SLACK_WEBHOOK"',
    '[providers.openai]\nbase_url = "http://evil/v1"',
    '[providers.openai]\nprotocol = "anthropic"',
    '[providers.openai.model_list]\npath = "http://evil/models"',
    '[providers.openai.model_list.headers]\nHost = "evil.example"',
    '[providers.anthropic.model_list]\nkey_header = "x-evil"',
    '[service]\ndatabase = "postgresql://u@evil/x"',
    '[service]\ndatabase = "postgresql:///x?host=evil&passfile=/home/u/.pgpass"',
    '[service]\ndatabase = "sqlite:////any/where"',
    '[service.database_secret]\nenv = "EVIL"',
    '[service.token]\nfile = "t.txt"',
    '[service.token]\nenv = "HOME"',
    '[service]\nhosts = ["evil.example"]',
    '[service]\nllm = "evil/m"',
    '[service.notices.webhook]\nurl = "http://evil/"',
    '[service.notices.webhook]\nurl = "http://evil/"\nsecret = {env = "AWS_SECRET_ACCESS_KEY"}',
    '[service.notices.email]\nhost = "evil"\nsender = "a@b"\nto = ["a@b"]\nuser = "u"\npassword = {file = "/etc/passwd"}',
    '[pull_request]\napi_url = "https://evil"',
    '[pull_request]\nforge = "github"',
    '[pull_request]\ntoken_env = ["NPM_TOKEN"]',
    '[pull_request]\nusage = ["../private/*.csv"]',
    '[pull_request]\nusage = ["/home/u/calls.csv"]',
    '[fetch]\nallow_private_hosts = ["169.254.169.254"]',
    '[fetch]\ncache_dir = "/home/u/.ssh"',
    '[fetch]\ncache_dir = "kept/../../elsewhere"',
    '[service]\nreport = "../public"',
    '[a_table_of_tomorrow]\nkey = "x"',
]


@pytest.mark.parametrize("text", ATTACKS)
def test_it_names_no_secret_and_no_way_of_one_and_nothing_outside(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(VendorError, match=r"^\w+(\.\w+)+: .*put it into a file that you name with --settings"):
        check_folder_file(tomllib.loads(text), ["openai", "anthropic"])


def test_it_may_say_how_its_own_registry_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A team's guards, pages, words, columns and workloads stand beside its models.yaml, and so does a vendor without a key."""
    monkeypatch.chdir(tmp_path)
    text = """witnesses = ["litellm"]
    [guards]
    moved = 4
    [fetch]
    cache_dir = "kept"
    [service]
    llm = "off"
    [service.jobs.all]
    every = "6h"
    [pull_request]
    usage = ["usage/*.csv"]
    forge = "none"
    [providers.openai]
    prices = ["https://mirror.example/p"]
    batch.discount = 0.4
    [providers.acme]
    base_url = "https://api.acme.example/v1"
    [providers.acme.model_list]
    shape = "openai"
    path = "/models"
    """
    check_folder_file(tomllib.loads(text), ["openai"])


def test_a_place_behind_a_link_is_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "clone"
    here.mkdir()
    (here / "kept").symlink_to(tmp_path)
    (here / "models.yaml").symlink_to(tmp_path / "mine.yaml")
    monkeypatch.chdir(here)
    assert is_inside("new/models.yaml")
    assert not is_inside("kept")
    assert not is_inside("../clone-2")
    with pytest.raises(VendorError, match=r"guards.moved: .* of that folder alone, and models.yaml is another; put it"):
        check_target({"guards": {"moved": 4}}, "models.yaml")


@pytest.mark.parametrize(
    "text",
    [
        '[guards]\nunwitnessed = "off"',
        "witnesses = []",
        '[providers.openai]\nprices = ["http://evil/p.md"]',
        "[providers.openai.guards]\nmoved = 100000",
        '[providers.openai.names.ids]\n"GPT" = ["gpt-5"]',
        '[fetch]\ncache_dir = "poisoned"',
        '[registries.litellm]\nurl = "http://evil"',
        "[update]\nrecheck_days = 9999",
    ],
)
def test_of_a_registry_elsewhere_it_decides_nothing(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "clone"
    here.mkdir()
    monkeypatch.chdir(here)
    own = tomllib.loads(text)
    check_target(own, "models.yaml")
    with pytest.raises(VendorError, match=r"mine.yaml is another; put it into a file that you name with --settings"):
        check_target(own, tmp_path / "mine.yaml")
    check_target({"workloads": [{"model": "a/b"}], "budget": {"monthly": 3}}, tmp_path / "mine.yaml")


def test_what_it_may_and_may_not_say_are_apart() -> None:
    assert not set(MAY) & set(MAY_NOT)
