"""What a page's own style sheets make of its parts: hidden, elsewhere, or seen as they stand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import soupsieve
from bs4.element import NavigableString, Tag

from octoregistry.documents.nesting import LEFT_OUT
from octoregistry.documents.sheets import Rule, rules_of
from octoregistry.documents.styles import RELEVANT, Look, declarations, look_of_all, raises
from octoregistry.documents.visible import LOOK, RAISES, first_parts

_SIMPLE = re.compile(r"(?P<tag>[a-z][a-z0-9]*)?(?P<marks>(?:[.#][\w-]+)+)$")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_LAST = re.compile(r"\A(?P<tag>[a-z][a-z0-9-]*+)?(?P<rest>[^\s>+~]*+)\Z")
_MARK = re.compile(r"[.#][\w-]+")
_CLOSING = ("display", "visibility", "opacity")  # what opens a fold or a tab again
_LONGEST_SELECTOR, _MOST_HOLDERS = 2_000, 20_000
_MOST_MATCHES = 300_000  # so many times is a tag held against 100 letters of a selector; any further one may fit
_UNKNOWN = {"visibility": ["unknown"]}
_DIGIT = re.compile(r"\d")
_SHOWS_TEXT = re.compile(r"[\w$€£¥¢.,%+−–-]|\(")
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


@dataclass(slots=True)
class _Sheets:
    """The rules of a page that decide what is seen: by a class or id of theirs, or by selectors of more than these."""

    by_mark: dict[str, list[tuple[_Selector, Rule]]] = field(default_factory=lambda: defaultdict(list))
    by_place: list[Rule] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)
    variables: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    known: dict[tuple[object, ...], tuple[Look, bool, Look]] = field(default_factory=dict)

    def add(self, rule: Rule) -> None:
        """Keep `rule` where it decides what is seen, and what it says that variables stand for."""
        for name, values in rule.said.items():
            if name.startswith("--"):
                self.variables[name] += values[:3] if len(self.variables[name]) < _MOST_VALUES else []
        if not RELEVANT.intersection(rule.said) or (rule.generated and not _adds(rule)):
            return
        simple = _SIMPLE.match(rule.selector)
        if simple:
            selector = _Selector(simple["tag"], frozenset(_MARK.findall(simple["marks"])))
            self.by_mark[min(selector.marks)].append((selector, rule))
            shown = {name: values for name, values in rule.said.items() if name in _CLOSING}
            if shown and look_of_all((shown,)) < Look.AWAY:
                self.opened |= selector.marks
        elif rule.selector:
            self.by_place.append(rule)

    def deciding(self, by_place: list[Rule]) -> list[Rule]:
        """Rules `by_place` without those that leave what they name as it is and that no other could contradict."""
        bad: set[str] = set()
        every = [*by_place, *(rule for rules in self.by_mark.values() for _, rule in rules)]
        for rule in every:
            for name in rule.said.keys() & RELEVANT - bad:
                if look_of_all(({name: rule.said[name]},), self.variables) > Look.MAYBE:
                    bad.add(name)
        return [
            r
            for r in by_place
            if r.generated or bad & r.said.keys() or raises(r.said) or look_of_all((r.said,)) is not Look.SHOWN
        ]

    def looks(self, rules: list[Rule], style: str) -> tuple[Look, bool, Look]:
        """(how a part is seen by what holds on every screen, whether it is merely not displayed, how by all `rules`)."""
        key = (*map(id, rules), style)
        if key not in self.known:
            own = (*(rule.said for rule in rules if rule.sure), declarations(style) if style else {})
            always = look_of_all(own, self.variables)
            rest = [{name: values for name, values in said.items() if name not in _CLOSING} for said in own]
            closed = always is Look.HIDDEN and look_of_all(rest, self.variables) < Look.AWAY
            some = [rule.said for rule in rules if not rule.sure]
            self.known[key] = always, closed, look_of_all((*own, *some), self.variables) if some else always
        return self.known[key]

    def of_marks(self, tag: Tag, marks: Iterable[str]) -> list[Rule]:
        """The rules whose classes and ids `tag` has."""
        own = set(marks)
        return [rule for mark in own for selector, rule in self.by_mark.get(mark, ()) if selector.fits(tag, own)]


_MOST_VALUES = 8


def _adds(rule: Rule) -> bool:
    """True for text before or behind a part that may belong to a figure, and for letters of it that may be hidden."""
    if rule.generated.startswith("first"):
        return look_of_all((rule.said,)) > Look.MAYBE
    return any(_SHOWS_TEXT.search(text) for text in rule.said.get("content", ()) if text not in ("none", "normal"))


def hide_what_is_not_shown(root: Tag) -> None:
    """Gives `root`'s tags what its style sheets make of them, as their attribute `LOOK`.

    What is moved away, shrunk to nothing or struck through is never seen; what is merely not displayed may be a tab or a
    fold, so that blocks with such a class stay, and so does whatever another rule displays again. Where rules hold on some
    screens only, or disagree, a part may be seen or not: that counts where it touches a figure.
    """
    sheets = _Sheets()
    for rule in rules_of(root):
        sheets.add(rule)
    inline = bool(sheets.variables)
    if not (sheets.by_mark or sheets.by_place or inline):
        return
    placed = _by_place(root, sheets) if sheets.by_place else {}
    for tag in root.find_all(True):
        marks = _marks(tag)
        own = placed.get(id(tag), ())
        rules = [*(sheets.of_marks(tag, marks) if marks else ()), *own]
        style = str(tag.get("style") or "")
        if rules or (inline and "var(" in style):
            if sizes := [size for rule in rules if not rule.generated for size in raises(rule.said)]:
                tag.attrs[RAISES] = " ".join(sizes)
            found = _look(tag, rules, style, sheets)
            tag.attrs[LOOK] = str(int(min(found, Look.UNCLEAR) if own else found))


def _look(tag: Tag, rules: list[Rule], style: str, sheets: _Sheets) -> Look:
    """How `tag` is seen by `rules` and its own `style`."""
    added = [rule for rule in rules if rule.generated]
    if added:
        _add(tag, [rule for rule in added if not _is_label(rule, tag)])
        rules = [rule for rule in rules if not rule.generated]
    always, closed, ever = sheets.looks(rules, style)
    if closed:
        if tag.name in _FOLDS or tag.find("table"):
            return Look.SHOWN
        if any(sheets.opened.intersection(_MARK.findall(rule.selector)) for rule in rules):
            return Look.MAYBE
    return always if ever is always else max(Look.MAYBE, min(always, Look.UNCLEAR))


def _is_label(rule: Rule, tag: Tag) -> bool:
    """True for the head of a column that a narrow screen puts before each cell: the words of an attribute, not a figure."""
    if rule.sure or rule.generated != "before" or tag.name not in _CELLS:
        return False
    named = [_ATTRIBUTE.fullmatch(text) for text in rule.said.get("content", ())]
    return all(name and _LABEL_ENDS.search(str(tag.get(name[1]) or "")) for name in named)


_ATTRIBUTE = re.compile(r"""attr\(\s*+([\w-]++)\s*+\)(?:\s*+["'][\s:·]*+["'])?""")
_LABEL_ENDS = re.compile(r"(?:[^\W\d]|[):\]])\s*\Z|\A\s*\Z")


def _add(tag: Tag, rules: list[Rule]) -> None:
    """Puts signs that something is left out where style sheets let `tag` begin or end with text of theirs, beside digits."""
    near = tag.parent if tag.parent is not None and tag.name not in _CELLS else tag
    if any(_DIGIT.search(part) for part in first_parts(near, _PARTS) if isinstance(part, NavigableString)):
        for behind in {rule.generated == "after" for rule in rules}:
            tag.insert(len(tag.contents) if behind else 0, NavigableString(LEFT_OUT))


_PARTS = 30
_CELLS = ("td", "th")


@dataclass(slots=True)
class _Near:
    """The tags around digits by their names, classes and ids; `empty` ones within them only take text that a sheet adds."""

    tags: list[Tag]
    empty: set[int]
    named: dict[str, list[Tag]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, root: Tag) -> _Near:
        holders = {id(tag): tag for text in root.find_all(string=_DIGIT) for tag in islice(text.parents, _AROUND)}
        near = [tag for tag in holders.values() if tag.name not in _AROUND_ALL]
        inside = [part for tag in near for part in tag.contents if isinstance(part, Tag) and not part.contents]
        found = cls([*near, *inside], {id(tag) for tag in inside} - holders.keys())
        for tag in found.tags:
            for name in (tag.name, *_marks(tag)):
                found.named[name].append(tag)
        return found

    def fitting(self, rule: Rule) -> list[Tag]:
        """The tags with the tag, classes and ids that the last part of the selector of `rule` names."""
        name, own = _last(rule.selector)
        wanted = [*own, *([name] if name else [])]
        tags = min((self.named.get(one, []) for one in wanted), key=len) if wanted else self.tags
        folds = look_of_all((rule.said,)) >= Look.AWAY if tags else False
        return [
            tag
            for tag in tags
            if (rule.generated or id(tag) not in self.empty)
            and (not name or name == tag.name)
            and (len(own) < 2 or own <= _marks(tag))
            and not (folds and tag.name in _FOLDS)
        ]


def _by_place(root: Tag, sheets: _Sheets) -> dict[int, list[Rule]]:
    """{tag: rules} of tags around digits that selectors of more than classes and ids name. What such a rule hides is unclear,
    as another may show it, and so is what it may hide where there are too many to try."""
    near = _Near.of(root)
    fitting = {id(rule): tags for rule in sheets.by_place if (tags := near.fitting(rule))}
    found: dict[int, list[Rule]] = defaultdict(list)
    left = _MOST_MATCHES
    restored = _lower(root) if fitting else []
    for rule in sheets.deciding([rule for rule in sheets.by_place if id(rule) in fitting]):
        tags = fitting[id(rule)]
        left -= len(tags) * (1 + len(rule.selector) // 100)
        if left < 0 or len(rule.selector) > _LONGEST_SELECTOR or len(tags) > _MOST_HOLDERS:
            fits, sure = None, False
        else:
            fits, sure = _matcher(rule.selector)
        hides = not sure and not rule.generated and look_of_all((rule.said,), sheets.variables) > Look.MAYBE
        tried = Rule(rule.selector, {**rule.said, **_UNKNOWN}, rule.sure) if hides else rule
        for tag in filter(fits, tags) if fits else tags:
            found[id(tag)].append(tried)
    for tag, key, value in restored:
        tag.attrs[key] = value
    return found


def _matcher(selector: str) -> tuple[Callable[[Tag], bool] | None, bool]:
    """(whether a tag fits `selector`, whether that is sure); (None, False) where nobody can tell.

    Browsers know states that soupsieve does not (`:popover-open`): without its states a selector fits what it fits, and more.
    """
    for sure, text in ((True, selector), (False, _without_states(selector))):
        with suppress(soupsieve.SelectorSyntaxError, ValueError, NotImplementedError):
            return soupsieve.compile(_VALUE.sub(r"\1 i]", text)).match, sure
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


def _lower(root: Tag) -> list[tuple[Tag, str, Any]]:
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


_VALUE = re.compile(r"""(=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'\]=]++))\s*+\]""")


def _last(selector: str) -> tuple[str | None, set[str]]:
    """The tag, and the classes and ids, that whatever `selector` fits must have."""
    if "\\" in selector or len(selector) > _LONGEST_SELECTOR:
        selector = re.split(r"[\s>+~]", selector[-_LONGEST_SELECTOR:])[-1]
        return (None, set()) if not _PLAIN.fullmatch(selector) else _parts(selector)
    for _ in range(_DEEPEST_BRACKETS):
        selector = _BRACKETS.sub("*", selector)
    last = selector.replace(">", " ").replace("+", " ").replace("~", " ").split()[-1:]
    return _parts(last[0]) if last else (None, set())


_PLAIN = re.compile(r"[a-z0-9_.#-]++")
_DEEPEST_BRACKETS = 4


def _parts(compound: str) -> tuple[str | None, set[str]]:
    parts = _LAST.match(compound)
    return (parts["tag"], set(_MARK.findall(parts["rest"]))) if parts else (None, set())


def _marks(tag: Tag) -> set[str]:
    classes: str | list[str] = tag.get("class") or []
    marks = {f".{name.lower()}" for name in (classes if isinstance(classes, list) else str(classes).split())}
    return marks | {f"#{str(tag['id']).lower()}"} if tag.get("id") else marks
