"""Why a run of batches could not go on, said so that a person knows what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

_SHOWN = 20  # problems that one message lists


class BatchError(Exception):
    """A run that cannot go on. What it has done is kept: the same call takes it up again, unless the text says
    otherwise.
    """


class BatchInputError(BatchError):
    """Requests that cannot be sent, all of them at once; nothing was uploaded."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        more = len(self.problems) - _SHOWN
        shown = self.problems[:_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        super().__init__("; ".join(shown))


class BatchTooExpensiveError(BatchError):
    """What is still to be submitted may cost more than was allowed; none of it was uploaded, or of a run that has `begun`
    no more of it is asked.
    """

    def __init__(
        self,
        expected: Decimal,
        spent: Decimal,
        allowed: Decimal,
        *,
        unsure: Decimal = Decimal(0),
        begun: bool = False,
    ) -> None:
        self.expected, self.spent, self.allowed = expected, spent, allowed
        perhaps = f" (of them at most {unsure:f} for calls whose cost nobody tells)" if unsure else ""
        so_far = f" beside the {spent:f} USD spent so far{perhaps}" if spent else ""
        super().__init__(
            f"an estimated {expected:f} USD{so_far} is more than the {allowed:f} USD that max_cost allows: "
            + (
                "nothing more is asked; the same call with a larger max_cost goes on"
                if begun
                else "nothing was submitted"
            )
        )


class BatchInUseError(BatchError):
    """Another process is running these batches."""
