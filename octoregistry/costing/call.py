"""One row of a log that is a call, in our words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from octoregistry.costing.rates import UNKNOWN_SIZE
from octoregistry.costing.records import Record
from providers.dimensions import PROMPT_DIMENSIONS
from providers.interpretation import Interpretation


@dataclass(slots=True)
class Call:
    """One row of a log that is a call, or a sum of calls, in our words."""

    record: Record
    said: Interpretation
    day: date | None
    zone: str
    provider: str
    model: str  # as it is written
    fault: str | None

    def size(self, thresholds: Sequence[int]) -> tuple[int, bool]:
        """The class of the size of its prompts, and whether it is assumed: a mean of many that are not all short."""
        said = self.said
        prompt = self.prompt_tokens

        def class_of(size: int, times: int = 1) -> int:
            return sum(size > above * times for above in thresholds)

        if said.prompt is not None:
            return class_of(said.prompt), False
        if said.requests is not None:
            return class_of(prompt, said.requests), said.requests > 1 and class_of(prompt) > 0
        if said.of_batch or not class_of(prompt):
            return 0, class_of(prompt) > 0
        return UNKNOWN_SIZE, False

    @property
    def prompt_tokens(self) -> int:
        """All tokens of its prompts."""
        return sum(count for name, count in self.said.tokens.items() if name in PROMPT_DIMENSIONS)

    @property
    def output_tokens(self) -> int:
        """All tokens of its answers."""
        return sum(count for name, count in self.said.tokens.items() if name.startswith("output"))

    def refuse(self, fault: str) -> None:
        """Takes the call out of every sum, for a reason that comes after its own."""
        self.fault = self.fault or fault
        self.said = replace(self.said, tokens={}, charges={})
