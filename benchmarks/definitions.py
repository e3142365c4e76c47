"""Where libraries define the same name differently: the numbers of both sides, for docs/equality.md."""

from collections.abc import Sequence
from typing import Any

import numpy as np

import gradiente as gr
from gradiente.layers import Context, Layer
from gradiente.objective import Objective
from gradiente.quiet import ignored_warnings

Array = np.ndarray


def differing_definitions() -> dict[str, float]:
    """Every number of the page's section on them, by its name in the templates."""
    with ignored_warnings():
        return {
            **_running_variance(),
            **_adam(),
            **_average_pool(),
            **_nearest(),
            **_absent_class(),
            **_undefined_kappa(),
            **_clamped_logarithm(),
            **_ties(),
            **_bias_before_norm(),
            **_lecture(),
        }


def _onnx(
    operator: str, inputs: Sequence[Any], outputs: int = 1, domain: str = "", **attributes: Any
) -> list[Any]:
    """What ONNX's own reference computes for one node."""
    from onnx import helper
    from onnx.reference import ReferenceEvaluator

    names, given = [f"x{i}" for i in range(len(inputs))], [f"y{i}" for i in range(outputs)]
    node = helper.make_node(operator, names, given, domain=domain, **attributes)
    kinds = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape)
        for n, a in zip(names, inputs, strict=True)
    ]
    graph = helper.make_graph(
        [node], "node", kinds, [helper.make_tensor_value_info(n, 1, None) for n in given]
    )
    versions = [helper.make_opsetid("", 22), *([helper.make_opsetid(domain, 1)] if domain else [])]
    evaluator = ReferenceEvaluator(helper.make_model(graph, opset_imports=versions))
    return list(evaluator.run(None, dict(zip(names, inputs, strict=True))))


def _y(layer: Layer, x: Array, training: bool = False) -> tuple[Array, Any]:
    return layer.forward({}, x, Context(training=training, buffers=layer.buffers()))


def _running_variance() -> dict[str, float]:
    """Of a batch of 1, 2, 3, 4 in one channel, with momentum 1: the variance itself."""
    x = np.arange(1.0, 5.0, dtype=np.float32).reshape(4, 1, 1)
    ones, zeros = np.ones(1, np.float32), np.zeros(1, np.float32)
    theirs = _onnx(
        "BatchNormalization", [x, ones, zeros, zeros, ones], outputs=3, training_mode=1, momentum=0.0
    )
    layer = gr.BatchNorm1d(1, momentum=1.0, affine=False)
    _, cache = _y(layer, x, training=True)
    ours = layer.new_buffers(layer.buffers(), cache)["running_var"]
    return {"variance_onnx": float(theirs[2][0]), "variance": float(ours[0])}


def _adam() -> dict[str, float]:
    """The first step for a gradient as small as ε, in units of the learning rate."""
    import torch
    from sklearn.neural_network._stochastic_optimizers import AdamOptimizer

    g = np.array([1e-8])
    rule = gr.Adam(lr=1.0)
    ours = rule.rule(np.zeros(1), g, rule.initial_slots(g), t=1)[0]
    leaf = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    leaf.grad = torch.tensor(g)
    torch.optim.Adam([leaf], lr=1.0).step()
    sklearn = AdamOptimizer([np.zeros(1)], learning_rate_init=1.0)._get_updates([g])[0]
    f = np.float32
    onnx = _onnx(
        "Adam",
        [f(1), np.array(1), np.zeros(1, f), g.astype(f), np.zeros(1, f), np.zeros(1, f)],
        outputs=3,
        domain="ai.onnx.preview.training",
        alpha=0.9,
        beta=0.999,
        epsilon=1e-8,
        norm_coefficient=0.0,
        norm_coefficient_post=0.0,
    )[0]
    steps = {"adam": ours, "adam_torch": leaf.detach().numpy(), "adam_sklearn": sklearn, "adam_onnx": onnx}
    return {name: float(-step[0]) for name, step in steps.items()}


def _average_pool() -> dict[str, float]:
    """The corner of the mean over 3 × 3 of ones, with one row of padding."""
    ones = np.ones((1, 1, 3, 3), np.float32)
    theirs = _onnx("AveragePool", [ones], kernel_shape=[3, 3], pads=[1, 1, 1, 1])[0]
    ours, _ = _y(gr.AvgPool2d(3, stride=1, padding=1), ones)
    return {"corner_onnx": float(theirs[0, 0, 0, 0]), "corner": float(ours[0, 0, 0, 0])}


def _nearest() -> dict[str, float]:
    """What 1, 2, 3, 4 becomes when three numbers are kept: the last of them."""
    import torch

    x = np.arange(1.0, 5.0, dtype=np.float32).reshape(1, 1, 4)
    empty = np.zeros(0, np.float32)
    theirs = _onnx("Resize", [x, empty, empty, np.array([1, 1, 3])], mode="nearest")[0]
    torchs = torch.nn.functional.interpolate(torch.tensor(x), size=3, mode="nearest")
    return {"nearest_onnx": float(theirs.ravel()[-1]), "nearest_torch": float(torchs.ravel()[-1])}


def _absent_class() -> dict[str, float]:
    """The example of torchmetrics' own documentation: the fifth class does not occur."""
    import torch
    from torchmetrics.classification import MulticlassAUROC

    scores = np.full((4, 5), 0.05) + 0.7 * np.eye(4, 5)
    truth = np.array([0, 1, 3, 2])
    theirs = MulticlassAUROC(num_classes=5, average="macro")(torch.tensor(scores), torch.tensor(truth))
    return {"auroc_torchmetrics": float(theirs), "auroc": gr.metrics.roc_auc(truth, scores)}


def _undefined_kappa() -> dict[str, float]:
    """One class only, everywhere predicted."""
    import torch
    from torchmetrics.classification import BinaryCohenKappa

    zeros = np.zeros(4, int)
    theirs = BinaryCohenKappa()(torch.tensor(zeros), torch.tensor(zeros))
    return {"kappa_torchmetrics": float(theirs), "kappa": gr.metrics.cohen_kappa(zeros, zeros)}


def _clamped_logarithm() -> dict[str, float]:
    """The cost of a prediction of 0 whose target is 1, and that of the logit −1000."""
    import torch
    from sklearn.metrics import log_loss

    a, y = np.zeros((1, 1)), np.ones((1, 1))
    theirs = torch.nn.BCELoss()(torch.tensor(a), torch.tensor(y))
    return {
        "bce": gr.BCELoss().value(a, y),
        "bce_torch": float(theirs),
        "bce_sklearn": float(log_loss([1], [0.0], labels=[0, 1])),
        "bce_logits": gr.BCEWithLogitsLoss().value(np.full((1, 1), -1000.0), y),
    }


def _ties() -> dict[str, float]:
    """What the first of two equal entries gets of a gradient of 1."""
    import torch

    x = np.ones((1, 1, 2))
    layer = gr.MaxPool1d(2)
    _, cache = _y(layer, x)
    ours = layer.input_gradient({}, cache, np.ones((1, 1, 1)))
    pooled, largest = (torch.ones(1, 1, 2, requires_grad=True) for _ in range(2))
    torch.nn.functional.max_pool1d(pooled, 2).sum().backward()
    torch.amax(largest, dim=2).sum().backward()
    assert pooled.grad is not None
    assert largest.grad is not None
    return {
        "tie": float(ours[0, 0, 0]),
        "tie_torch": float(pooled.grad[0, 0, 0]),
        "tie_amax": float(largest.grad[0, 0, 0]),
    }


def _bias_before_norm() -> dict[str, float]:
    """The largest ∂J/∂b of a Linear before a BatchNorm1d, here and in PyTorch, and the largest ∂J/∂W."""
    import torch

    net = gr.Network(
        [gr.Linear(5, 8), gr.BatchNorm1d(8), gr.Tanh(), gr.Linear(8, 1)], seed=0, dtype=np.float64
    )
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(64, 5)), generator.normal(size=(64, 1))
    objective = Objective(net, gr.MSELoss())
    objective.backward(objective.forward(x, y, Context(training=True)), y)
    module = net.to_torch().train()
    torch.nn.MSELoss()(module(torch.tensor(x)), torch.tensor(y)).backward()
    gradients = net.named(net.gradient)
    theirs = dict(module.named_parameters())["0.bias"].grad
    assert theirs is not None
    largest = max(np.abs(gradients["0.bias"]).max(), float(theirs.abs().max()))
    return {"bias_gradient": float(largest), "weight_gradient": float(np.abs(gradients["0.weight"]).max())}


def _lecture() -> dict[str, float]:
    """The second step for gradients of 1, in units of the learning rate."""
    g, steps = np.ones(1), {}
    for name, rule in {"step": gr.Adam(lr=1.0), "step_lecture": gr.course.Adam(lr=1.0)}.items():
        first, slots = rule.rule(np.zeros(1), g, rule.initial_slots(g), t=1)
        second, _ = rule.rule(first, g, slots, t=2)
        steps[name] = float(first[0] - second[0])
    return steps
