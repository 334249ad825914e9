"""A proposal and its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

MARK = "octoregistry:pull-request"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One commit on a branch of its own, and how a person reads it.

    `files` are whole, by their path in the repository. `fingerprint` is the same for the same changes to the same
    registry, so that a second run of the same knows itself.
    """

    branch: str
    title: str
    body: str
    files: Mapping[str, bytes]
    fingerprint: str
    at: datetime

    @property
    def mark(self) -> str:
        """What the body carries unseen, so that the next run finds it."""
        return mark_of(self.branch, self.fingerprint)


def mark_of(branch: str, fingerprint: str) -> str:
    """The hidden mark of a proposal."""
    return f"<!-- {MARK} branch={branch} plan={fingerprint} -->"


@dataclass(frozen=True, slots=True)
class ProposalResult:
    """The result of a proposal: `what` in a word, `where` as an address or a path, and why where that needs saying."""

    what: Literal["opened", "updated", "unchanged", "left alone", "kept here"]
    branch: str
    where: str = ""
    why: str = ""
    files: tuple[Path, ...] = ()

    def __str__(self) -> str:
        text = " ".join(part for part in (f"{self.branch}: {self.what}", self.where) if part)
        return f"{text} ({self.why})" if self.why else text
