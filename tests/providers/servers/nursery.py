"""A process that forks a runner of batches for each line it reads, so that a test can kill one without paying for the
import of an SDK each time: `python nursery.py PROVIDER`.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path

sys.path.remove(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - its modules are named like the SDKs

from providers import BatchSettings, LLMProvider, get_provider, run_batch, run_realtime


def run(provider: LLMProvider, order: dict[str, object]) -> None:
    """One run to its end; what it came to stands in the file that the order names."""
    settings = BatchSettings(poll_initial=0.005, poll_longest=0.02, settle=2.0, rows=5)
    requests = [(f"unit-{n}", f"{order['name']} {n}") for n in range(20)]
    if order.get("realtime"):
        run_realtime(provider, requests, str(order["state"]), concurrency=4)
    else:
        run_batch(provider, requests, str(order["state"]), settings=settings)


def main() -> None:
    api = {"provider": sys.argv[1], "timeout_seconds": 5, "transport_retry": {"initial_delay_seconds": 0.01}}
    provider = get_provider({"api": api})
    provider.client  # noqa: B018 - made once, without a connection yet, so that kills hit the run and not its imports
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            order = json.loads(line)
            try:
                run(provider, order)
            except BaseException:  # noqa: BLE001 - a child must not fall through into the parent's loop
                Path(f"{order['state']}.error").write_text(traceback.format_exc())
                os._exit(1)
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(status, flush=True)


main()
