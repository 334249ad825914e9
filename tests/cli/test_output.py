"""What a page or a file says steers no terminal and runs in no spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from octoregistry.cli.output import csv_text, visible
from tests.cli.conftest import Run

EVIL = (
    "\x1b]0;owned\x07\x1b[31mred",
    "\x9b31m",
    "\u202e0.5",
    "a\u200bb\ufeff",
    "line\nbreak\r",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://evil.example";"x")',
    "+1+1", "-2+3", "@SUM(A1)", " =1+1",
    "[bold red]markup[/]",
    "x" * 10_000,
    "\u2028\u2029\x85",
)  # fmt: skip
REGISTRY = """\
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: {model}
    models:
      {model}:
        display_name: {name}
        input_per_million: 1.0
        output_per_million: 2.0
        rates:
          - {{mode: standard, input: 2.0, output: 4.0}}
          - {{mode: batch, input: 1.0, output: 2.0}}
          - {{mode: flex, input: 1.0, output: 2.0}}
          - {{mode: flex, from: 2026-03-01, input: 1.5, output: 2.0}}
defaults: {{input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}}
"""


@pytest.mark.parametrize("text", EVIL)
def test_nothing_unseen_is_left_in_what_is_made_visible(text: str) -> None:
    shown = visible(text)
    assert all(letter.isprintable() or letter == "\n" for letter in shown)
    assert visible(shown) == shown


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize(
    "command", [("models",), ("price", "acme/m"), ("history",), ("history", "acme/m"), ("estimate", "--input", "5")]
)
@pytest.mark.parametrize("form", ["", "--json", "--csv"])
def test_no_command_prints_it(folder: Path, run: Run, text: str, command: tuple[str, ...], form: str) -> None:
    """As a name and as an id."""
    for model, name in (("m", json.dumps(text)), (json.dumps(text[:190]), "M")):
        Path("models.yaml").write_text(REGISTRY.format(model=model, name=name), encoding="utf-8")
        if model != "m" and "acme/m" in command:
            continue
        done = run(*command, *([form] if form else []))
        said = done.stdout + done.stderr
        assert "Traceback" not in said
        assert all(letter.isprintable() or letter == "\n" for letter in said), done.output
        if form == "--json" and done.exit_code == 0:
            json.loads(done.stdout)
        if form == "--csv" and done.exit_code == 0:
            cells = [cell for row in csv.reader(io.StringIO(done.stdout)) for cell in row]
            assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]


def test_a_negative_number_stays_a_number() -> None:
    """Only text gets the apostrophe."""
    from decimal import Decimal

    assert csv_text(("a", "b"), [(Decimal("-20.0"), "-20.0")]) == "a,b\n-20.0,'-20.0\n"
