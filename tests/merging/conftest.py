"""A small registry in a folder of its own, and the plan that changes it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from octoregistry.planning.plan import Change, Plan

SMALL = """\
default_provider: acme
providers:
  acme:
    env_var: ACME_KEY
    default_model: road
    realtime_multiplier: 2.0
    models:
      road:  # the cheap one
        display_name: Road Runner
        input_per_million: 1.0
        output_per_million: 6.0
        rates:
          - {mode: standard, input: 2.0, output: 12.0}
          - {mode: batch, input: 1.0, output: 6.0}
        source: {page: https://acme.example/pricing, checked: 2026-01-02}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""

DROP = Plan(
    (
        Change("acme", "road", "price", "input", Decimal(2), Decimal("1.5"), "standard", start=date(2026, 9, 7)),
        Change("acme", "road", "kept", "output", Decimal(12), Decimal(12), "standard", start=date(2026, 9, 7)),
    )
)


@pytest.fixture
def registry_file(tmp_path: Path) -> Path:
    """A file that holds SMALL, with a mode of its own."""
    path = tmp_path / "models.yaml"
    path.write_text(SMALL)
    path.chmod(0o640)
    return path
