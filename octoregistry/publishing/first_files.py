"""The files that a repository of one's own starts with: the registry, its settings, and a workflow that keeps it true."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from octoregistry.merging.store import replace_file
from octoregistry.settings.templating import folder
from providers.files import bytes_of
from providers.registry import PACKAGED

_EXTRA = "octoregistry[forge]"


def first_files(*, github: bool) -> Mapping[str, bytes]:
    """{path in the repository: content}: models.yaml as it was packaged, octoregistry.toml and, wanted, the workflow."""
    templates = folder() / "init"
    files = {"models.yaml": bytes_of(PACKAGED), "octoregistry.toml": (templates / "octoregistry.toml").read_bytes()}
    if github:
        workflow = (templates / "update-prices.yml").read_text(encoding="utf-8")
        files[".github/workflows/update-prices.yml"] = workflow.replace("REQUIREMENT", requirement()).encode()
    return files


def write_first_files(repository: Path, *, github: bool) -> tuple[tuple[Path, bool], ...]:
    """Each file of `first_files` and whether it was written: what is there already is left as it is. Raises OSError."""
    done = []
    for name, content in first_files(github=github).items():
        file = repository / name
        absent = not file.exists() and not file.is_symlink()
        if absent:
            file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(file, content)
        done.append((file, absent))
    return tuple(done)


def requirement() -> str:
    """What pip installs this very version by: the git commit that it was installed from (PEP 610), else the release."""
    try:
        origin = json.loads(distribution("octoregistry").read_text("direct_url.json") or "{}")
        git = origin["vcs_info"]
        return f"{_EXTRA} @ {git['vcs']}+{origin['url']}@{git['commit_id']}"
    except (PackageNotFoundError, ValueError, KeyError, TypeError):
        return f"{_EXTRA}=={version('octoregistry')}"
