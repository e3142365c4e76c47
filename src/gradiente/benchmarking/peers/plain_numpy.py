"""NumPy as a student writes it: the formulas of the lecture, line by line, an array for every result."""

from typing import Any

import numpy as np

from gradiente.benchmarking import arrays
from gradiente.benchmarking.child import serve
from gradiente.benchmarking.job import Job

ACTIVATIONS: dict[str, Any] = {
    "Tanh": (np.tanh, lambda a: 1 - a**2),
    "Sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
}


class Training:
    """Epochs of one loop, from where it is, with the running loss and accuracy."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.x, self.y, self.test_x, self.test_y = arrays.read(job)
        self.generator = np.random.default_rng(job.seed)
        self.parameters: list[np.ndarray] = []
        self.activations: list[Any] = []  # one after each Linear; None after the last of a classifier
        for name, *arguments in job.layers:
            if name == "Linear":
                inputs, outputs = arguments
                for shape in ((outputs, inputs), (outputs,)):
                    bound = inputs**-0.5
                    self.parameters.append(self.generator.uniform(-bound, bound, shape).astype(np.float32))
                self.activations.append(None)
            else:
                self.activations[-1] = ACTIVATIONS[name]
        if job.initial is not None:
            self.parameters = [np.array(value, np.float32) for value in job.initial]
        self.m = [np.zeros_like(p) for p in self.parameters]
        self.v = [np.zeros_like(p) for p in self.parameters]
        self.t = 0
        self.history: list[tuple[float, float]] = []

    def run(self) -> None:
        n = len(self.x)
        size = n if self.job.batch_size == "all" else self.job.batch_size
        for _ in range(self.job.epochs):
            order = self.generator.permutation(n)
            total, correct = 0.0, 0
            for start in range(0, n, size):
                batch = order[start : start + size]
                loss, right = self._step(self.x[batch], self.y[batch])
                total += loss * len(batch)
                correct += right
            self.history.append((total / n, correct / n))

    def accuracy(self) -> float:
        return float(np.mean(self._classes(self._forward(self.test_x)[-1]) == self.test_y))

    def _forward(self, x: np.ndarray) -> list[np.ndarray]:
        outputs = [x]
        for place, activation in enumerate(self.activations):
            z = outputs[-1] @ self.parameters[2 * place].T + self.parameters[2 * place + 1]
            outputs.append(z if activation is None else activation[0](z))
        return outputs

    def _classes(self, output: np.ndarray) -> np.ndarray:
        return output[:, 0] > 0.5 if self.job.loss == "MSELoss" else output.argmax(1)

    def _step(self, x: np.ndarray, y: np.ndarray) -> tuple[float, int]:
        outputs = self._forward(x)
        output, rows = outputs[-1], np.arange(len(y))
        if self.job.loss == "MSELoss":
            error = output - y[:, None]
            loss, delta = float(np.mean(error**2)), 2 * error / len(y)
        else:
            exponentials = np.exp(output - output.max(axis=1, keepdims=True))
            p = exponentials / exponentials.sum(axis=1, keepdims=True)
            loss = float(-np.mean(np.log(p[rows, y])))
            p[rows, y] -= 1
            delta = p / len(y)
        gradients: list[np.ndarray] = []
        for place in reversed(range(len(self.activations))):
            if self.activations[place] is not None:
                delta = delta * self.activations[place][1](outputs[place + 1])
            gradients = [delta.T @ outputs[place], delta.sum(axis=0), *gradients]
            if place > 0:
                delta = delta @ self.parameters[2 * place]
        self._update(gradients)
        return loss, int((self._classes(output) == y).sum())

    def _update(self, gradients: list[np.ndarray]) -> None:
        self.t += 1
        lr = self.job.lr
        for k, g in enumerate(gradients):
            if self.job.optimizer == "SGD":
                self.parameters[k] = self.parameters[k] - lr * g
                continue
            self.m[k] = 0.9 * self.m[k] + 0.1 * g
            self.v[k] = 0.999 * self.v[k] + 0.001 * g**2
            m_hat, v_hat = self.m[k] / (1 - 0.9**self.t), self.v[k] / (1 - 0.999**self.t)
            self.parameters[k] = self.parameters[k] - lr * m_hat / (np.sqrt(v_hat) + 1e-8)


if __name__ == "__main__":
    serve(Training)
