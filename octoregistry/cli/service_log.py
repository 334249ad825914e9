"""The service's log: a line an event on standard error."""

from __future__ import annotations

import logging
import time

from octoregistry.cli.output import visible


class _Plain(logging.Formatter):
    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record)).replace("\n", "\\n")


def log_to_stderr() -> None:
    """Send the service's log to standard error, times in UTC. A name on a page steers no terminal."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Plain("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S"))
    log = logging.getLogger("octoregistry.service")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
