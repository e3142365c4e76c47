"""The formula of the activation with a sign or a parenthesis that is wrong."""

from gradiente.checker.rules.mistake import Mistake, of_wrong_forms

MISTAKE = Mistake("activation_wrong", of_wrong_forms("activation_wrong"), plant=None)
