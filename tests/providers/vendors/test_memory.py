"""Ten thousand rows stream through without being held."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire

ROWS = 4_000
READER = """
import json, re, sys
from pathlib import Path
from providers import get_provider

def peak():
    # Megabytes, the most that this process ever held; getrusage would tell of the process that started it.
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

provider = get_provider({"api": {"provider": sys.argv[1], "timeout_seconds": 60}})
provider.client
before = peak()
rows = tokens = 0
for result in provider.iter_batch_results(sys.argv[2]):
    rows, tokens = rows + 1, tokens + result["input_tokens"]
streamed = peak()
provider.download_batch_results(sys.argv[2])
held = peak()
provider.close()
print(json.dumps({"rows": rows, "tokens": tokens, "streamed": streamed - before, "held": held - before}))
"""


def big_row(vendor, n):
    """A row with an answer of some four kilobytes."""
    text = f"answer {n} " + "x" * 4000
    if vendor.name == "openai":
        return openai_wire.answered(f"u{n}", openai_wire.completion(text))
    if vendor.name == "anthropic":
        return anthropic_wire.succeeded(f"u{n}", anthropic_wire.message(text))
    return {"key": f"u{n}", "response": gemini_wire.content(text)}


def test_thousands_of_rows_stay_under_a_hundred_megabytes(vendor, tmp_path, record_property):
    batch_id = vendor.submit(vendor.make(), tmp_path)
    body = b"".join(json.dumps(big_row(vendor, n)).encode() + b"\n" for n in range(ROWS))
    pieces = lambda: (body[start : start + 65536] for start in range(0, len(body), 65536))  # noqa: E731
    if vendor.name == "openai":
        vendor.server.finish(batch_id, "completed", [])
        vendor.server.files[f"{batch_id}-output_file_id"] = pieces
    elif vendor.name == "anthropic":
        vendor.server.finish(batch_id, [])
        vendor.server.rows[batch_id] = pieces
    else:
        vendor.server.finish(batch_id, "BATCH_STATE_SUCCEEDED", [])
        vendor.server.files[f"files/out-{batch_id.removeprefix('batches/')}"] = pieces
    if not Path("/proc/self/status").exists():
        pytest.skip("memory is measured with Linux's /proc")
    command = [sys.executable, "-c", READER, vendor.name, batch_id]
    reader = subprocess.run(command, capture_output=True, check=False)
    assert reader.returncode == 0, reader.stderr.decode()
    measured = json.loads(reader.stdout)
    record_property("megabytes", measured)
    print(vendor.name, len(body), measured)
    assert (measured["rows"], measured["tokens"]) == (ROWS, ROWS * 1000)
    assert measured["streamed"] < 30
    assert measured["held"] < 100
