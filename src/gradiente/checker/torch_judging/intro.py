"""The functions of the workshop pytorch-intro: what each should give, and the mistakes that are known."""

from collections.abc import Callable, Sequence

import numpy as np

from gradiente.checker.judging.failures import returned_finding
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.session import Session
from gradiente.checker.rules.activations import softmax
from gradiente.checker.torch_judging.convolutional import convolutional
from gradiente.checker.torch_judging.exercise import (
    Array,
    Case,
    Exercise,
    KnownMistake,
    call_probe,
    failed,
    generator,
)
from gradiente.checker.torch_judging.networks import (
    construction_judge,
    dense,
    descent_findings,
    descents,
    inference_judge,
)
from gradiente.checker.verdict import Finding

Draw = np.random.Generator
TRAINED = """
def probe(name, arguments, values):
    torch.manual_seed(0)
    net = dense(values)
    arguments = [net if isinstance(entry, str) else entry for entry in arguments]
    losses = getattr(module, name)(*arguments)
    return {"losses": data(losses), "parameters": data(list(net.parameters()))}
"""
DEVICES = """
def probe(name, arguments, cuda, mps):
    found = torch.device("cuda" if cuda else "mps") if cuda or mps else None
    answers = [(torch.cuda, "is_available", cuda), (torch.cuda, "device_count", int(cuda))]
    answers += [(torch.backends.mps, attribute, mps) for attribute in ("is_available", "is_built")]
    answers += [(torch.accelerator, "is_available", found is not None)]
    answers += [(torch.accelerator, "current_accelerator", found)]
    kept = [(owner, attribute, getattr(owner, attribute)) for owner, attribute, _ in answers]
    try:
        for owner, attribute, answer in answers:
            setattr(owner, attribute, lambda *_, answer=answer, **__: answer)
        return {"result": data(getattr(module, name)())}
    finally:
        for entry in kept:
            setattr(*entry)
"""


def _numbers(draw: Draw, *shape: int) -> Array:
    return draw.normal(size=shape).astype(np.float32)


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def _slope(x: Array) -> Array:
    s = _sigmoid(x)
    return s + x * s * (1 - s)


def _windows(case: Case, step: int = 1) -> Array:
    series, length = case["serie"], case["largo"]
    return np.stack([series[i : i + length] for i in range(0, len(series) - length + 1, step)])


def _reshaped_windows(case: Case) -> Array:
    """The windows with their axes as torch.Tensor.unfold leaves them, forced into the right shape."""
    right = _windows(case)
    return np.ascontiguousarray(right.transpose(0, 2, 1)).reshape(right.shape)


def _cross_entropy(z: Array, y: Array) -> Array:
    return -np.log(softmax(z, axis=1)[np.arange(len(y)), y])


def _binary(p: Array, y: Array) -> Array:
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def _path(
    case: Case, rule: Callable[[Array, Array, float], Array], *, sign: float = 1.0, whole_start: bool = False
) -> Array:
    """Where θ goes by a rule of m, uphill with the other sign, or with m = g in the first step."""
    theta = case["theta"].astype(float)
    m, found = np.zeros_like(theta), [theta]
    for step in range(case["pasos"]):
        g = case["c"] * theta
        m = g if whole_start and not step else rule(m, g, case["beta"])
        theta = theta - sign * case["alfa"] * m
        found.append(theta)
    return np.stack(found)


def _momentum(m: Array, g: Array, beta: float) -> Array:
    return beta * m + (1 - beta) * g


def _joined(case: Case) -> tuple[Array, Array]:
    logits = np.concatenate([batch[0] for batch in case["lotes"]])
    return logits.argmax(axis=1), np.concatenate([batch[1] for batch in case["lotes"]])


def _scores(case: Case) -> tuple[Array, Array, Array]:
    """Of every class: F1, recall, how many instances it has."""
    return _class_scores(*_joined(case), case["clases"])


def _class_scores(guess: Array, y: Array, classes: int) -> tuple[Array, Array, Array]:
    k = np.arange(classes)[:, None]
    hits, guessed, there = ((guess == k) & (y == k)).sum(1), (guess == k).sum(1), (y == k).sum(1)
    return 2 * hits / np.maximum(guessed + there, 1), hits / np.maximum(there, 1), guessed + there


def _accuracy(case: Case) -> float:
    guess, y = _joined(case)
    return float(np.mean(guess == y))


def _mean_of_batches(case: Case) -> tuple[float, float]:
    """The accuracy and F1 of every batch, averaged; a class that a batch has not is not counted in its F1."""
    pairs = [_class_scores(z.argmax(axis=1), y, case["clases"]) for z, y in case["lotes"]]
    f1 = [float(np.mean(score[there > 0])) for score, _, there in pairs]
    return float(np.mean([np.mean(z.argmax(axis=1) == y) for z, y in case["lotes"]])), float(np.mean(f1))


def _batches(draw: Draw, classes: int, guesses: Sequence[str], labels: Sequence[str]) -> Case:
    batches = []
    for guess, y in zip(guesses, labels, strict=True):
        hot = np.eye(classes)[[int(k) for k in guess]]
        logits = (2 * hot + draw.uniform(size=hot.shape)).astype(np.float32)
        batches.append([logits, np.array([int(k) for k in y])])
    return {"lotes": batches, "clases": classes}


def _weighted(case: Case) -> float:
    _, y = _joined(case)
    return float(np.average(_scores(case)[0], weights=np.bincount(y, minlength=case["clases"])))


EXERCISES = (
    Exercise(
        "tresPreguntas",
        lambda draw: [
            dict(zip(("m", "frames", "alto", "ancho"), sizes, strict=True))
            for sizes in ((4, 5, 6, 7), (2, 9, 8, 6))
        ],
        lambda q: (
            np.zeros((q["m"], 10)),
            np.zeros((q["m"], 3, q["alto"], q["ancho"])),
            np.zeros((q["m"], q["frames"], 3, q["alto"], q["ancho"])),
        ),
        pieces=("tensor 1", "tensor 2", "tensor 3"),
    ),
    Exercise(
        "sumarSesgo",
        lambda draw: [{"Z": _numbers(draw, n, m), "b": _numbers(draw, n)} for n, m in ((4, 6), (5, 5))],
        lambda q: (q["Z"] + q["b"][:, None],),
        "A[i,j] = Z[i,j] + b[i]",
        (KnownMistake("torch_bias_axis", lambda q: q["Z"] + np.resize(q["b"], q["Z"].shape[1])),),
    ),
    Exercise(
        "canalesAlFinal",
        lambda draw: [{"imagenes": _numbers(draw, 2, 3, 4, 5)}, {"imagenes": _numbers(draw, 3, 2, 6, 4)}],
        lambda q: (q["imagenes"].transpose(0, 2, 3, 1),),
        "B[i,h,w,c] = A[i,c,h,w]",
        (
            KnownMistake(
                "torch_reshape", lambda q: q["imagenes"].reshape(q["imagenes"].transpose(0, 2, 3, 1).shape)
            ),
        ),
    ),
    Exercise(
        "ventanas",
        lambda draw: [
            {"serie": _numbers(draw, moments, features), "largo": length}
            for moments, features, length in ((7, 2, 3), (11, 4, 3))
        ],
        lambda q: (_windows(q),),
        "V[i,t,f] = S[i+t,f],  i = 0 … T − L",
        (
            KnownMistake("torch_window_lost", lambda q: _windows(q)[:-1]),
            KnownMistake("torch_window_step", lambda q: _windows(q, q["largo"])),
            KnownMistake("torch_reshape", _reshaped_windows),
        ),
    ),
    *(
        Exercise(
            name,
            lambda draw: [{"x": _numbers(draw, 2, 3)}, {"x": _numbers(draw, 5)}],
            lambda q: (_slope(q["x"]),),
            "f′(x) = σ(x) + x · σ′(x),  σ′(x) = σ(x) · (1 − σ(x))",
            (
                KnownMistake("torch_product_rule", lambda q: _sigmoid(q["x"])),
                KnownMistake(
                    "torch_product_rule", lambda q: q["x"] * _sigmoid(q["x"]) * (1 - _sigmoid(q["x"]))
                ),
                KnownMistake("torch_product_rule", lambda q: _sigmoid(q["x"]) * (1 - _sigmoid(q["x"]))),
                KnownMistake("torch_mean_for_sum", lambda q: _slope(q["x"]) / q["x"].size),
                KnownMistake("torch_function_itself", lambda q: q["x"] * _sigmoid(q["x"])),
            ),
            errors={
                "does not require grad": "torch_not_recorded",
                "grad can be implicitly created only for scalar": "torch_not_scalar",
            },
        )
        for name in ("derivadaAMano", "derivadaAutograd")
    ),
    Exercise(
        "activaciones",
        lambda draw: [{"z": _numbers(draw, 4, 3)}, {"z": _numbers(draw, 5, 5)}],
        lambda q: (np.maximum(q["z"], 0), _sigmoid(q["z"]), np.tanh(q["z"]), softmax(q["z"], axis=1)),
        mistakes=(
            KnownMistake("torch_softmax_axis", lambda q: softmax(q["z"], axis=0), 3),
            KnownMistake("torch_softmax_axis", lambda q: softmax(q["z"], axis=None), 3),  # pyright: ignore[reportArgumentType]
            KnownMistake("torch_softmax_log", lambda q: np.log(softmax(q["z"], axis=1)), 3),
        ),
        pieces=("ReLU", "σ", "tanh", "softmax"),
    ),
    Exercise(
        "perdidaMulticlase",
        lambda draw: [
            {"logits": 2 * _numbers(draw, m, k), "etiquetas": draw.integers(k, size=m)}
            for m, k in ((6, 4), (3, 5))
        ],
        lambda q: (_cross_entropy(q["logits"], q["etiquetas"]).mean(),),
        "J = −1/m · Σᵢ log softmax(zᵢ)[yᵢ]",
        (
            KnownMistake(
                "torch_softmax_twice",
                lambda q: _cross_entropy(softmax(q["logits"], axis=1), q["etiquetas"]).mean(),
            ),
            KnownMistake("torch_sum_for_mean", lambda q: _cross_entropy(q["logits"], q["etiquetas"]).sum()),
            KnownMistake(
                "torch_softmax_missing",
                lambda q: -q["logits"][np.arange(len(q["etiquetas"])), q["etiquetas"]].mean(),
            ),
        ),
    ),
    Exercise(
        "perdidaBinaria",
        lambda draw: [{"z": 2 * _numbers(draw, m), "y": np.arange(m) % 3 % 2} for m in (6, 4)],
        lambda q: (_binary(_sigmoid(q["z"].astype(float)), q["y"]).mean(),),
        "J = −1/m · Σᵢ (yᵢ log ŷᵢ + (1 − yᵢ) log(1 − ŷᵢ)),  ŷ = σ(z)",
        (
            KnownMistake("torch_sigmoid_twice", lambda q: _binary(_sigmoid(_sigmoid(q["z"])), q["y"]).mean()),
            KnownMistake(
                "torch_sum_for_mean", lambda q: _binary(_sigmoid(q["z"].astype(float)), q["y"]).sum()
            ),
        ),
        errors={"between 0 and 1": "torch_sigmoid_missing", r"(?i)\b(long|int64)\b": "torch_target_type"},
    ),
    Exercise(
        "perdidaRegresion",
        lambda draw: [{"y_est": _numbers(draw, m, 1), "y": _numbers(draw, m)} for m in (5, 3)],
        lambda q: (np.mean((q["y_est"][:, 0] - q["y"]) ** 2),),
        "J = 1/m · Σᵢ (ŷᵢ − yᵢ)²",
        (
            KnownMistake("torch_broadcast", lambda q: np.mean((q["y_est"] - q["y"]) ** 2)),
            KnownMistake("torch_sum_for_mean", lambda q: np.sum((q["y_est"][:, 0] - q["y"]) ** 2)),
            KnownMistake("torch_other_loss", lambda q: np.mean(np.abs(q["y_est"][:, 0] - q["y"]))),
        ),
    ),
    Exercise(
        "descenderConMomentum",
        lambda draw: [
            {
                "theta": _numbers(draw, n),
                "c": 1 + np.abs(_numbers(draw, n)),
                "alfa": alfa,
                "beta": beta,
                "pasos": steps,
            }
            for n, alfa, beta, steps in ((3, 0.2, 0.9, 6), (2, 0.1, 0.6, 4))
        ],
        lambda q: (_path(q, _momentum),),
        "m := β m + (1 − β) g,  θ := θ − α m,  m = 0",
        (
            KnownMistake("torch_momentum_plain", lambda q: _path(q, lambda m, g, beta: beta * m + g)),
            KnownMistake("torch_momentum_forgotten", lambda q: _path(q, lambda m, g, beta: (1 - beta) * g)),
            KnownMistake("torch_momentum_none", lambda q: _path(q, lambda m, g, beta: g)),
            KnownMistake(
                "torch_momentum_swapped", lambda q: _path(q, lambda m, g, beta: (1 - beta) * m + beta * g)
            ),
            KnownMistake("torch_momentum_start", lambda q: _path(q, _momentum, whole_start=True)),
            KnownMistake("torch_uphill", lambda q: _path(q, _momentum, sign=-1.0)),
            KnownMistake("torch_not_moved", lambda q: np.tile(q["theta"], (q["pasos"] + 1, 1))),
        ),
    ),
    Exercise(
        "metricasPorLotes",
        lambda draw: [
            _batches(draw, 3, ("0122", "2010", "20"), ("0121", "2011", "02")),
            _batches(draw, 4, ("30121", "312"), ("30122", "010")),
        ],
        lambda q: (_accuracy(q), _scores(q)[0].mean()),
        mistakes=(
            KnownMistake("torch_mean_of_batches", lambda q: _mean_of_batches(q)[0], 0),
            KnownMistake("torch_mean_of_batches", lambda q: _mean_of_batches(q)[1], 1),
            KnownMistake("torch_average", lambda q: _scores(q)[1].mean(), 0),
            KnownMistake("torch_average", _accuracy, 1),
            KnownMistake("torch_average", _weighted, 1),
        ),
        pieces=("MulticlassAccuracy", "MulticlassF1Score"),
    ),
)


def train(session: Session) -> Judgement:
    """entrenar: gradient descent with all instances in every epoch."""
    name, draw = "entrenar", generator(session)
    net = dense(draw, 3, 5, 4)
    case = {"red": "red", "X": _numbers(draw, 7, 3), "y": draw.integers(4, size=7), "epocas": 4, "lr": 0.5}
    outcome = call_probe(session, name, TRAINED, case, list(net.parameters))
    if outcome.failure is not None:
        return failed(session, name, outcome.failure)
    ways = descents(net, case["X"], case["y"], case["epocas"], case["lr"])
    answer = outcome.result
    return Judgement(tuple(descent_findings(session, name, ways, answer["losses"], answer["parameters"])))


def device(session: Session) -> Judgement:
    """elegirDispositivo, as if on machines with a graphics card, with the chip of a Mac, with both, with neither."""
    name = "elegirDispositivo"
    for cuda, mps in ((True, False), (False, True), (True, True), (False, False)):
        outcome = call_probe(session, name, DEVICES, {}, cuda, mps)
        if outcome.failure is not None:
            return failed(session, name, outcome.failure)
        got = outcome.result["result"]
        wanted = "cuda" if cuda else "mps" if mps else "cpu"
        if not isinstance(got, str):
            return Judgement((returned_finding(session, name, got, ["torch.device"]),))
        if got.partition(":")[0] != wanted:
            there = ", ".join([*(["cuda"] if cuda else []), *(["mps"] if mps else []), "cpu"])
            values = {"there": there, "wanted": wanted, "got": got}
            return Judgement(
                (Finding("torch_device", name, line=session.function(name).line, values=values),)
            )
    return Judgement(())


JUDGES: dict[str, Callable[[Session], Judgement]] = {
    **{exercise.name: exercise.judge for exercise in EXERCISES},
    "crearRed": construction_judge("crearRed", (4, 6, 3), ("entradas", "ocultas", "salidas")),
    "crearConvolucional": convolutional,
    "predecir": inference_judge(
        "predecir",
        (4, 6, 3),
        lambda z, _: softmax(z, axis=1),
        {
            "torch_softmax_missing": [lambda z, _: z],
            "torch_softmax_axis": [lambda z, _: softmax(z, axis=0)],
            "torch_softmax_twice": [lambda z, _: softmax(softmax(z, axis=1), axis=1)],
            "torch_softmax_log": [lambda z, _: np.log(softmax(z, axis=1))],
            "torch_class_for_probability": [
                lambda z, _: z.argmax(axis=1),
                lambda z, _: softmax(z, axis=1).max(axis=1),
            ],
        },
        labels=False,
    ),
    "entrenar": train,
    "elegirDispositivo": device,
}
