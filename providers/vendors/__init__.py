"""What is known of each vendor: one TOML file a vendor, read when it is first asked for.

    vendor("anthropic").key_env            # ("ANTHROPIC_API_KEY",)
    vendor_called("X_AI")                  # the vendor's name, or None

A person's own facts stand in `[providers.NAME]` of a settings file, by the same keys, over those of the vendor's file.
The file is the one that `$OCTOREGISTRY_SETTINGS` names, or that `use_settings_file` was given; the file of the working
folder is read by the command line alone.
"""

from __future__ import annotations

import os
from functools import lru_cache

from .catalogue import Vendors, built_in_tables, load_vendors, read_toml, vendors_of
from .folder import check_folder_file, check_target
from .table import VendorError
from .vendor import Batch, Calls, ListedPriceAt, ModelListSource, Names, Schemas, Uplift, Vendor, Witness

VARIABLE = "OCTOREGISTRY_SETTINGS"
FILE_NAME = "octoregistry.toml"

__all__ = [
    "FILE_NAME",
    "VARIABLE",
    "Batch",
    "Calls",
    "ListedPriceAt",
    "ModelListSource",
    "Names",
    "Schemas",
    "Uplift",
    "Vendor",
    "VendorError",
    "Vendors",
    "Witness",
    "built_in_tables",
    "check_folder_file",
    "check_registry",
    "load_vendors",
    "own_route",
    "use_settings_file",
    "vendor",
    "vendor_called",
    "vendors",
    "vendors_of",
]

_chosen: list[tuple[str, bool]] = []


def vendors() -> Vendors:
    """Every vendor by name, with a person's own facts over the built-in ones. Raises VendorError for a bad file."""
    if _chosen:
        return _read(*_chosen[0])
    return _read(os.environ.get(VARIABLE) or None, of_folder=False)


def vendor(name: str) -> Vendor:
    """The vendor of this name; of one that nobody knows, the plainest facts: no page, no family, no discount."""
    return vendors().get(name) or Vendor(name, name)


def vendor_called(text: str) -> str | None:
    """The name of the vendor that `text` calls, in any letter case, by name or alias; None for a stranger."""
    return vendors().called(text)


def own_route(name: str) -> tuple[str | None, tuple[str, ...] | None]:
    """(the address, the variables of the key) that a person's own file states, be they the vendor's own; None for what it
    does not: there the environment may say another address.
    """
    if not _chosen and not os.environ.get(VARIABLE):
        return None, None
    stated, facts = vendors().own.get(name, {}), vendor(name)
    return facts.base_url if "base_url" in stated else None, facts.key_env if "key_env" in stated else None


def check_registry(path: str | os.PathLike[str]) -> None:
    """None. Raises VendorError where the settings in force are of a working folder, and may decide nothing about the
    registry at `path`, which is about to be written.
    """
    if _chosen and _chosen[0][1]:
        try:
            check_target(read_toml(_chosen[0][0]), path)
        except VendorError as fault:
            raise VendorError(f"{_chosen[0][0]}: {fault}") from None


def use_settings_file(path: str | os.PathLike[str] | None, *, of_folder: bool = False) -> None:
    """From now on the vendors are those with the tables of this file over them; None: of $OCTOREGISTRY_SETTINGS again.

    `of_folder`: the file was found in the working folder, and may not say all, see `folder`.
    """
    _read.cache_clear()
    _chosen[:] = [] if path is None else [(os.fspath(path), of_folder)]


@lru_cache(maxsize=4)
def _read(path: str | None, of_folder: bool) -> Vendors:
    return load_vendors(path, of_folder=of_folder)
