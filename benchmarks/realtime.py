"""`run_realtime` against a bare loop of httpx2 over the same requests, on a server of this machine: seconds, CPU and memory.

Each is a process of its own, and both are run in turn. `python -m benchmarks realtime`
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS, AT_A_TIME = 10_000, 200
ANSWER = json.dumps(
    {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_790_812_800, "model": "gpt-5.4-mini",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "four"}}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 2, "total_tokens": 14},
    }
).encode()  # fmt: skip


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers every request of a connection alike, after 20 ms."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(ANSWER)
    try:
        while True:
            asked = await reader.readuntil(b"\r\n\r\n")
            found = re.search(rb"content-length: (\d+)", asked, re.IGNORECASE)
            await reader.readexactly(int(found[1]) if found else 0)
            await asyncio.sleep(0.02)
            writer.write(head + ANSWER)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def _ours(url: str) -> None:
    from providers import get_provider, run_realtime  # noqa: PLC0415 - not in the process of the bare loop

    provider = get_provider({"api": {"provider": "openai", "model": "gpt-5.4-mini", "base_url": url}})
    rows = ((f"unit-{n}", f"What is {n} + 2?") for n in range(ROWS))
    with tempfile.TemporaryDirectory() as folder:
        results = run_realtime(provider, rows, Path(folder, "run.json"), concurrency=AT_A_TIME)
        assert results.answered == ROWS
    provider.close()


def _bare(url: str) -> None:
    import httpx2  # noqa: PLC0415 - not in our process

    async def ask() -> None:
        limits = httpx2.Limits(max_connections=AT_A_TIME)
        async with httpx2.AsyncClient(limits=limits, timeout=60) as client:
            gate = asyncio.Semaphore(AT_A_TIME)

            async def one(n: int) -> str:
                async with gate:
                    message = {"role": "user", "content": f"What is {n} + 2?"}
                    body = {"model": "gpt-5.4-mini", "messages": [message]}
                    reply = await client.post(f"{url}/chat/completions", json=body)
                    return str(reply.json()["choices"][0]["message"]["content"])

            assert set(await asyncio.gather(*map(one, range(ROWS)))) == {"four"}

    asyncio.run(ask())


def main() -> None:
    """Prints both, twice."""
    this = [sys.executable, "-m", "benchmarks.realtime"]
    with subprocess.Popen([*this, "serve"], stdout=subprocess.PIPE, text=True) as server:
        port = server.stdout.readline().strip() if server.stdout else ""
        key = {**os.environ, "OPENAI_API_KEY": "a-key"}
        for _ in range(2):
            for who in ("bare", "ours"):
                told = subprocess.run(
                    [*this, who, f"http://127.0.0.1:{port}/v1"], env=key, capture_output=True, check=True
                )
                print(f"realtime, {ROWS:,} rows, {AT_A_TIME} at a time: {who} {told.stdout.decode().strip()}")
        server.terminate()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(_serve())
    else:
        begun = time.perf_counter()
        {"ours": _ours, "bare": _bare}[sys.argv[1]](sys.argv[2])
        peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
        wall, cpu = time.perf_counter() - begun, time.process_time()  # of the whole process, imports too
        print(f"{wall:.1f} s, {cpu:.1f} s of CPU, {int(peak[1]) / 1024 if peak else 0:.0f} MB")
