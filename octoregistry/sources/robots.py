"""Whether a site's robots.txt lets us read an address: RFC 9309, as `protego` reads it."""

from __future__ import annotations

import re
import threading
from urllib.parse import urlsplit

from protego import Protego

from octoregistry.sources.client import Client, Route, answer_of
from octoregistry.sources.transport import NoAnswer
from octoregistry.sources.urls import host_of

NAME = "octoregistry"
MOST_BYTES = 512_000  # RFC 9309 asks for 500 KiB at least
_AGENT = re.compile(rf"\s*user[- ]?agent\s*:?\s*(?:(?P<all>\*)|(?P<us>{NAME})(?![a-z_-]))?", re.IGNORECASE)


class Robots:
    """What the robots.txt of each site says, asked for once a run."""

    def __init__(self, client: Client, redirect_hosts: frozenset[str]) -> None:
        self._client = client
        self._redirect_hosts = redirect_hosts
        self._ignored = {host.lower() for host in client.fetch.ignore_robots}
        self._sites: dict[str, Protego | str] = {}
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
            if rules.can_fetch(url, NAME)
            else f"robots.txt of {host} does not allow it (ignore_robots overrides that)"
        )

    def _rules(self, url: str) -> Protego | str:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            if site not in self._sites:
                self._sites[site] = self._rules_of_site(site)
            return self._sites[site]

    def _rules_of_site(self, site: str) -> Protego | str:
        """The rules of `site`, or why it cannot be read.

        By RFC 9309 a robots.txt that is not there (4xx) allows everything, one that cannot be served (5xx) nothing.
        """
        route = Route(self._redirect_hosts)
        answer = answer_of(self._client, f"{site}/robots.txt", {}, self._client.deadline(), route)
        if isinstance(answer, NoAnswer):
            return answer.reason if answer.host_down else f"robots.txt cannot be read: {answer.reason}"
        if answer.status >= 500:
            return f"robots.txt cannot be read: status {answer.status}"
        rules = robots_rules(answer.body if answer.status == 200 else b"")
        delay = rules.crawl_delay(NAME)
        if delay is not None:
            self._client.hosts.slow_down(host_of(site), delay)
        return rules


def robots_rules(body: bytes) -> Protego:
    """The rules of a robots.txt; lines that say nothing, and all behind the first 512,000 bytes, are left out.

    The parser gives each user agent a copy of each rule of its group, so thousands of both fill the memory. We are one
    agent: all foreign names are made one before it reads them.
    """
    text = body[:MOST_BYTES].decode("utf-8-sig", "replace")
    return Protego.parse("\n".join(map(_agent_line, text.splitlines())))


def _agent_line(line: str) -> str:
    """`line`, but where it names a user agent: then it names everybody, us, or somebody else."""
    agent = _AGENT.match(line)
    if agent is None:
        return line
    return f"User-agent: {'*' if agent['all'] else NAME if agent['us'] else 'somebody-else'}"
