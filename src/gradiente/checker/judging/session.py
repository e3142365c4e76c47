"""One check: the student's file, the process it runs in, and what has been learned of it so far."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import numpy as np

from gradiente.checker.judging.facts import Facts
from gradiente.checker.reading.binding import Binding, plain
from gradiente.checker.reading.submission import Function, Submission
from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.reference import Reference, Sizes, random_reference
from gradiente.checker.running.calls import ABSENT, Call, CallOutcome, Failure
from gradiente.checker.running.sandbox import Sandbox
from gradiente.checker.workshop import Workshop

ACTIVATIONS = {"xor": ("sigmoid",), "mnist": ("tanh", "relu")}
# Sizes that all differ; the network's own; and equal ones, with which nothing stops a product of the wrong matrices.
SIZES = {
    "xor": (Sizes(5, 4, 6, 1), Sizes(7, 3, 5, 1), Sizes(9, 2, 4, 1)),
    "mnist": (Sizes(5, 7, 6, 10), Sizes(9, 12, 8, 10), Sizes(13, 4, 11, 10)),
}
# XOR's own; and of MNIST's those that stand for 784 and 512 where a file has these numbers in its text.
OWN = {"xor": (Sizes(6, 3, 4, 1), Sizes(9, 3, 4, 1), Sizes(7, 3, 4, 1))}
SMALL = (Sizes(5, 7, 6, 10), Sizes(9, 7, 6, 10), Sizes(13, 7, 6, 10))
SQUARE = {
    "xor": (Sizes(4, 4, 4, 1), Sizes(5, 5, 5, 1), Sizes(6, 6, 6, 1)),
    "mnist": (Sizes(10, 10, 10, 10), Sizes(10, 10, 10, 10)),
}
STEP = re.compile(r"lr$|[dgv]|s([bw\d]|$)")  # names of learning rates, gradients and their averages
TABLE_X = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]])
TABLE_Y = np.array([[0.0], [1.0], [1.0], [0.0]])


@dataclass(frozen=True)
class Session:
    """A student's file in its process, and what has been learned of it so far.

    Arguments:
        bindings: by function, how it is called
        facts: what the judges before have learned
        stand_in: whether something stands in the place of backProp
        log: every call that was made, with what came of it
    """

    submission: Submission
    sandbox: Sandbox
    workshop: Workshop
    seed: int
    bindings: Mapping[str, Binding]
    facts: Facts = field(default_factory=Facts)
    stand_in: bool = False
    log: list[tuple[Call, CallOutcome]] = field(default_factory=list)

    def blocked(self, name: str, failure: Failure) -> bool:
        """Whether a function cannot be judged, since one that it uses is wrong and may be what ended it."""
        wrong = [other for other in self.facts.verdicts if other != name and self.wrong(other)]
        used = [
            other for other in wrong if self.uses(name, other) and not (self.stand_in and other == "backProp")
        ]
        return bool(used) or (bool(wrong) and failure.function != name)

    def rates(self, name: str) -> tuple[float, ...]:
        """The numbers in a function that may be learning rates, and 1, which need not be written."""
        nodes = (node for node in ast.walk(self.function(name).node) if isinstance(node, ast.Constant))
        found = {node.value for node in nodes if isinstance(node.value, int | float)}
        return tuple(sorted({float(rate) for rate in found if 0 < rate <= 10} | {1.0}))

    def wrong(self, name: str) -> bool:
        """Whether a function has been judged, and not found right."""
        return name in self.facts.verdicts and self.facts.verdicts[name].status != "right"

    def uses(self, name: str, helper: str) -> bool:
        """Whether a function calls another, by itself or by what the file has beside the workshop's functions."""
        words = re.compile(rf"\b{re.escape(helper)}\b")
        own = ast.unparse(self.function(name).node)
        named = {f.name: ast.unparse(f.node) for f in self.submission.functions.values()}
        others = [text for other, text in named.items() if other not in self.workshop.functions]
        return bool(words.search(own)) or any(map(words.search, (*others, *self.submission.classes)))

    def calls(self, name: str, helper: str) -> bool:
        """Whether the text of a function has a call of another."""
        calls = (node for node in ast.walk(self.function(name).node) if isinstance(node, ast.Call))
        return any(isinstance(call.func, ast.Name) and call.func.id == helper for call in calls)

    def adds_biases(self, function: Function) -> bool:
        """Whether a function does arithmetic with b1 or b2."""
        binding = self.bindings.get(function.name)
        names = {"b1", "b2"} | ({binding.own("b1"), binding.own("b2")} if _takes_biases(binding) else set())
        sums = [node for node in ast.walk(function.node) if isinstance(node, ast.BinOp | ast.AugAssign)]
        read = (node for one in sums for node in ast.walk(one) if isinstance(node, ast.Name))
        return any(node.id in names or plain(node.id) in names for node in read)

    def forward_adds_biases(self) -> bool:
        """Whether a function beside backProp and the loops adds b1 or b2 to something that is no step."""
        others = [f for f in self.submission.functions.values() if f.name not in self.workshop.functions]
        given = [self.function(name) for name in ("feedForward",) if self.has(name)]
        return any(map(_adds_to_z, (*others, *given)))

    def function(self, name: str) -> Function:
        return self.submission.functions[name]

    def has(self, name: str) -> bool:
        """Whether the file has that function, and it can be called."""
        return name in self.bindings

    def activations(self) -> Sequence[str]:
        """g of the hidden layer: the one that is known, else those of the workshop, and another that the file has."""
        others = (self.facts.other_activation,) if self.facts.other_activation else ()
        return (
            (self.facts.activation,) if self.facts.activation else (*ACTIVATIONS[self.workshop.name], *others)
        )

    def sizes(self) -> Sequence[Sizes]:
        """Sizes that all differ, or the workshop's own, where the file knows no others."""
        own = OWN.get(self.workshop.name, SMALL)
        return own if self.facts.fixed_sizes else SIZES[self.workshop.name]

    def cases(self, activation: str, sizes: Sequence[Sizes], **options: Any) -> list[Reference]:
        """Random steps of those sizes."""
        return [
            random_reference(self.workshop.name, activation, size, self.seed + place, **options)
            for place, size in enumerate(sizes)
        ]

    def table(self) -> Reference:
        """A step on the workshop's own table of XOR."""
        return random_reference(
            self.workshop.name, "sigmoid", Sizes(4, 3, 4, 1), self.seed, x=TABLE_X, y=TABLE_Y
        )

    def call(
        self, name: str, arguments: Mapping[str, Any], *, record: Sequence[str] = (), probe: str | None = None
    ) -> CallOutcome:
        """The student's function, with arguments by the lecture's names."""
        given = self.bindings[name].arguments(arguments)
        return self.run(Call(name, given, {}, tuple(record), self.seed % 2**32, probe))

    def run(self, call: Call) -> CallOutcome:
        """One call."""
        outcome = self.sandbox.call(call)
        self.log.append((call, outcome))
        return outcome

    def needs_absent(self, name: str) -> bool:
        """Whether a call of a function came to what is not installed, or not there."""
        absent = self.sandbox.callables.get(name, {}).get("absent", False)
        failures = (outcome.failure for call, outcome in self.log if call.function == name)
        return absent or any(failure.type == ABSENT for failure in failures if failure)

    def helpers(self, *but: str) -> tuple[str, ...]:
        """The file's own functions, save these."""
        return tuple(name for name, f in self.submission.functions.items() if name not in but and not f.alias)


def _adds_to_z(function: Function) -> bool:
    """Whether a function has a sum of b1 or b2 and of what is neither a gradient nor times a learning rate."""
    for node in ast.walk(function.node):
        sides = ()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = ((node.left, node.right), (node.right, node.left))
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            sides = ((node.value, node.target),)
        for bias, other in sides:
            called = [call.func for call in ast.walk(other) if isinstance(call, ast.Call)]
            leaves = [leaf for leaf in ast.walk(other) if isinstance(leaf, ast.Name) and leaf not in called]
            step = any(STEP.match(plain(leaf.id)) for leaf in leaves)
            if _array(bias) in ("b1", "b2") and not step:
                return True
    return False


def _array(node: ast.expr) -> str:
    """The array of which an expression is another form, as b1.T, b1[:, None] and b1.reshape(-1, 1) are of b1."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return plain(node.id) if isinstance(node, ast.Name) else ""


def _takes_biases(binding: Binding | None) -> TypeGuard[Binding]:
    return binding is not None and {"b1", "b2"} <= set(binding.parameters)


def step_arguments(case: Reference, layout: Layout, *, whole: bool = False) -> dict[str, Any]:
    """X, y, w1, b1, w2, b2, a1, a2 of a step, and z1, z2, in a layout.

    Arguments:
        whole: X and y as whole numbers, as a table of zeros and ones may have them
    """
    kind = np.int64 if whole else np.float64
    y = layout.to_student("Y", case.Y, case.labels)
    return {
        "X": layout.to_student("X", case.X).astype(kind),
        "y": y.astype(kind) if whole else y,
        **{
            name.lower(): layout.to_student(name, getattr(case, name))
            for name in ("W1", "b1", "W2", "b2", "Z1", "A1", "Z2", "A2")
        },
    }
