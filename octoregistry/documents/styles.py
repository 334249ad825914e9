"""What declarations of a style make of a text: shown, hidden, shown from behind, or nobody can tell."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache

from octoregistry.documents.colours import GROUNDS, WHITE, Colour, alike, colours, opacity
from octoregistry.documents.lengths import KEPT, NUMBER, SIZES, Cut, cut_off
from octoregistry.documents.marks import MAYBE, UNCLEAR
from octoregistry.documents.nesting import LEFT_OUT
from octoregistry.documents.themes import Themes, ways


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
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.DOTALL)
_VENDOR = re.compile(r"^-(?:webkit|moz|ms|o|khtml)-")
_CALL = re.compile(r"(?<![a-z0-9-])([a-z0-9-]++)\(([^()]*)\)")
_FAR = {"px": 100.0, "": 100.0, "%": 101.0}  # so far to the left or up nothing is seen; a tooltip stands at 100%
_FAR_UNITS = 20.0
_LONGEST = 10_000


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
    plain = _ESCAPE.sub(_unescaped, plain)
    found: dict[str, list[str]] = defaultdict(list)
    for part in plain.split(";"):
        name, colon, value = part.partition(":")
        if colon:
            found[_VENDOR.sub("", name.strip(), 1)].append(" ".join(re.sub(r"!\s*important", "", value).split()))
    return found


def _unescaped(code: re.Match[str]) -> str:
    if code[2]:
        return code[2]
    return chr(int(code[1], 16)).lower() if int(code[1], 16) < 0x110000 else "?"


def judged(said: Mapping[str, list[str]]) -> list[str]:
    """The properties in `said` that may decide what is seen of a text: all but those known to change nothing of it."""
    return [name for name in said if not _HARMLESS.fullmatch(name)]


def moves(sources: Sequence[Mapping[str, list[str]]]) -> bool:
    """True for declarations that may put a whole part beside others on their other side, or over them."""
    if any("sticky" in said.get("position", ()) for said in sources):
        return False
    said = [({name: source[name]}, source[name]) for source in sources for name in source if _MOVING.match(name)]
    return any(look_of_all((one,)) >= Look.MAYBE and values != ["left"] for one, values in said)


def sideways(sources: Sequence[Mapping[str, list[str]]], name: str) -> frozenset[tuple[str, str]]:
    """(property, value) of what puts the cells of a row, or of a group of rows, elsewhere than those of rows without it: not
    what moves it up or down. `name` is that of its tag. What is not seen at all, or stays in view, stands nowhere else."""
    seen = [said for said in sources if look_of_all((said,)) < Look.AWAY]
    if any("sticky" in said.get("position", ()) for said in seen):
        return frozenset()
    boxed = not name.startswith("t") or any(map(_BOXED.match, (v for said in seen for v in said.get("display", ()))))
    return frozenset(
        (one, value)
        for said in seen
        for one in said
        if _SIDEWAYS.fullmatch(one) and (boxed or not one.startswith("margin"))
        for value in said[one]
        if value not in _AS_EVER and look_of_all(({one: [_across(one, value)]},)) >= Look.MAYBE
    )


def _across(name: str, value: str) -> str:
    """What of `value` moves to a side."""
    if name in ("margin", "inset") and "(" not in value:
        return " ".join(value.split()[1::2]) or value
    return _DOWN.sub("", value) if name == "transform" else value


_BOXED = re.compile("(?:inline-)?(?:flex|grid|block)")
_AS_EVER = frozenset({"ltr", "horizontal-tb", "relative"})
_SIDEWAYS = re.compile(
    r"direction|writing-mode|float|left|right|position|transform|translate|(?:inset|margin)(?:-left|-right|-inline.*)?"
)
_DOWN = re.compile(r"translate(?:[yz]\(|(?:3d)?\(\s*0[a-z%]*\s*,)[^()]*\)")


_MOVING = re.compile(r"position|left$|right$|inset|trans(?:form|late)$|order$|margin|float|grid-(?:area|column|row)")


def raises(said: Mapping[str, list[str]]) -> list[str]:
    """What declarations say of the size and the level of a text: with others than those beside them, digits may be cents."""
    return [value for name in _LEVELS for value in said.get(name, ()) if value != "baseline"]


_LEVELS = ("vertical-align", "font-size", "font")


@lru_cache(maxsize=4096)
def look(style: str, longest: int = 0) -> Look:
    """How a text with these declarations is seen; `longest` is that of `look_of_all`."""
    return look_of_all((declarations(style),), longest=longest) if ":" in style else Look.SHOWN


def look_of_all(
    sources: Sequence[Mapping[str, list[str]]],
    themes: Themes | None = None,
    others: Collection[Colour] = (),
    longest: int = 0,
) -> Look:
    """How a text is seen for which all of `sources` declare something. Where they disagree it may be seen or not.

    `others` are the backgrounds of other parts of the page; `longest` is the length of the longest figure in the text.
    """
    said: dict[str, list[str]] = defaultdict(list)
    themes = themes or Themes()
    for source in sources:
        for name in judged(source):
            said[name] += [way for value in source[name] for way in ways(value, themes.every)]
    if not said:
        return Look.SHOWN
    found = [_CUT[cut_off(said, longest)], _like_its_ground(said, sources, themes, others)]
    if "rtl" in said.get("direction", ()) and any(
        "flex" in value or "grid" in value for value in said.get("display", ())
    ):
        found.append(Look.UNCLEAR)
    for name, values in said.items():
        if name in _SIZES:
            continue
        judge = _JUDGES.get(name, _maybe)
        looks = {Look.SHOWN if value in KEPT and name != "display" else max(judge(value), _resolved(value))
                 for value in values}  # fmt: skip
        disagree = len(looks) > 1 and max(looks) > Look.MAYBE
        found.append((Look.UNCLEAR if Look.HIDDEN in looks else Look.MAYBE) if disagree else max(looks))
    return max(found)


def _resolved(value: str) -> Look:
    return Look.MAYBE if "var(" in value else Look.SHOWN


def _like_its_ground(
    said: Mapping[str, list[str]],
    sources: Sequence[Mapping[str, list[str]]],
    themes: Themes,
    others: Collection[Colour],
) -> Look:
    """Letters in the colour of what is behind them are not seen; those in one that stands behind others may not be."""
    if "color" not in said:
        return Look.SHOWN
    letters, behind = (
        [value for source in sources for name in names for value in source.get(name, ())]
        for names in (("color",), GROUNDS)
    )
    for own, ground in themes.together(letters, behind) if behind else ():
        below = colours(ground)
        if "currentcolor" in below or alike(colours(own), below):
            return Look.UNCLEAR
    seen = colours(said["color"])
    return Look.MAYBE if alike(seen, (WHITE,)) or alike(seen, others) else Look.SHOWN


def _numbers(value: str) -> list[tuple[float, str]] | None:
    """The numbers with their units that a value is made of; None where it is made of anything else."""
    found = [NUMBER.fullmatch(part) for part in value.replace(",", " ").split()]
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
        number = NUMBER.fullmatch(part)
        if part in KEPT or (number and not number[2] and float(number[1]) == 0):
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
        return Look.SHOWN if _NAMED_SIZE.fullmatch(value) else Look.MAYBE
    number, unit = numbers[0]
    smallest = _SMALLEST.get(unit, 0.1 if unit else 0.0)
    return Look.AWAY if number <= smallest else Look.UNCLEAR if number <= 2 * smallest else Look.SHOWN


_NAMED_SIZE = re.compile(r"(?:x{1,3}-|xx-)?(?:small|large)|medium|smaller|larger")


def _font(value: str) -> Look:
    sizes = [part.partition("/")[0] for part in value.split()]
    lengths = [size for size in sizes if (n := NUMBER.fullmatch(size)) and (n[3] or float(n[1]) == 0)]
    odd = "(" in value or any(
        size[:1] in ".0123456789" and size not in lengths and not size.isdecimal() for size in sizes
    )
    return max(map(_size, lengths), default=Look.MAYBE if odd else Look.SHOWN)


def _colour(value: str) -> Look:
    """Letters without a colour may show a picture behind them."""
    opaque = opacity(value)
    return Look.MAYBE if opaque is None else Look.UNCLEAR if opaque < 0.3 else Look.SHOWN


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


_IN_LINE = ("inline", "inline-block", "inline-flex", "inline-grid", "contents", *KEPT - {"none"})
_LEVEL = ("baseline", "middle", "top", "bottom", "text-top", "text-bottom")
_SIDES = ("left", "right", "top", "bottom", "inline-start", "inline-end", "block-start", "block-end", "inline", "block")
_SIZES = (
    *SIZES,
    *(f"overflow{way}" for way in ("", "-x", "-y", "-inline", "-block")),
    "background",
    "background-color",
)
_CUT = {Cut.NOT: Look.SHOWN, Cut.MAYBE: Look.MAYBE, Cut.PARTLY: Look.UNCLEAR, Cut.WHOLLY: Look.AWAY}
_HARMLESS = re.compile(
    r"""--.*|osx-font-smoothing|(?:border|transition|counter|scroll|scrollbar|overscroll|page-break|break|object)(?:-.*)?
    |background-(?:image|position|size|repeat|attachment|origin|blend-mode)(?:-[xy])?|backdrop-filter|animation-(?!name).*
    |font-(?:weight|style|stretch|display|synthesis|optical-sizing|kerning|smoothing|family|variation-settings|language-override)
    |text-(?:align|align-last|rendering|overflow|wrap|wrap-mode|wrap-style|decoration-(?:color|style|skip|skip-ink)|underline-position)
    |white-space|white-space-collapse|word-(?:break|wrap)|overflow-(?:wrap|anchor|scrolling)|hyphens|line-break|hanging-punctuation
    |cursor|pointer-events|user-(?:select|drag|modify)|touch-(?:action|callout)|tap-highlight-color|appearance|resize|accent-color
    |caret-color|color-scheme|forced-color-adjust|print-color-adjust|color-adjust|box-(?:sizing|decoration-break)|will-change
    |min-(?:width|height|inline-size|block-size)|aspect-ratio|tab-size|caption-side|empty-cells|table-layout|orphans|widows|clear
    |z-index|isolation|gap|(?:row|column|grid|grid-row|grid-column)-gap|(?:justify|align|place)-(?:content|items|self)
    |flex-(?:grow|shrink)|box-(?:flex|pack|align|orient)|grid-(?:template.*|auto-(?:rows|columns))|container(?:-.*)?|fill|stroke
    |(?:transform|perspective)-(?:origin|style|box)|perspective|backface-visibility|view-transition-name|image-rendering
    |outline-(?:offset|style|color)""",
    re.VERBOSE,
)
"""The properties that change nothing of which digits are seen, and where. Any other that is not judged below may."""
_FEATURES = re.compile(
    r"""(?:["'](?:kern|c?liga|calt|rlig|[tlpo]num|zero|case|cpsp|(?:ss|cv)\d\d)["'](?: (?:on|off|\d))?,? ?)+"""
)
_FIGURES = (
    "tabular-nums", "lining-nums", "proportional-nums", "oldstyle-nums", "slashed-zero", "small-caps", "common-ligatures",
    "no-common-ligatures", "contextual", "no-contextual", "normal",
)  # fmt: skip
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
    "filter": lambda value: Look.SHOWN if value.startswith("drop-shadow(") and value.count("(") < 3 else Look.UNCLEAR,
    "contain": _words(dict.fromkeys(("paint", "content", "layout", "style"), Look.SHOWN), Look.MAYBE),
    "position": _words({"absolute": Look.MAYBE, "fixed": Look.MAYBE}, Look.SHOWN),
    "order": lambda value: Look.SHOWN if value == "0" else Look.MAYBE,
    "outline": lambda value: Look.SHOWN if value.startswith(("0", "none")) else Look.MAYBE,
    "quotes": lambda value: Look.UNCLEAR if re.search(r"[\w$€£¥.,+-]", value) else Look.SHOWN,
    "direction": _words({"rtl": Look.MAYBE}, Look.SHOWN),
    "vertical-align": _words(dict.fromkeys(_LEVEL, Look.SHOWN), Look.MAYBE),
    "text-transform": _words(dict.fromkeys(("uppercase", "lowercase", "capitalize"), Look.SHOWN), Look.MAYBE),
    "list-style": lambda value: Look.UNCLEAR if re.search("[\"'(]", value) else Look.SHOWN,
    "font-feature-settings": lambda value: Look.SHOWN if _FEATURES.fullmatch(value) else Look.MAYBE,
    **dict.fromkeys(("font-variant", "font-variant-numeric", "font-variant-ligatures", "font-variant-caps"),
                    _words(dict.fromkeys(_FIGURES, Look.SHOWN), Look.MAYBE)),
    **dict.fromkeys(("flex-direction", "flex-flow", "flex-wrap", "box-direction"), _reversed),
    **dict.fromkeys(("scale", "zoom", "font-size-adjust", "text-size-adjust"), _share),
    **dict.fromkeys(("text-decoration", "text-decoration-line"), _words({"line-through": Look.AWAY}, Look.SHOWN)),
    **dict.fromkeys((*_SIDES[:4], "inset", *(f"inset-{side}" for side in _SIDES[4:]), "text-indent"), _place),
    **dict.fromkeys((f"{around}{side}" for around in ("margin", "padding") for side in ("", *(f"-{side}" for side in _SIDES))),
                    _margin),
    **dict.fromkeys(("color", "text-fill-color"), _colour),
    **dict.fromkeys(("letter-spacing", "word-spacing"), _tight),
    "line-height": lambda value: Look.UNCLEAR if any(n <= 0.1 for n, _ in _numbers(value) or ()) else Look.SHOWN,
    **dict.fromkeys(
        ("clip-path", "mask", "mask-image", "rotate", "mix-blend-mode", "text-security", "box-reflect", "offset",
         "offset-distance", "offset-path", "text-combine-upright"),
        _unclear,
    ),
}  # fmt: skip
"""The properties that decide what is seen of a text by their values; any other may, whatever its value is."""
_JUDGES["list-style-type"] = _JUDGES["list-style"]
