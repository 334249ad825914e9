"""Where a person's registry lives: the packaged one is never written, and an upgrade of the package takes nothing away."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import providers
from octoregistry.cli.registry_option import registry_path
from octoregistry.merging import own_registry as room
from octoregistry.merging.own_registry import PackagedRegistryError, own_registry
from providers.registry import PACKAGED, own_place
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def august(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A packaged registry as it stood on 2026-08-21, in an installation."""
    site = folder / "site-packages" / "providers"
    site.mkdir(parents=True)
    packaged = Path(shutil.copy(ROOT / "examples" / "models-2026-08-21.yaml", site / "models.yaml"))
    # where it is defined comes last: whoever is imported meanwhile takes the true one
    for module in ("octoregistry.merging.own_registry", "octoregistry.queries.packaged", "providers.registry"):
        monkeypatch.setattr(f"{module}.PACKAGED", str(packaged))
    return packaged


def test_the_order_of_places(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option, the variable, the working folder, one's own, the packaged one; programs never see the working folder."""
    assert registry_path(None) == Path(PACKAGED)
    own = Path(own_place())
    own.parent.mkdir(parents=True)
    shutil.copy(PACKAGED, own)
    assert (registry_path(None), providers.load_registry().path) == (own, str(own))
    shutil.copy(PACKAGED, "models.yaml")
    assert (registry_path(None), providers.load_registry().path) == (Path("models.yaml"), str(own))
    monkeypatch.setenv("OCTOREGISTRY_MODELS", str(folder / "elsewhere.yaml"))
    shutil.copy(PACKAGED, folder / "elsewhere.yaml")
    assert (registry_path(None), providers.load_registry().path) == (
        folder / "elsewhere.yaml",
        str(folder / "elsewhere.yaml"),
    )
    assert registry_path(Path("given.yaml")) == Path("given.yaml")


def test_a_data_folder_that_is_no_absolute_path_is_none(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """As the XDG specification has it: the working folder must not come in by the back door."""
    monkeypatch.setenv("XDG_DATA_HOME", "here")
    monkeypatch.setenv("HOME", str(folder / "home"))
    assert own_place() == str(folder / "home" / ".local" / "share" / "octoregistry" / "models.yaml")


def test_the_first_update_copies_the_packaged_registry_and_says_so(august: Path, run: Run) -> None:
    before = august.read_bytes()
    own = Path(own_place())

    assert run("update", "--offline", "--dry-run").exit_code == 0
    assert not own.exists()
    written = run("update", "--offline", "-p", "openai")

    assert f"{own} is your registry from now on" in written.stderr
    assert f"Wrote {own}." in written.stderr
    assert august.read_bytes() == before
    assert sorted(file.name for file in august.parent.iterdir()) == ["models.yaml"]
    assert providers.load_registry().model("openai", "gpt-6-astra")
    assert "is your registry" not in run("update", "--offline", "-p", "openai").stderr


def test_the_packaged_registry_is_not_written_by_its_name_either(august: Path, folder: Path) -> None:
    own_registry(august)
    with pytest.raises(PackagedRegistryError, match="never written"):
        own_registry(august)


def test_in_a_checkout_the_link_at_its_root_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert own_registry(Path("models.yaml")) == Path("models.yaml")
    assert room._is_checkout()


def test_price_and_doctor_name_the_file_and_say_when_the_packaged_one_is_newer(folder: Path, run: Run) -> None:
    """Whoever has had a registry of their own for long learns that the installation brought a newer one."""
    shutil.copy(ROOT / "examples" / "models-2026-08-21.yaml", "models.yaml")
    priced = run("price", "openai/gpt-5.6-sol").stdout
    assert "registry: models.yaml\n" in priced
    assert "the packaged registry has gpt-5.6-sol as of" in priced
    assert "models.yaml: " in (examined := run("doctor", "--offline").stdout)
    assert "the packaged registry is newer, of " in examined

    Path("models.yaml").unlink()
    assert f"registry: {PACKAGED}\n" in run("price", "openai/gpt-5.6-sol").stdout
    assert f"the first update copies it to {own_place()}" in run("doctor", "--offline").stdout


def test_what_an_upgrade_brings_is_an_update_of_its_own(
    august: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the same tables, verdicts, diff and statuses as a page; the second time there is nothing left."""
    own = own_registry(august)
    shutil.copy(ROOT / "models.yaml", august)
    monkeypatch.setattr("octoregistry.updating.from_package.PACKAGED", str(august))

    shown = run("update", "--from-package", "--dry-run", "--exit-code", "-p", "openai")
    assert shown.exit_code == 4, shown.output
    assert "Packaged registry, of 2026-" in shown.stdout
    assert "+++ b/models.yaml" in shown.stdout
    assert own.read_bytes() == (ROOT / "examples" / "models-2026-08-21.yaml").read_bytes()

    assert run("update", "--from-package", "-p", "openai").exit_code == 0
    again = run("update", "--from-package", "-p", "openai")
    assert "No change: models.yaml has all that the packaged registry has." in again.stdout
    assert "the packaged registry has" not in run("price", "openai/gpt-5.6-sol").stdout


@pytest.mark.parametrize("arguments", [(), ("--plan-out", "p.json", "--dry-run"), ("--from-package",)])
def test_a_cloned_folders_settings_write_nothing_into_ones_own(
    august: Path, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """Guards off, no witness and other pages: of the folder's own models.yaml a file may say so, of no other's."""
    assert run("update", "--offline", "-p", "openai").exit_code == 0
    own = Path(own_place())
    before = own.read_bytes()
    clone = folder / "clone"
    clone.mkdir()
    monkeypatch.chdir(clone)
    Path("octoregistry.toml").write_text('witnesses = []\n[guards]\nmoved = 100000\nunwitnessed = "off"\n')
    found = run("update", "--offline", *arguments)
    assert found.exit_code == 1
    words = " ".join(found.stderr.split())
    assert "octoregistry.toml: witnesses: a file of the working folder decides about the registry of that" in words
    assert "put it into a file that you name with --settings" in words
    assert (own.read_bytes(), Path("p.json").exists()) == (before, False)
    assert run("update", "--offline", "--settings", "octoregistry.toml", *arguments).exit_code in (0, 5)
    Path("octoregistry.toml").write_text("[budget]\nmonthly = 100\n")
    assert run("update", "--offline", *arguments).exit_code in (0, 5)


def test_a_registry_that_is_a_loop_of_links_is_one_line(folder: Path, run: Run) -> None:
    loop = folder / "loop.yaml"
    loop.symlink_to(loop.name)
    told = run("update", "--offline", "--dry-run", "--registry", loop)
    assert told.exit_code == 1
    assert "Too many levels of symbolic links" in told.stderr
