"""The remedies against overfitting, side by side: the same network, the same few instances, several seeds."""

from gradiente.comparison.experiment import EPOCHS, compare, default_samples, draw
from gradiente.comparison.remedies import REMEDIES, Remedy, remedies_named
from gradiente.comparison.results import PARTS, Comparison, Outcome, Row

__all__ = [
    "EPOCHS",
    "PARTS",
    "REMEDIES",
    "Comparison",
    "Outcome",
    "Remedy",
    "Row",
    "compare",
    "default_samples",
    "draw",
    "remedies_named",
]
