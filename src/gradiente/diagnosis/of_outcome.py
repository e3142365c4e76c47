"""Findings about what came out: against the baseline, and on data that were not learned from."""

import numpy as np

from gradiente.diagnosis.evidence import LEARNED, SURE, Evidence, majority_share
from gradiente.diagnosis.finding import Finding

RISE = 0.1  # of the baseline's loss


def overfitting(evidence: Evidence) -> Finding | None:
    """Validation that gets worse while training gets better; or a gap between them that chance does not make."""
    risen = _risen(evidence)
    if risen is not None and _falls_after(evidence.course, risen[0]):
        epoch, rise = risen
        return Finding(
            "overfitting",
            {"epoch": epoch, "rise_share": rise, "last": len(evidence.course), **_skills(evidence)},
        )
    if not evidence.learned or not _gap_is_sure(evidence):
        return None
    return Finding("gap", _skills(evidence))


def best_earlier(evidence: Evidence) -> Finding | None:
    """A best epoch before the last one, whose network was better by far and is not the one that was kept."""
    risen = _risen(evidence)
    if risen is None:
        return None
    epoch, rise = risen
    return Finding("best_earlier", {"epoch": epoch, "last": len(evidence.course), "rise_share": rise})


def no_better(evidence: Evidence) -> Finding | None:
    """New data answered no better than by the baseline, although the training data are."""
    skill = evidence.unseen_skill
    if skill is None or evidence.unseen is None or not evidence.learned:
        return None
    if evidence.classifies:
        majority = majority_share(evidence.unseen.y, evidence.unseen.loss_weights)
        if majority == 1:
            return None
        error = np.sqrt(majority / (1 - majority) / len(evidence.unseen))
        if skill > error:
            return None
    elif skill > 0:
        return None
    return Finding("no_better", _skills(evidence))


def one_class(evidence: Evidence) -> Finding | None:
    """The same class answered to every instance."""
    if not evidence.classifies:
        return None
    answered = np.unique(evidence.subject.classes(evidence.end.prediction))
    if len(answered) > 1 or int(answered[0]) >= len(evidence.subject.train.classes):
        return None
    share = float((evidence.sample.y == answered[0]).mean())
    return Finding("one_class", {"label": evidence.subject.train.classes[int(answered[0])], "share": share})


def not_learning(evidence: Evidence) -> Finding | None:
    """Training data answered no better than by the baseline."""
    if evidence.learned:
        return None
    return Finding(
        "not_learning",
        {
            "loss": float(evidence.course[-1] * evidence.baseline),
            "baseline": evidence.baseline,
            "skill": evidence.skill,
        },
    )


def _risen(evidence: Evidence) -> tuple[int, float] | None:
    """The best epoch of validation, and how far its loss stayed above in the last epochs, where it did by far."""
    course = evidence.unseen_course
    if course is None or evidence.subject.restored:
        return None
    best, last = int(course.argmin()), course[-max(3, len(course) // 10) :]
    rise = float(last.min() - course[best])
    return (best + 1, rise) if rise > RISE and best < len(course) - 1 else None


def _falls_after(course: np.ndarray, epoch: int) -> bool:
    return bool(course[-1] < course[epoch - 1])


def _gap_is_sure(evidence: Evidence) -> bool:
    """Whether the gap is more than a tenth, and more than three standard errors of the smaller set."""
    skill, unseen, prediction = evidence.unseen_skill, evidence.unseen, evidence.unseen_prediction
    if skill is None or unseen is None or prediction is None or evidence.skill - skill <= 2 * LEARNED:
        return False
    if evidence.classifies:
        part = unseen.subset(np.arange(len(prediction)))
        accuracy = evidence.accuracy_on(part, prediction)
        gap = evidence.accuracy_on(evidence.sample, evidence.end.prediction) - accuracy
        return gap > max(LEARNED, SURE * float(np.sqrt(max(accuracy * (1 - accuracy), 0.01) / len(part))))
    y = unseen.y[: len(prediction)].reshape(len(prediction), -1)
    estimate, answered = (evidence.loss.estimate(each) for each in (prediction, evidence.end.prediction))
    errors = np.square(y - estimate.reshape(y.shape)).mean(axis=1)
    own = float(np.square(evidence.y - answered.reshape(evidence.y.shape)).mean())
    return bool(errors.mean() - own > SURE * errors.std() / np.sqrt(len(errors)))


def _skills(evidence: Evidence) -> dict[str, float]:
    unseen = evidence.unseen_skill
    return {"skill_share": evidence.skill, "unseen_share": 0.0 if unseen is None else unseen}
