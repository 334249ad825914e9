"""Runs git without prompts or hooks; the person's index and working tree are not touched."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from octoregistry.errors import UserFacingError
from octoregistry.publishing.secret_mask import SecretMask

_TIMEOUT = 120
_TOKEN = 16  # letters: no token is shorter
# What a hook or an alias around us may have set, and what would print headers.
_DROPPED = frozenset({
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_EXTERNAL_DIFF", "GIT_CURL_VERBOSE",
})  # fmt: skip
# Nothing of ours is run by a hook, a daemon that watches the tree, or an index that leaves a part of itself behind.
_ALWAYS = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "core.splitIndex=false")
# As whom a token may go by: the user of an address that is one of these is no secret.
_TOKEN_USERS = frozenset({"git", "oauth2", "x-access-token", "x-token-auth", "gitlab-ci-token"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class GitError(UserFacingError):
    """A git command failed; the text is git's message, without any secret."""


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file as a commit has it: its mode, and the name of its content."""

    mode: str
    blob: str


class Git:
    """The repository around `folder`. Raises GitError where there is none."""

    def __init__(self, folder: Path, secrets: SecretMask | None = None) -> None:
        self._folder = folder
        self._mask = secrets or SecretMask(())
        try:
            self.root = Path(self.run("rev-parse", "--show-toplevel").strip()).resolve()
        except GitError as error:
            raise GitError(f"{folder}: {error}") from error
        self._folder = self.root  # paths are those of the repository, whichever of its folders we began in
        common = self.run("rev-parse", "--path-format=absolute", "--git-common-dir").strip()
        self.common = Path(common)

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> str:
        """What git prints. Raises GitError."""
        return self.read(*arguments, stdin=stdin, environ=environ, folder=folder).decode("utf-8", "replace")

    def read(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> bytes:
        """The bytes that git prints. Raises GitError."""
        command = ["git", *_ALWAYS, *arguments]
        try:
            done = subprocess.run(  # noqa: S603 - a list, no shell; refs and paths are checked or ours
                command,
                cwd=folder or self._folder,
                input=stdin if stdin is not None else b"",
                env=_environment(environ or {}),
                capture_output=True,
                timeout=_TIMEOUT,
                check=False,
            )
        except FileNotFoundError as error:
            raise GitError("git is not installed") from error
        except subprocess.TimeoutExpired:
            raise GitError(f"git {arguments[0]} took longer than {_TIMEOUT} s") from None
        if done.returncode:
            output = (done.stderr.decode("utf-8", "replace") + done.stdout.decode("utf-8", "replace")).strip()
            raise GitError(self._mask.masked(f"git {arguments[0]}: {output or f'status {done.returncode}'}"))
        return done.stdout

    def remote_url(self, remote: str) -> str | None:
        """The address of a remote, or None where there is no such remote."""
        try:
            return self.run("remote", "get-url", "--", remote).strip()
        except GitError:
            return None

    def commit_of(self, ref: str) -> str | None:
        """The commit that a ref names, or None."""
        try:
            return self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").strip()
        except GitError:
            return None

    def entry(self, commit: str, path: str) -> TreeEntry | None:
        """A file of a commit, None where it has no such file."""
        listed = self.run("ls-tree", "-z", commit, "--", path).partition("\t")[0].split()
        return TreeEntry(listed[0], listed[2]) if len(listed) == 3 and listed[0] in ("100644", "100755") else None

    def blob(self, commit: str, path: str) -> bytes | None:
        """The bytes of a file in a commit, None where it has no such file."""
        found = self.entry(commit, path)
        return self.read("cat-file", "blob", found.blob) if found else None


def push_environment(url: str, user: str, token: str | None, environ: Mapping[str, str]) -> dict[str, str]:
    """What git must know to push over https with `token`: a header for this host alone, that no command line shows.

    It comes behind the settings that `environ` has for git already.
    """
    parts = urlsplit(url)
    if not token or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        return {}
    key = f"http.{urlunsplit((parts.scheme, parts.netloc.rpartition('@')[2], '/', '', ''))}.extraHeader"
    basic = base64.b64encode(f"{user}:{token}".encode()).decode()
    # The empty value takes away what a checkout may have set: two Authorization headers are refused.
    values = ((key, ""), (key, f"Authorization: Basic {basic}"))
    there = environ.get("GIT_CONFIG_COUNT", "")
    first = int(there) if there.isdecimal() else 0
    numbered = {f"GIT_CONFIG_KEY_{number}": name for number, (name, _) in enumerate(values, first)}
    numbered |= {f"GIT_CONFIG_VALUE_{number}": value for number, (_, value) in enumerate(values, first)}
    return {"GIT_CONFIG_COUNT": str(first + len(values)), **numbered}


def secrets_in(url: str) -> Sequence[str]:
    """The secrets that a remote's address carries, with and without their encoding: the password, and the user where
    that may be a token (`https://TOKEN@host/…`)."""
    parts = urlsplit(url) if "://" in url else urlsplit("")
    user = parts.username or ""
    found = (parts.password or "", user if len(user) >= _TOKEN and user not in _TOKEN_USERS else "")
    return tuple(dict.fromkeys(form for secret in found if secret for form in (secret, unquote(secret))))


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED and "GIT_TRACE" not in name}
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    return {"GIT_SSH_COMMAND": "ssh -oBatchMode=yes", **kept, **quiet, **more}
