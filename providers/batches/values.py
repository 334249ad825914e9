"""What a caller of `run_batch` gives and gets: settings, an estimate, the progress, the results."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..fit import instance

_LONGEST_POLL = 86_400.0  # seconds: results are kept for weeks, and no vendor's batch needs to be looked at more seldom
_LARGEST_FACTOR = 1000.0


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """How large, how patient and how insistent a run is. Times are seconds."""

    poll_initial: float = 10.0
    poll_factor: float = 1.5
    poll_longest: float = 300.0
    # After a submit without an answer: how long the vendor may need to make its batch and to show it. Longer than the
    # longest call (600 s), as a server may work on for as long as a client may wait.
    settle: float = 900.0
    patience: float = 24 * 3600.0  # how long errors that pass may last before the run, or the part, gives up
    attempts: int = 3  # how often one row is sent, as long as its failure is a passing one
    rows: int | None = None  # rows of one batch; the vendor's limit where it is lower
    file_bytes: int | None = None  # bytes of one batch, likewise
    max_inflight: int | None = None  # batches at the vendor at a time; None: api.max_inflight_batches, or no limit
    # What rows are sent with when they are sent again; only where it stands are answers that were cut off asked for anew.
    longer_max_tokens: int | None = None
    output_tokens: int | None = None  # expected of each row, for the estimate; None: the limit that is sent, or 1,000

    def __post_init__(self) -> None:
        """Raises ValueError for a value that no run can have, by its name, before anything is sent."""
        for name in ("poll_initial", "poll_longest"):
            _check_seconds(name, getattr(self, name), above=0.0, most=_LONGEST_POLL)
        for name in ("settle", "patience"):
            _check_seconds(name, getattr(self, name))
        _check_seconds("poll_factor", self.poll_factor, least=1.0, most=_LARGEST_FACTOR)
        for name in ("attempts", "rows", "file_bytes", "max_inflight", "longer_max_tokens", "output_tokens"):
            value = getattr(self, name)
            if (value is not None or name == "attempts") and (type(value) is not int or value < 1):
                raise ValueError(f"settings.{name} is {value!r}: it is a whole number from 1 up")


def _check_seconds(
    name: str, value: Any, *, least: float = 0.0, above: float | None = None, most: float | None = None
) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not value >= least or (above is not None and not value > above):
        told = f"above {above:g}" if above is not None else f"from {least:g} up"
        raise ValueError(f"settings.{name} is {value!r}: it is a number {told}")
    if most is not None and value > most:
        raise ValueError(f"settings.{name} is {value!r}: it is a number up to {most:g}")


@dataclass(frozen=True, slots=True)
class BatchEstimate:
    """What requests may cost, before any of them is sent.

    Tokens of a prompt and its schema are counted as a third of their UTF-8 bytes, rounded up: for English that is a
    third too many, for Chinese about right, and never the bill. Each answer is taken to be `output_tokens` long.
    """

    rows: int
    batches: int
    input_tokens: int
    output_tokens: int
    cost: Decimal  # USD


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """Where a run stands. `done` rows have their final result; `running` ones were answered or refused at the vendor,
    as far as it says, and are not collected yet.
    """

    step: str  # submitting, running, looking up, waiting, ending (calls on their way are waited for), done
    rows: int
    done: int
    answered: int
    failed: int
    running: int
    retrying: int  # rows that wait for another attempt, or are on it
    batches: int
    batches_ended: int
    cost: Decimal  # USD of all that was collected, exact
    cost_running: Decimal  # USD expected of what is at the vendor, an estimate
    estimate: Decimal  # USD that all first attempts were expected to cost
    unpriced: int  # rows whose cost is not known, and in no sum
    note: str | None = None  # the last thing that went wrong and will be tried again
    next_look: float | None = None  # seconds until the vendor is asked again


Progress = Callable[[BatchProgress], None]


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one request: its answer or its error, and what that cost.

    `cost` is exact, in USD, over all attempts; None where a price is not known (`cost_unknown` says why).
    """

    unit_id: str
    content: str | None
    error: str | None
    cost: Decimal | None
    input_tokens: int
    output_tokens: int
    attempts: int
    batch_id: str | None  # of the batch that answered last; None for a row that was never submitted
    details: Mapping[str, Any]  # all else that the provider's result says: finish_reason, usage, refusal, ...

    @property
    def retryable(self) -> bool:
        """Whether the row failed for a reason that passes."""
        return bool(self.details.get("retryable"))

    def parsed(self, model: Any) -> Any:
        """The answer as an instance of a pydantic model; ValueError where it is none."""
        return instance(self.content or "", model, model.model_json_schema())

    def as_json(self) -> str:
        """The result as one line of JSON, that UTF-8 can hold; the cost is decimal text, as no float can hold it."""
        fields = {
            "id": self.unit_id,
            "content": self.content,
            "error": self.error,
            "cost": None if self.cost is None else f"{self.cost:f}",
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "attempts": self.attempts,
            "batch_id": self.batch_id,
            **self.details,
        }
        line = json.dumps(fields, ensure_ascii=False)
        try:
            line.encode()
        except UnicodeEncodeError:  # an answer may be cut off within a letter: half of one is kept as it came
            return json.dumps(fields)
        return line

    @classmethod
    def of_json(cls, line: str | bytes) -> RowResult:
        """The result that `as_json` wrote."""
        fields = json.loads(line)
        cost = fields.pop("cost")
        own = ("content", "error", "input_tokens", "output_tokens", "attempts", "batch_id")
        return cls(
            unit_id=fields.pop("id"),
            cost=None if cost is None else Decimal(cost),
            **{name: fields.pop(name) for name in own},
            details=fields,
        )


@dataclass(frozen=True, slots=True)
class BatchResults:
    """The results of a run, in the order of its requests: iterating reads them from `path`, a line a row."""

    path: Path
    rows: int
    answered: int
    failed: int
    cost: Decimal  # USD, exact, of all rows whose price is known, failed attempts included
    unpriced: int
    batch_ids: tuple[str, ...]

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[RowResult]:
        with self.path.open("rb") as lines:
            for line in lines:
                yield RowResult.of_json(line)
