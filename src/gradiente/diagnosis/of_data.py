"""Findings about the data: what no network can learn from them, and what it learns too easily."""

import numpy as np

from gradiente.diagnosis.evidence import LEARNED, SURE, Evidence, majority_share
from gradiente.diagnosis.finding import Finding
from gradiente.mapped import pieces

Array = np.ndarray
MOST_NUMBERS = 5_000_000  # that are compared with one another: a third of a second
SAME = 0.999  # correlation from which a column is the target, in other units
TWINS_SHARE = 0.05
RARE = 10  # instances: the recall of fewer is not known to within 0.5/√10 = 16 points
IMBALANCED = 0.9


def constant_target(evidence: Evidence) -> Finding | None:
    """A regression whose targets are all one number."""
    y = evidence.subject.train.y
    if evidence.classifies or float(np.ptp(y)) > 0:
        return None
    return Finding("constant_target", {"value": float(y.flat[0])})


def contradictory(evidence: Evidence) -> Finding | None:
    """Instances with the same inputs and different classes, so many that most of the classes cannot be told.

    The best answer to equal inputs is their most frequent class; what it gets right is the most that is possible.
    """
    train = evidence.subject.train
    if not evidence.classifies or train.x.size > MOST_NUMBERS:
        return None
    y = train.y[evidence.subject.indices]
    _, groups = np.unique(_keys(np.asarray(train.x)[evidence.subject.indices]), return_inverse=True)
    counts = np.zeros((groups.max() + 1, int(y.max()) + 1), np.int64)
    np.add.at(counts, (groups.ravel(), y), 1)
    most, majority = float(counts.max(axis=1).sum() / len(y)), majority_share(y)
    contrary = counts.sum(axis=1) > counts.max(axis=1)
    share = float(counts[contrary].sum() / len(y))
    if most - majority >= 0.5 * (1 - majority):
        return None
    return Finding("contradictory", {"share": share, "ceiling_share": most, "majority_share": majority})


def split_duplicates(evidence: Evidence) -> Finding | None:
    """Instances that were not to be learned from, and were.

    Twins by chance do not exist where a column has nearly as many values as there are instances.
    """
    unseen, train = evidence.unseen, evidence.subject.train
    if unseen is None or train.x.ndim != 2 or train.x.size + unseen.x.size > MOST_NUMBERS:
        return None
    x = np.asarray(train.x)[evidence.subject.indices]
    known = set(_keys(x).tolist())
    if not any(len(np.unique(column)) > 0.5 * len(known) for column in x.T):
        return None
    twins = sum(key in known for key in _keys(np.asarray(unseen.x)).tolist())
    if twins <= TWINS_SHARE * len(unseen):
        return None
    return Finding(
        "split_duplicates", {"count": twins, "of": len(unseen), "twins_share": twins / len(unseen)}
    )


def leak(evidence: Evidence) -> Finding | None:
    """A column that is the target in other units; with one column alone it would be the task itself."""
    x, train = evidence.x, evidence.subject.train
    if x.ndim != 2 or x.shape[1] < 2 or evidence.sample.y.ndim != 1:
        return None
    y = evidence.sample.y.astype(np.float64)
    columns = x.astype(np.float64) - x.mean(axis=0, dtype=np.float64)
    truth = [y] if not evidence.classifies else [y == k for k in range(len(train.classes))]
    size = np.sqrt(np.square(columns).sum(axis=0))
    for each in truth:
        centred = each - each.mean()
        norm = np.sqrt(np.square(centred).sum())
        products = size * norm
        alike = np.abs(centred @ columns) / np.where(products > 0, products, np.inf)
        column = int(alike.argmax())
        if alike[column] >= SAME:
            return Finding("leak", {"column": column_name(evidence, column), "r": float(alike[column])})
    return None


def imbalance(evidence: Evidence) -> Finding | None:
    """Rare classes, the instances of which are never recognized, or are too few to learn from."""
    if not evidence.classifies:
        return None
    y = evidence.subject.train.y[evidence.subject.indices]
    counts = np.bincount(y, minlength=len(evidence.subject.train.classes))
    majority = counts.max() / len(y)
    if majority < IMBALANCED:
        return None
    rarest = int(np.where(counts > 0, counts, len(y)).argmin())
    rows = evidence.subject.indices[y == rarest]
    subject = evidence.subject
    found = evidence.right(
        subject.train.subset(rows), evidence.end.network.predict(subject.train.subset(rows).x)
    )
    if found.any() and (len(rows) >= RARE or subject.train.class_weight is not None):
        return None
    classes = subject.train.classes
    return Finding(
        "imbalance",
        {
            "label": classes[rarest],
            "count": len(rows),
            "found": int(found.sum()),
            "majority": classes[int(counts.argmax())],
            "majority_share": float(majority),
            "ratio": f"{majority * len(y) / max(1, len(rows)):.0f}",
        },
    )


def missed_class(evidence: Evidence) -> Finding | None:
    """One of several classes that is never answered, not even to its own instances; a remark where those are few."""
    subject = evidence.subject
    if not evidence.classifies or len(subject.train.classes) < 3:
        return None
    answered = np.unique(subject.classes(evidence.end.prediction))
    if len(answered) == 1 and not evidence.learned:
        return None
    truth = subject.train.y[subject.indices]
    counts = np.bincount(truth, minlength=len(subject.train.classes))
    for label in sorted(
        set(np.flatnonzero(counts).tolist()) - set(answered.tolist()), key=lambda k: -counts[k]
    ):
        own = subject.train.subset(subject.indices[truth == label])
        if not evidence.right(own, evidence.end.network.predict(own.x)).any():
            values = {"label": subject.train.classes[label], "count": int(counts[label])}
            return Finding("missed_class", values, remark=bool(counts[label] < RARE))
    return None


def more_columns(evidence: Evidence) -> Finding | None:
    """So many columns that any labels can be told apart by a plane: Cover's 2 (d + 1) instances."""
    n, d = evidence.instances, evidence.features
    gap = _gap(evidence)
    if n >= 2 * (d + 1) or gap is None:
        return None
    return Finding("more_columns", {"columns": d, "count": n, "capacity": 2 * (d + 1), "gap_share": gap})


def few_rows(evidence: Evidence) -> Finding | None:
    """Fewer than ten instances for each column, and new ones answered much worse."""
    n, d = evidence.instances, evidence.features
    gap = _gap(evidence)
    if n >= 10 * d or n >= 100 or gap is None:
        return None
    return Finding("few_rows", {"count": n, "columns": d, "gap_share": gap})


def _gap(evidence: Evidence) -> float | None:
    """How much better what was learned from is answered, where that is by far."""
    if evidence.unseen is None or evidence.unseen_skill is None:
        return None
    gap = evidence.skill - evidence.unseen_skill
    return gap if gap > 0.2 else None


def small_validation(evidence: Evidence) -> Finding | None:
    """Validation by so few instances that each is more than a tenth of it."""
    held_out = evidence.subject.held_out
    if held_out is None or len(held_out) >= RARE:
        return None
    error = 0.5 / np.sqrt(len(held_out))
    wanted = min(0.5, 30 / (len(held_out) + evidence.instances))
    return Finding(
        "small_validation", {"count": len(held_out), "error_share": float(error), "wanted": wanted}
    )


def idle_columns(evidence: Evidence) -> Finding | None:
    """A remark: columns that are constant, or the same as another. Pixels at the edge of pictures are."""
    train, x = evidence.subject.train, evidence.x
    if train.image_shape is not None or x.ndim != 2 or not 2 <= x.shape[1] <= 200 or len(x) < RARE:
        return None
    own = () if train.encoder is None else train.encoder.columns  # a rare category is no constant column
    places = [j for j in range(x.shape[1]) if not own or column_name(evidence, j) in own]

    def whole(j: int) -> Array:  # of the sample, a column may be constant by chance
        return np.concatenate([train.x[rows][:, j] for rows in pieces(train.x)])

    for j in places:
        if np.ptp(x[:, j]) == 0 and np.ptp(whole(j)) == 0:
            return Finding("constant_column", {"column": column_name(evidence, j)}, remark=True)
    seen: dict[bytes, int] = {}
    for j in places:
        first = seen.setdefault(x[:, j].tobytes(), j)
        if first != j and np.array_equal(whole(j), whole(first)):
            columns = {"column": column_name(evidence, j), "other": column_name(evidence, first)}
            return Finding("same_column", columns, remark=True)
    return None


def ceiling(evidence: Evidence) -> Finding | None:
    """A remark: a loss that no longer falls, more than half of the baseline's, though much was learned."""
    course = evidence.course
    if not evidence.classifies or not evidence.learned or len(course) < 8 or course[-1] < 0.5:
        return None
    half = len(course) // 2
    fallen = course[half : half + half // 2].mean() - course[-(half // 2) :].mean()
    if fallen > 0.05:
        return None
    right = float(evidence.right(evidence.sample, evidence.end.prediction).mean())
    left = {"right_share": right, "loss_share": float(course[-1])}
    return Finding("ceiling", left, remark=True)


def noisy_labels(evidence: Evidence) -> Finding | None:
    """Validation accuracy that stays below a ceiling, while the training data are learned beyond it."""
    records, held_out = evidence.subject.records, evidence.subject.held_out
    if not evidence.classifies or held_out is None or not evidence.learned or len(records) < 4:
        return None
    accuracies = np.array([record["val_accuracy"] for record in records])
    half, majority, n = len(records) // 2, majority_share(held_out.y), len(held_out)
    most = float(accuracies.max())
    error = np.sqrt(max(most * (1 - most), 1e-9) / n)
    trained = float(evidence.right(evidence.sample, evidence.end.prediction).mean())
    rises = accuracies[half:].max() - accuracies[:half].max() > error
    above_chance = most - majority > SURE * np.sqrt(majority * (1 - majority) / n)
    final = float(np.mean(accuracies[half:]))
    if rises or not above_chance or most > 0.95 or trained - final < max(LEARNED, SURE * error):
        return None
    return Finding("noisy_labels", {"ceiling_share": most, "trained_share": trained})


def column_name(evidence: Evidence, column: int) -> str:
    """The name of a column, or its number."""
    names = evidence.subject.train.features
    return names[column] if column < len(names) else str(column)


def _keys(x: Array) -> Array:
    """Each row as one value that can be compared."""
    rows = np.ascontiguousarray(x.reshape(len(x), -1))
    return rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
