"""The operands of a stage's recorded formulas, and where a parameter is."""

from dataclasses import dataclass

# W x or another head's y; b of a Linear; ∂J/∂output; the targets; the instances' weights; any entry of a W; the
# factor of every dropout's p.
RAW, BIAS, DELTA, TARGET, SHARE, WEIGHT = "raw", "bias", "delta", "target", "share", "weight"
DROPOUT = "dropout"


@dataclass(frozen=True)
class Place:
    """Where a parameter is in the flat arrays."""

    start: int
    stop: int
