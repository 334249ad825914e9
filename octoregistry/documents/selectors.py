"""What a selector names: the tags that it fits, and what these have in any case."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import soupsieve
from bs4.element import Tag

LONGEST_SELECTOR = 2_000
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_LAST = re.compile(r"\A(?P<tag>[a-z][a-z0-9-]*+)?(?P<rest>[^\s>+~]*+)\Z")
MARK = re.compile(r"[.#][\w-]+")


def matcher(selector: str) -> tuple[Callable[[Iterable[Tag]], list[Tag]] | None, bool]:
    """(what gives those of some tags that fit `selector`, whether that is sure); (None, False) where nobody can tell.

    Browsers know states that soupsieve does not (`:popover-open`): without its states a selector fits what it fits, and more.
    All tags are to be asked for at once: places among siblings are then counted once.
    """
    for sure, text in ((True, selector), (False, _without_states(selector))):
        with suppress(soupsieve.SelectorSyntaxError, ValueError, NotImplementedError):
            return soupsieve.compile(_VALUE.sub(r"\1 i]", text)).filter, sure
    return None, False


def _without_states(selector: str) -> str:
    for _ in range(_DEEPEST_BRACKETS):
        selector = _STATE_OF.sub(_any_state, selector)
    return _STATE.sub(_any_state, selector)


def _any_state(found: re.Match[str]) -> str:
    """An attribute as it is; nothing for a state, or any tag where a state is all that a selector says of one."""
    if found[0].startswith("["):
        return found[0]
    before = found.string[: found.start()][-1:]
    return "*" if not before or before in " \t\n\f\r>+~,(" else ""


_STATE_OF = re.compile(r"\[[^\[\]]*+\]|:[\w-]++\([^()]*+\)")
_STATE = re.compile(r"\[[^\[\]]*+\]|:[\w-]++")


def lowered(root: Tag) -> list[tuple[Tag, str, Any]]:
    """(tag, attribute, value) of the classes and ids that were not in lower case, as rules are, and now are."""
    found: list[tuple[Tag, str, Any]] = []
    for tag in root.find_all(True):
        for key in ("class", "id"):
            value: Any = tag.attrs.get(key)
            lower: Any = (
                [one.lower() for one in value] if isinstance(value, list) else value.lower() if value else value
            )
            if value is not None and lower != value:
                found.append((tag, key, value))
                tag.attrs[key] = lower
    return found


_VALUE = re.compile(r"""(=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'\]=]++))(?:\s++[is])?\s*+\]""")


def needed(selector: str) -> set[str]:
    """The classes and ids that a page has if `selector` fits anything in it."""
    if "\\" in selector or len(selector) > LONGEST_SELECTOR:
        return set()
    for _ in range(_DEEPEST_BRACKETS):
        selector = _BRACKETS.sub("", selector)
    return set() if not selector.isascii() or re.search("[\"'(\\[]", selector) else set(MARK.findall(selector))


def last_part(selector: str) -> tuple[str | None, set[str]]:
    """The tag, and the classes and ids, that whatever `selector` fits must have."""
    if "\\" in selector or len(selector) > LONGEST_SELECTOR:
        selector = re.split(r"[\s>+~]", selector[-LONGEST_SELECTOR:])[-1]
        return (None, set()) if not _PLAIN.fullmatch(selector) else _parts(selector)
    for _ in range(_DEEPEST_BRACKETS):
        selector = _BRACKETS.sub("*", selector)
    last = selector.replace(">", " ").replace("+", " ").replace("~", " ").split()[-1:]
    return _parts(last[0]) if last else (None, set())


_PLAIN = re.compile(r"[a-z0-9_.#-]++")
_DEEPEST_BRACKETS = 4


def _parts(compound: str) -> tuple[str | None, set[str]]:
    parts = _LAST.match(compound)
    return (parts["tag"], set(MARK.findall(parts["rest"]))) if parts else (None, set())


def marks_of(tag: Tag) -> set[str]:
    classes: str | list[str] = tag.get("class") or []
    marks = {f".{name.lower()}" for name in (classes if isinstance(classes, list) else str(classes).split())}
    return marks | {f"#{str(tag['id']).lower()}"} if tag.get("id") else marks
