"""MNIST, 784-512-10, tanh, Adam, batch 128: an epoch of gradiente against an epoch of PyTorch, in turn, in one run.

Both do the same work with the same threads: the same batches in the same order, forward, loss, backward, update,
and the running loss and accuracy. Usage:

    python benchmarks/mlp_mnist.py [--data-dir FOLDER] [--rounds 7] [--threads N]
"""

import argparse
import statistics
import time
from functools import partial

import numpy as np
import torch
from threadpoolctl import threadpool_limits

import gradiente as gr

BATCH_SIZE = 128


def gradiente_epoch(trainer: gr.Trainer, train: gr.data.Dataset) -> float:
    """Seconds of one epoch of the trainer."""
    started = time.perf_counter()
    trainer.fit(train, epochs=1, batch_size=BATCH_SIZE)
    return time.perf_counter() - started


def torch_epoch(
    module: torch.nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor
) -> float:
    """Seconds of one epoch of a loop as one writes it in PyTorch."""
    criterion = torch.nn.CrossEntropyLoss()
    started = time.perf_counter()
    order = torch.randperm(len(x))
    total, correct = 0.0, 0
    for batch in order.split(BATCH_SIZE):
        optimizer.zero_grad()
        output = module(x[batch])
        loss = criterion(output, y[batch])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
        correct += int((output.argmax(dim=1) == y[batch]).sum())
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data-dir", help="where the files of MNIST are")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()

    train, _ = gr.data.load("mnist", data_dir=options.data_dir)
    x, y = torch.from_numpy(train.x), torch.from_numpy(train.y)
    layers = [gr.Linear(784, 512), gr.Tanh(), gr.Linear(512, 10)]
    trainers = {
        f"gradiente, engine {engine}": gr.Trainer(
            gr.Network(layers, seed=0), gr.CrossEntropyLoss(), gr.Adam(lr=1e-3), engine=engine
        )
        for engine in ("numpy", "compiled")
    }
    plain, fused = (gr.Network(layers, seed=0).to_torch() for _ in range(2))
    plain_adam = torch.optim.Adam(plain.parameters(), lr=1e-3)
    fused_adam = torch.optim.Adam(fused.parameters(), lr=1e-3, fused=True)

    torch.set_num_threads(options.threads)
    runners = {
        **{name: partial(gradiente_epoch, trainer, train) for name, trainer in trainers.items()},
        "PyTorch, Adam as it comes": partial(torch_epoch, plain, plain_adam, x, y),
        "PyTorch, fused Adam": partial(torch_epoch, fused, fused_adam, x, y),
    }
    seconds: dict[str, list[float]] = {name: [] for name in runners}
    with threadpool_limits(options.threads):
        for runner in runners.values():
            runner()
        for _ in range(options.rounds):
            for name, runner in runners.items():
                seconds[name].append(runner())

    print(
        f"numpy {np.__version__}, torch {torch.__version__}, {options.threads} threads, {options.rounds} rounds"
    )
    for name, times in seconds.items():
        print(f"{name:28} {statistics.median(times):.3f} s an epoch ({min(times):.3f} to {max(times):.3f})")
    for ours in trainers:
        for theirs in ("PyTorch, Adam as it comes", "PyTorch, fused Adam"):
            ratio = statistics.median(a / b for a, b in zip(seconds[ours], seconds[theirs], strict=True))
            print(f"ratio {ratio:.2f}   {ours} / {theirs}")


if __name__ == "__main__":
    main()
