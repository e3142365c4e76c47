"""XOR by the lecture's network: the share of seeds that learn it, not one lucky seed.

3 inputs with the constant one, 4 hidden sigmoids, 1 sigmoid output, no biases, plain gradient descent over all four
rows at once. A seed has learned XOR when all four rows are classified rightly at the end. Usage:

    python benchmarks/xor_seeds.py [--seeds 200] [--epochs 3000]
"""

import argparse
import itertools
import time

import gradiente as gr

RATES = (0.3, 1.0, 3.0)
STARTS = {"PyTorch's": gr.PyTorchDefault(), "N(0, 1)": gr.Normal(std=1.0)}
LOSSES = {"cross-entropy": gr.BCELoss(), "squared error": gr.MSELoss()}


def learns(seed: int, lr: float, start: gr.Initializer, loss: gr.Loss, epochs: int) -> bool:
    """Whether that seed ends with all four rows right."""
    train, _ = gr.data.load("xor", constant_input=True)
    layers = [gr.Linear(3, 4, bias=False), gr.Sigmoid(), gr.Linear(4, 1, bias=False), gr.Sigmoid()]
    network = gr.Network(layers, seed=seed, initializer=start)
    trainer = gr.Trainer(network, loss, gr.SGD(lr=lr), seed=seed)
    trainer.fit(train, epochs=epochs, batch_size="all")
    return trainer.evaluate(train)["accuracy"] == 1.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--epochs", type=int, default=3000)
    options = parser.parse_args()
    print(f"{options.seeds} seeds, {options.epochs} epochs")
    print(f"{'loss':14} {'first weights':14} {'lr':>4}  {'learned':>8}")
    for (loss_name, loss), (start_name, start), lr in itertools.product(
        LOSSES.items(), STARTS.items(), RATES
    ):
        started = time.perf_counter()
        learned = sum(learns(seed, lr, start, loss, options.epochs) for seed in range(options.seeds))
        share = learned / options.seeds
        seconds = time.perf_counter() - started
        print(f"{loss_name:14} {start_name:14} {lr:4g}  {share:8.1%}   ({seconds:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
