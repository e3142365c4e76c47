"""A data set: inputs, targets, and what both mean."""

import copy
import logging
from dataclasses import InitVar, dataclass
from typing import Any, Literal, get_args

import numpy as np

from gradiente.data.class_weight import ClassWeight, class_weights
from gradiente.data.digests import RowDigests
from gradiente.data.encoder import Encoder
from gradiente.data.splits.rule import Origin, hold_out
from gradiente.errors import ArgumentError, DataError, ShapeError, did_you_mean, require
from gradiente.formatting import NONE
from gradiente.locale import text
from gradiente.mapped import MappedArray, is_mapped, pieces

Task = Literal["classification", "regression", "multilabel"]
TASKS = get_args(Task)
log = logging.getLogger("gradiente")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Instances x with their targets y, validated on construction.

    Of a read-only memory map, np.load(path, mmap_mode="r"), the rows stay in their file until they are used, also those
    of a subset, whose x is then a MappedArray: data may be larger than memory.

    Arguments:
        x: real numbers; float32 and float64 stay as they are, other numbers become float32
        y: whole class numbers from 0 (classification), or real numbers (regression), which take the type of x; of
            several labels (multilabel) 1 where the instance has one, and 0
        task: "classification", "regression" or "multilabel"; a classification of several columns is the last
        name: used in messages and reports
        classes: names of the classes, by number, or of the labels; left out, the numbers themselves, or y1, y2 …
        features: names of the columns of x, when known
        image_shape: what a row of x looks like as a picture: (28, 28)
        picture_files: its rows are pictures of files, as `read_picture` gives them
        encoder: how a row of a table becomes a row of x, so that other rows can be encoded
        weights: how much each instance counts in the loss, ≥ 0: J = Σ wᵢ Lᵢ / Σ wᵢ; None: all alike. Metrics, such as
            accuracy, count every instance once
        class_weight: how much the instances of each class count in the loss besides; see `with_class_weight`
        positive: of two classes, the name of the one that precision, recall, specificity and F1 are of; None: the
            second, as in scikit-learn
        origin: the numbers of its rows in their file, and the rule by which they are split
        to_measure: it is only predicted and measured: one class is enough
        digests: of its rows as they were read, by which a run knows them again

    Shapes: x (instances, features); y (instances,) or, for several targets or labels, (instances, k); weights
        (instances,)
    Errors: DataError for no instances, x, y and weights of different lengths, NaN or infinity, a label outside the
        classes, a single class, a weight below 0, weights that are all 0, anything but numbers; ShapeError for an x, y
        or weights of another rank; ArgumentError for a class_weight of a regression, or of no class

    >>> import numpy as np
    >>> data = Dataset(np.eye(3), np.array([0, 1, 1]), "classification", "three", classes=("no", "yes"))
    >>> len(data), data.outputs, len(data.subset(np.array([0, 2])))
    (3, 2, 2)
    """

    x: np.ndarray
    y: np.ndarray
    task: Task
    name: str
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    image_shape: tuple[int, ...] | None = None
    picture_files: bool = False
    encoder: Encoder | None = None
    weights: np.ndarray | None = None
    class_weight: ClassWeight | None = None
    positive: str | None = None
    origin: Origin | None = None
    digests: RowDigests | None = None
    to_measure: InitVar[bool] = False

    def __post_init__(self, to_measure: bool) -> None:
        if self.task not in TASKS:
            hint = did_you_mean(str(self.task), TASKS)
            raise ArgumentError("data.task", name=self.name, got=repr(self.task), hint=hint)
        x, y = self._numbers("x", self.x), self._numbers("y", self.y)
        if x.ndim < 2:
            raise ShapeError("data.x_shape", name=self.name, shape=x.shape)
        if self.task == "classification" and y.ndim == 2 and y.shape[1] > 1:
            object.__setattr__(self, "task", "multilabel")
        if y.ndim not in {"classification": (1,), "regression": (1, 2), "multilabel": (2,)}[self.task]:
            raise ShapeError("data.y_shape", name=self.name, shape=y.shape)
        if len(x) != len(y):
            raise DataError("data.lengths", name=self.name, x=len(x), y=len(y))
        if x.size == 0:
            raise DataError("data.empty", name=self.name)
        if x.dtype not in (np.float32, np.float64):
            x = (MappedArray(x) if is_mapped(x) else x).astype(np.float32)
        self._require_finite("x", x)
        object.__setattr__(self, "x", x)
        if self.task == "classification":
            y = self._class_numbers(y)
            if y.min() == y.max() and not to_measure:
                raise DataError("data.one_class", name=self.name, label=self.classes[int(y[0])])
            object.__setattr__(self, "y", y)
        else:
            self._require_finite("y", y)
            if self.task == "multilabel":
                self._require_labels(y)
            object.__setattr__(self, "y", y.astype(x.dtype, copy=False))
        if self.weights is not None:
            object.__setattr__(self, "weights", self._own_weights(self.weights))
        if self.class_weight is not None:
            object.__setattr__(self, "class_weight", self._class_weights(self.class_weight))
        self._require_positive(self.positive)

    def __len__(self) -> int:
        return len(self.x)

    @property
    def classifies(self) -> bool:
        """Whether an answer is right or wrong: a class, or all labels; else it is near or far."""
        return self.task != "regression"

    @property
    def outputs(self) -> int:
        """The number of outputs: one score per class or label, or one number per target."""
        if self.task == "classification":
            return len(self.classes)
        return 1 if self.y.ndim == 1 else self.y.shape[1]

    @property
    def counts(self) -> np.ndarray:
        """How many instances are of each class, or have each label."""
        if self.task == "multilabel":
            return np.count_nonzero(self.y, axis=0)
        return np.bincount(self.y, minlength=len(self.classes))

    def answer(self, row: int) -> str:
        """The name of an instance's class, or the names of its labels, – where it has none."""
        if self.task == "multilabel":
            return ", ".join(np.array(self.classes)[self.y[row] == 1].tolist()) or NONE
        return self.classes[self.y[row]]

    @property
    def loss_weights(self) -> np.ndarray | None:
        """What each instance counts in the loss: its weight times that of its class; None where all count 1."""
        weights = self.weights
        if self.class_weight is not None:
            by_class = np.array(self.class_weight, self.x.dtype)[self.y]
            weights = by_class if weights is None else weights * by_class
        return None if weights is None or (weights == 1).all() else weights

    def with_weights(self, weights: Any) -> "Dataset":
        """The same data, where each instance counts so much in the loss.

        Errors: as of the constructor
        """
        other = copy.copy(self)
        object.__setattr__(other, "weights", None if weights is None else self._own_weights(weights))
        return other

    def with_class_weight(self, class_weight: "ClassWeight | None") -> "Dataset":
        """The same data, where the instances of each class count so much in the loss, times their own weights.

        Arguments:
            class_weight: a number ≥ 0 for each class, in their order, or by their names: a class that is not named
                counts 1; "balanced": n/(k · count), so that every class counts as much as another; None: all alike

        Errors: ArgumentError for a regression, a name that is no class, or a number that is none

        >>> data = Dataset(np.eye(4), np.array([0, 1, 1, 1]), "classification", "four", classes=("no", "yes"))
        >>> data.with_class_weight("balanced").class_weight
        (2.0, 0.6666666666666666)
        >>> data.with_class_weight({"no": 5}).loss_weights.tolist()
        [5.0, 1.0, 1.0, 1.0]

        Source: sklearn.utils.class_weight.compute_class_weight
        """
        other = copy.copy(self)
        numbers = None if class_weight is None else self._class_weights(class_weight)
        object.__setattr__(other, "class_weight", numbers)
        return other

    @property
    def positive_class(self) -> int:
        """The number of the positive class, of two."""
        return 1 if self.positive is None else self.classes.index(self.positive)

    def with_positive(self, name: str | None) -> "Dataset":
        """The same data with another positive class.

        Errors: ArgumentError where there are not two classes, or none of that name
        """
        self._require_positive(name)
        other = copy.copy(self)
        object.__setattr__(other, "positive", name)
        return other

    def is_same(self, other: "Dataset") -> bool:
        """Whether another data set has the same instances: those of a logic table are trained on and tested on."""
        if self.x.shape != other.x.shape or not np.array_equal(self.y, other.y):
            return False
        return all(np.array_equal(self.x[rows], other.x[rows]) for rows in pieces(self.x))

    def in_units(self, targets: np.ndarray) -> np.ndarray:
        """Targets of a regression, or predictions of them, in their original units, before standardization."""
        return targets if self.encoder is None else self.encoder.in_units(targets)

    def subset(self, indices: np.ndarray) -> "Dataset":
        """The instances of those row numbers, in that order; they may be of one class.

        Errors: DataError where there are none
        """
        if len(indices) == 0:
            raise DataError("data.empty", name=self.name)
        part = copy.copy(self)
        x = MappedArray(self.x) if is_mapped(self.x) else self.x
        object.__setattr__(part, "x", x.take(indices) if isinstance(x, MappedArray) else x[indices])
        object.__setattr__(part, "y", self.y[indices])
        if self.weights is not None:
            object.__setattr__(part, "weights", self.weights[indices])
        object.__setattr__(part, "origin", None if self.origin is None else self.origin.take(indices))
        object.__setattr__(part, "digests", self.digests and self.digests.subset(indices))
        return part

    def _require_positive(self, name: str | None) -> None:
        if name is None:
            return
        require(self.task != "multilabel", "positive.labels", name=self.name, labels=", ".join(self.classes))
        two = self.task == "classification" and len(self.classes) == 2
        require(two, "positive.two", name=self.name, positive=name, classes=len(self.classes))
        if name not in self.classes:
            hint = did_you_mean(str(name), self.classes)
            raise ArgumentError("positive.name", name=self.name, positive=name, hint=hint)

    def hold_out(
        self, fraction: float, seed: int, *, part: str = "validation"
    ) -> tuple[np.ndarray, np.ndarray]:
        """Row numbers to keep and to hold out, by the rule that its own split followed: in time, by group, at random.

        Arguments:
            fraction: the fraction to hold out, in (0, 1)
            seed: of the split, ≥ 0
            part: what is held out, for messages: "test" or "validation"

        Errors: ArgumentError for a fraction outside (0, 1); DataError where the rule cannot be followed, or a class is
            only in the part that is held out
        """
        classes = self.classes if self.task == "classification" else ()
        return hold_out(self.y, fraction, seed, origin=self.origin, part=part, classes=classes)

    def number(self, row: int) -> int:
        """The number of a row in the table that it comes from, the first is 1; without a table, the row itself."""
        return int(row) if self.origin is None else int(self.origin.rows[row])

    def _class_weights(self, given: ClassWeight) -> tuple[float, ...]:
        require(self.task != "multilabel", "class_weight.labels", name=self.name)
        require(self.task == "classification", "class_weight.task", name=self.name)
        return class_weights(given, self.classes, self.y, self.weights, data=self.name)

    def _own_weights(self, given: Any) -> np.ndarray:
        """The weights in the type of x."""
        weights = self._numbers("weights", given)
        if weights.shape != (len(self.x),):
            raise ShapeError("data.weights_shape", name=self.name, shape=weights.shape, instances=len(self.x))
        self._require_finite("weights", weights)
        weights = weights.astype(self.x.dtype)
        negative = np.flatnonzero(weights < 0)
        if negative.size:
            row = int(negative[0])
            raise DataError("data.weight", name=self.name, value=weights[row], row=row)
        if not weights.any():
            raise DataError("data.no_weight", name=self.name)
        self._require_finite("weights", weights)
        return weights

    def _remark_on_gaps(self, y: np.ndarray) -> None:
        """Say which classes there are only because labels are counted from 0: labels 1 and 2 make three."""
        labels = np.unique(y)
        gaps = np.setdiff1d(np.arange(len(self.classes)), labels)
        if gaps.size and labels[0] >= 0:
            shown = {"gaps": ", ".join(map(str, gaps[:3])), "labels": ", ".join(map(str, labels[:5]))}
            counts = {"count": len(self.classes), "found": len(labels)}
            log.warning(text("data.remark.gaps", name=self.name, **shown, **counts))

    def _numbers(self, array: str, values: Any) -> Any:
        if not isinstance(values, MappedArray):
            values = np.asarray(values)
        if values.dtype.kind not in "biuf":
            raise DataError("data.dtype", name=self.name, array=array, dtype=values.dtype)
        return values

    def _require_finite(self, array: str, values: Any) -> None:
        for rows in pieces(values):
            piece = values[rows]
            if np.isfinite(piece.min()) and np.isfinite(piece.max()):  # NaN survives both
                continue
            row, *rest = (int(i) for i in np.argwhere(~np.isfinite(piece))[0])
            named = array == "x" and len(rest) == 1 and self.features
            raise DataError(
                "data.not_finite" if self.origin is None else "data.not_finite_in_table",
                name=self.name,
                array=array,
                value=piece[(row, *rest)],
                row=self.number(rows.start + row),
                column=repr(self.features[rest[0]]) if named else ", ".join(map(str, rest)) or "0",
            )

    def _require_labels(self, y: np.ndarray) -> None:
        """Names for the labels; the error of a y that is not 0 or 1, or has fewer names than columns."""
        wrong = np.argwhere((y != 0) & (y != 1))
        if len(wrong):
            row, column = wrong[0].tolist()
            raise DataError("data.no_label", name=self.name, row=row, column=column, value=y[row, column])
        if not self.classes:
            object.__setattr__(self, "classes", tuple(f"y{j + 1}" for j in range(y.shape[1])))
        if len(self.classes) != y.shape[1]:
            got = {"classes": len(self.classes), "columns": y.shape[1]}
            raise DataError("data.label_names", name=self.name, **got)

    def _class_numbers(self, y: np.ndarray) -> np.ndarray:
        if y.dtype.kind == "f":
            raise DataError("data.label_dtype", name=self.name, dtype=y.dtype)
        if not self.classes:
            object.__setattr__(self, "classes", tuple(map(str, range(int(y.max()) + 1))))
            self._remark_on_gaps(y)
        outside = np.flatnonzero((y < 0) | (y >= len(self.classes)))
        if outside.size:
            row = int(outside[0])
            last = max(len(self.classes) - 1, 0)
            raise DataError("data.label", name=self.name, label=int(y[row]), row=row, last=last)
        return y.astype(np.int64, copy=False)
