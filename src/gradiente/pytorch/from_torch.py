"""A network from a module of PyTorch."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gradiente.errors import ArgumentError, require, require_installed
from gradiente.layers import Layer, Residual
from gradiente.network import Network, Shape
from gradiente.pytorch.modules import called
from gradiente.pytorch.traced import Leaf, Part, parts_of

if TYPE_CHECKING:
    import torch

HOOKS = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_backward_hooks",
    "_backward_pre_hooks",
    "_state_dict_hooks",
    "_state_dict_pre_hooks",
)
PARAMETER_HOOKS = ("_backward_hooks", "_post_accumulate_grad_hooks")


def from_torch(module: "torch.nn.Module", *, input_shape: Shape | None = None) -> Network:
    """The same network in gradiente: layers, parameters, running statistics, dtype, and what is frozen.

    A torch.nn.Sequential is read layer by layer; of any other module the forward method is traced by torch.fx: modules
    and functions one after the other (F.relu, x.view(-1, 400)), and x + y as a Residual.

    Arguments:
        module: on any device
        input_shape: of one instance, where the first layers do not fix it: (28, 28) before a Flatten

    Errors: ArgumentError that names the first module or call without an equivalent here, or what keeps it from having
        one

    >>> import torch
    >>> module = torch.nn.Sequential(torch.nn.Linear(2, 3, bias=False), torch.nn.Tanh())
    >>> from_torch(module)
    Network([Linear(in_features=2, out_features=3, bias=False), Tanh()])
    """
    require_installed("torch", extra="torch")
    parts = parts_of("", module)
    layers = [_layer(part) for part in parts]
    _require_no_hooks(module)
    leaves = [list(_leaves(part, str(index))) for index, part in enumerate(parts)]
    places = {place: leaf for own in leaves for place, leaf in own}
    _require_memory_of_its_own(list(places.values()))
    _require_all_parameters(module, list(places.values()))
    network = Network(layers, dtype=_dtype(module), input_shape=input_shape)
    network.load_state_dict(
        {
            f"{place}.{name}": tensor.numpy(force=True)
            for place, leaf in places.items()
            for name, tensor in leaf.module.state_dict().items()
        }
    )
    frozen = [_is_frozen([leaf for _, leaf in own]) for own in leaves]
    network.freeze(*(index for index, still in enumerate(frozen) if still))
    return network


def _layer(part: Part) -> Layer:
    if isinstance(part, Leaf):
        return part.layer
    return Residual([_layer(one) for one in part.layers], shortcut=[_layer(one) for one in part.shortcut])


def _leaves(part: Part, place: str) -> Iterator[tuple[str, Leaf]]:
    """The modules of a part, each with the path that it has in the network."""
    if isinstance(part, Leaf):
        yield place, part
        return
    for branch, parts in (("layers", part.layers), ("shortcut", part.shortcut)):
        for index, one in enumerate(parts):
            yield from _leaves(one, f"{place}.{branch}.{index}")


def _require_no_hooks(module: "torch.nn.Module") -> None:
    """No module has hooks, and no parameter, nor a forward method of its own: they change what is computed."""
    for path, part in getattr(module, "named_modules", dict)():
        hooked = [getattr(part, hooks) for hooks in HOOKS]
        for parameter in part.parameters(recurse=False):
            hooked += [getattr(parameter, hooks) for hooks in PARAMETER_HOOKS]
        require(not any(hooked), "from_torch.hooks", module=called(path, part))
        require("forward" not in vars(part), "from_torch.replaced", module=called(path, part))


def _require_memory_of_its_own(leaves: Sequence[Leaf]) -> None:
    owners = dict[int, str]()
    for leaf in leaves:
        for name, tensor in leaf.module.state_dict().items():
            place = f"{leaf.path}.{name}" if leaf.path else name
            owner = owners.get(tensor.data_ptr())
            require(owner is None, "from_torch.shared", first=owner, second=place)
            owners[tensor.data_ptr()] = place


def _require_all_parameters(module: "torch.nn.Module", leaves: Sequence[Leaf]) -> None:
    """No parameter of the module is left out."""
    taken = {id(parameter) for leaf in leaves for parameter in leaf.module.parameters()}
    left = [name for name, parameter in module.named_parameters() if id(parameter) not in taken]
    if left:
        raise ArgumentError("from_torch.unused", names=", ".join(left))


def _dtype(module: "torch.nn.Module") -> str:
    """The one type of all its real numbers; without parameters, the usual one."""
    kinds = {tensor.dtype for tensor in module.state_dict().values() if tensor.is_floating_point()}
    names = sorted(str(kind).removeprefix("torch.") for kind in kinds) or ["float32"]
    if names not in (["float32"], ["float64"]):
        raise ArgumentError("from_torch.dtype", got=", ".join(names))
    return names[0]


def _is_frozen(leaves: Sequence[Leaf]) -> bool:
    """Whether a layer is frozen: all of its parameters, or none."""
    learns = {
        f"{leaf.path}.{name}" if len(leaves) > 1 else name: parameter.requires_grad
        for leaf in leaves
        for name, parameter in leaf.module.named_parameters()
    }
    frozen = sorted(name for name, learning in learns.items() if not learning)
    whole = len(frozen) in (0, len(learns))
    first = leaves[0]
    require(
        whole, "from_torch.partly_frozen", module=called(first.path, first.module), frozen=", ".join(frozen)
    )
    return bool(frozen)
