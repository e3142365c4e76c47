"""One check: the student's file, the process it runs in, and what has been learned of it so far."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeGuard

import numpy as np

from gradiente.checker.reading.binding import Binding, plain
from gradiente.checker.reading.submission import Function, Submission
from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.reference import Reference, Sizes, random_reference
from gradiente.checker.running.calls import ABSENT, Call, CallOutcome, Failure
from gradiente.checker.running.sandbox import Sandbox
from gradiente.checker.verdict import Finding, FunctionVerdict, Status
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


@dataclass
class Session:
    """The state of one check.

    `layout`, `activation` and `ways` are filled in by the checks of the functions, for those that come after: how the
    file writes its matrices, g of the hidden layer, in which order a function returns what.
    """

    submission: Submission
    sandbox: Sandbox
    workshop: Workshop
    seed: int
    bindings: dict[str, Binding] = field(default_factory=dict)
    layout: Layout | None = None
    layouts: list[Layout] | None = None  # those that are left, before it is known which
    activation: str | None = None
    other_activation: str | None = None  # one that is not the workshop's, and is said to be wrong already
    ways: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    verdicts: dict[str, FunctionVerdict] = field(default_factory=dict)
    fixed_sizes: bool = False  # whether backProp is right for the workshop's own sizes only
    # those of a1, a2 for others of which backProp gives something else: some compute their own
    used_activations: tuple[str, ...] = ("a1", "a2")
    sums: bool = False  # whether backProp gives sums over the instances, and leaves the 1/m to the loops
    stand_in: bool = False  # whether something stands in the place of backProp
    softmax_fits: bool = False  # whether feedForward gives the right A[2] with the file's softmax
    other_order: bool = (
        False  # whether the loops take the gradients in an order in which backProp does not give them
    )
    adds_negative: bool = False  # whether a loop adds what such a backProp gives, and so descends
    downhill: bool = True  # whether backProp gives +∂J, as far as is known
    own_functions: dict[str, Finding] = field(
        default_factory=dict
    )  # functions beside the workshop's that are wrong
    remarks: list[tuple[str, Mapping[str, Any]]] = field(
        default_factory=list
    )  # notices on what is no mistake
    absent: set[str] = field(default_factory=set)  # the functions that need what is not there
    ran: list[tuple[Call, Any]] = field(default_factory=list)  # the calls that succeeded, with what they gave

    def learn(self, layout: Layout, activation: str | None) -> None:
        """Take over how a function was found to be written; what is known already stays, save the form of y."""
        self.layout = replace(self.layout or layout, target=layout.target)
        self.activation = self.activation or activation

    def blocked(self, name: str, failure: Failure) -> bool:
        """Whether a function cannot be judged, since one that it uses is wrong and may be what ended it."""
        wrong = [other for other in self.verdicts if other != name and self.wrong(other)]
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
        return name in self.verdicts and self.verdicts[name].status != "right"

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
        others = (self.other_activation,) if self.other_activation else ()
        return (self.activation,) if self.activation else (*ACTIVATIONS[self.workshop.name], *others)

    def sizes(self) -> Sequence[Sizes]:
        """Sizes that all differ, or the workshop's own, where the file knows no others."""
        own = OWN.get(self.workshop.name, SMALL)
        return own if self.fixed_sizes else SIZES[self.workshop.name]

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
        """One call, and whether it needs what is absent."""
        outcome = self.sandbox.call(call)
        if outcome.failure is not None and outcome.failure.type == ABSENT:
            self.absent.add(call.function)
        if outcome.failure is None:
            self.ran.append((call, outcome.result))
        return outcome

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


@dataclass(frozen=True)
class Judgement:
    """What the check of one function found, before it is put in order.

    `progress` is how far the function came in a call that failed: how often a loop called backProp; `endless` says that
    it was ended at a time limit.
    """

    findings: tuple[Finding, ...]
    variants: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    error: bool = False
    unchecked: bool = False
    progress: float = float("inf")
    endless: bool = False

    def verdict(self, name: str) -> FunctionVerdict:
        """As a verdict."""
        right: Status = "unchecked" if self.unchecked else "right"
        status: Status = right if not self.findings else "error" if self.error else "wrong"
        return FunctionVerdict(name, status, self.variants, self.findings)
