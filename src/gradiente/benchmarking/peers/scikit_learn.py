"""scikit-learn's MLPClassifier, an epoch by `partial_fit`; its initial distribution is its own."""

from typing import Any

import numpy as np

from gradiente.benchmarking import arrays
from gradiente.benchmarking.child import serve
from gradiente.benchmarking.job import Job

ACTIVATIONS = {"Tanh": "tanh", "ReLU": "relu", "Sigmoid": "logistic"}


class Training:
    """Epochs of one classifier, from where it is."""

    def __init__(self, job: Job) -> None:
        from sklearn.neural_network import MLPClassifier

        self.job = job
        self.x, self.y, self.test_x, self.test_y = arrays.read(job)
        self.classes = np.unique(self.y)
        names = {name for name, *_ in job.layers}
        hidden = [arguments[1] for name, *arguments in job.layers[:-1] if name == "Linear"]
        batch_size: Any = job.batch_size
        self.classifier = MLPClassifier(
            hidden,
            activation=next(ACTIVATIONS[name] for name in ACTIVATIONS if name in names),
            alpha=0.0,
            batch_size=batch_size,
            learning_rate_init=job.lr,
            random_state=job.seed,
        )

    def run(self) -> None:
        for _ in range(self.job.epochs):
            self.classifier.partial_fit(self.x, self.y, classes=self.classes)

    def accuracy(self) -> float:
        return float(np.mean(self.classifier.predict(self.test_x) == self.test_y))


if __name__ == "__main__":
    serve(Training)
