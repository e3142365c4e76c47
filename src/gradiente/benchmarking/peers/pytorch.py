"""PyTorch: a loop as one writes it. The option says how: "fused" or "adam", its optimizer; "compile", torch.compile."""

from typing import Any

import numpy as np

from gradiente.benchmarking import arrays
from gradiente.benchmarking.child import serve
from gradiente.benchmarking.job import Job


class Training:
    """Epochs of one loop, from where it is, with the running loss and accuracy."""

    def __init__(self, job: Job) -> None:
        import torch

        torch.set_num_threads(job.threads)
        torch.manual_seed(job.seed)
        self.job = job
        self.x, self.y, self.test_x, self.test_y = map(torch.from_numpy, arrays.read(job))
        self.module = module(job)
        self.one_output = job.loss == "MSELoss"
        options = {} if job.option == "adam" else {"fused": True}
        self.optimizer = getattr(torch.optim, job.optimizer)(self.module.parameters(), lr=job.lr, **options)
        # Two sizes of batches, the last one's too: each compiled for itself.
        compiled = job.option == "compile"
        self.forward = torch.compile(self.module, dynamic=False) if compiled else self.module
        self.criterion = getattr(torch.nn, job.loss)()
        if self.one_output:
            self.y = self.y.float()[:, None]
        self.history: list[tuple[float, float]] = []

    def run(self) -> None:
        self.module.train()
        for _ in range(self.job.epochs):
            self._epoch()

    def accuracy(self) -> float:
        import torch

        self.module.eval()
        with torch.no_grad():
            output = torch.cat([self.module(x) for x in self.test_x.split(1000)])
        return float((self._classes(output) == self.test_y).float().mean())

    def _epoch(self) -> None:
        import torch

        x, y, n = self.x, self.y, len(self.x)
        batches: Any = [slice(None)]
        if self.job.batch_size != "all":
            batches = torch.randperm(n).split(self.job.batch_size)
        total, correct = 0.0, 0
        for batch in batches:
            self.optimizer.zero_grad()
            output, target = self.forward(x[batch]), y[batch]
            loss = self.criterion(output, target)
            loss.backward()
            self.optimizer.step()
            total += loss.item() * len(target)
            correct += int((self._classes(output) == target.reshape(-1)).sum())
        self.history.append((total / n, correct / n))

    def _classes(self, output: Any) -> Any:
        return (output[:, 0] > 0.5).long() if self.one_output else output.argmax(dim=1)


def module(job: Job) -> Any:
    """The network of a job, with the parameters that it names."""
    import torch

    net = torch.nn.Sequential(*(getattr(torch.nn, name)(*arguments) for name, *arguments in job.layers))
    if job.initial is not None:
        with torch.no_grad():
            for parameter, value in zip(net.parameters(), job.initial, strict=True):
                parameter.copy_(torch.from_numpy(np.array(value, np.float32)))
    return net


if __name__ == "__main__":
    serve(Training)
