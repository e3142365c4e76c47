"""Findings about the steps: too large, too small, too few, too noisy, or bounded."""

import numpy as np

from gradiente.diagnosis.evidence import LEARNED, ROUGH, Evidence
from gradiente.diagnosis.finding import Finding

MEMORY = 100  # steps that a momentum sums: 1 / (1 − 0.99)
STILL = 0.05  # of their size: a network of a few layers is then still the one it began as
CLIPPED = (
    10.0  # times the bound; from a thousand times on it is no safeguard, it replaces every gradient's size
)
ALWAYS_CLIPPED = 1000.0
FALLING = 0.05  # of the baseline's loss, in a quarter of the training
FEW = 200
SMALL_BATCH = 16


def momentum(evidence: Evidence) -> Finding | None:
    """A momentum that sums hundreds of steps, where the loss is in trouble."""
    optimizer = evidence.subject.optimizer
    name = next((name for name in ("momentum", "beta", "betas") if hasattr(optimizer, name)), None)
    value = getattr(optimizer, name) if name else 0.0
    mu = float(value[0]) if isinstance(value, tuple | list) else float(value)
    worse = evidence.course[-1] > 1.5 * evidence.course.min() + ROUGH
    if mu >= 1 or 1 / (1 - mu) < MEMORY - 1e-6 or not (evidence.troubled or worse):
        return None
    memory = 1 / (1 - mu)
    effective = evidence.lr * memory if name == "momentum" else evidence.lr
    return Finding(
        "momentum",
        {"momentum": f"{mu:g}", "memory": memory, "lr": f"{evidence.lr:g}", "effective": effective},
    )


def rate_large(evidence: Evidence) -> Finding | None:
    """A first step as large as the weights or beyond the valley, and a loss that shows it."""
    if not evidence.troubled or evidence.first_step is None or evidence.start is None:
        return None
    ratio, after = evidence.first_step
    before = evidence.start.value
    climbed = float(evidence.course.max()) > 2 * max(1.0, float(evidence.course[0]))
    beyond = after > 2 * max(before, evidence.baseline)
    jumps = evidence.jumps > ROUGH and evidence.subject.batch_size > SMALL_BATCH
    if not (ratio > 1 or beyond or climbed or jumps):
        return None
    new = evidence.lr / max(10.0, 10 ** np.ceil(np.log10(max(ratio, 1e-9) * 10)))
    values = {"lr": evidence.lr, "ratio": ratio, "before": before, "after": after, "new": _written(new)}
    return Finding("rate_large", values)


def rate_rough(evidence: Evidence) -> Finding | None:
    """A remark: first steps as large as the weights, which threw the loss far up before it fell."""
    if evidence.troubled or evidence.first_step is None:
        return None
    (ratio, _), climbed = evidence.first_step, float(evidence.course.max())
    if ratio <= 1 or climbed <= 2:
        return None
    epoch = int(evidence.course.argmax()) + 1
    values = {"lr": evidence.lr, "ratio": ratio, "climbed": climbed, "epoch": epoch}
    return Finding("rate_rough", {**values, "new": _written(evidence.lr / 10)}, remark=True)


def clipped(evidence: Evidence) -> Finding | None:
    """Every gradient far above the bound, and weights that hardly moved."""
    clip, start = evidence.subject.objective.clip, evidence.start
    if not clip or start is None or evidence.moved is None:
        return None
    gradients = [start.gradient, evidence.end.gradient]
    if clip.norm is not None:
        bound, sizes = clip.norm, [float(np.linalg.norm(each)) for each in gradients]
    else:
        assert clip.value is not None
        bound, sizes = clip.value, [float(np.abs(each).mean()) for each in gradients]
    factor = min(sizes) / bound
    if factor < CLIPPED or (factor < ALWAYS_CLIPPED and evidence.moved > STILL and evidence.skill >= 0.9):
        return None
    return Finding(
        "clipped", {"bound": f"{bound:g}", "size": sizes[0], "factor": sizes[0] / bound, "new": "1"}
    )


def rate_small(evidence: Evidence) -> Finding | None:
    """Weights that are still where they began, and a loss that did not fall."""
    if evidence.moved is None or evidence.start is None or evidence.skill > 0.5:
        return None
    steady = bool((np.diff(evidence.course) < 0).all())  # it goes down at every epoch, and hardly
    if evidence.moved > (4 * STILL if steady else STILL):
        return None
    fallen = evidence.start.value / evidence.baseline - float(evidence.course[-1])
    if fallen > LEARNED:
        return None
    new = evidence.lr * min(1e9, max(10.0, 10 ** np.floor(np.log10(1 / max(evidence.moved, 1e-12)))))
    return Finding(
        "rate_small",
        {"lr": evidence.lr, "moved": evidence.moved, "steps": evidence.subject.steps, "new": _written(new)},
    )


def batch_noise(evidence: Evidence) -> Finding | None:
    """A loss that jumps from epoch to epoch, with batches of a few instances."""
    subject = evidence.subject
    if evidence.jumps <= ROUGH or subject.batch_size > SMALL_BATCH:
        return None
    if evidence.instances < 20 * subject.batch_size:
        return None
    return Finding(
        "batch_noise",
        {
            "batch": subject.batch_size,
            "jump_share": evidence.jumps,
            "new": 4 * SMALL_BATCH,
            "smaller": float(np.sqrt(4 * SMALL_BATCH / subject.batch_size)),
        },
    )


def undertrained(evidence: Evidence) -> Finding | None:
    """A loss that was still falling when the training ended."""
    if evidence.skill >= 0.9 or evidence.subject.restored:
        return None
    fallen = _fallen(evidence.course)
    unseen = evidence.unseen_course
    if fallen is None or fallen < FALLING or (unseen is not None and (_fallen(unseen) or 0) < FALLING / 2):
        return None
    steps, epochs = evidence.subject.steps, len(evidence.course)
    key = "few_updates" if steps < FEW else "undertrained"
    values = {"steps": steps, "epochs": epochs, "fallen_share": fallen}
    return Finding(key, {**values, "more": str(max(5 * epochs, -(-FEW * 5 * epochs // max(steps, 1))))})


def _fallen(course: np.ndarray) -> float | None:
    """How much a loss fell from the last quarter but one to the last."""
    quarter = max(1, len(course) // 4)
    if len(course) < 2:
        return None
    return float(course[-2 * quarter : -quarter].mean() - course[-quarter:].mean())


def _written(lr: float) -> str:
    return f"{lr:.1g}"
