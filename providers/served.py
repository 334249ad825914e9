"""Tokens and mode billed, from a vendor's response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .dimensions import PROMPT_DIMENSIONS
from .flat import Row, flat
from .interpretation import Interpretation, interpretation, recipe_of, value_of
from .numerals import whole
from .recipe import Recipe, recipes
from .usage import Usage
from .wire import plain

_MANY = 10**9  # of a batch that does not say of how many requests it is: no prompt of it is taken for a long one
_REASONING = (
    "usage.completion_tokens_details.reasoning_tokens",
    "usage.output_tokens_details.reasoning_tokens",
    "usage.output_tokens_details.thinking_tokens",
    "usage.output_token_details.reasoning_tokens",
    "usage.reasoning_tokens",
    "usage.total_thought_tokens",
    "usage_metadata.thoughts_token_count",
)


NO_USAGE = "the response states no usage that is known"


@dataclass(frozen=True, slots=True)
class ServedUsage:
    """The tokens of one response. `tokens` counts each once, by what it costs; the other numbers are sums for people
    to read.

    `mode` is one that has no price where the response names something that no price covers: a web search, a place.
    """

    tokens: Usage
    mode: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    reasoning_tokens: int

    @property
    def bills(self) -> bool:
        """Whether anything is counted: tokens, or a charge beside them."""
        return any(self.tokens.tokens().values()) or " with " in self.mode


def usage_of(response: Any, *, mode: str | None = None) -> ServedUsage:
    """The usage of a vendor's response: its SDK object, its JSON, or that as a mapping.

    Knows what `recipes/` calls a response, by the fields of its usage. `mode` is what the caller knows beside it, of rows of
    a batch: OpenAI calls those "default". Raises ValueError for a response without usage, for counts that are
    no whole numbers or contradict each other, and for a number that no recipe knows: tokens that cannot be counted
    are not 0.
    """
    row = flat(plain(response))
    recipe = recipe_of(row, _of_responses())
    if recipe is None:
        raise ValueError(NO_USAGE)
    said = interpretation(row, recipe)
    if said.fault is not None:
        raise ValueError(f"{said.fault}{f' ({said.detail})' if said.detail else ''}")
    return _served(row, said, mode)


def _of_responses() -> tuple[Recipe, ...]:
    return tuple(recipe for recipe in recipes() if recipe.response)


def _served(row: Row, said: Interpretation, mode: str | None) -> ServedUsage:
    tokens = Usage(**said.tokens, requests=0 if said.requests == 1 else said.requests or _MANY)
    # of a batch's row that names a tier with a price of its own nobody says which of the two is billed: no mode is both
    served = said.mode if mode is None else " + ".join(dict.fromkeys((mode, said.mode))).removesuffix(" + standard")
    if said.place:
        served = f"{served} in {said.place.upper()}"
    if said.charges:
        served += " with " + ", ".join(f"{count} {name}" for name, count in said.charges.items())
    within = {name: count for name, count in said.tokens.items() if name in PROMPT_DIMENSIONS}
    return ServedUsage(
        tokens=tokens,
        mode=served,
        input_tokens=sum(within.values()),
        output_tokens=sum(count for name, count in said.tokens.items() if name.startswith("output")),
        cached_tokens=sum(count for name, count in said.tokens.items() if name.startswith("cached_input")),
        reasoning_tokens=whole(value_of(row, _reasoning_names(said.recipe))) or 0,
    )


def _reasoning_names(recipe: Recipe) -> tuple[str, ...]:
    """Where a response of this form says how much of the output was reasoning: `usage` may stand within another object."""
    place = recipe.usage[0].rpartition(".")[0]
    return tuple(f"{place}.{name}" if place else name for name in _REASONING)
