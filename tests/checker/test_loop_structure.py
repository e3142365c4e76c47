"""Loops that take other steps than were asked for: the loop is named, at its line, and nothing beside it."""

import pytest

from gradiente.checker.checking import check
from gradiente.checker.running.sandbox import Limits

from .corpus import mnist_columns, xor_columns, xor_rows
from .corpus.case import edited
from .test_loop_activations import EVERY, FORMS, found, source

pytestmark = pytest.mark.usefixtures("one_process")

INSTANCES = {
    "columns": "zip(X.T[:, :, None], y.T[:, :, None])",
    "rows": "((X[i : i + 1], y[i : i + 1]) for i in range(len(X)))",
}
EPOCHS_INSIDE = (
    (
        "    for _ in range(epocas):\n        orden = azar.permutation({m_all})\n",
        "    if True:\n        orden = np.arange({m_all})\n",
    ),
    (
        "            {forward}\n            g1",
        "          for _ in range(epocas):\n            {forward}\n            g1",
    ),
)
FORWARD = "a1, a2 = feedForward(X, w1, b1, w2, b2)"


@pytest.mark.parametrize(("workshop", "form"), EVERY)
def test_an_update_per_instance_is_none_per_epoch(check_source, workshop, form):
    text = source(workshop, form)
    head, loop = text.split("def entrenarRed(", 1)
    pairs = f"[pair for _ in range(epocas) for pair in {INSTANCES[form]}]"
    inner = f"    for X, y in {pairs}:\n        {FORWARD}\n"
    loop = loop.replace("    for _ in range(epocas):\n", inner, 1)
    assert found(check_source, f"{head}def entrenarRed({loop}", workshop) == ["update_per_part"]


@pytest.mark.parametrize(("workshop", "form"), EVERY)
def test_arguments_in_another_order(check_source, workshop, form):
    lecture, other = ("w1, w2, b1, b2, a2, a1", "w1, b1, w2, b2, a1, a2")[:: 1 if workshop == "xor" else -1]
    head, loop = source(workshop, form).split("def entrenarRed(", 1)
    text = f"{head}def entrenarRed({loop.replace(f'backProp(X, y, {lecture}', f'backProp(X, y, {other}', 1)}"
    assert found(check_source, text, workshop) == ["arguments_exchanged"]


@pytest.mark.parametrize("form", FORMS)
def test_arguments_in_another_order_in_batches(check_source, form):
    head, loop = source("mnist", form).split("def entrenarRedMiniBatch(", 1)
    loop = loop.replace(
        "X, y, w1, b1, w2, b2, a1, a2)\n            w1", "X, y, w1, w2, b1, b2, a2, a1)\n            w1"
    )
    text = f"{head}def entrenarRedMiniBatch({loop}"
    assert found(check_source, text, "mnist", "entrenarRedMiniBatch") == ["arguments_exchanged"]


@pytest.mark.parametrize("form", FORMS)
def test_all_epochs_on_one_batch_after_another(check_source, form):
    text = source("mnist", form)
    for old, new in EPOCHS_INSIDE:
        words = {"forward": FORWARD, **FORMS[form]}
        text = edited(text, (old.format(**words), new.format(**words)))
    text = text.replace("            lote = ", "          lote = ").replace(
        "            X, y = todo", "          X, y = todo"
    )
    assert found(check_source, text, "mnist", "entrenarRedMiniBatch") == ["epochs_in_batches"]


@pytest.mark.parametrize(
    "style", [xor_columns.STYLE, xor_rows.STYLE, mnist_columns.STYLE], ids=lambda s: f"{s.workshop}-{s.name}"
)
def test_an_endless_loop_is_named_at_its_line(tmp_path, style):
    head, loop = style.source.split("def entrenarRed(", 1)
    first = next(line for line in loop.splitlines() if line.startswith("    for "))
    endless = "    while True:" if style.workshop == "xor" else f"{first.split(' in ')[0]} in iter(int, 1):"
    text = f"{head}def entrenarRed({loop.replace(first, endless, 1)}"
    path = tmp_path / "taller.py"
    path.write_text(text, encoding="utf-8")
    verdict = check(path, style.workshop, Limits(call=1.0))
    ended = {f.name: [(m.mistake, m.line) for m in f.findings] for f in verdict.functions}["entrenarRed"]
    assert ended == [("timeout", text.splitlines().index(endless) + 1)]


def test_the_sign_is_no_mistake_beside_another_one(check_source):
    text = edited(
        xor_columns.STYLE.source,
        ("    dz2 = a2 - y", "    dz2 = (y - a2) * a2 * (1 - a2)"),
        *((f"{p} = {p} - lr * d{p}", f"{p} = {p} + lr * d{p}") for p in ("w1", "b1", "w2", "b2")),
    )
    assert found(check_source, text, "xor", "backProp") == ["output_other_loss"]
