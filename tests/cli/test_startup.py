"""What the quick commands load: they answer from the registry alone, so they start without what reads pages and settings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

# Each of these costs a tenth of a second or more before a command has done anything.
HEAVY = {
    "bs4",
    "duckdb",
    "fastapi",
    "ibis",
    "jinja2",
    "lxml",
    "markdown_it",
    "pyarrow",
    "pydantic",
    "requests",
    "rich",
    "ruamel",
    "sqlalchemy",
    "tomllib",
    "urllib3",
    "yaml",
    "octoregistry.costing",
    "octoregistry.documents",
    "octoregistry.merging",
    "octoregistry.reading",
    "octoregistry.settings",
    "octoregistry.sources",
    "octoregistry.updating",
    "providers.vendors",
}
MOST = 36  # modules of our own: reading the source of one takes a millisecond where no bytecode is kept
RUN = """
import sys
from octoregistry.cli import cli
cli.main(sys.argv[1:], standalone_mode=False)
print(*sys.modules, file=sys.stderr)
"""


def loaded_by(command: list[str], folder: Path) -> set[str]:
    """The modules that a command loads."""
    run = [sys.executable, "-c", RUN, *command]
    done = subprocess.run(run, capture_output=True, text=True, check=True, cwd=folder)
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "command",
    [
        ["price", "openai/gpt-5.4"],
        ["price", "gpt-5.4"],
        ["models"],
        ["models", "--json"],
        ["history"],
        ["history", "openai/gpt-5.4"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_a_quick_command_loads_nothing_heavy(command: list[str]) -> None:
    """`price`, `models` and `history` of the packaged registry: no HTTP, no page reader, no settings, no YAML.

    Nor what draws tables on terminals, since this is none, nor the vendors' files, since the names are written out.
    """
    loaded = loaded_by(command, Path())
    assert (HEAVY | {"pathlib"}) & loaded == set()
    assert len([name for name in loaded if name.partition(".")[0] in ("octoregistry", "providers")]) <= MOST


def test_a_few_rows_are_costed_without_an_engine(tmp_path: Path) -> None:
    """And without settings, where there are none."""
    row = {"day": "2026-09-10", "provider": "openai", "model": "gpt-5.4", "input": 100, "output": 20}
    (tmp_path / "log.jsonl").write_text("\n".join(json.dumps(row) for _ in range(10)))
    needed = {"octoregistry.costing", "providers.vendors", "rich", "tomllib"}
    assert (HEAVY - needed) & loaded_by(["cost", "log.jsonl"], tmp_path) == set()
