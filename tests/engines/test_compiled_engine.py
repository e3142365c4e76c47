"""The compiled engine: as many compiled loops as there are rules, however many trainings."""

import pytest

from gradiente import Linear, MSELoss, Network, Trainer, optimizers
from gradiente.data import load
from gradiente.engines.compiled_engine import kernel
from gradiente.examples import rule_examples
from gradiente.notation import parse
from gradiente.schedules import ExponentialLR
from gradiente.training.callbacks import Scheduler

TRAININGS = 6


@pytest.mark.parametrize("name", ["Adam", "SGD", "RMSprop", "course.Momentum"])
def test_another_training_compiles_nothing_new(name):
    kind = optimizers.REGISTRY[name]
    notation = next(iter(rule_examples(name, kind)))
    train, _ = load("xor")
    compiled = []
    for number in range(TRAININGS):
        optimizer = parse(notation, optimizers.REGISTRY)
        rate = Scheduler(ExponentialLR(gamma=0.9 - 0.01 * number), every="step")
        network = Network([Linear(2, 3 + number), Linear(3 + number, 2)], seed=number)
        trainer = Trainer(network, MSELoss(), optimizer, engine="compiled", callbacks=[rate], seed=number)
        trainer.fit(train, epochs=4, batch_size=2)
        compiled.append(kernel.cache_info().currsize)
    assert compiled == [compiled[0]] * TRAININGS
