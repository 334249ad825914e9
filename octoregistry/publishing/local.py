"""A proposal without a forge: a branch, a patch and the body in the .git folder."""

from __future__ import annotations

from pathlib import Path

from octoregistry.merging.store import replace_file
from octoregistry.publishing.git import Git
from octoregistry.publishing.proposal import Proposal

# A patch that `git am` takes everywhere, whatever a person has set for the patches that they send.
_PLAIN = (
    "--binary", "--no-signature", "--no-cover-letter", "--no-attach", "--no-signoff", "--no-ext-diff", "--no-textconv",
    "--no-color", "--src-prefix=a/", "--dst-prefix=b/", "--subject-prefix=PATCH", "--no-numbered", "--no-base",
)  # fmt: skip


def write_files(git: Git, commit: str, proposal: Proposal) -> tuple[Path, ...]:
    """The patch and the body, written to `octoregistry/` in the repository's .git folder; raises OSError."""
    patch, body = file_paths(git, proposal.branch)
    patch.parent.mkdir(exist_ok=True)
    replace_file(patch, git.read("format-patch", "-1", "--stdout", *_PLAIN, commit))
    replace_file(body, f"# {proposal.title}\n\n{proposal.body}".encode())
    return patch, body


def file_paths(git: Git, branch: str) -> tuple[Path, Path]:
    """Where the patch and the body of a branch are kept."""
    folder, name = git.common / "octoregistry", branch.replace("/", "-")
    return folder / f"{name}.patch", folder / f"{name}.md"
