"""A connection to a host whose address was checked: the address that is checked is the address connected to.

`requests` resolves a name inside of urllib3, after any check of ours; a name server that answers twice, first with a
public and then with a private address, passes such a check. So the connection's own step of opening a socket is ours:
it resolves once, judges every address and connects to just those. What remains is a proxy from the environment: it
resolves names itself, so behind one only the names are checked, not the addresses.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager, ProxyManager

from octoregistry.sources.addresses import private_address
from octoregistry.sources.deadline import Deadline

Open = Callable[[str, int], socket.socket]


class NoConnection(Exception):  # noqa: N818 - said as a sentence; and no OSError, which urllib3 would wrap and reword
    """No connection came about. `retry` says whether a second try may help."""

    def __init__(self, reason: str, *, retry: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry = retry


class Opener:
    """Opens the connections of one request, all cut at its deadline. Use it as a context."""

    def __init__(self, deadline: Deadline, connect_timeout: float, private_hosts: frozenset[str]) -> None:
        self._deadline = deadline
        self._connect_timeout = connect_timeout
        self._private_hosts = private_hosts
        self._watches = contextlib.ExitStack()

    def __enter__(self) -> Opener:
        return self

    def __exit__(self, *_: object) -> None:
        self._watches.close()

    def open(self, host: str, port: int) -> socket.socket:
        """A socket connected to a checked address of `host`. Raises NoConnection."""
        by = self._by()
        return self._connected(self._checked(host, _resolved(host, port, by)), port, by)

    def open_proxy(self, host: str, port: int) -> socket.socket:
        """A socket connected to a proxy: whoever set it in the environment may have it where they like."""
        by = self._by()
        return self._connected(_resolved(host, port, by), port, by)

    def _by(self) -> Deadline:
        """When there must be a connection: the name resolved, and any of its addresses reached."""
        return Deadline(min(self._connect_timeout, self._deadline.left), self._deadline.stop)

    def _checked(self, host: str, addresses: tuple[str, ...]) -> tuple[str, ...]:
        if host.lower() in self._private_hosts:
            return addresses
        for address in addresses:
            if private_address(address):
                raise NoConnection(f"{host} has the address {address}, which is not on the open internet")
        return addresses

    def _connected(self, addresses: tuple[str, ...], port: int, by: Deadline) -> socket.socket:
        fault = NoConnection("no address")
        for address in addresses:
            try:
                sock = socket.create_connection((address, port), timeout=max(0.001, by.left))
            except TimeoutError:
                fault = NoConnection("no answer to the attempt to connect")
            except OSError as error:
                fault = NoConnection(f"no connection ({error.strerror or 'unknown error'})", retry=True)
            else:
                self._watches.enter_context(self._deadline.cutting(sock))
                return sock
        raise fault


def _resolved(host: str, port: int, by: Deadline) -> tuple[str, ...]:
    """The addresses of `host`. Asked in a thread: the C resolver has no timeout of ours. Raises NoConnection."""
    found: list[tuple[str, ...]] = []

    def ask() -> None:
        with contextlib.suppress(OSError):
            infos = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
            found.append(tuple(dict.fromkeys(str(info[4][0]) for info in infos)))

    asking = threading.Thread(target=ask, daemon=True, name=f"resolve {host}")
    asking.start()
    asking.join(by.left)
    if not found or not found[0]:
        raise NoConnection(f"the name {host} cannot be resolved")
    return found[0]


def opening_session(opener: Opener) -> requests.Session:
    """A session whose every connection is opened by `opener`."""
    session = requests.Session()
    session.headers.clear()
    adapter = _Adapter(opener)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class _Adapter(HTTPAdapter):
    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _give_pools(self.poolmanager, self._opener.open)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(*args, **kwargs)
        _give_pools(manager, self._opener.open_proxy)
        return manager


def _give_pools(manager: PoolManager, open_socket: Open) -> None:
    """Has `manager` make its connections with `open_socket`: urllib3's documented way to other connection classes."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return open_socket(self._dns_host, self.port)  # _dns_host is the proxy's where there is one

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return open_socket(self._dns_host, self.port)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
