"""Findings about scales: of the inputs, the targets, the activations and the gradients, layer by layer."""

import numpy as np

from gradiente.diagnosis.evidence import Evidence
from gradiente.diagnosis.finding import Finding
from gradiente.diagnosis.of_data import column_name
from gradiente.diagnosis.passes import Signal, rms
from gradiente.diagnosis.units import dead, saturated
from gradiente.layers import ReLU

VANISHING = 1e-3  # of the last layer's: it would take a thousand steps for one of the last
LARGE = 10.0  # times what the initial weights are drawn for: inputs, outputs and gains near 1
SMALL = 0.01
UNLIKE = 100.0  # scales of two columns: a rate that suits one is 100² times wrong for the other
MOST_SATURATED, HALF_SATURATED = 0.8, 0.5
MOST_DEAD = 0.5
CONFIDENT = 10.0  # times the baseline's loss, before anything was learned


def inputs_unscaled(evidence: Evidence) -> Finding | None:
    """Columns much larger, smaller or unlike in scale, where the training data are not answered well."""
    if evidence.skill >= 0.9 and evidence.course[-1] < 1:
        return None
    x = evidence.x.reshape(len(evidence.sample), -1).astype(np.float64)
    size, spread = np.sqrt(np.square(x).mean(axis=0)), x.std(axis=0)
    varied = np.flatnonzero(spread > 0)
    if not len(varied):
        return None
    largest, smallest = varied[size[varied].argmax()], varied[size[varied].argmin()]
    unlike = float(size[largest] / size[smallest])
    rare = evidence.subject.train.image_shape is None and unlike > UNLIKE and size[largest] > LARGE
    if not (rare or size[varied].min() > LARGE or size[largest] < SMALL or size[largest] > LARGE**2):
        return None
    names = {
        "column": column_name(evidence, int(largest)),
        "other": column_name(evidence, int(smallest)),
    }
    return Finding(
        "inputs_unscaled",
        {**names, "size": float(size[largest]), "smallest": float(size[smallest]), "ratio": unlike},
    )


def target_unscaled(evidence: Evidence) -> Finding | None:
    """Targets of another size than a network's first answers, which the training has not reached."""
    if evidence.subject.train.classifies or evidence.start is None:
        return None
    y = evidence.y.astype(np.float64)
    answers = evidence.end.prediction.reshape(y.shape)
    size, spread = rms(y), float(y.std())
    begins = max(rms(evidence.start.prediction), 0.1)
    missed = abs(float((y - answers).mean())) > 0.1 * spread
    if SMALL * begins < size < LARGE * max(1.0, begins) or not (missed or evidence.skill < 0.1):
        return None
    return Finding(
        "target_unscaled",
        {"mean": float(y.mean()), "deviation": spread, "begins": begins, "reaches": rms(answers)},
    )


def dead_units(evidence: Evidence) -> Finding | None:
    """A layer with more than half of its ReLU units dead, where the training data are not answered well."""
    found = [
        (dead(layer, output) / units, number, dead(layer, output), units)
        for number, layer, output in evidence.end.activations()
        if isinstance(layer, ReLU) and (units := int(np.prod(output.shape[1:])))
    ]
    share, number, count, units = max(found, default=(0.0, 0, 0, 0))
    if share <= MOST_DEAD or evidence.skill >= 0.9:
        return None
    return Finding("dead_units", {"layer": number, "count": count, "units": units, "dead_share": share})


def exploding_start(evidence: Evidence) -> Finding | None:
    """Initial weights so large that the first answers are confident nonsense, of which something is left."""
    start = evidence.start
    if start is None:
        return None
    confident = evidence.classifies and start.value > CONFIDENT * evidence.baseline
    if not confident and evidence.skill >= 0.9 and evidence.course[-1] < 0.5:
        return None
    signals = start.signals()
    largest = max(signals, key=lambda signal: signal.gain, default=None)
    if largest is None or largest.gain <= LARGE or (not evidence.classifies and largest.gain < LARGE**2):
        return None
    return Finding(
        "exploding_start",
        {"layer": largest.layer, "gain": largest.gain, "first": start.value, "baseline": evidence.baseline},
    )


def saturation(evidence: Evidence) -> Finding | None:
    """A layer nearly all of whose numbers are at the end of the range, where the data are not answered well.

    Where they are, a remark, if the loss was thrown far up before.
    """
    found = [
        (float(saturated(layer, output).mean()), number)
        for number, layer, output in evidence.end.activations()
    ]
    share, number = max(found, default=(0.0, 0))
    well = evidence.skill >= 0.9
    thrown = share > HALF_SATURATED and float(evidence.course.max()) > 2
    if not (thrown if well else share > MOST_SATURATED):
        return None
    return Finding("saturation", {"layer": number, "saturated_share": share}, remark=well)


def vanishing(evidence: Evidence) -> Finding | None:
    """A gradient, or what tells the instances apart, that is lost between the ends of a network that did not learn."""
    signals = _signals(evidence)
    if evidence.learned or len(signals) < 3:
        return None
    first, last = signals[0], signals[-1]
    backward = first.delta / last.delta if last.delta else 1.0
    forward = last.spread / first.spread if first.spread else 1.0
    if min(backward, forward) >= VANISHING or min(backward, forward) == 0:
        return None
    ratio = min(backward, forward)
    factor = ratio ** (1 / (len(signals) - 1))
    return Finding("vanishing", {"layers": len(signals), "ratio": 1 / ratio, "factor": factor})


def exploding(evidence: Evidence) -> Finding | None:
    """A gradient that grows on its way back to the first layer, where nothing was learned."""
    signals = _signals(evidence)
    if evidence.learned or len(signals) < 3 or not signals[-1].delta:
        return None
    ratio = signals[0].delta / signals[-1].delta
    if ratio <= 1 / VANISHING:
        return None
    factor = ratio ** (1 / (len(signals) - 1))
    return Finding("exploding", {"layers": len(signals), "ratio": ratio, "factor": factor})


def _signals(evidence: Evidence) -> list[Signal]:
    return (evidence.start or evidence.end).signals()
