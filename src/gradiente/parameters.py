"""What a layer says of a parameter before it has a value."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ParameterSpec:
    """A parameter's shape, and the fans that initializers scale by: inputs and outputs of one neuron.

    `constant` is where it starts whatever the initializer says: the scale of a normalization at 1.
    """

    shape: tuple[int, ...]
    fan_in: int
    fan_out: int
    is_bias: bool = False
    constant: float | None = None

    @property
    def is_weight(self) -> bool:
        """Whether it multiplies inputs: what penalties act on."""
        return not self.is_bias and self.constant is None
