"""The formula of the activation with a sign or a parenthesis that is wrong."""

from gradiente.checker.rules.mistake import Mistake, WrongRule, only
from gradiente.checker.rules.wrong_forms import WRONG_FORMS

MISTAKE = Mistake(
    "activation_wrong",
    tuple(
        WrongRule(
            "A", only(lambda q, form=form: q.activation == form.meant, lambda q, form=form: form.form(q.Z))
        )
        for form in WRONG_FORMS.values()
        if form.mistake == "activation_wrong"
    ),
    plant=None,
)
