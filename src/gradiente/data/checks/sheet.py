"""What the checks read: the columns of a data set before they are encoded, its targets, and which rows test."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from gradiente.data.dataset import Dataset
from gradiente.data.digests import RowDigests
from gradiente.data.encoder import Encoder
from gradiente.data.splits.rule import AT_RANDOM
from gradiente.mapped import MappedArray

Array = np.ndarray
MOST_NUMBERS = 2_000_000  # of the inputs, that are looked at: a second at most, and 16 MB
SOME = 1000  # pictures, of which the brightest pixel is looked for


@dataclass(frozen=True, eq=False)
class Sheet:
    """A data set as its checks read it.

    Arguments:
        columns: numbers, NaN where one is missing, or words, "" where one is; none of pictures
        y: class numbers, or real numbers (m,) or (m, k), or 0 and 1 of each label (m, k)
        classes: the names of the classes; () for a regression, and for labels
        target: the name of the target, or of all of several
        tested: which rows are the test part; None: not known
        in_order: whether the rows stand as they were read
        at_random: whether the test part was drawn at random
        scaled: whether the columns of numbers are standardized before they are learned from
        validates: whether a part of the training rows validates
        times: columns of dates, in seconds
        whole: whether all inputs are among the columns: rows that are equal there are equal
        digests: of every row, with its target, as it was read; None: by the columns
        all_tested: which of these are the test part
        all_classes: the class numbers of every row
        brightest: of the pixels of pictures
        targets: the names of several targets
        labels: of labels, what is written where a row has one not, and where it has, by name
    """

    columns: Mapping[str, Array]
    y: Array
    classes: tuple[str, ...]
    target: str
    tested: Array | None = None
    in_order: bool = False
    at_random: bool = True
    scaled: bool = True
    validates: bool = True
    times: Mapping[str, Array] = field(default_factory=dict)
    whole: bool = True
    digests: Array | None = None
    all_tested: Array | None = None
    all_classes: Array | None = None
    brightest: float = 0.0
    targets: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of_parts(cls, train: Dataset, test: Dataset, *, validates: bool = True) -> "Sheet":
        """The sheet of a data set's training and test parts, in the order in which their rows were read.

        Of a large table, the columns and targets are those of evenly spread rows.
        """
        same = train.is_same(test)
        whole = [train] if same else [train, test]
        parts = whole
        is_table = train.image_shape is None and train.x.ndim == 2
        step = -(-sum(part.x.size for part in whole) // MOST_NUMBERS) if is_table else 1
        if step > 1:
            parts = [part.subset(np.arange(0, len(part), step)) for part in whole]
        columns = _columns(parts) if is_table else {}
        y = np.concatenate([part.in_units(part.y) for part in parts])
        tested = None if same else _tested(parts)
        order = _order(parts)
        if order is not None:
            y = y[order]
            tested = None if tested is None else tested[order]
            columns = {name: column[order] for name, column in columns.items()}
        digests = [part.digests.rows for part in whole if part.digests is not None]
        are_known = len(digests) == len(whole) and not isinstance(train.x, MappedArray)
        are_known &= train.weights is None  # which are digested too: twins may have other ones
        encoder = train.encoder
        return cls(
            columns=columns,
            y=y,
            classes=train.classes if train.task == "classification" else (),
            target="y" if encoder is None or not encoder.targets else ", ".join(encoder.targets),
            tested=tested,
            in_order=order is not None,
            at_random=not same and _is_random(train, test),
            scaled=encoder is not None and bool(encoder.mean),
            validates=validates,
            digests=np.concatenate(digests) if are_known else None,
            all_tested=None if same else _tested(whole),
            all_classes=np.concatenate([part.y for part in whole])
            if train.task == "classification"
            else None,
            brightest=0.0 if is_table else float(train.x[:SOME].max()),
            targets=encoder.targets if encoder is not None and len(encoder.targets) > 1 else (),
            labels={} if encoder is None else encoder.labels,
        )

    def __len__(self) -> int:
        return len(self.y)

    @property
    def classifies(self) -> bool:
        return bool(self.classes)

    @cached_property
    def numeric(self) -> dict[str, Array]:
        """The columns of numbers."""
        return {name: column for name, column in self.columns.items() if column.dtype.kind != "U"}

    @property
    def of_each_target(self) -> "list[Sheet]":
        """The sheet of each target by itself."""
        if self.y.ndim == 1:
            return [self]
        names = self.targets or tuple(f"{self.target}{k + 1}" for k in range(self.y.shape[1]))
        made = []
        for name, y in zip(names, self.y.T, strict=True):
            written = self.labels.get(name, ())
            y = y.astype(np.int64) if written else y
            made.append(replace(self, y=y, classes=written, target=name, all_classes=None))
        return made

    @property
    def target_column(self) -> Array:
        """The targets, classes by their names."""
        return np.array(self.classes)[self.y] if self.classifies else self.y.astype(np.float64)

    @cached_property
    def counts(self) -> Array:
        """Rows of each class."""
        return np.bincount(
            self.y if self.all_classes is None else self.all_classes, minlength=len(self.classes)
        )

    @cached_property
    def majority_share(self) -> float:
        """What is right when the most frequent class is always answered."""
        return float(self.counts.max() / max(1, self.counts.sum()))

    @cached_property
    def inputs(self) -> Array:
        """A number for each row, the same where all inputs are the same; as many as there are different rows."""
        digests = RowDigests.of_columns(dict(self.columns), np.zeros(len(self)), "").rows
        return np.unique(digests, return_inverse=True)[1]

    @cached_property
    def rows(self) -> Array:
        """A number for each row, the same where inputs and target are the same; of a large table too for every row."""
        if self.digests is not None:
            return np.unique(self.digests, return_inverse=True)[1]
        columns = {f"c{place}": column for place, column in enumerate(self.columns.values())}
        digests = RowDigests.of_columns(columns, self.y.astype(np.float64), "y").rows
        return np.unique(digests, return_inverse=True)[1]

    @property
    def rows_tested(self) -> Array | None:
        """Which of `rows` are the test part; None: not known."""
        return self.tested if self.digests is None else self.all_tested

    @cached_property
    def chance(self) -> float:
        """How many rows are expected to be copies of others by chance; ∞ where that is not known.

        Of n rows drawn from K equally probable ones, n² / 2K are. log₂ K is at most the sum of the columns' collision
        entropies, −log₂ Σ p², of which half is counted: columns depend on one another.
        """
        if not self.columns or not self.whole:
            return 0.0 if self.digests is not None and self.whole else np.inf
        _, first = np.unique(self.inputs, return_index=True)
        n = len(first)
        bits = 0.0
        for column in self.columns.values():
            _, counts = np.unique(column[first], return_counts=True)
            alike = float((counts * (counts - 1.0)).sum())
            if alike == 0 and n > 2:
                return 0.0
            bits -= np.log2(max(alike, 1.0) / max(1.0, n * (n - 1.0)))
        return float(n**2 / 2 ** (1 + bits / 2))


def _tested(parts: list[Dataset]) -> Array:
    return np.repeat([False, True], [len(part) for part in parts])


def _columns(parts: list[Dataset]) -> dict[str, Array]:
    """The columns of a table before they were encoded."""
    first = parts[0]
    x = np.concatenate([np.asarray(part.x) for part in parts])
    if first.encoder is None:
        return {_name(first, place): x[:, place].astype(np.float64) for place in range(x.shape[1])}
    return _decoded(x, first.encoder)


def _decoded(x: Array, encoder: Encoder) -> dict[str, Array]:
    """The columns that an encoder has made these features of; a category that it does not know is ∅."""
    columns, place, numeric = dict[str, Array](), 0, 0
    for name in encoder.columns:
        kinds = encoder.categories.get(name)
        if kinds is not None:
            block = x[:, place : place + len(kinds)]
            columns[name] = np.where(block.any(axis=1), np.array(kinds)[block.argmax(axis=1)], "∅")
            place += len(kinds)
            continue
        column = x[:, place].astype(np.float64)
        if encoder.mean:
            column = column * encoder.scale[numeric] + encoder.mean[numeric]
        columns[name] = column
        place, numeric = place + 1, numeric + 1
    return columns


def _name(dataset: Dataset, place: int) -> str:
    return dataset.features[place] if dataset.features else str(place)


def _order(parts: list[Dataset]) -> Array | None:
    """Where the rows of the parts, one after the other, stood in their table; None where that is not known."""
    numbers = [part.origin.rows for part in parts if part.origin is not None and part.digests is not None]
    return np.argsort(np.concatenate(numbers), kind="stable") if len(numbers) == len(parts) else None


def _is_random(train: Dataset, test: Dataset) -> bool:
    """Whether the test part was drawn from the same rows at random; that in a file of its own has no digests."""
    of_one_file = (train.digests is None) == (test.digests is None)
    return of_one_file and (train.origin is None or train.origin.rule == AT_RANDOM)
