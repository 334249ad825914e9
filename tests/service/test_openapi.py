"""Schemathesis against the OpenAPI document of a real service: no 5xx, and no answer that is not documented."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.depth import DEPTH
from tests.service.conftest import TOKEN, Workspace
from tests.waiting import LIMIT

EXAMPLES = 8 * DEPTH


@pytest.mark.parametrize("token", [None, TOKEN])
def test_every_answer_is_documented(workspace: Workspace, token: str | None) -> None:
    """With and without the token, whatever is asked."""
    pytest.importorskip("schemathesis", reason="Schemathesis is not installed: pip install '.[dev]'")
    workspace.hold()
    address = workspace.serve()
    (waiting,) = requests.get(f"{address}/api/changes", timeout=LIMIT).json()["held"]
    (workspace.folder / "schemathesis.toml").write_text(f'[parameters]\n"path.id" = "{waiting["id"]}"\n')
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{address}/openapi.json"]
    options = [
        "--max-examples",
        str(EXAMPLES),
        "--seed",
        "7",
        "--no-color",
        "--request-timeout",
        "60",
        "--workers",
        "1",
    ]
    headers = ["--header", f"Authorization: Bearer {token}"] if token else []
    told = subprocess.run(
        [*command, *options, *headers],
        cwd=workspace.folder,
        env=workspace.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout[-8000:] + told.stderr[-2000:]
    assert " passed" in told.stdout
