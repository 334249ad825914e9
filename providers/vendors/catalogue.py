"""The vendors' files, and a person's own `[providers.NAME]` tables over them, key by key."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from providers.dimensions import DIMENSIONS
from providers.files import bytes_of

from ..numerals import BLANKS, small
from .folder import check_folder_file
from .table import VendorError, laid_over, value_of
from .vendor import Batch, Vendor

FOLDER = Path(__file__).parent
_ADDRESS = re.compile(r"https?://[^/@\s]+(?:/|$)")
LONGEST = 10_000_000  # bytes of a file of settings
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,60}")


class Vendors(Mapping[str, Vendor]):
    """Every vendor by name. Raises VendorError for a name that two of them go by."""

    def __init__(self, found: Mapping[str, Vendor], own: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._vendors = dict(found)
        self.own = own or {}  # what a person's own file states, by vendor
        self._by_spelling = _spellings(found)

    def __getitem__(self, name: str) -> Vendor:
        return self._vendors[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._vendors)

    def __len__(self) -> int:
        return len(self._vendors)

    def called(self, text: str) -> str | None:
        """The name of the vendor that `text` calls by its name, display name or an alias; None for a stranger.

        Letter case, spaces, points, hyphens and underscores never matter: `X_AI` is xai.
        """
        return self._by_spelling.get(_spelling(text))


def load_vendors(path: str | os.PathLike[str] | None = None, *, of_folder: bool = False) -> Vendors:
    """The built-in vendors with the tables `[providers.NAME]` of the settings file `path` over them.

    `of_folder` says that the file was merely found in the working folder, see `folder`. Raises VendorError, which names
    the file and the key.
    """
    own, built_in = read_toml(path) if path is not None else {}, built_in_tables()
    try:
        if of_folder:
            check_folder_file(own, built_in)
        return vendors_of(built_in, own.get("providers", {}))
    except VendorError as fault:
        raise VendorError(f"{os.fspath(path)}: {fault}" if path is not None else str(fault)) from None


def vendors_of(built_in: Mapping[str, Mapping[str, Any]], own: Any) -> Vendors:
    """The vendors of the tables `built_in` with the tables `own` over them. Raises VendorError."""
    if not isinstance(own, dict):
        raise VendorError("providers: no table")
    tables: dict[str, dict[str, Any]] = {name: dict(table) for name, table in built_in.items()}
    for name, table in own.items():
        if not _NAME.fullmatch(name):
            raise VendorError(f"providers.{name}: a vendor's name is small letters, digits, hyphens and underscores")
        if not isinstance(table, dict):
            raise VendorError(f"providers.{name}: no table")
        below = tables.get(name, {"display_name": name})
        if "prices" in table:  # who reads the prices elsewhere asks no other address of the vendor unless told to
            below = {**below, "lifecycle": []}
        tables[name] = laid_over(below, table)
    lists = {name: table.get("model_list") for name, table in tables.items()}
    for name, table in tables.items():
        if isinstance(table.get("model_list"), dict):
            tables[name] = {**table, "model_list": _shaped(name, table["model_list"], lists)}
    found = Vendors({name: _vendor(name, table) for name, table in tables.items()}, own)
    for name, vendor in found.items():
        if strangers := [host for host in vendor.hosts_of if host not in found]:
            raise VendorError(f"providers.{name}.hosts_of: {strangers[0]!r} is none of {', '.join(found)}")
    return found


def _vendor(name: str, table: Mapping[str, Any]) -> Vendor:
    """The checked vendor of a table."""
    vendor = value_of(Vendor, table, f"providers.{name}", name=name)
    listing = vendor.model_list
    if listing is not None and not (listing.path.startswith("/") or _ADDRESS.match(listing.path)):
        raise VendorError(f"providers.{name}.model_list.path: neither a path that begins with / nor an address")
    if listing is not None and listing.path.startswith("/") and vendor.base_url is None:
        raise VendorError(f"providers.{name}.base_url: not set, and model_list.path needs it")
    _check_batch(name, vendor.batch, table.get("batch", {}))
    shape, form = vendor.names.id_shape, vendor.names.id_form
    try:
        form.format(**dict.fromkeys(re.compile(shape or "").groupindex, ""))
    except (LookupError, ValueError):
        raise VendorError(f"providers.{name}.names.id_form: {form!r} is not made of the groups of id_shape") from None
    if len(vendor.names.id_replace) != 2:
        raise VendorError(f"providers.{name}.names.id_replace: not two texts")
    return vendor


def _check_batch(name: str, batch: Batch, stated: Mapping[str, Any]) -> None:
    """Raises for a discount from which nothing would be derived, without a word."""
    if isinstance(batch.discount, Decimal) and "offered" not in stated:
        raise VendorError(f"providers.{name}.batch.offered: not set, and discount needs it: true or false")
    if batch.share is not None and not batch.on:
        raise VendorError(
            f"providers.{name}.batch.on: not set, and discount needs it: 'all', or a list of {', '.join(DIMENSIONS)}"
        )


def _shaped(name: str, table: dict[str, Any], lists: Mapping[str, Any]) -> dict[str, Any]:
    """The table of a model list with the form of the list whose shape it has under it."""
    shape = table.get("shape")
    if shape is None:
        return table
    like = lists.get(shape) if isinstance(shape, str) else None
    if not isinstance(like, dict) or "shape" in like:
        known = ", ".join(sorted(n for n, one in lists.items() if isinstance(one, dict) and "shape" not in one))
        raise VendorError(f"providers.{name}.model_list.shape: none of {known}")
    form = {key: value for key, value in like.items() if key not in {"path", "headers", "key_header"}}
    return laid_over(form, table)


def _spellings(found: Mapping[str, Vendor]) -> dict[str, str]:
    """{spelling: name}. Raises VendorError for a name that two vendors go by."""
    spelt: dict[str, str] = {}
    for name, vendor in found.items():
        for text in (name, vendor.display_name, *vendor.aliases):
            other = spelt.setdefault(_spelling(text), name)
            if other != name:
                raise VendorError(f"providers.{name}: {text!r} is a name of {other}, too")
    return spelt


def built_in_tables() -> dict[str, dict[str, Any]]:
    """{name: table} of the vendors' files beside this one, in the order of their names."""
    return {file.stem: read_toml(file) for file in sorted(FOLDER.glob("*.toml"))}


def read_toml(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What a TOML file says, numbers exact. Raises VendorError, which names the file."""
    try:
        return tomllib.loads(bytes_of(path, LONGEST).decode("utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        raise VendorError(f"{os.fspath(path)}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise VendorError(f"{os.fspath(path)}: not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise VendorError(f"{os.fspath(path)}: {error}") from None


def _spelling(text: str) -> str:
    return re.sub(f"[{BLANKS}._-]+", "", small(text))
