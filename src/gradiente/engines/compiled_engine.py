"""The closed forms with the rule compiled: one pass over the parameters instead of one for every operation."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gradiente.engines.closed_form import ClosedFormEngine
from gradiente.engines.recording import Recording, record
from gradiente.errors import require_installed
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer


class CompiledEngine(ClosedFormEngine):
    """The optimizer's rule, recorded once and compiled by Numba: the same operations, so the same bits.

    Errors: ArgumentError where Numba is not installed
    """

    name = "compiled"

    def __init__(self, objective: Objective, optimizer: Optimizer) -> None:
        require_installed("numba", extra="compiled")
        import numba

        super().__init__(objective, optimizer)
        self._compile = numba.njit(error_model="numpy")
        self._scope: dict[str, Any] = {"np": np}
        self._kernels: dict[str, Callable[..., None]] = {}

    def _update(self, optimizer: Optimizer) -> None:
        recording = record(optimizer, list(self.slots), self.t)
        constants = np.array(recording.constants, self.network.dtype)
        kernel = self._kernel(recording)
        for piece in self.network.learning:
            arrays = (array[piece] for array in (self.network.theta, self.network.gradient))
            kernel(*arrays, constants, *(slot[piece] for slot in self.slots.values()))

    def _kernel(self, recording: Recording) -> Callable[..., None]:
        source = _program(recording, list(self.slots))
        if source not in self._kernels:
            scope = dict(self._scope)
            exec(source, scope)
            self._kernels[source] = self._compile(scope["kernel"])
        return self._kernels[source]


def _program(recording: Recording, slots: list[str]) -> str:
    """A loop over the elements whose body is the recording; results are stored when all is computed."""
    arguments = ", ".join(["theta", "gradient", "c", *(f"slot_{name}" for name in slots)])
    stores = [f"{place} = {value}" for place, value in recording.results.items() if place != value]
    body = [*recording.lines, *stores]
    loop = ["def kernel(" + arguments + "):", "    for i in range(theta.size):"]
    return "\n".join([*loop, *(f"        {line}" for line in body)]) + "\n"
