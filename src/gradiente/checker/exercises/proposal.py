"""An exercise from a solution: its network, and how its functions are called, recognized by their numbers."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gradiente.checker.exercises.exercise import FILE, HELPERS, LOOPS, OBJECT, Exercise, Role, evaluated
from gradiente.checker.exercises.network import ExerciseNetwork
from gradiente.checker.exercises.problem import random_problem
from gradiente.checker.exercises.recorded import (
    RETURN,
    SELF,
    Leaves,
    RecordedFunction,
    base_of,
    expression_of,
    recorded_functions,
)
from gradiente.checker.judging.network import structure
from gradiente.checker.observing.recognition import Recognition
from gradiente.checker.observing.values import BIAS
from gradiente.checker.reading.arguments import LEARNING_RATE
from gradiente.checker.reading.vocabulary import kind_of, meanings
from gradiente.checker.rules.dataflow import RIGHT, Step, link, name_of
from gradiente.errors import ArgumentError

Array = np.ndarray
SCALARS = {"lr": "lr", "epochs": "epochs", "batch": "batch_size", "reg": "l2", "m": "m", "n": "n", "k": "k"}
SCALES = ("1", "1/2", "m", "m/2", "k", "k/2", "m * k", "m * k / 2", "2")
CLOSE = 1e-6


@dataclass(frozen=True)
class Quantities:
    """The arrays of one step by their names, instances as columns."""

    values: Mapping[str, Array]
    after: Mapping[str, Array]
    labels: Array

    def named(self, name: str, value: Array) -> str | None:
        """The quantity that an array is, whichever way round; of a number what its name stands for."""
        if value.ndim == 0:
            return next((SCALARS[one] for one in meanings(_last(name)) if one in SCALARS), None)
        alike = [quantity for quantity, wanted in self.values.items() if _same(value, wanted)]
        if alike and (value.any() or BIAS.fullmatch(_last(name))):
            own = [quantity for quantity in alike if quantity.lower() == _last(name).lower()]
            return (own or alike)[0]
        if value.ndim == 1 and len(value) == len(self.labels) and (value == self.labels).all():
            return "labels"
        return "sizes" if "sizes" in meanings(_last(name)) else None

    def updated(self, name: str, value: Array) -> str | None:
        """The parameter that an array is after the step."""
        return next((quantity for quantity, wanted in self.after.items() if _same(value, wanted)), None)


def proposed(found: Recognition, source: str, path: Path) -> Exercise:
    """The exercise of a solution whose training was recognized.

    Errors: ArgumentError where the solution has a mistake, or its loss is none that an exercise can have
    """
    if not found.explanation.right:
        raise ArgumentError("exercise.solution", path=path)
    step = found.steps[0]
    output = step.layers[-1].activation
    squared = step.loss == "squared_error" or not output  # of A − Y alone, where there is no activation
    loss = "MSELoss" if squared else "BCELoss" if output == "sigmoid" else "CrossEntropyLoss"
    network = ExerciseNetwork.parse(structure(found), loss)
    rate = _rate(found)
    share = random_problem(network, step.m, 1).share
    factor = found.explanation.base[0] / -rate
    scale = _scale(factor / share, step.m, len(step.Y))
    decays = [d for key, d in found.explanation.extra.values() if key == "weight_decay"]
    l2 = -decays[0] / rate if decays else 0.0
    known = _quantities(found, factor, l2)
    start = found.observed[0].start
    first = _entry(found, start)
    tree = ast.parse(source)
    made = _made(found)
    owner = made.partition("(")[0]
    functions = [
        one
        for one in recorded_functions(tree, found.values.events, first)
        if one.name.rpartition(".")[0] in ("", owner)
    ]
    attributes = _attributes(functions, known)
    roles = {}
    for function in functions:
        for role in _roles(function, known):
            roles.setdefault(role.kind if role.kind != HELPERS else role.call, role)
    loop = _loop(found)
    ordered = [*roles.values(), *([loop] if loop else [])]
    if not ordered:
        raise ArgumentError("exercise.nothing_recognized", path=path)
    order = (HELPERS, "forward", "cost", "gradients", "update", *LOOPS)
    return Exercise(
        path.stem,
        network,
        sorted(ordered, key=lambda role: order.index(role.kind)),
        scale=scale,
        l2=_penalty(l2, step.m),
        make=made,
        attributes=attributes if made else {},
    )


def _penalty(l2: float, m: int) -> str:
    """λ as a short number, or as one over m.

    >>> _penalty(0.1, 7), _penalty(1 / 7, 7)
    ('0.1', '1 / m')
    """
    forms = ((l2, f"{l2:g}"), (l2 * m, f"{l2 * m:g} / m"))
    return next((words for value, words in forms if _is_short(value)), f"{l2:.10g}")


def _is_short(value: float) -> bool:
    return abs(float(f"{value:.4g}") - value) <= CLOSE * abs(value)


def _rate(found: Recognition) -> float:
    """α: the number that a variable has which is named so; else the one that a plan gives."""
    seen = [e for e in found.values.events if e.value.size == 1 and meanings(_last(e.name))[:1] == ["lr"]]
    return float(seen[-1].value.ravel()[0]) if seen else LEARNING_RATE


def _scale(factor: float, m: int, k: int) -> str:
    """The short formula that a factor is; else its digits."""
    known = {"m": m, "k": k}
    short = (words for words in SCALES if abs((evaluated(words, known) or 0.0) / factor - 1) < CLOSE)
    return next(short, f"{factor:.10g}")


def _quantities(found: Recognition, factor: float, l2: float) -> Quantities:
    """Every quantity of the first explained step, gradients as the code has them."""
    step = found.steps[0]
    values: dict[str, Array] = {"X": step.layers[0].X, "Y": step.Y}
    after: dict[str, Array] = {}
    for layer in step.layers:
        for letter in "WbZA":
            if (value := getattr(layer, letter)) is not None:
                values[f"{letter}{layer.number}"] = value
        after[f"W{layer.number}"] = layer.W_after
        if layer.b is not None and layer.b_after is not None:
            after[f"b{layer.number}"] = layer.b_after
    for name, value in _backward(step).items():
        values[name] = factor * value
    for layer in step.layers:
        values[f"dW{layer.number}"] = values[f"dW{layer.number}"] + l2 * layer.W
    return Quantities(values, after, step.Y.argmax(axis=0))


def _backward(step: Step) -> dict[str, Array]:
    values: dict[str, Array] = {}
    last = len(step.layers)
    for number in range(last, 0, -1):
        kinds = ("output",) if number == last else ("dZ",)
        for kind in (*kinds, "dW", "db", "dA"):
            if kind == "db" and step.layers[number - 1].b is None:
                continue
            values[name_of(kind, number)] = link(step, kind, number, values, RIGHT[kind])
    values["dX"] = values.pop("dA0")
    return values


def _entry(found: Recognition, start: int) -> int:
    """The first event of the function whose first value begins the step."""
    events = found.values.events
    function = events[start].function
    index = start
    while index and events[index - 1].function == function:
        index -= 1
    return index


def _made(found: Recognition) -> str:
    """The expression that makes the object, from the plan."""
    line = re.search(r"net = module\.(.+)", found.plan.source) if found.plan else None
    if line is None:
        return ""
    layers = found.steps[0].layers
    return _words(ast.parse(line[1], mode="eval").body, [len(layers[0].X), *(len(one.W) for one in layers)])


def _words(call: ast.expr, sizes: Sequence[int] = ()) -> str:
    """The call of a plan with the names that an exercise has for its values.

    Arguments:
        sizes: of the network, where numbers in their order may stand for them
    """
    assert isinstance(call, ast.Call)
    pieces = [_size(argument, sizes) or _file_words(argument) for argument in call.args]
    for word in call.keywords:
        words = _file_words(word.value)
        meaning = next((SCALARS[one] for one in meanings(word.arg or "") if one in SCALARS), None)
        if words == "[n, h, k]":
            words = "sizes"
        elif isinstance(word.value, ast.Constant):
            words = _size(word.value, sizes) or meaning or words
        pieces.append(f"{word.arg}={words}")
    return f"{ast.unparse(call.func)}({', '.join(pieces)})"


def _file_words(node: ast.expr) -> str:
    return ast.unparse(node).replace("module.", f"{FILE}.")


def _size(node: ast.expr, sizes: Sequence[int]) -> str | None:
    """The name of a size of the network, where one number can only be that."""
    names = ["n", *(["h"] if len(sizes) == 3 else [f"h{place}" for place in range(1, len(sizes) - 1)]), "k"]
    value = node.value if isinstance(node, ast.Constant) else None
    found = [name for name, size in zip(names, sizes, strict=False) if size == value]
    return found[0] if len(found) == 1 else None


def _attributes(functions: Sequence[RecordedFunction], known: Quantities) -> dict[str, str]:
    """What the object's attributes hold, of the quantities of the network."""
    leaves: Leaves = {}
    for function in functions:
        leaves |= {name: value for name, value in function.before.items() if known.named(name, value)}
        leaves |= {
            name: value
            for name, value in function.changed.items()
            if base_of(name) == SELF and known.named(name, value) and name not in leaves
        }
    attributes = {}
    for name in dict.fromkeys(found[1] for leaf in leaves if (found := re.match(r"self\.(\w+)", leaf))):
        words = expression_of(leaves, f"self.{name}", known.named)
        if words and re.search(r"\b(d?[WbZA]\d+|X)\b", words):
            attributes[name] = words
    return attributes


def _roles(one: RecordedFunction, known: Quantities) -> Iterator[Role]:
    """What a function does, by what it gives and changes."""
    call = _call(one, known)
    if call is None:
        return
    gives = expression_of(one.gave, RETURN, known.named)
    names = set(re.findall(r"\b[A-Za-z]\w*\b", gives or ""))
    changed = {name for leaf, value in one.changed.items() if (name := known.updated(leaf, value))}
    later = expression_of(one.gave, RETURN, known.updated)
    own = {name for leaf, value in one.changed.items() if (name := known.named(leaf, value))}
    if gives and any(re.fullmatch(r"d[Wb]\d+", name) for name in names):
        yield Role("gradients", call, gives)
    elif any(re.fullmatch(r"d[Wb]\d+", name) for name in own):
        yield Role("gradients", call)
    elif later or changed:
        yield Role("update", call, later or "")
    elif any(re.fullmatch(r"A\d+", name) for name in names | own):
        helper = len(one.given) == 1 and re.search(r"\(Z\d\)", call)
        yield Role(HELPERS if helper else "forward", call, gives or "")
    elif kind_of(one.name.rpartition(".")[2]) == "cost" and one.gave.keys() == {RETURN}:
        yield Role("cost", call, "J")


def _call(one: RecordedFunction, known: Quantities) -> str | None:
    """The call with quantities in the place of its arguments; None where one has no name."""
    pieces = []
    for parameter in one.parameters:
        leaves = {name: value for name, value in one.given.items() if base_of(name) == parameter}
        words = expression_of(leaves, parameter, known.named) if leaves else None
        if words is None:
            return None
        pieces.append(words)
    method = one.name.rpartition(".")[2]
    return f"{f'{OBJECT}.' if '.' in one.name else ''}{method}({', '.join(pieces)})"


def _loop(found: Recognition) -> Role | None:
    """The training function that the plan calls."""
    if found.plan is None or "train" not in found.plan.roles:
        return None
    called = re.search(rf"(?:return module|{OBJECT})\.(\w+\(.*\))\s*$", found.plan.source, re.MULTILINE)
    if called is None or "for _ in" in found.plan.source:
        return None
    call = _words(ast.parse(called[1], mode="eval").body)
    if found.data is not None and found.data.labels:
        call = re.sub(r"=Y\b", "=labels", call)
    owner = f"{OBJECT}." if "net = module" in found.plan.source else ""
    return Role("minibatch" if "batch_size" in call else "loop", f"{owner}{call}")


def _same(value: Array, wanted: Array) -> bool:
    for form in (wanted, wanted.T):
        if np.squeeze(value).shape == np.squeeze(form).shape:
            scale = np.abs(form).max(initial=0.0)
            if np.abs(value.reshape(form.shape) - form).max(initial=0.0) <= CLOSE * max(scale, 1e-12):
                return True
    return False


def _last(name: str) -> str:
    """The last word of a leaf's name."""
    words = re.findall(r"[A-Za-z_]\w*", name)
    return words[-1] if words else name


def confirmed(exercise: Exercise, right: Mapping[str, bool]) -> tuple[Exercise, list[Role]]:
    """The exercise with the roles that its own solution gets right, and those that are left out."""
    kept = [role for role in exercise.roles if right.get(exercise.label(role))]
    return replace(exercise, roles=kept), [role for role in exercise.roles if role not in kept]
