"""MNIST on a GPU: seconds of training to 99 % test accuracy, by the engine torch and by a plain PyTorch loop.

The same convolutional network, the same optimizer and learning rates, the same batches' size; the plain loop has a
DataLoader, the trainer its data on the device. In turn, in one run, after a first one that does not count. Usage:

    python benchmarks/gpu_mnist.py [--data-dir FOLDER] [--rounds 5] [--device cuda] [--no-graphs]
"""

import argparse
import statistics
import sys
import time

import torch
from torch.utils.data import DataLoader, TensorDataset

import gradiente as gr

BATCH_SIZE = 500
EPOCHS = 4
LR = 0.01
GOAL = 0.99


def network(seed: int) -> gr.Network:
    """Two convolutions with normalization, and a dense layer that answers."""
    return gr.Network(
        [
            gr.Unflatten(1, (1, 28, 28)),
            gr.Conv2d(1, 24, 5),
            gr.BatchNorm2d(24),
            gr.ReLU(),
            gr.MaxPool2d(2),
            gr.Conv2d(24, 32, 3),
            gr.BatchNorm2d(32),
            gr.ReLU(),
            gr.MaxPool2d(2),
            gr.Flatten(),
            gr.Linear(800, 10),
        ],
        seed=seed,
    )


def schedule(steps: int) -> gr.Schedule:
    """A short rise, then a straight fall to almost nothing at the last step."""
    rise = steps // 8
    fall = gr.LinearLR(start_factor=1.0, end_factor=0.01, total_iters=steps - rise)
    return gr.WarmupLR(total_iters=rise, start_factor=0.1, after=fall)


def by_trainer(
    train: gr.data.Dataset, test: gr.data.Dataset, seed: int, engine: gr.Torch
) -> tuple[float, float]:
    """Seconds of training by the engine torch, and the test accuracy it ends with."""
    steps = EPOCHS * (len(train) // BATCH_SIZE)
    trainer = gr.Trainer(
        network(seed),
        gr.CrossEntropyLoss(),
        gr.Adam(lr=LR),
        callbacks=[gr.Scheduler(schedule(steps), every="step")],
        engine=engine,
        seed=seed,
    )
    started = time.perf_counter()
    trainer.fit(train, epochs=EPOCHS, batch_size=BATCH_SIZE)
    seconds = time.perf_counter() - started
    return seconds, trainer.evaluate(test)["accuracy"]


def by_hand(
    train: gr.data.Dataset, test: gr.data.Dataset, seed: int, device: torch.device
) -> tuple[float, float]:
    """The same by a loop as one writes it in PyTorch, with a DataLoader."""
    torch.manual_seed(seed)
    module = network(seed).to_torch().to(device)
    optimizer = torch.optim.Adam(module.parameters(), lr=LR)
    rates = schedule(EPOCHS * (len(train) // BATCH_SIZE)).to_torch(optimizer)
    criterion = torch.nn.CrossEntropyLoss()
    dataset = TensorDataset(torch.from_numpy(train.x), torch.from_numpy(train.y))
    loader = DataLoader(dataset, BATCH_SIZE, shuffle=True, pin_memory=device.type == "cuda")
    started = time.perf_counter()
    for _ in range(EPOCHS):
        for x, y in loader:
            x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
            optimizer.zero_grad()
            loss = criterion(module(x), y)
            loss.backward()
            optimizer.step()
            rates.step()
    if device.type == "cuda":
        torch.cuda.synchronize()
    seconds = time.perf_counter() - started
    module.eval()
    with torch.no_grad():
        parts = torch.from_numpy(test.x).to(device).split(1000)
        said = torch.cat([module(part).argmax(dim=1) for part in parts]).cpu()
    return seconds, float((said == torch.from_numpy(test.y)).double().mean())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data-dir", help="where the files of MNIST are")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--no-graphs", action="store_true", help="without CUDA graphs")
    options = parser.parse_args()
    on_cuda = options.device.startswith("cuda")
    if on_cuda and not torch.cuda.is_available():
        sys.exit(
            "this benchmark needs a GPU, and PyTorch sees none here; --device cpu only tries the script out"
        )

    device = torch.device(options.device)
    engine = gr.Torch(device=options.device, cuda_graphs=on_cuda and not options.no_graphs)
    train, test = gr.data.load("mnist", data_dir=options.data_dir)
    runs: dict[str, list[tuple[float, float]]] = {"engine torch": [], "by hand": []}
    for seed in range(options.rounds + 1):
        runs["engine torch"].append(by_trainer(train, test, seed, engine))
        runs["by hand"].append(by_hand(train, test, seed, device))

    where = torch.cuda.get_device_name(device) if on_cuda else options.device
    print(
        f"torch {torch.__version__} on {where}, {EPOCHS} epochs, batches of {BATCH_SIZE}, {options.rounds} rounds"
    )
    for name, ended in runs.items():
        seconds = [each for each, _ in ended[1:]]
        accuracies = [accuracy for _, accuracy in ended[1:]]
        reached = sum(accuracy >= GOAL for accuracy in accuracies)
        print(
            f"{name:14} {statistics.median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f}), "
            f"accuracy {statistics.mean(accuracies):.4f} ({min(accuracies):.4f} to {max(accuracies):.4f}), "
            f"{reached} of {len(accuracies)} at {GOAL:.0%}"
        )
    pairs = zip(runs["engine torch"][1:], runs["by hand"][1:], strict=True)
    print(f"ratio {statistics.median(a[0] / b[0] for a, b in pairs):.3f}")


if __name__ == "__main__":
    main()
