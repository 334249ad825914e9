"""Repairs Markdown tables whose header spans cells: one header row again, no cell lost."""

from __future__ import annotations

import re

_ROW = re.compile(r"^[ \t]*\|.*\|[ \t]*$")
_DELIMITER = re.compile(r"^[ \t]*+\|(?:\s*+:?-++:?\s*+\|)++[ \t]*+$")
_ANY_DELIMITER = re.compile(r"^[ \t]*+\|?(?:[ \t]*+:?-++:?[ \t]*+\|)++(?:[ \t]*+:?-++:?)?[ \t]*+$")
_CELLS = re.compile(r"(?<!\\)\|")
_FIGURE = re.compile(r"[$€£¥]\s?\d|\d\s?[$€£¥]|^\W*+\d[\d.,]*+\W*+$")
_PRICE_OF_A_SIZE = re.compile(r"\s*\\?[$€£¥]\s?[\d.,]+.*\btokens?\b", re.IGNORECASE)
ADDED = "<wbr>"
"""Stands in a cell that is added to a header for rows with more cells: its browser shows nothing of it."""
_MOST_LOST = 12  # cells by which a row may be longer than its header
_MOST_LINES = 20_000  # a page with more lines is looked at no further than this


def without_spans(text: str) -> str:
    """`text` with the header of each table in one row, and an empty cell where a name stands for the row above as well.

    A header of two rows becomes a header, a delimiter and a row of labels: they are joined, and a label without
    a neighbour holds for the empty cells behind it. A row that lacks its first cell, and begins with the price for
    prompts of some size, belongs to the model above.
    """
    if not _CELLS.search(text):
        return text
    lines = _apart(text.split("\n")[:_MOST_LINES]) + text.split("\n")[_MOST_LINES:]
    at = 0
    while at + 3 < min(len(lines), _MOST_LINES):
        if _ROW.match(lines[at]) and _DELIMITER.match(lines[at + 1]):
            end = at + 2
            while end < len(lines) and _ROW.match(lines[end]):
                end += 1
            if joined := _joined(_cells(lines[at]), [_cells(line) for line in lines[at + 2 : end]]):
                lines[at : at + 3] = [_line(joined), _line(["---"] * len(joined))]
                end -= 1
            width = len(_cells(lines[at]))
            widest = max((len(_cells(line)) for line in lines[at + 2 : end]), default=width)
            if width < widest <= width + _MOST_LOST:
                lines[at] = _line([*_cells(lines[at]), *[ADDED] * (widest - width)])
                lines[at + 1] = _line(["---"] * widest)
                width = widest
            for row in range(at + 2, end):
                cells = _cells(lines[row])
                if len(cells) == width - 1 and _PRICE_OF_A_SIZE.match(cells[0]):
                    lines[row] = _line(["", *cells])
            at = end
        else:
            at += 1
    return "\n".join(lines)


def _apart(lines: list[str]) -> list[str]:
    """`lines` with a blank one over each header: a row over a delimiter begins a table, whatever it stands under."""
    found: list[str] = []
    for at, line in enumerate(lines):
        begins = at + 1 < len(lines) and "|" in line and _ANY_DELIMITER.match(lines[at + 1]) is not None
        if begins and found and found[-1].strip() and not _ANY_DELIMITER.match(line):
            found.append("")
        found.append(line)
    return found


def _joined(header: list[str], rows: list[list[str]]) -> list[str] | None:
    """The header that `header` and the first of `rows` make up together, or None where that row is none of labels."""
    if len(rows) < 2 or not all(rows[0]) or any(_FIGURE.search(cell) for cell in rows[0]):
        return None
    labels = rows[0]
    if len(header) > len(labels) or (len(header) == len(labels) and all(header)) or not header[0]:
        return None
    prices = [row for row in rows[1:] if any(_FIGURE.search(cell) for cell in row)]
    if not prices or len(prices[0]) != len(labels) or any(_FIGURE.search(cell) for cell in header):
        return None
    above = list(header)
    if len(header) == 2:
        above += [header[1]] * (len(labels) - 2)  # what stands beside the names covers all that follows
    elif len(header) < len(labels):
        return [f"{header[0]}<br>{labels[0]}", *labels[1:]]
    for column in range(1, len(above)):
        above[column] = above[column] or above[column - 1]
    return [f"{over}<br>{label}" for over, label in zip(above, labels, strict=True)]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in _CELLS.split(line.strip())[1:-1]]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
