"""What moves the weights beside the gradients is named: sums that are kept, momentum, weight decay."""

import pytest

from .corpus.case import edited
from .test_loop_activations import EVERY, FORMS, NETWORKS, found, source

pytestmark = pytest.mark.usefixtures("one_process")

UPDATE = "w1, b1, w2, b2 = w1 - lr * g1, b1 - lr * h1, w2 - lr * g2, b2 - lr * h2"
LOOP = "    for _ in range(epocas):\n"
RULES = {
    "gradients_accumulate": ("vi + gi", "-lr"),
    "momentum_unasked": ("0.9 * vi - lr * gi", "1"),
}
DECAYS = "w1, b1, w2, b2 = w1 - lr * g1 - 0.01 * w1, b1 - lr * h1, w2 - lr * (g2 + 0.02 * w2), b2 - lr * h2"
INLINED = """def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    v = [0, 0, 0, 0]
    for _ in range(epocas):
        d2 = (a2 - y) / {m}
        d1 = {back} * {slope}
        g = {dw1}, d1.sum(axis={instances}, keepdims=True), {dw2}, d2.sum(axis={instances}, keepdims=True)
        {update}
        a1, a2 = feedForward(X, w1, b1, w2, b2)
    return w1, b1, w2, b2
"""


def loop_with(text, rule):
    """The first loop of a text, with what is kept from step to step in the place of its update."""
    kept, sign = RULES[rule]
    head, _, rest = text.partition(LOOP)
    call = next(line for line in rest.splitlines() if "backProp(" in line)
    update = next(line for line in rest.splitlines() if line.strip() == UPDATE)
    gradients = call.replace("g1, h1, g2, h2", "g")
    lines = (
        f"v = [{kept} for vi, gi in zip(v, g)]",
        f"w1, b1, w2, b2 = (p + {sign} * vi for p, vi in zip((w1, b1, w2, b2), v))",
    )
    space = update[: len(update) - len(update.lstrip())]
    rest = rest.replace(call, gradients, 1).replace(update, "\n".join(space + line for line in lines), 1)
    return f"{head}    v = [0, 0, 0, 0]\n{LOOP}{rest}"


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("workshop", "form"), EVERY)
def test_what_is_kept_from_step_to_step(check_source, workshop, form, rule):
    head, loop = source(workshop, form).split("def entrenarRed(", 1)
    text = f"{head}def entrenarRed({loop_with(loop, rule)}"
    assert found(check_source, text, workshop) == [rule]


@pytest.mark.parametrize(("workshop", "form"), EVERY)
def test_weight_decay(check_source, workshop, form):
    head, loop = source(workshop, form).split("def entrenarRed(", 1)
    text = f"{head}def entrenarRed({loop.replace(UPDATE, DECAYS, 1)}"
    verdict = check_source(text, workshop)
    assert found(check_source, text, workshop) == ["weight_decay"]
    decayed = next(f for f in verdict.functions if f.name == "entrenarRed").findings[0]
    assert decayed.values["names"] == "w1, w2"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("rule", [*RULES, "weight_decay"])
def test_the_same_in_batches(check_source, form, rule):
    head, loop = source("mnist", form).split("def entrenarRedMiniBatch(", 1)
    loop = loop.replace(UPDATE, DECAYS, 1) if rule == "weight_decay" else loop_with(loop, rule)
    text = f"{head}def entrenarRedMiniBatch({loop}"
    assert found(check_source, text, "mnist", "entrenarRedMiniBatch") == [rule]


@pytest.mark.parametrize("form", FORMS)
def test_sums_that_are_set_back_at_every_epoch_only(check_source, form):
    head, loop = source("mnist", form).split("def entrenarRedMiniBatch(", 1)
    loop = loop_with(loop, "gradients_accumulate")
    loop = edited(loop, (LOOP, f"{LOOP}        v = [0, 0, 0, 0]\n"))
    text = f"{head}def entrenarRedMiniBatch({loop}"
    assert found(check_source, text, "mnist", "entrenarRedMiniBatch") == ["gradients_accumulate"]


UPDATES = {
    "gradients_accumulate": (
        "v = [vi + gi for vi, gi in zip(v, g)]; w1, b1, w2, b2 = w1 - lr * v[0], b1 - lr * v[1], "
        "w2 - lr * v[2], b2 - lr * v[3]"
    ),
    "momentum_unasked": (
        "v = [0.5 * vi - lr * gi for vi, gi in zip(v, g)]; w1, b1, w2, b2 = w1 + v[0], b1 + v[1], "
        "w2 + v[2], b2 + v[3]"
    ),
    "weight_decay": (
        "w1, b1, w2, b2 = 0.99 * w1 - lr * g[0], b1 - lr * g[1], 0.99 * w2 - lr * g[2], b2 - lr * g[3]"
    ),
    "right": "w1, b1, w2, b2 = w1 - lr * g[0], b1 - lr * g[1], w2 - lr * g[2], b2 - lr * g[3]",
}


@pytest.mark.parametrize("rule", UPDATES)
@pytest.mark.parametrize(("workshop", "form"), EVERY)
def test_the_same_where_the_loop_computes_its_gradients(check_source, workshop, form, rule):
    head, loop = source(workshop, form).split("def entrenarRed(", 1)
    _, batches, rest = loop.partition("def entrenarRedMiniBatch(")
    words = {**FORMS[form], **NETWORKS[workshop], "update": UPDATES[rule]}
    text = f"{head}{INLINED.format(**words)}{batches}{rest}"
    assert found(check_source, text, workshop) == ([] if rule == "right" else [rule])
