"""The history of a training run: one record per epoch, as plain data."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradiente.storage import json_text

# Measures that grow as a network gets better; all the others are losses.
LARGER_IS_BETTER = frozenset(
    {"accuracy", "precision", "recall", "specificity", "f1", "cohen_kappa", "roc_auc", "r2", "pearson"}
)


def larger_is_better(measure: str) -> bool:
    """Whether larger is better for a measure, with or without "val_" before it."""
    return measure.removeprefix("val_") in LARGER_IS_BETTER


@dataclass
class History:
    """The records of a training run, one per epoch.

    A record has `epoch` (from 1), `lr`, `loss`, `seconds`, for a classifier `accuracy`; with penalties `penalty`,
    the part of `loss` that is theirs; with validation data `val_loss` (without penalties), `val_accuracy` and
    a `val_NAME` for every metric of torchmetrics that was asked for and is one number; and
    `gradient_norms`, the norm of ∂J/∂parameter by name at the epoch's end, for every parameter that learns.

    >>> history = History([{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}])
    >>> history["loss"], history.best("loss")["epoch"]
    ([0.5, 0.25], 2)
    """

    records: list[dict[str, Any]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.records)

    def __getitem__(self, measure: str) -> list[Any]:
        return [record[measure] for record in self.records]

    def __contains__(self, measure: str) -> bool:
        return bool(self.records) and measure in self.records[0]

    def best(self, measure: str) -> dict[str, Any]:
        """The record of the best epoch by a measure: of the smallest loss, or the largest accuracy."""
        choose = max if larger_is_better(measure) else min
        return choose(self.records, key=lambda record: record[measure])

    def to_json_lines(self) -> str:
        """One JSON object a line, one line an epoch."""
        return "".join(json_text(record) + "\n" for record in self.records)

    def to_csv(self) -> str:
        """A table with a header, one row an epoch; a gradient norm is a column `gradient_norms/0.weight`."""
        rows = [_flat(record) for record in self.records]
        columns: Sequence[str] = list(dict.fromkeys(name for row in rows for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    flat = {}
    for name, value in record.items():
        flat |= {f"{name}/{key}": v for key, v in value.items()} if isinstance(value, dict) else {name: value}
    return flat
