"""A vendor that no file of the package knows is a table in an octoregistry.toml that is named, for every command."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from octoregistry.sources.vendor_pages import utc_now
from tests.cli.conftest import Run

PAGE = """# Pricing

Prices per 1M tokens in USD.

| Model | Input | Cached input | Output |
| --- | --- | --- | --- |
| Road 2 Runner | $3.00 | $0.30 | $9.00 |
| Road 1 | $1.00 | $0.10 | $2.00 |
"""
LIST = {"data": [{"id": "road-1", "created": 1754426303}, {"id": "acme/Road-2", "name": "Road 2 Runner"}]}
WITNESS = {
    "acme_ai/road-1": {"litellm_provider": "acme_ai", "input_cost_per_token": 1e-6, "output_cost_per_token": 2.5e-6}
}
MODELS = """default_provider: other
providers:
  other: # nobody reads its pages
    models: {}

defaults:
  input_per_million: 1.0
  output_per_million: 2.0
  realtime_multiplier: 2.0
"""
FACTS = """witnesses = ["litellm"]
[fetch]
allow_private_hosts = ["127.0.0.1"]
crawl_delay = 0
[registries.litellm]
url = "BASE/litellm.json"

[providers.acme]
display_name = "Acme AI"
aliases = ["ac_me"]
base_url = "BASE/v1"
key_env = ["ACME_API_KEY"]
prices = ["BASE/pricing.md"]
[providers.acme.model_list]
shape = "openai"
path = "/models"
fields = { display_name = "name" }
[providers.acme.names]
families = ["road"]
words = ["runner"]
[providers.acme.witnesses]
litellm = { name = "acme_ai", prefix = "acme_ai/" }
"""


class Site(ThreadingHTTPServer):
    """What the vendor and a registry serve, and what they were asked: (path, authorization)."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.folder = folder
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(SimpleHTTPRequestHandler):
    """Files of a folder."""

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Site)
        server.asked.append((self.path, self.headers["Authorization"]))
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """None."""


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The vendor's page and list, and a registry that knows it."""
    served = tmp_path_factory.mktemp("site")
    (served / "v1").mkdir()
    (served / "pricing.md").write_text(PAGE)
    (served / "v1" / "models").write_text(json.dumps(LIST))
    (served / "litellm.json").write_text(json.dumps(WITNESS))
    with Site(served) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def acme(folder: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the vendor's facts and a registry that has one of its models."""
    monkeypatch.setenv("ACME_API_KEY", "acme-key")
    monkeypatch.setenv("OCTOREGISTRY_SETTINGS", "octoregistry.toml")
    (folder / "octoregistry.toml").write_text(FACTS.replace("BASE", site.base))
    (folder / "models.yaml").write_text(MODELS)
    (folder / "pricing.md").write_text(PAGE)
    return folder


def test_its_page_is_read(run: Run, acme: Path) -> None:
    """`extract` states six prices of two models."""
    found = json.loads(run("extract", "acme", acme / "pricing.md", "--json").stdout)
    assert {rate["name"] for rate in found["rates"]} == {"Road 1", "Road 2 Runner"}
    assert found["problems"] == []


def test_its_models_are_updated_by_its_page_and_its_own_list(run: Run, acme: Path, site: Site) -> None:
    """The update begins the provider. The id of a new model is the list's, the key goes to its own address, no batch price
    follows from nothing, and what another registry contradicts waits for a person.
    """
    found = run("update", "--llm", "off")
    assert found.exit_code == 5, found.output
    assert "acme: new provider, 1 model new, 12 changes held" in found.output
    assert ("/v1/models", "Bearer acme-key") in site.asked
    before = (acme / "models.yaml").read_text()
    assert "\n  acme:\n    env_var: ACME_API_KEY\n    default_model: acme/Road-2\n    models:\n" in before
    assert "road-1:" not in before
    assert run("update", "--llm", "off", "--accept", "road-1").exit_code == 0
    text = (acme / "models.yaml").read_text()
    assert text.replace(text[text.index("      road-1:") : text.index("\ndefaults:")], "") == before
    assert "mode: batch" not in text
    again = run("update", "--llm", "off", "-p", "ac_me").output
    assert "No change" in again
    assert "acme: no change" in again
    assert "other: no change" not in again, "nobody read its pages"


def test_its_page_of_endings_says_when_a_model_retires(run: Run, acme: Path, site: Site) -> None:
    """By its own file; one that cannot be read is told, exit status 3, and the prices are updated all the same."""
    settings = acme / "octoregistry.toml"
    told = settings.read_text()
    settings.write_text(told.replace("[providers.acme]", f'[providers.acme]\nlifecycle = ["{site.base}/ends.md"]'))
    found = run("update", "--llm", "off", "--accept", "all")
    assert found.exit_code == 3, found.output
    assert "acme: its page of endings could not be read" in found.stderr
    assert "acme/Road-2:" in (acme / "models.yaml").read_text()
    (site.folder / "ends.md").write_text("# Ends\n\n| Model | Shutdown date |\n|---|---|\n| road-1 | 2027-03-01 |\n")
    found = run("update", "--llm", "off")
    assert found.exit_code == 0
    assert "could not be read" not in found.stderr
    assert "retires_on: 2027-03-01" in (acme / "models.yaml").read_text()
    assert "2027-03-01" in run("price", "acme/road-1").stdout


def test_its_calls_are_priced_and_costed(run: Run, acme: Path) -> None:
    """By the registry's name of it."""
    assert run("update", "--llm", "off", "--accept", "all").exit_code == 0
    assert "Road 1" in run("price", "acme/road-1").stdout
    (acme / "log.csv").write_text(f"provider,model,day,input,output\nacme,road-1,{utc_now().date()},1000000,1000000\n")
    found = run("cost", acme / "log.csv")
    assert "3.000000 USD for 1 rows" in found.output


def test_other_registries_are_heard_of_it(run: Run, acme: Path) -> None:
    """Under the name that they have for it, and by its own ids."""
    assert run("update", "--llm", "off", "--accept", "all").exit_code == 0
    found = json.loads(run("compare", "--json").stdout)
    (other,) = found["disagreements"]
    assert (other["provider"], other["model"], other["dimension"]) == ("acme", "road-1", "output")


def test_its_facts_are_shown_by_any_of_its_names(run: Run, acme: Path) -> None:
    """With the file that they are from."""
    facts = {one["name"]: one for one in json.loads(run("config", "--vendor", "AC_ME", "--json").stdout)}
    assert (facts["display_name"]["value"], facts["display_name"]["origin"]) == ("Acme AI", "octoregistry.toml")


@pytest.mark.parametrize(
    "line",
    ['base_url = "BASE"', 'base_url_env = "ACME_API_KEY"', 'key_env = ["ACME_API_KEY"]', 'protocol = "anthropic"'],
)
@pytest.mark.parametrize("command", [("update", "--llm", "off"), ("compare",), ("config",)])
def test_a_folders_file_that_sends_a_key_elsewhere_stops_every_command(
    run: Run, acme: Path, site: Site, monkeypatch: pytest.MonkeyPatch, line: str, command: tuple[str, ...]
) -> None:
    """Before anything is asked; who names the file with --settings means it."""
    monkeypatch.setenv("OPENAI_API_KEY", "openai-key")
    monkeypatch.delenv("OCTOREGISTRY_SETTINGS")
    (acme / "octoregistry.toml").write_text(f"[providers.openai]\n{line}\n".replace("BASE", site.base))
    found = run(*command)
    assert found.exit_code == 1
    assert "the file in the working folder must not set this: it" in " ".join(found.stderr.split())
    assert site.asked == []
    assert run("config", "--settings", acme / "octoregistry.toml").exit_code == 0


def test_a_folders_own_vendor_is_asked_without_a_key(
    run: Run, acme: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages are read and its list is asked, and no variable of ours is: not as the registry's `env_var` either."""
    monkeypatch.delenv("OCTOREGISTRY_SETTINGS")
    file = acme / "octoregistry.toml"
    text = file.read_text()
    assert "octoregistry.toml: fetch.allow_private_hosts:" in run("update", "--llm", "off").stderr
    file.write_text(text.replace('allow_private_hosts = ["127.0.0.1"]\n', ""))
    found = run("update", "--llm", "off")
    assert "octoregistry.toml: providers.acme.key_env: the file in the working folder" in " ".join(found.stderr.split())
    assert site.asked == []
    file.write_text(file.read_text().replace('key_env = ["ACME_API_KEY"]\n', ""))
    assert len(json.loads(run("extract", "acme", acme / "pricing.md", "--json").stdout)["rates"]) == 2


def test_a_vendor_is_added_by_its_page_and_planned_at_once(
    run: Run, folder: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table says what is missing; nothing is written into models.yaml, and whatever it would be waits for a person."""
    own = folder / "mine.toml"
    own.write_text(FACTS[: FACTS.index("[providers.acme]")].replace("BASE", site.base))
    monkeypatch.setenv("OCTOREGISTRY_SETTINGS", str(own))
    (folder / "models.yaml").write_text(MODELS)
    page = f"{site.base}/pricing.md"
    found = run("add-vendor", "acme", page, "--base-url", f"{site.base}/v1", "--model-list", "/models")
    assert found.exit_code == 0, found.output
    assert "acme: new provider" in found.output
    assert "the vendor is experimental" in found.output
    assert (folder / "models.yaml").read_text() == MODELS
    text = own.read_text()
    assert 'litellm = { name = "acme", prefix = "acme/" }' in text
    assert "# lifecycle = " in text
    told = json.loads(run("update", "--dry-run", "-p", "acme", "--llm", "off", "--json").stdout)
    assert {change["verdict"] for change in told["plan"]["changes"]} == {"hold"}
    again = run("add-vendor", "acme", page)
    assert again.exit_code == 2
    assert "is known already" in again.stderr
    assert "is known already" in run("add-vendor", "openai", page).stderr
    assert "is no name" in run("add-vendor", "Acme AI", page).stderr
    assert own.read_text() == text


def test_a_vendor_that_no_settings_can_hold_is_not_added(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stood there stands there again."""
    own = folder / "mine.toml"
    own.write_text("# mine\n")
    monkeypatch.setenv("OCTOREGISTRY_SETTINGS", str(own))
    refused = run("add-vendor", "acme", "no-address")
    assert refused.exit_code == 1
    assert "providers.acme.prices" in refused.stderr
    assert own.read_text() == "# mine\n"


def test_a_host_without_a_key_variable_is_written_apart(run: Run, acme: Path) -> None:
    """Plain readers do not see it; commands price and cost its calls, and the next update finds nothing to do."""
    settings = acme / "octoregistry.toml"
    told = settings.read_text().replace('key_env = ["ACME_API_KEY"]', 'hosts_of = ["openai"]')
    settings.write_text(told)
    found = run("update", "--llm", "off", "--accept", "all", "-p", "acme")
    assert found.exit_code == 0, found.output
    text = (acme / "models.yaml").read_text()
    assert text.startswith(MODELS)
    assert "\nmore:\n  acme:\n    models:\n" in text
    assert "No change" in run("update", "--llm", "off").output
    assert "Road 1" in run("price", "acme/road-1").stdout
    assert "acme/road-1" in run("models").stdout
    (acme / "log.csv").write_text(f"provider,model,day,input,output\nacme,road-1,{utc_now().date()},1000000,1000000\n")
    assert "3.000000 USD" in run("cost", acme / "log.csv").output
    values = json.loads(run("export").stdout)
    assert (list(values["providers"]), list(values["more"])) == (["other"], ["acme"])
