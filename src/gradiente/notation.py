"""The notation of the command line and of config files: `Linear(784, 512)`, `Adam(lr=0.001)`.

It is parsed as data, never executed: a name from a registry; its arguments are literals, objects in the same
notation, or lists of them.
"""

import ast
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

import numpy as np

from gradiente.concept import require_arguments
from gradiente.errors import ArgumentError, did_you_mean
from gradiente.lazy import Registry

T = TypeVar("T")
LARGEST = 2**63 - 1  # a whole number that NumPy can hold
SHOWN = 200  # characters of a notation in a message
# What Python raises for a source that it cannot read: nested too deeply, or {[]: 1}, whose keys cannot be keys.
UNREADABLE = (SyntaxError, TypeError, ValueError, RecursionError, MemoryError)


def parse(source: str, registry: Mapping[str, type[T]]) -> T:
    """The object that the notation describes. Names are case-insensitive.

    >>> from gradiente.layers import REGISTRY
    >>> parse("linear(3, 2, bias=False)", REGISTRY)
    Linear(in_features=3, out_features=2, bias=False)
    """
    return _build(_tree(source), source, registry)


def parse_list(source: str, registry: Mapping[str, type[T]]) -> list[T]:
    """The objects that a comma-separated list of notations describes.

    >>> from gradiente.layers import REGISTRY
    >>> parse_list("Linear(3, 2), Tanh", REGISTRY)
    [Linear(in_features=3, out_features=2, bias=True), Tanh()]
    """
    tree = _tree(f"[{source}]")
    if not isinstance(tree, ast.List):
        raise ArgumentError("notation.syntax", source=_shown(source))
    return [_build(node, source, registry) for node in tree.elts]


def write(value: object, registry: Mapping[str, type], *, brief: bool = False) -> str:
    """The notation that describes an object, every field in it, so that a later default cannot change it.

    Arguments:
        brief: for reading: fields that have their default are left out

    >>> from gradiente.layers import REGISTRY, Linear
    >>> write(Linear(3, 2), REGISTRY), write(Linear(3, 2), REGISTRY, brief=True)
    ('Linear(3, 2, bias=True)', 'Linear(3, 2)')
    """
    name = _name_of(type(value), registry)
    arguments = []
    for field in fields(value):  # pyright: ignore[reportArgumentType]
        entry = getattr(value, field.name)
        if brief and entry == field.default:
            continue
        if callable(entry):
            raise ArgumentError("notation.function", name=name, field=field.name)
        written = _written(entry, registry, brief=brief)
        named = field.kw_only or field.default is not MISSING
        arguments.append(f"{field.name}={written}" if named else written)
    return f"{name}({', '.join(arguments)})"


def describe(value: object, registry: Mapping[str, type], *, brief: bool = False) -> str:
    """The notation of a registered object; the repr of any other.

    >>> from gradiente.layers import REGISTRY, Tanh
    >>> describe(Tanh(), REGISTRY), describe(3, REGISTRY)
    ('Tanh()', '3')
    """
    return repr(value) if _name_of(type(value), registry) is None else write(value, registry, brief=brief)


def _written(value: object, registry: Mapping[str, type], *, brief: bool) -> str:
    """A value in the notation; registered objects in a sequence are written as a list."""
    if not isinstance(value, list | tuple):
        return describe(value.item() if isinstance(value, np.generic) else value, registry, brief=brief)
    entries = ", ".join(_written(entry, registry, brief=brief) for entry in value)
    if isinstance(value, list) or any(_name_of(type(entry), registry) for entry in value):
        return f"[{entries}]"
    return f"({entries},)" if len(value) == 1 else f"({entries})"


def _tree(source: str) -> ast.expr:
    try:
        return ast.parse(source.strip(), mode="eval").body
    except UNREADABLE:
        raise ArgumentError("notation.syntax", source=_shown(source.strip("[]"))) from None


def _build(node: ast.expr, source: str, registry: Mapping[str, type[T]]) -> T:
    call = node if isinstance(node, ast.Call) else ast.Call(func=node, args=[], keywords=[])
    words = [word.arg for word in call.keywords]
    if not isinstance(call.func, ast.Name | ast.Attribute) or len(words) != len(set(words)):
        raise ArgumentError("notation.syntax", source=_shown(source))
    kind = _find(_unparsed(call.func, source), registry)
    arguments = [_value(argument, source, registry) for argument in call.args]
    options = {str(word.arg): _value(word.value, source, registry) for word in call.keywords}
    try:
        return kind(*arguments, **options)
    except TypeError:
        require_arguments(kind, arguments, options)
        raise


def _find(name: str, registry: Mapping[str, type[T]]) -> type[T]:
    folded = {known.casefold(): known for known in registry}
    if name.casefold() not in folded:
        raise ArgumentError("notation.name", name=name, hint=did_you_mean(name, registry))
    return registry[folded[name.casefold()]]


def _name_of(kind: type, registry: Mapping[str, type]) -> str | None:
    if isinstance(registry, Registry):
        return registry.name_of(kind)
    return next((name for name, known in registry.items() if known is kind), None)


def _value(node: ast.expr, source: str, registry: Mapping[str, type[T]]) -> Any:
    if isinstance(node, ast.Call):
        return _build(node, source, registry)
    if isinstance(node, ast.List | ast.Tuple):
        entries = [_entry(entry, source, registry) for entry in node.elts]
        return entries if isinstance(node, ast.List) else tuple(entries)
    try:
        value = ast.literal_eval(node)
    except UNREADABLE:
        value = None
    else:
        if not isinstance(value, int) or abs(value) <= LARGEST:
            return value
    raise ArgumentError("notation.value", value=_shown(_unparsed(node, source)), source=_shown(source))


def _unparsed(node: ast.expr, source: str) -> str:
    try:
        return ast.unparse(node)
    except RecursionError:
        raise ArgumentError("notation.syntax", source=_shown(source)) from None


def _shown(source: str) -> str:
    return source if len(source) <= SHOWN else f"{source[:SHOWN]}…"


def _entry(node: ast.expr, source: str, registry: Mapping[str, type[T]]) -> Any:
    """A value in a list, where a name alone is an object: [Linear(3, 3), Tanh]."""
    alone = isinstance(node, ast.Name | ast.Attribute)
    return _build(node, source, registry) if alone else _value(node, source, registry)
