"""Tensors: every verdict about shapes is NumPy's, over many shapes at random."""

import itertools
from typing import get_args

import numpy as np
import pytest

from gradiente.lab.messages import message_of
from gradiente.lab.rooms.tensors import NUMPY, Operation, Shapes, typed, verdict_of

RANDOM = np.random.default_rng(11)


def shape(most_axes=4):
    return tuple(RANDOM.integers(1, 5, RANDOM.integers(0, most_axes + 1)).tolist())


def second(operation, x):
    """Something to go with x that fits often, and often does not."""
    rank = len(x)
    if operation in ("add", "product"):
        other = [1 if RANDOM.random() < 0.3 else size for size in x[RANDOM.integers(0, rank + 1) :]]
        if operation == "product" and len(other) > 1 and RANDOM.random() < 0.7:
            other[-2] = x[-1]
        return tuple(other) if RANDOM.random() < 0.8 else shape()
    if operation in ("sum", "mean"):
        return () if RANDOM.random() < 0.2 else (int(RANDOM.integers(-5, 5)),)
    if operation == "reshape":
        wanted = list(RANDOM.permutation(x).tolist()) if rank and RANDOM.random() < 0.6 else list(shape())
        if wanted and RANDOM.random() < 0.5:
            wanted[RANDOM.integers(len(wanted))] = -1
        return tuple(wanted)
    if operation == "transpose":
        order = (
            RANDOM.permutation(rank).tolist()
            if RANDOM.random() < 0.7
            else RANDOM.integers(-4, 4, rank).tolist()
        )
        return () if RANDOM.random() < 0.2 else tuple(order)
    return ()


@pytest.mark.parametrize("operation", get_args(Operation))
def test_verdicts_are_numpys(operation):
    fitted = 0
    for _ in range(600):
        x = shape()
        y = second(operation, x)
        if operation in ("sum", "mean") and not x and y:
            continue  # NumPy lets a scalar be summed over axes 0 and −1, which it has not
        other = np.zeros(y) if operation in ("add", "product") else None
        try:
            expected = np.shape(NUMPY[operation](np.zeros(x), other, y))
        except ValueError:  # AxisError is one
            expected = None
        assert verdict_of(operation, x, y).shape == expected, (operation, x, y)
        fitted += expected is not None
    assert fitted > 50


def test_the_axis_that_does_not_fit_is_named_from_the_right():
    verdict = verdict_of("add", (2, 3, 4), (2, 2, 1))
    assert (verdict.shape, verdict.why, verdict.numbers) == (None, "unequal", {"axis": -2, "x": 3, "y": 2})
    assert verdict.pairs == [(4, 1, True), (3, 2, False), (2, 2, True)]
    verdict = verdict_of("product", (2, 5, 3, 4), (3, 1, 4, 2))
    assert (verdict.why, verdict.numbers) == ("batch_unequal", {"axis": -4, "x": 2, "y": 3})


def test_small_tensors_come_with_numpys_numbers():
    answer = Shapes("add", "3, 1", "4").answer(None)
    assert answer["shape"] == (3, 4)
    assert answer["xValues"] == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]
    assert answer["yValues"] == [10, 20, 30, 40] * 3
    assert answer["resultValues"][-1] == 43
    answer = Shapes("last", "2, 2, 3", "").answer(None)
    image = 1 + np.arange(12).reshape(2, 2, 3)
    assert answer["resultValues"] == [
        image[c, h, w] for h, w, c in itertools.product(range(2), range(3), range(2))
    ]
    assert answer["order"] == [1, 2, 0]
    assert "resultValues" not in Shapes("mean", "64, 3, 224, 224", "0").answer(None)


@pytest.mark.parametrize("text", ["3, a", "3,,4", "1,2,3,4,5,6,7", "9" * 200, "3, 0", "-2, 3", "1000000000"])
def test_what_is_no_shape_is_said(text):
    answer = Shapes("add", text, "4").answer(None)
    assert (answer["shape"], answer["why"], answer["numbers"]) == (None, "typed", {"name": "x"})


@pytest.mark.parametrize("text", ["3, 1", "(3, 1)", "[3,1]", "3 × 1", "3x1", "3 1", " 3 , 1, "])
def test_shapes_are_typed_in_many_ways(text):
    assert typed(text) == (3, 1)


def test_the_question_of_the_page_is_a_message():
    assert message_of({"do": "shapes", "operation": "sum", "x": "3", "y": ""}) == Shapes("sum", "3", "")
