"""The result of the comparison with PyTorch, as text and as plain data."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gradiente.formatting import short
from gradiente.layers import REGISTRY as LAYERS
from gradiente.locale import text
from gradiente.losses import REGISTRY as LOSSES
from gradiente.notation import write
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.parity.concepts import BOUNDS, Concept
from gradiente.parity.difference import Difference
from gradiente.parity.trajectory import Trajectory
from gradiente.schedules import REGISTRY as SCHEDULES
from gradiente.training.environment import versions

COMPARED = ("gradiente", "numpy", "torch")


@dataclass(frozen=True)
class Parity:
    """Every concept on its own, and the trajectories."""

    concepts: Sequence[Concept]
    trajectories: Sequence[Trajectory]

    @property
    def passed(self) -> bool:
        return all(entry.passed for entry in (*self.concepts, *self.trajectories))

    def of_kind(self, kind: str) -> list[Concept]:
        """The concepts of one kind, in the registry's order."""
        return [concept for concept in self.concepts if concept.kind == kind]

    def agreeing(self) -> str:
        """How many concepts agree, of how many."""
        return f"{sum(concept.passed for concept in self.concepts)}/{len(self.concepts)}"

    def verdict(self) -> str:
        """The result in one sentence."""
        if not self.passed:
            names = [concept.name for concept in self.concepts if not concept.passed]
            names += [entry.setup.heading() for entry in self.trajectories if not entry.passed]
            return text("parity.failed", names=", ".join(names))
        return text(
            "parity.passed",
            concepts=len(self.concepts),
            largest=_largest(self.concepts),
            steps=self.trajectories[0].steps,
            drift=_largest(self.trajectories),
        )

    def failures(self) -> list[str]:
        """A line for everything that exceeds its bound."""
        lines = []
        for concept in self.concepts:
            example, worst = concept.worst
            if not concept.passed:
                what = {"kind": text(f"parity.one.{concept.kind}"), "example": example.label()}
                lines.append(
                    text(
                        "parity.differs", **what, **_figures(worst, worst.place()), bound=short(concept.bound)
                    )
                )
        for entry in self.trajectories:
            step, worst = entry.worst
            if not entry.passed:
                what = {"course": entry.setup.heading(), "step": step}
                lines.append(
                    text(
                        "parity.drifted",
                        **what,
                        **_figures(worst, entry.place(worst)),
                        bound=short(entry.bound),
                    )
                )
        return lines

    def to_dict(self) -> dict[str, Any]:
        """All results, as plain data."""
        return {
            "passed": self.passed,
            "versions": {name: versions()[name] for name in COMPARED},
            "bounds": {**BOUNDS, "trajectory": Trajectory.bound},
            "concepts": [_concept_as_data(concept) for concept in self.concepts],
            "trajectories": [_trajectory_as_data(trajectory) for trajectory in self.trajectories],
        }


def _largest(compared: Sequence[Concept] | Sequence[Trajectory]) -> str:
    return max((entry.worst[1] for entry in compared), key=lambda worst: worst.relative).size()


def _figures(worst: Difference, place: str) -> dict[str, str]:
    return {
        "place": place,
        "closed_form": f"{worst.closed_form:.10g}",
        "pytorch": f"{worst.pytorch:.10g}",
        "difference": worst.size(),
    }


def _concept_as_data(concept: Concept) -> dict[str, Any]:
    example, worst = concept.worst
    return {
        "kind": concept.kind,
        "name": concept.name,
        "passed": concept.passed,
        "bound": concept.bound,
        "worst": {"notation": example.notation, "setting": example.setting, **asdict(worst)},
        "examples": [asdict(example) for example in concept.examples],
    }


def _trajectory_as_data(trajectory: Trajectory) -> dict[str, Any]:
    setup, (step, worst) = trajectory.setup, trajectory.worst
    return {
        "data": setup.data,
        "network": [write(layer, LAYERS) for layer in setup.network.layers],
        "parameters": setup.network.theta.size,
        "loss": write(setup.loss, LOSSES),
        "optimizer": write(setup.optimizer, OPTIMIZERS),
        "lr_factors": {str(layer): c for layer, c in setup.parameter_groups.lr_factors.items()},
        "weight_decay_on": setup.parameter_groups.weight_decay_on,
        "schedule": setup.schedule and write(setup.schedule, SCHEDULES),
        "batch_size": setup.batch_size,
        "seed": setup.seed,
        "left_out": [*(write(layer, LAYERS) for layer in setup.drawing), *setup.subtracted],
        "steps": trajectory.steps,
        "passed": trajectory.passed,
        "bound": trajectory.bound,
        "worst": {"step": step, **asdict(worst)},
        "losses": {
            name: values.tolist()
            for name, values in zip(("closed_form", "pytorch"), trajectory.losses.T, strict=True)
        },
        "drift": [asdict(entry) for entry in trajectory.drift],
        "differences": [asdict(entry) for entry in trajectory.differences],
    }
