"""The calls of a file's functions in a recording: what each was given, what it gave, what it changed."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gradiente.checker.observing.recognition import Recognition
from gradiente.checker.running.calls import Event

Array = np.ndarray
Leaves = dict[str, Array]  # arrays and numbers by their name: x, p['W1'], self.w[0]
RETURN, SELF = "return", "self"


@dataclass
class RecordedFunction:
    """The first call of a function, or of a method.

    Arguments:
        name: `backward`, `Net.backprop`
        parameters: their names, without self
        given: what the parameters hold at the beginning
        before: what the object's attributes hold at the beginning
        gave: what it returned
        changed: what parameters and attributes hold at the end, where that is something else
    """

    name: str
    parameters: Sequence[str]
    given: Leaves = field(default_factory=dict)
    before: Leaves = field(default_factory=dict)
    gave: Leaves = field(default_factory=dict)
    changed: Leaves = field(default_factory=dict)


def recorded_step(found: Recognition, tree: ast.Module) -> list[RecordedFunction]:
    """The functions that the first explained step calls."""
    return recorded_functions(tree, found.values.events, _entry(found, tree))


def _entry(found: Recognition, tree: ast.Module) -> int:
    """The first event of the function whose first value begins the step, or of one that calls it.

    A caller that gave a parameter its value did so in the step before.
    """
    events, calls, given = found.values.events, callees(tree), dict(parameters_of(tree))
    parameters = {place for layer in found.forward.layers for place in (layer.weight, layer.bias)}
    index = found.observed[0].start
    function = events[index].function
    while index:
        before = events[index - 1]
        argument = base_of(before.name) in given.get(before.function, ())
        earlier = not argument and found.values.place(before) in parameters
        if before.function != function and (function not in calls.get(before.function, ()) or earlier):
            break
        function, index = before.function, index - 1
    return index


def recorded_functions(tree: ast.Module, events: Sequence[Event], after: int = 0) -> list[RecordedFunction]:
    """The functions that were called from an event on, in the order of their first calls."""
    parameters, calls = dict(parameters_of(tree)), callees(tree)
    found: dict[str, RecordedFunction] = {}
    ended: set[str] = set()
    attributes: Leaves = {}
    running: list[str] = []
    for index, event in enumerate(events):
        name, base = event.function, base_of(event.name)
        while name in running and running[-1] != name and name not in calls.get(running[-1], ()):
            ended |= {running.pop()} & set(found)
        if not running or running[-1] != name:
            # A function without arguments is seen only after those that it calls.
            ended |= {name} & set(running) & set(found)
            running = [*(one for one in running if one != name), name]
        if index >= after and name in parameters:
            one = found.get(name)
            if one is None:
                one = found[name] = RecordedFunction(name, parameters[name], before=dict(attributes))
            if base != RETURN and any(base_of(key) == RETURN for key in one.gave):
                ended.add(name)  # called again at once
            if name not in ended:
                _note(one, event, base)
        if base == SELF:
            attributes[event.name] = event.value
    return list(found.values())


def _note(one: RecordedFunction, event: Event, base: str) -> None:
    if base == RETURN:
        one.gave[event.name] = event.value
    elif base == SELF:
        one.changed[event.name] = event.value
    elif base in one.parameters:
        (one.changed if event.name in one.given else one.given)[event.name] = event.value


def callees(tree: ast.Module) -> dict[str, set[str]]:
    """The functions and methods of the file that each of them may call, by the name that it calls or through others."""
    nodes = dict(functions_of(tree))
    named = {
        name: {getattr(one, "attr", getattr(one, "id", "")) for one in ast.walk(node)}
        for name, node in nodes.items()
    }
    calls = {
        name: {other for other in nodes if other.rpartition(".")[2] in words} for name, words in named.items()
    }
    for _ in nodes:
        for name, others in calls.items():
            calls[name] = others.union(*(calls[other] for other in others))
    return calls


def functions_of(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions of a file, and the methods as `Class.method`."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner


def parameters_of(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """The names of the parameters of every function and method, without self."""
    for name, node in functions_of(tree):
        static = any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list)
        yield name, _names(node)[1 if "." in name and not static else 0 :]


def _names(node: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]


def base_of(name: str) -> str:
    """The variable that a leaf is in.

    >>> base_of("self.params['W1']"), base_of("return[0]"), base_of("x")
    ('self', 'return', 'x')
    """
    return name.partition("[")[0].partition(".")[0]


def expression_of(
    leaves: Mapping[str, Array], base: str, named: Callable[[str, Array], str | None]
) -> str | None:
    """The expression over names of quantities that a variable's leaves make; None where one has no name.

    Arguments:
        base: the variable, as far as it is left out: `p`, `return`, `self.params`
        named: the name of a leaf's quantity
    """
    own = {name[len(base) :]: value for name, value in leaves.items() if _is_in(name, base)}
    if set(own) == {""}:
        return named(base, own[""])
    keys: dict[str, Leaves] = {}
    for rest, value in own.items():
        if not rest.startswith("["):
            return None
        key, _, inner = rest[1:].partition("]")
        keys.setdefault(key, {})[inner] = value
    if not keys:
        return None
    entries: list[tuple[object, str]] = []
    for key, inner in keys.items():
        words = expression_of(
            {f"{base}[{key}]{rest}": v for rest, v in inner.items()}, f"{base}[{key}]", named
        )
        if words is None:
            return None
        entries.append((ast.literal_eval(key), words))
    if all(isinstance(key, int) for key, _ in entries):
        places = [key for key, _ in entries]
        if places != list(range(len(places))):
            return None
        return f"[{', '.join(words for _, words in entries)}]"
    return "{" + ", ".join(f"{key!r}: {words}" for key, words in entries) + "}"


def _is_in(name: str, base: str) -> bool:
    return name == base or name.startswith((f"{base}[", f"{base}."))
