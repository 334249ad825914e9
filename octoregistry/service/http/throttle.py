"""How often secrets are looked at: of each address a few at once, then one in two seconds."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

_MOST_ADDRESSES = 10_000


class Throttle:
    """Attempts that addresses have left. One address begins with 10 and gets one back every 2 s; all of them together with
    20 wrong ones and one back every second. The count of all holds no right secret back: else many could lock its owner
    out. So a wrong one counts at its own address whether or not it is told of: of each address a right one passes once in
    2 s, and who has many addresses is held by the length of the secret."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._all = _Attempts(20, 1.0, clock())
        self._by_address: dict[str, _Attempts] = {}

    def attempt(self, address: str, *, right: bool = False) -> int:
        """0 where a secret from `address` may be told of now, which counts as an attempt where it is wrong; else the seconds
        to wait.
        """
        address = _network(address)
        with self._lock:
            now = self._clock()
            own = self._by_address.get(address)
            if own is None:
                if len(self._by_address) >= _MOST_ADDRESSES:
                    del self._by_address[next(iter(self._by_address))]  # the one that was first seen
                own = self._by_address[address] = _Attempts(10, 0.5, now)
            if right:
                return math.ceil(own.wait(now))
            own_wait, all_wait = own.wait(now), self._all.wait(now)
            if not own_wait:
                own.left -= 1
                self._all.left -= not all_wait
            return math.ceil(max(own_wait, all_wait))


def _network(address: str) -> str:
    """The address; of IPv6 the first half, whose second everybody may choose."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(int(known) >> 64) if isinstance(known, IPv6Address) and not known.ipv4_mapped else address


class _Attempts:
    """How many are left, of at most so many."""

    def __init__(self, most: float, a_second: float, now: float) -> None:
        self.most, self.a_second, self.left, self.at = most, a_second, most, now

    def wait(self, now: float) -> float:
        """Seconds until one is left."""
        self.left = min(self.most, self.left + (now - self.at) * self.a_second)
        self.at = now
        return 0.0 if self.left >= 1 else (1 - self.left) / self.a_second
