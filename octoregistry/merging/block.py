"""A block of YAML that ruamel.yaml edits while the lines that do not change stay to the letter.

Every line goes through ruamel.yaml without its comment but with its number (`mode: batch #7`). What comes back with its
number and unchanged is taken from the block as it stands; what has changed or has no number is new. So comments, blank
lines and odd layouts never depend on what ruamel.yaml makes of them: by itself it changes 23 in 100 of the layouts that
`tests/merging/test_merge_properties.py` makes up, before anything is edited.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.resolver import VersionedResolver

from octoregistry.merging.spans import LOADER

UNCHANGED = "\ue001"  # what an edit finds for a value that does not change
Part = tuple[str] | tuple[str, int]  # a key, or an item of the list under a key

# libyaml ends a line at these (YAML 1.1).
_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_COMMENT = re.compile(r"#[^\r\n\x85\u2028\u2029]*")
_NUMBER = re.compile(r" +#(\d+)$")
_REFERENCE = "\ue000"  # stands for the `*` of an alias, whose anchor may be outside of the block
_OPENING = (yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken)
_CLOSING = (yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)


@dataclass(frozen=True, slots=True)
class Line:
    """A logical line: up to a line break behind which a key or an item of a block begins.

    `above` is what stands over it, comments and blank lines; `code` the line without comments and anchors, for
    ruamel.yaml; `tail` what stands behind its last word: blanks, a comment, the line break.
    """

    above: str
    text: str
    indent: int
    code: str
    tail: str
    inner_comments: tuple[str, ...]

    @property
    def is_item(self) -> bool:
        """Whether an item of a list begins here, and no key."""
        return self.code == "-" or self.code.startswith("- ")

    @property
    def remarks(self) -> str:
        """What people wrote over the line and within it, in lines of their own."""
        end = _BREAK.search(self.tail)
        return self.above + "".join(
            f"{' ' * self.indent}{comment}{end.group() if end else ''}" for comment in self.inner_comments
        )


class Block:
    """A mapping in whole lines; `length` is how much of the text they are: what stands below belongs to nobody.

    Raises yaml.YAMLError where the text is no YAML.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        words = list(_words(text))
        self._lines = list(_lines(text, words))
        self.length = sum(len(line.above) + len(line.text) for line in self._lines)
        self.anchors = [text[word.start + 1 : word.end] for word in words if not word.code]

    def edited(self, newline: str, edit: Callable[[Any], None], unchanged: Collection[Part] = ()) -> str:
        """The lines after `edit` was called with the mapping; new ones end with `newline`.

        Every scalar of the mapping is text, and text that is put in gets quotes only where no plain scalar can say it.
        For the parts `unchanged` of the mapping's only value `edit` finds UNCHANGED: their lines stay in any layout.
        """
        if not self._lines[-1].tail.endswith(("\r", "\n")):
            return Block(self._text + newline).edited(newline, edit, unchanged).removesuffix(newline)
        lines = list(_folded(self._lines, unchanged))
        mapping = text_yaml().load(
            "".join(f"{' ' * line.indent}{line.code} #{number}\n" for number, line in enumerate(lines))
        )
        edit(mapping)
        return "".join(_joined(lines, _numbered(dumped(mapping)), newline))


def _folded(lines: Sequence[Line], unchanged: Collection[Part]) -> Iterator[Line]:
    """The lines, those of each unchanged part as one that has UNCHANGED for its value."""
    yield lines[0]
    for key, of_key in _groups(lines[1:], lambda line: not line.is_item):
        if (key,) in unchanged:
            yield _one_line(of_key, f"{of_key[0].code.partition(':')[0]}: {UNCHANGED}")
            continue
        yield of_key[0]
        for place, (_, of_item) in enumerate(_groups(of_key[1:], lambda line: line.is_item)):
            yield from [_one_line(of_item, f"- {UNCHANGED}")] if (key, place) in unchanged else of_item


def _groups(lines: Sequence[Line], opens: Callable[[Line], bool]) -> Iterator[tuple[str, list[Line]]]:
    """The lines in groups, each from one that `opens` and stands as far in as the first, with the key of that one."""
    groups: list[list[Line]] = []
    for line in lines:
        if not groups or (line.indent == lines[0].indent and opens(line)):
            groups.append([])
        groups[-1].append(line)
    for group in groups:
        yield group[0].code.partition(":")[0].strip("'\""), group


def _one_line(lines: Sequence[Line], code: str) -> Line:
    first, *others = lines
    text = first.text + "".join(line.above + line.text for line in others)
    return Line(first.above, text, first.indent, code, lines[-1].tail, ())


def dumped(mapping: Any) -> str:
    """The mapping as YAML; every scalar of it is text."""
    stream = io.StringIO()
    text_yaml().dump(mapping, stream)
    return stream.getvalue().replace(_REFERENCE, "*")


def text_yaml() -> YAML:
    """A round trip that takes every scalar for text, keeps quotes and breaks no line."""
    ruamel = YAML()
    ruamel.Resolver = _TextResolver
    ruamel.Emitter = _Emitter
    ruamel.preserve_quotes = True
    ruamel.width = sys.maxsize
    ruamel.indent(mapping=2, sequence=4, offset=2)
    return ruamel


class _TextResolver(VersionedResolver):
    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:  # noqa: ARG002 - ruamel.yaml's signature
        """Text for every scalar."""
        tags = {"ScalarNode": self.DEFAULT_SCALAR_TAG, "SequenceNode": self.DEFAULT_SEQUENCE_TAG}
        return tags.get(kind.__name__, self.DEFAULT_MAPPING_TAG)


class _Emitter(Emitter):
    """Every item and key on a line of its own: ruamel.yaml 0.19 forgets that behind a line without a comment."""

    def expect_block_sequence_item(self, first: bool = False) -> None:
        self._ends_line(first)
        super().expect_block_sequence_item(first)

    def expect_block_mapping_key(self, first: Any = False) -> None:
        self._ends_line(first)
        super().expect_block_mapping_key(first)

    def _ends_line(self, first: bool) -> None:
        if not first and self.column:
            self.no_newline = False


@dataclass(frozen=True, slots=True)
class _Word:
    """A token that is written; `opens` where a key or an item begins."""

    start: int
    end: int
    column: int
    code: str
    opens: bool
    depth: int  # how many brackets are open behind it
    dash: bool


def _lines(text: str, words: list[_Word]) -> Iterator[Line]:
    """The logical lines that the words make."""
    groups: list[list[_Word]] = []
    for word in words:
        last = groups[-1][-1] if groups else None
        if last is None or (
            word.opens and not last.depth and not last.dash and _BREAK.search(text, last.end, word.start)
        ):
            groups.append([])
        groups[-1].append(word)
    place = 0
    for group in groups:
        start, end = group[0].start - group[0].column, group[-1].end
        broken = _BREAK.search(text, end)
        stop = broken.end() if broken else len(text)
        gaps = [text[one.end : other.start] for one, other in pairwise(group)]
        code = "".join(
            _blank(one, other, gap) + other.code for (one, other), gap in zip(pairwise(group), gaps, strict=True)
        )
        comments = tuple(comment for gap in gaps for comment in _COMMENT.findall(gap))
        yield Line(
            text[place:start],
            text[start:stop],
            group[0].column,
            (group[0].code + code).rstrip(),
            text[end:stop],
            comments,
        )
        place = stop


def _blank(one: _Word, other: _Word, gap: str) -> str:
    """The text between two words, without comments, as ruamel.yaml gets it; behind a dash it would lose a line break."""
    if one.dash and _BREAK.search(gap):
        return " " * (other.column - one.column - len(one.code))
    return _COMMENT.sub("", gap)


def _words(block: str) -> Iterator[_Word]:
    depth, key, dash = 0, False, False
    for token in yaml.scan(block, Loader=LOADER):
        key = key or isinstance(token, yaml.KeyToken)
        start, end = token.start_mark.index, token.end_mark.index
        if start == end:
            continue
        code = block[start:end]
        if isinstance(token, yaml.AnchorToken):
            code = ""
        elif isinstance(token, yaml.AliasToken):
            code = _REFERENCE + code[1:]
        elif getattr(token, "style", None) in ("|", ">"):
            end = start + len(code.rstrip())
            code = "''"
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        is_dash = isinstance(token, yaml.BlockEntryToken)
        dash = is_dash or (dash and not code)
        yield _Word(start, end, token.start_mark.column, code, key or is_dash, depth, dash)
        key = key and not code  # an anchor stands before its key


def _numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """The number of each line that has one, with the lines from the one before; new lines at the end have -1."""
    lines: list[str] = []
    for line in text.removesuffix("\n").split("\n"):
        found = _NUMBER.search(line)
        lines.append(line[: found.start()] if found else line)
        if found:
            yield int(found[1]), lines
            lines = []
    if lines:
        yield -1, lines


def _joined(lines: Sequence[Line], after: Iterator[tuple[int, list[str]]], newline: str) -> Iterator[str]:
    """The lines as they stand where they came back as they went, else what ruamel.yaml wrote."""
    margins = _Margins()
    place = 0  # the first line that has not come back yet
    for number, texts in after:
        *new, text = texts
        yield from (margins.placed(added) + newline for added in new)
        if number < 0:
            yield margins.placed(text) + newline
            break
        yield from (
            line.remarks for line in lines[place:number]
        )  # of keys that are taken out, whose own comment goes with them
        line = lines[number]
        margins.learn(text, line.indent)
        if _same(text, line.code):
            yield line.above + line.text
        else:
            yield line.remarks + margins.placed(text) + line.tail
        place = number + 1
    yield from (line.remarks for line in lines[place:])


def _same(written: str, code: str) -> bool:
    """True where ruamel.yaml has changed nothing but blanks; an empty value it writes as empty text."""
    one, other = (" ".join(text.split()) for text in (written, code))
    return one in (other, f"{other} ''")


class _Margins:
    """How far lines stand in: what ruamel.yaml indents alike stands where its neighbours do."""

    def __init__(self) -> None:
        self._columns: dict[int, int] = {}  # by ruamel.yaml's, of the lines around the current one

    def learn(self, text: str, column: int) -> None:
        """Remember that `text`, as ruamel.yaml wrote it, stands at `column`."""
        mine = _indent(text)
        self._columns = {theirs: known for theirs, known in self._columns.items() if theirs < mine} | {mine: column}

    def placed(self, text: str) -> str:
        """The line `text` of ruamel.yaml, moved to where its neighbours stand."""
        mine = _indent(text)
        outer = max((theirs for theirs in self._columns if theirs <= mine), default=0)
        self.learn(text, self._columns.get(outer, 0) + mine - outer)
        return " " * self._columns[mine] + text.lstrip(" ")


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))
