"""Thousands of rows of some kilobytes go through a run without being held."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROWS = 1_500
RUNNER = """
import json, re, sys
from pathlib import Path
from providers import BatchSettings, get_provider, run_batch

def peak():
    # Megabytes, the most that this process ever held; getrusage would tell of the process that started it.
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

provider = get_provider({"api": {"provider": sys.argv[1], "timeout_seconds": 120}})
provider.client
before = peak()
requests = ((f"unit-{n}", f"prompt {n} " + "x" * 4000) for n in range(int(sys.argv[3])))
settings = BatchSettings(poll_initial=0.01, poll_longest=0.1)
results = run_batch(provider, requests, sys.argv[2], settings=settings)
answered = sum(row.content == f"re: prompt {n} " + "x" * 4000 for n, row in enumerate(results))
print(json.dumps({"answered": answered, "cost": str(results.cost), "megabytes": peak() - before}))
provider.close()
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured with Linux's /proc")
def test_rows_by_the_thousand_stay_under_fifty_megabytes(vendor, work, tmp_path, record_property):
    work(vendor)
    command = [sys.executable, "-c", RUNNER, vendor.name, str(tmp_path / "run.json"), str(ROWS)]
    runner = subprocess.run(command, capture_output=True, check=False)
    assert runner.returncode == 0, runner.stderr.decode()
    measured = json.loads(runner.stdout)
    record_property("megabytes", measured["megabytes"])
    print(vendor.name, measured)
    assert measured["answered"] == ROWS
    assert measured["megabytes"] < 50
