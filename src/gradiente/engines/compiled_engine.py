"""The closed forms with the rule compiled: one pass over the parameters instead of one for every operation."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from gradiente.engines.closed_form import ClosedFormEngine
from gradiente.errors import require, require_installed
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer
from gradiente.parameter_groups import ParameterGroups
from gradiente.symbolic import CHOICE, Symbol, operations, record


class CompiledEngine(ClosedFormEngine):
    """The optimizer's rule, recorded once and compiled by Numba: the same operations, so bit-identical results.

    Errors: ArgumentError where Numba is not installed
    """

    name = "compiled"

    def __init__(
        self,
        objective: Objective,
        optimizer: Optimizer,
        *,
        parameter_groups: ParameterGroups | None = None,
    ) -> None:
        require_installed("numba", extra="compiled")
        super().__init__(objective, optimizer, parameter_groups=parameter_groups)

    def _update(self, optimizer: Optimizer) -> None:
        for group, slices in self.parameter_groups.slices(self.network, optimizer):
            source, numbers = program(record(group, self.slots, self.t))
            constants = np.array(numbers, self.network.dtype)
            for piece in slices:
                arrays = (array[piece] for array in (self.network.theta, self.network.gradient))
                kernel(source)(*arrays, constants, *(slot[piece] for slot in self.slots.values()))


def program(recorded: Mapping[str, Symbol]) -> tuple[str, list[float]]:
    """A recorded rule as the source of a loop over the elements, and the constants that it reads as c[0], c[1] …

    Numbers that may change from step to step (1 − β₁ᵗ, the learning rate) are constants: the source of two steps is the
    same. Results are stored when all is computed.

    >>> from gradiente.optimizers import SGD
    >>> source, constants = program(record(SGD(lr=0.5), [], t=1))
    >>> print(source)
    def kernel(theta, gradient, c):
        for i in range(theta.size):
            v0 = np.multiply(c[0], gradient[i])
            v1 = np.subtract(theta[i], v0)
            theta[i] = v1
    >>> constants
    [0.5]
    """
    lines, constants, names = list[str](), list[float](), dict[int, str]()
    slots = [name for name in recorded if name != "theta"]

    def operand(symbol: Symbol) -> str:
        if symbol.function:
            return names[id(symbol)]
        if symbol.name:
            return f"slot_{symbol.name}[i]" if symbol.name in slots else f"{symbol.name}[i]"
        constants.append(float(symbol.value))
        return f"c[{len(constants) - 1}]"

    for place, symbol in enumerate(operations(recorded.values())):
        operands = [operand(argument) for argument in symbol.arguments]
        names[id(symbol)] = f"v{place}"
        if symbol.function == CHOICE:
            condition, first, second = operands
            lines.append(f"v{place} = {first} if {condition} else {second}")
        else:
            require(hasattr(np, symbol.function), "symbolic.compiled", name=symbol.function)
            lines.append(f"v{place} = np.{symbol.function}({', '.join(operands)})")
    for name, symbol in recorded.items():
        target = "theta[i]" if name == "theta" else f"slot_{name}[i]"
        if (result := operand(symbol)) != target:
            lines.append(f"{target} = {result}")
    arguments = ", ".join(["theta", "gradient", "c", *(f"slot_{name}" for name in slots)])
    loop = [f"def kernel({arguments}):", "    for i in range(theta.size):"]
    return "\n".join([*loop, *(f"        {line}" for line in lines)]), constants


@cache
def kernel(source: str) -> Callable[..., None]:
    """The compiled loop, shared by all training runs with the same rule."""
    import numba

    scope: dict[str, Any] = {"np": np}
    exec(source, scope)
    return numba.njit(error_model="numpy")(scope["kernel"])
