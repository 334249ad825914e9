"""The house is what ARCHITECTURE.md draws: no module outside a room, and no arrow that points up."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# From the roof down. A room imports from itself and from floors below its own; rooms of one floor know nothing of each other.
FLOORS = (
    ("cli",),
    ("service",),
    ("report",),
    ("publishing",),
    ("queries",),
    ("updating",),
    ("merging",),
    ("planning",),
    ("sources",),
    ("reading", "costing"),
    ("documents", "settings"),
)
LOOSE = {"octoregistry", "octoregistry.__main__", "octoregistry.errors", "octoregistry.providers"}
MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for package in ("providers", "octoregistry")
    for file in (ROOT / package).rglob("*.py")
}
# Who imports by a name that is made while running: each takes it from a table of its own, or begins with its own room.
BY_NAME = {"octoregistry", "octoregistry.cli", "octoregistry.costing", "providers"}
IMPORTERS = {"import_module", "__import__", "resolve_name", "run_module", "run_path", "exec", "eval"}

# What imports from above by its nature: the package's face shows names of the rooms, and a process of its own is a roof.
FACES = {
    "octoregistry": {
        "octoregistry.costing.frames",
        "octoregistry.settings",
        "octoregistry.updating.update",
        "providers",
    },
    "octoregistry.__main__": {"octoregistry.cli"},
}


def imports_of(module: str, text: str) -> Iterator[str]:
    """The modules of ours that the `text` of a module imports, wherever in it; a package where one stands in it.

    A text that is the name of one counts as well: `import_module` takes it, from a table or where it stands. A name that
    is made while running could be any, and so could an importer under another name, handed on or fetched by its text: they
    are "?" but in modules of BY_NAME.
    """
    package = (module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]).split(".")
    tree = ast.parse(text)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if module not in BY_NAME and id(node) not in called and importer_in(node):
            yield "?"
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package[: len(package) + 1 - node.level]) if node.level else ""
            source = ".".join(filter(None, (above, node.module)))
            named = (f"{source}.{alias.name}" for alias in node.names)
            yield from (name if name in MODULES else source for name in named if source in MODULES)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value.partition(":")[0].rstrip(
                "."
            )  # pkgutil's "module:function", f"octoregistry.cli.{command}"
            if node.value.startswith("."):  # beside the package, as `import_module` resolves it
                depth = len(name) - len(name.lstrip("."))
                name = ".".join([*package[: len(package) + 1 - depth], name.lstrip(".")])
            beside = f"{module}.".startswith(f"{name}.")  # the data of its own room
            yield from {name} & MODULES.keys() if "." in name and not beside else ()
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in IMPORTERS:
            name = getattr(node.args[0], "value", None) if node.args else None
            if isinstance(name, str) and "import " not in name:
                yield from {name} & MODULES.keys()
            elif module not in BY_NAME:
                yield "?"


def importer_in(node: ast.AST) -> bool:
    """Whether the node takes an importer otherwise than by a call: `load = import_module`, `getattr(importlib, "…")`."""
    if isinstance(node, ast.alias):
        return node.name in IMPORTERS and bool(node.asname)
    names = {getattr(node, "id", None), getattr(node, "attr", None), getattr(node, "value", None)}
    return isinstance(node, ast.Name | ast.Attribute | ast.Constant) and bool(
        IMPORTERS & {name for name in names if isinstance(name, str)}
    )


def arrows() -> Iterator[tuple[str, str]]:
    """(module, module that it imports) of all modules of ours."""
    for module, file in MODULES.items():
        yield from ((module, target) for target in imports_of(module, file.read_text(encoding="utf-8")))


def room_of(module: str) -> str:
    """The folder of `octoregistry` that a module stands in, `providers`, or "" for what stands in no room."""
    parts = module.split(".")
    if parts[0] == "providers":
        return "providers"
    return parts[1] if len(parts) > 1 and (ROOT / "octoregistry" / parts[1]).is_dir() else ""


def floor_of(room: str) -> int:
    """How far below the roof a room lies; `providers` and `errors` carry them all."""
    return next((number for number, floor in enumerate(FLOORS) if room in floor), len(FLOORS))


def is_forbidden(module: str, target: str) -> bool:
    """True for an arrow that points up, or across a floor, or nobody knows where."""
    if target == "?":
        return True
    here, there = room_of(module), room_of(target)
    if module in FACES:
        return target not in FACES[module]
    if here == there != "":
        return False
    if there == "":
        return target != "octoregistry.errors" or here == "providers"
    if here == "":
        return there != "providers"
    return floor_of(there) <= floor_of(here)


def test_every_module_stands_in_a_room() -> None:
    """A stranger finds a module by the question that its room answers."""
    rooms = {room for floor in FLOORS for room in floor} | {"providers"}
    assert sorted(module for module in MODULES if room_of(module) not in rooms) == sorted(LOOSE)


def test_imports_point_down() -> None:
    """Reading knows nothing of planning, planning nothing of publishing, providers of nobody, and nobody of the CLI."""
    assert sorted({f"{here} -> {there}" for here, there in arrows() if is_forbidden(here, there)}) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("octoregistry.updating.update", "import octoregistry.cli.output"),
        ("octoregistry.updating.update", "from octoregistry.publishing import propose"),
        ("octoregistry.publishing.body", "from octoregistry import report"),
        ("octoregistry.report.page", "from octoregistry.service import jobs"),
        ("octoregistry.queries.explain", "from ..publishing.body import body_of"),
        ("octoregistry.merging.merge", "def later():\n    from octoregistry.updating import update"),
        ("octoregistry.planning.planner", "from octoregistry.merging.merge import merge"),
        ("octoregistry.sources.pages", "from octoregistry.planning import planner"),
        ("octoregistry.reading.rates", "from octoregistry.sources import Page"),
        ("octoregistry.reading.rates", "from octoregistry.costing import costs_of"),
        ("octoregistry.costing.costs", "import octoregistry.reading"),
        ("octoregistry.documents.document", "from octoregistry.settings import Settings"),
        ("octoregistry.settings.settings", "from octoregistry.documents import Document"),
        ("octoregistry.errors", "from octoregistry.settings import Settings"),
        ("octoregistry.planning.planner", "import octoregistry"),
        ("providers.registry", "from octoregistry.errors import UserFacingError"),
        ("providers.registry", "import octoregistry"),
        ("octoregistry", "from octoregistry.cli import cli"),
        ("octoregistry.__main__", "from octoregistry.service import jobs"),
        ("octoregistry.planning.planner", "x = importlib.import_module('octoregistry.cli.output')"),
        ("octoregistry.planning.planner", "x = __import__('octoregistry')"),
        ("octoregistry.updating.update", "ROOMS = {'page': 'octoregistry.report.page'}"),
        ("octoregistry.service.jobs", "x = import_module(f'octoregistry.cli.{name}')"),
        ("octoregistry.planning.planner", "x = import_module('octoregistry' + '.cli.output')"),
        ("octoregistry.planning.planner", "x = import_module(name)"),
        ("octoregistry.planning.planner", "x = import_module(name='octo' + 'registry')"),
        ("octoregistry.planning.planner", "x = import_module('..cli.output', __package__)"),
        ("octoregistry.planning", "x = import_module('..cli.output', __name__)"),
        ("octoregistry.planning.planner", "x = pkgutil.resolve_name('octoregistry.cli.output:table')"),
        ("octoregistry.planning.planner", "x = resolve_name(name)"),
        ("octoregistry.planning.planner", "from importlib import import_module as load"),
        ("octoregistry.planning.planner", "load = importlib.import_module"),
        ("octoregistry.planning.planner", "x = [*map(import_module, names)]"),
        ("octoregistry.planning.planner", "x = getattr(importlib, 'import_module')(name)"),
        ("octoregistry.planning.planner", "x = runpy.run_module(name)"),
        ("octoregistry.planning.planner", "exec('import octoregistry.cli.output')"),
        ("octoregistry.planning.planner", "x = runpy.run_module('octoregistry.cli')"),
    ],
)
def test_a_forbidden_arrow_is_seen(module: str, line: str) -> None:
    """The test above fails for each kind of arrow that it is there to forbid."""
    assert any(is_forbidden(module, target) for target in imports_of(module, line))


def test_no_files_import_each_other_in_a_circle() -> None:
    """Each can be read, and moved, with only those that it stands on."""
    known: dict[str, set[str]] = {module: set() for module in MODULES}
    for module, target in arrows():
        known[module].add(target)
    TopologicalSorter(known).prepare()


def test_no_private_name_is_left_over() -> None:
    """What a module keeps to itself it uses: pytest and ruff do not see a constant or a field that nobody reads."""
    left = []
    for module, file in MODULES.items():
        text = file.read_text(encoding="utf-8")
        tree = ast.parse(text)
        for node in (*tree.body, *(one for c in tree.body if isinstance(c, ast.ClassDef) for one in c.body)):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            own = [one.id for one in targets if isinstance(one, ast.Name)]
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node in tree.body and not node.decorator_list:
                own = [node.name]
            left += [f"{module}: {name}" for name in own if re.match("_[^_]", name) and not used_twice(name, text)]
    assert left == []


def test_no_two_classes_have_one_name() -> None:
    """One word for one thing: who searches for a class finds it, and no other."""
    places: dict[str, list[str]] = {}
    for module, file in MODULES.items():
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(module)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def used_twice(name: str, text: str) -> bool:
    """True where the name stands in the text a second time."""
    return len(re.findall(rf"\b{name}\b", text)) > 1


def test_a_function_fits_on_a_screen_and_a_file_in_a_head() -> None:
    """60 lines and 400, of the tests too: what is longer is two things."""
    long = []
    for file in (one for folder in ("octoregistry", "providers", "tests") for one in (ROOT / folder).rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        parts = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        long += [f"{file}: {node.name}" for node in parts if (node.end_lineno or 0) - node.lineno >= 60]
        long += [str(file)] if len(text.splitlines()) > 400 else []
    assert long == []
