"""The remedies against overfitting, compared: the same network, the same few instances, several seeds."""

from gradiente.comparison.comparison import PARTS, Comparison, Row, SeedResult
from gradiente.comparison.experiment import EPOCHS, compare, default_samples, draw
from gradiente.comparison.remedies import REMEDIES, Remedy, remedies_named

__all__ = [
    "EPOCHS",
    "PARTS",
    "REMEDIES",
    "Comparison",
    "Remedy",
    "Row",
    "SeedResult",
    "compare",
    "default_samples",
    "draw",
    "remedies_named",
]
