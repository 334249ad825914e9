"""The rules of a page's style sheets, one for each selector: what it says, and whether that holds on every screen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bs4.element import Tag

from octoregistry.documents.styles import declarations, without_long_texts

_LONGEST_SHEET = 1_000_000
_DEEPEST = 8
_PIECES = re.compile(r"""/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?|<!--|-->""", re.DOTALL)
_STRUCTURE = re.compile(r"[{};,]")
_BRACE = re.compile(r"[{}]")
_ENDS = re.compile(r"[;{}]")
_ALL_SCREENS = re.compile(r"@media\s*+(?:only\s++)?(?:all|screen)?\s*+$|@layer\b")
_OTHER = re.compile(
    r"@(?:media\s*+(?:only\s++)?print\s*+$|(?:-\w+-)?keyframes|font-|page|property|counter-style|import|charset|namespace|view-transition)"
)
_GENERATED = re.compile(r"::?(before|after|first-letter|first-line)\b")
_AT_REST_NOT = re.compile(
    r":(?:hover|active|focus(?:-within|-visible)?|target|visited|invalid|placeholder-shown|autofill)\b|::"
)
_NOT = re.compile(r":not\(([^()]*)\)")
_DENIED = re.compile(r":not\(:(?:hover|active|focus(?:-within|-visible)?|target|visited)\)")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a selector's parts are told. `sure` is False for what holds on some screens, or in some state of the page;
    `generated` is "before", "after" or "first-…" where it tells what stands before or behind them, or of their first letter."""

    selector: str
    said: Mapping[str, list[str]]
    sure: bool
    generated: str = ""


def rules_of(root: Tag) -> Iterator[Rule]:
    """The rules of all style sheets in `root` that tell a part how it is seen when nobody points at it."""
    for style in root.find_all("style"):
        if _applies(style):
            sure = not style.get("media") and "disabled" not in style.attrs and style.find_parent("noscript") is None
            text = style.get_text().lower()
            if len(text) > _LONGEST_SHEET:
                text = without_long_texts(text)
                if len(text) > _LONGEST_SHEET:
                    yield Rule("*", {"visibility": ["unknown"]}, True)
            for rule in _rules(text[:_LONGEST_SHEET]):
                yield rule if sure else Rule(rule.selector, rule.said, False, rule.generated)


def _applies(style: Tag) -> bool:
    """False for a sheet that no screen takes."""
    kind, media = (str(style.get(key) or "").strip().lower() for key in ("type", "media"))
    return kind in ("", "text/css") and media != "print" and style.find_parent("template") is None


def _rules(text: str) -> Iterator[Rule]:
    """The rules of a sheet, those in others among them."""
    text = _PIECES.sub(_without_structure, text) + "}" * _DEEPEST  # blocks that are open end with the sheet
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
            said = declarations(around.pop()[1] + between) if len(preludes) <= _DEEPEST else {}
            if said:
                yield from _of_block(preludes, said)


def _without_structure(piece: re.Match[str]) -> str:
    """A text without the signs that would end a block or a value; nothing for a comment."""
    return _STRUCTURE.sub(" ", piece.group()) if piece.group()[0] in "\"'" else " "


def _of_block(preludes: list[str], said: Mapping[str, list[str]]) -> Iterator[Rule]:
    if any(_OTHER.match(prelude) for prelude in preludes):
        return
    conditions = [prelude for prelude in preludes if prelude.startswith("@")]
    nested = [prelude for prelude in preludes if not prelude.startswith("@")]
    sure = all(map(_ALL_SCREENS.match, conditions))
    for selector in _split(nested[-1]) if nested else ():
        whole = selector.strip()
        for outer in reversed(nested[:-1]):
            inside = f":is({outer})"
            whole = whole.replace("&", inside) if "&" in whole else f"{inside} {whole}"
        whole, certain = _at_rest(whole)
        if whole:
            generated = _GENERATED.search(whole)
            plain = _GENERATED.sub("", whole).strip() or "*"
            yield Rule(plain, said, sure and certain, generated[1] if generated else "")


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
    plain = _DENIED.sub("", selector)
    if _AT_REST_NOT.search(_GENERATED.sub("", _NOT.sub("", plain))):
        return "", False
    return plain, plain == selector
