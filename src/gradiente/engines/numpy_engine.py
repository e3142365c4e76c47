"""The closed forms, executed by NumPy as they are written."""

from gradiente.engines.closed_form import ClosedFormEngine
from gradiente.optimizers import Optimizer

# A rule is element-wise: taken in pieces it gives the same bits, and a piece of this many numbers, with all the
# intermediate results of the rule, stays in a core's cache. Measured on MNIST's Adam: four times as fast.
BLOCK = 24_576


class NumpyEngine(ClosedFormEngine):
    """The optimizer's rule as written, on one cache-sized block of the parameters at a time."""

    name = "numpy"

    def _update(self, optimizer: Optimizer) -> None:
        theta, gradient, slots = self.network.theta, self.network.gradient, self.slots
        for group, slices in self.parameter_groups.slices(self.network, optimizer):
            blocks = [
                slice(start, min(start + BLOCK, piece.stop))
                for piece in slices
                for start in range(piece.start, piece.stop, BLOCK)
            ]
            for block in blocks:
                pieces = {name: slot[block] for name, slot in slots.items()}
                theta[block], new = group.rule(theta[block], gradient[block], pieces, self.t)
                for name, piece in new.items():
                    slots[name][block] = piece
