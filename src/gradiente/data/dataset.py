"""A data set: inputs, targets, and what both mean."""

import copy
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from gradiente.data.digests import RowDigests
from gradiente.data.encoder import Encoder
from gradiente.errors import DataError, ShapeError
from gradiente.mapped import MappedArray, is_mapped, pieces

Task = Literal["classification", "regression"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Instances x with their targets y, validated on construction.

    Of a read-only memory map, np.load(path, mmap_mode="r"), the rows stay in their file until they are used, also those
    of a subset, whose x is then a MappedArray: data may be larger than memory.

    Arguments:
        x: real numbers; float32 and float64 stay as they are, other numbers become float32
        y: whole class numbers from 0 (classification), or real numbers (regression), which take the type of x
        task: "classification" or "regression"
        name: used in messages and reports
        classes: names of the classes, by number; left out, the numbers themselves
        features: names of the columns of x, when known
        image_shape: what a row of x looks like as a picture: (28, 28)
        picture_files: its rows are pictures of files, as `read_picture` gives them
        encoder: how a row of a table becomes a row of x, so that other rows can be encoded
        digests: of its rows as they were read, by which a run knows them again

    Shapes: x (instances, features); y (instances,) or, for several targets, (instances, k)
    Errors: DataError for no instances, x and y of different lengths, NaN or infinity, a label outside the
        classes, a single class, anything but numbers; ShapeError for an x or y of another rank

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
    digests: RowDigests | None = None

    def __post_init__(self) -> None:
        x, y = self._numbers("x", self.x), self._numbers("y", self.y)
        if x.ndim < 2:
            raise ShapeError("data.x_shape", name=self.name, shape=x.shape)
        if y.ndim not in ((1,) if self.task == "classification" else (1, 2)):
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
            object.__setattr__(self, "y", self._class_numbers(y))
        else:
            self._require_finite("y", y)
            object.__setattr__(self, "y", y.astype(x.dtype, copy=False))

    def __len__(self) -> int:
        return len(self.x)

    @property
    def outputs(self) -> int:
        """The number of outputs: one score per class, or one number per target."""
        if self.task == "classification":
            return len(self.classes)
        return 1 if self.y.ndim == 1 else self.y.shape[1]

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
        object.__setattr__(part, "digests", self.digests and self.digests.subset(indices))
        return part

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
                "data.not_finite",
                name=self.name,
                array=array,
                value=piece[(row, *rest)],
                row=rows.start + row,
                column=repr(self.features[rest[0]]) if named else ", ".join(map(str, rest)) or "0",
            )

    def _class_numbers(self, y: np.ndarray) -> np.ndarray:
        if y.dtype.kind == "f":
            raise DataError("data.label_dtype", name=self.name, dtype=y.dtype)
        if not self.classes:
            object.__setattr__(self, "classes", tuple(map(str, range(int(y.max()) + 1))))
        outside = np.flatnonzero((y < 0) | (y >= len(self.classes)))
        if outside.size:
            row = int(outside[0])
            last = max(len(self.classes) - 1, 0)
            raise DataError("data.label", name=self.name, label=int(y[row]), row=row, last=last)
        if y.min() == y.max():
            raise DataError("data.one_class", name=self.name, label=self.classes[int(y[0])])
        return y.astype(np.int64, copy=False)
