"""Networks of PyTorch that a student builds, asks or trains: what both workshops of PyTorch have in common."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from gradiente.checker.judging.failures import returned_finding
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.session import Session
from gradiente.checker.torch_judging.exercise import (
    as_array,
    call_probe,
    failed,
    generator,
    pieces,
    same,
    tensors,
    wrong_finding,
)
from gradiente.checker.verdict import Finding
from gradiente.layers import Identity, Layer, Linear, ReLU, Sigmoid, Softmax, Tanh
from gradiente.losses import CrossEntropyLoss
from gradiente.network import Network

Array = np.ndarray
BUILT = """
def probe(name, arguments, values, x):
    torch.manual_seed(0)
    net = getattr(module, name)(*arguments)
    if not isinstance(net, torch.nn.Module):
        return {"result": data(net)}
    answer = {"shapes": shapes(net)}
    if placed(net, values):
        answer["output"] = data(net.eval()(x))
    return answer
"""
# Whether the network is asked while it learns is seen in its dropout, in a copy of it too.
WATCHED = """
def probe(name, arguments, values, training):
    torch.manual_seed(0)
    seen = []

    class Watched(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.dropout = dense(values), torch.nn.Dropout(0.4)

        def forward(self, x):
            seen.append((self.dropout.training, torch.is_grad_enabled()))
            first, squash, last = self.body
            return last(self.dropout(squash(first(x))))

    net = Watched().train(training)
    arguments = [net if isinstance(entry, str) else entry for entry in arguments]
    result = getattr(module, name)(*arguments)
    return {
        "result": data(result),
        "training": any(training for training, _ in seen),
        "recorded": any(recorded for _, recorded in seen),
        "attached": isinstance(result, torch.Tensor) and result.requires_grad,
        "left": (net.training, net.dropout.training) != (training, training),
    }
"""
HIDDEN: dict[str, Layer] = {"": Tanh(), "torch_no_activation": Identity(), "torch_other_activation": ReLU()}
OUTPUTS: tuple[Layer, ...] = (Identity(), Softmax(), Sigmoid(), Tanh(), ReLU())
FORMULA = "z = W[2] · tanh(W[1] · x + b[1]) + b[2]"


@dataclass(frozen=True)
class Dense:
    """A network n–h–k with given parameters, PyTorch's float32, and the same as one of our own in float64."""

    n: int
    h: int
    k: int
    parameters: tuple[Array, ...]

    def network(self, hidden: Layer | None = None, output: Layer | None = None) -> Network:
        """The network of gradiente with the same parameters."""
        layers = [Linear(self.n, self.h), hidden or Tanh(), Linear(self.h, self.k), output or Identity()]
        network = Network(layers, dtype="float64")
        for view, value in zip(network.parameters.values(), self.parameters, strict=True):
            view[...] = value
        return network


def dense(draw: np.random.Generator, n: int, h: int, k: int, dtype: Any = np.float32) -> Dense:
    """Random parameters, the larger the fewer inputs there are."""
    shapes = ((h, n), (h,), (k, h), (k,))
    scales = (1.5 / np.sqrt(n), 0.5, 1.5 / np.sqrt(h), 0.5)
    drawn = zip(shapes, scales, strict=True)
    return Dense(n, h, k, tuple((draw.normal(size=shape) * scale).astype(dtype) for shape, scale in drawn))


def construction_judge(
    name: str, sizes: tuple[int, int, int], parameters: Sequence[str]
) -> Callable[[Session], Judgement]:
    """The judge of a function that makes a network n–h–k, given these of its sizes as arguments."""

    def judge(session: Session) -> Judgement:
        draw = generator(session)
        net = dense(draw, *sizes)
        x = draw.normal(size=(4, net.n)).astype(np.float32)
        case = dict(zip(parameters, sizes, strict=False))
        answer = call_probe(session, name, BUILT, case, list(net.parameters), tensors(x))
        if answer.failure is not None:
            return failed(session, name, answer.failure)
        return Judgement(tuple(_network_findings(session, name, net, x, answer.result)))

    return judge


def _network_findings(
    session: Session, name: str, net: Dense, x: Array, answer: Mapping[str, Any]
) -> Iterator[Finding]:
    wanted = [str(value.shape) for value in net.parameters]
    found = module_finding(session, name, answer, wanted)
    if found is not None:
        yield found
        return
    got = as_array(answer["output"])
    if got is None:
        yield returned_finding(session, name, answer["output"], ["tensor"])
        return
    right = net.network().predict(x)
    if same(got, right):
        return
    keys = next(iter(sorted(_known_mistakes(net, x, got), key=len)), ("",))
    for key in keys:
        yield wrong_finding(session, name, got, right, key=key, quantity="z", formula=FORMULA)


def _known_mistakes(net: Dense, x: Array, got: Array) -> Iterator[tuple[str, ...]]:
    """The wrong activations that give these numbers."""
    hidden = [*HIDDEN.items(), ("torch_other_activation", Sigmoid())]
    for (key, layer), output in product(hidden, OUTPUTS):
        right = net.network(layer, output).predict(x)
        logarithm = isinstance(output, Softmax) and same(got, np.log(right))
        if same(got, right) or logarithm:
            last = () if isinstance(output, Identity) else ("torch_not_logits",)
            yield (*((key,) if key else ()), *last)


def module_finding(
    session: Session, name: str, answer: Mapping[str, Any], wanted: Sequence[str]
) -> Finding | None:
    """What was returned is no module, or its parameters are not those of the network that was asked for."""
    line = session.function(name).line
    if "shapes" not in answer:
        return returned_finding(session, name, answer["result"], ["nn.Module"])
    if "output" in answer:
        return None
    values = {"got": ", ".join(answer["shapes"]), "wanted": ", ".join(wanted)}
    return Finding(
        "torch_parameters" if answer["shapes"] else "torch_unregistered", name, line=line, values=values
    )


def inference_judge(
    name: str,
    sizes: tuple[int, int, int],
    right: Callable[[Array, Array], Any],
    mistakes: Mapping[str, Sequence[Callable[[Array, Array], Any]]],
    *,
    labels: bool,
) -> Callable[[Session], Judgement]:
    """The judge of a function that asks a network: in evaluation mode, without autograd, the mode restored.

    Arguments:
        right: what it returns, of logits and labels
        mistakes: known mistakes, each by one or several such rules
        labels: whether the function gets y too
    """

    def judge(session: Session) -> Judgement:
        draw = generator(session)
        net = dense(draw, *sizes)
        x = draw.normal(size=(7, net.n)).astype(np.float32)
        z = net.network().predict(x)
        y = _labels(z)
        case = {"red": "red", "X": x} | ({"y": y} if labels else {})
        answers = []
        for training in (True, False):
            outcome = call_probe(session, name, WATCHED, case, list(net.parameters), training)
            if outcome.failure is not None:
                return failed(session, name, outcome.failure)
            answers.append(outcome.result)
        found = pieces(answers[1]["result"], 1)
        if found is None:
            return Judgement(
                (returned_finding(session, name, answers[1]["result"], ["float" if labels else "tensor"]),)
            )
        return Judgement(
            (*_wrong_answer(session, name, found[0], z, y), *_modes(session, name, answers, labels))
        )

    def _wrong_answer(session: Session, name: str, got: Array, z: Array, y: Array) -> Iterator[Finding]:
        wanted = np.asarray(right(z, y))
        if not same(got, wanted):
            fits = (
                k for k, rules in mistakes.items() if any(same(got, np.asarray(rule(z, y))) for rule in rules)
            )
            yield wrong_finding(session, name, got, wanted, key=next(fits, ""))

    return judge


def _labels(z: Array) -> Array:
    """Labels of which the network has four of seven."""
    y = z.argmax(axis=1)
    y[:3] = (y[:3] + 1) % z.shape[1]
    return y


def _modes(
    session: Session, name: str, answers: Sequence[Mapping[str, Any]], no_notes: bool
) -> Iterator[Finding]:
    line = session.function(name).line
    if any(answer["training"] for answer in answers):
        yield Finding("torch_eval_mode", name, line=line)
    if any(answer["left"] for answer in answers):
        yield Finding("torch_mode_left", name, line=line)
    if any(answer["attached"] or (no_notes and answer["recorded"]) for answer in answers):
        yield Finding("torch_grad_left", name, line=line)


@dataclass(frozen=True)
class DescentVariant:
    """One way a training may go: its mistakes, the losses it reports, the parameters it ends with."""

    keys: tuple[str, ...]
    losses: Array
    parameters: tuple[Array, ...]


def descents(net: Dense, x: Array, y: Array, epochs: int, lr: float) -> list[DescentVariant]:
    """Gradient descent with all instances in every step, right, and with each known mistake; the fewest first."""
    found = []
    for twice, accumulate, after, still in product((False, True), repeat=4):
        network = net.network(output=Softmax() if twice else None)
        losses, gradient = [], np.zeros_like(network.theta)
        for _ in range(epochs + 1):
            output, caches = network.forward(x)
            losses.append(CrossEntropyLoss().value(output, y))
            network.backward(caches, CrossEntropyLoss().gradient(output, y))
            gradient = network.gradient + (gradient if accumulate else 0.0)
            if len(losses) <= epochs and not still:
                network.theta -= lr * gradient
        keys = {"torch_softmax_twice": twice, "torch_zero_grad": accumulate}
        keys |= {"torch_loss_after": after, "torch_not_moved": still}
        reported = losses[1:] if after else losses[:-1]
        parameters = tuple(value.copy() for value in network.parameters.values())
        found.append(
            DescentVariant(tuple(key for key, there in keys.items() if there), np.array(reported), parameters)
        )
    return sorted(found, key=lambda descent: len(descent.keys))


def descent_findings(
    session: Session, name: str, ways: Sequence[DescentVariant], losses: Any, parameters: Sequence[Array]
) -> Iterator[Finding]:
    """The mistakes of a training, by its reported losses and final parameters; the first way is the right one."""
    epochs = len(ways[0].losses)
    reported = as_array(losses)
    if reported is None:
        yield returned_finding(session, name, losses, ["list"])
        return
    if reported.size != epochs:
        values = {"expected": epochs, "got": int(reported.size)}
        yield Finding("torch_epochs", name, line=session.function(name).line, values=values)
        return
    reported = reported.ravel()
    for way in ways:
        moved = all(same(*pair) for pair in zip(parameters, way.parameters, strict=True))
        if moved and same(reported, way.losses):
            yield from (Finding(key, name, line=session.function(name).line) for key in way.keys)
            return
    right = ways[0]
    if not same(reported, right.losses):
        yield wrong_finding(session, name, reported, right.losses, quantity="J")
        return
    for quantity, got, wanted in zip(
        ("W[1]", "b[1]", "W[2]", "b[2]"), parameters, right.parameters, strict=True
    ):
        if not same(got, wanted):
            yield wrong_finding(session, name, got, wanted, quantity=quantity, formula="θ := θ − α · ∂J/∂θ")
            return
