"""Changes proposed: a branch of our own, and one pull request that the next run finds again."""

from octoregistry.publishing.pull_request.forge import ForgeError
from octoregistry.publishing.pull_request.git import Git, GitError
from octoregistry.publishing.pull_request.proposal import Outcome, Proposal
from octoregistry.publishing.pull_request.propose import Place, place_of, propose

__all__ = ["ForgeError", "Git", "GitError", "Outcome", "Place", "Proposal", "place_of", "propose"]
