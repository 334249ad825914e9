"""Where a figure stands, in the page's own words: its headings, its row, its column."""

from __future__ import annotations

from collections.abc import Sequence

from octoregistry.reading.labels import Figure, Label, Place

_OUTER: tuple[tuple[Place, int], ...] = (("heading", 2), ("tab", 1), ("pane", 1), ("caption", 1))
_INNER: tuple[Place, ...] = ("group_row", "row_head")
_LONGEST = 80  # letters of one label


def cell_path(figure: Figure, over: Sequence[Label]) -> tuple[str, ...]:
    """The labels of `figure` from the outside in: ("Flagship models", "Standard", "sol-5", "Short context, input").

    `over` are those that its whole table shares. Of headings the two nearest are named, of tabs, panes and captions the
    nearest; heads over one another in a column are one part.
    """
    parts = []
    for place, most in _OUTER:
        parts += list(reversed(_at(over, place)[:most]))
    for place in _INNER:
        parts += list(reversed(_at(figure.labels, place)))
    parts.append(", ".join(reversed(_at(figure.labels, "column_head"))))
    return tuple(dict.fromkeys(part for part in parts if part))


def _at(labels: Sequence[Label], place: Place) -> list[str]:
    """The texts at `place`, the nearest first."""
    found = sorted((label for label in labels if label.place == place), key=lambda label: label.distance)
    return list(dict.fromkeys(_short(" ".join(label.text.split())) for label in found))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
