"""The functions of the workshop mnist-pytorch that are PyTorch's; feedForward and backProp are those of mnist."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradiente.checker.judging import backprop, forward
from gradiente.checker.judging.failures import returned_finding
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.session import Session
from gradiente.checker.rules.activations import softmax
from gradiente.checker.running.calls import Failure
from gradiente.checker.torch_judging.exercise import (
    Array,
    Case,
    as_array,
    call_probe,
    failed,
    generator,
    pieces,
    same,
    wrong_finding,
)
from gradiente.checker.torch_judging.networks import (
    construction_judge,
    dense,
    descent_findings,
    descents,
    inference_judge,
)
from gradiente.checker.verdict import Finding
from gradiente.checker.workshop import WORKSHOPS
from gradiente.layers import Softmax
from gradiente.losses import CrossEntropyLoss
from gradiente.network import Network

SIZES = (784, 512, 10)
M, BATCH, EPOCHS, LR = 7, 3, 3, 0.3
GRADIENTS = ("dw1", "db1", "dw2", "db2")
# What the network is shown while it learns, by the first number of every instance; and every step of the optimizer.
TRAINED = """
def probe(name, arguments, values, lr):
    torch.manual_seed(0)
    shown, steps, targets = [], [], []
    cross_entropy = torch.nn.functional.cross_entropy

    def watched(scores, target, *more, **words):
        if torch.is_grad_enabled():
            targets.append(target.tolist())
        return cross_entropy(scores, target, *more, **words)

    class Watched(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = dense(values)

        def forward(self, x):
            if torch.is_grad_enabled():
                shown.append(x[:, 0].tolist())
            return self.body(x)

    class Counted(torch.optim.SGD):
        def step(self, closure=None):
            steps.append(1)
            return super().step(closure)

    net = Watched()
    given = {"red": net, "optimizador": Counted(net.parameters(), lr=lr)}
    arguments = [given[entry] if isinstance(entry, str) else entry for entry in arguments]
    torch.nn.functional.cross_entropy = watched
    try:
        losses = getattr(module, name)(*arguments)
    finally:
        torch.nn.functional.cross_entropy = cross_entropy
    return {
        "losses": data(losses),
        "parameters": data(list(net.parameters())),
        "shown": tuple(np.array(rows) for rows in shown),
        "targets": tuple(np.array(labels) for labels in targets),
        "steps": len(steps),
    }
"""
CARRIED = """
def probe(name, arguments):
    torch.manual_seed(0)
    net = getattr(module, name)(*arguments)
    if not isinstance(net, torch.nn.Module):
        return {"result": data(net)}
    answer = {"parameters": data(list(net.parameters())), "types": sorted({str(p.dtype) for p in net.parameters()})}
    for value in arguments:
        value += 1
    moved = data(list(net.parameters()))
    answer["shared"] = any((one != other).any() for one, other in zip(answer["parameters"], moved))
    return answer
"""
GIVEN = """
def probe(name, arguments, values, own):
    torch.manual_seed(0)
    net = module.crearRed().double() if own else dense(values)
    placed(net, values)
    arguments = [net if isinstance(entry, str) else entry for entry in arguments]
    return [data(getattr(module, name)(*arguments)) for _ in range(2)]
"""


def train(session: Session) -> Judgement:
    """entrenar: which batches it takes, what it tells of the losses, and where full batches lead."""
    name, draw = "entrenar", generator(session)
    net = dense(draw, 784, 6, 10)
    x = draw.normal(size=(M, 784)).astype(np.float32)
    y = np.arange(M) + 1
    case = {"red": "red", "optimizador": "optimizador", "X": x, "y": y, "epocas": EPOCHS}
    answers = []
    for size, lr in ((BATCH, 0.0), (M, LR)):
        outcome = call_probe(session, name, TRAINED, {**case, "batch_size": size}, list(net.parameters), lr)
        if outcome.failure is not None:
            return failed(session, name, outcome.failure)
        answers.append(outcome.result)
    parted, whole = answers
    if not _paired(parted, x, y):
        return Judgement((Finding("pairs_broken", name, line=session.function(name).line),))
    findings = list(_batches(session, parted, x))
    if not findings:
        findings += _loss_findings(session, parted, net.network().predict(x), x, y)
    ways = descents(net, x, y, EPOCHS, LR)
    more = descent_findings(session, name, ways, whole["losses"], whole["parameters"])
    findings += [finding for finding in more if not findings or finding.mistake not in SECONDARY]
    return Judgement(tuple(findings))


SECONDARY = (
    "torch_wrong",
    "torch_shape",
    "torch_epochs",
    "returned_otherwise",
    "nothing_returned",
    "torch_not_moved",
)


def _rows(answer: Mapping[str, Any], x: Array) -> list[Array]:
    """The instances of every batch that the network learns from, by their places in X.

    Where it is shown more than there are steps, a batch that comes twice in a row counts once, and the whole set not
    at all: a loss or an accuracy is measured there.
    """
    rows = _shown(answer, x)
    if len(rows) <= int(answer["steps"]) or all(len(batch) == M for batch in rows):
        return rows
    batches = [batch for batch in rows if len(batch) < M]
    before = [None, *batches[:-1]]
    return [b for a, b in zip(before, batches, strict=True) if a is None or not np.array_equal(a, b)]


def _shown(answer: Mapping[str, Any], x: Array) -> list[Array]:
    return [np.abs(np.ravel(shown)[:, None] - x[:, 0]).argmin(axis=1) for shown in answer["shown"]]


def _paired(answer: Mapping[str, Any], x: Array, y: Array) -> bool:
    """Whether every batch came with its own labels, as far as the loss has been given some."""
    rows, targets = _shown(answer, x), [np.ravel(labels) for labels in answer["targets"]]
    if [len(batch) for batch in rows] != [len(labels) for labels in targets]:
        return True
    return all((y[batch] == labels).all() for batch, labels in zip(rows, targets, strict=True))


def _batches(session: Session, answer: Mapping[str, Any], x: Array) -> Iterator[Finding]:
    """Whether every epoch takes every instance once, in batches of the right size and in an order of its own."""
    name, line = "entrenar", session.function("entrenar").line
    rows, per_epoch = _rows(answer, x), -(-M // BATCH)
    if not int(answer["steps"]):
        yield Finding("torch_optimizer_unused", name, line=line)
        return
    if len(rows) % EPOCHS or not rows:
        yield Finding(
            "torch_steps", name, line=line, values={"expected": EPOCHS * per_epoch, "got": len(rows)}
        )
        return
    count = len(rows) // EPOCHS
    epochs = [np.concatenate(rows[start : start + count]) for start in range(0, len(rows), count)]
    if all(sorted(set(batch)) == list(range(M)) for batch in rows):
        yield Finding("batch_ignored", name, line=line)
        return
    lost = max(M - len(set(epoch)) for epoch in epochs)
    repeated = max(len(epoch) - len(set(epoch)) for epoch in epochs)
    sizes = [len(batch) for batch in rows[:count]]
    if lost:
        yield Finding("batch_lost", name, line=line, values={"lost": lost})
    elif repeated:
        yield Finding("batch_repeated", name, line=line, values={"repeated": repeated})
    elif max(sizes) != BATCH or count != per_epoch:
        yield Finding("batch_size_wrong", name, line=line, values={"expected": BATCH, "got": max(sizes)})
    elif int(answer["steps"]) != len(rows):
        values = {"expected": len(rows), "got": int(answer["steps"])}
        yield Finding("torch_steps", name, line=line, values=values)
    elif all((epoch == epochs[0]).all() for epoch in epochs):
        yield Finding("torch_not_shuffled", name, line=line)


def _loss_findings(
    session: Session, answer: Mapping[str, Any], z: Array, x: Array, y: Array
) -> Iterator[Finding]:
    """The loss of every epoch, of a network that stays as it is since the learning rate is 0."""
    name, losses = "entrenar", as_array(answer["losses"])
    rows = _rows(answer, x)
    count = len(rows) // EPOCHS
    if losses is None or losses.size != EPOCHS:
        return
    for scores in (z, softmax(z, axis=1)):
        for key, weigh in WAYS.items():
            wanted = []
            for epoch in range(EPOCHS):
                batches = [
                    (CrossEntropyLoss().value(scores[batch], y[batch]), len(batch))
                    for batch in rows[epoch * count : (epoch + 1) * count]
                ]
                wanted.append(weigh(*map(np.array, zip(*batches, strict=True))))
            if same(losses.ravel(), np.array(wanted)):
                if key:
                    yield Finding(key, name, line=session.function(name).line)
                return
    right = np.full(EPOCHS, CrossEntropyLoss().value(z, y))
    yield wrong_finding(session, name, losses.ravel(), right, quantity="J")


# How the losses of an epoch's batches, and the batches' sizes, may become one number.
WAYS: dict[str, Callable[[Array, Array], float]] = {
    "": lambda losses, sizes: float(np.average(losses, weights=sizes)),
    "torch_mean_of_batches": lambda losses, _: float(losses.mean()),
    "torch_loss_sum": lambda losses, _: float(losses.sum()),
    "torch_last_batch": lambda losses, _: float(losses[-1]),
}


def from_numpy(session: Session) -> Judgement:
    """desdeNumpy: the given numbers, in float64, in memory of its own."""
    name, line = "desdeNumpy", session.function("desdeNumpy").line
    net = dense(generator(session), *SIZES, dtype=np.float64)
    given = [value.reshape(-1, 1) if value.ndim == 1 else value for value in net.parameters]
    case: Case = dict(zip(("w1", "b1", "w2", "b2"), given, strict=True))
    outcome = call_probe(session, name, CARRIED, case, numpy=True)
    if outcome.failure is not None:
        return _refused(session, name, outcome.failure)
    answer = outcome.result
    if "parameters" not in answer:
        return Judgement((returned_finding(session, name, answer["result"], ["nn.Module"]),), error=True)
    found = [value for value in answer["parameters"] if isinstance(value, np.ndarray)]
    shapes = [[str(value.shape) for value in values] for values in (found, net.parameters)]
    if sorted(shapes[0]) != sorted(shapes[1]):
        if session.wrong("crearRed"):
            return Judgement((), unchecked=True)
        values = {"got": ", ".join(shapes[0]), "wanted": ", ".join(shapes[1])}
        return Judgement((Finding("torch_parameters", name, line=line, values=values),))
    by_shape = {value.shape: value for value in found}
    for quantity, value in zip(("w1", "b1", "w2", "b2"), net.parameters, strict=True):
        if not same(by_shape[value.shape], value):
            finding = wrong_finding(session, name, by_shape[value.shape], value, quantity=quantity)
            return Judgement((finding,))
    findings = []
    if answer["types"] != ("torch.float64",):
        findings.append(Finding("torch_dtype", name, line=line, values={"got": ", ".join(answer["types"])}))
    if answer["shared"]:
        findings.append(Finding("torch_shared", name, line=line))
    return Judgement(tuple(findings))


def _refused(session: Session, name: str, failure: Failure) -> Judgement:
    """It failed; where crearRed makes another network, that may well be why."""
    if session.wrong("crearRed"):
        return Judgement((), unchecked=True)
    return failed(session, name, failure)


def gradients(session: Session) -> Judgement:
    """gradientes: what autograd gives, and the same once more."""
    name, draw = "gradientes", generator(session)
    net = dense(draw, *SIZES, dtype=np.float64)
    x, y = draw.normal(size=(5, 784)), draw.integers(10, size=5)
    own = session.has("crearRed") and not session.wrong("crearRed")
    outcome = call_probe(session, name, GIVEN, {"red": "red", "X": x, "y": y}, list(net.parameters), own)
    if outcome.failure is not None:
        return failed(session, name, outcome.failure)
    right, twice = (_gradients(net.network(output=layer), x, y) for layer in (None, Softmax()))
    one, other = (_arranged(pieces(result, 4), right) for result in outcome.result)
    if one is None or other is None:
        return Judgement((returned_finding(session, name, outcome.result[0], GRADIENTS),), error=True)
    (first, order), (second, _) = one, other
    variants = (("other_order", {}),) if order != GRADIENTS else ()
    for quantity in ("dw2", "db2", "dw1", "db1"):
        got, wanted = first[quantity], right[quantity]
        if not same(got, wanted):
            mistakes = {"torch_sum_for_mean": len(x) * wanted, "torch_softmax_twice": twice[quantity]}
            key = next((key for key, value in mistakes.items() if same(got, value)), "")
            return Judgement((wrong_finding(session, name, got, wanted, key=key, quantity=quantity),))
        if not same(second[quantity], got):
            return Judgement((Finding("torch_zero_grad", name, line=session.function(name).line),))
    return Judgement((), variants)


def _gradients(network: Network, x: Array, y: Array) -> dict[str, Array]:
    """The gradients of the mean cross-entropy, in the shapes of the workshops of NumPy."""
    output, caches = network.forward(x)
    network.backward(caches, CrossEntropyLoss().gradient(output, y))
    values = network.gradients.values()
    return dict(zip(GRADIENTS, (v.reshape(-1, 1) if v.ndim == 1 else v for v in values), strict=True))


def _arranged(
    found: Sequence[Array] | None, right: Mapping[str, Array]
) -> tuple[dict[str, Array], tuple[str, ...]] | None:
    """The four by their sizes, which all differ, and the order in which they came; None where they are not those."""
    names = {value.size: name for name, value in right.items()}
    if found is None or sorted(value.size for value in found) != sorted(names):
        return None
    order = tuple(names[value.size] for value in found)
    return dict(zip(order, found, strict=True)), order


def _as_in_mnist(judge: Callable[[Session], Judgement]) -> Callable[[Session], Judgement]:
    """The judge of a function that is the same in the workshop mnist, with the sizes and mistakes of that one."""

    return lambda session: judge(replace(session, workshop=WORKSHOPS["mnist"]))


JUDGES: dict[str, Callable[[Session], Judgement]] = {
    "crearRed": construction_judge("crearRed", SIZES, ()),
    "exactitud": inference_judge(
        "exactitud",
        (784, 6, 10),
        lambda z, y: np.mean(z.argmax(axis=1) == y),
        {
            "torch_percent": [lambda z, y: 100 * np.mean(z.argmax(axis=1) == y)],
            "torch_count": [lambda z, y: np.sum(z.argmax(axis=1) == y)],
            "torch_error_rate": [lambda z, y: np.mean(z.argmax(axis=1) != y)],
        },
        labels=True,
    ),
    "entrenar": train,
    "feedForward": _as_in_mnist(forward.judge),
    "backProp": _as_in_mnist(backprop.judge),
    "desdeNumpy": from_numpy,
    "gradientes": gradients,
}
