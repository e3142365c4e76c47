"""Keras on JAX: `fit` of a Sequential with the metric accuracy."""

# What it measures need not be installed.
# pyright: reportMissingImports=false

import numpy as np

from gradiente.benchmarking import arrays
from gradiente.benchmarking.child import serve
from gradiente.benchmarking.job import Job


class Training:
    """Epochs of one model, from where it is."""

    def __init__(self, job: Job) -> None:
        import keras

        keras.utils.set_random_seed(job.seed)
        self.job = job
        self.x, self.y, self.test_x, self.test_y = arrays.read(job)
        layers = []
        for name, *arguments in job.layers:
            if name == "Linear":
                inputs, outputs = arguments
                bound = inputs**-0.5  # PyTorch's distribution
                drawn = [
                    keras.initializers.RandomUniform(-bound, bound, seed=len(layers) + k) for k in (0, 100)
                ]
                dense = keras.layers.Dense(outputs, kernel_initializer=drawn[0], bias_initializer=drawn[1])
                layers.append(dense)
            else:
                layers.append(keras.layers.Activation(name.lower()))
        self.model = keras.Sequential([keras.Input(self.x.shape[1:]), *layers])
        self.model.compile(
            optimizer=keras.optimizers.Adam(job.lr, epsilon=1e-8),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )

    def run(self) -> None:
        self.model.fit(self.x, self.y, batch_size=self.job.batch_size, epochs=self.job.epochs, verbose=0)

    def accuracy(self) -> float:
        output = self.model.predict(self.test_x, batch_size=1000, verbose=0)
        return float(np.mean(output.argmax(1) == self.test_y))


if __name__ == "__main__":
    serve(Training)
