"""A training step as data: `trace` executes one, `Trace` is the result."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cached_property
from typing import Any

import numpy as np

from gradiente.clip import Clip
from gradiente.errors import require, require_in
from gradiente.losses import REGISTRY as LOSSES
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.notation import describe
from gradiente.objective import Objective
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.optimizers import Optimizer
from gradiente.parameter_groups import ParameterGroups
from gradiente.penalties import REGISTRY as PENALTIES
from gradiente.penalties import Penalty
from gradiente.terms import Index
from gradiente.trace.entry import Entry
from gradiente.trace.naming import ESTIMATE, INPUT, Names
from gradiente.trace.opener import Opener
from gradiente.trace.orientation import Orientation
from gradiente.trace.quantities import Builder
from gradiente.trace.quantity import Quantity
from gradiente.trace.step import TracedStep
from gradiente.trace.torch_step import torch_step


class Trace:
    """The quantities of one training step, in the order in which they are computed.

    X, the parameters and the output of every layer, ŷ, y, J; ∂J/∂ of every output and parameter, from the last layer
    back to ∂J/∂X; and, of an optimizer, its slots after the step and the new parameters. Names are the lecture's:

        X                 the input, A[0] in the lecture
        Z[l] W[l] b[l]    a layer with weights, Linear or Conv; [l] counts these, from 1
        A[l]              its activation: Sigmoid, Tanh, ReLU …
        N[l] γ[l] β[l]    normalized by a BatchNorm, LayerNorm …
        P[l] F[l] U[l]    pooled; flattened; unflattened
        D[l]              after a Dropout
        Y[l]              the output of a custom layer, with its own names of parameters
        [l.2], [l.3]      a second, a third of the same letter there; before the first layer with weights l is 0
        ŷ y w J           the estimate, where it is not the output itself; the target; the weights of the instances,
                          where they have any; the cost
        L R               the two parts of J where there are penalties: the loss, and the penalties
        dZ[l], dX …       ∂J/∂Z[l], ∂J/∂X …
        g(W[l]) …         the gradient after clipping, which the optimizer gets
        m(W[l]) …         an optimizer's slot after the step; in an entry, m⁻ is the slot before it
        W[l]⁺             the parameter after the step

    `trace["dW[2]"]` finds one; "dW2", "dw2" and "∂J/∂W[2]" mean the same. `columns` is its form:
    instances as rows, or as the lecture's columns.
    """

    def __init__(self, step: TracedStep, *, columns: bool = False) -> None:
        self.columns, self._step = columns, step
        orientation = Orientation(columns)
        builder = Builder(step, orientation)
        self._quantities = {quantity.name: quantity for quantity in builder.quantities()}
        self._opener = Opener(step, orientation, builder)
        output = builder.values[-1]
        aliases = {"A[0]": INPUT, "dA[0]": "dX"}
        if ESTIMATE not in self._quantities:
            aliases |= {ESTIMATE: output, f"d{ESTIMATE}": f"d{output}"}
        self._names = Names(self._quantities, aliases)

    def __repr__(self) -> str:
        return f"Trace({', '.join(self._quantities)})"

    def __getitem__(self, name: str) -> Quantity:
        """The quantity of that name.

        Errors: ArgumentError for a name that no quantity has, with the nearest one that some has
        """
        return self._quantities[self._names.find(name)]

    def __iter__(self) -> Iterator[Quantity]:
        return iter(self._quantities.values())

    def __len__(self) -> int:
        return len(self._quantities)

    @property
    def names(self) -> list[str]:
        """The names, in the order in which the quantities are computed."""
        return list(self._quantities)

    def entry(self, name: str, *index: int, differences: bool = True, torch: bool = True) -> Entry:
        """One number of a quantity, opened into the terms of its sum.

        Arguments:
            name: of the quantity
            index: its place there, from 0, an entry an axis; −1 is the last
            differences: False leaves out the finite difference, which is the whole forward pass twice
            torch: False leaves out PyTorch's value; PyTorch takes seconds to import

        Errors: ArgumentError for an unknown name, or a place that is not there
        """
        quantity = self[name]
        place = _place(quantity, index)
        stored = self._opener.stored(quantity, place)
        return Entry(
            quantity,
            place,
            float(quantity.value[place]),
            self._opener.open(quantity, stored),
            self._opener.finite_difference(quantity, stored) if differences else None,
            self._by_torch(quantity, stored) if torch else None,
        )

    def as_columns(self) -> "Trace":
        """The same step with the instances as columns, Z = W X + b."""
        return Trace(self._step, columns=True)

    def as_rows(self) -> "Trace":
        """The same step with the instances as rows, as PyTorch has them."""
        return Trace(self._step)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as JSON has it."""
        return {
            "columns": self.columns,
            "loss": describe(self._step.loss, LOSSES, brief=True),
            "penalties": [
                describe(penalty, PENALTIES, brief=True) for penalty in self._step.objective.penalties
            ],
            "clip": {"norm": self._step.objective.clip.norm, "value": self._step.objective.clip.value},
            "optimizer": describe(self._step.optimizer, OPTIMIZERS, brief=True)
            if self._step.optimizer
            else None,
            "lr_factors": {str(layer): c for layer, c in self._step.parameter_groups.lr_factors.items()},
            "weight_decay_on": self._step.parameter_groups.weight_decay_on,
            "t": self._step.t,
            "training": self._step.training,
            "quantities": [quantity.to_dict() for quantity in self],
        }

    @cached_property
    def torch(self) -> dict[str, Any]:
        """The step by PyTorch, as `torch_step` has it; computed when it is first read."""
        return torch_step(self._step)

    def _by_torch(self, quantity: Quantity, index: Index) -> float | None:
        """PyTorch's value of one number."""
        place = 0 if quantity.place is None else quantity.place + 1
        parameter = quantity.parameter
        tables = {
            "output": ("values", place),
            "output gradient": ("deltas", place),
            "parameter gradient": ("gradients", parameter),
            "clipped gradient": ("clipped", parameter),
            "slot": ("slots", (parameter, quantity.slot)),
            "new parameter": ("updated", parameter),
        }
        if quantity.role in ("cost", "loss", "penalty", "estimate"):
            value = self.torch.get(quantity.role)
            return None if value is None else float(value[index])
        table, key = tables.get(quantity.role, ("", None))
        values = self.torch.get(table)
        if values is None or (isinstance(values, dict) and key not in values):
            return None
        return float(values[key][index])


def trace(
    network: Network,
    loss: Loss,
    x: Any,
    y: Any,
    *,
    weights: Any = None,
    penalties: Sequence[Penalty] = (),
    clip: Clip | None = None,
    optimizer: Optimizer | None = None,
    lr_factors: Mapping[int | str, float] | None = None,
    weight_decay_on: str = "all",
    slots: Mapping[str, Any] | None = None,
    t: int = 1,
    training: bool = True,
    seed: "int | np.random.Generator" = 0,
    dropout: float = 1.0,
    columns: bool = False,
) -> Trace:
    r"""One training step as data: every quantity with its name, formula, value, and the quantities it came from.

    Equation:   A[0] = X,   A[l] = f_l(A[l−1]),   J = loss(A[L], y) + Σ penalty(W)
    Derivative: ∂J/∂A[L], then ∂J/∂A[l−1] and ∂J/∂W[l] from ∂J/∂A[l], layer after layer

    It is the step that an engine takes, by the same objective and rule, computed in float64 on a copy: the network
    stays as it is, its running statistics too.

    Arguments:
        network, loss: any
        x, y: a batch, as for Network.forward and Loss.value, at least one instance
        weights: of the instances, as for Loss.value: J = Σ wᵢ Lᵢ / Σ wᵢ
        penalties, clip: as a Trainer's
        optimizer: whose step is traced, too, with the learning rate of that step; None ends with the gradients
        lr_factors, weight_decay_on: as a Trainer's
        slots: the optimizer state, flat arrays by name; None: the initial one
        t: which step of the optimizer this is, ≥ 1
        training: training mode (batch statistics, dropout), or inference mode
        seed: of the random layers, or a generator in the state before the step, which is not changed
        dropout: the factor of every dropout's p in that step, ≥ 0: a schedule's
        columns: instances as the lecture's columns

    Shapes: as in the network; in columns X is (features, m), Z[1] = W[1] X + b[1] with b[1] of shape (n, 1)
    Errors: ArgumentError for a t below 1 or slots of another optimizer; ShapeError where x, y or slots do not fit;
        DataError for a batch without instances

    >>> from gradiente.layers import Linear, Sigmoid
    >>> from gradiente.losses import BCELoss
    >>> net = Network([Linear(2, 1), Sigmoid()])
    >>> net.theta[...] = [1.0, -1.0, 0.0]
    >>> step = trace(net, BCELoss(), [[0.0, 2.0], [1.0, 1.0]], [[1.0], [0.0]])
    >>> step.names
    ['X', 'W[1]', 'b[1]', 'Z[1]', 'A[1]', 'y', 'J', 'dA[1]', 'dZ[1]', 'dW[1]', 'db[1]', 'dX']
    >>> entry = step.entry("dW[1]", 0, 1)
    >>> [(term.symbol, round(term.value, 4)) for term in entry.terms]
    [('dz[0,0]·x[0,1]', -0.8808), ('dz[1,0]·x[1,1]', 0.25)]
    >>> round(entry.value, 4), round(entry.finite_difference, 4)
    (-0.6308, -0.6308)

    Source: the lecture, "Back-propagation" and "Optimizadores"
    """
    is_integer = isinstance(t, int | np.integer) and not isinstance(t, bool)
    require(is_integer, "trace.t", value=repr(t))
    require_in("[1, inf)", "trace", t=t)
    objective = Objective(network, loss, tuple(penalties), clip or Clip())
    generator = np.random.default_rng(deepcopy(seed))
    groups = ParameterGroups.of(network, lr_factors, weight_decay_on)
    step = TracedStep(objective, x, y, weights, optimizer, groups, slots, t, training, generator, dropout)
    return Trace(step, columns=columns)


def _place(quantity: Quantity, index: Index) -> Index:
    """The index, counted from the beginning."""
    shape = quantity.shape
    is_integer = all(isinstance(i, int | np.integer) and not isinstance(i, bool) for i in index)
    there = (
        len(index) == len(shape)
        and is_integer
        and all(-n <= i < n for i, n in zip(index, shape, strict=True))
    )
    require(there, "trace.index", name=quantity.name, shape=shape, got=", ".join(map(repr, index)) or "–")
    return tuple(int(i) % n for i, n in zip(index, shape, strict=True))
