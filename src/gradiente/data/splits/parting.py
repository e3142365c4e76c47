"""What of a data set is learned from, and what tests: a fraction, another file, or one of several folds."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradiente.data.splits.folds import folds
from gradiente.data.splits.rule import Origin, Rows, hold_out
from gradiente.errors import is_whole, require, require_whole

DEFAULT_TEST = 0.2


@dataclass(frozen=True)
class Parting:
    """How a data set is parted.

    Arguments:
        test: the fraction held out for testing, in (0, 1), or the file of the test part
        seed: of the split
        folds: in how many folds, ≥ 2; None: not in folds
        fold: which of them tests, from 1

    Errors: ArgumentError for a fraction or fold out of range, or a test part beside folds
    """

    test: float | Path
    seed: int
    folds: int | None = None
    fold: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.test, Path):
            require(0 < self.test < 1, "split.fraction", value=self.test)
        require(is_whole(self.seed, 0), "load.seed", value=repr(self.seed))
        require((self.folds is None) == (self.fold is None), "folds.both")
        folds, fold = self.folds, self.fold
        if folds is not None and fold is not None:
            require_whole(2, "folds", folds=folds)
            require(is_whole(fold, 1) and fold <= folds, "folds.fold", fold=fold, folds=folds)
            require(self.test == DEFAULT_TEST, "folds.test", test=self.test)

    def rows(self, y: np.ndarray, classes: tuple[str, ...], origin: Origin | None) -> tuple[Rows, Rows]:
        """The numbers of the rows that are learned from, and of those that test: none where another file does.

        Errors: as of `hold_out` and `folds`
        """
        if isinstance(self.test, Path):
            return np.arange(len(y)), np.arange(0)
        if self.folds is None or self.fold is None:
            # by the names of the classes, in whose order the generator deals with them
            labels = np.array(classes)[y] if classes else y
            return hold_out(labels, self.test, self.seed, origin=origin)
        return folds(y, self.folds, self.seed, origin=origin, classes=classes)[self.fold - 1]
