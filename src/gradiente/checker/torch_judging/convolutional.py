"""crearConvolucional of the workshop pytorch-intro, judged by what its network does, not by how it is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradiente.checker.judging.failures import returned_finding
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.session import Session
from gradiente.checker.torch_judging.exercise import (
    Array,
    as_array,
    call_probe,
    failed,
    generator,
    same,
    tensors,
    wrong_finding,
)
from gradiente.checker.torch_judging.networks import module_finding
from gradiente.checker.verdict import Finding
from gradiente.layers import BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU
from gradiente.network import Network

LAYERS = ("Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "Flatten", "Dropout", "Linear")
CONVOLUTIONAL = """
def probe(name, arguments, parameters, mean, variance, x):
    torch.manual_seed(0)
    net = getattr(module, name)(*arguments)
    if not isinstance(net, torch.nn.Module):
        return {"result": data(net)}
    leaves = [part for part in net.modules() if not list(part.children())]
    answer = {
        "shapes": shapes(net),
        "layers": [type(part).__name__ for part in leaves],
        "dropout": [float(part.p) for part in leaves if isinstance(part, torch.nn.Dropout)],
    }
    if placed(net, parameters):
        for name, buffer in net.named_buffers():
            if name.endswith(("running_mean", "running_var")):
                buffer.copy_(torch.from_numpy(mean if name.endswith("mean") else variance))
        try:
            with torch.no_grad():
                answer["output"] = data(net.eval()(x))
                net.train()
                answer["drops"] = not torch.equal(net(x), net(x))
        except RuntimeError as error:
            answer["refused"] = str(error)[:300]
    return answer
"""


def convolutional(session: Session) -> Judgement:
    """crearConvolucional, judged by what it does: to given images with given parameters, and while it trains."""
    name, draw, channels, classes = "crearConvolucional", generator(session), 2, 5
    layers = [
        Conv2d(channels, 6, 3, padding=1),
        BatchNorm2d(6),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(96, classes),
    ]
    net = Network(layers, seed=session.seed % 2**32, dtype="float64", input_shape=(channels, 8, 8))
    for view in net.parameters.values():
        view[...] = draw.normal(size=view.shape) * (0.2 if view.ndim > 1 else 1.0)
    for key, view in net.buffers.items():
        if key.endswith(("running_mean", "running_var")):
            view[...] = np.abs(draw.normal(size=view.shape)) + 0.5
    mean, variance = (net.buffers[f"1.running_{kind}"].astype(np.float32) for kind in ("mean", "var"))
    values = [view.astype(np.float32) for view in net.parameters.values()]
    x = draw.normal(size=(3, channels, 8, 8)).astype(np.float32)
    case = {"canales": channels, "clases": classes}
    outcome = call_probe(session, name, CONVOLUTIONAL, case, values, mean, variance, tensors(x))
    if outcome.failure is not None:
        return failed(session, name, outcome.failure)
    return Judgement(
        tuple(_convolutional(session, name, outcome.result, net.predict(x), [str(v.shape) for v in values]))
    )


def _convolutional(
    session: Session, name: str, answer: Mapping[str, Any], right: Array, wanted: Sequence[str]
) -> Iterator[Finding]:
    line = session.function(name).line
    if "refused" in answer or "output" not in answer:
        yield _other_network(session, name, answer, wanted)
        return
    got = as_array(answer["output"])
    if got is None:
        yield returned_finding(session, name, answer["output"], ["tensor"])
        return
    if not same(got, right):
        found = wrong_finding(session, name, got, right)
        yield found if _asked_for(answer) else replace(found, mistake="torch_layers", values=_layers(answer))
        return
    if not answer["drops"]:
        yield Finding("torch_dropout_missing", name, line=line)
    elif any(p != 0.5 for p in np.ravel(answer["dropout"])):
        yield Finding(
            "torch_dropout_rate", name, line=line, values={"got": f"{np.ravel(answer['dropout'])[0]:g}"}
        )


def _other_network(session: Session, name: str, answer: Mapping[str, Any], wanted: Sequence[str]) -> Finding:
    """Another network than the one that was asked for, or one that cannot take the images."""
    line = session.function(name).line
    if answer.get("layers") and not _asked_for(answer):
        return Finding("torch_layers", name, line=line, values=_layers(answer))
    found = module_finding(session, name, answer, wanted)
    if "refused" not in answer and found is not None:
        return found
    values = {"type": "RuntimeError", "message": answer["refused"], "words": "", "line": line}
    return Finding("exception", name, line=line, values=values)


def _asked_for(answer: Mapping[str, Any]) -> bool:
    return list(answer["layers"]) == list(LAYERS)


def _layers(answer: Mapping[str, Any]) -> dict[str, str]:
    return {"got": ", ".join(answer["layers"]), "wanted": ", ".join(LAYERS)}
