"""The results of the remedies: the measures of every seed, their means and standard deviations, and the verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.comparison.remedies import Remedy
from gradiente.formatting import count
from gradiente.locale import text
from gradiente.network import Network

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class SeedResult:
    """One remedy with one seed: the network, and its measures by part of the data.

    `curves` has the loss after every epoch: "train", of the training instances without dropout,
    augmentation or penalty, and "validation".
    """

    seed: int
    network: Network
    best_epoch: int
    measures: Mapping[str, Mapping[str, float]]
    curves: Mapping[str, list[float]]


@dataclass(frozen=True)
class Row:
    """One remedy with every seed."""

    remedy: Remedy
    measure: str
    outcomes: Sequence[SeedResult]

    def scores(self, part: str) -> np.ndarray:
        """For every seed the measure on a part of the data, or its "gap": train − test; or the "test_loss"."""
        if part == "gap":
            return self.scores("train") - self.scores("test")
        if part == "test_loss":
            return np.array([outcome.measures["test"]["loss"] for outcome in self.outcomes])
        return np.array([outcome.measures[part][self.measure] for outcome in self.outcomes])

    def mean(self, part: str) -> float:
        """The mean over the seeds."""
        return float(self.scores(part).mean())

    def sd(self, part: str) -> float:
        """The standard deviation over the seeds; NaN for one seed alone."""
        return float(self.scores(part).std(ddof=1)) if len(self.outcomes) > 1 else float("nan")

    def words(self, part: str) -> str:
        """Mean ± standard deviation, accuracies in %."""
        scale, digits = (100, 1) if self.measure == "accuracy" and part != "test_loss" else (1, 3)
        # + 0.0 takes the sign of −0.0
        mean, sd = (round(scale * value, digits) + 0.0 for value in (self.mean(part), self.sd(part)))
        written = f"{mean:.{digits}f}".replace("-", "−")
        return written if len(self.outcomes) == 1 else f"{written} ± {sd:.{digits}f}"


@dataclass(frozen=True)
class Comparison:
    """The results of every remedy. `measure` is accuracy for classes, R² for a regression."""

    data: str
    measure: str
    layers: str
    samples: int
    validation: int
    test: int
    epochs: int
    batch_size: int
    optimizer: str
    rows: Sequence[Row]
    left_out: Sequence[Remedy]

    @property
    def seeds(self) -> int:
        """The number of seeds."""
        return len(self.rows[0].outcomes)

    def best(self) -> Row:
        """The remedy with the best mean on the test data."""
        return max(self.rows, key=lambda row: row.mean("test"))

    def not_clearly_behind(self) -> list[Row]:
        """The remedies that are not clearly worse than the best.

        One is clearly worse if the mean of its difference, seed by seed, is larger than its standard deviation.
        """
        best = self.best()
        leads = [(row, best.scores("test") - row.scores("test")) for row in self.rows if row is not best]
        return [row for row, lead in leads if len(lead) == 1 or lead.mean() <= lead.std(ddof=1)]

    def facts(self) -> str:
        """What was compared, in one line."""
        sizes = {name: count(getattr(self, name)) for name in ("samples", "validation", "test")}
        return text(
            "compare.facts",
            data=self.data,
            **sizes,
            layers=self.layers,
            optimizer=self.optimizer,
            epochs=count(self.epochs),
        )

    def verdict(self) -> str | None:
        """Which remedy is best, in one line, or why none is; None for a remedy alone."""
        if len(self.rows) == 1:
            return None
        if self.seeds == 1:
            return text("compare.one_seed")
        best, others = self.best().remedy.title(), [row.remedy.title() for row in self.not_clearly_behind()]
        if not others:
            return text("compare.winner", best=best)
        return text("compare.no_winner", best=best, others=", ".join(others))

    def without(self) -> str | None:
        """Which remedies were left out, and why; None where none was."""
        if not self.left_out:
            return None
        names = ", ".join(remedy.title() for remedy in self.left_out)
        return text("compare.left_out", names=names, data=self.data)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the networks, as plain data."""
        return {
            "data": self.data,
            "measure": self.measure,
            "network": self.layers,
            "samples": self.samples,
            "validation": self.validation,
            "test": self.test,
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "optimizer": self.optimizer,
            "seeds": self.seeds,
            "rows": [_row_as_data(row) for row in self.rows],
            "best": self.best().remedy.name,
            "not_clearly_behind": [row.remedy.name for row in self.not_clearly_behind()],
            "left_out": [remedy.name for remedy in self.left_out],
        }


def _row_as_data(row: Row) -> dict[str, Any]:
    names = (*PARTS, "gap", "test_loss")
    return {
        "remedy": row.remedy.name,
        "values": dict(row.remedy.values),
        "mean": {name: row.mean(name) for name in names},
        "sd": {name: row.sd(name) for name in names},
        "seeds": [
            {
                "seed": outcome.seed,
                **{name: dict(outcome.measures[name]) for name in PARTS},
                "gap": float(gap),
                "epochs": len(outcome.curves["train"]),
                "best_epoch": outcome.best_epoch,
                "curves": dict(outcome.curves),
            }
            for outcome, gap in zip(row.outcomes, row.scores("gap"), strict=True)
        ],
    }
