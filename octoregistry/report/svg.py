"""The elements of a picture, escaped as they are made."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from octoregistry.settings.templating import visible

Point = tuple[float, float]


def tag(name: str, *children: Markup | str, **attributes: str | float | None) -> Markup:
    """An element; `class_` and `aria_label` stand for `class` and `aria-label`, and what is None is left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(_text(child) for child in children)
    return Markup(f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>")  # noqa: S704 - escaped above


def picture(name: str, title: str, description: str, size: tuple[int, int], *children: Markup) -> Markup:
    """A whole picture that a screen reader announces by its title and its description. `name` makes their ids."""
    width, height = size
    return tag(
        "svg",
        tag("title", title, id=f"{name}-title"),
        tag("desc", description, id=f"{name}-desc"),
        *children,
        id=name,
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-desc",
    )


def steps(points: Sequence[Point], end: float) -> str:
    """The path of a value that holds until the next: level to each point, then up or down, level to `end`."""
    (x, y), *others = points
    path = [f"M{number(x)} {number(y)}"]
    path += [f"H{number(x)}V{number(y)}" for x, y in others]
    return "".join([*path, f"H{number(end)}"])


def number(value: float) -> str:
    """A coordinate with one decimal at most: a tenth of a pixel is finer than any screen."""
    return f"{value:.1f}".removesuffix(".0")


def _attribute(value: str | float) -> str:
    return number(value) if isinstance(value, (int, float)) else str(escape(visible(value)))


def _text(child: Markup | str) -> str:
    return str(child) if isinstance(child, Markup) else str(escape(visible(child)))
