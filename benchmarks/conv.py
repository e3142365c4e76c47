"""Convolutions against PyTorch's on the same threads, in turn, in one run: time, and memory of a training step.

conv 1→32 on 28 × 28 and 32→64 on 26 × 26 images, 3 × 3, batch 64, float32: forward, and forward with backward (the
first without ∂J/∂x, which no training asks for). Then three training steps of examples/mnist_cnn.toml's network,
batch 64, in a process of their own for each: how far the memory rises above what was there before. Usage:

    python benchmarks/conv.py [--rounds 15] [--threads N]
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from threadpoolctl import threadpool_limits

import gradiente as gr

BATCH, CALLS = 64, 5
CASES = [(1, 32, 28, False), (32, 64, 26, True)]
LAYERS = [
    gr.Conv2d(1, 32, 3),
    gr.ReLU(),
    gr.MaxPool2d(2),
    gr.Conv2d(32, 64, 3),
    gr.ReLU(),
    gr.MaxPool2d(2),
    gr.Flatten(),
    gr.Linear(1600, 128),
    gr.ReLU(),
    gr.Dropout(0.3),
    gr.Linear(128, 10),
]


def pairs(
    channels: int, filters: int, size: int, input_gradient: bool
) -> dict[str, list[Callable[[], object]]]:
    """By name, our work and PyTorch's, on the same numbers."""
    generator = np.random.default_rng(0)
    layer = gr.Conv2d(channels, filters, 3)
    parameters = {
        name: generator.normal(size=spec.shape).astype(np.float32)
        for name, spec in layer.parameters().items()
    }
    gradients = {name: np.empty_like(value) for name, value in parameters.items()}
    x = generator.normal(size=(BATCH, channels, size, size)).astype(np.float32)
    dy = generator.normal(size=(BATCH, filters, size - 2, size - 2)).astype(np.float32)
    module = layer.to_torch()
    module.load_state_dict({name: torch.from_numpy(value) for name, value in parameters.items()})
    leaf, torch_dy = torch.from_numpy(x).requires_grad_(input_gradient), torch.from_numpy(dy)

    def forward():
        return layer.forward(parameters, x, gr.Context(training=True))

    def torch_forward():
        with torch.no_grad():
            return module(leaf)

    def both():
        _, cache = forward()
        layer.parameter_gradients(parameters, cache, dy, gradients)
        return layer.input_gradient(parameters, cache, dy) if input_gradient else None

    def torch_both():
        module.zero_grad()
        leaf.grad = None
        module(leaf).backward(torch_dy)

    both()
    torch_both()
    assert module.weight.grad is not None
    np.testing.assert_allclose(gradients["weight"], module.weight.grad.numpy(), rtol=1e-3, atol=0.05)
    return {"forward": [forward, torch_forward], "forward and backward": [both, torch_both]}


def milliseconds(work: Callable[[], object]) -> float:
    """Of one call, the mean of a few in a row."""
    work()  # the other library's threads come to rest
    started = time.perf_counter()
    for _ in range(CALLS):
        work()
    return 1e3 * (time.perf_counter() - started) / CALLS


def steps(which: str) -> Callable[[int], object]:
    """A training step on so many images."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(BATCH, 1, 28, 28)).astype(np.float32)
    y = generator.integers(0, 10, BATCH)
    if which == "gradiente":
        network, loss, rule = gr.Network(LAYERS), gr.CrossEntropyLoss(), gr.Adam()
        trainer = gr.Trainer(network, loss, rule)
        context = gr.Context(training=True, generator=generator)
        return lambda images: trainer.engine.step(x[:images], y[:images], context, rule)
    module = torch.nn.Sequential(*(layer.to_torch() for layer in LAYERS))
    optimizer = torch.optim.Adam(module.parameters())
    torch_x, torch_y = torch.from_numpy(x), torch.from_numpy(y)

    def step(images: int) -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(module(torch_x[:images]), torch_y[:images]).backward()
        optimizer.step()

    return step


def rise(which: str) -> float:
    """MB that the memory rises by in three steps, above what is there after a step on two images."""

    def memory(name: str) -> float:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1e3 for line in lines if line.startswith(name))

    step = steps(which)
    step(2)
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here on
    for _ in range(3):
        step(BATCH)
    return memory("VmHWM") - before


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--memory-of", choices=["gradiente", "torch"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with threadpool_limits(options.threads):
        if options.memory_of:
            print(rise(options.memory_of))
            return
        print(
            f"numpy {np.__version__}, torch {torch.__version__}, {options.threads} threads, {options.rounds} rounds"
        )
        for case in CASES:
            for name, works in pairs(*case).items():
                rounds = [[milliseconds(work) for work in works] for _ in range(options.rounds)]
                ours, theirs = (statistics.median(times) for times in zip(*rounds, strict=True))
                ratio = statistics.median(a / b for a, b in rounds)
                print(
                    f"conv {case[0]}→{case[1]}, {name:20} gradiente {ours:6.2f} ms, PyTorch {theirs:6.2f} ms,"
                    f" ratio {ratio:.2f}"
                )
    if not Path("/proc/self/clear_refs").exists():
        print("memory: it is measured by Linux's /proc, which is not here")
        return
    rises = []
    for which in ("gradiente", "torch"):
        command = [sys.executable, __file__, "--memory-of", which, "--threads", str(options.threads)]
        rises.append(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    print(
        f"memory of a training step: gradiente {rises[0]:.0f} MB, PyTorch {rises[1]:.0f} MB,"
        f" ratio {rises[0] / rises[1]:.2f}"
    )


if __name__ == "__main__":
    main()
