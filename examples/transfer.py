"""Transfer learning, measured honestly: does a network that knows the digits 0 to 4 learn 5 to 9 from fewer images?

A convolutional network learns the digits 0 to 4 from all their images. Then, from a few images of each of the digits
5 to 9, four networks of the same form learn: one from scratch; the trained one with a new head, of which only the head
learns; the same, of which only the convolutions are frozen; the same, all of which learns on. Every row is a mean over
seeds, with its standard deviation: other images, other first weights. Nothing is chosen by looking at the test images.
Usage:

    python examples/transfer.py [--data-dir FOLDER] [--seeds 5] [--per-class 1 5 20 100]
"""

import argparse
import statistics

import numpy as np

import gradiente as gr
from gradiente.data import Dataset

LAYERS = [
    gr.Unflatten(1, (1, 28, 28)),
    gr.Conv2d(1, 16, 3),
    gr.ReLU(),
    gr.MaxPool2d(2),
    gr.Conv2d(16, 32, 3),
    gr.ReLU(),
    gr.MaxPool2d(2),
    gr.Flatten(),
    gr.Linear(800, 64),
    gr.ReLU(),
    gr.Linear(64, 5),
]
FLATTEN, HEAD = 7, 10
STEPS = 150


def digits(dataset: Dataset, first: int) -> Dataset:
    """The images of five digits in a row, the first of them class 0."""
    chosen = np.flatnonzero((dataset.y >= first) & (dataset.y < first + 5))
    names = tuple(map(str, range(first, first + 5)))
    return Dataset(
        dataset.x[chosen], dataset.y[chosen] - first, "classification", "digits", names, image_shape=(28, 28)
    )


def few(dataset: Dataset, per_class: int, seed: int) -> Dataset:
    """So many images of each class, drawn at random."""
    generator = np.random.default_rng(seed)
    drawn = [generator.permutation(np.flatnonzero(dataset.y == digit))[:per_class] for digit in range(5)]
    return dataset.subset(np.concatenate(drawn))


def learn(network: gr.Network, train: Dataset, test: Dataset, seed: int) -> float:
    """The test accuracy after the same number of steps, however few the images are."""
    size = min(32, len(train))
    trainer = gr.Trainer(network, gr.CrossEntropyLoss(), gr.Adam(lr=1e-3), seed=seed)
    trainer.fit(train, epochs=max(1, STEPS * size // len(train)), batch_size=size)
    return trainer.evaluate(test)["accuracy"]


def scratch(base: gr.Network, seed: int) -> gr.Network:
    """A network of the same form that has seen nothing."""
    return gr.Network(base.layers, seed=seed, input_shape=base.input_shape)


def trained(base: gr.Network, seed: int, *frozen: int) -> gr.Network:
    """The trained network with a new head, some of its layers frozen."""
    network = base.with_head([gr.Linear(64, 5)], seed=seed)
    network.freeze(*frozen)
    return network


WAYS = {
    "from scratch": scratch,
    "head learns": lambda base, seed: trained(base, seed, *range(HEAD)),
    "dense part learns": lambda base, seed: trained(base, seed, *range(FLATTEN)),
    "all learns": trained,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data-dir", help="where the files of MNIST are")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--per-class", type=int, nargs="+", default=[1, 5, 20, 100])
    options = parser.parse_args()

    train, test = gr.data.load("mnist", data_dir=options.data_dir)
    known, known_test = digits(train, 0), digits(test, 0)
    new, new_test = digits(train, 5), digits(test, 5)
    base = gr.Network(LAYERS, seed=0, input_shape=(784,))
    trainer = gr.Trainer(base, gr.CrossEntropyLoss(), gr.Adam(lr=1e-3))
    trainer.fit(known, epochs=2, batch_size=64)
    print(
        f"pre-trained on {len(known):,} images of 0 to 4: {trainer.evaluate(known_test)['accuracy']:.2%} of them known"
    )
    print(WAYS["dense part learns"](base, 0).summary())
    print(f"\ntest accuracy on 5 to 9, mean ± standard deviation over {options.seeds} seeds")
    print("  ".join([f"{'images of each digit':>20}", *(f"{way:>17}" for way in WAYS)]))
    for per_class in options.per_class:
        cells = []
        for make in WAYS.values():
            accuracies = [
                learn(make(base, seed), few(new, per_class, seed), new_test, seed)
                for seed in range(options.seeds)
            ]
            spread = statistics.stdev(accuracies) if len(accuracies) > 1 else 0.0
            cells.append(f"{statistics.mean(accuracies):7.1%} ± {spread:5.1%}")
        print("  ".join([f"{per_class:>20}", *(f"{cell:>17}" for cell in cells)]), flush=True)


if __name__ == "__main__":
    main()
