"""An image or a file of a request: read, and told what it is by its first bytes."""

from __future__ import annotations

import base64
import mimetypes
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from .files import bytes_of

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


@dataclass(frozen=True, slots=True)
class Media:
    """An image, or a document: its `data` in base64, or the `url` where the vendor finds it."""

    media_type: str  # "image/*" of one at an address that tells no more
    data: str | None = None
    url: str | None = None
    name: str = "file"

    @property
    def is_image(self) -> bool:
        """True for a picture."""
        return self.media_type.startswith("image/")

    @property
    def data_url(self) -> str:
        """The address that vendors take in place of one on the web."""
        return self.url if self.url is not None else f"data:{self.media_type};base64,{self.data}"


def media_of(given: Any, *, image: bool) -> Media:
    """The media at a path or http(s) address, in bytes, or in a mapping of these under `path`, `url` or `data` (base64
    or bytes), with a `media_type` where nothing else tells it. Raises ValueError that says what is wrong.
    """
    if isinstance(given, dict):
        if unknown := given.keys() - {"path", "url", "data", "media_type", "name", "type"}:
            raise ValueError(
                f"unknown keys {', '.join(sorted(map(str, unknown)))}: it has path, url or data, and media_type"
            )
        sources = [given[key] for key in ("path", "url", "data") if given.get(key) is not None]
        if len(sources) != 1:
            raise ValueError("it has one of path, url and data")
        data = given.get("data")
        source = base64.b64decode(data, validate=True) if isinstance(data, str) else sources[0]
        found = _of(source, given.get("media_type"), image=image, name=str(given.get("name") or "file"))
        if given.get("name"):
            found = Media(found.media_type, found.data, found.url, str(given["name"]))
    else:
        found = _of(given, None, image=image)
    if found.is_image != image:
        raise ValueError(
            f"{found.name} is {found.media_type}: {'an image' if image else 'a file that is no image'} is asked for"
        )
    return found


def is_address(given: str) -> bool:
    """Whether text names something on the web rather than a file."""
    return given.lower().startswith(("http://", "https://"))


def _of(given: Any, stated: str | None, *, image: bool, name: str = "file") -> Media:
    if isinstance(given, str) and is_address(given):
        name = PurePosixPath(urlsplit(given).path).name or "file"
        if stated is None and image and mimetypes.guess_type(name)[0] is None:
            stated = "image/*"  # an image is asked for, and the vendor looks itself
        return Media(stated or _by_name(name), url=given, name=name)
    if isinstance(given, bytes | bytearray):
        content = bytes(given)
    elif isinstance(given, str | Path):
        try:
            content, name = bytes_of(given), Path(given).name
        except OSError as error:
            raise ValueError(f"cannot read {given}: {error.strerror or error}") from None
    else:
        raise TypeError(f"{type(given).__name__} is neither a path, an address nor bytes")
    kind = stated or kind_of(content, name) or _by_name(name)
    return Media(kind, data=base64.b64encode(content).decode(), name=name)


def kind_of(content: bytes, name: str) -> str | None:
    """The media type of what stands in a file, by its first bytes or else by the file's name; None where neither tells it."""
    return _by_content(content) or mimetypes.guess_type(name)[0]


def _by_content(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)


def _by_name(name: str) -> str:
    kind, _ = mimetypes.guess_type(name)
    if kind is None:
        raise ValueError(f"nothing tells what {name} is: give its media_type")
    return kind
