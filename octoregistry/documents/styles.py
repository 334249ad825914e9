"""What declarations of a style make of a text: shown, hidden, shown from behind, or nobody can tell."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache

from octoregistry.documents.marks import MAYBE, UNCLEAR
from octoregistry.documents.nesting import LEFT_OUT


class Look(IntEnum):
    """How a text is seen; of several declarations the last of this order counts."""

    SHOWN = 0
    MAYBE = 1  # it may be hidden or stand elsewhere: a doubt where it touches a figure
    UNCLEAR = 2  # a property that decides what is seen has a value that is not understood
    TURNED = 3
    AWAY = 4  # made unseen without a word for it: moved, shrunk, struck through
    HIDDEN = 5

    @property
    def mark(self) -> str:
        """What stands before a text that looks so."""
        return {Look.MAYBE: MAYBE, Look.UNCLEAR: UNCLEAR, Look.TURNED: "\u202e"}.get(self, "")

    @property
    def sign(self) -> str:
        """What stands before a whole text that looks so: a sign of no price, so that a figure behind it is in doubt."""
        return {Look.UNCLEAR: LEFT_OUT, Look.TURNED: "\u202e"}.get(self, "")

    @property
    def opens(self) -> bool:
        """True where its mark is one with an end."""
        return self in (Look.MAYBE, Look.UNCLEAR)


_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)  # one that is not closed lasts to the end, as in a browser
_ESCAPE = re.compile(r"\\([0-9a-f]{1,6})\s?")
_NUMBER = re.compile(r"([+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))(e-?\d+)?(%|[a-z]*)")
_CALL = re.compile(r"(?<![a-z0-9-])([a-z0-9-]++)\(([^()]*)\)")
_VARIABLE = re.compile(r"var\(\s*+(--[\w-]++)\s*+(?:,([^()]*))?\)")
_COLOUR = re.compile(r"transparent|#[0-9a-f]{3,8}\b|[a-z]++\([^()]*\)|[a-z]++")
_KEPT = frozenset({"none", "auto", "normal", "visible", "inherit", "initial", "unset", "revert", "revert-layer"})
_FAR = {"px": 100.0, "": 100.0, "%": 101.0}  # so far to the left or up nothing is seen; a tooltip stands at 100%
_FAR_UNITS = 20.0
_LONGEST = 10_000
_MOST_VALUES = 12


def without_long_texts(style: str) -> str:
    """`style` without what is a picture, a font or a long text in it, which may be as long as it likes."""
    return _LONG_TEXT.sub("x", _DATA.sub("url(x)", style))


_DATA = re.compile(r"""url\(\s*+(?:"data:[^"]*+"|'data:[^']*+'|data:[^()]*+)\s*+\)""")
_LONG_TEXT = re.compile(r"""(?<=")[^"{}\n]{60,}(?=")|(?<=')[^'{}\n]{60,}(?=')""")


def declarations(style: str) -> dict[str, list[str]]:
    """{property: its values} in lower case, without comments, escapes and `!important`: which of several counts, a browser
    decides by what it knows of values. One that is cut may say anything, and says that nobody knows what is visible."""
    plain = _COMMENT.sub("", style.lower())
    if len(plain) > _LONGEST:
        plain = without_long_texts(plain)
    plain = f"{plain[:_LONGEST]};visibility:unknown" if len(plain) > _LONGEST else plain
    plain = _ESCAPE.sub(lambda code: chr(int(code[1], 16)) if int(code[1], 16) < 0x110000 else "?", plain)
    found: dict[str, list[str]] = defaultdict(list)
    for part in plain.split(";"):
        name, colon, value = part.partition(":")
        if colon:
            found[name.strip()].append(" ".join(re.sub(r"!\s*important", "", value).split()))
    return found


def raises(said: Mapping[str, list[str]]) -> list[str]:
    """What declarations say of the size and the level of a text: with others than those beside them, digits may be cents."""
    return [value for name in _LEVELS for value in said.get(name, ()) if value != "baseline"]


_LEVELS = ("vertical-align", "font-size", "font")


@lru_cache(maxsize=4096)
def look(style: str) -> Look:
    """How a text with these declarations is seen."""
    return look_of_all((declarations(style),)) if ":" in style else Look.SHOWN


def look_of_all(
    sources: Sequence[Mapping[str, list[str]]], variables: Mapping[str, Iterable[str]] | None = None
) -> Look:
    """How a text is seen for which all of `sources` declare something. Where they disagree it may be seen or not."""
    said: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        for name, values in source.items():
            if name in _JUDGES or name in _SIZES:
                said[name] += [way for value in values for way in _ways(value, variables or {})][:_MOST_VALUES]
    if not said:
        return Look.SHOWN
    found = [_cut_off(said), _like_its_ground(said)]
    if "rtl" in said.get("direction", ()) and any(
        "flex" in value or "grid" in value for value in said.get("display", ())
    ):
        found.append(Look.UNCLEAR)
    for name, values in said.items():
        looks = {Look.SHOWN if value in _KEPT and name != "display" else _JUDGES[name](value)
                 for value in values} if name in _JUDGES else {Look.SHOWN}  # fmt: skip
        disagree = len(looks) > 1 and max(looks) > Look.MAYBE
        found.append((Look.UNCLEAR if Look.HIDDEN in looks else Look.MAYBE) if disagree else max(looks))
    return max(found)


def _ways(value: str, variables: Mapping[str, Iterable[str]]) -> list[str]:
    """What `value` may be where it takes variables: as it stands, and with each thing that they stand for."""
    ways = [value]
    for name, other in _VARIABLE.findall(value):
        for known in (*variables.get(name, ()), other.strip()):
            if known:
                ways.append(_VARIABLE.sub(known, value, count=1))
    return ways


def _cut_off(said: Mapping[str, list[str]]) -> Look:
    """What has no width or height and hides what sticks out is hidden."""
    over = [value for way in ("", "-x", "-y", "-inline", "-block") for value in said.get(f"overflow{way}", ())]
    if not {"hidden", "clip", "auto", "scroll"} & {word for value in over for word in value.split()}:
        return Look.SHOWN
    sizes = [value for name in _SIZES[:_LENGTHS] for value in said.get(name, ()) if value not in _KEPT]
    numbers = [_NUMBER.fullmatch(size) for size in sizes]
    if any(n and not n[2] and float(n[1]) < (0.3 if n[3] in ("em", "rem", "ch") else 2) for n in numbers):
        return Look.AWAY
    return Look.SHOWN if all(numbers) and not said.get("text-indent") else Look.MAYBE


def _like_its_ground(said: Mapping[str, list[str]]) -> Look:
    """Letters in the colour of what is behind them are not seen."""
    grounds = {
        colour
        for name in ("background", "background-color")
        for value in said.get(name, ())
        for colour in _colours(value)
    }
    letters = {colour for value in said.get("color", ()) for colour in _colours(value)}
    return (
        Look.UNCLEAR if (grounds & letters) - _KEPT or "currentcolor" in grounds or "canvas" in letters else Look.SHOWN
    )


def _colours(value: str) -> set[str]:
    return {_ALIKE.get(colour, colour) for colour in _COLOUR.findall(value.replace(" ", ""))}


_ALIKE = {
    "#fff": "white",
    "#ffffff": "white",
    "rgb(255,255,255)": "white",
    "#000": "black",
    "#000000": "black",
    "rgb(0,0,0)": "black",
}


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
    return Look.AWAY if 0 in shares else Look.SHOWN if min(shares) >= 0.3 else Look.UNCLEAR


def _opacity(value: str) -> Look:
    return Look.AWAY if value.startswith("-") else _share(value)


def _place(value: str) -> Look:
    """Of places and margins: far to the left or up is hidden, and so is ten times as far anywhere; what moves at all may
    stand over something else."""
    found = Look.SHOWN
    for part in value.replace(",", " ").split():
        number = _NUMBER.fullmatch(part)
        if part in _KEPT or (number and not number[2] and float(number[1]) == 0):
            continue
        if not number or number[2]:
            found = max(found, Look.MAYBE)
            continue
        far = _FAR.get(number[3], _FAR_UNITS)
        away = float(number[1]) <= -far or float(number[1]) >= 10 * far
        found = max(found, Look.AWAY if away else Look.MAYBE)
    return found


def _margin(value: str) -> Look:
    """Margins move what follows; only one below 0 lays a part over another."""
    found = _place(value)
    return found if found is not Look.MAYBE or re.search(r"(?:^|[\s,])-|[a-z]\(", value) else Look.SHOWN


def _transform(value: str) -> Look:
    looks = [Look.SHOWN if _CALL.sub("", value).strip() == "" else Look.UNCLEAR]
    for name, arguments in _CALL.findall(value):
        if name.startswith("translate"):
            looks.append(_place(arguments))
        elif name.startswith("scale"):
            looks.append(_share(arguments))
        else:
            turned = name.startswith(("rotate", "skew")) and all(n == 0 for n, _ in _numbers(arguments) or [(1.0, "")])
            looks.append(Look.SHOWN if turned else Look.UNCLEAR)
    return max(looks)


_SMALLEST = {"px": 2.0, "pt": 2.0, "%": 20.0, "em": 0.2, "rem": 0.2, "ex": 0.4, "ch": 0.4}


def _size(value: str) -> Look:
    numbers = _numbers(value)
    if not numbers:
        return Look.MAYBE if "(" in value else Look.SHOWN  # `calc(0px)`, and `large`
    number, unit = numbers[0]
    return Look.AWAY if number <= _SMALLEST.get(unit, 0.1 if unit else 0.0) else Look.SHOWN


def _font(value: str) -> Look:
    sizes = [part.partition("/")[0] for part in value.split()]
    lengths = [size for size in sizes if (n := _NUMBER.fullmatch(size)) and (n[3] or float(n[1]) == 0)]
    return max(map(_size, lengths), default=Look.MAYBE if "(" in value else Look.SHOWN)


def _colour(value: str) -> Look:
    """Letters without a colour may show a picture behind them."""
    if "transparent" in value or (
        re.fullmatch(r"#[0-9a-f]{4}|#[0-9a-f]{8}", value) and value[-(len(value) // 4)] in "01234"
    ):
        return Look.UNCLEAR
    call = _CALL.fullmatch(value)
    if not call:
        return Look.SHOWN
    parts = re.split(r"[,/]", call[2])
    if "/" not in call[2] and len(parts) < 4:
        return Look.SHOWN
    alpha = _NUMBER.fullmatch(parts[-1].strip())
    if not alpha or alpha[2]:
        return Look.MAYBE
    return Look.UNCLEAR if float(alpha[1]) / (100 if alpha[3] == "%" else 1) < 0.3 else Look.SHOWN


def _tight(value: str) -> Look:
    numbers = _numbers(value)
    if numbers is None:
        return Look.MAYBE
    return Look.UNCLEAR if any(n < (-3 if unit == "px" else -0.2) for n, unit in numbers) else Look.SHOWN


def _unclear(_: str) -> Look:
    return Look.UNCLEAR


def _maybe(_: str) -> Look:
    return Look.MAYBE


def _reversed(value: str) -> Look:
    return Look.UNCLEAR if "reverse" in value else Look.SHOWN


def _words(look_of: Mapping[str, Look], other: Look) -> Callable[[str], Look]:
    return lambda value: max((look_of.get(word, other) for word in value.split()), default=other)


_IN_LINE = ("inline", "inline-block", "inline-flex", "inline-grid", "contents", *_KEPT - {"none"})
_LEVEL = ("baseline", "middle", "top", "bottom", "text-top", "text-bottom")
_SIDES = ("left", "right", "top", "bottom", "inline-start", "inline-end", "block-start", "block-end", "inline", "block")
_SIZES = (
    *(f"{most}{size}" for most in ("", "max-") for size in ("width", "height", "inline-size", "block-size")),
    *(f"overflow{way}" for way in ("", "-x", "-y", "-inline", "-block")), "background", "background-color",
)  # fmt: skip
_LENGTHS = 8
_JUDGES: dict[str, Callable[[str], Look]] = {
    "display": _words({"none": Look.HIDDEN, **dict.fromkeys(_IN_LINE, Look.SHOWN)}, Look.MAYBE),
    "visibility": _words({"hidden": Look.AWAY, "collapse": Look.AWAY}, Look.UNCLEAR),
    "content-visibility": _words({"hidden": Look.AWAY}, Look.SHOWN),
    "unicode-bidi": _words({"bidi-override": Look.TURNED, "isolate-override": Look.TURNED}, Look.SHOWN),
    "clip": lambda value: Look.AWAY if re.match(r"rect\(\s*0", value) else Look.UNCLEAR,
    "opacity": _opacity,
    "transform": _transform,
    "translate": _place,
    "font-size": _size,
    "font": _font,
    "content": _unclear,
    "position": _words({"absolute": Look.MAYBE, "fixed": Look.MAYBE}, Look.SHOWN),
    "float": _maybe,
    **dict.fromkeys(("animation", "animation-name"), _maybe),
    "order": lambda value: Look.SHOWN if value == "0" else Look.MAYBE,
    "direction": _words({"rtl": Look.MAYBE}, Look.SHOWN),
    "vertical-align": _words(dict.fromkeys(_LEVEL, Look.SHOWN), Look.MAYBE),
    **dict.fromkeys(("flex-direction", "flex-flow", "flex-wrap"), _reversed),
    **dict.fromkeys(("scale", "zoom"), _share),
    **dict.fromkeys(("text-decoration", "text-decoration-line"), _words({"line-through": Look.AWAY}, Look.SHOWN)),
    **dict.fromkeys((*_SIDES[:4], "inset", *(f"inset-{side}" for side in _SIDES[4:]), "text-indent"), _place),
    **dict.fromkeys(("margin", *(f"margin-{side}" for side in _SIDES)), _margin),
    **dict.fromkeys(("color", "-webkit-text-fill-color"), _colour),
    **dict.fromkeys(("letter-spacing", "word-spacing"), _tight),
    "line-height": lambda value: Look.UNCLEAR if any(n <= 0.1 for n, _ in _numbers(value) or ()) else Look.SHOWN,
    **dict.fromkeys(
        ("clip-path", "mask", "mask-image", "-webkit-mask", "-webkit-mask-image", "filter", "rotate", "mix-blend-mode",
         "text-security", "-webkit-text-security", "-webkit-box-reflect", "offset", "offset-distance", "offset-path",
         "text-combine-upright"),
        _unclear,
    ),
}  # fmt: skip
"""The properties that decide what is seen of a text; of any other it is all the same."""
RELEVANT = frozenset((*_JUDGES, *_SIZES))
"""Their names, and those of what they are held against."""
