"""Every setting with where it was set, as people look at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from octoregistry.errors import UnknownProviderError
from octoregistry.settings.settings import SettingsFile, command_settings
from providers.vendors import Vendors, built_in_tables
from providers.vendors.catalogue import read_toml
from providers.vendors.table import dotted

_BUILT_IN = "built in"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as people see it: its dotted name, its plain value, and whether a file set it."""

    name: str
    value: Any
    origin: str

    @property
    def shown(self) -> str:
        """The value in words: no part is "(none)", nothing but blank ones "(not set)"."""
        if self.value in ([], {}):
            return "(none)"
        parts = self.value if isinstance(self.value, list) else [self.value]
        if all(part in (None, "") for part in parts):
            return "(not set)"
        return ", ".join(str(part).lower() if isinstance(part, bool) else str(part) or "''" for part in parts)


def settings_with_origins(path: Path | None = None) -> tuple[Setting, ...]:
    """Every setting of a command with its origin, in the order of the settings' own definition. Raises SettingsFileError."""
    settings = command_settings(path)
    file = SettingsFile.of_command(path).path
    own = read_toml(file) if file else {}
    return tuple(_with_origins("", settings.model_dump(mode="json"), own, str(file)))


def vendor_facts(name: str, path: Path | None = None) -> tuple[Setting, ...]:
    """Every fact of one vendor with its origin. Raises SettingsFileError, and UnknownProviderError for a stranger."""
    settings = command_settings(path)
    found = Vendors(settings.providers).called(name)
    if found is None:
        raise UnknownProviderError(f"no vendor {name!r}; there are {', '.join(settings.providers)}")
    begins = f"providers.{found}."
    facts = (one for one in settings_with_origins(path) if one.name.startswith(begins))
    named = (replace(one, name=one.name.removeprefix(begins)) for one in facts)
    shape = settings.providers[found].model_list
    return tuple(_with_vendors_file(one, found, shape.shape if shape else None) for one in named)


def _with_vendors_file(fact: Setting, vendor: str, shape: str | None) -> Setting:
    """The fact with the vendor's file as its origin, where it stands there: of a list, maybe in that of its `shape`."""
    if fact.origin != _BUILT_IN or (fact.name == "lifecycle" and not fact.value):  # of which own `prices` leave nothing
        return fact
    names = (vendor, shape) if shape and fact.name.startswith("model_list.") else (vendor,)
    stated = (name for name in names if fact.name in dotted(built_in_tables().get(name, {})))
    file = next((f"providers/vendors/{name}.toml" for name in stated), fact.origin)
    return replace(fact, origin=file)


def _with_origins(prefix: str, values: Mapping[str, Any], own: Mapping[str, Any], file: str) -> Iterator[Setting]:
    for name, value in values.items():
        mine = own.get(name)
        if isinstance(value, dict) and value:
            yield from _with_origins(f"{prefix}{name}.", value, mine if isinstance(mine, Mapping) else {}, file)
        else:
            yield Setting(f"{prefix}{name}", value, file if name in own else _BUILT_IN)
