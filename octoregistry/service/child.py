"""`python -m octoregistry.service.child REQUEST`: one run in its own process; it prints a RunOutcome as a line of JSON.

A process can be ended at any instant and gives its memory back, and HTTP responses do not wait for a page that is
being parsed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from octoregistry.merging.lock import LockedError
from octoregistry.merging.registry_file import NotCarriedOutError
from octoregistry.publishing import ForgeError, GitError
from octoregistry.service.run_outcome import RunOutcome
from octoregistry.service.run_task import RunTask, StaleDecisionError, accept, run
from octoregistry.service.secrets import all_secrets
from octoregistry.settings import Settings, SettingsFileError, check_written, command_settings
from providers import RegistryError


class ChildRequest(BaseModel):
    """The command line of the process as JSON; it holds no secret."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: Literal["run", "accept"] = "run"
    registry: Path
    settings: Path | None = None
    providers: tuple[str, ...]
    offline: bool = False
    accepted: tuple[str, ...] = ()
    proposes: bool = False
    model: str = ""


def main() -> None:
    """Print the RunOutcome and exit with 0; 143 after SIGTERM, 130 after Ctrl-C. What was half done is undone."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    request = ChildRequest.model_validate_json(sys.argv[1])
    try:
        settings = command_settings(request.settings)
        check_written(request.registry)  # the file may have changed since the service began
        outcome = _outcome(request, settings)
        said = all_secrets(settings, os.environ).masked(outcome.model_dump_json())
    except KeyboardInterrupt:
        sys.exit(130)
    except SettingsFileError as error:
        said = _failed(error).model_dump_json()
    sys.stdout.write(said + "\n")
    sys.stdout.flush()


def _outcome(request: ChildRequest, settings: Settings) -> RunOutcome:
    task = RunTask(request.registry, request.providers, request.offline, frozenset(request.accepted), request.proposes)
    try:
        if request.what == "accept":
            return accept(task, request.accepted[0], request.model, settings, _progress)
        return run(task, settings, _progress)
    except OSError as error:
        return _failed(f"{error.filename or request.registry}: {error.strerror or error}")
    except StaleDecisionError as error:
        return _failed(f"moved on: {error}")
    except (RegistryError, SettingsFileError, LockedError, NotCarriedOutError, GitError, ForgeError) as error:
        return _failed(error)
    except Exception as error:  # noqa: BLE001 - a schedule goes on whatever one run meets; the log says what it was
        return _failed(f"{type(error).__name__}: {error}")


def _failed(why: object) -> RunOutcome:
    return RunOutcome(end="failed", at=datetime.now(UTC), why=str(why))


def _progress(step: str) -> None:
    sys.stderr.write(f"{step} ...\n")


def _exit_with_parent() -> None:
    """End as after SIGTERM when our input ends: then the parent is gone, however it went."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
