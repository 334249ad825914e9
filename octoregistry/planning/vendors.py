"""How a vendor names its models, read from the data file beside this one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Naming:
    """The facts of one vendor; the field names are those of vendors.toml."""

    names_are_ids: bool = False
    optional_prefix: str | None = None
    id_shape: re.Pattern[str] | None = None
    id_form: str = ""
    id_replace: tuple[str, str] = ("", "")
    names: Mapping[str, tuple[str, ...]] = ()  # type: ignore[assignment]  # always set by naming_of
    without_output: tuple[re.Pattern[str], ...] = ()

    def derived_id(self, name: str) -> str | None:
        """The id that the vendor would give to a model of this (lower-case, plain) name, or None."""
        found = self.id_shape.match(name) if self.id_shape else None
        if not found:
            return None
        return self.id_form.format(**{key: text.replace(*self.id_replace) for key, text in found.groupdict().items()})

    def bills_no_output(self, model: str) -> bool:
        """True for models whose answers are no tokens (embeddings): their output price is 0 because there is none."""
        return any(pattern.search(model) for pattern in self.without_output)


def naming_of(provider: str) -> Naming:
    """The vendor's naming facts; the plainest ones for a vendor without any."""
    facts = _facts().get(provider, {})
    shape = facts.get("id_shape")
    return Naming(
        names_are_ids=facts.get("names_are_ids", False),
        optional_prefix=facts.get("optional_prefix"),
        id_shape=re.compile(shape) if shape else None,
        id_form=facts.get("id_form", ""),
        id_replace=tuple(facts.get("id_replace", ("", ""))),
        names={name: tuple(ids) for name, ids in facts.get("names", {}).items()},
        without_output=tuple(re.compile(pattern) for pattern in facts.get("without_output", ())),
    )


@cache
def _facts() -> dict[str, Any]:
    return tomllib.loads((resources.files(__package__) / "vendors.toml").read_text("utf-8"))
