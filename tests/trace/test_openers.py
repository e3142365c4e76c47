"""Every number of every layer, loss and optimizer of the registries, opened: terms, finite differences, PyTorch."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradiente import (
    AdaptiveAvgPool1d,
    BatchNorm1d,
    Conv1d,
    Conv2d,
    ConvTranspose1d,
    Dropout,
    GroupNorm,
    Hardswish,
    Identity,
    InstanceNorm1d,
    LayerNorm,
    Linear,
    MaxPool2d,
    MSELoss,
    Network,
    Softmax,
    Tanh,
    Upsample,
    layers,
    losses,
    optimizers,
    trace,
)
from gradiente.examples import (
    draw_input,
    draw_prediction,
    draw_target,
    layer_examples,
    loss_examples,
    rule_examples,
)
from gradiente.notation import parse

LAYERS = [example for name, kind in layers.REGISTRY.items() for example in layer_examples(name, kind)]
LOSSES = [
    example
    for name, kind in losses.REGISTRY.items()
    for example in loss_examples(name, kind)
    if "none" not in example[0]  # which is not one number
]
OPTIMIZERS = [example for name, kind in optimizers.REGISTRY.items() for example in rule_examples(name, kind)]
GIVEN = ("input", "parameter", "target", "weights")
forms = pytest.mark.parametrize("columns", [False, True], ids=["rows", "columns"])


def assert_opens(step, rng, *, count=3, differences=True, constant=()):
    """Random entries of every quantity, by all who know the number."""
    for quantity in step:
        drawn = [tuple(int(rng.integers(n)) for n in quantity.shape) for _ in range(count)]
        for index in dict.fromkeys(drawn):
            entry = step.entry(quantity.name, *index)
            where = f"{quantity.name}{list(entry.index)}"
            assert entry.opened == (quantity.role not in GIVEN), where
            if not entry.opened:
                continue
            size = max([abs(entry.value), *(abs(term.value) for term in entry.terms)])
            assert entry.total == pytest.approx(entry.value, rel=0, abs=1e-12 * size), where
            assert quantity.name not in quantity.sources
            assert {f.source for t in entry.terms for f in t.factors} - {None} <= set(quantity.sources), where
            largest = np.abs(quantity.value).max()
            if entry.torch is not None:
                assert entry.torch == pytest.approx(entry.value, rel=1e-10, abs=1e-10 * max(size, largest)), (
                    where
                )
            if differences and quantity.role.endswith("gradient") and quantity.name not in constant:
                assert entry.finite_difference is not None
                close = pytest.approx(entry.value, rel=1e-5, abs=1e-5 * max(largest, 1e-4))
                assert entry.finite_difference == close, where


def perturbed(network, rng):
    """Parameters that are not all 1 or 0."""
    network.theta += rng.normal(0, 0.5, network.theta.shape)
    return network


@forms
@pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
@pytest.mark.parametrize(("notation", "shape"), LAYERS, ids=[f"{n} {s}" for n, s in LAYERS])
def test_a_layer(notation, shape, training, columns):
    rng = np.random.default_rng(1)
    network = perturbed(Network([parse(notation, layers.REGISTRY)], dtype="float64"), rng)
    x = draw_input(network.layers[0], shape, rng)
    y = rng.normal(0, 1, (len(x), *network.layers[0].output_shape(shape[1:])))
    step = trace(network, MSELoss(), x, y, training=training, columns=columns)
    constant = ("dX", "dW[0]") if network.takes_indices else ()
    assert_opens(step, rng, constant=constant)
    output, gradient = step.names[-1], next(q for q in step if q.role == "output")
    assert step.entry(output, *(0,) * len(step[output].shape)).torch is not None
    assert step.entry(gradient.name, *(0,) * len(gradient.shape)).torch is not None


@forms
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("notation", "shape", "where", "target"), LOSSES)
def test_a_loss(notation, shape, where, target, columns, weighted):
    rng = np.random.default_rng(2)
    loss = parse(notation, losses.REGISTRY)
    x, y = draw_prediction(type(loss), shape, rng, where), draw_target(type(loss), target, shape, rng)
    w = np.linspace(0.5, 2, len(y)) if weighted else None
    step = trace(Network([Identity()], dtype="float64"), loss, x, y, weights=w, columns=columns)
    assert_opens(step, rng, count=5, differences=where == "inside")
    assert step.entry("J").torch is not None
    assert "ŷ" not in step.names or step.entry("ŷ", *(0,) * x.ndim).torch is not None
    if loss.averages:
        closing = step.entry("J").closing
        assert closing is not None
        divisor = f"{loss.divisor(y, w):.6g}"
        assert closing.symbol == f"Σ/{divisor}"
        assert step.entry("dA[0.2]", *(0,) * x.ndim).terms[0].symbol.endswith(f"·1/{divisor}")
        assert rf"\frac{{1}}{{{loss.count_with(y, weights=weighted)}}}" in step["J"].formula
    if weighted:
        assert r"\sum w_{i} L_{i}" in step["J"].formula
        assert "w_{i}" in step["dA[0.2]"].formula
        assert "w" in step["J"].sources
        assert "w[0]" in step.entry("dA[0.2]", *(0,) * x.ndim).terms[0].symbol
        np.testing.assert_array_equal(step["w"].value, w)


@forms
@pytest.mark.parametrize("t", [1, 4])
@pytest.mark.parametrize("notation", OPTIMIZERS)
def test_an_optimizer(notation, t, columns):
    rng = np.random.default_rng(3)
    network = Network([Linear(3, 2), Tanh(), Linear(2, 2)], dtype="float64")
    optimizer = parse(notation, optimizers.REGISTRY)
    slots = None
    for earlier in range(1, t):
        before = slots or optimizer.initial_slots(network.theta)
        gradient = rng.normal(0, 1, network.theta.shape)
        slots = optimizer.rule(network.theta, gradient, before, earlier)[1]
    x, y = rng.normal(0, 1, (5, 3)), rng.normal(0, 1, (5, 2))
    step = trace(network, MSELoss(), x, y, optimizer=optimizer, slots=slots, t=t, columns=columns)
    assert_opens(step, rng)
    old = slots or optimizer.initial_slots(network.theta)
    flat = np.concatenate([step.as_rows()[f"d{name}"].value.ravel() for name in ("W1", "b1", "W2", "b2")])
    theta, after = optimizer.rule(network.theta, flat, old, t)
    for values, form in ((theta, "{}⁺"), *((after[name], f"{name}({{}})") for name in after)):
        got = [step[form.format(name)].value.ravel() for name in ("W[1]", "b[1]", "W[2]", "b[2]")]
        np.testing.assert_allclose(np.concatenate(got), values, rtol=1e-13)
    updated = [q.name for q in step if q.role in ("slot", "new parameter") and "W[1]" in q.name]
    assert len(updated) == 1 + len(after)
    assert all(step.entry(name, 0, 0).torch is not None for name in updated)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    sizes=st.lists(st.integers(1, 5), min_size=2, max_size=4),
    rows=st.integers(1, 6),
    columns=st.booleans(),
)
def test_any_dense_network(seed, sizes, rows, columns):
    rng = np.random.default_rng(seed)
    stack = []
    for k, n in pairwise(sizes):
        stack += [Linear(k, n, bias=bool(rng.integers(2))), [Tanh(), Softmax()][rng.integers(2)]]
    x, y = rng.normal(0, 1, (rows, sizes[0])), rng.normal(0, 1, (rows, sizes[-1]))
    step = trace(Network(stack, seed=seed), MSELoss(), x, y, columns=columns)
    assert_opens(step, rng, count=2)


def one_layer(layer, x, **options):
    y = np.random.default_rng(0).normal(size=(len(x), *layer.output_shape(x.shape[1:])))
    return trace(Network([layer], dtype="float64"), MSELoss(), x, y, **options)


def test_the_gradient_of_a_weight_is_a_sum_over_the_instances():
    step = one_layer(Linear(3, 2), np.ones((4, 3)))
    symbols = [term.symbol for term in step.entry("dW[1]", 1, 2).terms]
    assert symbols == ["dz[0,1]·x[0,2]", "dz[1,1]·x[1,2]", "dz[2,1]·x[2,2]", "dz[3,1]·x[3,2]"]


def test_a_convolution_opens_into_its_window_and_leaves_out_the_padding():
    step = one_layer(Conv2d(2, 3, 3, padding=1), np.ones((1, 2, 4, 4)))
    assert len(step.entry("Z[1]", 0, 0, 1, 1).terms) == 2 * 9 + 1
    assert len(step.entry("Z[1]", 0, 0, 0, 0).terms) == 2 * 4 + 1
    assert len(step.entry("dX", 0, 0, 0, 0).terms) == 3 * 4
    assert step.entry("Z[1]", 0, 0, 0, 0).terms[0].symbol == "w[0,0,1,1]·x[0,0,0,0]"


def test_a_padding_that_copies_is_opened_into_what_it_copies():
    step = one_layer(Conv1d(1, 1, 3, padding=1, padding_mode="circular", bias=False), np.ones((1, 1, 3)))
    symbols = [term.symbol for term in step.entry("Z[1]", 0, 0, 0).terms]
    assert symbols == ["w[0,0,0]·x[0,0,2]", "w[0,0,1]·x[0,0,0]", "w[0,0,2]·x[0,0,1]"]
    step = one_layer(Conv1d(1, 1, 2, padding=1, padding_mode="replicate", bias=False), np.ones((1, 1, 3)))
    symbols = [term.symbol for term in step.entry("dX", 0, 0, 0).terms]
    assert symbols == ["w[0,0,0]·dz[0,0,0]", "w[0,0,0]·dz[0,0,1]", "w[0,0,1]·dz[0,0,0]"]


def test_a_transposed_convolution_opens_into_the_entries_that_reach_a_place():
    step = one_layer(ConvTranspose1d(2, 2, 3, stride=2, groups=2), np.ones((2, 2, 3)))
    assert step["Z[1]"].shape == (2, 2, 7)
    symbols = [term.symbol for term in step.entry("Z[1]", 1, 1, 2).terms]
    assert symbols == ["w[1,0,0]·x[1,1,1]", "w[1,0,2]·x[1,1,0]", "b[1]"]
    assert [term.symbol for term in step.entry("Z[1]", 1, 1, 3).terms] == ["w[1,0,1]·x[1,1,1]", "b[1]"]
    symbols = [term.symbol for term in step.entry("dX", 1, 1, 2).terms]
    assert symbols == ["w[1,0,0]·dz[1,1,4]", "w[1,0,1]·dz[1,1,5]", "w[1,0,2]·dz[1,1,6]"]
    symbols = [term.symbol for term in step.entry("dW[1]", 1, 0, 2).terms]
    assert symbols == [f"x[{i},1,{p}]·dz[{i},1,{2 * p + 2}]" for i in range(2) for p in range(3)]
    assert len(step.entry("db[1]", 0).terms) == 2 * 7


def test_a_pool_says_where_its_maximum_is():
    x = np.array([[[[1.0, 5.0, 2.0], [0.0, 5.0, 3.0]]]])
    step = one_layer(MaxPool2d(2, stride=1), x)
    entry = step.entry("P[0]", 0, 0, 0, 0)
    assert ([term.value for term in entry.terms], entry.total) == ([1.0, 5.0, 0.0, 5.0], 5.0)
    chosen = [term.factors[1].value for term in step.entry("dX", 0, 0, 0, 1).terms]
    assert chosen == [1.0, 1.0]
    assert [term.factors[1].value for term in step.entry("dX", 0, 0, 1, 1).terms] == [0.0, 0.0]


def test_an_adaptive_pool_and_an_upsampling_open_into_the_entries_that_have_a_part():
    x = np.array([[[1.0, 2.0, 3.0, 6.0, 8.0]]])
    step = one_layer(AdaptiveAvgPool1d(2), x)
    entry = step.entry("P[0]", 0, 0, 1)
    assert entry.closing is not None
    assert (entry.closing.symbol, [term.value for term in entry.terms]) == ("Σ/3", [3.0, 6.0, 8.0])
    symbols = [term.symbol for term in step.entry("dX", 0, 0, 2).terms]
    assert symbols == ["dp[0,0,0]·1/3", "dp[0,0,1]·1/3"]
    step = one_layer(Upsample(scale_factor=2, mode="linear"), x)
    symbols = [term.symbol for term in step.entry("U[0]", 0, 0, 1).terms]
    assert symbols == ["0.75·x[0,0,0]", "0.25·x[0,0,1]"]
    symbols = [term.symbol for term in step.entry("dX", 0, 0, 0).terms]
    assert symbols == ["du[0,0,0]", "0.75·du[0,0,1]", "0.25·du[0,0,2]"]
    step = one_layer(Upsample(scale_factor=2), x)
    assert [term.symbol for term in step.entry("U[0]", 0, 0, 5).terms] == ["x[0,0,2]"]
    assert [term.symbol for term in step.entry("dX", 0, 0, 2).terms] == ["du[0,0,4]", "du[0,0,5]"]


@pytest.mark.parametrize(
    ("layer", "shape", "symbols"),
    [
        (
            BatchNorm1d(2),
            (6, 2),
            "(x[0,1]−μ[1])·1/√(σ²[1]+ε)·γ[1]  β[1]  −1/√(σ²[1]+ε)·γ[1]·x̂[0,1]·⟨δ·x̂⟩[1]",
        ),
        (
            InstanceNorm1d(2, affine=True),
            (3, 2, 4),
            "(x[0,1,0]−μ[0,1])·1/√(σ²[0,1]+ε)·γ[1]  β[1]  −1/√(σ²[0,1]+ε)·γ[1]·x̂[0,1,0]·⟨δ·x̂⟩[0,1]",
        ),
        (
            LayerNorm((2, 2)),
            (3, 2, 2),
            "(x[0,1,0]−μ[0])·1/√(σ²[0]+ε)·γ[1,0]  β[1,0]  −1/√(σ²[0]+ε)·x̂[0,1,0]·⟨γ·δ·x̂⟩[0]",
        ),
        (
            GroupNorm(2, 4, bias=False),
            (3, 4, 2),
            "(x[0,1,0]−μ[0,0])·1/√(σ²[0,0]+ε)·γ[1]  −1/√(σ²[0,0]+ε)·x̂[0,1,0]·⟨γ·δ·x̂⟩[0,0]",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_normalization_says_what_it_is_normalized_with(layer, shape, symbols):
    step = one_layer(layer, np.random.default_rng(1).normal(size=shape))
    place = (0, 1, *(0 for _ in shape[2:]))
    output, gradient = (step.entry(name, *place) for name in ("N[0]", "dX"))
    shown = [term.symbol for term in (*output.terms, gradient.terms[-1])]
    assert shown == symbols.split("  ")


def test_the_gradient_of_a_normalization_takes_three_paths():
    x = np.random.default_rng(1).normal(size=(6, 2))
    paths = {term.path for term in one_layer(BatchNorm1d(2), x).entry("dX", 0, 1).terms}
    assert paths == {"direct", "mean", "variance"}
    assert [t.path for t in one_layer(BatchNorm1d(2), x, training=False).entry("dX", 0, 1).terms] == [
        "direct"
    ]


def test_softmax_opens_into_its_row():
    step = one_layer(Softmax(), np.array([[0.0, 1.0, -1.0], [2.0, 0.0, 0.0]]))
    entry = step.entry("dX", 0, 1)
    assert [term.symbol for term in entry.terms] == [
        "−da[0,0]·a[0,0]·a[0,1]",
        "da[0,1]·a[0,1]·(1−a[0,1])",
        "−da[0,2]·a[0,2]·a[0,1]",
    ]
    assert len(step.entry("A[0.2]", 1, 2).terms) == 3


def test_a_branch_that_is_a_sum_stays_together_in_a_product():
    step = one_layer(Hardswish(), np.array([[-4.0, 1.5, 4.0]]))
    symbols = [step.entry("dX", 0, i).terms[0].symbol for i in range(3)]
    assert symbols == ["da[0,0]·[x[0,0]>0]", "da[0,1]·(x[0,1]·1/3+0.5)", "da[0,2]·[x[0,2]>0]"]


def test_dropout_shows_its_mask():
    step = one_layer(Dropout(0.5), np.ones((8, 4)))
    factors = {step.entry("D[0]", i, j).terms[0].factors[1].value for i in range(8) for j in range(4)}
    assert factors == {0.0, 2.0}
