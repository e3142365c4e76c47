"""The house over its syntax tree: who imports whom, what is heavy, how long a file may be.

The order of files and folders inside the rooms: test_architecture_rooms.py.
"""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import gradiente

SOURCE = Path(gradiente.__file__).parent
TESTS = Path(__file__).parent
# A room imports only from those in the lines above its own.
ORDER = [
    ["lazy"],
    ["locale"],
    ["errors"],
    ["cache", "files"],
    ["concept", "plain"],
    ["kernels", "notation"],
    ["storage"],
    ["formatting"],
    ["parameters"],
    [
        "threads",
        "quiet",
        "terms",
        "operations",
        "streams",
        "launcher",
        "mapped",
        "product_times",
        "temporary",
    ],
    ["html"],
    ["layers", "losses", "optimizers", "schedules", "initializers", "penalties", "averages", "clip"],
    ["serialization", "batch", "layout", "symbolic", "examples"],
    ["summary"],
    ["network"],
    ["objective", "parameter_groups"],
    ["gradcheck"],
    ["pytorch"],
    ["trace"],
    ["data", "metrics"],
    ["custom"],
    ["engines"],
    ["views"],
    ["diagnosis"],
    ["training"],
    ["show", "attribution", "export"],
    ["sklearn"],
    ["comparison", "parity", "benchmarking"],
    ["reporting"],
    ["checker"],
    ["grading"],
    ["workshops"],
    ["lab"],
    ["cli"],
    ["notebook"],
    ["__main__"],
]
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}
HEAVY = {"torch", "sklearn", "matplotlib", "PIL", "pooch", "tensorboardX", "scipy", "pandas", "llvmlite"}
HEAVY |= {"narwhals", "polars"}
HEAVY |= {"starlette", "uvicorn", "websockets", "anywidget", "IPython", "traitlets"}
HEAVY |= {"torchmetrics", "jax", "keras", "onnx", "onnxruntime", "mlflow", "micrograd", "platformdirs"}
# What subclasses PyTorch's classes can only be imported where PyTorch is: nothing else imports it at its top.
NEEDS_TORCH = {SOURCE / "pytorch" / "optim.py", SOURCE / "pytorch" / "rule_optimizer.py"}
# Nor scikit-learn, for the same reason.
OF_SKLEARN = SOURCE / "sklearn"
# The sources of notebooks are data, no modules of ours.
NOTEBOOKS = SOURCE / "workshops" / "notebooks"
FILES = sorted(path for path in SOURCE.rglob("*.py") if path.parent != NOTEBOOKS)
every_file = pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(SOURCE)) for path in FILES])


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def modules_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "import by the full name: from gradiente.layers import …"
        module = node.module or ""
        return [f"{module}.{alias.name}" for alias in node.names] if module == "gradiente" else [module]
    return []


@cache
def imports(path: Path) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Line and module of every import: those at the top of the file, and those inside its functions."""
    nodes = list(ast.walk(parse(path)))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    within = {id(node) for function in functions for node in ast.walk(function)}
    found: tuple[list[tuple[int, str]], list[tuple[int, str]]] = [], []
    for node in nodes:
        found[id(node) in within].extend((getattr(node, "lineno", 0), module) for module in modules_of(node))
    return found


def for_type_checking(tree: ast.AST) -> set[int]:
    """The lines under `if TYPE_CHECKING:`, which never run."""
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@every_file
def test_a_room_imports_only_from_those_before_it(path):
    room = room_of(path)
    if room == "__init__":
        return
    assert room in RANK, f"give {room} its place in ORDER"
    at_top, inside = imports(path)
    for line, module in [*at_top, *inside]:
        if module.split(".")[0] != "gradiente":
            continue
        other = module.split(".")[1] if "." in module else "the whole of gradiente"
        allowed = other == room or RANK.get(other, len(ORDER)) < RANK[room]
        assert allowed, f"{path}:{line}: {room} imports {other}"


@every_file
def test_our_own_modules_are_never_imported_inside_functions(path):
    _, inside = imports(path)
    ours = [entry for entry in inside if entry[1].split(".")[0] == "gradiente"]
    assert not ours


@every_file
def test_heavy_modules_are_imported_inside_functions(path):
    if path in NEEDS_TORCH:
        return
    at_top, _ = imports(path)
    found = [entry for entry in at_top if entry[1].split(".")[0] in HEAVY]
    exempt = for_type_checking(parse(path)) if found else set()
    if OF_SKLEARN in path.parents:
        found = [entry for entry in found if entry[1].split(".")[0] != "sklearn"]
    assert not [entry for entry in found if entry[0] not in exempt]


@pytest.mark.parametrize("folder", [SOURCE, TESTS], ids=["src", "tests"])
def test_no_file_is_longer_than_400_lines(folder):
    lengths = {
        str(path.relative_to(folder)): len(path.read_text(encoding="utf-8").splitlines())
        for path in folder.rglob("*.py")
        if path.parent != NOTEBOOKS
    }
    assert not {name: length for name, length in lengths.items() if length > 400}


def test_importing_gradiente_loads_nothing_heavy():
    loaded = {name.split(".")[0] for name in loaded_by("from gradiente import *")}
    assert "numpy" in loaded
    assert not loaded & (HEAVY | {"safetensors", "rich", "click", "tqdm", "tensorboard"})


def test_importing_gradiente_loads_only_what_imports_on_first_use():
    loaded = loaded_by("import gradiente")
    assert "numpy" not in loaded
    assert {name for name in loaded if name.startswith("gradiente")} == {"gradiente", "gradiente.lazy"}


def test_a_layer_that_is_not_used_is_not_loaded():
    loaded = loaded_by("import gradiente; gradiente.Network, gradiente.Linear")
    assert "gradiente.layers.linear" in loaded
    assert "gradiente.layers.conv" not in loaded


def test_a_notation_loads_only_what_it_names():
    program = (
        "from gradiente.notation import describe, parse; from gradiente.layers import REGISTRY; "
        "layer = parse('linear(2, 3)', REGISTRY); describe(layer, REGISTRY); describe([2.5, 'a'], REGISTRY)"
    )
    loaded = {name for name in loaded_by(program) if name.startswith("gradiente.layers.")}
    assert loaded == {f"gradiente.layers.{name}" for name in ("base", "linear", "sums")}


def test_the_help_of_the_command_loads_no_network():
    loaded = set(loaded_by("from gradiente.cli import main; main(['--help'])"))
    assert {"gradiente.cli", "gradiente.locale"} <= loaded
    assert not loaded & {f"gradiente.{room}" for room in ("layers", "network", "engines", "training", "data")}


def test_the_functions_stay_where_their_modules_are_imported():
    """Python binds a submodule to its package, and two of them are called like their function."""
    first = "import gradiente, gradiente.trace, gradiente.gradcheck"
    then = "from gradiente.trace import trace; from gradiente.gradcheck import gradcheck"
    same = "assert gradiente.trace is trace and gradiente.gradcheck is gradcheck"
    loaded_by(f"{first}; {then}; {same}")
    loaded_by(f"import gradiente; gradiente.trace; {first}; {then}; {same}")


def test_every_public_name_is_there_and_no_other():
    names = vars(gradiente)["__all__"]
    assert all(getattr(gradiente, name) is not None for name in names)
    assert set(names) <= set(dir(gradiente))
    with pytest.raises(AttributeError, match="module 'gradiente' has no attribute 'Liner'"):
        gradiente.Liner  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]


def loaded_by(program):
    """The modules that are loaded once the program has run."""
    script = f"import sys; {program}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()
