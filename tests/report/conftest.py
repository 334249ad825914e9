import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from octoregistry.planning.plan import Plan
from octoregistry.planning.plan_json import from_values
from octoregistry.sources import Failed
from octoregistry.updating.update import ProviderRun, Update
from providers import parse_registry

HOSTILE = Path(__file__).parent.parent / "merging" / "hostile"
NOW = datetime(2026, 9, 8, 12, tzinfo=UTC)


@pytest.fixture
def update_of():
    """An Update of a registry's text by a plan, on 2026-09-08."""

    def made(text: str, plan: Plan = Plan(), new_text: str | None = None, runs=()) -> Update:  # noqa: B008 - frozen
        return Update(parse_registry(text, "/home/someone/models.yaml"), text, new_text or text, plan, tuple(runs), NOW)

    return made


@pytest.fixture
def hostile(update_of):
    """An update full of names that try to be markup."""
    plan = from_values(json.loads((HOSTILE / "plan.json").read_text()))
    runs = [ProviderRun("acme", Failed("https://acme.example/?q=<b>", "</td><script>alert(11)</script>"), None, None)]
    return update_of((HOSTILE / "models.yaml").read_text(), plan, runs=runs)
