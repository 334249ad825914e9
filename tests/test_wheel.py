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
