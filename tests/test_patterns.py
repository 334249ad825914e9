"""No pattern of the package takes the square of a text's length: what a page repeats is read in its own time."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import itertools
import pkgutil
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import octoregistry
import providers
from octoregistry.reading.classify.names import _pattern
from octoregistry.reading.classify.scan import index_of
from octoregistry.reading.page import _families, _words_of
from octoregistry.reading.vocabulary import scripts_of, shipped

SHORT, MOST = 200, 3
TOO_FAST = 0.002  # CPU seconds of the longest text: what is faster grows by nothing that is felt
MOST_SIGNS = 12
ANCHORED = {"match", "fullmatch"}
Used = tuple[re.Pattern[Any], str]


def modules() -> Iterator[ModuleType]:
    """Every module of the package, but those that begin to run when they are imported."""
    for package in (octoregistry, providers):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def inside(value: Any, depth: int = 2) -> Iterator[re.Pattern[Any]]:
    """The patterns in `value`: itself, or what a container or a small class of them holds."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        yield from itertools.chain(*(inside(v, depth - 1) for pair in value.items() for v in pair))
    elif depth and isinstance(value, tuple | list | set | frozenset):
        yield from itertools.chain(*(inside(v, depth - 1) for v in value))
    elif depth and is_dataclass(value) and not isinstance(value, type):
        yield from itertools.chain(*(inside(getattr(value, own.name), depth - 1) for own in fields(value)))


@functools.cache
def tree_of(path: str) -> ast.Module:
    """The source of a module, parsed."""
    return ast.parse(Path(path).read_text(encoding="utf-8"))


def uses(module: ModuleType) -> dict[str, set[str]]:
    """How a module uses what it names: `_PRICE.search(...)` is {"_PRICE": {"search"}}."""
    found: dict[str, set[str]] = defaultdict(set)
    for node in ast.walk(tree_of(str(module.__file__))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found[node.value.id].add(node.attr)
    return found


def written_inline(module: ModuleType) -> Iterator[Used]:
    """The patterns that stand where they are used: `re.search(r"...", text)`."""
    for node in ast.walk(tree_of(str(module.__file__))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and node.func.attr not in ("escape", "compile")
        ):
            yield re.compile(node.args[0].value), node.func.attr


def makes_patterns(value: Any) -> bool:
    """True for a function of a vocabulary and nothing else: it makes patterns of its words, or an index of them."""
    return inspect.isfunction(inspect.unwrap(value)) and list(inspect.signature(value).parameters) == ["vocabulary"]


def how(used: set[str]) -> str:
    """The way in which a pattern is looked for that costs most."""
    return "fullmatch" if used == {"fullmatch"} else "match" if used and used <= ANCHORED else "finditer"


def patterns() -> dict[Used, str]:
    """Every pattern of the package, with how it is used, by where it stands; those made of the vocabulary among them."""
    words = _words_of(shipped(), "openai", scripts_of(""))
    found: dict[Used, str] = {}
    for module in modules():
        used = uses(module)
        for name, value in list(vars(module).items()):
            made = value(words) if makes_patterns(value) else value
            for pattern in inside(made):
                found.setdefault(
                    (pattern, how(used.get(name, set()) if made is value else set())), f"{module.__name__}.{name}"
                )
        for pattern, way in written_inline(module):
            found.setdefault((pattern, how({way})), f"{module.__name__}: {pattern.pattern!r}")
    for pattern, _ in index_of(words).patterns:
        found.setdefault((pattern, "match"), f"vocabulary: {pattern.pattern!r}")
    families = _families()
    found[_pattern(families.families, families.words), "finditer"] = "the vendors' names of models"
    return found


def alphabet(pattern: re.Pattern[Any]) -> str:
    """The signs that `pattern` itself is written with, and one of each kind that it may stand for."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    own = re.sub(r"\\[a-zA-Z]|\(\?[:P<=!#>]+\w*>?|[?*+]\+?(?=.)", "", source).lower()
    return "".join(dict.fromkeys(c for c in (*"a1 ", *own[:300]) if c in "a1\n" or not c.isalnum()))[:MOST_SIGNS]


def seconds(pattern: re.Pattern[Any], way: str, text: str) -> float:
    """The CPU seconds of looking through all of `text`, as the package does."""
    told: Any = text if isinstance(pattern.pattern, str) else text.encode()
    begun = time.process_time()
    if way == "finditer":
        for _ in pattern.finditer(told):
            pass
    else:
        getattr(pattern, way)(told)
    return time.process_time() - begun


def grows(pattern: re.Pattern[Any], way: str, repeat: str, end: str) -> bool:
    """True where twice the text takes more than three times as long, and four times the text again.

    What looks so at first is measured again, the least of three counting: other work on the machine is no growth.
    """
    whole = seconds(pattern, way, repeat * 4 * SHORT + end)
    if whole < TOO_FAST or whole < MOST * MOST * seconds(pattern, way, repeat * SHORT + end):
        return False
    took = [min(seconds(pattern, way, repeat * times * SHORT + end) for _ in range(3)) for times in (1, 2, 4, 8)]
    return took[3] > TOO_FAST and took[2] > MOST * took[1] and took[3] > MOST * took[2]


def test_no_pattern_takes_the_square_of_a_text() -> None:
    """Each pattern, pumped with every repeat of one or two signs of its own alphabet, alone and before another sign."""
    tried, grown = 0, []
    every = patterns()
    for (pattern, way), where in every.items():
        signs = alphabet(pattern)
        for repeat in (*signs, *map("".join, itertools.permutations(signs, 2))):
            for end in ("", "\x01"):
                tried += 1
                if grows(pattern, way, repeat, end):
                    grown.append(f"{where} ({way}): {repeat!r}")
    assert not grown
    assert len(every) > 180
    assert tried > 30_000
