"""Inside the rooms: no circle between modules, none between folders, no import against the declared order."""

import ast
import shutil
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

import gradiente

SOURCE = Path(gradiente.__file__).parent
# The sources of notebooks are data, no modules of ours.
NOTEBOOKS = SOURCE / "workshops" / "notebooks"
# Every folder that has folders: what is named imports only from the lines above. A folder must be named, a file may be.
ORDER: dict[str, list[list[str]]] = {
    "gradiente.data": [["splits"], ["tables"], ["augmentation"], ["dataset"], ["load"], ["checks"]],
    "gradiente.benchmarking": [["child"], ["peers"], ["process"]],
    "gradiente.checker": [
        ["workshop"],
        ["verdict"],
        ["rules"],
        ["running"],
        ["reading"],
        ["observing"],
        ["reference"],
        ["judging"],
        ["exercises"],
        ["torch_judging"],
        ["checking"],
    ],
    "gradiente.engines": [["compiled"]],
    "gradiente.grading": [["systems"]],
    "gradiente.lab": [["run"], ["rooms"], ["messages"], ["session"], ["server"]],
    "gradiente.checker.rules": [
        ["activations"],
        ["dataflow"],
        ["instances"],
        ["mistake"],
        ["mistakes"],
        ["catalogue"],
        ["chains"],
        ["search"],
    ],
    "gradiente.checker.running": [["calls"], ["child", "sandbox"]],
}
Graph = Mapping[str, Iterable[str]]


def import_graph(source: Path = SOURCE) -> dict[str, set[str]]:
    """Every module of the package with those of its own that it imports, under TYPE_CHECKING and in functions too."""
    paths = {
        name_of(path, source): path for path in source.rglob("*.py") if path.parent.name != NOTEBOOKS.name
    }
    graph = {}
    for name, path in paths.items():
        found = imported(path.read_text(encoding="utf-8"))
        if (
            path.parent.name == "child"
        ):  # a student's process: its files import one another by their bare names
            found = [f"{name.rpartition('.')[0]}.{module}" for module in found]
        # Of `from module import name`, the name may be a module itself or stand in one.
        modules = (module if module in paths else module.rpartition(".")[0] for module in found)
        graph[name] = {module for module in modules if module in paths}
    return graph


def name_of(path: Path, source: Path) -> str:
    parts = path.relative_to(source.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imported(text: str) -> list[str]:
    """What a file imports: modules, and of `from module import name` every `module.name`."""
    found = []
    for node in ast.walk(ast.parse(text)):
        prefix = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        if isinstance(node, ast.Import | ast.ImportFrom):
            found += [prefix + alias.name for alias in node.names]
    return found


def circle(graph: Graph) -> list[str] | None:
    """A circle of the graph, its first node again at the end; None where there is none."""
    done: set[str] = set()

    def visit(node: str, trail: list[str]) -> list[str] | None:
        if node in trail:
            return [*trail[trail.index(node) :], node]
        if node not in done:
            for other in sorted(graph.get(node, ())):
                if (found := visit(other, [*trail, node])) is not None:
                    return found
            done.add(node)
        return None

    return next((found for node in sorted(graph) if (found := visit(node, [])) is not None), None)


def between_children(graph: Graph, folder: str) -> dict[str, set[str]]:
    """The files and folders directly in a folder, with those of them that they import; the folder itself left out."""
    found: dict[str, set[str]] = {}
    for module, others in graph.items():
        if (own := child(module, folder)) is not None:
            found.setdefault(own, set()).update(
                c for m in others if (c := child(m, folder)) not in (None, own)
            )
    return found


def child(module: str, folder: str) -> str | None:
    """The file or folder directly in `folder` in which a module lies."""
    return module[len(folder) + 1 :].split(".")[0] if module.startswith(f"{folder}.") else None


def folders(graph: Graph) -> list[str]:
    """All folders, each named by its package."""
    return sorted({module.rpartition(".")[0] for module in graph} - {""})


def violations(graph: Graph, order: Mapping[str, list[list[str]]] = ORDER) -> list[str]:
    """What is wrong with the imports of a graph, a sentence each."""
    found = []
    if (modules := circle(graph)) is not None:
        found.append(f"a circle of modules: {' → '.join(modules)}")
    for folder in folders(graph):
        children = between_children(graph, folder)
        if (names := circle(children)) is not None:
            found.append(f"a circle in {folder}: {' → '.join(names)}")
        rank = {name: place for place, names in enumerate(order.get(folder, ())) for name in names}
        if folder != "gradiente":  # test_architecture.py holds the order of the rooms
            inner = {name for name in children if between_children(graph, f"{folder}.{name}")}
            found += [f"give {name} its place in the order of {folder}" for name in sorted(inner - set(rank))]
        found += [
            f"an upward import in {folder}: {name} imports {other}"
            for name in sorted(children)
            for other in sorted(children[name])
            if name in rank and other in rank and rank[other] >= rank[name]
        ]
    return found


def test_there_is_no_circle_and_no_upward_import_inside_a_room():
    graph = import_graph()
    assert len(graph) > 200
    assert violations(graph) == []


def test_every_name_of_the_order_exists():
    graph = import_graph()
    for folder, lines in ORDER.items():
        assert {name for line in lines for name in line} <= set(between_children(graph, folder))


PLANTED = {
    "circle": (
        {"trace/a.py": "import gradiente.trace.b", "trace/b.py": "from gradiente.trace import a"},
        "a circle of modules: gradiente.trace.a → gradiente.trace.b → gradiente.trace.a",
    ),
    "circle under TYPE_CHECKING": (
        {
            "layers/a.py": "from gradiente.layers.b import B",
            "layers/b.py": "from gradiente.layers.c import C",
            "layers/c.py": "if TYPE_CHECKING:\n    from gradiente.layers.a import A",
        },
        "a circle of modules: gradiente.layers.a → gradiente.layers.b → gradiente.layers.c → gradiente.layers.a",
    ),
    "circle in a student's process": (
        {"checker/running/child/a.py": "from b import B", "checker/running/child/b.py": "import a"},
        "a circle of modules: gradiente.checker.running.child.a → gradiente.checker.running.child.b → ",
    ),
    "circle of folders": (
        {"checker/running/a.py": "from gradiente.checker.reading.sizes import SMALL"},
        "a circle in gradiente.checker: reading → running → reading",
    ),
    "upward import": (
        {"checker/reference/a.py": "from gradiente.checker.judging.session import Session"},
        "an upward import in gradiente.checker: reference imports judging",
    ),
    "upward import inside a function": (
        {"data/augmentation/a.py": "def f():\n    from gradiente.data.load import load"},
        "an upward import in gradiente.data: augmentation imports load",
    ),
    "folder without a place": (
        {"reporting/views/a.py": "from gradiente.locale import text"},
        "give views its place in the order of gradiente.reporting",
    ),
}


@pytest.mark.parametrize(("files", "message"), PLANTED.values(), ids=PLANTED)
def test_what_is_planted_is_refused(tmp_path, files, message):
    """A copy of the tree with these files added."""
    copy = tmp_path / "gradiente"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__", "notebooks"))
    for name, line in files.items():
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_text(line, encoding="utf-8")
    assert any(found.startswith(message) for found in violations(import_graph(copy)))
