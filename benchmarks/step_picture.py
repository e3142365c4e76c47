"""The picture of docs/speed.md: the phases of a step of 784-512-10, and how two threads share their pieces.

python benchmarks/step_picture.py docs/speed.png
"""

import argparse

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle

# A phase: its formula, how many pieces it has, and how long one takes, in microseconds on a core of an AMD EPYC.
PHASES = (
    (r"$A_1 = \tanh(W_1 X + b_1)$", 8, 128),
    (r"$Z_2$", 1, 45),
    (r"$J, \frac{\partial J}{\partial Z_2}$", 1, 30),
    (r"$\frac{\partial J}{\partial Z_1}$", 8, 6),
    (r"$\frac{\partial J}{\partial W_1}, W_1 := \ldots$", 8, 134),
)
LAST = ((r"$W_2$", 40), (r"$X'$", 45))  # with the last phase: the other layer, and the next batch
HEIGHTS = (0.0, 0.1, 0.6, 1.2, 0.0)  # of the formulas, those of short phases above one another
COLOURS = ("#4477aa", "#66ccee", "#ccbb44", "#228833", "#ee6677")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file")
    options = parser.parse_args()
    figure, axes = plt.subplots(figsize=(10, 3.0), layout="constrained")
    start = 0.0
    for number, ((formula, pieces, each), colour) in enumerate(zip(PHASES, COLOURS, strict=True)):
        free = [start, start]
        work = [(each, colour, "")] * pieces
        if number == len(PHASES) - 1:
            work += [(seconds, "#aaaaaa", name) for name, seconds in LAST]
        for seconds, fill, name in work:
            thread = free.index(min(free))
            axes.add_patch(Rectangle((free[thread], thread), seconds, 0.9, facecolor=fill, edgecolor="white"))
            if name:
                axes.text(free[thread] + seconds / 2, thread + 0.45, name, ha="center", va="center", size=8)
            free[thread] += seconds
        height = 2.05 + HEIGHTS[number]
        axes.text((start + max(free)) / 2, height, formula, ha="center", va="bottom", size=10)
        start = max(free)
        axes.axvline(start, color="#888888", linewidth=0.7, linestyle=":")
    axes.set(xlim=(0, start), ylim=(0, 4.0), yticks=[0.45, 1.45], yticklabels=["1", "2"], xlabel="µs")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    figure.savefig(options.file, dpi=150)


if __name__ == "__main__":
    main()
