"""How long and how wide style sheets make a part, and what of a figure in it is cut off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

NUMBER = re.compile(r"([+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))(e-?\d+)?(%|[a-z]*)")
KEPT = frozenset({"none", "auto", "normal", "visible", "inherit", "initial", "unset", "revert", "revert-layer"})
SIZES = (
    *(f"{most}{size}" for most in ("", "max-") for size in ("width", "height", "inline-size", "block-size")),
    "flex", "flex-basis",
)  # fmt: skip
"""The properties that give a part a size."""
_OVER = tuple(f"overflow{way}" for way in ("", "-x", "-y", "-inline", "-block"))
_HIDES = frozenset({"hidden", "clip", "auto", "scroll", "paint", "content", "strict"})
_LETTERS = {
    "px": 1 / 8, "pt": 1 / 6, "pc": 2.0, "in": 12.0, "cm": 4.7, "mm": 0.47, "q": 0.118, "em": 2.0, "rem": 2.0, "ch": 1.0,
    "ex": 1.0, "cap": 1.4, "ic": 2.0, "lh": 2.4, "rlh": 2.4, "vw": 1.6, "vh": 1.2,
}  # fmt: skip
"""How many letters are as wide, or half as high, as one of a unit."""
_OF_SCREEN = ("cq", "dv", "lv", "sv", "vi", "vb", "vm", "fr")  # sizes of the screen, or of what stands around
_FUNCTION = re.compile(r"(calc|min|max|clamp|fit-content)\(([^()]*)\)")
_LENGTHS = re.compile(rf"(?<![\w.]){NUMBER.pattern}")


class Cut(Enum):
    """What of a part is cut off."""

    NOT = 0
    MAYBE = 1
    PARTLY = 2
    WHOLLY = 3


def cuts(said: Mapping[str, list[str]], cell: bool) -> bool:
    """True where declarations may cut off what sticks out of a part; cells are as wide as what is in them."""
    names = [name for name in said if name.startswith(("overflow", "contain"))]
    return bool(names) and (not cell or any(name.startswith("max-") for name in said))


def hides_what_sticks_out(said: Mapping[str, list[str]]) -> bool:
    """True for declarations that show no more of a part than it has room for."""
    words = {word for name in (*_OVER, "contain") for value in said.get(name, ()) for word in value.split()}
    return not _HIDES.isdisjoint(words)


def cut_off(said: Mapping[str, list[str]], longest: int) -> Cut:
    """What has no width or height and hides what sticks out is hidden; a figure of `longest` letters is cut where it is longer
    than that is wide, or begins before it."""
    if not hides_what_sticks_out(said):
        return Cut.NOT
    moved = any(value not in KEPT and not re.fullmatch(r"0[a-z]*", value) for value in said.get("text-indent", ()))
    found = Cut.PARTLY if moved and longest else Cut.NOT
    taken = _taken(said)
    for name in SIZES:
        for size in said.get(name, ()):
            found = max(found, _of_size(name, size, longest, taken), key=lambda cut: cut.value)
    return found


def _of_size(name: str, size: str, longest: int, taken: float) -> Cut:
    across = not name.endswith(("height", "block-size"))
    number = NUMBER.fullmatch(size)
    if size in KEPT:
        return Cut.NOT
    if not number or number[2]:
        letters = room(size)
        least = 0.25 if letters is None else max(longest + taken, 0.25)
        return Cut.PARTLY if across and letters is not None and letters < least else Cut.MAYBE
    length = float(number[1])
    letters = length * _LETTERS.get(
        number[3], 99.0 if number[3] in ("", "%") or number[3].startswith(_OF_SCREEN) else 0.3
    )
    if (length == 0 and number[3] != "%") or (name[:4] != "flex" and letters < 0.25):
        return Cut.WHOLLY
    if letters - (taken if across else 0) < (longest if across else 0.9) or (number[3] == "%" and length < 5):
        return Cut.PARTLY
    return Cut.NOT


def room(size: str) -> float | None:
    """For how many letters a size of plain units has room at least; None for any other."""
    function = _FUNCTION.fullmatch(size)
    inner = function[2] if function else size
    found = _LENGTHS.findall(inner)
    rest = _LENGTHS.sub("", inner).replace(",", "").split()
    if not found or any(part not in ("*", "/", "+", "-") for part in "".join(rest)):
        return None
    lengths = [
        float(number) * _LETTERS[unit] for number, _, unit in found if unit in _LETTERS and unit not in ("vw", "vh")
    ]
    others = [float(number) for number, _, unit in found if not unit]
    if not lengths or len(lengths) + len(others) < len(found):
        return None
    if function and function[1] == "calc" and others and "/" not in inner and len(lengths) == 1:
        for other in others:
            lengths[0] *= other
    return 0.0 if re.search(r"\s-\s|/", inner) else min(lengths)


def width(said: Mapping[str, list[str]]) -> float | None:
    """For how many letters the width of a part has room; None where it has no plain one."""
    found = [room(value) for name in SIZES if name.endswith(("width", "inline-size")) for value in said.get(name, ())]
    return min((letters for letters in found if letters is not None), default=None)


def _taken(said: Mapping[str, list[str]]) -> float:
    """How many letters the padding on both sides takes of a part's width, as far as that is plain."""
    taken = 0.0
    for value in said.get("padding", ()):
        sides = [room(part) or 0.0 for part in value.split()]
        taken += (
            sides[-1] + sides[1 % len(sides)] if len(sides) in (1, 2, 4) else 2 * sides[1] if len(sides) == 3 else 0
        )
    for side in ("left", "right", "inline", "inline-start", "inline-end"):
        sides = [room(part) or 0.0 for value in said.get(f"padding-{side}", ()) for part in value.split()]
        taken += max(sides, default=0.0) * (2 if side == "inline" else 1)
    return taken
