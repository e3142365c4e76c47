"""What a run of the lab may take, required before any of it is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from gradiente.errors import require
from gradiente.formatting import count
from gradiente.layers import Layer
from gradiente.layers.graph import graph_of
from gradiente.layout import size_of
from gradiente.summary import output_shapes

SIDE = 48  # points of a map of the plane, along each axis
MOST_TESTED = 500  # instances of the test data that are predicted for a state


@dataclass(frozen=True)
class Limits:
    """What one run may take.

    Arguments:
        parameters, instances: at most
        outputs: of all neurons for all instances of a batch, or for what is looked at of it between two steps, at most
        memory: bytes of its snapshots
    """

    parameters: int = 2_000_000
    instances: int = 100_000
    outputs: int = 100_000_000
    memory: int = 64 * 1024**2

    def require_instances(self, got: int) -> None:
        """Errors: ArgumentError for too many."""
        require(got <= self.instances, "lab.instances", got=count(got), most=count(self.instances))

    def require_small(self, layers: Sequence[Layer], shape: tuple[int, ...]) -> None:
        """Errors: ArgumentError for layers with too many parameters; ShapeError where they do not fit each other.

        Arguments:
            shape: of an instance
        """
        output_shapes(layers, shape)
        got = size_of([node.parameters() for node in graph_of(layers)])
        require(got <= self.parameters, "lab.parameters", got=count(got), most=count(self.parameters))

    def require_batch(self, layers: Sequence[Layer], shape: tuple[int, ...], batch: int) -> None:
        """Errors: ArgumentError for a batch whose outputs are too many."""
        looked_at = SIDE**2 if shape == (2,) else MOST_TESTED
        got = max(batch, looked_at) * sum(prod(output) for output in output_shapes(layers, shape))
        require(
            got <= self.outputs, "lab.outputs", got=count(got), most=count(self.outputs), batch=count(batch)
        )
