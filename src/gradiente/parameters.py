"""What a layer says of a parameter before it has a value."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ParameterSpec:
    """A parameter's shape, and the fans that initializers scale by: inputs and outputs of one neuron."""

    shape: tuple[int, ...]
    fan_in: int
    fan_out: int
    is_bias: bool = False
