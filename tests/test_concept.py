"""The constructor of every concept: arguments that it does not have are errors of ours, that name them."""

import copy
import inspect
import pickle
from typing import Any

import numpy as np
import pytest
import torch

import gradiente
from gradiente import ArgumentError

gr: Any = gradiente  # a type checker would say what these tests say


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: gr.Linear(3, 2, baias=True), r"Linear has no argument baias: did you mean bias\?"),
        (lambda: gr.Linear(3), r"Linear\(3\): Linear expects \(in_features: int, .*bias: bool = True\)"),
        (lambda: gr.Linear(3, 2, True, 4, 5), r"Linear\(3, 2, True, 4, 5\): Linear expects"),
        (lambda: gr.Linear(3, 2, device="cuda"), r"Linear has no argument device: .*--device"),
        (lambda: gr.Linear(3, 2, dtype=torch.float64), r"Linear has no argument dtype: .*float64"),
        (lambda: gr.Tanh(slope=1), "Tanh has no argument slope: it takes none"),
        (lambda: gr.Adam(0.1), r"Adam\(0\.1\): Adam expects \(\*, lr: float = 0\.001"),
        (lambda: gr.Adam(betaas=(0.9, 0.99)), r"did you mean betas\?"),
        (lambda: gr.StepLR(), r"StepLR\(\): StepLR expects \(step_size: int"),
        (lambda: gr.CyclicLR(0.1), r"CyclicLR\(0\.1\): .*, scale_mode: str = 'cycle', cycle"),
        (lambda: gr.MSELoss(reduce=True), "MSELoss has no argument reduce"),
    ],
)
def test_an_argument_that_is_not_there_is_named(make, named):
    with pytest.raises(ArgumentError, match=named):
        make()


def test_an_error_inside_a_constructor_keeps_its_words():
    class Broken(gr.Layer):
        def __init__(self, size):
            len(size)

    with pytest.raises(TypeError, match="abstract"):
        Broken(3)


@pytest.mark.parametrize(
    "layer", [gr.LeakyReLU(np.float64(0.1)), gr.ELU(alpha=np.float64(0.5)), gr.Softplus(np.float64(2.0))]
)
def test_a_number_of_numpy_does_not_change_the_precision(layer):
    x = np.ones((2, 3), np.float32)
    y, cache = layer.forward({}, x, gr.Context())
    assert y.dtype == layer.input_gradient({}, cache, x).dtype == np.float32


def test_a_number_of_numpy_is_stored_as_pythons():
    assert type(gr.Adam(lr=np.float32(0.5)).lr) is float
    assert type(gr.Adam(lr=np.array(0.5)).lr) is float
    assert type(gr.Linear(np.int64(3), 2).in_features) is int


def test_an_argument_that_a_class_does_not_keep_is_shown_with_its_type():
    assert str(inspect.signature(gr.ReLU)) == "(inplace: bool = False)"
    with pytest.raises(ArgumentError, match=r"ReLU expects \(inplace: bool = False\)"):
        gr.ReLU(True, 6)
    with pytest.raises(ArgumentError, match="ReLU: inplace is True or False; got 6"):
        gr.ReLU(6)


def test_concepts_keep_their_signature_and_can_be_copied():
    assert list(inspect.signature(gr.Linear).parameters) == ["in_features", "out_features", "bias"]
    layer = gr.Linear(2, 1)
    assert copy.deepcopy(layer) == pickle.loads(pickle.dumps(layer)) == layer
