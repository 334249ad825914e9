"""Colours of style sheets: how opaque one is, and whether two can be told from each other."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Mapping

_COLOUR = re.compile(
    r"(?<![\w-])(?:#[0-9a-f]{3,8}\b|(?:rgb|hsl|hwb|(?:ok)?lab|(?:ok)?lch|color)a?\([^()]*\)|[a-z]++(?![\w(-]))"
)
_NUMBER = re.compile(r"[+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})%?")
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_WHITE = frozenset(
    {"white", "snow", "ivory", "ghostwhite", "floralwhite", "whitesmoke", "mintcream", "honeydew", "aliceblue",
     "seashell", "canvas", "window"}
)  # fmt: skip
_NO_COLOURS = frozenset({"none", "auto", "normal", "inherit", "initial", "unset", "revert", "transparent"})
_STEP = 28  # of 255: letters that differ less from their ground are not seen
_NEAR = tuple(itertools.product((-1, 0, 1), repeat=3))

Colour = tuple[int, ...] | str
"""A colour in steps of red, green and blue, or as it is written."""


GROUNDS = ("background", "background-color")
"""The properties that say what stands behind a text."""


def opacity(value: str) -> float | None:
    """How opaque a colour is, from 0 to 1; None where that is not understood."""
    if value == "transparent" or _HEX.fullmatch(value):
        digits = value[1:] if value.startswith("#") else "0000"
        return int((digits[3:] * 2)[:2], 16) / 255 if len(digits) == 4 else int(digits[6:] or "ff", 16) / 255
    if value.isalpha():
        return 1.0
    name, _, rest = value.partition("(")
    parts = re.split(r"[,/]", rest.removesuffix(")"))
    if not value.endswith(")") or "(" in rest or name == "color-mix":
        return None
    if "/" not in rest and len(parts) < 4:
        return None if "from" in rest else 1.0
    alpha = parts[-1].strip()
    if not _NUMBER.fullmatch(alpha):
        return None
    return float(alpha.removesuffix("%")) / (100 if alpha.endswith("%") else 1)


def colours(values: Iterable[str]) -> set[Colour]:
    """The colours in declarations, such as they can be compared."""
    found = {_known(colour) for value in values for colour in _COLOUR.findall(value) if colour not in _NO_COLOURS}
    return found - {""}


def alike(letters: Iterable[Colour], behind: Collection[Colour]) -> bool:
    """True where nobody tells one of `letters` from one of the colours `behind` them."""
    return any(
        colour in behind
        if isinstance(colour, str)
        else any(tuple(map(sum, zip(colour, near, strict=True))) in behind for near in _NEAR)
        for colour in letters
    )


def grounds(said: Mapping[str, list[str]]) -> set[Colour]:
    """The colours behind a text, as declarations say."""
    return colours(value for name in GROUNDS for value in said.get(name, ()))


def _stepped(*channels: float) -> Colour:
    return tuple(int(min(channel, 255)) // _STEP for channel in channels)


WHITE = _stepped(255, 255, 255)


def _known(colour: str) -> Colour:
    if colour.startswith("#"):
        digits = colour[1:] if len(colour) > 5 else "".join(digit * 2 for digit in colour[1:])
        return _stepped(*(int(digits[at : at + 2], 16) for at in (0, 2, 4))) if _HEX.fullmatch(colour) else ""
    if colour in _WHITE or colour == "black":
        return _stepped(0, 0, 0) if colour == "black" else WHITE
    name, _, rest = colour.partition("(")
    numbers = [float(n.removesuffix("%")) * (2.55 if n.endswith("%") else 1) for n in _NUMBER.findall(rest)]
    if name.startswith("rgb") and len(numbers) >= 3:
        return _stepped(*numbers[:3])
    if len(numbers) >= 3 and name != "color":  # of the others the lightest and the darkest are known
        light = numbers[2] if name.startswith("hsl") else numbers[0] * (255 if numbers[0] <= 1 else 1)
        return _stepped(light, light, light) if not 20 < light < 235 else colour
    return colour
