"""Whatever a page does to its reading ends with the reading process, and the next page is read."""

from __future__ import annotations

import gc
import os
import re
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from octoregistry.documents import Document, Unread
from octoregistry.settings import ReadingSettings
from octoregistry.sources import Page
from octoregistry.updating import page_reader
from octoregistry.updating.page_reader import PageReader
from octoregistry.updating.reading_process import read_apart
from tests.waiting import PROMPT

LIMITS = ReadingSettings(deadline=30, max_megabytes=200)
PAGE = "# Pricing\n\nUSD per 1M tokens\n\n| Model | Input | Output |\n|---|---|---|\n| gpt-5.4 | $2.50 | $15.00 |\n"


@pytest.mark.parametrize(
    ("limits", "work", "value", "reason"),
    [
        (ReadingSettings(deadline=0.2), time.sleep, 60, "reading it takes too long: 0.2 s"),
        (ReadingSettings(deadline=0.2), re.compile("(a+)+b").match, "a" * 50, "reading it takes too long: 0.2 s"),
        (ReadingSettings(max_megabytes=64), bytes, 1_000_000_000, "reading it takes too much memory: 64 MB"),
        (LIMITS, int, "²", "it cannot be read: ValueError"),
        (LIMITS, os._exit, 3, "reading it ended the process that did it (status 3)"),
        (LIMITS, signal.raise_signal, signal.SIGSEGV, "reading it ended the process that did it (SIGSEGV)"),
    ],
)
def test_what_a_page_does_is_its_reason_and_the_next_one_is_read(
    limits: ReadingSettings, work: Callable[..., Any], value: object, reason: str
) -> None:
    assert read_apart(limits, work, value) == Unread(reason)
    assert read_apart(LIMITS, int, "5") == 5


def test_a_page_costs_no_process() -> None:
    """The same one reads all pages, from whatever thread they come."""
    seen: list[Any] = [read_apart(LIMITS, os.getpid)]
    threads = [threading.Thread(target=lambda: seen.append(read_apart(LIMITS, os.getpid))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seen) == {seen[0]}
    assert seen[0] != os.getpid()


def test_it_holds_no_file_of_ours(tmp_path: Any) -> None:
    """A lock or a connection that it held would outlive its owner."""
    with (tmp_path / "held").open("w"):
        held = read_apart(LIMITS, os.listdir, "/proc/self/fd")
    assert isinstance(held, list)
    assert len(held) == 5  # three that go nowhere, its pipe, and the folder that it looks at


def _interrupt_and_hang(process: int) -> None:
    """Sends an interrupt once it is waited for, and goes on for longer than anybody waits."""
    os.kill(process, signal.SIGINT)
    time.sleep(2 * PROMPT)


def test_an_interrupt_ends_what_it_is_about() -> None:
    """Ctrl-C is not kept waiting, and the answer of before is not taken for the next one's."""
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        read_apart(LIMITS, _interrupt_and_hang, os.getpid())
    assert time.monotonic() - begun < PROMPT
    assert read_apart(LIMITS, int, "7") == 7


def test_a_page_that_reads_without_end_is_refused_and_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `fetch_pages` asks it: then the next address is tried."""
    monkeypatch.setattr(page_reader, "read_rates", time.sleep)
    reader = PageReader(LIMITS)
    at = datetime(2026, 9, 10, tzinfo=UTC)
    page = Page("https://example.org", "https://example.org", PAGE, None, at, "0" * 64)
    assert isinstance(reader.document(page.text, page.url), Document)
    assert reader.refused(page, "openai") == "it cannot be read: TypeError"
    monkeypatch.undo()
    assert PageReader(LIMITS).refused(page, "openai") is None


class Engine:
    """Something that must be freed where it was made, in a circle that only the garbage collector ends."""

    def __init__(self, told: Any) -> None:
        self.own, self.told = self, told

    def __del__(self) -> None:
        with self.told.open("a") as file:
            file.write(f"{os.getpid()}\n")


def test_what_others_left_to_be_freed_is_not_freed_there(tmp_path: Any) -> None:
    """An engine's threads are not in the other process; to free it there ends that process."""
    read_apart(LIMITS, os._exit, 0)
    gc.disable()
    try:
        Engine(tmp_path / "freed")
        child = read_apart(LIMITS, os.getpid)
        read_apart(LIMITS, gc.collect)
    finally:
        gc.enable()
    gc.collect()
    assert str(child) not in (tmp_path / "freed").read_text().split()
