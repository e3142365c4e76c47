"""The forward method of any module of PyTorch, traced: its layers one after the other, and its skip connections."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradiente.errors import ArgumentError, require
from gradiente.layers import Layer
from gradiente.pytorch.calls import is_addition, is_size, modules_of
from gradiente.pytorch.modules import called, layer_of, own_layer

if TYPE_CHECKING:
    import torch
    from torch.fx import GraphModule, Node


@dataclass(frozen=True)
class Leaf:
    """A module of torch.nn, with where it is, and our layer of it."""

    path: str
    module: "torch.nn.Module"
    layer: Layer

    @classmethod
    def of(cls, path: str, module: "torch.nn.Module") -> "Leaf":
        return cls(path, module, layer_of(path, module))


@dataclass(frozen=True)
class Skip:
    """The sum of two branches; the second is empty where it is the input itself."""

    layers: "list[Part]"
    shortcut: "list[Part]"


Part = Leaf | Skip


def parts_of(path: str, module: "torch.nn.Module") -> list[Part]:
    """The parts of a module in order.

    A Sequential is its children; a module of torch.nn itself is one part; of any other the forward method is traced.

    Errors: ArgumentError for a forward method that is more than layers one after the other, and sums
    """
    import torch

    if type(module) is torch.nn.Sequential:
        children = module._modules.items()  # named_children() leaves out what comes a second time
        return [part for name, child in children for part in parts_of(_inner(path, name), child)]  # pyright: ignore
    return _Reader(path, module).parts() if _is_own(module) else [Leaf.of(path, module)]


def _is_own(module: "torch.nn.Module") -> bool:
    """Whether a module is composed by its user: no module of torch.nn, nor a variant of one, nor a layer of ours."""
    import torch

    composed = {torch.nn.Module, torch.nn.Sequential}
    bases = [base for base in type(module).__mro__ if base.__module__.startswith("torch.nn")]
    composed_only = isinstance(module, torch.nn.Module) and composed.issuperset(bases)
    return composed_only and own_layer(module) is None


class _Reader:
    """The graph of one forward method."""

    def __init__(self, path: str, module: "torch.nn.Module") -> None:
        self.path, self.name = path, called(path, module)
        self.root = _traced(module, self.name)
        self.root.graph.eliminate_dead_code()
        self.nodes = [node for node in self.root.graph.nodes if not is_size(node)]
        inputs = [node for node in self.nodes if node.op == "placeholder" and node.users]
        require(len(inputs) == 1, "from_torch.inputs", module=self.name, count=len(inputs))
        self.input = inputs[0]
        self.taken: set[Node] = set()

    def parts(self) -> list[Part]:
        output = self.nodes[-1].args[0]
        if not hasattr(output, "op"):
            raise ArgumentError("from_torch.outputs", module=self.name)
        return self._between(self.input, output)  # pyright: ignore[reportArgumentType]

    def _between(self, start: "Node", end: "Node") -> list[Part]:
        """What makes `end` of `start`."""
        found: list[list[Part]] = []
        while end is not start:
            if end in self.taken:
                raise ArgumentError("from_torch.branches", module=self.name, value=end)
            self.taken.add(end)
            before = self._before(end)
            found.append([self._sum(end, before)] if is_addition(end) else self._modules(end))
            end = before
        return [part for parts in reversed(found) for part in parts]

    def _before(self, node: "Node") -> "Node":
        """The value that a node is computed from; of a sum the last one that both of its terms are."""
        if not is_addition(node):
            values = [entry for entry in node.all_input_nodes if not is_size(entry)]
            if len(values) != 1:
                raise ArgumentError("from_torch.branches", module=self.name, value=node)
            return values[0]
        first, second = (list(self._chain(term)) for term in node.args)  # pyright: ignore[reportArgumentType]
        return next(value for value in first if value in second)

    def _chain(self, node: "Node") -> "Iterator[Node]":
        """A value, the one that it is computed from, and so on, to the input."""
        yield node
        while node is not self.input:
            node = self._before(node)
            yield node

    def _sum(self, node: "Node", start: "Node") -> Skip:
        main, shortcut = (self._between(start, term) for term in node.args)  # pyright: ignore[reportArgumentType]
        if not main:
            main, shortcut = shortcut, main
        if not main:
            raise ArgumentError("from_torch.call", call=f"{start} + {start}")
        return Skip(main, shortcut)

    def _modules(self, node: "Node") -> list[Part]:
        parts = self._parts(node)
        if _changes_input(parts):
            self._require_last(node, self._before(node))
        return parts

    def _parts(self, node: "Node") -> list[Part]:
        if node.op == "call_module":
            path = str(node.target)
            return parts_of(_inner(self.path, path), self.root.get_submodule(path))
        if node.op in ("call_function", "call_method"):
            return [Leaf.of(_inner(self.path, node.name), module) for module in modules_of(node, self.root)]
        raise ArgumentError("from_torch.branches", module=self.name, value=node)

    def _require_last(self, node: "Node", value: "Node") -> None:
        """Nothing after a node uses a value that it changes in place, nor one that shares its memory."""
        later = self.nodes[self.nodes.index(node) + 1 :]
        while True:
            if any(user in value.users for user in later):
                raise ArgumentError("from_torch.in_place", module=self.name, call=node, value=value)
            if value is self.input or is_addition(value) or not _copies(self._parts(value)):
                return
            value = self._before(value)


def _copies(parts: Sequence[Part]) -> bool:
    """Whether all that the parts do is to hand on their input's numbers."""
    return all(isinstance(part, Leaf) and part.layer.copies for part in parts)


def _changes_input(parts: Sequence[Part]) -> bool:
    """Whether the first part that computes anything writes its output over its input."""
    computing = (part for part in parts if not _copies([part]))
    first = next(computing, None)
    if isinstance(first, Skip):
        return _changes_input(first.layers) or _changes_input(first.shortcut)
    return first is not None and bool(getattr(first.module, "inplace", False))


def _traced(module: "torch.nn.Module", name: str) -> "GraphModule":
    """The module's forward method as a graph, in inference mode.

    Errors: ArgumentError where what it does depends on the numbers
    """
    from torch import fx

    class Tracer(fx.Tracer):
        def is_leaf_module(self, m: "torch.nn.Module", module_qualified_name: str) -> bool:
            return own_layer(m) is not None or super().is_leaf_module(m, module_qualified_name)

    with _inference(module):
        try:
            return fx.GraphModule(module, Tracer().trace(module))
        except (
            Exception
        ) as error:  # anything that the user's forward method does with a value that is none yet
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ArgumentError("from_torch.untraceable", module=name, reason=reason) from error


@contextmanager
def _inference(module: "torch.nn.Module") -> Iterator[None]:
    """Context manager: all of the module in inference mode, and after that as it was."""
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        yield
    finally:
        for part, training in modes.items():
            part.training = training


def _inner(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
