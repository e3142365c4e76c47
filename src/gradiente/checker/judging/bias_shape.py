"""The shape of ∂J/∂b: the numbers may be right, and the update turn b into a matrix all the same."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from gradiente.checker.judging.gradient_match import GradientMatch
from gradiente.checker.judging.gradient_search import GRADIENTS
from gradiente.checker.judging.quantities import line_of
from gradiente.checker.judging.session import Session, step_arguments
from gradiente.checker.judging.stub import install, remove
from gradiente.checker.reference.layer_formulas import label
from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.reference import Reference
from gradiente.checker.verdict import Finding

NAME = "backProp"
LOOPS = ("entrenarRed", "entrenarRedMiniBatch")
EPOCHS = 2
NEURONS = {
    "xor": (4, 1),
    "mnist": (512, 10),
}  # of the hidden layer and of the output, as the workshop has them
BIASES = [name for name in GRADIENTS if name.startswith("db")]
WEIGHTS = [name for name in GRADIENTS if name.startswith("dW")]


def misshapen(session: Session, match: GradientMatch) -> Iterator[Finding]:
    """Gradients of b that have its numbers and not its shape, where the file's loop does not reshape them.

    What the loop does with them decides: it is run with them, and then with gradients of the right shapes.
    """
    case, layout = match.run.cases[0], match.run.layout
    if match.swapped or any(_shape(match, name) != _wanted(match, name, layout) for name in WEIGHTS):
        return  # the loop would fail with these, whatever the shape of ∂J/∂b
    summed = set(match.explanation.scales) - {made.quantity for made in match.explanation.made}
    wrong = [name for name in BIASES if name in summed and _differs(match, name, layout)]
    loop = next((name for name in LOOPS if session.has(name)), None)
    if not wrong or loop is None:
        return
    forms = [form for form in _forms(session, layout) if not _keeps_shapes(session, loop, case, form)]
    if len(forms) < len(_forms(session, layout)):
        return
    install(session)
    fitting = next((form for form in forms if _keeps_shapes(session, loop, case, form)), None)
    remove(session)
    if fitting is not None:
        wrong = [name for name in wrong if _differs(match, name, fitting)]
        yield from [_finding(session, match, wrong, fitting)] if wrong else []


def _differs(match: GradientMatch, name: str, layout: Layout) -> bool:
    found, wanted = match.observed[0][name], _wanted(match, name, layout)
    return found is not None and found.shape != wanted and found.size > 1


def _shape(match: GradientMatch, name: str) -> tuple[int, ...]:
    return np.asarray(match.observed[0][name]).shape


def _wanted(match: GradientMatch, name: str, layout: Layout) -> tuple[int, ...]:
    return layout.to_student(name[1:], match.run.cases[0].numbers[name[1:]]).shape


def _forms(session: Session, layout: Layout) -> list[Layout]:
    """The forms that b may have; XOR's backProp does not show which, since its b is 0."""
    if session.workshop.name != "xor":
        return [layout]
    natural = "column" if layout.columns else "row"
    return [replace(layout, bias=form) for form in dict.fromkeys((natural, "flat", "column", "row"))]


def _keeps_shapes(session: Session, loop: str, case: Reference, layout: Layout) -> bool:
    """Whether the loop runs, and every b has as many numbers afterwards as before."""
    given = {**step_arguments(case, layout), "lr": 0.1, "epocas": EPOCHS, "batch_size": case.m}
    outcome = session.call(loop, given, record=(NAME,))
    if outcome.failure is not None:
        return False
    binding = session.bindings[NAME]
    seen = [binding.given(record.arguments, record.keywords) for record in outcome.records]
    return all(
        getattr(step.get(b), "size", given[b].size) == given[b].size for step in seen for b in ("b1", "b2")
    )


def _finding(session: Session, match: GradientMatch, names: Sequence[str], layout: Layout) -> Finding:
    """The finding, with the shapes that they have for the workshop's own numbers of neurons."""
    sizes, own = match.run.cases[0].sizes, NEURONS[session.workshop.name]
    shown = {sizes.h: own[0], sizes.k: own[1]}

    def shapes(found: Sequence[tuple[int, ...]]) -> str:
        return ", ".join(str(tuple(shown.get(size, size) for size in shape)) for shape in found)

    values = {
        "where": ", ".join(map(label, names)),
        "shape": shapes([_shape(match, name) for name in names]),
        "wanted": shapes([_wanted(match, name, layout) for name in names]),
    }
    return Finding(
        "bias_shape", NAME, label(names[0]), line_of(session.function(NAME), names[0], match.way), values
    )
