"""How each vendor looks in every picture: a colour and a shape, so that nothing is said by colour alone."""

from __future__ import annotations

from markupsafe import Markup

from octoregistry.publishing.report.svg import number, tag

_SHAPES = (
    "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",  # circle
    "m-3.7-3.7h7.4v7.4h-7.4z",  # square
    "m0-5l4.6 8.2h-9.2z",  # triangle
    "m0-5l5 5l-5 5l-5-5z",  # diamond
    "m0 5l4.6-8.2h-9.2z",  # triangle on its head
)


def mark(place: int, x: float, y: float, title: str | None = None, extra: str = "") -> Markup:
    """The mark of the vendor in this place of the registry, at a point of a picture."""
    children = [tag("title", title)] if title else []
    path = f"M{number(x)} {number(y)}{_SHAPES[place % len(_SHAPES)]}"
    return tag("path", *children, d=path, class_=f"v{place % len(_SHAPES)}{extra}")
