"""A network, or a run from raw rows to answers, as one Python file that needs NumPy only."""

import base64
import inspect
import pprint
import textwrap
from collections.abc import Iterable
from typing import Any

import numpy as np

from gradiente.data import Encoder
from gradiente.data.tables.cells import MISSING, MISSING_NUMBER
from gradiente.export import numpy_functions, python_parts
from gradiente.export.python_program import PythonProgram, text_of
from gradiente.export.subject import Subject
from gradiente.export.walk import written_in
from gradiente.layers.graph import Node
from gradiente.operations import Value
from gradiente.serialization import written_node

Array = np.ndarray
READABLE = (
    1_000  # numbers of an array that are written as numbers; more of them are written as bytes in base64
)
WIDTH = 110


def python_text(subject: Subject) -> str:
    """The whole file.

    Of a run on a table its `predict` takes rows as dictionaries, of any other run and of a network an array; it gives
    labels and probabilities, or numbers. Run as a program it reads a CSV file and prints the predictions.

    Errors: ArgumentError for a layer that cannot be written in NumPy
    """
    to = PythonProgram(subject.network.dtype)
    lines: list[str] = []
    x = to.named("x", ("batch", *subject.input_shape))
    shown = dict[int, str]({0: "x"})

    def finished(node: Node, y: Value, number: int) -> Value:
        kept = _used_later(subject, number)
        name = f"y{number}" if kept else "x"
        lines.append(f"    {name} = {text_of(y)}  # {written_node(node)}")
        shown[number] = name
        return to.named(name, y.shape)

    if _used_later(subject, 0):
        x = to.named("y0", x.shape)
        lines.append("    y0 = x")
    y = written_in(to, subject.network, x, to.parameter, finished)
    body = [f"    return {text_of(y)}"]
    network = ["def network(x):", f'    """The network: {_shapes(subject, y)}."""', *lines, *body]
    answer = _answer(to, subject, y)
    functions = [name for name in vars(numpy_functions) if name in to.functions | _inner(to.functions)]
    parts = _parts(subject, to.arrays.values())
    blocks = [
        _header(subject, parts, functions, y),
        *([_constants(subject, y)] if subject.description is not None else []),
        *(inspect.getsource(getattr(python_parts, name)).rstrip() for name in parts),
        *(inspect.getsource(getattr(numpy_functions, name)).rstrip() for name in functions),
        "\n".join(network),
        answer,
        _weights(to, "\n".join(network) + answer),
        *([_main(subject)] if subject.description is not None else []),
    ]
    return "\n\n\n".join(blocks) + "\n"


def _used_later(subject: Subject, number: int) -> bool:
    """Whether a value is met again after the node that follows it: then it has a name of its own."""
    uses = [place for place, node in enumerate(subject.network.nodes) for k in node.inputs if k == number]
    return any(place != number for place in uses)


def _inner(functions: set[str]) -> set[str]:
    """What those functions use themselves."""
    return {"windows"} if functions & {"convolution", "max_pool", "sum_pool"} else set()


def _shapes(subject: Subject, y: Value) -> str:
    return f"x (rows, {', '.join(map(str, subject.input_shape))}) to y (rows, {', '.join(map(str, y.shape[1:]))})"


def _parts(subject: Subject, arrays: Iterable[Array]) -> list[str]:
    """The names of the functions of python_parts that the file needs."""
    names = ["weight"] if any(array.size > READABLE for array in arrays) else []
    if subject.encoder is not None:
        names += ["number", "category", "encoded", "read_rows"]
    elif subject.description is not None:
        names.append("read_numbers")
    if subject.description is not None:
        names.append(_printer(subject))
    return names


def _printer(subject: Subject) -> str:
    """The function that prints the answers."""
    if subject.labels:
        return "print_labels"
    if subject.classifies:
        return "print_classes"
    return "print_targets" if isinstance(subject.target, tuple) else "print_values"


def _header(subject: Subject, parts: list[str], functions: list[str], y: Value) -> str:
    encoder = subject.encoder
    takes = (
        "an array of rows"
        if encoder is None
        else f"rows, each a dictionary with {', '.join(encoder.columns)}"
    )
    if subject.description is None:
        gives = "the network's output"
    elif subject.labels:
        gives = (
            f"for each a dictionary with {', '.join(subject.labels)}, and the probabilities of these labels"
        )
    elif subject.classifies:
        gives = "their labels and the probabilities of all classes"
    else:
        several = y.shape[1] > 1
        gives = "the predicted numbers" + (f": {', '.join(subject.targets(y.shape[1]))}" if several else "")
    lines = [f"{subject.name}, a network trained with gradiente. This file needs NumPy and nothing else.", ""]
    lines += textwrap.wrap(f"predict(rows) takes {takes}; it gives {gives}.", WIDTH)
    if subject.description is not None:
        lines.append("As a program it reads a CSV file and prints its predictions: python FILE.py rows.csv")
    needed = {"base64": "weight" in parts, "csv": bool(subject.description), "math": "erf" in functions}
    needed["sys"] = bool(subject.description)
    imports = [f"import {name}" for name, is_needed in needed.items() if is_needed]
    documentation = "\n".join(lines).replace("\\", "\\\\").replace('"""', "'''")
    return "\n".join(
        [f'"""{documentation}', '"""', "", *imports, *([""] if imports else []), "import numpy as np"]
    )


def _constants(subject: Subject, y: Value) -> str:
    lines = []
    encoder = subject.encoder
    if encoder is not None:
        numeric = [name for name in encoder.columns if name not in encoder.categories]
        lines += [
            _assigned("COLUMNS", list(encoder.columns)),
            _assigned("CATEGORIES", {name: list(kinds) for name, kinds in encoder.categories.items()}),
            _assigned("MEAN", _by_column(numeric, encoder.mean)),
            _assigned("SCALE", _by_column(numeric, encoder.scale)),
            _assigned("CLIP", encoder.clip),
            _assigned("FILL", _by_column(numeric, encoder.fill)),
            _assigned("INDICATORS", list(encoder.indicators)),
            _assigned("DECIMAL", encoder.decimal or "."),
            _assigned("MISSING", set(MISSING)),
            _assigned("MISSING_NUMBER", set(MISSING_NUMBER - MISSING)),
        ]
    if subject.labels:
        lines.append(_assigned("LABELS", {name: list(written) for name, written in subject.labels.items()}))
    if subject.classifies:
        lines.append(_assigned("CLASSES", subject.classes(y.shape[1])))
    if isinstance(subject.target, tuple) and not subject.labels:
        lines.append(_assigned("TARGETS", list(subject.target)))
    return "\n".join(lines)


def _by_column(names: list[str], values: tuple[float, ...]) -> dict[str, float]:
    return dict(zip(names, values, strict=True)) if values else {}


def _assigned(name: str, value: Any) -> str:
    return f"{name} = {pprint.pformat(value, width=WIDTH - len(name), compact=True, sort_dicts=False)}"


def _answer(to: PythonProgram, subject: Subject, y: Value) -> str:
    """`predict`."""
    dtype, shape = subject.network.dtype.name, ", ".join(map(str, subject.input_shape))
    kind = "int64" if subject.network.takes_indices else dtype
    lines = ["def predict(rows):"]
    if subject.encoder is not None:
        lines.append('    """The answers for rows of the table, each a dictionary of cells or numbers."""')
        lines.append(f"    x = encoded(rows).astype(np.{kind})")
        if subject.encoder.constant_input:
            lines.append(f"    x = np.hstack([x, np.ones((len(x), 1), np.{kind})])")
    else:
        lines.append('    """The answers for an array of rows."""')
        lines.append(f"    x = np.asarray(rows, np.{kind}).reshape(-1, {shape})")
    lines.append('    with np.errstate(over="ignore"):  # 1 / (1 + exp(-x)) is 0 where exp(-x) is too large')
    output = to.named("y", y.shape)
    if subject.description is None:
        return "\n".join([*lines, "        return network(x)"])
    lines.append("        y = network(x)")
    lines.append(f"        p = {text_of(subject.estimate(to, output))}")
    if subject.is_binary(output):
        lines.append(f"    p = {text_of(subject.of_all_classes(to, to.named('p', y.shape)))}")
    if subject.labels:
        lines.append("    each = [zip(LABELS.items(), row > 0.5) for row in p]")
        written = "    return [{name: words[int(has)] for (name, words), has in row} for row in each], p"
        return "\n".join([*lines, written])
    if subject.classifies:
        return "\n".join([*lines, "    return [CLASSES[i] for i in p.argmax(axis=1)], p"])
    encoder = subject.encoder
    if encoder is not None and encoder.target_mean:
        return "\n".join([*lines, f"    return p * {_tuple(encoder, 'scale')} + {_tuple(encoder, 'mean')}"])
    return "\n".join([*lines, "    return p"])


def _tuple(encoder: Encoder, name: str) -> str:
    return f"np.array({list(getattr(encoder, f'target_{name}'))!r})"


def _weights(to: PythonProgram, program: str) -> str:
    """Those that the program uses."""
    lines = ["W = {"]
    used = [name for name in to.arrays if f'W["{name}"]' in program]
    lines += [f'    "{name}": {_array(to.arrays[name])},' for name in used]
    return "\n".join([*lines, "}"])


def _array(array: Array) -> str:
    dtype = f"np.{array.dtype.name}"
    if array.size <= READABLE:
        numbers = np.array2string(
            array, separator=", ", threshold=READABLE + 1, floatmode="unique", max_line_width=WIDTH
        )
        return (
            f"np.array({numbers}, {dtype})".replace("\n\n", "\n")
            .replace("\n\n", "\n")
            .replace("\n", "\n        ")
        )
    content = base64.b64encode(
        np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
    ).decode()
    pieces = [f'        "{content[i : i + WIDTH - 12]}"' for i in range(0, len(content), WIDTH - 12)]
    return "\n".join(
        ["weight(", *pieces, f"        , {array.shape!r}, {array.dtype.newbyteorder('<').str!r})"]
    )


def _main(subject: Subject) -> str:
    read = "read_numbers" if subject.encoder is None else "read_rows"
    shown = _printer(subject)
    return "\n".join(
        [
            'if __name__ == "__main__":',
            "    if len(sys.argv) != 2:",
            '        sys.exit(f"usage: python {sys.argv[0]} rows.csv")',
            f"    {shown}({read}(sys.argv[1]))",
        ]
    )
