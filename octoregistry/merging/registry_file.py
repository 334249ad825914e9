"""The registry's file: its text, and the compiled copy that is shipped beside it."""

from __future__ import annotations

from pathlib import Path

from octoregistry.errors import UserFacingError
from octoregistry.merging.store import replace_file
from providers import compiled, parse_registry
from providers.files import bytes_of


class NotCarriedOutError(UserFacingError):
    """The registry has been left as it is; the text says why."""


def text_of(content: bytes, path: Path) -> str:
    """The bytes as text, to the letter; raises RegistryError where they are no UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        parse_registry(content, str(path))  # raises, with the line
        raise


def bring_copy_along(path: Path) -> None:
    """Write the compiled copy that is shipped beside a packaged registry anew, so that it says what the registry says.

    A file of another kind that happens to have its name is left alone, and a registry without a copy gets none.
    """
    copy = Path(compiled.beside(str(path)))
    try:
        there = copy.read_bytes()
    except OSError:
        return
    registry = parse_registry(bytes_of(path), str(path))
    wanted = compiled.compiled(registry.written, registry.text_sha256).encode()
    if there.startswith(b'{"format":') and there != wanted:
        replace_file(copy, wanted)
