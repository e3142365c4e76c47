"""Who judges which function of a workshop, and what must be judged before it."""

from collections.abc import Mapping

from gradiente.checker.judging import (
    backprop,
    cost,
    decay_rules,
    dropout_rules,
    early_stopping_rules,
    elementwise,
    forward,
    initial,
    loop,
    minibatch,
    optimizer_rules,
    penalty_rules,
    softmax,
)
from gradiente.checker.judging.judgement import Judge
from gradiente.checker.torch_judging import intro as torch_intro
from gradiente.checker.torch_judging import mnist as torch_mnist

_G = ("tanh", "tanhGrad", "relu", "reluGrad")
_OF_MNIST_PYTORCH = {"backProp": ("feedForward",), "desdeNumpy": ("crearRed",), "gradientes": ("crearRed",)}
JUDGES: Mapping[str, Mapping[str, Judge]] = {
    "xor": {"backProp": Judge(backprop.judge), "entrenarRed": Judge(loop.judge, ("backProp",))},
    "mnist": {
        **{name: Judge(elementwise.judge(name)) for name in _G},
        "initParams": Judge(initial.judge),
        "feedForward": Judge(forward.judge, (*_G, "initParams")),
        "softmax": Judge(softmax.judge, ("feedForward",)),
        "costoGlobal": Judge(cost.judge, ("softmax",)),
        "backProp": Judge(backprop.judge, ("softmax", "costoGlobal")),
        "entrenarRed": Judge(loop.judge, ("backProp",)),
        "entrenarRedMiniBatch": Judge(minibatch.judge, ("backProp", "entrenarRed")),
    },
    "optimizadores": {
        name: Judge(judged)
        for judges in (
            optimizer_rules.JUDGES,
            decay_rules.JUDGES,
            early_stopping_rules.JUDGES,
            penalty_rules.JUDGES,
            dropout_rules.JUDGES,
        )
        for name, judged in judges.items()
    },
    "pytorch-intro": {name: Judge(judged) for name, judged in torch_intro.JUDGES.items()},
    "mnist-pytorch": {
        name: Judge(judged, _OF_MNIST_PYTORCH.get(name, ())) for name, judged in torch_mnist.JUDGES.items()
    },
}


def before(judges: Mapping[str, Judge], name: str) -> set[str]:
    """The functions that are judged before one: those that it needs, and those that these need."""
    needs = judges[name].needs
    return set(needs).union(*(before(judges, need) for need in needs))
