"""MNIST, 784-512-10, tanh, Adam, batch 128: an epoch of the engine torch against the same loop written by hand.

Both are PyTorch, with the same threads, in turn, in one run; the trainer also looks for divergence, keeps the best
epoch and the history. Usage:

    python benchmarks/torch_engine.py [--data-dir FOLDER] [--rounds 9] [--threads N]
"""

import argparse
import statistics
import time

import torch

import gradiente as gr

BATCH_SIZE = 128


def trainer_epoch(trainer: gr.Trainer, train: gr.data.Dataset) -> float:
    """Seconds of one epoch of the trainer."""
    started = time.perf_counter()
    trainer.fit(train, epochs=1, batch_size=BATCH_SIZE)
    return time.perf_counter() - started


def hand_written_epoch(
    module: torch.nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor
) -> float:
    """Seconds of one epoch of a loop as one writes it in PyTorch, data at hand as tensors."""
    criterion = torch.nn.CrossEntropyLoss()
    started = time.perf_counter()
    total, correct = 0.0, 0
    for batch in torch.randperm(len(x)).split(BATCH_SIZE):
        x_batch, y_batch = x[batch], y[batch]
        output = module(x_batch)
        loss = criterion(output, y_batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
        correct += int((output.argmax(dim=1) == y_batch).sum())
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data-dir", help="where the files of MNIST are")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    train, _ = gr.data.load("mnist", data_dir=options.data_dir)
    x, y = torch.from_numpy(train.x), torch.from_numpy(train.y)
    network = gr.Network([gr.Linear(784, 512), gr.Tanh(), gr.Linear(512, 10)], seed=0)
    module = network.to_torch()
    adam = torch.optim.Adam(module.parameters(), lr=1e-3)
    engine = gr.Torch(device="cpu")
    trainer = gr.Trainer(network, gr.CrossEntropyLoss(), gr.Adam(lr=1e-3), engine=engine)

    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(options.rounds + 1):
        ours.append(trainer_epoch(trainer, train))
        theirs.append(hand_written_epoch(module, adam, x, y))
    ours, theirs = ours[1:], theirs[1:]  # the first round warms caches up

    print(f"torch {torch.__version__}, {options.threads} threads, {options.rounds} rounds")
    for name, times in (("engine torch", ours), ("by hand", theirs)):
        print(f"{name:14} {statistics.median(times):.3f} s an epoch ({min(times):.3f} to {max(times):.3f})")
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    print(f"ratio {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
