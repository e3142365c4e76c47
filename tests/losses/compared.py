"""A loss beside PyTorch's, in numbers."""

import numpy as np
import torch


def through_torch(loss, prediction, target):
    """J and its gradient, for "none" every L and the gradient of their sum."""
    leaf = torch.from_numpy(prediction.copy()).requires_grad_()
    value = loss.to_torch()(leaf, torch.from_numpy(target.copy()))
    value.sum().backward()
    assert leaf.grad is not None
    return value.detach().numpy(), leaf.grad.numpy()


def assert_equals_torch(loss, prediction, target, tolerance):
    """Relative to 1, over what a mean divides by, and to what is larger; NaN where PyTorch has it."""
    expected, expected_gradient = through_torch(loss, prediction, target)
    value, gradient = loss.value(prediction, target), loss.gradient(prediction, target)
    if loss.reduction == "none":
        assert value.shape == expected.shape
        assert value.dtype == prediction.dtype
    else:
        assert isinstance(value, float)
    assert (gradient.shape, gradient.dtype) == (prediction.shape, prediction.dtype)
    scale = np.abs(expected[np.isfinite(expected)]).max(initial=1)
    np.testing.assert_allclose(value, expected, rtol=0, atol=tolerance * scale)
    least = 1 / max(loss.divisor(target), 0.1)
    scale = np.abs(expected_gradient).max(initial=least)
    np.testing.assert_allclose(gradient, expected_gradient, rtol=0, atol=tolerance * scale)
