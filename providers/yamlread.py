"""YAML text -> plain values, fast and exact.

Values are built from the event stream of PyYAML's C parser (`yaml.load` of 2,000 models takes seven times as long and
turns prices into binary floats). Scalars follow YAML 1.2's core schema: numbers with a point become Decimal, dates stay
text. An unquoted scalar on which readers of YAML 1.1 and 1.2 disagree (`1e-07`, `010`, `yes`, `1_000`) becomes
`Ambiguous`, so that whoever checks the values can refuse it by name.
"""

from __future__ import annotations

import gc
import re
from decimal import Decimal

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

Path = tuple[object, ...]  # keys and positions from the root of the document
YamlFault = tuple[int, Path, str]  # line, path, what is wrong

_WANTED: Any = object()
_MERGE: Any = object()

MAX_DEPTH = 40  # the registry needs 7; the C composer overflows the stack at some thousands

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+|[-+]?(0|[1-9][0-9]*)\.")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), Decimal("NaN")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), Decimal("Infinity")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), Decimal("-Infinity")),
}
_AMBIGUOUS = re.compile(
    r"[-+]?[0-9_]*+(?:\.[0-9_]*+)?[eE][-+]?[0-9]+|[-+]?[0-9][0-9_]*(\.[0-9_]*)?|[-+]?\.[0-9_]+|[-+]?0[xob][0-9a-fA-F_]+"
    r"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|="
)


class Ambiguous(str):
    """Text that readers of YAML 1.1 and of YAML 1.2 take for different values."""

    __slots__ = ()


def read_yaml(text: str) -> tuple[Any, list[YamlFault]]:
    """The values of the one document in `text`, and what is wrong with it as YAML: every duplicate or strange key, or
    the syntax error behind which nothing was read."""
    import yaml  # noqa: PLC0415 - programs that find the compiled copy never need it

    collecting = gc.isenabled()
    gc.disable()  # hundreds of thousands of small values, none of them garbage: collecting takes a third of the time
    builder = _Builder(text)
    try:
        return builder.build(), builder.faults
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "not YAML"
        return None, [*builder.faults, (mark.line + 1 if mark else 1, builder.path(), _explained(problem))]
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        return None, [(line, (), f"U+{error.character:04X}: {error.reason}")]
    finally:
        if collecting:
            gc.enable()


def _explained(problem: str) -> str:
    return problem + (": indent with spaces" if "cannot start any token" in problem else "")


def scalar(text: str) -> Any:
    """The value of an unquoted scalar."""
    if _FLOAT.fullmatch(text):
        return Decimal(text)
    if _INT.fullmatch(text):
        return int(text) if len(text) < 4000 else Ambiguous(text)
    if text in _WORDS:
        return _WORDS[text]
    return Ambiguous(text) if _AMBIGUOUS.fullmatch(text) else text


def _first_document(text: str) -> Any:
    """The nodes of the first document; a second one is a fault that `read_yaml` has told by now."""
    import yaml  # noqa: PLC0415 - as in read_yaml

    return next(iter(yaml.compose_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))))


def lines_of(text: str) -> dict[Path, int]:
    """The line of every key and list item by its path; of aliased values where they are written first. Slow: it is for
    when there is something to say, and `text` is one that `read_yaml` could build values from."""
    import yaml  # noqa: PLC0415 - as in read_yaml

    lines: dict[Path, int] = {}
    seen: set[int] = set()
    waiting: list[tuple[Path, Any]] = [((), _first_document(text))]
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            parts = [(place, item, item) for place, item in enumerate(node.value)]
        elif isinstance(node, yaml.MappingNode):
            parts = [(key.value, key, value) for key, value in node.value]
        else:
            continue
        for place, first, value in parts:
            if isinstance(place, (str, int)):
                lines.setdefault((*path, place), first.start_mark.line + 1)
                waiting.append(((*path, place), value))
    return lines


class _Builder:
    """Values from events, without recursion."""

    def __init__(self, text: str) -> None:
        import yaml  # noqa: PLC0415 - as in read_yaml

        self.yaml = yaml
        self.next_event: Callable[[], Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text).get_event
        self.faults: list[YamlFault] = []
        self.anchors: dict[str, Any] = {}
        self.current: Any = None
        self.stack: list[tuple[Any, Any]] = []  # the containers around the current one, and the key each waits at

    def build(self) -> Any:  # noqa: PLR0912 - one loop over a million events: a call for each would double it
        """The root value."""
        yaml, next_event, known = self.yaml, self.next_event, dict(_WORDS)
        scalar_event, mapping_start, sequence_start = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
        mapping_end, sequence_end = yaml.MappingEndEvent, yaml.SequenceEndEvent
        root: list[Any] = []
        current: Any = root
        key: Any = None  # where the next value goes: None in a list, _WANTED in a mapping whose next scalar is a key
        while True:
            event = next_event()
            kind = type(event)
            if kind is scalar_event:
                value = event.value
                if event.implicit[0]:
                    text = value
                    value = known.get(text, known)
                    if value is known:
                        value = known[text] = scalar(text)
                    if event.anchor:
                        self.mark(event, value)
                elif event.anchor or event.tag:
                    self.mark(event, value)
            elif kind is mapping_start or kind is sequence_start:
                self.stack.append((current, key))
                current, key = ({}, _WANTED) if kind is mapping_start else ([], None)
                if event.anchor or event.tag or len(self.stack) > MAX_DEPTH:
                    self.mark(event, current)
                continue
            elif kind is mapping_end or kind is sequence_end:
                value = current
                if kind is mapping_end and _MERGE in current:
                    value = self.merged(event, current)
                current, key = self.stack.pop()
            elif kind is yaml.AliasEvent:
                value = self.alias(event)
            elif kind is yaml.StreamEndEvent:
                return root[0] if root else None
            else:
                if kind is yaml.DocumentStartEvent and root:
                    self.fault(event, "a second document: the registry is one")
                continue
            if key is None:
                current.append(value)
            elif key is not _WANTED:
                current[key] = value
                key = _WANTED
            elif type(value) is str and value not in current and value != "<<":
                key = value
            else:
                key = self.strange_key(event, value, current)

    def fault(self, event: Any, message: str, *keys: object) -> None:
        """Notes what is wrong at an event."""
        self.faults.append((event.start_mark.line + 1, (*self.path(), *keys), message))

    def path(self) -> Path:
        """The keys on the way to where the builder is."""
        return tuple(len(container) if key is None else key for container, key in self.stack[1:])

    def mark(self, event: Any, value: Any) -> None:
        """Keeps an anchored value; refuses tags, and depths that no registry has."""
        if event.anchor:
            self.anchors[event.anchor] = value
        if event.tag:
            self.fault(event, f"the tag {event.tag}: write plain values")
        if len(self.stack) > MAX_DEPTH:
            raise self.yaml.MarkedYAMLError(
                problem=f"nested deeper than {MAX_DEPTH} levels", problem_mark=event.start_mark
            )

    def alias(self, event: Any) -> Any:
        """The anchored value that an alias stands for."""
        if event.anchor not in self.anchors:
            self.fault(event, f"*{event.anchor} has no anchor &{event.anchor} above it")
        return self.anchors.get(event.anchor)

    def strange_key(self, event: Any, value: Any, current: dict[Any, Any]) -> Any:
        """The key to go on with, for one that is a merge, a duplicate, or no text."""
        if value == "<<" and event.implicit[0]:
            return _MERGE
        if isinstance(value, (dict, list)):
            self.fault(event, "a mapping or list as a key: keys are text")
            return "?"
        if isinstance(value, Ambiguous) or not isinstance(value, str):
            self.fault(event, f"the key {value} is not text to every reader: put it in quotes", str(value))
            value = str(value)
        if value in current:
            self.fault(event, "duplicate key: readers take the one or the other; keep one", value)
        return value

    def merged(self, event: Any, current: dict[Any, Any]) -> dict[Any, Any]:
        """The mapping with those that its `<<` names laid under it: own keys win, earlier mappings over later ones."""
        sources = current.pop(_MERGE)
        for source in sources if isinstance(sources, list) else [sources]:
            if isinstance(source, dict):
                for name, value in source.items():
                    current.setdefault(name, value)
            else:
                self.fault(event, "<< names something that is no mapping")
        return current
