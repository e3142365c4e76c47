"""The operands of a stage's recorded formulas, and where a parameter is."""

from dataclasses import dataclass

# W x or another head's y; b of a Linear; ∂J/∂output; the targets; any weight.
RAW, BIAS, DELTA, TARGET, WEIGHT = "raw", "bias", "delta", "target", "weight"


@dataclass(frozen=True)
class Place:
    """Where a parameter is in the flat arrays."""

    start: int
    stop: int
