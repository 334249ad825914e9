"""What is wrong with a registry, and the error of one that cannot be used."""

from __future__ import annotations


class Fault:
    """One thing that is wrong with a registry: the file, its line (None where there is none), the key, what to do."""

    __slots__ = ("key", "line", "message", "path")

    def __init__(self, path: str, line: int | None, key: str, message: str) -> None:
        self.path, self.line, self.key, self.message = path, line, key, message

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        said = ": ".join(part for part in (place, self.key, self.message) if part)
        # A key may hold whatever a person pasted; what is printed must not steer a terminal.
        return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in said)

    def __repr__(self) -> str:
        return f"Fault({self.path!r}, {self.line!r}, {self.key!r}, {self.message!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fault) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


class RegistryError(ValueError):
    """A registry that cannot be used, with everything that is wrong with it, a line each."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))
