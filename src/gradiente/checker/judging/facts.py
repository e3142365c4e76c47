"""What the judges of a workshop's functions have learned of a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gradiente.checker.reference.layout import Layout
from gradiente.checker.verdict import Finding, FunctionVerdict


@dataclass(frozen=True)
class Facts:
    """What is known of a file after some of its functions have been judged.

    Arguments:
        layout: how the file writes its matrices
        layouts: those that are left, before it is known which
        activation: g of the hidden layer
        other_activation: one that is not the workshop's, and is said to be wrong already
        ways: by function, where each quantity is in what it returns
        verdicts: by function
        fixed_sizes: whether backProp is right for the workshop's own sizes only
        used_activations: those of a1, a2 for others of which backProp gives something else; some compute their own
        sums: whether backProp gives sums over the instances, and leaves the 1/m to the loops
        softmax_fits: whether feedForward gives the right A[2] with the file's softmax
        other_order: whether the loops take the gradients in an order in which backProp does not give them
        downhill: whether backProp gives +∂J, as far as is known
        adds_negative: whether a loop adds what a backProp of −∂J gives, and so descends
        own_functions: functions beside the workshop's that are wrong
    """

    layout: Layout | None = None
    layouts: tuple[Layout, ...] = ()
    activation: str | None = None
    other_activation: str | None = None
    ways: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    verdicts: Mapping[str, FunctionVerdict] = field(default_factory=dict)
    fixed_sizes: bool = False
    used_activations: tuple[str, ...] = ("a1", "a2")
    sums: bool = False
    softmax_fits: bool = False
    other_order: bool = False
    downhill: bool = True
    adds_negative: bool = False
    own_functions: Mapping[str, Finding] = field(default_factory=dict)

    def learning(self, layout: Layout, activation: str | None, name: str, way: Mapping[str, Any]) -> "Facts":
        """With how a function was found to be written; what is known already stays, save the form of y."""
        return replace(
            self,
            layout=replace(self.layout or layout, target=layout.target),
            activation=self.activation or activation,
            ways={**self.ways, name: way},
        )
