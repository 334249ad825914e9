"""What declarations of a style make of a text: shown, hidden, shown from behind, or nobody can tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import lru_cache

from octoregistry.documents.nesting import LEFT_OUT


class Look(IntEnum):
    """How a text is seen; of several declarations the last of this order counts."""

    SHOWN = 0
    UNCLEAR = 1  # a property that decides what is seen has a value that is not understood
    TURNED = 2
    HIDDEN = 3  # or struck through

    @property
    def mark(self) -> str:
        """What stands before a text that looks so: a sign of no price, so that a figure behind it is in doubt."""
        return {Look.UNCLEAR: LEFT_OUT, Look.TURNED: "\u202e"}.get(self, "")


_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)  # one that is not closed lasts to the end, as in a browser
_ESCAPE = re.compile(r"\\([0-9a-f]{1,6})\s?")
_NUMBER = re.compile(r"([+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))(e-?\d+)?(%|[a-z]*)")
_CALL = re.compile(r"(?<![a-z0-9-])([a-z0-9-]++)\(([^()]*)\)")
_NO_COLOUR = re.compile(r"transparent|(?:rgba?|hsla?)\([^()]*[,/]\s*(?:0|0?\.0+|0%)\s*\)|#[0-9a-f]{3}0|#[0-9a-f]{6}00")
_KEPT = frozenset({"none", "auto", "normal", "visible", "inherit", "initial", "unset", "revert", "revert-layer"})
_FAR = {"px": 100.0, "": 100.0, "%": 101.0}  # so far to the left or up nothing is seen; a tooltip stands at 100%
_FAR_UNITS = 20.0
_LONGEST = 2_000


def declarations(style: str) -> dict[str, str]:
    """{property: value} as browsers read them: in lower case, without comments, escapes and `!important`."""
    plain = _COMMENT.sub("", style[:_LONGEST].lower())
    plain = _ESCAPE.sub(lambda code: chr(int(code[1], 16)) if int(code[1], 16) < 0x110000 else "?", plain)
    found: dict[str, str] = {}
    for part in plain.split(";"):
        name, colon, value = part.partition(":")
        if colon:
            found[name.strip()] = " ".join(value.replace("!important", "").split())
    return found


@lru_cache(maxsize=4096)
def look(style: str) -> Look:
    """How a text with these declarations is seen."""
    if ":" not in style:
        return Look.SHOWN
    said = declarations(style)
    found = [judge(value) for name, value in said.items() if (judge := _JUDGES.get(name)) and value not in _KEPT]
    return max([_cut_off(said), *found, Look.SHOWN]) if said.get("display") != "none" else Look.HIDDEN


def _cut_off(said: Mapping[str, str]) -> Look:
    """What has no width or height and hides what sticks out is hidden."""
    sizes = (said.get(f"{most}{size}", "") for most in ("", "max-") for size in ("width", "height"))
    clips = {said.get(f"overflow{way}", "").split(" ")[0] for way in ("", "-x", "-y")} & {"hidden", "clip"}
    nothing = any((number := _NUMBER.fullmatch(size)) and float(number[1]) <= 0 for size in sizes)
    return Look.HIDDEN if clips and nothing else Look.SHOWN


def _numbers(value: str) -> list[tuple[float, str]] | None:
    """The numbers with their units that a value is made of; None where it is made of anything else."""
    found = [_NUMBER.fullmatch(part) for part in value.replace(",", " ").split()]
    return [(float(n[1]), n[3]) for n in found if n] if found and all(n and not n[2] for n in found) else None


def _share(value: str) -> Look:
    """Of opacity, scale and zoom: nothing is hidden, little is unclear, and so is what mirrors."""
    numbers = _numbers(value)
    if numbers is None:
        return Look.UNCLEAR
    shares = [number / 100 if unit == "%" else number for number, unit in numbers]
    return Look.HIDDEN if 0 in shares else Look.SHOWN if min(shares) >= 0.3 else Look.UNCLEAR


def _opacity(value: str) -> Look:
    return Look.HIDDEN if value.startswith("-") else _share(value)


def _place(value: str) -> Look:
    """Of places and margins: far to the left or up is hidden, and so is ten times as far anywhere."""
    for number, unit in _numbers(value) or ():
        far = _FAR.get(unit, _FAR_UNITS)
        if number <= -far or number >= 10 * far:
            return Look.HIDDEN
    return Look.SHOWN


def _transform(value: str) -> Look:
    looks = [Look.SHOWN if _CALL.sub("", value).strip() == "" else Look.UNCLEAR]
    for name, arguments in _CALL.findall(value):
        if name.startswith("translate"):
            looks.append(_place(arguments))
        elif name.startswith("scale"):
            looks.append(_share(arguments))
        else:
            looks.append(
                Look.SHOWN if all(number == 0 for number, _ in _numbers(arguments) or [(1.0, "")]) else Look.UNCLEAR
            )
    return max(looks)


def _size(value: str) -> Look:
    numbers = _numbers(value)
    if not numbers:
        return Look.SHOWN  # `large`, `var(--small)`
    number, unit = numbers[0]
    return Look.HIDDEN if number <= (2 if unit in ("px", "pt") else 0) else Look.SHOWN


def _font(value: str) -> Look:
    return Look.HIDDEN if re.search(r"(?:^| )\.?0+(?:\.0*)?(?:px|pt|em|rem|%)?(?:/| )", value) else Look.SHOWN


def _colour(value: str) -> Look:
    """Letters without a colour may show a picture behind them."""
    return Look.UNCLEAR if _NO_COLOUR.fullmatch(value) else Look.SHOWN


def _tight(value: str) -> Look:
    numbers = _numbers(value) or []
    return Look.UNCLEAR if any(n < (-3 if unit == "px" else -0.2) for n, unit in numbers) else Look.SHOWN


def _unclear(_: str) -> Look:
    return Look.UNCLEAR


def _words(look_of: Mapping[str, Look], other: Look) -> Callable[[str], Look]:
    return lambda value: max((look_of.get(word, other) for word in value.split()), default=other)


_JUDGES: dict[str, Callable[[str], Look]] = {
    "visibility": _words({"hidden": Look.HIDDEN, "collapse": Look.HIDDEN}, Look.UNCLEAR),
    "content-visibility": _words({"hidden": Look.HIDDEN}, Look.SHOWN),
    "unicode-bidi": _words({"bidi-override": Look.TURNED, "isolate-override": Look.TURNED}, Look.SHOWN),
    "clip": lambda value: Look.HIDDEN if re.match(r"rect\(\s*0", value) else Look.UNCLEAR,
    "opacity": _opacity,
    "transform": _transform,
    "translate": _place,
    "font-size": _size,
    "font": _font,
    **dict.fromkeys(("scale", "zoom"), _share),
    **dict.fromkeys(("text-decoration", "text-decoration-line"), _words({"line-through": Look.HIDDEN}, Look.SHOWN)),
    **dict.fromkeys(("left", "right", "top", "bottom", "inset", "text-indent", "margin", "margin-left", "margin-top"), _place),
    **dict.fromkeys(("color", "-webkit-text-fill-color"), _colour),
    **dict.fromkeys(("letter-spacing", "word-spacing"), _tight),
    "line-height": lambda value: Look.UNCLEAR if any(n <= 0.1 for n, _ in _numbers(value) or ()) else Look.SHOWN,
    **dict.fromkeys(
        ("clip-path", "mask", "mask-image", "-webkit-mask", "-webkit-mask-image", "filter", "rotate", "mix-blend-mode",
         "text-security", "-webkit-text-security", "-webkit-box-reflect"),
        _unclear,
    ),
}  # fmt: skip
"""The properties that decide what is seen of a text; of any other it is all the same."""
