"""micrograd in its own style: every number a Value, row by row, the sigmoid as one more operation on Values."""

# What it measures need not be installed.
# pyright: reportMissingImports=false

import math
from typing import Any

from gradiente.benchmarking import arrays
from gradiente.benchmarking.child import serve
from gradiente.benchmarking.job import Job


class Training:
    """Steps on all rows of a network of Linear and Sigmoid layers, by the squared error and plain gradient descent."""

    def __init__(self, job: Job) -> None:
        from micrograd.engine import Value

        assert job.initial is not None
        self.job = job
        train_x, train_y, test_x, test_y = (part.tolist() for part in arrays.read(job))
        self.rows, self.test = (
            list(zip(train_x, train_y, strict=True)),
            list(zip(test_x, test_y, strict=True)),
        )
        values = iter(job.initial)
        self.layers = [
            ([[Value(w) for w in row] for row in weight], [Value(b) for b in bias])
            for weight, bias in zip(values, values, strict=True)
        ]
        self.parameters = [
            p for weight, bias in self.layers for p in (*(w for row in weight for w in row), *bias)
        ]
        self.history: list[tuple[float, float]] = []

    def run(self) -> None:
        for _ in range(self.job.epochs):
            outputs = [self._forward(x) for x, _ in self.rows]
            errors = [(output - y) ** 2 for output, (_, y) in zip(outputs, self.rows, strict=True)]
            loss: Any = sum(errors[1:], errors[0]) * (1 / len(self.rows))
            for p in self.parameters:
                p.grad = 0
            loss.backward()
            for p in self.parameters:
                p.data -= self.job.lr * p.grad
            right = sum((output.data > 0.5) == y for output, (_, y) in zip(outputs, self.rows, strict=True))
            self.history.append((loss.data, right / len(self.rows)))

    def accuracy(self) -> float:
        return sum((self._forward(x).data > 0.5) == y for x, y in self.test) / len(self.test)

    def _forward(self, x: list[Any]) -> Any:
        for weight, bias in self.layers:
            x = [
                _sigmoid(sum((w * xi for w, xi in zip(row, x, strict=True)), b))
                for row, b in zip(weight, bias, strict=True)
            ]
        return x[0]


def _sigmoid(z: Any) -> Any:
    """micrograd has no exponential: σ as an operation of its own, as its own ReLU is written."""
    out = type(z)(1 / (1 + math.exp(-z.data)), (z,), "sigmoid")

    def _backward() -> None:
        z.grad += out.data * (1 - out.data) * out.grad

    out._backward = _backward
    return out


if __name__ == "__main__":
    serve(Training)
