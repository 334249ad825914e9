"""Of what modality the output of a row is: what its fields do not say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import cache

from .recipe import Recipe

MODALITIES = ("audio", "image", "video")
_OUTPUT = re.compile(":output|.*(output|completion|candidates|response).*")


@cache
def says_text(name: str, recipe: Recipe) -> bool:
    """Whether a field says how much of the output is text."""
    patterns = [one.pattern for one in recipe.wholes if any(map(_OUTPUT.fullmatch, one.names))]
    patterns += [field for term in recipe.counts.get("output", ()) if term.sign > 0 for field in term.names]
    return any("text" in one and re.fullmatch(translate(one), name) for one in patterns)


@cache
def fields_of(modality: str, recipe: Recipe) -> frozenset[str]:
    """The fields that say how much of the output is of a modality."""
    return frozenset(name for term in recipe.counts.get(f"output_{modality}", ()) for name in term.names)


def unsaid(recipe: Recipe, there: Iterable[str], *, text: bool) -> tuple[str, ...]:
    """The dimensions of output of which no field that is there says how much; `text`: whether one says how much is text."""
    names = frozenset(there)
    return () if text else tuple(f"output_{one}" for one in MODALITIES if fields_of(one, recipe).isdisjoint(names))
