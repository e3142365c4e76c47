import pytest

from gradiente import SGD, CrossEntropyLoss, Linear, Network, Trainer
from gradiente.data import load
from gradiente.metrics import UndefinedMetricWarning


def test_a_metric_that_is_not_defined_warns_who_evaluates_and_not_who_trains():
    train, test = load("iris")
    network = Network([Linear(4, 3)])
    network.theta[-3:] = 100, 0, 0  # the bias: whatever comes in, class 0
    trainer = Trainer(network, CrossEntropyLoss(), SGD(lr=1e-9))
    trainer.fit(train, validation=0.2, epochs=3, batch_size=16)
    with pytest.warns(UndefinedMetricWarning) as caught:
        assert trainer.evaluate(test)["precision"] == pytest.approx((test.y == 0).mean() / 3)
    (warning,) = caught
    assert (
        str(warning.message)
        == "precision is not defined for the classes 1, 2 (never predicted): counted as 0"
    )
    assert warning.filename == __file__
