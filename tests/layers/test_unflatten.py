import numpy as np
import pytest

from gradiente import ArgumentError, Context, Flatten, Network, ShapeError, Unflatten


def test_it_undoes_flatten():
    x = np.random.default_rng(0).normal(size=(3, 2, 4, 5))
    net = Network([Flatten(), Unflatten(1, (2, 4, 5))], dtype="float64")
    np.testing.assert_array_equal(net.predict(x), x)


@pytest.mark.parametrize("size", [(), (1, 0), 784, (2.0, 3), "ab", (-1, -1), (2, -2), (True, 2)])
def test_bad_sizes(size):
    with pytest.raises(ArgumentError, match="unflattened_size"):
        Unflatten(1, size)


@pytest.mark.parametrize(
    ("layer", "shape", "named"),
    [
        (Unflatten(1, (1, 28, 28)), (64,), r"784 entries along axis 1 of x; got x of shape \(batch, 64\)"),
        (Unflatten(-1, (3, -1)), (2, 8), r"a multiple of 3 entries along axis 2 .* \(batch, 2, 8\)"),
        (Unflatten(2, (1, 8)), (8,), r"x of shape \(batch, 8\) has no axis dim=2; its axes are 0 to 1"),
        (Unflatten(-2, (1, 8)), (8,), "axis of the instances"),
        (Flatten(2), (8,), r"\(batch, 8\) has no axis start_dim=2; its axes are 0 to 1, or -2 to -1"),
        (Flatten(1, 3), (8, 2), "no axis end_dim=3"),
        (Flatten(-3), (8, 2), r"Flatten\(-3, -1\) would join the axes 0 to 2 of x of shape \(batch, 8, 2\)"),
        (Flatten(2, -2), (8, 2), "the axes 2 to 1 .* not come after"),
        (Flatten(1, -3), (8, 2), "the axes 1 to 0"),
    ],
)
def test_axes_that_x_does_not_have_are_named(layer, shape, named):
    with pytest.raises(ShapeError, match=named):
        Network([layer], input_shape=shape)
    with pytest.raises(ShapeError, match=named):
        layer.forward({}, np.zeros((2, *shape)), Context())


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (Flatten, (0,)),
        (Flatten, (1, 0)),
        (Flatten, (1.0,)),
        (Flatten, (True,)),
        (Unflatten, (0, (2, 2))),
        (Unflatten, ("1", (2, 2))),
    ],
)
def test_the_axis_of_the_instances_is_refused(kind, arguments):
    with pytest.raises(ArgumentError, match="the axis of the instances, which stay apart"):
        kind(*arguments)


def test_the_formula_names_the_axes_that_are_laid():
    assert Flatten(2).equation_with() == r"Y_{i} = \operatorname{vec}_{2 \ldots -1}(X_{i})"
    assert r"\operatorname{vec}_{1 \ldots 2}^{-1}" in Flatten(1, 2).derivative_with("x")
    assert Flatten().equation_with() == Flatten.equation
