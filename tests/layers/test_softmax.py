"""Softmax and its logarithm beyond the contract of all layers: masked scores, nothing at all, other axes."""

import numpy as np
import pytest
import torch

from gradiente import ArgumentError, Context, LogSoftmax, Network, ShapeError, Softmax

both = pytest.mark.parametrize("kind", [Softmax, LogSoftmax])


@both
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "row",
    [[-np.inf, 0.0, 1.0], [3.0, -np.inf, -np.inf], [1e300, -1e300, 0.0], [5.0, 5.0, 5.0]],
)
def test_masked_and_huge_scores(kind, row):
    x, dy = np.array([row]), np.array([[1.0, -2.0, 0.5]])
    leaf = torch.tensor(x, requires_grad=True)
    expected = kind().to_torch()(leaf)
    expected.backward(torch.tensor(dy))
    assert leaf.grad is not None
    y, cache = kind().forward({}, x, Context())
    np.testing.assert_allclose(y, expected.detach(), rtol=1e-13)
    np.testing.assert_allclose(kind().input_gradient({}, cache, dy), leaf.grad, rtol=1e-13, atol=1e-15)


@both
@pytest.mark.parametrize("row", [[np.nan, 0.0], [np.inf, 0.0], [-np.inf, -np.inf]])
def test_nan_where_pytorch_has_it(kind, row):
    with np.errstate(invalid="ignore"):
        y, _ = kind().forward({}, np.array([row]), Context())
    assert np.isnan(y).all()
    assert kind(-1).to_torch()(torch.tensor([row])).isnan().all()


@both
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (5, 0, 0), (0, 0)])
def test_of_nothing_comes_nothing(kind, shape):
    x = np.zeros(shape)
    y, cache = kind().forward({}, x, Context())
    assert y.shape == kind().to_torch()(torch.tensor(x)).shape == kind().input_gradient({}, cache, y).shape


@both
def test_an_axis_that_is_none(kind):
    for dim in (None, 1.0, True, "1"):
        with pytest.raises(ArgumentError, match=rf"{kind.__name__}: dim must be .*with dim=None PyTorch"):
            kind(dim)
    with pytest.raises(ShapeError, match=r"layer 0 .*\(batch, 5\) has no axis dim=2; its axes are 0 to 1"):
        Network([kind(2)], input_shape=(5,))
    with pytest.raises(ShapeError, match="no axis dim=-3"):
        kind(-3).forward({}, np.zeros((2, 5)), Context())
