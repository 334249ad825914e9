"""A client for GET requests: one at a time for each host, every redirect checked, with retries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from octoregistry.settings import FetchSettings
from octoregistry.sources.backoff import RETRY_STATUSES, pause
from octoregistry.sources.deadline import Deadline, Stop
from octoregistry.sources.hosts import Hosts
from octoregistry.sources.transport import NoAnswer, Response, ask
from octoregistry.sources.urls import host_of, redirect_fault, shown_url, url_fault

REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Client:
    """The HTTP client of one run. Hosts in `private_hosts` may have addresses that are not on the open internet."""

    fetch: FetchSettings
    stop: Stop
    hosts: Hosts
    clock: Callable[[], datetime]
    private_hosts: frozenset[str]

    @classmethod
    def of(
        cls,
        fetch: FetchSettings,
        clock: Callable[[], datetime],
        stop: Stop,
        private_hosts: frozenset[str] = frozenset(),
    ) -> Client:
        """The client of a run by its settings, and the further hosts that may be private."""
        hosts = Hosts(fetch.crawl_delay, fetch.max_crawl_delay, stop)
        private = private_hosts | {host.lower() for host in fetch.allow_private_hosts}
        return cls(fetch, stop, hosts, clock, private)

    def deadline(self) -> Deadline:
        """The time that one address has, from now."""
        return Deadline(self.fetch.total_deadline, self.stop)


@dataclass(frozen=True, slots=True)
class Route:
    """Where an address may lead: to its own host and `redirect_hosts`, or nowhere else at all where that is None.

    `gate` gives the reason why an address may not be asked (robots), or None; every hop passes it.
    """

    redirect_hosts: frozenset[str] | None = frozenset()
    gate: Callable[[str], str | None] | None = None

    def refusal(self, url: str) -> str | None:
        """Why the gate does not let us ask for `url`, or None."""
        return self.gate(url) if self.gate is not None else None


def answer_of(
    client: Client, url: str, headers: Mapping[str, str], deadline: Deadline, route: Route
) -> Response | NoAnswer:
    """The answer to a GET of `url`, after as many tries as the settings and the deadline leave."""
    tries = 0
    while True:
        tries += 1
        answer = _followed(client, url, headers, deadline, route)
        retry = answer.retry if isinstance(answer, NoAnswer) else answer.status in RETRY_STATUSES
        if not retry or tries > client.fetch.retries or client.stop.called:
            return answer
        retry_after = answer.headers.get("retry-after") if isinstance(answer, Response) else None
        seconds = pause(tries, retry_after, client.clock(), client.fetch)
        if seconds >= deadline.left or client.stop.wait(seconds):
            return answer


def _followed(
    client: Client, url: str, headers: Mapping[str, str], deadline: Deadline, route: Route
) -> Response | NoAnswer:
    """The answer at the end of the redirects from `url`."""
    if fault := url_fault(url):
        return NoAnswer(fault)
    here = url
    for _ in range(client.fetch.max_redirects + 1):
        if fault := route.refusal(here):
            return NoAnswer(fault)
        answer = _in_turn(client, here, headers, deadline)
        if isinstance(answer, NoAnswer) or answer.status not in REDIRECTS:
            return answer
        there = _next(url, here, answer, route)
        if isinstance(there, NoAnswer):
            return there
        here = there
    return NoAnswer(f"more than {client.fetch.max_redirects} redirects")


def _next(origin: str, here: str, answer: Response, route: Route) -> str | NoAnswer:
    """Where the redirect `answer` leads, if we may go there."""
    if route.redirect_hosts is None:
        return NoAnswer(f"status {answer.status}: a redirect, and a key is not carried elsewhere")
    target = answer.headers.get("location", "")
    if not target:
        return NoAnswer(f"status {answer.status} without a Location")
    there = _target(here, target)
    if fault := redirect_fault(origin, here, there, route.redirect_hosts):
        return NoAnswer(f"redirected to {shown_url(there)}: refused, {fault}")
    return there


def _target(here: str, target: str) -> str:
    try:
        return urljoin(here, target)
    except ValueError:
        return target  # it cannot be parsed, which is what the check of it will say


def _in_turn(client: Client, url: str, headers: Mapping[str, str], deadline: Deadline) -> Response | NoAnswer:
    host = host_of(url)
    if reason := client.hosts.down(host):
        return NoAnswer(reason, host_down=True)
    with client.hosts.turn(host):
        answer = ask(url, headers, client.fetch, client.private_hosts, deadline)
    if isinstance(answer, NoAnswer) and answer.host_down:
        client.hosts.is_down(host, answer.reason)
    return answer
