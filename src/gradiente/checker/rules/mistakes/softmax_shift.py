"""The largest score is subtracted in one of numerator and denominator, and not in the other."""

from gradiente.checker.rules.mistake import Mistake, of_wrong_forms

MISTAKE = Mistake("softmax_shift", of_wrong_forms("softmax_shift"), plant=None)
