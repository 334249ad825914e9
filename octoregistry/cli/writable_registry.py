"""The registry that a command writes: never the packaged one, and the person is told where their own is."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from octoregistry.cli.output import print_message
from octoregistry.merging.own_registry import own_registry, written_place
from octoregistry.settings import check_written


def writable_registry(registry: Path) -> Path:
    """The file to write for `registry`, see `own_registry`; a copy that was made for it is told on standard error. Raises
    SettingsFileError where the settings are those of another folder than the registry's."""
    check_written(written_place(registry))
    own = own_registry(registry)
    if own != registry:
        print_message(f"{own} is your registry from now on, a copy of the packaged one: commands and programs read it.")
    return own


def end_undisturbed() -> None:
    """Ignore signals from now on: the registry is written, and the command tells what it wrote."""
    if threading.current_thread() is not threading.main_thread():
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    click.get_current_context().call_on_close(restore)
