"""What stops a command, said so that a person knows what to do: the text is all that needs to be shown."""

from __future__ import annotations


class ToldError(Exception):
    """The base of every error whose text is meant for people; it holds no secret."""


class UnknownProviderError(ToldError):
    """A provider that the registry does not have, or that the settings know no pages of."""
