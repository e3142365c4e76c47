"""Pools as machine code against the layers' own, on numbers that tie, on infinities and on NaN."""

import numpy as np
import pytest

from gradiente import AvgPool2d, Context, MaxPool1d, MaxPool2d
from gradiente.engines.compiled.lanes import NAMES
from gradiente.engines.compiled.native import native
from gradiente.engines.compiled.pools import Pooling
from gradiente.engines.compiled.source import Source

pytestmark = pytest.mark.compiled
CHANNELS, ROWS, LANES = 2, 32, 16

LAYERS = [
    (MaxPool2d(2), (6, 4)),
    (MaxPool2d(2), (5, 7)),
    (MaxPool2d(3, stride=2, padding=1, ceil_mode=True), (6, 5)),
    (MaxPool2d((2, 3), stride=1), (4, 5)),
    (MaxPool1d(2, padding=1, dilation=4), (3,)),  # some windows see nothing but padding
    (AvgPool2d(2, padding=1, count_include_pad=False), (5, 4)),
]


@pytest.mark.parametrize(("layer", "shape"), LAYERS)
def test_pools_of_ties_infinities_and_nan(layer, shape):
    generator = np.random.default_rng(1)
    x = generator.integers(0, 3, (ROWS, CHANNELS, *shape)).astype(np.float32)
    if not isinstance(layer, AvgPool2d):
        x[generator.random(x.shape) < 0.1] = np.nan
        x[generator.random(x.shape) < 0.3] = -np.inf
    expected, cache = layer.forward({}, x, Context(training=True))
    delta = 4 * generator.integers(-5, 6, expected.shape).astype(np.float32)
    source = Source(dict.fromkeys(("x", "out", "delta", "dx"), "float32*"), float64=False)
    source.names.append(f'{NAMES} = lanes("float32", {LANES})')
    pooling = Pooling(source, layer, layer._windows(x.shape), CHANNELS, ROWS, LANES)
    lines = [*pooling.forward("x", "out"), *pooling.input_gradient("x", "out", "delta", "dx")]
    function = native(source.program(lines), list(source.arguments.values()), fastmath=True)
    own, given = by_features(x), by_features(delta)
    out, dx = np.full_like(given, 7), np.full_like(own, 7)
    function(*(array.ctypes.data for array in (own, out, given, dx)))
    np.testing.assert_array_equal(out, by_features(expected))
    np.testing.assert_allclose(dx, by_features(layer.input_gradient({}, cache, delta)), rtol=1e-6)


def by_features(batch):
    """Features × rows."""
    return np.ascontiguousarray(batch.reshape(len(batch), -1).T)
