"""The form of a training step: all that its source depends on, and nothing that changes between two steps."""

from dataclasses import dataclass
from itertools import accumulate

from gradiente.engines.compiled.operands import Place
from gradiente.engines.compiled.rules import Rule
from gradiente.engines.compiled.stages import RecordedLoss, Stage
from gradiente.symbolic import Symbol

MOST_KEPT = 10_000  # parameters that are kept after every step


@dataclass(frozen=True)
class Form:
    """A network, its objective, its rules and a batch size, recorded.

    Arguments:
        stages: of the network
        loss: recorded
        rules: of the parameter groups
        groups: every parameter that learns, and the number of its rule
        penalties: their gradients from the operand WEIGHT, added to those of weights
        clip_value, clip_norm: of the gradient
        parameters: how many numbers θ has
        batch_size: rows of a batch; the last one of an epoch may have fewer
        float64: whether the network computes in float64, else in float32
        slots: names of the optimizer's state
    """

    stages: tuple[Stage, ...]
    loss: RecordedLoss
    rules: tuple[Rule, ...]
    groups: tuple[tuple[Place, int], ...]
    penalties: tuple[Symbol, ...]
    clip_value: float | None
    clip_norm: float | None
    parameters: int
    batch_size: int
    float64: bool
    slots: tuple[str, ...]

    @property
    def number(self) -> str:
        return "float64" if self.float64 else "float32"

    @property
    def inputs(self) -> int:
        return self.stages[0].inputs

    @property
    def outputs(self) -> int:
        return self.stages[-1].outputs

    @property
    def buffers(self) -> dict[str, Place]:
        """Where the running statistics are, side by side, by the operands' names."""
        named = [(name, stage) for stage in self.stages for name in stage.buffers]
        stops = accumulate(stage.channels for _, stage in named)
        return {
            name: Place(stop - stage.channels, stop) for (name, stage), stop in zip(named, stops, strict=True)
        }

    @property
    def fewest_rows(self) -> int:
        """That a batch may have: normalized over the batch alone, a single row has no variance."""
        return 1 + any(stage.normalizes and stage.positions == 1 for stage in self.stages)

    @property
    def sums_rows(self) -> bool:
        """Whether a channel has to be summed over the rows of the batch behind a head."""
        return any(stage.sums_rows for stage in self.stages)

    @property
    def can_keep(self) -> bool:
        """Whether θ and the gradient, and nothing else of the network, can be kept after every step: they are few."""
        return self.parameters <= MOST_KEPT and not self.buffers

    @property
    def first_learning(self) -> int:
        """The first stage with a parameter that learns: before it no gradient is needed."""
        return next(index for index, stage in enumerate(self.stages) if stage.trains)

    def arguments(self) -> dict[str, str]:
        """The arguments of the program, with their types.

        x, targets, weights     of all instances; targets are class numbers where the loss takes those, weights only
                        of a weighted loss
        rows, bounds    the instances of all steps, and where in `rows` each step begins and the last one ends
        buffers         running statistics
        constants       those of the rules, `stride` numbers further at every step
        dropout         the factor of every dropout's p, a single number
        divisors, penalties     what the loss is divided by, and the penalties' part of J, of every step
        w, classes      memory to work in
        predictions, values     where the network's output for every instance goes, and J of every step
        thetas, gradients       where θ and the gradient go after every step, if `keep` is not 0
        sums            of every piece of the rows: Σ L, then those of channels
        state           of the generator that layers draw from, of NumPy or of `drawing`
        """
        number = self.number
        slots = {f"slot_{name}": f"{number}*" for name in self.slots}
        return {
            "x": f"{number}*",
            "targets": "int64*" if self.loss.labels else f"{number}*",
            **({"weights": f"{number}*"} if self.loss.weighted else {}),
            "rows": "int64*",
            "bounds": "int64*",
            "theta": f"{number}*",
            "gradient": f"{number}*",
            **slots,
            "buffers": f"{number}*",
            "constants": f"{number}*",
            "stride": "int64",
            "dropout": f"{number}*",
            "divisors": "float64*",
            "penalties": "float64*",
            "w": f"{number}*",
            "classes": "int64*",
            "predictions": f"{number}*",
            "values": "float64*",
            "thetas": f"{number}*",
            "gradients": f"{number}*",
            "keep": "int64",
            "sums": "float64*",
            "state": "int64*",
            "team": "int64*",
            "calls": "int64*",
        }
