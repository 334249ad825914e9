"""No pattern of the package takes the square of a text's length: what a page repeats is read in its own time."""

from __future__ import annotations

import ast
import functools
import importlib
import itertools
import pkgutil
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import octoregistry
import providers
from octoregistry.costing.reading import proposal
from octoregistry.documents import Document, read_document
from octoregistry.reading import read_rates
from octoregistry.reading.classify import Classified, name_cell
from octoregistry.reading.classify.names import continues_name, looks_like_name
from octoregistry.reading.classify.tiers import tiers
from octoregistry.reading.page import _families
from octoregistry.reading.settle.kinds import is_unknown
from octoregistry.reading.vocabulary import shipped
from providers.mentions import has_key, mentioned
from providers.recipe import known_patterns, recipes, shown_patterns
from providers.secret_spellings import spellings
from providers.unread import usage_of_no_call
from providers.unsaid import says_text
from providers.vendors import vendors

SHORT, MOST = 200, 3
TOO_FAST = 0.002  # CPU seconds of the longest text: what is faster grows by nothing that is felt
MOST_SIGNS = 12
SYNTAX = frozenset("()[]{}|^?*+.\\")  # behind the other signs of a pattern: it is seldom these that it looks for
ANCHORED = {"match", "fullmatch"}
TAKE_TEXT = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")
# These make patterns that are looked for where a word begins, or held against a whole name, and nowhere else.
MATCHED = {"index_of", "known_patterns", "shown_patterns", "usage_of_no_call"}
OURS = tuple(str(Path(package.__path__[0])) for package in (octoregistry, providers))
COMPILE = re.compile
Used = tuple[re.Pattern[Any], str]
Place = tuple[str, int]
ELSEWHERE = {
    "octoregistry.merging.merge._changed_model": "a literal, looked for in the registry",
    "providers.constraints.found": "the pattern of a caller's own schema",
    "providers.anthropic._checked": "the letters of an id, and how many",
    "providers.batches.plan.row_id": "the same",
    "providers.unit_ids.name_of": "the same",
    "providers.vendors.table._plain": "a vendor's file is checked",
    "providers.vendors.catalogue._vendor": "the same",
}
# has what makes every function of the reading make its patterns
PAGE = """# Pricing

USD per 1M tokens. Prices of prompts below 200k tokens until August 31, 2027; of storage per hour.

| Model | Input | Output | Cached input |
|---|---|---|---|
| GPT-5.4 Turbo Preview v2 | was $3 now $2.50 or $0.005/min | $15.00 → $14.00 per 1M tokens | $1 (text / image), $2 (audio) |
| Nova Pro 2.1 | $1 † | Paid tier: $2, prompts <= 90k tokens $3, prompts > 90k tokens, 200K+ $4 | Free until May 1, 2027 |

† Image input is set at 560 tokens or $0.0011 per image.

## gpt-5.4

Input: $2.50 / 1M tokens

Preview
"""


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
def nodes_of(file: str) -> tuple[ast.AST, ...]:
    """All that stands in the source of a module."""
    return tuple(ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))))


def uses(module: ModuleType) -> dict[str, set[str]]:
    """How a module uses what it names: `_PRICE.search(...)` is {"_PRICE": {"search"}}."""
    found: dict[str, set[str]] = defaultdict(set)
    for node in nodes_of(str(module.__file__)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found[node.value.id].add(node.attr)
    return found


def calls_of_re(module: ModuleType) -> Iterator[tuple[str, ast.Call]]:
    """(what is called, where) of each `re.search(pattern, ...)`, `re.compile(pattern)`, ... in a module."""
    for node in nodes_of(str(module.__file__)):
        if (
            (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in (*TAKE_TEXT, "compile")
            )
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
        ):
            yield node.func.attr, node


def written_inline(module: ModuleType) -> Iterator[Used]:
    """The patterns that stand where they are used: `re.search(r"...", text)`."""
    for way, node in calls_of_re(module):
        if isinstance(node.args[0], ast.Constant) and way != "compile":
            yield re.compile(node.args[0].value), way


def written_in_functions() -> dict[str, set[Place]]:
    """The lines on which a function makes a pattern of what it was given, by the function and the line."""
    found = {}
    for module in modules():
        file = str(module.__file__)
        functions = [node for node in nodes_of(file) if isinstance(node, ast.FunctionDef)]
        for _, node in calls_of_re(module):
            end = node.end_lineno or 0
            around = [one for one in functions if one.lineno <= node.lineno and end <= (one.end_lineno or 0)]
            if around and not isinstance(node.args[0], ast.Constant):
                name = f"{module.__name__}.{max(around, key=lambda one: one.lineno).name}"
                found[f"{name}:{node.lineno}"] = {(file, line) for line in range(node.lineno, end + 1)}
    return {name: places for name, places in found.items() if name.rpartition(":")[0] not in ELSEWHERE}


def how(used: set[str]) -> str:
    """The way in which a pattern is looked for that costs most."""
    return "fullmatch" if used == {"fullmatch"} else "match" if used and used <= ANCHORED else "finditer"


@contextmanager
def watched(found: dict[Used, str], places: set[Place]) -> Iterator[None]:
    """Into `found` goes every pattern that the package makes meanwhile, into `places` where it does; nothing is remembered
    from before.
    """
    for module in modules():
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("compile", *TAKE_TEXT):
            patch.setattr(re, name, functools.partial(_watch, getattr(re, name), found, places))
        yield


def _watch(
    called: Callable[..., Any], found: dict[Used, str], places: set[Place], pattern: Any, *more: Any, **named: Any
) -> Any:
    caller = sys._getframe(1)
    file, line = caller.f_code.co_filename, caller.f_lineno
    if file.startswith(OURS):
        flags = named.get("flags", more[-1] if more and isinstance(more[-1], re.RegexFlag) else 0)
        made = pattern if isinstance(pattern, re.Pattern) else COMPILE(pattern, flags)
        way = "match" if caller.f_code.co_name in MATCHED else how({called.__name__} - {"compile"})
        found.setdefault((made, way), f"{Path(file).stem}.{caller.f_code.co_name}: {made.pattern!r:.80}")
        places.add((file, line))
    return called(pattern, *more, **named)


def patterns() -> dict[Used, str]:
    """Every pattern of the package, with how it is used, by where it stands; those that functions make among them."""
    found: dict[Used, str] = {}
    for module in modules():
        used = uses(module)
        for name, value in list(vars(module).items()):
            for pattern in inside(value):
                found.setdefault((pattern, how(used.get(name, set()))), f"{module.__name__}.{name}")
        for pattern, way in written_inline(module):
            found.setdefault((pattern, how({way})), f"{module.__name__}: {pattern.pattern!r}")
    places: set[Place] = set()
    with watched(found, places):
        for url in ("https://example.org/pricing", "https://example.org/pricing.md"):
            document = read_document(PAGE, url)
            assert isinstance(document, Document)
            read_rates(document, "openai", date(2026, 9, 10))
        tiers("32k < tokens <= 128k", shipped())
        continues_name("Preview", _families())
        is_unknown(Classified((), "zorblax"), shipped())
        name_cell("gpt-9, zorblax", shipped(), _families(), date(2026, 9, 10))
        looks_like_name("Unheard Large 3.2")
        for one in vendors().values():
            one.names.kind_of("?")
            one.names.derived_id("?")
            one.names.bills_no_output("?")
            if one.model_list is not None:
                one.model_list.is_money("?", number=True)
            for pattern in (one.schemas.can, one.schemas.cannot, *(own.id_pattern for own in one.witnesses.values())):
                found.setdefault((COMPILE(pattern or ""), "finditer"), f"{one.name}: {pattern!r}")
        for recipe in recipes():
            known_patterns(recipe)
            shown_patterns(recipe)
            usage_of_no_call({}, recipe)
            says_text("?", recipe)
            mentioned({path.rpartition(".")[0]: "[]" for paths in recipe.mentions.values() for path in paths}, recipe)
        proposal(["a field of a log"])
        has_key("[]", "a key")
        spellings(["sk-9 key"])
    missed = [name for name, lines in written_in_functions().items() if not lines & places]
    assert not missed, "functions that make patterns of what they are given, and were given nothing here"
    return found


def alphabet(pattern: re.Pattern[Any]) -> str:
    """The signs that `pattern` itself is written with, and one of each kind that it may stand for."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    own = re.sub(r"\\[a-zA-Z]|\(\?[:P<=!#>]+\w*>?|[?*+]\+?(?=.)", "", source).lower()
    words = (*"a1 ", *(c for c in own[:300] if c not in SYNTAX), *own[:300])
    return "".join(dict.fromkeys(c for c in words if c in "a1\n" or not c.isalnum()))[:MOST_SIGNS]


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
    """Each pattern, pumped with every repeat of one or two signs of its own alphabet, and of words that begin with one (a quote
    that nothing closes), alone and before what ends in neither a word nor signs and blanks.
    """
    tried, grown = 0, []
    every = patterns()
    for (pattern, way), where in every.items():
        signs = alphabet(pattern)
        pairs = map("".join, itertools.permutations(signs, 2))
        repeats = (*signs, *pairs, *(f"{sign}a " for sign in signs if not sign.isspace()))
        tries = [(repeat, end) for repeat in repeats for end in ("", "a\x01")]
        tried += len(tries)
        if bad := next((one for one in tries if grows(pattern, way, *one)), None):
            grown.append(f"{where} ({way}): {bad}")
    assert not grown
    assert len(every) > 330
    assert tried > 50_000
    assert {where.partition(".")[0] for where in every.values()} >= {"octoregistry", "providers"}
