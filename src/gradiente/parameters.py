"""The specification of a parameter before it has a value."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ParameterSpec:
    """A parameter's shape, and the fans that initializers scale by: inputs and outputs of one neuron.

    `constant` is its initial value regardless of the initializer: 1 for the scale of a normalization. `std` is the
    standard deviation of PyTorch's default, where that is a normal distribution, `bound` that of a uniform one where it
    does not follow from the fans; row `zero_row` begins at 0. Without `is_penalized` nothing pulls it to 0, such as the
    frequency of a wave.
    """

    shape: tuple[int, ...]
    fan_in: int
    fan_out: int
    is_bias: bool = False
    constant: float | None = None
    std: float | None = None
    bound: float | None = None
    zero_row: int | None = None
    is_penalized: bool = True

    @property
    def is_weight(self) -> bool:
        """Whether it multiplies inputs: what penalties act on."""
        return not self.is_bias and self.constant is None and self.is_penalized
