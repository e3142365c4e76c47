"""The division by the sum is missing."""

from gradiente.checker.rules.mistake import Mistake, of_wrong_forms

MISTAKE = Mistake("softmax_missing_sum", of_wrong_forms("softmax_missing_sum"), plant=None)
