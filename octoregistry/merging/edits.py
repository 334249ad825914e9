"""Changes of a text at places, so that all between them stays as people wrote it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence as Ordered

from octoregistry.merging.nodes import Mapping, MergeError, Node, Scalar, Sequence

# libyaml ends a line at these (YAML 1.1).
_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")

_IN_LINE = -1_000_000  # before every line, however deep


class Edits:
    """Pieces to put into a text. Nothing is changed before `result`."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = _BREAK.search(text)
        self.newline = found.group() if found and found.group() in ("\r\n", "\n", "\r") else "\n"
        self._pieces: list[tuple[int, int, int, str]] = []
        self._places: list[tuple[int, int]] = []  # (end, start) of every piece, in order

    def result(self) -> str:
        """The text with every piece in its place.

        Of the pieces for one place those that stay in its line come first, then whole lines, the deepest first (a key
        of a list's last item before the next item), then in the order they came.
        """
        parts, place = [], 0
        for start, end, _, new in sorted(self._pieces, key=lambda piece: piece[:3]):
            if start < place:
                raise MergeError("two changes of one place")
            parts += [self.text[place:start], new]
            place = end
        return "".join([*parts, self.text[place:]])

    def reach_into(self, start: int, end: int) -> bool:
        """True where a piece changes something between `start` and `end`, which what is put before or behind does not."""
        places = self._places
        if len(places) != len(self._pieces):
            places = self._places = sorted((piece[1], piece[0]) for piece in self._pieces)
        # The first piece that ends behind `start` is the only one that need be looked at: no two of them overlap.
        found = bisect_right(places, (start, end))
        return found < len(places) and places[found][1] < end

    def replace(self, start: int, end: int, new: str) -> None:
        """Puts `new` for what stands between `start` and `end`."""
        self._pieces.append((start, end, _IN_LINE, new))

    def set(self, mapping: Mapping, key: str, value: str, order: Ordered[str]) -> None:
        """Gives `key` this value: the scalar is replaced where it stands, a missing key is put where `order` has it."""
        if key not in mapping.items:
            self.add(mapping, key, f"{key}: {value}", order)
            return
        node = mapping.items[key][1]
        if isinstance(node, Scalar):
            quoted = not node.plain and not node.alias and self.text[node.start : node.start + 1] in ("'", '"')
            quote = self.text[node.start] if quoted else ""
            requoted = quote + value + quote if quoted and _BAREWORD.fullmatch(value) else value
            self.replace(node.start, node.end, requoted if node.start < node.end else f" {value}")
        else:
            self.replace(node.start, node.end, value)

    def add(self, mapping: Mapping, key: str, entry: str, order: Ordered[str]) -> None:
        """Puts `entry` (`key: value`, its lines indented from 0) behind the last key that `order` has before `key`."""
        before = order[: order.index(key)]
        behind = next((known for known in reversed(before) if known in mapping.items), None)
        if behind is None and mapping.items:
            behind = list(mapping.items)[-1]
        if behind is None:
            self.replace(mapping.start + 1, mapping.start + 1, entry)
            return
        name, node = mapping.items[behind]
        if mapping.flow:
            self.replace(max(name.end, node.end), max(name.end, node.end), f", {entry}")
        else:
            self.add_lines(max(name.end, node.end), self.column(name.start), entry)

    def add_lines(self, place: int, column: int, lines: str) -> None:
        """Puts `lines` at `column` below the line on which `place` is, its end-of-line comment kept."""
        end = self.line_end(place)
        indented = "".join(f"{self.newline}{' ' * column}{line}" for line in lines.split("\n"))
        self._pieces.append((end, end, -column, indented))

    def add_item(self, sequence: Sequence, behind: Node | None, item: str) -> None:
        """Puts `item` into a list, behind the node `behind` (None: the list is empty)."""
        if behind is None:
            inside = self.text.index("[", sequence.start) + 1
            self.replace(inside, inside, item)
        elif sequence.flow:
            self.replace(behind.end, behind.end, f", {item}")
        else:
            self.add_lines(behind.end, self._dash_column(sequence.items[0]), f"- {item}")

    def _dash_column(self, first: Node) -> int:
        """The column of a block list's dashes: `first` may stand behind an anchor, or on the line below its dash."""
        column = self.column(first.start)
        found = re.match(r"\s*-(?=\s)", self.text[first.start - column : first.start])
        return found.end() - 1 if found else self.column(self.text.rindex("-", 0, first.start))

    def drop(self, mapping: Mapping, key: str) -> None:
        """Takes a key out; MergeError where that would take a person's comment along or leave nothing."""
        if key not in mapping.items:
            raise MergeError(f"line {mapping.line}: there is no {key} to take out")
        name, node = mapping.items[key]
        keys = list(mapping.items)
        place = keys.index(key)
        if not mapping.flow:
            start = name.start - self.column(name.start)
            end = self.line_end(node.end)
            if place == 0 or self.text[start : name.start].strip():
                raise MergeError(f"line {name.line}: {key} cannot be taken out: it stands first")
            broken = _BREAK.match(self.text, end)
            self.replace(start, broken.end() if broken else end, "")
            return
        if place:
            start, end = mapping.items[keys[place - 1]][1].end, node.end
        elif len(keys) > 1:
            start, end = name.start, mapping.items[keys[1]][0].start
        else:
            start, end = name.start, node.end
        if "#" in self.text[start : name.start]:
            raise MergeError(f"line {name.line}: {key} cannot be taken out: a comment stands before it")
        self.replace(start, end, "")

    def column(self, place: int) -> int:
        """How far from the beginning of its line a place is."""
        start = self.text.rfind("\n", 0, place) + 1  # the rarer breaks are looked for in this line only
        start = max((found.end() for found in _BREAK.finditer(self.text, start, place)), default=start)
        return place - start

    def line_end(self, place: int) -> int:
        """Where the line of a place ends, before its line break."""
        found = _BREAK.search(self.text, place)
        return found.start() if found else len(self.text)


_BAREWORD = re.compile(r"[A-Za-z0-9._:/+@~ -]+")
