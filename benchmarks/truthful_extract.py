"""`octoregistry extract` with the rules switched off and a truthful reader on loopback in the language model's place.

    python ../shared/score.py --command "python -m benchmarks.truthful_extract"

gives the same score as the rules do: the language model's way carries everything that the rules' way does.
"""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import date
from pathlib import Path

from benchmarks.truth import Truth, as_json
from benchmarks.vendor import Said, Vendor
from octoregistry.cli import cli
from octoregistry.documents import Unread, read_document


def run(arguments: list[str]) -> int:
    """The exit status of `octoregistry extract ARGUMENTS --no-rules`, read by the truthful reader."""
    text = Path(arguments[1]).read_text(encoding="utf-8-sig")
    document = read_document(text, "page")
    day = date.fromisoformat(arguments[arguments.index("--date") + 1])
    truth = None if isinstance(document, Unread) else Truth(document, day)
    with (
        tempfile.TemporaryDirectory() as folder,
        Vendor(lambda p: Said(as_json(truth.answer(p)) if truth else "")) as v,
    ):
        os.environ.update(v.environment, XDG_DATA_HOME=folder)
        options = ["--no-rules", "--no-known", "--llm", "openai/gpt-5.4-mini"]
        status = cli.main(["extract", *arguments, *options], standalone_mode=False)
    return status if isinstance(status, int) else 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
