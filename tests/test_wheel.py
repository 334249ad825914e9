"""The wheel, alone in an empty environment, does the main job."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest
from hatchling.build import build_wheel

from tests.waiting import LIMIT

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(c) for c in command], cwd=cwd, capture_output=True, text=True, timeout=LIMIT, check=False
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment that holds the wheel and what it needs, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    built = run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT, cwd=folder)
    assert built.returncode == 0, built.stderr
    venv.create(folder / "env", with_pip=True)
    bin_folder = folder / "env" / "bin"
    wheel = next(folder.glob("octoregistry-*.whl"))
    constraints = ("--constraint", ROOT / "constraints.txt")
    done = run(bin_folder / "python", "-m", "pip", "install", "--quiet", *constraints, wheel, cwd=folder)
    if done.returncode != 0:
        pytest.skip(
            f"the packages that the wheel needs cannot be installed here: {done.stderr.strip().splitlines()[-1]}"
        )
    return bin_folder


def test_it_is_built_twice_to_the_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever doubts a wheel builds it again."""
    monkeypatch.chdir(ROOT)
    wheels = [tmp_path / folder / build_wheel(str(tmp_path / folder)) for folder in ("a", "b")]
    assert wheels[0].read_bytes() == wheels[1].read_bytes()


def test_it_brings_its_command_line(installed: Path, tmp_path: Path) -> None:
    """`octoregistry --help` lists the commands."""
    shown = run(installed / "octoregistry", "--help", cwd=tmp_path)
    assert shown.returncode == 0
    assert "update" in shown.stdout


def test_it_updates_offline_with_the_pages_and_the_registry_it_brings(installed: Path, tmp_path: Path) -> None:
    """The main job runs with no checkout, no key, no cache and no network."""
    shown = run(installed / "octoregistry", "update", "--dry-run", "--offline", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("Pages: gemini bundled with the package")
    assert "No change to models.yaml" in shown.stdout


def test_a_newcomers_way_from_nothing_to_a_pull_request(installed: Path, tmp_path: Path) -> None:
    """Init, update, estimate, cost, report and a proposal in a repository of one's own; nothing is written beside the package."""
    program, mine = installed / "octoregistry", tmp_path / "prices"
    packaged = next(installed.parent.rglob("providers/models.yaml"))
    before = packaged.read_bytes(), {file.name for file in packaged.parent.iterdir()}
    person = ("git", "-C", mine, "-c", "user.name=Jo", "-c", "user.email=jo@example.com")
    log = mine / "calls.csv"

    for command in (
        (program, "init", mine),
        ("git", "init", "--bare", "--quiet", tmp_path / "bare.git"),
        ("git", "init", "--quiet", "--initial-branch", "main", mine),
        (*person, "add", "."),
        (*person, "commit", "--quiet", "-m", "prices"),
        (*person, "remote", "add", "origin", tmp_path / "bare.git"),
        (*person, "push", "--quiet", "origin", "main"),
    ):
        done = run(*command, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    log.write_text("day,provider,model,input,output\n2026-10-10,anthropic,claude-haiku-4-5,1000000,0\n")
    old = (ROOT / "examples" / "models-2026-08-21.yaml").read_text()
    for words, told in (
        (("update", "--offline", "-p", "anthropic"), "No change"),
        (("estimate", "anthropic/claude-haiku-4-5", "--input", "1000000"), "$1"),
        (("cost", log.name), "1.000000 USD"),
        (("report",), "reports"),
    ):
        done = run(program, *words, cwd=mine)
        assert done.returncode == 0, done.stderr
        assert told in done.stdout + done.stderr
    (mine / "models.yaml").write_text(old)
    for command in ((*person, "commit", "--quiet", "-am", "older"), (*person, "push", "--quiet", "origin", "main")):
        assert run(*command, cwd=tmp_path).returncode == 0
    proposed = run(program, "update", "--offline", "--pr", "-p", "anthropic", cwd=mine)
    assert proposed.returncode == 0, proposed.stderr
    assert "octoregistry/update" in run(*person, "branch", "--list", "octoregistry/update", cwd=mine).stdout
    assert (packaged.read_bytes(), {file.name for file in packaged.parent.iterdir()}) == before


def test_the_first_update_from_the_wheel_leaves_the_installation_as_it_is(installed: Path, tmp_path: Path) -> None:
    """The copy stands in the person's data folder, and the second run says no more of it."""
    words = ("update", "--offline", "-p", "anthropic")
    first = run(installed / "octoregistry", *words, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "is your registry from now on" in first.stderr
    assert "is your registry" not in run(installed / "octoregistry", *words, cwd=tmp_path).stderr


def test_providers_price_a_call_without_any_sdk(installed: Path, tmp_path: Path) -> None:
    """`import providers` knows what a call costs."""
    code = "import providers; print(providers.get_pricing('anthropic', 'claude-haiku-4-5').cost(input=10**6))"
    shown = run(installed / "python", "-c", code, cwd=tmp_path)
    assert shown.stdout.strip() == "1", shown.stderr


def test_a_type_checker_sees_the_types_of_both_packages(installed: Path, tmp_path: Path) -> None:
    """A program that imports them is checked strictly, and learns that a cost is a Decimal."""
    pytest.importorskip("mypy", reason="mypy is not installed: pip install '.[dev]'")
    lines = ("import octoregistry, providers", "reveal_type(providers.get_pricing('acme', 'road').cost(input=1))")
    (tmp_path / "program.py").write_text("\n".join((*lines, "octoregistry.cost_frame\n")))
    checker = (sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache")
    shown = run(*checker, "--python-executable", installed / "python", "program.py", cwd=tmp_path)
    assert shown.returncode == 0, shown.stdout
    assert "decimal.Decimal" in shown.stdout
