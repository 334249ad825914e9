"""`python -m octoregistry.service.child WORK`: one run in a process of its own; its Outcome is a line of JSON.

A process of its own can be ended at any instant and gives its memory back; the answers of the HTTP face do not wait
for a page that is being parsed.
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
from octoregistry.service.outcome import Outcome
from octoregistry.service.secrets import all_secrets
from octoregistry.service.work import MovedOnError, Work, accept, run
from octoregistry.settings import Settings, SettingsError, command_settings
from providers import RegistryError


class Asked(BaseModel):
    """What the process is asked for on its command line; no secret is in it."""

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
    """Print the Outcome and leave with 0; 143 after SIGTERM, 130 after Ctrl-C, all undone that was half done."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    asked = Asked.model_validate_json(sys.argv[1])
    try:
        settings = command_settings(asked.settings)
        told = _told(asked, settings)
        said = all_secrets(settings, os.environ).scrub(told.model_dump_json())
    except KeyboardInterrupt:
        sys.exit(130)
    except SettingsError as error:
        said = _failed(error).model_dump_json()
    sys.stdout.write(said + "\n")
    sys.stdout.flush()


def _told(asked: Asked, settings: Settings) -> Outcome:
    work = Work(asked.registry, asked.providers, asked.offline, frozenset(asked.accepted), asked.proposes)
    try:
        if asked.what == "accept":
            return accept(work, asked.accepted[0], asked.model, settings, _progress)
        return run(work, settings, _progress)
    except OSError as error:
        return _failed(f"{error.filename or asked.registry}: {error.strerror or error}")
    except MovedOnError as error:
        return _failed(f"moved on: {error}")
    except (RegistryError, SettingsError, LockedError, NotCarriedOutError, GitError, ForgeError) as error:
        return _failed(error)
    except Exception as error:  # noqa: BLE001 - a schedule goes on whatever one run meets; the log says what it was
        return _failed(f"{type(error).__name__}: {error}")


def _failed(why: object) -> Outcome:
    return Outcome(end="failed", at=datetime.now(UTC), why=str(why))


def _progress(step: str) -> None:
    sys.stderr.write(f"{step} ...\n")


def _end_with_parent() -> None:
    """End as after SIGTERM when our input ends: then the parent is gone, however it went."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
