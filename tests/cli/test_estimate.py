"""`octoregistry estimate` where no model fits: it says why, and counts each reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

REGISTRY = """\
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: road
    models:
      road: {display_name: Road, input_per_million: 1.0, output_per_million: 2.0, kind: chat, context_window: 1000}
      path: {display_name: Path, input_per_million: 1.0, output_per_million: 2.0, kind: chat, context_window: 2000}
      lane: {display_name: Lane, input_per_million: 1.0, output_per_million: 2.0, kind: chat, retires_on: 2020-01-01}
      rail: {display_name: Rail, input_per_million: 1.0, output_per_million: 2.0, kind: embedding}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""


@pytest.fixture(autouse=True)
def registry(folder: Path) -> None:
    (folder / "models.yaml").write_text(REGISTRY)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--input", "99000000"], "chat fits (2: the prompt is longer than its limit; 1: retired)"),
        (["--kind", "embedding", "--needs", "tools"], "embedding fits (1: tools is not among its known features)"),
        (["--kind", "video"], "video fits (there is none)"),
    ],
)
def test_why_no_model_fits_is_said_and_counted(run: Run, asked: list[str], told: str) -> None:
    found = run("estimate", "--input", "1000", *asked)
    assert (found.exit_code, found.stdout) == (0, f"no model of the kind {told}; --all ranks all\n")


def test_all_ranks_all_the_same(run: Run) -> None:
    assert run("estimate", "--input", "99000000", "--all").stdout.count("acme/") == 4
