"""What stands over a table: caption, panes, strip of tabs, lines, headings, the label before a heading; and below it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TypeAlias

from octoregistry.documents import Document, Passage, Table
from octoregistry.documents.document import PANES, Heading
from octoregistry.reading.labels import Label
from octoregistry.reading.layout.lines import clean, is_label, lines, sentences
from octoregistry.reading.layout.tables import closing_rows

_BELOW = 12  # passages behind a table that may speak of it
_SENTENCES_OF_SECTION = 40
_GLUED = re.compile(r"(?<=[a-z])(?=[A-Z])|\s*[|/·•\n]\s*|,\s*|\s(?=[A-Z])|\s{2,}")
_MOST_TABS = 12
_LONGEST_NOTE = 400
_OPENING = 4  # the distance of the sentences that open a page


def over(
    document: Document, table: Table, names_mode: Callable[[str], bool], shows_money: Callable[[str], bool]
) -> Iterator[Label]:
    """The labels over `table`, the nearest first. `names_mode` says of a text that it names a way to be served."""
    address = f"T{table.number}"
    if table.caption:
        yield Label(table.caption, "caption", 0, address)
    for distance, pane in enumerate(reversed(table.panes)):
        yield Label(pane, "pane", distance, address)
    lead = [(passage, line) for passage, line in lines(document.lead(table)) if not in_another_pane(passage, table)]
    strip, taken = _strip(document, table, names_mode)
    if strip is not None:
        yield strip
    own = False
    distance = 0
    tabs = taken or _tabs_of_pane(table, lead, names_mode)
    after_table = _trailing(document, table)
    of_figure = {
        at for at, (_, below) in enumerate(lead[1:]) if shows_money(below)
    }  # "Input", and below it "$5 / MTok"
    for at, (passage, line) in reversed(list(enumerate(lead))):
        if (
            at in of_figure
            or passage.number in tabs
            or (passage.number in after_table and not line.endswith((":", "：")))
        ):
            continue
        if (
            passage.listed > _MOST_TABS
        ):  # navigation, or notes: heard where it speaks of the table, and no label over it
            yield Label(line, "sentence", 2, passage.address)
        elif is_label(line) and not shows_money(line):
            own = True
            yield Label(line, "lead", distance, passage.address)
            distance += 1
        else:
            yield from _sentences(passage, line, right_over=passage.number == table.after)
    for distance, heading in enumerate(reversed(table.headings)):
        yield Label(heading.text, "heading", distance, f"H{heading.number}")
    yield from _stray(document, table, names_mode)
    if not own and strip is None and not table.pane:
        yield from _elder(document, table)
    yield from _farther(document, table)
    yield from _below(document, table)


def _sentences(passage: Passage, line: str, *, right_over: bool) -> Iterator[Label]:
    parts = sentences(line)
    for at, text in enumerate(parts):
        near = right_over and at == len(parts) - 1 and text.endswith((":", "："))
        yield Label(text, "sentence", 0 if near else 1, passage.address)


def _tabs_of_pane(table: Table, lead: list[tuple[Passage, str]], names_mode: Callable[[str], bool]) -> set[int]:
    """The passages over a table in a pane that are the tabs of such panes: which of them is open the pane says."""
    return (
        {passage.number for passage, line in lead if names_mode(line) or _split_strip(line, names_mode)}
        if table.pane
        else set()
    )


def _split_strip(text: str, names_mode: Callable[[str], bool]) -> list[str]:
    """The labels of a strip of tabs in one line, glued or not: "StandardBatchFlexPriorityMore"; [] for what is none."""
    if len(text) > 120 or text.endswith((".", ":")):
        return []
    parts = [part.strip() for part in _GLUED.split(text) if part and part.strip()]
    known = [part for part in parts if names_mode(part)]
    return parts if len(known) > 1 and 1 < len(parts) <= _MOST_TABS and len(known) >= len(parts) - 1 else []


def _strip(document: Document, table: Table, names_mode: Callable[[str], bool]) -> tuple[Label | None, set[int]]:
    """(the tab of `table` in a strip over several tables, the passages of the strip): n tabs over n tables in a row."""
    if table.pane:
        return None, set()
    section = [p for p in document.section(table) if len(p.text) < 200]
    for position in range(len(section) - 1, -1, -1):
        parts = [
            part
            for part in _split_strip(section[position].text, names_mode)
            if names_mode(part) or part.lower() != "more"
        ]
        first = position
        if not parts and names_mode(clean(section[position].text)):
            while (
                first >= 0
                and names_mode(clean(section[first].text))
                and not (first < position and document.table_between(section[first], section[first + 1]))
            ):
                parts.insert(0, clean(section[first].text))
                first -= 1
            first += 1
        parts = [part for part in parts if names_mode(part)]
        if len(parts) < 2:
            continue
        taken = {passage.number for passage in section[first : position + 1]}
        siblings = [t for t in document.siblings(table) if t.after >= section[position].number]
        if table not in siblings:
            return None, set()
        if len(siblings) == len(parts) and len(set(parts)) == len(parts):
            return Label(parts[siblings.index(table)], "tab", 0, section[position].address), taken
        return Label(" / ".join(parts), "tab", 1, section[position].address), taken
    return None, set()


def _trailing(document: Document, table: Table) -> set[int]:
    """The passages over `table` that stand right behind another table and end as sentences: notes to that one."""
    if table.number < 2:
        return set()
    before = document.tables[table.number - 2]
    if before.headings != table.headings:
        return set()
    found = set()
    for passage in document.passages[before.after : table.after]:
        if is_label(passage.text.split("\n")[0]):
            break
        found.add(passage.number)
    return found if len(found) < table.after - before.after else set()


def _stray(document: Document, table: Table, names_mode: Callable[[str], bool]) -> Iterator[Label]:
    """The label line just before the heading over `table`: "Fast", and then "### Fast pricing data"."""
    if not table.headings:
        return
    own = document.under(table.headings[-1])
    first = own[0].number if own else table.after + 1
    if any(
        t.headings == table.headings and t.number < table.number
        for t in document.tables[max(0, table.number - 3) : table.number]
    ):
        return
    before = document.passages[: min(first - 1, table.after)][-1:]
    for passage in before:
        between = any(
            t.after >= passage.number and t.number < table.number
            for t in document.tables[max(0, table.number - 2) : table.number - 1]
        )
        line = clean(passage.text.split("\n")[-1])
        if passage.listed > _MOST_TABS:
            continue
        outer = passage.headings == table.headings[: len(passage.headings)]
        alone = any(t.after == passage.number - 1 for t in document.tables[max(0, table.number - 2) : table.number - 1])
        if not between and is_label(line) and not line.endswith(":") and (outer or alone or names_mode(line)):
            yield Label(line, "stray", 0, passage.address)


def _elder(document: Document, table: Table) -> Iterator[Label]:
    """The labels over an elder sibling of a table that has none of its own: they may hold for it as well."""
    for elder, younger in pairwise(document.siblings(table)):
        if younger.number == table.number:
            for passage, line in lines(document.lead(elder)):
                if is_label(line) and passage.listed <= _MOST_TABS:
                    yield Label(line, "section", 0, passage.address)


def _farther(document: Document, table: Table) -> Iterator[Label]:
    """The sentences farther up in the section, and under the headings around it."""
    lead = {passage.number for passage in document.lead(table)}
    for passage in document.section(table)[-_SENTENCES_OF_SECTION:]:
        if passage.number not in lead and not in_another_pane(passage, table):
            for text in sentences(passage.text.replace("\n", " ")) if len(passage.text) < 1500 else ():
                yield Label(text, "sentence", 2, passage.address)
    for heading in reversed(table.headings[:-1]):
        for passage in document.under(heading)[:_SENTENCES_OF_SECTION]:
            short = len(passage.text) < 400 and not in_another_pane(passage, table)
            for text in sentences(passage.text) if short else ():
                yield Label(text, "sentence", 3, passage.address)


def in_another_pane(passage: Passage, table: Table) -> bool:
    """True for what stands in a pane that `table` does not stand in: what is said under one tab holds for that tab."""
    own = f"{table.pane}{PANES}" if table.pane else ""
    return passage.pane is not None and not own.startswith(f"{passage.pane}{PANES}")


def opening(document: Document, shows_money: Callable[[str], bool]) -> tuple[Label, ...]:
    """The sentences before the first price of the page: "Prices per 1M tokens unless noted." speaks of all that follow."""
    found: list[Label] = []
    first = document.tables[0].after if document.tables else len(document.passages)
    for passage in document.passages[:first]:
        for text in sentences(passage.text.replace("\n", " ")) if len(passage.text) < 400 else ():
            if shows_money(text):
                return tuple(found)
            if not is_label(text):
                found.append(Label(text, "sentence", _OPENING, passage.address))
    return tuple(found)


Notes: TypeAlias = "dict[tuple[Heading, ...], list[tuple[int, Label]]]"
"""What speaks of the prices before it, with the number of its passage, by the headings under which they may stand."""


def closing(
    document: Document,
    shows_money: Callable[[str], bool],
    names_mode: Callable[[str], bool],
    heads_notes: Callable[[str], bool],
    speaks: Callable[[Label, bool], bool],
) -> Notes:
    """The notes under headings and in panes of their own, where no price stands, and what is said of all prices behind the last.

    What stands under a heading that `heads_notes` stands as right below the prices. `speaks` says of a label, and whether it
    stands among prices itself, that it speaks of those before it.
    """
    priced = {(table.headings, table.pane) for table in document.tables}
    money = [passage for passage in document.passages if shows_money(passage.text)]
    priced |= {(passage.headings, passage.pane) for passage in money}
    last = max([table.after for table in document.tables] + [passage.number for passage in money], default=0)
    found: Notes = defaultdict(list)
    for passage in document.passages:
        among = (passage.headings, passage.pane) in priced
        title = (passage.pane or "").split(PANES)[-1] or next((h.text for h in passage.headings[-1:]), "")
        if len(passage.text) >= _LONGEST_NOTE or (passage.number <= last if among else names_mode(title)):
            continue
        above = () if among else passage.headings[: None if passage.pane else -1]
        distance = 0 if not among and heads_notes(title) else 2
        labels = (Label(text, "below", distance, passage.address) for text in sentences(passage.text))
        found[above] += [(passage.number, label) for label in labels if speaks(label, among)]
    return found


def notes_behind(notes: Notes, headings: tuple[Heading, ...], number: int) -> Iterator[Label]:
    """Those of `notes` that stand behind passage `number` and may speak of prices under `headings`."""
    for outer in range(len(headings) + 1):
        own = notes.get(headings[:outer], [])
        behind = bisect_right(own, number, key=lambda note: note[0])
        yield from (label for _, label in own[behind : behind + _SENTENCES_OF_SECTION])


def _below(document: Document, table: Table) -> Iterator[Label]:
    """The sentences and lines in its last rows and behind `table`; a line is a label of it where no other table follows
    that it may lead."""
    for row in closing_rows(table):
        yield from (Label(text, "below", 0, row.address) for text in sentences(row.text))
    last = table.number == len(document.tables)
    following = len(document.passages) if last else document.tables[table.number].after
    own = document.passages[table.after : min(following, table.after + _BELOW)]
    alone = last or (bool(own) and table.headings not in (document.tables[table.number].headings, own[-1].headings))
    for passage in own:
        if passage.headings != table.headings:
            return
        if in_another_pane(passage, table):
            continue
        for text in sentences(passage.text) if len(passage.text) < 1500 else ():
            if not text.endswith((":", "：")) and ((alone and passage.listed < 2) or not is_label(text)):
                yield Label(text, "below", 0, passage.address)
