"""What a run keeps of its data, so that it is not evaluated or resumed with others unawares."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradiente.data import Dataset
from gradiente.errors import DataError, FileError
from gradiente.formatting import count
from gradiente.storage import load_tensors, save_tensors

Array = np.ndarray
MOST_ROWS = 1_000_000  # whose digests are kept: 8 bytes each
MOST_NAMES = 5  # of columns, in a message
FILE = "data.safetensors"


@dataclass(frozen=True, eq=False)
class KeptData:
    """The digests of the rows of both parts, in order, and of every column.

    The same data are the same rows in the same order and in the same parts, under the same names of columns in the same
    order, whatever the path of their file. Of more than a million rows, every second one is kept, or every third …

    Arguments:
        train, test: a digest of each row
        columns: a digest of each column over all rows, by its name
    """

    train: Array
    test: Array
    columns: dict[str, int]

    @classmethod
    def of(cls, train: Dataset, test: Dataset) -> "KeptData | None":
        """That of the two parts of a data set; None where its files are verified whenever they are read.

        A test part in a file of its own is not kept: whatever is in it, it is measured as it is.
        """
        if train.digests is None:
            return None
        step = -(-(len(train) + len(test)) // MOST_ROWS)
        tested = np.zeros(0, np.uint64) if test.digests is None else test.digests.rows[::step]
        return cls(train.digests.rows[::step].copy(), tested.copy(), dict(train.digests.columns))

    def write(self, folder: Path) -> None:
        """Write it into a run's folder."""
        words = {"columns": json.dumps(self.columns)}
        save_tensors(folder / FILE, {"train": self.train, "test": self.test}, words)

    @classmethod
    def read(cls, folder: Path) -> "KeptData | None":
        """That of a run's folder; None in one of an earlier version.

        Errors: FileError for a file that is not what was written
        """
        path = folder / FILE
        if not path.is_file():
            return None
        tensors, metadata = load_tensors(path)
        try:
            columns = {str(name): int(digest) for name, digest in json.loads(metadata["columns"]).items()}
            train, test = (tensors[part] for part in ("train", "test"))
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            raise FileError("run.file", path=path) from error
        if {train.dtype, test.dtype} != {np.dtype(np.uint64)} or train.ndim != 1 or test.ndim != 1:
            raise FileError("run.file", path=path)
        return cls(train, test, columns)

    def require_same(self, now: "KeptData | None", name: str, folder: Path) -> None:
        """Raise a DataError that says what has changed since a run was trained.

        Arguments:
            now: of the data as they are now
            name: of the data set
            folder: of the run
        """
        if now is None:
            now = KeptData(np.zeros(0, np.uint64), np.zeros(0, np.uint64), {})
        same_columns = list(self.columns.items()) == list(now.columns.items())
        if same_columns and np.array_equal(self.train, now.train) and np.array_equal(self.test, now.test):
            return
        words = {"name": name, "folder": folder}
        before, after = list(self.columns), list(now.columns)
        if set(before) != set(after):
            gone, new = (
                [c for c in one if c not in other] for one, other in ((before, after), (after, before))
            )
            raise DataError("run.data.columns", gone=_listed(gone), new=_listed(new), **words)
        if before != after:
            raise DataError("run.data.column_order", before=_listed(before), now=_listed(after), **words)
        trained_on = set(self.train.tolist())
        words["known"] = count(sum(row in trained_on for row in now.test.tolist()))
        words["tests"] = count(len(now.test))
        rows, rows_now = (Counter(np.concatenate([one.train, one.test]).tolist()) for one in (self, now))
        gone, new = (rows - rows_now).total(), (rows_now - rows).total()
        if not gone and not new:
            raise DataError("run.data.resorted", **words)
        words |= {"gone": count(gone), "new": count(new)}
        words |= {"before": count(rows.total()), "now": count(rows_now.total())}
        if gone == new:
            changed = [column for column in before if self.columns[column] != now.columns[column]]
            raise DataError("run.data.values", columns=_listed(changed), **words)
        raise DataError("run.data.rows", **words)


def _listed(names: list[str]) -> str:
    more = ", …" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more if names else "∅"
