"""Whether a site's robots.txt lets us read an address."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from octoregistry.sources.asking import Asker, Route, patiently
from octoregistry.sources.transport import NoAnswer
from octoregistry.sources.urls import host_of

NAME = "octoregistry"


class Robots:
    """What the robots.txt of each site says, asked for once a run."""

    def __init__(self, asker: Asker, redirect_hosts: frozenset[str]) -> None:
        self._asker = asker
        self._redirect_hosts = redirect_hosts
        self._ignored = {host.lower() for host in asker.fetch.ignore_robots}
        self._sites: dict[str, RobotFileParser | str] = {}
        self._lock = threading.Lock()

    def refusal(self, url: str) -> str | None:
        """Why `url` may not be read, or None."""
        host = host_of(url)
        if host.strip("[]") in self._ignored or host in self._ignored:
            return None
        rules = self._rules(url)
        if isinstance(rules, str):
            return rules
        return (
            None
            if rules.can_fetch(NAME, url)
            else f"robots.txt of {host} does not allow it (ignore_robots overrides that)"
        )

    def _rules(self, url: str) -> RobotFileParser | str:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            if site not in self._sites:
                self._sites[site] = self._asked(site)
            return self._sites[site]

    def _asked(self, site: str) -> RobotFileParser | str:
        """The rules of `site`, or why it cannot be read.

        By RFC 9309 a robots.txt that is not there (4xx) allows everything, one that cannot be served (5xx) nothing.
        """
        route = Route(self._redirect_hosts)
        answer = patiently(self._asker, f"{site}/robots.txt", {}, self._asker.deadline(), route)
        if isinstance(answer, NoAnswer):
            return answer.reason if answer.host_down else f"robots.txt cannot be read: {answer.reason}"
        if answer.status >= 500:
            return f"robots.txt cannot be read: status {answer.status}"
        rules = RobotFileParser()
        rules.parse(answer.body.decode("utf-8", "replace").splitlines() if answer.status == 200 else [])
        delay = rules.crawl_delay(NAME)
        if delay is not None:
            self._asker.hosts.slow_down(host_of(site), float(delay))
        return rules
