"""200 requests a second on loopback for 30 seconds while updates run: errors, latencies, memory."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from octoregistry.service.database import Database
from octoregistry.service.runlog import RunLog

ROOT = Path(__file__).parents[1]
RATE, SECONDS, LINES = 200, 30, 64
PATHS = (
    "/healthz",
    "/api/models",
    "/api/models?provider=openai",
    "/api/models/anthropic/claude-haiku-4-5",
    "/api/estimate?input=12000&output=800",
    "/api/estimate?model=anthropic/claude-haiku-4-5&input={}&output=800",  # never the same twice: nothing kept helps
    "/api/changes",
    "/readyz",
    "/metrics",
    "/review",
)


def resident(pid: int) -> float:
    """The resident memory of a process in MB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


class Line:
    """One kept connection. No HTTP library: it would take more of the two cores than the service does."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def get(self, path: str) -> int:
        """The status of the answer, which is read to its end."""
        if self.reader is None or self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        await self.reader.readexactly(int(length[1]) if length else 0)
        return int(head.split(maxsplit=2)[1])


async def load(port: int, pid: int) -> None:
    """Ask at fixed times, however long the answers take, and print what came of it."""
    took: list[float] = []
    faults: list[str] = []
    memory: list[float] = []
    lines: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(LINES):
        lines.put_nowait(Line(port))

    async def ask(number: int, due: float) -> None:
        line, path = await lines.get(), PATHS[number % len(PATHS)].format(number)
        try:
            status = await line.get(path)
            if status != 200:
                faults.append(f"{status} {path}")
        except (OSError, EOFError) as error:
            faults.append(repr(error))
            line = Line(port)
        lines.put_nowait(line)
        took.append(time.perf_counter() - due)  # from when it was due: waiting for us counts, too

    for path in PATHS:
        await Line(port).get(path.format(0))
    start, asked = time.perf_counter(), []
    for number in range(RATE * SECONDS):
        due = start + number / RATE
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        asked.append(asyncio.create_task(ask(number, due)))
        if number % RATE == 0:
            memory.append(resident(pid))
    await asyncio.gather(*asked)
    span = time.perf_counter() - start
    ms = [1000 * seconds for seconds in sorted(took)]
    print(f"{len(took)} requests in {span:.1f} s ({len(took) / span:.0f}/s), {len(faults)} errors {faults[:3]}")
    p95, p99 = ms[int(0.95 * len(ms))], ms[int(0.99 * len(ms))]
    print(f"median {statistics.median(ms):.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms, most {ms[-1]:.1f} ms")
    third = len(memory) // 3
    first, last = statistics.mean(memory[:third]), statistics.mean(memory[-third:])
    print(f"resident memory {first:.1f} MB in the first third, {last:.1f} MB in the last")


def main() -> None:
    """Start a service whose updates never end for long, and put the load on it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(ROOT / "models.yaml", folder / "models.yaml")
        (folder / "octoregistry.toml").write_text(
            '[service]\njitter = 0\nreport = ""\n[service.jobs.all]\nevery = "3s"\n'
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environ = os.environ | {"XDG_DATA_HOME": name, "XDG_CACHE_HOME": name, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "octoregistry", "serve", "--offline", "--port", str(port)]
        with subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.DEVNULL) as service:
            for _ in range(600):
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            print(f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            asyncio.run(load(port, service.pid))
            service.terminate()
        ends = [
            run.end or "running" for run in RunLog(Database(f"sqlite:///{name}/octoregistry/runs.sqlite3")).latest(100)
        ]
        print(f"updates meanwhile: {', '.join(f'{ends.count(end)} {end}' for end in dict.fromkeys(ends))}")


if __name__ == "__main__":
    main()
