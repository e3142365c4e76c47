"""Concepts with one mistake each, as a student or a careless commit would make it."""

from dataclasses import dataclass

from gradiente import SGD, ExponentialLR, MSELoss, Tanh, course


@dataclass(frozen=True)
class WrongTanh(Tanh):
    """Its derivative forgets the square."""

    def input_gradient(self, parameters, cache, dy):
        return dy * (1 - cache)


@dataclass(frozen=True)
class SubtleTanh(Tanh):
    """One number of its output is off in the tenth digit."""

    def forward(self, parameters, x, context):
        y, _ = super().forward(parameters, x, context)
        y.reshape(-1)[1] *= 1 + 1e-10
        return y, y


@dataclass(frozen=True)
class WrongMSELoss(MSELoss):
    """Its gradient lacks the 2."""

    def unreduced_gradient(self, prediction, target):
        return super().unreduced_gradient(prediction, target) / 2


@dataclass(frozen=True, kw_only=True)
class WrongSGD(SGD):
    """Its steps are too long, by a millionth."""

    def rule(self, theta, gradient, slots, t):
        return super().rule(theta, gradient * (1 + 1e-6), slots, t)


@dataclass(frozen=True, kw_only=True)
class WrongMomentum(course.Momentum):
    """It is PyTorch's momentum, not the lecture's."""

    def rule(self, theta, gradient, slots, t):
        m = self.beta * slots["m"] + gradient
        return theta - self.lr * m, {"m": m}


@dataclass(frozen=True, kw_only=True)
class WrongExponentialLR(ExponentialLR):
    """It falls one epoch too late."""

    def lr(self, base_lr, t, metrics=()):
        return super().lr(base_lr, max(t - 1, 0), metrics)
