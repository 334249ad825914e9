"""What a page's own style sheets make of its parts: hidden, elsewhere, or seen as they stand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import islice

from bs4.element import PageElement, Tag

from octoregistry.documents.colours import Colour, grounds
from octoregistry.documents.generated import add_signs, takes_a_place
from octoregistry.documents.lengths import cuts, width
from octoregistry.documents.parts import CELLS, COLUMNS, is_cell, is_group, is_head, is_part, is_row, is_table
from octoregistry.documents.selectors import LONGEST_SELECTOR, MARK, last_part, lowered, marks_of, matcher, needed
from octoregistry.documents.sheets import UNKNOWN, Rule, rules_of
from octoregistry.documents.styles import Look, declarations, judged, look_of_all, moves, raises, sideways
from octoregistry.documents.themes import Themes
from octoregistry.documents.visible import BLOCKS, LOOK, RAISES, doubt_table, longest_figure, look_of

_SIMPLE = re.compile(r"(?P<tag>[a-z][a-z0-9]*)?(?P<marks>(?:[.#][\w-]+)+)$")
_CLOSING = ("display", "visibility", "opacity")  # what opens a fold or a tab again
_MOST_HOLDERS = 200_000
_MOST_MATCHES = 600_000  # so many times is a tag held against 100 letters of a selector; any further one may fit
_DIGIT = re.compile(r"\d")
_AROUND = 60  # so many tags around a digit are looked at; in more of them without a block it is in doubt
_AROUND_ALL = frozenset({"html", "body", "[document]", "script", "style", "head"})
# What folds and tabs are made of. Such a block may be shown as soon as somebody clicks; a word in a line is not.
_FOLDS = frozenset({"article", "aside", "dd", "details", "div", "dl", "form", "li", "main", "ol", "section", "ul"})


@dataclass(frozen=True, slots=True)
class _Selector:
    tag: str | None
    marks: frozenset[str]  # ".class" and "#id"

    def fits(self, tag: Tag, marks: AbstractSet[str]) -> bool:
        return self.marks <= marks and self.tag in (None, tag.name)


@dataclass(frozen=True, slots=True)
class _Seen:
    always: Look  # by what holds on every screen
    closed: bool  # merely not displayed
    ever: Look  # by all rules
    moved: bool
    sideways: frozenset[tuple[str, str]]  # of a row or a group of rows


@dataclass(slots=True)
class _Sheets:
    """The rules of a page that decide what is seen: by a class or id of theirs, or by selectors of more than these."""

    by_mark: dict[str, list[tuple[_Selector, Rule]]] = field(default_factory=lambda: defaultdict(list))
    by_place: list[Rule] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)
    themes: Themes = field(default_factory=Themes)
    grounds: set[Colour] = field(default_factory=set)
    rules: dict[tuple[str, bool, str], Rule] = field(default_factory=dict)
    known: dict[tuple[object, ...], _Seen] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    marked: dict[tuple[str, frozenset[str]], list[Rule]] = field(default_factory=dict)

    def add(self, rule: Rule) -> None:
        """Keep `rule` where it decides what is seen, and what it says of variables and grounds. Rules of one selector are
        kept as one: which of them counts, nobody asks."""
        self.note(rule.said, rule.selector, rule.when)
        names = judged(rule.said)
        if not names or not rule.selector:
            return
        simple = _SIMPLE.match(rule.selector)
        shown = {name: values for name, values in rule.said.items() if name in _CLOSING}
        if simple and not rule.generated and shown and look_of_all((shown,)) < Look.AWAY:
            self.opened.update(MARK.findall(simple["marks"]))
        key = (rule.selector, rule.sure, rule.generated)
        if key not in self.rules:
            self.rules[key] = Rule(rule.selector, {}, rule.sure, rule.generated)
            self._place(self.rules[key], simple)
        said = dict(self.rules[key].said)
        for name in names:
            said[name] = list(dict.fromkeys([*said.get(name, ()), *rule.said[name]]))
            if len(said[name]) > _MOST_OF_ONE:
                said.update(UNKNOWN)
        self.rules[key].said = said

    def note(self, said: Mapping[str, list[str]], selector: str, when: str = "") -> None:
        """Keep what variables stand for, and what letters stand on."""
        self.grounds |= grounds(said)
        self.themes.note(selector, when, said)

    def _place(self, rule: Rule, simple: re.Match[str] | None) -> None:
        if simple:
            selector = _Selector(simple["tag"], frozenset(MARK.findall(simple["marks"])))
            fewest = min(sorted(selector.marks), key=lambda mark: len(self.by_mark.get(mark, ())))
            self.by_mark[fewest].append((selector, rule))
        else:
            self.by_place.append(rule)

    def deciding(self, by_place: list[Rule]) -> list[Rule]:
        """Rules `by_place` without those that leave what they name as it is and that no other could contradict."""
        bad: set[str] = set()
        for rule in self.rules.values():
            for name in rule.said.keys() - bad:
                if look_of_all(({name: rule.said[name]},), self.themes, self.grounds) > Look.MAYBE:
                    bad.add(name)
        return [
            r
            for r in by_place
            if r.generated
            or bad & r.said.keys()
            or raises(r.said)
            or look_of_all((r.said,), self.themes, self.grounds, _CUT) is not Look.SHOWN
        ]

    def seen(self, tag: Tag, rules: list[Rule], style: str) -> _Seen:
        """How `tag` is seen by `rules` and its own `style`."""
        own = declarations(style) if style else {}
        cell = tag.name in CELLS
        longest = longest_figure(tag) if any(cuts(said, cell) for said in (*(r.said for r in rules), own)) else 0
        row = tag.name if is_row(tag) or is_group(tag) else ""
        narrow = longest > min(
            (self.widths.get(id(one), longest) for one in islice(tag.parents, _PARENTS)), default=longest
        )
        key = (*map(id, rules), style, longest, row, narrow)
        if key not in self.known:
            sure = (*(rule.said for rule in rules if rule.sure), own)
            every = (*sure, *(rule.said for rule in rules if not rule.sure))
            always = look_of_all(sure, self.themes, self.grounds, longest)
            rest = [{name: values for name, values in said.items() if name not in _CLOSING} for said in sure]
            closed = always is Look.HIDDEN and look_of_all(rest, self.themes) < Look.AWAY
            ever = look_of_all(every, self.themes, self.grounds, longest)
            aside = sideways(every, row) if row else frozenset()
            least = Look.UNCLEAR if narrow else Look.SHOWN  # what stands around it is narrower than its figure
            self.known[key] = _Seen(max(always, least), closed, max(ever, least), not row and moves(every), aside)
        return self.known[key]

    def note_width(self, tag: Tag, rules: list[Rule], style: str) -> None:
        """Keep the width of `tag` where it has a plain one; a cell is as wide as what is in it."""
        if not is_cell(tag):
            own = [declarations(style)] if _WIDTH.search(style) else []
            found = [letters for said in (*(rule.said for rule in rules), *own) if (letters := width(said)) is not None]
            if found:
                self.widths[id(tag)] = min(found)

    def of_marks(self, tag: Tag) -> list[Rule]:
        """The rules whose classes and ids `tag` has."""
        own = frozenset(marks_of(tag))
        key = (tag.name, own)
        if key not in self.marked:
            self.marked[key] = [
                r for mark in own for selector, r in self.by_mark.get(mark, ()) if selector.fits(tag, own)
            ]
        return self.marked[key]


_MOST_OF_ONE = 50  # values that one selector gives a property
_PARENTS = 10  # of a part, whose width may cut its figure
_WIDTH = re.compile("width|inline-size", re.IGNORECASE)
_CUT = 8  # letters of a figure that may be cut off


def hide_what_is_not_shown(root: Tag) -> None:
    """Gives `root`'s tags what its style sheets make of them, as their attribute `LOOK`.

    What is moved away, shrunk to nothing or struck through is never seen; what is merely not displayed may be a tab or a
    fold, so that blocks with such a class stay, and so does whatever another rule displays again. Where rules hold on some
    screens only, or disagree, a part may be seen or not: that counts where it touches a figure. A cell that is moved
    leaves all of its table in doubt.
    """
    sheets = _Sheets()
    for rule in rules_of(root):
        sheets.add(rule)
    for tag in root.find_all(_has_ground):
        style = str(tag.get("style") or "")
        sheets.note(declarations(f"background:{tag.get('bgcolor') or 'none'};{style}"), "style", style)
    placed = _by_place(root, sheets) if sheets.by_place else {}
    aside: dict[int, frozenset[tuple[str, str]]] = {}
    for tag in root.find_all(True):
        own = placed.get(id(tag), ())
        rules = [*sheets.of_marks(tag), *own]
        style = str(tag.get("style") or "")
        if tag.name == "template" and "shadowrootmode" in tag.attrs and tag.parent is not None:
            tag.parent.attrs[LOOK] = str(
                int(max(Look.UNCLEAR, look_of(tag.parent)))
            )  # it shows that in place of its text
        if "dir" in tag.attrs and (is_row(tag) or is_group(tag)) and _from_the_right(tag):
            aside[id(tag)] = frozenset({("direction", "rtl")})
        sheets.note_width(tag, rules, style)
        if rules or "var(" in style or "color" in style or (style and is_part(tag)):
            added = [rule for rule in rules if rule.generated]
            if added:
                add_signs(tag, added, sheets.themes)
                if is_row(tag) and takes_a_place(added):
                    aside[id(tag)] = aside.get(id(tag), frozenset()) | {("before", "a place")}
                rules = [rule for rule in rules if not rule.generated]
            if sizes := [size for rule in rules for size in raises(rule.said)]:
                tag.attrs[RAISES] = " ".join(sizes)
            seen = sheets.seen(tag, rules, style)
            found = min(_look(tag, rules, seen, sheets.opened), Look.UNCLEAR if own else Look.HIDDEN)
            tag.attrs[LOOK] = str(int(max(found, Look(int(str(tag.attrs.get(LOOK, 0)))))))
            if _shifts(tag, seen.moved, found):
                doubt_table(tag)
            if seen.sideways:
                aside[id(tag)] = aside.get(id(tag), frozenset()) | seen.sideways
    if aside:
        for table in root.find_all(is_table):
            if _uneven(table, aside):
                doubt_table(table)


def _from_the_right(tag: Tag) -> bool:
    way = str(tag["dir"]).lower()
    return way == "rtl" or (way == "auto" and any(map(_RTL.search, islice(tag.strings, _MOST_TEXTS))))


_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_MOST_TEXTS = 100


def _uneven(table: Tag, aside: Mapping[int, frozenset[tuple[str, str]]]) -> bool:
    """True for a table of which some rows are put aside and others are not, or elsewhere; heads may well stay where they are
    while the rows below are laid out one by one."""
    none = frozenset[tuple[str, str]]()
    rows = [(row, aside.get(id(row), none) | aside.get(id(row.parent), none)) for row in table.find_all(is_row)]
    across = {frozenset(one for one in own if one[0] != "position") for _, own in rows}
    return len(across) > 1 or len({own for row, own in rows if not is_head(row)}) > 1


def _has_ground(tag: Tag) -> bool:
    return "bgcolor" in tag.attrs or bool(_GROUND.search(str(tag.get("style") or "")))


_GROUND = re.compile("background|--", re.IGNORECASE)


def _shifts(tag: Tag, moved: bool, found: Look) -> bool:
    """True for a part of a table after which nobody knows any more which figure stands below which head."""
    if found >= Look.AWAY:
        return tag.name == "thead" or tag.name in COLUMNS
    if is_row(tag) or is_group(tag):
        return found >= Look.UNCLEAR and is_head(tag)
    return is_cell(tag) and (moved or (found >= Look.UNCLEAR and tag.name == "th"))


def _look(tag: Tag, rules: list[Rule], seen: _Seen, opened: set[str]) -> Look:
    """How `tag` is seen, a fold or a tab as somebody may open it."""
    if seen.closed:
        if tag.name in _FOLDS or tag.find("table"):
            return Look.SHOWN
        if any(opened.intersection(MARK.findall(rule.selector)) for rule in rules):
            return Look.MAYBE
    return seen.always if seen.ever is seen.always else max(Look.MAYBE, min(seen.always, Look.UNCLEAR))


@dataclass(slots=True)
class _Near:
    """The tags around digits, and all cells, by their names, classes and ids; text that a sheet adds may stand in `every` tag."""

    near: dict[str, list[Tag]]
    every: dict[str, list[Tag]]
    present: set[str]  # the classes and ids of the page
    deep: list[Tag]  # what stands around digits that no block is found around

    @classmethod
    def of(cls, root: Tag, generated: bool) -> _Near:
        holders = {id(tag): tag for tag in root.find_all(is_part)}
        deep: list[Tag] = []
        for text in root.find_all(string=_DIGIT):
            around = _around(text)
            holders |= {id(tag): tag for tag in around if tag.name not in _AROUND_ALL}
            if len(around) == _AROUND:
                deep.append(around[0])
        every = root.find_all(True)
        present = {mark for tag in every for mark in marks_of(tag)}
        return cls(_named(holders.values()), _named(every) if generated else {}, present, deep)

    def fitting(self, rule: Rule) -> list[Tag]:
        """The tags with the tag, classes and ids that the last part of the selector of `rule` names."""
        if not needed(rule.selector) <= self.present:
            return []
        named = self.every if rule.generated else self.near
        name, own = last_part(rule.selector)
        wanted = [*own, *([name] if name else [])]
        tags = min((named.get(one, []) for one in wanted), key=len) if wanted else named.get("*", [])
        folds = look_of_all((rule.said,)) >= Look.AWAY if tags and not rule.generated else False
        return [
            tag
            for tag in tags
            if (not name or name == tag.name)
            and (len(own) < 2 or own <= marks_of(tag))
            and not (folds and tag.name in _FOLDS)
        ]


def _around(text: PageElement) -> list[Tag]:
    """The tags around digits: up to their table, or else up to a block, three of them at least."""
    around = list(islice(text.parents, _AROUND))
    for at, tag in enumerate(around):
        if tag.name == "table":
            return around[: at + 1]
    block = next((at for at, tag in enumerate(around) if tag.name in BLOCKS), _AROUND)
    return around[: max(3, block + 1)]


def _named(tags: Iterable[Tag]) -> dict[str, list[Tag]]:
    found: dict[str, list[Tag]] = defaultdict(list)
    for tag in tags:
        for name in ("*", tag.name, *marks_of(tag)):
            found[name].append(tag)
    return found


def _by_place(root: Tag, sheets: _Sheets) -> dict[int, list[Rule]]:
    """{tag: rules} of tags around digits that selectors of more than classes and ids name. What such a rule hides is unclear,
    as another may show it, and so is what it may hide where there are too many to try."""
    near = _Near.of(root, any(rule.generated for rule in sheets.by_place))
    fitting = {id(rule): tags for rule in sheets.by_place if (tags := near.fitting(rule))}
    found: dict[int, list[Rule]] = defaultdict(list)
    for tag in near.deep:
        found[id(tag)].append(Rule("*", UNKNOWN, False))
    left = _MOST_MATCHES
    restored = lowered(root) if fitting else []
    for rule in sheets.deciding([rule for rule in sheets.by_place if id(rule) in fitting]):
        tags = fitting[id(rule)]
        left -= len(tags) * (1 + len(rule.selector) // 100)
        if left < 0 or len(rule.selector) > LONGEST_SELECTOR or len(tags) > _MOST_HOLDERS:
            fits, sure = None, False
        else:
            fits, sure = matcher(rule.selector)
        hides = (
            not sure
            and not rule.generated
            and look_of_all((rule.said,), sheets.themes, sheets.grounds, _CUT) > Look.MAYBE
        )
        tried = Rule(rule.selector, {**rule.said, **UNKNOWN}, rule.sure) if hides else rule
        for tag in fits(tags) if fits else tags:
            found[id(tag)].append(tried)
    for tag, key, value in restored:
        tag.attrs[key] = value
    return found
