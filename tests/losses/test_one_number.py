"""What needs J as one number says so, and says where a mean is one of nothing."""

import numpy as np
import pytest

from gradiente import (
    SGD,
    ArgumentError,
    CrossEntropyLoss,
    DataError,
    Linear,
    MSELoss,
    Network,
    NLLLoss,
    Trainer,
    gradcheck,
    trace,
)
from gradiente.objective import Objective
from gradiente.parity import TrainingSetup, follow

X, Y = np.eye(3), np.ones((3, 2))
NEEDING = {
    "Objective": lambda loss: Objective(Network([Linear(3, 2)]), loss),
    "Trainer": lambda loss: Trainer(Network([Linear(3, 2)]), loss, SGD()),
    "Trainer, torch": lambda loss: Trainer(Network([Linear(3, 2)]), loss, SGD(), engine="torch"),
    "gradcheck": lambda loss: gradcheck(Network([Linear(3, 2)]), loss, X, Y),
    "trace": lambda loss: trace(Network([Linear(3, 2)]), loss, X, Y),
    "parity": lambda loss: follow(
        TrainingSetup(
            network=Network([Linear(3, 2)]), loss=loss, optimizer=SGD(), data=None, x=X, y=Y, batch_size=3
        ),
        steps=1,
    ),
}


@pytest.mark.parametrize("name", NEEDING)
def test_a_loss_that_is_not_reduced_is_refused(name):
    with pytest.raises(ArgumentError, match=r'MSELoss: reduction="none".*use reduction="mean" or "sum"'):
        NEEDING[name](MSELoss(reduction="none"))
    NEEDING[name](MSELoss(reduction="sum"))


@pytest.mark.parametrize("loss", [CrossEntropyLoss(ignore_index=1), NLLLoss((1.0, 0.0))])
def test_a_mean_of_nothing_is_refused_where_a_gradient_is_shown(loss):
    for call in (gradcheck, trace):
        with pytest.raises(DataError, match="every target of this batch is ignored or has weight 0"):
            call(Network([Linear(3, 2)]), loss, X, np.array([1, 1, 1]))
