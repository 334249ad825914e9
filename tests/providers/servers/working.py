"""A vendor on loopback that does its work: batches end by themselves, with an answer to each prompt, and every row that
was ever handed in is counted.
"""

from __future__ import annotations

import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from . import anthropic as anthropic_wire
from . import gemini as gemini_wire
from . import openai as openai_wire
from .base import Reply, Request

ANSWERED, PASSING, BAD, LEFT_OUT = "answered", "passing", "bad", "left out"


class Work:
    """Makes `server` end each batch when it is asked for it for the `polls`-th time.

    `outcome` says what becomes of a prompt that is handed in for the n-th time; `end` is the state in which a batch
    ends, in our words. `lag` is the longest time, in seconds, that a create takes before and after the batch is made.
    """

    def __init__(self, name: str, server: Any) -> None:
        self.name, self.server = name, server
        self.outcome: Callable[[str, int], str] = lambda prompt, times: ANSWERED
        self.end = "completed"
        self.polls = 1
        self.lag = 0.0
        self.ends_when_listed = False  # batches end though nobody asks for them
        self.held: set[str] = set()  # batches that do not end
        self.handed_in: Counter[str] = Counter()  # by prompt
        self.answered: Counter[str] = Counter()  # by prompt: what was paid for
        self.prompts: dict[str, dict[str, str]] = {}  # by batch, and by the name of the row
        self._times: dict[str, dict[str, int]] = {}
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._creating = 0
        self._ended: set[str] = set()
        self._create, self._retrieve, self._list = server.create, server.retrieve, server.list
        server.create, server.retrieve, server.list = self.create, self.retrieve, self.list

    def list(self, request: Request) -> Reply:
        """The batches, once those that are being made are made: what a vendor's list shows after its while."""
        while self._creating:
            time.sleep(0.005)
        if self.ends_when_listed:
            with self._lock:
                for batch_id in self.prompts.keys() - self._ended:
                    self.finish(batch_id)
        return self._list(request)

    def create(self, request: Request, **parts: str) -> Reply:
        self._creating += 1
        try:
            return self._made(request, **parts)
        finally:
            self._creating -= 1

    def _made(self, request: Request, **parts: str) -> Reply:
        time.sleep(random.uniform(0, self.lag))  # noqa: S311 - guards nothing
        with self._lock:
            reply = self._create(request, **parts)
            batch_id = reply.body["name" if self.name == "gemini" else "id"]
            self.prompts[batch_id] = self._prompts(request)
            self._times[batch_id] = {}
            for row, prompt in self.prompts[batch_id].items():
                self.handed_in[prompt] += 1
                self._times[batch_id][row] = self.handed_in[prompt]
        time.sleep(random.uniform(0, self.lag))  # noqa: S311 - guards nothing
        return reply

    def retrieve(self, request: Request, **parts: str) -> Reply:
        (batch_id,) = parts.values()
        with self._lock:
            self._asked[batch_id] += 1
            if self._asked[batch_id] >= self.polls and batch_id in self.prompts.keys() - self.held - self._ended:
                self.finish(batch_id)
        return self._retrieve(request, **parts)

    def finish(self, batch_id: str, end: str | None = None) -> None:
        """Ends a batch, with its rows in another order than they came in."""
        self._ended.add(batch_id)
        rows = [
            (row, prompt, self.outcome(prompt, self._times[batch_id][row]))
            for row, prompt in reversed(self.prompts[batch_id].items())
        ]
        self.answered.update(prompt for _, prompt, outcome in rows if outcome == ANSWERED)
        getattr(self, f"_finish_{self.name}")(batch_id, end or self.end, rows)

    def _prompts(self, request: Request) -> dict[str, str]:
        if self.name == "anthropic":
            return {row["custom_id"]: row["params"]["messages"][-1]["content"] for row in request.json["requests"]}
        if self.name == "openai":
            rows = [json.loads(line) for line in self.server.files[request.json["input_file_id"]].splitlines()]
            return {row["custom_id"]: row["body"]["messages"][-1]["content"] for row in rows}
        name = request.json["batch"]["inputConfig"]["fileName"]
        rows = [json.loads(line) for line in self.server.files[name].splitlines()]
        return {row["key"]: row["request"]["contents"][0]["parts"][0]["text"] for row in rows}

    def _finish_openai(self, batch_id: str, end: str, rows: list[tuple[str, str, str]]) -> None:
        output, errors = [], []
        for row, prompt, outcome in rows:
            if outcome == ANSWERED:
                output.append(openai_wire.answered(row, openai_wire.completion(f"re: {prompt}")))
            elif outcome == PASSING:
                errors.append(openai_wire.unanswered(row, "request_timeout", "It took too long"))
            elif outcome == BAD:
                refused = {"error": {"message": "Invalid prompt", "type": "invalid_request_error", "code": None}}
                errors.append(openai_wire.answered(row, refused, status=400))
        self.server.finish(batch_id, end, output or None, errors or None)

    def _finish_anthropic(self, batch_id: str, end: str, rows: list[tuple[str, str, str]]) -> None:
        lost = {"expired": "expired", "cancelled": "canceled"}.get(end)
        made = {
            ANSWERED: lambda row, prompt: anthropic_wire.succeeded(row, anthropic_wire.message(f"re: {prompt}")),
            PASSING: lambda row, prompt: anthropic_wire.errored(row, "overloaded_error", "Overloaded"),
            BAD: lambda row, prompt: anthropic_wire.errored(row, "invalid_request_error", "Invalid prompt"),
            LEFT_OUT: lambda row, prompt: anthropic_wire.lost(row, lost) if lost else None,
        }
        given = [made[outcome](row, prompt) for row, prompt, outcome in rows]
        self.server.finish(batch_id, [row for row in given if row])

    def _finish_gemini(self, batch_id: str, end: str, rows: list[tuple[str, str, str]]) -> None:
        given = []
        for row, prompt, outcome in rows:
            if outcome == ANSWERED:
                given.append({"key": row, "response": gemini_wire.content(f"re: {prompt}")})
            elif outcome != LEFT_OUT:
                code = 14 if outcome == PASSING else 3
                given.append({"key": row, "error": {"code": code, "message": "no"}})
        state = {"completed": "SUCCEEDED"}.get(end, end.upper())
        self.server.finish(batch_id, f"BATCH_STATE_{state}", given or None)


class Clock:
    """A clock that sleeping moves: hours of waiting take no time."""

    def __init__(self) -> None:
        self.now = time.time()
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        assert len(self.slept) < 5000, "this run does not end"


def numbered(count: int) -> list[tuple[str, str]]:
    """That many requests."""
    return [(f"unit-{n}", f"prompt {n}") for n in itertools.islice(itertools.count(), count)]


class _Nothing(dict[str, float]):
    """Keeps nothing of what it is given."""

    def __setitem__(self, key: str, value: float) -> None:
        pass


def forgetful(provider: Any) -> Any:
    """`provider`, as if another process had made its batches: what it does not find it does not wait for."""
    provider._created = _Nothing()
    return provider
