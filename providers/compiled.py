"""The compiled copy of a registry: JSON that says which text it was made from, and loads ten times as fast.

The packaged models.yaml has its copy beside it, in the wheel; other files have theirs in the user's cache folder, as
far as that can be written. A copy counts only if it names the SHA-256 of the very bytes of the YAML file, and only a
registry that validated is ever compiled.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

FORMAT = 3  # to be raised when validation learns something new: what passed before must be read again


def find(path: str, sha256: str) -> Any:
    """The values of the registry at `path` whose bytes have this SHA-256; None where no copy of them is kept."""
    for place in (beside(path), in_cache(path)):
        try:
            with open(place, "rb") as file:
                text = file.read()
        except OSError:
            continue
        if not text.startswith(_head(sha256).encode()):
            continue
        try:
            return json.loads(text, parse_float=Decimal)["registry"]
        except (ValueError, LookupError):  # torn by hand; the YAML file is the truth
            continue
    return None


def keep(path: str, sha256: str, values: Mapping[str, Any]) -> None:
    """Writes the copy for a file into the user's cache folder, whole or not at all; does nothing where it may not."""
    place = in_cache(path)
    partial = f"{place}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
        with open(partial, "w", encoding="utf-8") as file:
            file.write(compiled(values, sha256))
        os.replace(partial, place)
    except OSError:  # a full disk or a read-only home costs time, never a price
        try:
            os.unlink(partial)
        except OSError:
            return


def compiled(values: Mapping[str, Any], sha256: str) -> str:
    """The copy's text: one JSON object that says which text it was made from."""
    return f"{_head(sha256)}{plain_json(values)}}}\n"


def plain_json(values: Mapping[str, Any]) -> str:
    """A registry's values as JSON, numbers as plain decimals, letter for letter those of the YAML file.

    The json module writes no decimals, so they pass as text between marks that a valid registry cannot hold (NUL).
    """
    known: dict[int, str] = {}  # by identity: values that were read from the same text are the same object

    def marked(number: Decimal) -> str:
        shown = known.get(id(number))
        if shown is None:
            shown = known[id(number)] = f"\0{number:f}\0"
        return shown

    text = json.dumps(values, default=marked, check_circular=False, separators=(",", ":"))
    return text.replace('"\\u0000', "").replace('\\u0000"', "")


def write_beside(path: str) -> str:
    """Where the copy of a file that is shipped in a package was written; raises RegistryError for an invalid file."""
    from hashlib import sha256  # noqa: PLC0415 - beside its use, as for everything else in this function

    from .faults import RegistryError  # noqa: PLC0415
    from .validated import validated  # noqa: PLC0415

    with open(path, "rb") as file:
        written = file.read()
    values, faults = validated(written, path)
    if faults:
        raise RegistryError(faults)
    with open(f"{beside(path)}.{os.getpid()}", "w", encoding="utf-8") as copy:
        copy.write(compiled(values, sha256(written).hexdigest()))
    os.replace(copy.name, beside(path))
    return beside(path)


def beside(path: str) -> str:
    """Where the copy of a packaged file is shipped; a link leads to it, too."""
    return os.path.splitext(os.path.realpath(path))[0] + ".json"


def in_cache(path: str) -> str:
    """Where the copy of a person's own file is kept: one a file, so that the folder does not grow with every edit."""
    from hashlib import sha256  # noqa: PLC0415 - beside its only use

    folder = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(folder, "octoregistry", f"{sha256(os.path.realpath(path).encode()).hexdigest()[:16]}.json")


def _head(sha256: str) -> str:
    return f'{{"format":{FORMAT},"sha256":"{sha256}","registry":'


if __name__ == "__main__":
    packaged = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models.yaml")
    print(write_beside(packaged))  # `python -m providers.compiled` says what it wrote
