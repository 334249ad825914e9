"""The colour and the shape of each vendor in every picture."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from octoregistry.report.svg import tag

_SHAPES = (
    "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",  # circle
    "m-3.7-3.7h7.4v7.4h-7.4z",  # square
    "m0-5l4.6 8.2h-9.2z",  # triangle
    "m0-5l5 5l-5 5l-5-5z",  # diamond
    "m0 5l4.6-8.2h-9.2z",  # triangle on its head
)


def mark(place: int) -> Markup:
    """The mark of the vendor in this place of the registry, around the origin."""
    shape = place % len(_SHAPES)
    return tag("path", d=f"M0 0{_SHAPES[shape]}", class_=f"v{shape}")


def marks(place: int, spots: Sequence[tuple[float, float, str]]) -> Markup:
    """The vendor's mark at each point, with what is to be told of it; the shape is written once."""
    shape = place % len(_SHAPES)
    name = f"mark-{place}"
    elements = [tag("use", tag("title", description), href=f"#{name}", x=x, y=y) for x, y, description in spots]
    return tag("g", tag("defs", tag("path", id=name, d=f"M0 0{_SHAPES[shape]}")), *elements, class_=f"v{shape} spots")
