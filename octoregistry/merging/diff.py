"""The unified diff of two texts of a registry, as `patch` and `git apply` take it.

difflib finds the lines. On a whole registry of 2,000 models it looks through all of them for every change, so it pairs
the lines that end with a colon (a model's name) first, and then compares what stands below each.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

_Lines = list[str]


def diff(old: str, new: str, name: str = "models.yaml") -> str:
    """The unified diff of two texts of the file `name`; empty where they are equal."""
    if old == new:
        return ""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    written = [f"--- a/{name}\n", f"+++ b/{name}\n"]
    for group in _Matcher(before, after).get_grouped_opcodes():
        (_, old_start, _, new_start, _), (_, _, old_end, _, new_end) = group[0], group[-1]
        written.append(f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@\n")
        for tag, a, b, c, d in group:
            if tag == "equal":
                written += [f" {line}" for line in before[a:b]]
            else:
                written += [*(f"-{line}" for line in before[a:b]), *(f"+{line}" for line in after[c:d])]
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in written)


def _range(start: int, end: int) -> str:
    """A hunk's range as the unified format has it: an empty one is named by the line before it."""
    return f"{start + 1}" if end - start == 1 else f"{start + (end > start)},{end - start}"


class _Matcher(SequenceMatcher[str]):
    """difflib's matcher, part by part."""

    def __init__(self, before: _Lines, after: _Lines) -> None:
        super().__init__(None, "", "")
        blocks: list[tuple[int, int, int]] = []
        for a, b, c, d in _parts(before, after):
            for i, j, size in SequenceMatcher(None, before[a:b], after[c:d]).get_matching_blocks():
                last = blocks[-1] if blocks else (0, 0, 0)
                if (last[0] + last[2], last[1] + last[2]) == (a + i, c + j) and blocks:
                    blocks[-1] = (*last[:2], last[2] + size)
                elif size:
                    blocks.append((a + i, c + j, size))
        self.opcodes = None
        self.matching_blocks = [*blocks, (len(before), len(after), 0)]


def _parts(before: _Lines, after: _Lines) -> Iterator[tuple[int, int, int, int]]:
    """The lines from..to of `before` and of `after` that are to be compared with each other."""
    heads = [[place for place, line in enumerate(lines) if line.rstrip().endswith(":")] for lines in (before, after)]
    names = [[lines[place] for place in places] for lines, places in zip((before, after), heads, strict=True)]
    pairs = SequenceMatcher(None, names[0], names[1]).get_matching_blocks()
    old = new = 0
    for i, j, size in pairs:
        for place in range(size):
            yield old, heads[0][i + place], new, heads[1][j + place]
            old, new = heads[0][i + place], heads[1][j + place]
    yield old, len(before), new, len(after)
