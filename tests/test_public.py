"""What programs may import: lazily, typed, and with a clear word where a folder of theirs stands in the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from click.testing import CliRunner

import octoregistry
import providers
from octoregistry.cli import cli
from providers.compiled import plain_json
from providers.registry import PACKAGED
from providers.validated import validated
from tests.cli.conftest import ROOT


def test_the_names_of_the_page_are_there() -> None:
    """docs/python.md promises them."""
    page = (ROOT / "docs" / "python.md").read_text("utf-8")
    for name in octoregistry.__all__:
        assert getattr(octoregistry, name) is not None
        assert name == "Update" or f"octoregistry.{name}(" in page
    assert octoregistry.get_pricing is providers.get_pricing


def python(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What Python, started in a folder, makes of the code."""
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_the_provider_layer_has_a_second_name(tmp_path: Path) -> None:
    """It is the same module, so that no class is there twice."""
    done = python("import octoregistry.providers, providers; print(octoregistry.providers is providers)", tmp_path)
    assert done.stdout == "True\n", done.stderr


def test_a_folder_of_ones_own_that_shadows_providers_is_named(tmp_path: Path) -> None:
    """Before any of its code has run, and not as a missing attribute somewhere within."""
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / "__init__.py").write_text("raise SystemExit('ran')")
    done = python("import octoregistry", tmp_path)
    assert f"{tmp_path}/providers/__init__.py is found before it: rename that folder" in done.stderr
    assert "ran" not in done.stderr


def test_the_exported_registry_says_what_the_file_says() -> None:
    """Numbers letter for letter; and a validator of JSON Schema takes it."""
    shown = CliRunner().invoke(cli, ["export", "--registry", PACKAGED]).stdout
    values, faults = validated(Path(PACKAGED).read_bytes(), "models.yaml")
    assert not faults
    assert json.loads(shown, parse_float=Decimal) == json.loads(plain_json(values), parse_float=Decimal)
    assert "gpt-5.6-sol" in shown
    schema = json.loads(CliRunner().invoke(cli, ["export", "--schema"]).stdout)
    assert schema["$schema"]


def test_check_takes_several_files(tmp_path: Path) -> None:
    """As a hook before a commit gives them: all are looked at, and one that is wrong is enough."""
    wrong = tmp_path / "models.yaml"
    wrong.write_text("providers: {}\n")
    done = CliRunner().invoke(cli, ["check", str(wrong), PACKAGED])
    assert done.exit_code == 1
    assert "nothing wrong" in done.stdout
    assert CliRunner().invoke(cli, ["check", PACKAGED, PACKAGED]).exit_code == 0
