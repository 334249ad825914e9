"""The rules of a page's style sheets, one for each selector: what it says, and whether that holds on every screen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bs4.element import Tag

from octoregistry.documents.styles import declarations, without_long_texts

_LONGEST_SHEET = 2_000_000
_LONGEST_LIST = 10_000
_DEEPEST = 32
_DEEPEST_BRACKETS = 32
_PIECES = re.compile(
    r"""/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?|<!--|-->|(?<![\w-])url\(\s*+(?!["'])(?:[^)\\]|\\.)*+""",
    re.DOTALL,
)
_STRUCTURE = re.compile(r"[{};,]")
_BRACE = re.compile(r"[{}]")
_ALL_SCREENS = re.compile(r"@media\s*+(?:only\s++)?(?:all|screen)?\s*+$|@layer\b")
_OTHER = re.compile(
    r"@(?:(?:-\w+-)?keyframes|font-|page|property|counter-style|import|charset|namespace|view-transition)"
)
_NO_SCREEN = re.compile(
    r"(?:@media)?\s*+(?:(?:only\s++)?print\b(?:\s*+and\b.*)?|not\s++all|\(\s*+max-width\s*+:\s*+0(?:px)?\s*+\))\s*+"
)
_IMPORTED = re.compile(r"@(?:import|[\w-]*+\\)[^;{@]*?\bdata:")
_INITIAL = re.compile(r"@property\s++(--[\w-]++)\Z")
_GENERATED = re.compile(r"::?(before|after|first-letter|first-line)\b|::marker\b")
_STATE = re.compile(
    r":(?:hover|active|focus(?:-within|-visible)?|target|visited|invalid|placeholder-shown|autofill)\b(?!-)|::"
)
_PARENT = re.compile(r"&+|:scope\b")
_BETWEEN = " \t\n\r\f>+~,("
_ATTRIBUTE = re.compile(r"\[[^\[\]]*+\]")
_CALL = re.compile(r":([\w-]++)\(([^()]*+)\)")
_LISTS = re.compile(r"(?:-\w+-)?(?:is|where|not|has|matches|any)\Z")
UNKNOWN = {"visibility": ["unknown"]}
"""What is said of a part of which nobody can tell what is said."""


@dataclass(slots=True)
class Rule:
    """What a selector's parts are told. `sure` is False for what holds on some screens, or in some state of the page;
    `generated` is "before", "after" or "first-…" where it tells what stands before or behind them, or of their first letter."""

    selector: str
    said: Mapping[str, list[str]]
    sure: bool
    generated: str = ""
    when: str = ""  # the conditions that it stands under


def rules_of(root: Tag) -> Iterator[Rule]:
    """The rules of all style sheets in `root` that tell a part how it is seen when nobody points at it."""
    for link in root.find_all("link", href=True):
        if str(link["href"]).strip().lower().startswith("data:") and "stylesheet" in str(link.get("rel") or "").lower():
            yield Rule("*", UNKNOWN, False)
    for style in root.find_all("style"):
        if _applies(style):
            sure = not style.get("media") and "disabled" not in style.attrs and style.find_parent("noscript") is None
            text = style.get_text().lower()
            if len(text) > _LONGEST_SHEET:
                text = without_long_texts(text)
                if len(text) > _LONGEST_SHEET:
                    yield Rule("*", UNKNOWN, True)
            for rule in _rules(text[:_LONGEST_SHEET]):
                yield rule if sure else Rule(rule.selector, rule.said, False, rule.generated, f"{rule.when} sheet")


def _applies(style: Tag) -> bool:
    """False for a sheet that no screen takes."""
    kind, media = (str(style.get(key) or "").strip().lower() for key in ("type", "media"))
    return (
        kind.partition(";")[0].strip() in ("", "text/css")
        and not (media and all(map(_NO_SCREEN.fullmatch, media.split(","))))
        and style.find_parent("template") is None
    )


def _rules(text: str) -> Iterator[Rule]:
    """The rules of a sheet, those in others among them."""
    text = _PIECES.sub(_without_structure, text) + "}" * _DEEPEST  # blocks that are open end with the sheet
    if _IMPORTED.search(text):
        yield Rule("*", UNKNOWN, False)
    known: set[tuple[str, ...]] = set()
    around: list[list[str]] = []  # of each block that is open: what stands before it, what it declares
    last = 0
    for brace in _BRACE.finditer(text):
        between, last = text[last : brace.start()], brace.end()
        if brace.group() == "{":
            before, _, prelude = between.rpartition(";")
            if around:
                around[-1][1] += f"{before};"
            around.append([prelude.strip(), ""])
        elif around:
            preludes = [prelude for prelude, _ in around[: _DEEPEST + 1]]
            inner = around.pop()[1] + between
            said = {} if (*preludes, inner) in known else declarations(inner)
            known.add((*preludes, inner))
            if said and len(preludes) > _DEEPEST:
                yield Rule("*", UNKNOWN, False)
            elif said:
                yield from _of_block(preludes, said)


def _without_structure(piece: re.Match[str]) -> str:
    """A text without the signs that would end a block or a value; nothing for a comment."""
    return _STRUCTURE.sub(" ", piece.group()) if piece.group()[0] in "\"'u" else " "


def _of_block(preludes: list[str], said: Mapping[str, list[str]]) -> Iterator[Rule]:
    if initial := _INITIAL.match(preludes[-1]):
        yield Rule("", {initial[1]: said.get("initial-value", [])}, False)
    if any(_OTHER.match(one) or all(map(_NO_SCREEN.fullmatch, one.split(","))) for one in preludes):
        return
    conditions = [prelude for prelude in preludes if prelude.startswith("@")]
    nested = [prelude for prelude in preludes if not prelude.startswith("@")]
    sure = all(map(_ALL_SCREENS.match, conditions))
    when = "" if sure else " ".join(conditions)
    around = _around(nested)
    for selector in _split(nested[-1]) if nested else ():
        whole, known = selector.strip(), True
        if around or "&" in whole or ":scope" in whole:
            known = (
                len(around) * (1 + nested[-1].count(",")) < _LONGEST_LIST * 10
                and whole.count("&") < 3
                and around not in ("", "*")
            )
            known = known and ":scope" not in whole
            inside = f":is({around})" if known else "*"
            whole = _PARENT.sub(inside if known else _any_tag, whole) if _PARENT.search(whole) else f"{inside} {whole}"
        whole, certain = _at_rest(whole)
        if whole:
            generated = _GENERATED.search(whole)
            plain = _GENERATED.sub("", whole).strip() or "*"
            yield Rule(plain, said, sure and certain and known, (generated[1] or "before") if generated else "", when)


def _around(nested: list[str]) -> str:
    """What stands around the last of `nested` blocks, as one selector; "*" where it is too long to be written out."""
    whole = ""
    for outer in nested[:-1]:
        inside = f":is({whole})" if whole else ""
        if len(outer) + outer.count("&") * len(inside) > _LONGEST_LIST:
            return "*"
        whole = outer.replace("&", inside) if inside and "&" in outer else f"{inside} {outer}".strip()
    return whole


def _split(selectors: str) -> Iterator[str]:
    """The selectors of a list, by the commas that stand in no bracket."""
    depth = start = 0
    for at, letter in enumerate(selectors):
        if letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif letter == "," and depth == 0:
            yield selectors[start:at]
            start = at + 1
    yield selectors[start:]


def _at_rest(selector: str) -> tuple[str, bool]:
    """(`selector` as it holds while nobody points at anything, whether it always does); "" where it holds then for nothing."""
    plain = selector
    for _ in range(_DEEPEST_BRACKETS):
        before, plain = plain, _CALL.sub(_without_states, plain)
        if before == plain:
            break
    plain = plain.replace("\x01", "(").replace("\x02", ")")
    if _has_state(plain):
        return "", False
    return plain, plain == selector


def _without_states(call: re.Match[str]) -> str:
    """A list of selectors without those that hold in a state alone: without any left, it never holds, or as `:not` always."""
    every = list(_split(call[2]))
    rest = [one for one in every if not _has_state(one)]
    if len(rest) == len(every):
        return f":{call[1]}\x01{call[2]}\x02"
    if _LISTS.match(call[1]) and rest:
        return f":{call[1]}\x01{','.join(rest)}\x02"
    if _LISTS.match(call[1]) and call[1] != "not":
        return ":hover"
    return _any_tag(call)


def _has_state(selector: str) -> bool:
    return _STATE.search(_ATTRIBUTE.sub("", _GENERATED.sub("", selector))) is not None


def _any_tag(found: re.Match[str]) -> str:
    """A matcher that ignores the tag name: "*", or "" where the selector says more of that tag."""
    before, behind = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return "*" if before in _BETWEEN and (behind in _BETWEEN or behind == ")") else ""
