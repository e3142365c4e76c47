"""Which inputs an answer, or the accuracy, comes from."""

from gradiente.attribution.integrated_gradients import Attribution, integrated_gradients
from gradiente.attribution.permutation import Importance, permutation_importance

__all__ = ["Attribution", "Importance", "integrated_gradients", "permutation_importance"]
