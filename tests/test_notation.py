from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from gradiente import (
    SGD,
    Adam,
    ArgumentError,
    Dropout,
    Layer,
    LeakyReLU,
    Linear,
    ReLU,
    StepLR,
    Tanh,
    WarmupLR,
    course,
    layers,
    optimizers,
    schedules,
)
from gradiente.notation import parse, parse_list, write


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Linear(3, 2)", Linear(3, 2)),
        (" linear( 3,2 , bias = False ) ", Linear(3, 2, bias=False)),
        ("Linear(in_features=3, out_features=2)", Linear(3, 2)),
        ("tanh", Tanh()),
        ("TANH()", Tanh()),
        ("LeakyReLU(-0.5)", LeakyReLU(-0.5)),
        ("leakyrelu(negative_slope=1e-3)", LeakyReLU(1e-3)),
        ("Linear(3, 2, False)", Linear(3, 2, bias=False)),
        ("ReLU(inplace=True)", ReLU()),
        ("LeakyReLU(0.2, True)", LeakyReLU(0.2)),
        ("dropout(0.1, inplace=True)", Dropout(0.1)),
    ],
)
def test_reads_a_layer(source, expected):
    assert parse(source, layers.REGISTRY) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Adam", Adam()),
        ("Adam(lr=0.01, betas=(0.8, 0.99), amsgrad=True)", Adam(lr=0.01, betas=(0.8, 0.99), amsgrad=True)),
        ("course.Adam(lr=0.01)", course.Adam(lr=0.01)),
        ("Course.adam", course.Adam()),
        ("sgd(momentum=.9, nesterov=True)", SGD(momentum=0.9, nesterov=True)),
    ],
)
def test_reads_an_optimizer(source, expected):
    assert parse(source, optimizers.REGISTRY) == expected


def test_reads_one_within_another():
    source = "WarmupLR(total_iters=3, after=steplr(step_size=2))"
    schedule = parse(source, schedules.REGISTRY)
    assert schedule == WarmupLR(total_iters=3, after=StepLR(step_size=2))
    assert parse(write(schedule, schedules.REGISTRY), schedules.REGISTRY) == schedule


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Linear(3, 2), Tanh, Linear(2, 1)", [Linear(3, 2), Tanh(), Linear(2, 1)]),
        ("relu", [ReLU()]),
        ("relu,", [ReLU()]),
        ("", []),
    ],
)
def test_reads_a_list(source, expected):
    assert parse_list(source, layers.REGISTRY) == expected


@dataclass(frozen=True)
class Block(Layer):
    """Stands for any layer that contains others."""

    layers: tuple[Layer, ...]
    sizes: Sequence[Any] = (1, 2)
    others: Sequence[Layer] = ()

    def __post_init__(self):
        object.__setattr__(self, "layers", tuple(self.layers))

    def forward(self, parameters, x, context):
        return x, None

    def input_gradient(self, parameters, cache, dy):
        return dy


BLOCKS = {**layers.REGISTRY, "Block": Block}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Block([Linear(3, 3), relu()])", Block((Linear(3, 3), ReLU()))),
        ("Block([Linear(3, 3), relu])", Block((Linear(3, 3), ReLU()))),
        ("Block(layers=(tanh,))", Block((Tanh(),))),
        ("Block([])", Block(())),
        ("Block([Tanh, Block([Block([Tanh()], (7,)), Tanh()])])", None),
        ("Block([Tanh()], [3, 4])", Block((Tanh(),), [3, 4])),
        ("Block([Tanh()], (3,), others=[LeakyReLU(0.5)])", Block((Tanh(),), (3,), [LeakyReLU(0.5)])),
        ("Block([Tanh()], [[1, (2,)], 'a', None, -3])", Block((Tanh(),), [[1, (2,)], "a", None, -3])),
    ],
)
def test_reads_and_writes_lists_of_objects(source, expected):
    block = parse(source, BLOCKS)
    assert expected is None or block == expected
    assert parse(write(block, BLOCKS), BLOCKS) == block
    assert parse_list(f"{source}, Tanh", BLOCKS) == [block, Tanh()]


def test_lists_arrive_as_they_were_written_and_are_written_as_they_are_read():
    block = parse("Block([Tanh], [3], others=(ReLU, LeakyReLU(0.5)))", BLOCKS)
    assert block.sizes == [3]
    assert block.others == (ReLU(), LeakyReLU(0.5))
    written = "Block([Tanh()], sizes=[3], others=[ReLU(), LeakyReLU(negative_slope=0.5)])"
    assert write(block, BLOCKS, brief=True) == written
    assert write(Block((Tanh(),), (np.int64(3),)), BLOCKS, brief=True) == "Block([Tanh()], sizes=(3,))"


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("Block([Linear(3, 3), tahn])", r"tahn: did you mean Tanh\?"),
        ("Block([Linear(3)])", r"Linear\(3\).*out_features"),
        ("Block([open('x')])", "open"),
        ("Block([*[3]])", "value"),
        ("Block([Tanh()], [x for x in y])", "value"),
        ("Block([Tanh() + Tanh()])", "value"),
        ("Block([Tanh()], sizes=two)", "two"),
    ],
)
def test_what_cannot_be_read_in_a_list_is_named(source, named):
    with pytest.raises(ArgumentError, match=named):
        parse(source, BLOCKS)


def test_writes_every_field():
    assert write(Linear(3, 2, bias=False), layers.REGISTRY) == "Linear(3, 2, bias=False)"
    written = write(course.Momentum(lr=0.5), optimizers.REGISTRY)
    assert written.startswith("course.Momentum(")
    assert "lr=0.5" in written
    assert "beta=0.9" in written


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("Linaer(3, 2)", r"Linaer: did you mean Linear\?"),
        ("tahn", r"tahn: did you mean Tanh\?"),
        ("zzz", "zzz: known: .*Linear.*Tanh"),
        ("course.Tanh", "course.Tanh"),
        ("Linear(3, 2, biass=False)", r"Linear has no argument biass: did you mean bias\?"),
        ("Linear(3)", r"Linear\(3\).*in_features.*out_features"),
        ("Linear(1, 2, 3)", "bias is True or False; got 3"),
        ("Linear(1, 2, True, 4)", "Linear expects"),
        ("Linear(3, 2", "cannot read 'Linear"),
        ("Linear(3 2)", "cannot read"),
        ("3", "cannot read '3'"),
        ("", "cannot read"),
        ("Tanh().__class__()", "unknown name|cannot read"),
        ("Linear(3, two)", "two"),
        ("Linear(3, __import__('os').system('true'))", "unknown name|cannot read"),
        ("Linear(3, open('x'))", "open"),
        ("Linear(*[3, 2])", "value"),
        ("Linear(**{'in_features': 3})", "Linear"),
        ("Linear(0, 2)", "in_features"),
        ("LeakyReLU(1e999)", "negative_slope"),
        ("Linear(3, 2, in_features=3)", "Linear"),
        ("Linear(3, 2, bias=True, bias=False)", "cannot read"),
        ("Linear({[]: 1}, 2)", r"\{\[\]: 1\} in .* is not a value"),
        ("Linear({1, []}, 2)", "is not a value"),
        (f"Linear({2**63}, 2)", f"{2**63} in .* is not a value"),
        (f"Linear({'9' * 5000}, 2)", "cannot read 'Linear.9999"),
        (f"Linear({'-' * 1000}1, 2)", "cannot read"),
        (f"Linear({'-' * 100_000}1, 2)", "cannot read"),
        (f"Tanh({'[' * 5000})", "cannot read"),
        ("a" + ".a" * 900, "cannot read"),
        ("a" + ".a" * 50_000, "cannot read"),
        ("Linear('\ud800', 2)", "cannot read"),
    ],
)
def test_what_cannot_be_read_is_named(source, named):
    with pytest.raises(ArgumentError, match=named) as error:
        parse(source, layers.REGISTRY)
    assert len(str(error.value)) < 1000


@pytest.mark.parametrize(
    "source", ["Linear(3, 2), , Tanh", "Tanh Tanh", "Tanh]", "Tanh] + [Tanh", "a; b", "\0"]
)
def test_what_is_no_list_is_named(source):
    with pytest.raises(ArgumentError):
        parse_list(source, layers.REGISTRY)


def test_nothing_is_run(tmp_path):
    target = tmp_path / "made"
    with pytest.raises(ArgumentError):
        parse(f"Tanh(open({str(target)!r}, 'w'))", layers.REGISTRY)
    assert not target.exists()
