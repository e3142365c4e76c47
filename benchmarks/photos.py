"""Photographs of handwritten digits, made from the test digits of MNIST: how many `gradiente predict` reads rightly.

A digit is drawn dark on a sheet of 600 × 800, of random size and place, and photographed in five ways: flat paper,
strong shade, a vignette, grain, and one dark speck beside the digit; saved as JPEG. Usage:

    python benchmarks/photos.py --data-dir FOLDER [--run RUN] [--count 200] [--seed 0] [--keep FOLDER]

Without --run a network of the command's defaults is trained for five epochs first.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from gradiente.data import load

WIDTH, HEIGHT = 600, 800


def sheet(digit: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """How much light each point of the sheet reflects, 0 to 1, and the ink on it."""
    side = int(rng.integers(220, 450))
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    left, top = (int(rng.integers(0, most - side)) for most in (WIDTH, HEIGHT))
    ink = np.zeros((HEIGHT, WIDTH))
    ink[top : top + side, left : left + side] = np.asarray(large).clip(0, 1)
    paper, pen = rng.uniform(0.8, 0.92), rng.uniform(0.1, 0.25)
    return paper + (pen - paper) * ink, ink


def flat(page: np.ndarray, ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return page + rng.normal(0, 0.004, page.shape)


def strong_shade(page: np.ndarray, ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A shadow over one side of the sheet, with a soft border of random direction, place and width."""
    across, _ = polar(rng)
    border, width = rng.uniform(-0.3, 0.3), rng.uniform(0.3, 1)
    return page * (1 - rng.uniform(0.3, 0.6) * np.clip((across - border) / width + 0.5, 0, 1))


def vignette(page: np.ndarray, ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Darker with the square of the distance from a point near the middle."""
    _, square = polar(rng)
    return page * (1 - rng.uniform(0.1, 0.6) * np.minimum(square, 1.2))


def grain(page: np.ndarray, ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The noise of a sensor in little light."""
    return page + rng.normal(0, rng.uniform(0.005, 0.1), page.shape)


def one_speck(page: np.ndarray, ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A dark spot, nowhere near the ink."""
    radius = rng.uniform(3, 9)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    while True:
        spot = np.hypot(rows - rng.uniform(0, HEIGHT), columns - rng.uniform(0, WIDTH)) < radius
        around = np.hypot(*(np.argwhere(ink > 0.1).T[:, :, None] - np.argwhere(spot).mean(0)[:, None, None]))
        if around.min() > 90:
            return np.where(spot, rng.uniform(0.05, 0.3), page) + rng.normal(0, 0.004, page.shape)


def polar(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """For each point: its place across the sheet in a random direction, and its squared distance from a middle."""
    rows, columns = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    middle = rng.uniform(-0.2, 0.2, 2)
    square = ((rows - middle[0]) ** 2 + (columns - middle[1]) ** 2) / 2
    return np.cos(angle) * columns + np.sin(angle) * rows, square


CONDITIONS: dict[str, tuple[Callable[..., np.ndarray], float]] = {
    "flat paper": (flat, 0.95),
    "strong shade": (strong_shade, 0.90),
    "vignette": (vignette, 0.85),
    "grain": (grain, 0.85),
    "one speck": (one_speck, 0.90),
}


def photographed(
    condition: Callable[..., np.ndarray], digits: np.ndarray, rng: np.random.Generator, folder: Path
) -> list[Path]:
    """A file for each digit."""
    files = []
    for number, digit in enumerate(digits):
        light = condition(*sheet(digit.reshape(28, 28), rng), rng)
        files.append(folder / f"{number}.jpg")
        pixels = np.round(255 * light.clip(0, 1)).astype(np.uint8)
        Image.fromarray(pixels).save(files[-1], quality=int(rng.integers(70, 95)))
    return files


def gradiente(*arguments: object) -> str:
    command = [sys.executable, "-m", "gradiente", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data-dir", required=True, help="the folder with the files of MNIST")
    parser.add_argument("--run", help="a run of MNIST")
    parser.add_argument("--count", type=int, default=200, help="digits for each condition")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="keep the photographs in this folder")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        run = chosen.run or Path(temporary) / "run"
        if chosen.run is None:
            gradiente(
                "train", "mnist", "--data-dir", chosen.data_dir, "--epochs", 5, "--run", run, "--no-report"
            )
        _, test = load("mnist", data_dir=chosen.data_dir)
        for name, (condition, target) in CONDITIONS.items():
            rng = np.random.default_rng([chosen.seed, len(name)])
            rows = rng.choice(len(test), chosen.count, replace=False)
            folder = (chosen.keep or Path(temporary)) / name.replace(" ", "_")
            folder.mkdir(parents=True)
            files = photographed(condition, test.x[rows], rng, folder)
            found = json.loads(gradiente("predict", run, *files, "--json"))
            right = [row["class"] == str(label) for row, label in zip(found, test.y[rows], strict=True)]
            print(f"{name:14} {np.mean(right):7.1%}   to reach: {target:.0%}", flush=True)


if __name__ == "__main__":
    main()
