from pathlib import Path

import pytest
from click.testing import CliRunner

from octoregistry.cli.check import command as check
from octoregistry.cli.registry_option import registry_path
from providers.registry import PACKAGED

BROKEN = """\
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: road
    models:
      road:
        display_name: Road
        input_per_million: -1.0
        output_per_million: 1e-07
        output_per_million: 2.0
defaults: {input_per_million: 1, output_per_million: 2, realtime_multiplier: "2,0"}
"""


@pytest.fixture(autouse=True)
def _in_an_empty_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("OCTOREGISTRY_MODELS", raising=False)
    monkeypatch.chdir(tmp_path)


def test_a_valid_registry_is_counted_in_one_line_with_exit_0():
    result = CliRunner().invoke(check, [PACKAGED])

    assert result.exit_code == 0
    assert "nothing wrong" in result.output.splitlines()[0]


SOUND = """\
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: road
    models:
      road: {display_name: Road, input_per_million: 1.0, output_per_million: 2.0}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""


@pytest.mark.parametrize(("head", "lines"), [("", 2), ("schema_version: 2\n", 1)])
def test_one_line_says_what_an_older_file_lacks(tmp_path, head, lines):
    file = tmp_path / "models.yaml"
    file.write_text(head + SOUND)

    result = CliRunner().invoke(check, [str(file)])

    assert (result.exit_code, result.output.count("\n")) == (0, lines)
    assert ("lacks the day of each first reading" in result.output) is (lines == 2)


def test_a_broken_registry_has_every_fault_on_stdout_with_its_line_exit_1_and_stays_as_it_is(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN)

    result = CliRunner().invoke(check, [str(path)])

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{path}:9: providers.acme.models.road.input_per_million: -1.0 is negative",
        f"{path}:11: providers.acme.models.road.output_per_million: duplicate key: "
        "readers take the one or the other; keep one",
        f"{path}:12: defaults.realtime_multiplier: '2,0' is text, not a number: "
        "write a plain decimal without quotes, unit or comma",
    ]
    assert path.read_text() == BROKEN
    assert [entry.name for entry in tmp_path.iterdir()] == ["broken.yaml"]


def test_a_file_that_is_not_there_is_exit_1_and_one_line():
    result = CliRunner().invoke(check, ["none.yaml"])

    assert (result.exit_code, result.stdout) == (1, "none.yaml: No such file or directory: give another file\n")


def test_the_registry_option_names_the_file_too(tmp_path):
    (tmp_path / "other.yaml").write_text(BROKEN)

    assert CliRunner().invoke(check, ["--registry", "other.yaml"]).exit_code == 1


def test_the_option_goes_before_the_variable_before_this_folder_before_the_package(monkeypatch, tmp_path):
    assert registry_path(None) == Path(PACKAGED)
    (tmp_path / "models.yaml").touch()
    assert registry_path(None) == Path("models.yaml")
    monkeypatch.setenv("OCTOREGISTRY_MODELS", "elsewhere.yaml")
    assert registry_path(None) == Path("elsewhere.yaml")
    assert registry_path(Path("given.yaml")) == Path("given.yaml")
