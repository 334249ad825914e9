"""What a page's own style sheets hide: parts that stand in its text and that no reader sees."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import soupsieve
from bs4.element import Tag

from octoregistry.documents.styles import Look, declarations, look

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)  # one that is not closed lasts to the end, as in a browser
_BRACE = re.compile(r"[{}]")
_SIMPLE = re.compile(r"(?P<tag>[a-z][a-z0-9]*)?(?P<marks>(?:[.#][\w-]+)+)$")
_MARK = re.compile(r"[.#][\w-]+")
_CLOSING = ("display", "visibility", "opacity")  # what opens a fold or a tab again
_LONGEST_SHEET = 1_000_000
_MOST_SELECTORS, _LONGEST_SELECTOR, _MOST_HOLDERS = 40, 120, 3_000
_DIGIT = re.compile(r"\d")
_AROUND = 3  # so many tags around a digit are looked at
_AROUND_ALL = frozenset({"html", "body", "[document]", "script", "style", "head"})
# What folds and tabs are made of. Such a block may be shown as soon as somebody clicks; a word in a line is not.
_FOLDS = frozenset({"article", "aside", "dd", "details", "div", "dl", "form", "li", "main", "ol", "section", "ul"})


@dataclass(frozen=True, slots=True)
class _Selector:
    tag: str | None
    marks: frozenset[str]  # ".class" and "#id"

    def fits(self, tag: Tag, marks: set[str]) -> bool:
        return self.marks <= marks and self.tag in (None, tag.name)


def hide_what_is_not_shown(root: Tag) -> None:
    """Gives `root`'s tags that its style sheets hide the attribute `hidden`, and those of which they leave unclear how they
    are seen a style of their own.

    Only rules that hold on every screen count. What is moved away, shrunk to nothing or struck
    through is never seen; what is merely not displayed may be a tab or a fold, so that blocks with such a class stay,
    and so does whatever another rule displays again.
    """
    gone: list[_Selector] = []
    closed: list[_Selector] = []
    unclear: dict[_Selector, str] = {}
    others: dict[str, str] = {}
    opened: set[str] = set()
    for style in root.find_all("style"):
        for selector, how, everywhere in _rules(_COMMENT.sub(" ", style.get_text()[:_LONGEST_SHEET]).lower()):
            if isinstance(selector, str):
                if everywhere and len(others) < _MOST_SELECTORS and look(how) is not Look.SHOWN:
                    others[selector] = how
                continue
            said = {name: value for name, value in declarations(how).items() if name in _CLOSING}
            looks = {look(f"{name}:{value}") for name, value in said.items()}
            if Look.SHOWN in looks:
                opened |= selector.marks
            elif everywhere and Look.HIDDEN in looks:
                closed.append(selector)
            elif everywhere and look(how) is Look.HIDDEN:
                gone.append(selector)
            elif everywhere and look(how) is not Look.SHOWN:
                unclear[selector] = how
    _by_place(root, others)
    never = _by_mark(gone)
    unopened = _by_mark(selector for selector in closed if not selector.marks & opened)
    undecided = _by_mark(unclear)
    if not never and not unopened and not undecided:
        return
    for tag in root.find_all(True):
        marks = _marks(tag)
        if not marks:
            continue
        if _fit(never, tag, marks) or (tag.name not in _FOLDS and _fit(unopened, tag, marks) and not tag.find("table")):
            tag["hidden"] = ""
        for selector in _fitting(undecided, tag, marks):
            tag["style"] = f"{tag.get('style') or ''};{unclear[selector]}"


def _by_place(root: Tag, others: Mapping[str, str]) -> None:
    """Gives tags around digits that a selector of more than classes and ids names what it declares; what such a rule hides is
    unclear, as another may show it.
    """
    if not others:
        return
    holders = {id(tag): tag for text in root.find_all(string=_DIGIT) for tag in islice(text.parents, _AROUND)}
    near = [tag for tag in islice(holders.values(), _MOST_HOLDERS) if tag.name not in _AROUND_ALL]
    for selector, how in others.items():
        try:
            fits = soupsieve.compile(selector).match
        except soupsieve.SelectorSyntaxError:
            continue  # `::before`, and what browsers pass over too
        own = "visibility: unclear" if look(how) is Look.HIDDEN else how
        for tag in near:
            if fits(tag) and not (tag.name in _FOLDS and own != how):
                tag["style"] = f"{tag.get('style') or ''};{own}"


def _by_mark(selectors: Iterable[_Selector]) -> dict[str, list[_Selector]]:
    """The selectors by one of their marks: a tag has few, a style sheet thousands."""
    found: dict[str, list[_Selector]] = defaultdict(list)
    for selector in selectors:
        found[min(selector.marks)].append(selector)
    return found


def _fit(selectors: Mapping[str, list[_Selector]], tag: Tag, marks: set[str]) -> bool:
    return next(_fitting(selectors, tag, marks), None) is not None


def _fitting(selectors: Mapping[str, list[_Selector]], tag: Tag, marks: set[str]) -> Iterator[_Selector]:
    return (selector for mark in marks for selector in selectors.get(mark, ()) if selector.fits(tag, marks))


def _rules(text: str) -> Iterator[tuple[_Selector | str, str, bool]]:
    """(selector, declarations, whether they hold on every screen) of each rule; the selector as a text where it is of more
    than a tag's classes and ids.
    """
    around: list[str] = []  # what stands before the braces that are open
    last = 0
    for brace in _BRACE.finditer(text):
        between, last = text[last : brace.start()], brace.end()
        if brace.group() == "{":
            around.append(between.rpartition(";")[2].strip())
        elif around:
            selectors = around.pop()
            for selector in selectors.split(",") if not selectors.startswith("@") else ():
                if found := _SIMPLE.match(selector.strip()):
                    yield _Selector(found["tag"], frozenset(_MARK.findall(found["marks"]))), between, not around
                elif ":" not in selector and 0 < len(selector.strip()) <= _LONGEST_SELECTOR:
                    yield selector.strip(), between, not around


def _marks(tag: Tag) -> set[str]:
    classes: str | list[str] = tag.get("class") or []
    marks = {f".{name.lower()}" for name in (classes if isinstance(classes, list) else str(classes).split())}
    return marks | {f"#{str(tag['id']).lower()}"} if tag.get("id") else marks
