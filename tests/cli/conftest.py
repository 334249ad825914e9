"""A registry of some weeks ago in a folder of its own, and an empty cache."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from octoregistry.cli import cli

ROOT = Path(__file__).parents[2]
Run = Callable[..., Result]
MAIN = "import sys; from octoregistry.cli import main; main()"


def names(folder: Path) -> list[str]:
    """What stands in `folder`, but for the cache."""
    return sorted(entry.name for entry in folder.iterdir() if entry.name != "cache")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every command runs in a folder of its own; keys, registries and caches of this machine are not seen."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY", "OCTOREGISTRY_MODELS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def models(folder: Path) -> Path:
    """./models.yaml as it stood on 2026-08-21; of Gemini it is of today, for a page of many changes takes long to write."""
    august, today = ((ROOT / name).read_text("utf-8") for name in ("examples/models-2026-08-21.yaml", "models.yaml"))
    gemini = slice(today.index("  gemini:"), today.index("  openai:"))
    file = folder / "models.yaml"
    file.write_text(august[: august.index("  gemini:")] + today[gemini] + august[august.index("  openai:") :], "utf-8")
    return file


@pytest.fixture
def run() -> Run:
    """`run("update", "--offline")` is the command's result."""
    return lambda *arguments: CliRunner().invoke(
        cli, [str(argument) for argument in arguments], prog_name="octoregistry"
    )
