"""Proposals: a branch of our own, and one pull request that the next run updates."""

from octoregistry.publishing.forge import ForgeError
from octoregistry.publishing.git import Git, GitError
from octoregistry.publishing.proposal import Proposal, ProposalResult
from octoregistry.publishing.propose import ProposalTarget, proposal_target, propose

__all__ = [
    "ForgeError",
    "Git",
    "GitError",
    "Proposal",
    "ProposalResult",
    "ProposalTarget",
    "proposal_target",
    "propose",
]
