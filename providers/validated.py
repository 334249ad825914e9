"""The text of a registry -> its values, or every fault in it with its line."""

from __future__ import annotations

from .contradictions import Contradiction
from .faults import Fault
from .validation import faults_in
from .yamlread import lines_of, read_yaml

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from typing import Any


def validated(written: bytes, name: str) -> tuple[Any, list[Fault]]:
    """(values, faults) of a file's bytes; the values are usable only where there is no fault."""
    try:
        text = written.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = written[: error.start].count(b"\n") + 1
        return None, [Fault(name, line, "", f"not UTF-8: byte {written[error.start]:#04x}")]
    values, unread = read_yaml(text)
    faults = [Fault(name, line, dotted(path), message) for line, path, message in unread]
    if values is None:
        return None, faults or [Fault(name, 1, "", "the file is empty: it begins with default_provider")]
    invalid = list(faults_in(values))
    if invalid:
        lines = lines_of(text) if not any("has no anchor" in message for _, _, message in unread) else {}
        faults += [Fault(name, _line(lines, path), dotted(path), message) for path, message in invalid]
    return values, sorted(faults, key=lambda fault: fault.line or 0)


def set_aside(written: bytes, name: str) -> tuple[Any, dict[tuple[str, str], Fault]]:
    """(values, the fault of each model that contradicts itself) of a file in which nothing else is wrong; None for the
    values of any other file.
    """
    values, faults = validated(written, name)
    if values is None:
        return None, {}
    found = list(faults_in(values))
    if len(found) != len(faults) or not all(isinstance(message, Contradiction) for _, message in found):
        return None, {}
    places = {fault.key: fault for fault in faults}
    return values, {(str(path[1]), str(path[3])): places[dotted(path)] for path, _ in found}


def dotted(path: tuple[object, ...]) -> str:
    """A path as people write it: `providers.openai.models.gpt-5.rates[2].input`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _line(lines: dict[tuple[object, ...], int], path: tuple[object, ...]) -> int:
    """The line of the path, or of the nearest thing around it that is written down."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)
