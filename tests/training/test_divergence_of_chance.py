"""A diagnosis repeats what the step drew: it names the layer that overflowed with those masks, not with others."""

import numpy as np
import pytest

from gradiente import SGD, Context, DivergenceError, Dropout, Linear, MSELoss, Network, Trainer
from gradiente.data import Dataset


@pytest.mark.parametrize("seed", range(12))
def test_dropout_is_drawn_again_as_it_was(seed):
    net = Network([Dropout(0.5), Linear(8, 1, bias=False)])
    net.theta[...] = 3.5e37  # five of the eight kept, and twice as large, are more than float32 has
    data = Dataset(np.ones((2, 8), np.float32), np.zeros((2, 1)), "regression", "ones")
    drawn = Context(training=True, generator=np.random.default_rng([seed, 1, 1]))
    with np.errstate(over="ignore"):
        overflows = np.isinf(net.forward(data.x, drawn)[0]).any()
    with pytest.raises(DivergenceError) as caught:
        Trainer(net, MSELoss(), SGD(lr=0.1), seed=seed).fit(data, epochs=1, batch_size="all")
    assert ("is in the output of layer 1 (Linear)" in str(caught.value)) == overflows
    assert ("the loss overflows" in str(caught.value)) != overflows
