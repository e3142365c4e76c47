import ast
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradiente as gr
from gradiente import layers
from gradiente.errors import (
    GradienteError,
    did_you_mean,
    is_whole,
    require,
    require_in,
    require_one_of,
    require_whole,
)
from gradiente.locale import set_language
from gradiente.notation import parse_list

KINDS = [gr.ArgumentError, gr.ShapeError, gr.DataError, gr.FileError, gr.DivergenceError]
GUARDS = ("require", "require_in", "require_whole")


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_speaks_the_readers_language(kind):
    error = kind("file.missing", path="net.safetensors")
    assert str(error) == "there is no file net.safetensors: check the name and the folder"
    set_language("es")
    assert str(error) == "no existe el archivo net.safetensors: revise el nombre y la carpeta"


def test_exit_statuses():
    assert [kind.exit_status for kind in KINDS] == [2, 1, 1, 1, 1]
    assert all(issubclass(kind, GradienteError) for kind in KINDS)
    for kind in (gr.ArgumentError, gr.ShapeError, gr.DataError):
        assert issubclass(kind, ValueError)
    assert issubclass(gr.DivergenceError, ArithmeticError)


def test_the_values_stay_with_the_error():
    error = gr.DataError("loss.label", label=7, row=3, last=4)
    assert (error.key, error.values) == ("loss.label", {"label": 7, "row": 3, "last": 4})


@pytest.mark.parametrize(("name", "near"), [("linar", "Linear"), ("RELU6", "ReLU"), ("tahn", "Tanh")])
def test_the_nearest_name_comes_first(name, near):
    hint = did_you_mean(name, ["Tanh", "Linear", "ReLU"])
    assert hint == f"did you mean {near}? Known: Linear, ReLU, Tanh"


def test_all_names_are_named_where_none_is_near():
    assert did_you_mean("xyzzy", {"b": 1, "a": 2}) == "known: a, b"
    assert did_you_mean("x", []) == "known: "


def test_require():
    require(True, "network.empty")
    with pytest.raises(gr.ArgumentError, match="at least one layer"):
        require(False, "network.empty")


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        ("[0, 1)", [0, 0.5, np.float32(0.5)], [-1e-9, 1, 2, math.nan, math.inf]),
        ("(0, 1]", [1, 1e-300], [0, 1.1, -0.0]),
        ("(-inf, inf)", [0, -1e300, 1e300], [math.inf, -math.inf, math.nan]),
        ("[0, inf)", [0, -0.0, 1e300], [math.inf, -1]),
        ("[1, inf)", [1, 10**20], [0.999, "2", None, [2], 2j, True]),
    ],
)
def test_intervals(interval, inside, outside):
    for value in inside:
        require_in(interval, "Owner", lr=value)
    for value in outside:
        with pytest.raises(gr.ArgumentError) as raised:
            require_in(interval, "Owner", lr=value)
        assert str(raised.value) == f"Owner: lr must be a number in {interval}, got {value!r}"


@pytest.mark.parametrize("value", [1, 1.0, "True", None, np.array([True, False])])
def test_a_choice_is_of_the_type_of_one(value):
    require_one_of((True, False), "Owner", flag=True)
    with pytest.raises(gr.ArgumentError, match="Owner: flag must be one of True, False, got"):
        require_one_of((True, False), "Owner", flag=value)


@pytest.mark.parametrize("least", [0, 1, 10])
def test_whole_numbers(least):
    inside: list[Any] = [least, least + 3, np.int64(least), np.uint8(least)]
    for value in inside:
        require_whole(least, "Owner", patience=value)
        assert is_whole(value, least)
    for value in (least - 1, least + 0.5, float(least), np.float32(least), True, "3", None, [3], math.nan):
        assert not is_whole(value, least)
        with pytest.raises(gr.ArgumentError) as raised:
            require_whole(least, "Owner", patience=value)  # pyright: ignore[reportArgumentType]
        expected = f"Owner: patience must be a whole number of at least {least}, got {value!r}"
        assert str(raised.value) == expected


def test_hints_are_computed_for_errors_alone(monkeypatch):
    def called(*_, **__):
        pytest.fail("this is worth its time only where there is an error")

    for name, module in list(sys.modules.items()):
        if name.startswith("gradiente") and hasattr(module, "did_you_mean"):
            monkeypatch.setattr(module, "did_you_mean", called)
    kinds = (gr.Linear, gr.Tanh, gr.Dropout)
    for kind in (*kinds, gr.Adam, gr.data.GaussianNoise):
        monkeypatch.setattr(kind, "__repr__", called)
    network = gr.Network([gr.Linear(4, 8), gr.Tanh(), gr.Dropout(0.2), gr.Linear(8, 3)], seed=0)
    gr.data.Compose([gr.data.GaussianNoise(sigma=0.1, clip=False)])
    train, _ = gr.data.load("iris", seed=0)
    trainer = gr.Trainer(network, gr.CrossEntropyLoss(), gr.Adam(lr=0.01), seed=0)
    trainer.fit(train, epochs=2, batch_size=16)
    assert len(parse_list("Linear(4, 8), Tanh()", layers.REGISTRY)) == 2


def test_no_guard_computes_a_hint_for_what_is_right():
    """The arguments of `require` are computed on every call, so that no hint may be among them."""
    for path in Path(gr.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in GUARDS:
                inner = (node for entry in call.keywords for node in ast.walk(entry.value))
                names = {getattr(node.func, "id", "") for node in inner if isinstance(node, ast.Call)}
                assert not names & {"did_you_mean", "text"}, f"{path}:{call.lineno}"
