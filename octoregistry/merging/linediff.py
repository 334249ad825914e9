"""The unified diff of two texts of ten thousand models, in the time that it takes to read them.

difflib alone looks for the longest equal part again and again, and a registry is full of equal lines: a hundred changes in
150,000 lines take it half a minute. So the lines that both texts have just once are paired first, and difflib gets what
lies between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

_CONTEXT = 3
_Opcode = tuple[str, int, int, int, int]


def diff(old: str, new: str, name: str = "models.yaml") -> str:
    """The unified diff of two texts of the file; empty where they are equal."""
    if old == new:
        return ""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    written = [f"--- a/{name}\n", f"+++ b/{name}\n"]
    for group in _Paired(before, after).get_grouped_opcodes(_CONTEXT):
        (_, old_start, _, new_start, _), (_, _, old_end, _, new_end) = group[0], group[-1]
        written.append(f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@\n")
        for tag, *bounds in group:
            if tag == "equal":
                written += [f" {line}" for line in before[bounds[0] : bounds[1]]]
                continue
            written += [f"-{line}" for line in before[bounds[0] : bounds[1]]]
            written += [f"+{line}" for line in after[bounds[2] : bounds[3]]]
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in written)


def _range(start: int, end: int) -> str:
    """A hunk's range as the unified format has it: an empty one is named by the line before it."""
    count = end - start
    return f"{start + 1}" if count == 1 else f"{start + bool(count)},{count}"


class _Paired(SequenceMatcher[str]):
    """difflib's matcher, told where the lines belong that stand once in both texts."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__(None, "", "")
        self._old, self._new = old, new

    def get_opcodes(self) -> list[_Opcode]:  # type: ignore[override]  # typeshed's own literal tags
        """How the one becomes the other, in order, neighbours of a kind joined."""
        joined: list[_Opcode] = []
        for opcode in self._opcodes():
            if joined and joined[-1][0] == opcode[0] == "equal":
                joined[-1] = ("equal", joined[-1][1], opcode[2], joined[-1][3], opcode[4])
            else:
                joined.append(opcode)
        return joined

    def _opcodes(self) -> Iterator[_Opcode]:
        old_place = new_place = 0
        for old_at, new_at in [*_pairs(self._old, self._new), (len(self._old), len(self._new))]:
            gap = (self._old[old_place:old_at], self._new[new_place:new_at])
            if gap[0] == gap[1]:
                if gap[0]:
                    yield "equal", old_place, old_at, new_place, new_at
            else:
                for tag, a, b, c, d in SequenceMatcher(None, *gap, autojunk=False).get_opcodes():
                    yield tag, old_place + a, old_place + b, new_place + c, new_place + d
            if old_at < len(self._old):
                yield "equal", old_at, old_at + 1, new_at, new_at + 1
            old_place, new_place = old_at + 1, new_at + 1


def _pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the lines stand that both texts have just once, as far as they come in the same order."""
    often_old, often_new = Counter(old), Counter(new)
    places = {line: place for place, line in enumerate(new) if often_new[line] == 1}
    last = -1
    for place, line in enumerate(old):
        if often_old[line] == 1 and line in places and places[line] > last:
            last = places[line]
            yield place, last
