"""A tree without what nests deeper than any page that people read, or that parsers leave open."""

from __future__ import annotations

from bs4.element import Tag

DEEPEST = 10_000
LEFT_OUT = "\ufffd"
"""Stands where something was left out: no word of a price, so that what stands around it is in doubt."""


def without_the_deepest(root: Tag) -> int:
    """How many parts of `root` were left out, since they stand deeper than `DEEPEST` tags in each other.

    Much of reading asks of a tag what stands in it; of tags in tags in tags that would take the square of their number.
    """
    left_out = 0
    around = [iter(list(root.contents))]
    while around:
        child = next(around[-1], None)
        if child is None:
            around.pop()
        elif isinstance(child, Tag):
            if len(around) > DEEPEST:
                child.replace_with(LEFT_OUT)
                left_out += 1
            else:
                around.append(iter(list(child.contents)))
    return left_out
