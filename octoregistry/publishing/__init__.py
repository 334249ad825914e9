"""Changes proposed: a branch of our own, and one pull request that the next run finds again."""

from octoregistry.publishing.forge import ForgeError
from octoregistry.publishing.git import Git, GitError
from octoregistry.publishing.proposal import Outcome, Proposal
from octoregistry.publishing.propose import Place, place_of, propose

__all__ = ["ForgeError", "Git", "GitError", "Outcome", "Place", "Proposal", "place_of", "propose"]
