"""The command line as real processes, forked from one that has imported what they run: a new one pays two seconds for that."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Sequence
from pathlib import Path

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(
    ["octoregistry.cli.schedule", "octoregistry.cli.serve", "octoregistry.service.http.app", "uvicorn", __name__]
)


class Process:
    """`octoregistry` with these arguments, in a folder and an environment; what it says goes into a file."""

    def __init__(self, arguments: Sequence[str], folder: Path, environ: dict[str, str], output: Path) -> None:
        self._process = _FORKING.Process(target=_run, args=(tuple(arguments), folder, environ, output))
        self._process.start()
        self.pid = self._process.pid or 0

    def poll(self) -> int | None:
        """Its exit status, None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int | None:
        """The same, as soon as it has ended."""
        self._process.join(seconds)
        return self.poll()

    def send_signal(self, number: int) -> None:
        """None; ProcessLookupError where it has ended."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """None; it ends at once."""
        self._process.kill()


def _run(arguments: tuple[str, ...], folder: Path, environ: dict[str, str], output: Path) -> None:
    from octoregistry.cli import main

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    said = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(said, 1)
    os.dup2(said, 2)
    sys.argv = ["octoregistry", *arguments]
    main()
