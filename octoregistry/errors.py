"""The errors that end a command with a message.

UserFacingError
├── UnknownProviderError    a provider that the registry or the settings lack
├── LockedError             another command writes the registry   (merging/lock.py)
├── NotCarriedOutError      a plan that the registry's file cannot take   (merging/registry_file.py)
├── PackagedRegistryError   the packaged registry, which is never written   (merging/own_registry.py)
├── ClockError              a clock that cannot be right   (updating/clock.py)
├── SettingsFileError       a faulty octoregistry.toml   (settings/settings.py)
├── GitError                a git command that failed   (publishing/git.py)
└── ForgeError              a GitHub or GitLab request that failed   (publishing/forge.py)
"""

from __future__ import annotations


class UserFacingError(Exception):
    """The base of every error whose text is shown to people. The text holds no secret."""


class UnknownProviderError(UserFacingError):
    """A provider that the registry does not have, or whose pages the settings do not name."""
