"""What the variables of style sheets stand for, as far as the same rules say so: one set of them for light, one for dark."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_VARIABLE = re.compile(r"var\(\s*+(--[\w-]++)\s*+(?:,([^()]*))?\)")
_NAME = re.compile(r"--[\w-]++")
_SCHEMES = re.compile(r"light-dark\(([^(),]*+(?:\([^()]*+\))?),([^(),]*+(?:\([^()]*+\))?[^(),]*+)\)")
_EVERYWHERE = frozenset({":root", "html", "body", "*", ":host", ":where(:root)", ""})
_LONGEST = 10_000
_MOST_WAYS = 12  # of one value
_MOST_SETS = 30  # that say anything of the variables of one value; of more each stands by itself
_MOST_VALUES = 8  # of one variable
NOT_KNOWN = "var(?)"
"""Stands for a value that a variable may have and nobody knows."""

Variables = Mapping[str, Iterable[str]]
"""{variable: what it may stand for}"""


def ways(value: str, variables: Variables, *, alone: bool = False) -> list[str]:
    """What `value` may be where it takes variables: all that they stand for, and what nobody knows where that is much. What it
    says for a variable that stands for nothing counts too, unless the `variables` stand `alone`."""
    ways, known = [value], list[str]()
    for _ in range(_MOST_WAYS if "var(" in value else 1):
        if not ways:
            return known
        way = ways.pop()
        found = _VARIABLE.search(way)
        said = [*variables.get(found[1], ())] if found else []
        said = [one for one in said if one not in ("", "initial")] if alone else said
        values = [one for one in (*said, (found[2] or "").strip() if found and not (alone and said) else "") if one]
        if found and values and len(way) < _LONGEST:
            ways += [way[: found.start()] + one + way[found.end() :] for one in values]
        else:
            known.append(way)
    return [*known, NOT_KNOWN] if ways else known


def _filled(sets: Sequence[dict[str, list[str]]]) -> list[dict[str, list[str]]] | None:
    """Each of `sets`, and what others say of the rest, those first that leave no more open than another does; None for many."""
    found: list[dict[str, list[str]]] = []
    left = list(sets)
    while left:
        one = left.pop()
        said = [one.keys() | other.keys() for other in sets]
        most = {names for names in map(frozenset, said) if not any(names < more for more in said)}
        filled = [other | one for other, names in zip(sets, said, strict=True) if names in most and names > one.keys()]
        left += filled
        found += [] if filled or one in found else [one]
        if len(left) + len(found) > 4 * _MOST_SETS:
            return None
    return found


@dataclass(slots=True)
class Themes:
    """The variables of a page: `every` value of each, and the values by rule, a rule being a selector and when it holds."""

    every: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _by_rule: dict[tuple[str, str], dict[str, list[str]]] = field(default_factory=dict)

    def note(self, selector: str, when: str, said: Mapping[str, list[str]]) -> None:
        """Keep what the rule says of variables."""
        for name, values in said.items():
            if name.startswith("--"):
                for known in (self.every[name], self._by_rule.setdefault((selector, when), {}).setdefault(name, [])):
                    known += [value for value in values if value not in known]
                    known[_MOST_VALUES:] = [NOT_KNOWN] if len(known) > _MOST_VALUES else []

    def together(self, letters: Sequence[str], behind: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
        """What two lists of values may be at once: by rules that fill each other up, and what those for the whole page say of
        the rest; in the light, and in the dark."""
        for variables in self._assignments([*letters, *behind]):
            one, other = (
                [way for v in values for way in ways(v, variables, alone=True)] for values in (letters, behind)
            )
            for scheme in (1, 2) if any(map(_SCHEMES.search, (*one, *other))) else (1,):
                yield [_SCHEMES.sub(rf"\{scheme}", v) for v in one], [_SCHEMES.sub(rf"\{scheme}", v) for v in other]

    def _assignments(self, values: Iterable[str]) -> list[Variables]:
        names = self._needed(values)
        if not names:
            return [self.every]
        sets: list[dict[str, list[str]]] = []
        page: dict[str, list[str]] = {}
        for (selector, when), said in self._by_rule.items():
            own = {name: said[name] for name in names & said.keys()}
            if own and selector in _EVERYWHERE and not when:
                page |= {name: page.get(name, []) + known for name, known in own.items()}
            elif own and own not in sets:
                sets.append(own)
                if len(sets) > _MOST_SETS:
                    return [self.every]
        filled = _filled(sets)
        if filled is None:
            return [self.every]
        if not sets or names <= page.keys():
            filled.append({})
        rest = {name: self.every[name] for name in names if name in self.every} | page
        return [{}, *(rest | one for one in filled)]

    def _needed(self, values: Iterable[str]) -> set[str]:
        """The variables that `values` take, and those that these take."""
        found: set[str] = set()
        left = list(values)
        while left:
            new = set(_NAME.findall(left.pop())) - found
            found |= new
            left += [value for name in new for value in self.every.get(name, ())]
        return found
