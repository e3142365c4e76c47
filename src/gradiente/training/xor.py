"""The training run of the XOR workshop: its network, the weights that it begins with, its gradient descent."""

from gradiente.training.config import Config

XOR = Config().changed(
    name="xor",
    constant_input=True,
    layers=["Linear(3, 4)", "Sigmoid()", "Linear(4, 1)", "Sigmoid()"],
    initializer="Uniform(bound=1.0)",
    dtype="float64",
    loss="BCELoss()",
    optimizer="SGD(lr=1.0)",
    batch_size="all",
    epochs=5000,
)
