"""What the findings read: measures of a training, each computed when it is first asked for."""

import copy
from dataclasses import replace
from functools import cached_property

import numpy as np

from gradiente.data import Dataset
from gradiente.diagnosis.passes import Pass, rms
from gradiente.diagnosis.subject import Subject
from gradiente.layers import Context
from gradiente.network import Network

Array = np.ndarray
ROWS = 1000  # instances that are measured, at most
SURE = 3.0  # standard errors: chance gives as much once in 700 times
LEARNED = 0.1  # of what the baseline leaves
FEW = 30  # instances, of which one is more than 3 % of the loss
ROUGH = 0.05  # of the baseline's loss, from one epoch to the next


class Evidence:
    """Measures of a training that has ended.

    Losses are given as shares of the baseline's: that of the best constant answer, the classes' shares or the mean of
    the targets. So 1 is what a network reaches that ignores its input, for any loss and any units. Skill is likewise
    the part of the baseline's errors that is gone: 1 is perfect, 0 the baseline, below 0 is worse.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.loss = subject.objective.loss
        self.classifies = subject.train.task == "classification"
        self.outputs = subject.objective.network.forward(subject.train.x[:2])[0].shape[1]
        learned_from = subject.indices
        self.rows = learned_from[:: -(-len(learned_from) // ROWS)]
        self.sample = subject.train.subset(self.rows)
        self.x = np.asarray(self.sample.x)
        self.y, self.weights = subject.targets(self.sample, self.outputs), self.sample.loss_weights
        self.unseen = subject.held_out if subject.held_out is not None else subject.test
        if self.unseen is not None and subject.train.is_same(self.unseen):
            self.unseen = None

    @property
    def instances(self) -> int:
        """How many were learned from."""
        return len(self.subject.indices)

    @property
    def features(self) -> int:
        return int(np.prod(self.x.shape[1:]))

    def network(self, theta: Array, buffers: dict[str, Array] | None = None) -> Network:
        """A network of the same architecture, with other parameters."""
        network = copy.deepcopy(self.subject.objective.network)
        network.restore(theta, {} if buffers is None else buffers)
        return network

    @cached_property
    def start(self) -> Pass | None:
        """A pass with the initial parameters, where they are known."""
        if self.subject.initial is None:
            return None
        context = Context(training=True, generator=np.random.default_rng(0))
        return Pass(self.network(self.subject.initial), self.loss, self.x, self.y, context, self.weights)

    @cached_property
    def end(self) -> Pass:
        """A pass with the final parameters, as the network predicts."""
        network = self.network(self.subject.final, self.subject.buffers)
        return Pass(network, self.loss, self.x, self.y, Context(), self.weights)

    @cached_property
    def baseline(self) -> float:
        """The loss of the best constant answer on the sample."""
        return self._constant_loss(self.sample, self.y)

    def _constant_loss(self, data: Dataset, y: Array) -> float:
        if self.classifies:
            shares = np.bincount(self.sample.y, self.weights, max(self.outputs, 2))
            shares = shares / shares.sum()
            shares = np.clip(shares, 1e-6, 1 - 1e-6)
            shares = shares[1:2] if self.outputs == 1 else shares[: self.outputs]
            link = self.loss.link
            constant = np.log(shares / (1 - shares)) if link == "logistic" else shares
            constant = np.log(shares) if link in ("softmax", "exponential") else constant
        else:
            constant = np.average(self.y.astype(np.float64), axis=0, weights=self.weights)
            if self.loss.link == "logistic":  # the shares of the labels
                shares = np.clip(constant, 1e-6, 1 - 1e-6)
                constant = np.log(shares / (1 - shares))
        prediction = np.tile(np.atleast_1d(constant), (len(data), 1)).astype(self.x.dtype)
        value = float(self.loss.value(prediction, y, data.loss_weights))
        return value if np.isfinite(value) and value > 0 else 1e-12

    def accuracy_on(self, data: Dataset, prediction: Array) -> float:
        """The share of the instances that are classified rightly, each with its weight."""
        return float(np.average(self.right(data, prediction), weights=data.loss_weights))

    def right(self, data: Dataset, prediction: Array) -> Array:
        """Which instances are classified rightly."""
        return self.subject.classes(prediction) == data.y

    def skill_on(self, data: Dataset, prediction: Array) -> float:
        """The part of the baseline's errors that is gone; the baseline is of these data."""
        weights = data.loss_weights
        if self.classifies:
            majority, accuracy = majority_share(data.y, weights), self.accuracy_on(data, prediction)
            return (accuracy - majority) / (1 - majority) if majority < 1 else accuracy - 1
        y = data.y.reshape(len(data), -1).astype(np.float64)
        estimate = self.loss.estimate(prediction).reshape(y.shape)
        w = np.ones(len(y)) if weights is None else weights.astype(np.float64)
        total = float(w @ np.square(y - np.average(y, axis=0, weights=w)).sum(axis=1))
        return 1 - float(w @ np.square(y - estimate).sum(axis=1)) / total if total else 0.0

    @cached_property
    def skill(self) -> float:
        """On the training data."""
        return self.skill_on(self.sample, self.end.prediction)

    @cached_property
    def learned(self) -> bool:
        """Whether the training data are answered better than by the baseline, by more than chance gives."""
        if not self.classifies:
            return self.skill > LEARNED
        majority = majority_share(self.sample.y, self.weights)
        accuracy = self.accuracy_on(self.sample, self.end.prediction)
        error = np.sqrt(majority * (1 - majority) / len(self.sample))
        sure = accuracy - majority > SURE * error or accuracy == 1
        return bool(sure and self.skill > LEARNED) or self.course[-1] < 1 - LEARNED * 5

    @property
    def stuck(self) -> bool:
        """Whether nothing was learned, or the loss is nearly the baseline's."""
        return not self.learned or self.course[-1] > 1 - LEARNED

    @cached_property
    def unseen_prediction(self) -> Array | None:
        if self.unseen is None:
            return None
        part = self.unseen.subset(np.arange(min(len(self.unseen), 5 * ROWS)))
        return self.end.network.predict(part.x)

    @cached_property
    def unseen_skill(self) -> float | None:
        """On data that were not learned from: the validation's, else the test's."""
        if self.unseen is None or self.unseen_prediction is None:
            return None
        part = self.unseen.subset(np.arange(len(self.unseen_prediction)))
        return self.skill_on(part, self.unseen_prediction)

    @cached_property
    def course(self) -> Array:
        """The training loss of every epoch, without penalties, as a share of the baseline's."""
        records = self.subject.records
        values = np.array([record["loss"] - record.get("penalty", 0.0) for record in records])
        return values / self._whole(self.instances, self.baseline)

    @cached_property
    def unseen_course(self) -> Array | None:
        """The validation loss of every epoch, likewise."""
        held_out, records = self.subject.held_out, self.subject.records
        if held_out is None or not all("val_loss" in record for record in records):
            return None
        baseline = self._constant_loss(held_out, self.subject.targets(held_out, self.outputs))
        return np.array([record["val_loss"] for record in records]) / baseline

    def _whole(self, instances: int, value: float) -> float:
        return value if self.loss.averages else value * instances / len(self.sample)

    @cached_property
    def roughness(self) -> float:
        """How much the loss jumps between epochs besides its trend, in the second half of the training."""
        return _roughness(self.course)

    @cached_property
    def jumps(self) -> float:
        """The roughness, or half that of the validation loss, which is a mean over fewer instances and jumps more."""
        held_out, course = self.subject.held_out, self.unseen_course
        if course is None or held_out is None or len(held_out) < FEW:
            return self.roughness
        return max(self.roughness, _roughness(course) / 2)

    @property
    def troubled(self) -> bool:
        """Whether the loss jumps, or ends above the baseline, or nothing was learned."""
        return self.jumps > ROUGH or self.course[-1] > 1 or not self.learned

    @cached_property
    def moved(self) -> float | None:
        """How far the weights moved from where they began, as a share of their size; the layer that moved most."""
        if self.subject.initial is None:
            return None
        return self._largest_ratio(self.subject.final - self.subject.initial)

    def _largest_ratio(self, change: Array) -> float | None:
        assert self.subject.initial is not None
        network = self.subject.objective.network
        changes, weights = network.named(change), network.named(self.subject.initial)
        ratios = [
            rms(changes[name]) / size for name in network.weight_names if (size := rms(weights[name])) > 0
        ]
        return max(ratios, default=None)

    @cached_property
    def lr(self) -> float:
        """The largest learning rate of the training."""
        return max(record["lr"] for record in self.subject.records)

    @cached_property
    def first_step(self) -> tuple[float, float] | None:
        """The first step, with the gradient of the whole sample: its size relative to the weights, and J after it."""
        start = self.start
        if start is None or self.subject.initial is None:
            return None
        theta, gradient = self.subject.initial, start.gradient.astype(self.subject.initial.dtype)
        self.subject.objective.clip.apply(gradient)
        optimizer = replace(self.subject.optimizer, lr=self.lr)
        after, _ = optimizer.rule(theta, gradient, optimizer.initial_slots(theta), 1)
        ratio = self._largest_ratio(after - theta)
        if ratio is None or not np.isfinite(after).all():
            return None
        context = Context(training=True, generator=np.random.default_rng(0))
        prediction, _ = self.network(after).forward(self.x, context)
        return ratio, float(self.loss.value(prediction, self.y, self.weights))


def _roughness(course: Array) -> float:
    steps = np.diff(course[len(course) // 2 :])
    return float(np.abs(steps).mean() - abs(steps.mean())) if len(steps) >= 3 else 0.0


def majority_share(y: Array, weights: Array | None = None) -> float:
    """The share of the most frequent class, each instance with its weight.

    >>> majority_share(np.array([0, 1, 1, 1]))
    0.75
    """
    counts = np.bincount(y, weights)
    return float(counts.max() / counts.sum())
