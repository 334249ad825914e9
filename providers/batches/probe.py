"""A call that costs nothing and shows whether the vendor answers, in a thread of its own: it may hang, and a run that ends waits
for what was paid alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..base import LLMProvider

_LOOK = 0.25  # seconds in which whoever waits notices that the run ends


def asked_for_free(provider: LLMProvider, ends: Callable[[], bool]) -> bool | None:
    """What `verify_access` tells, or raises; None where the run `ends` before."""
    told: list[bool | BaseException] = []
    done = threading.Event()

    def ask() -> None:
        try:
            told.append(provider.verify_access())
        except BaseException as error:  # noqa: BLE001 - of a thread: whoever asked raises it
            told.append(error)
        done.set()

    if ends():
        return None
    threading.Thread(target=ask, daemon=True).start()
    while not done.wait(_LOOK):
        if ends():
            return None
    (answer,) = told
    if isinstance(answer, BaseException):
        raise answer
    return answer
