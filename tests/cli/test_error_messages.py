"""What people are told of an error, and what is a fault of ours and must not be taken for theirs."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest

from octoregistry.cli.error_messages import error_messages
from octoregistry.errors import UnknownProviderError, UserFacingError
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (UserFacingError("locked by \x1b[31mJo"), 1, "locked by \\x1b[31mJo"),
        (UnknownProviderError("no provider 'acme'"), 2, "no provider 'acme'"),
        (PermissionError(13, "Permission denied", "/etc/x"), 1, "/etc/x: Permission denied"),
        (FileNotFoundError(2, "Not found", "models.yaml"), 1, "models.yaml: Not found: name another with --registry"),
        (OSError(28, "No space left on device"), 1, "models.yaml: No space left on device"),
    ],
)
def test_an_error_is_one_line_and_an_exit_status(
    error: Exception, status: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in it steers the terminal."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(click.ClickException) as told, error_messages(Path("models.yaml")):
        raise error
    assert (told.value.exit_code, told.value.message) == (status, said)


def test_a_key_that_we_missed_is_no_unknown_provider() -> None:
    """A fault of ours is seen as one."""
    with pytest.raises(KeyError), error_messages(Path("models.yaml")):
        raise KeyError("acme")


@pytest.mark.parametrize("kind", ["pipe", "device"])
@pytest.mark.parametrize(
    "command",
    [("extract", "openai", "FILE"), ("config", "--settings", "FILE"), ("apply", "FILE"), ("check", "FILE")],
    ids=lambda command: command[0],
)
def test_what_is_no_file_is_one_line_at_once(tmp_path: Path, run: Run, command: tuple[str, ...], kind: str) -> None:
    """A pipe that nobody writes into was waited for for ever, a device read till memory was full."""
    file = tmp_path / "odd"
    os.mkfifo(file) if kind == "pipe" else file.symlink_to("/dev/zero")
    told = run(*(str(file) if word == "FILE" else word for word in command))
    assert told.exit_code == 1
    words = told.output.replace("\n", " ")
    assert str(file) in words.replace(" ", "") or str(file) in words
    assert "pipe" in words
    assert "Traceback" not in words


@pytest.mark.parametrize(
    "command",
    [
        ("cost", "FILE"), ("cost", "FILE.jsonl"), ("doctor", "--registry", "FILE"), ("update", "--offline", "--registry", "FILE"),
        ("extract", "openai", "FILE"), ("check", "FILE"),
    ],
)  # fmt: skip
def test_a_loop_of_links_is_told_as_one(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    """Whatever Python raises for it."""
    for name in ("loop", "loop.jsonl"):
        (tmp_path / name).symlink_to(name)
    result = run(*(word.replace("FILE", str(tmp_path / "loop")) for word in command))
    assert "Too many levels of symbolic links" in result.output
    assert not isinstance(result.exception, RuntimeError)
