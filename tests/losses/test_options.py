"""The options of losses: what they are taken from, and which are refused."""

import numpy as np
import pytest
import torch

from gradiente import (
    ArgumentError,
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    KLDivLoss,
    MSELoss,
    NLLLoss,
    ShapeError,
    SmoothL1Loss,
)
from gradiente.losses import REGISTRY
from gradiente.notation import write


@pytest.mark.parametrize("as_given", [list, np.array, torch.tensor, lambda v: np.array(v, np.float32)])
def test_weights_are_taken_from_whatever_holds_numbers(as_given):
    weight = (0.5, 2.0, 1.25)
    for kind in (CrossEntropyLoss, NLLLoss, BCELoss, BCEWithLogitsLoss):
        assert kind(as_given(weight)) == kind(weight)
        assert write(kind(as_given(weight)), REGISTRY, brief=True) == f"{kind.__name__}(weight={weight})"
    assert BCEWithLogitsLoss(pos_weight=as_given([[1], [3]])).pos_weight == ((1.0,), (3.0,))


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        (
            CrossEntropyLoss,
            {"label_smoothing": 1.1},
            r"label_smoothing must be a number in \[0, 1\], got 1.1",
        ),
        (CrossEntropyLoss, {"label_smoothing": -0.1}, "got -0.1"),
        (CrossEntropyLoss, {"weight": 2.0}, "one number per class"),
        (NLLLoss, {"weight": [[1.0, 2.0]]}, "one number per class"),
        (NLLLoss, {"weight": ["a", "b"]}, "weight must be finite numbers"),
        (CrossEntropyLoss, {"weight": [1.0, np.nan]}, "weight must be finite numbers"),
        (BCELoss, {"weight": [[1.0], [1.0, 2.0]]}, "weight must be finite numbers"),
        (BCEWithLogitsLoss, {"pos_weight": "2"}, "pos_weight must be finite numbers"),
        (CrossEntropyLoss, {"ignore_index": 0.5}, "ignore_index is the whole number.*got 0.5"),
        (NLLLoss, {"ignore_index": None}, "ignore_index is the whole number.*got None"),
        (SmoothL1Loss, {"beta": -1}, r"beta must be a number in \[0, inf\), got -1"),
        (HuberLoss, {"delta": 0}, r"delta must be a number in \(0, inf\), got 0"),
        (KLDivLoss, {"log_target": 1}, "log_target is True or False"),
        (MSELoss, {"reduction": "batchmean"}, "reduction"),
    ],
)
def test_an_option_out_of_range_is_an_error_that_names_it(kind, options, words):
    with pytest.raises(ArgumentError, match=words):
        kind(**options)


@pytest.mark.parametrize("kind", [BCELoss, BCEWithLogitsLoss])
@pytest.mark.parametrize("shape", [(2,), (5, 3), (1, 4, 3)])
def test_weights_that_do_not_fit_the_predictions(kind, shape):
    loss = kind(np.ones(shape))
    for call in (loss.value, loss.gradient):
        with pytest.raises(ShapeError, match=r"does not fit predictions of shape \(4, 3\)"):
            call(np.full((4, 3), 0.5), np.zeros((4, 3)))
