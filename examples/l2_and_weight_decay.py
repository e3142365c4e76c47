"""L2 in Adam against AdamW: the same λ, two things.

With plain gradient descent the penalty λ/2 Σ w² is weight decay: every step leaves 1 − αλ of each weight. Adam divides
the penalty's gradient λw by √v, as it divides every gradient, so that the larger a weight's gradients are, the less the
penalty pulls; AdamW shrinks all weights alike again. Here the data pull nowhere: gradients are noise with mean 0, large
for some weights and small for others, and all that moves the mean of many weights is the penalty. Usage:

    python examples/l2_and_weight_decay.py
"""

import numpy as np

import gradiente as gr

LR, STRENGTH, STEPS = 0.001, 1.0, 1000
NOISE = [0.01, 0.1, 1.0, 10.0]  # the standard deviation of a weight's gradients


def left(optimizer: gr.Optimizer, penalty: gr.Penalty | None = None) -> list[float]:
    """What is left of weights that were 1, for every size of the noise: the mean of many."""
    generator = np.random.default_rng(0)
    theta = np.ones((len(NOISE), 5000))
    slots = optimizer.initial_slots(theta)
    for t in range(1, STEPS + 1):
        gradient = generator.normal(size=theta.shape) * np.array(NOISE)[:, None]
        if penalty is not None:
            gradient += penalty.gradient(theta)
        theta, slots = optimizer.rule(theta, gradient, slots, t)
    return theta.mean(axis=1).tolist()


def main() -> None:
    rows = {
        "SGD and L2": left(gr.SGD(lr=LR), gr.L2(STRENGTH)),
        "SGD with weight_decay": left(gr.SGD(lr=LR, weight_decay=STRENGTH)),
        "Adam and L2": left(gr.Adam(lr=LR), gr.L2(STRENGTH)),
        "Adam with weight_decay": left(gr.Adam(lr=LR, weight_decay=STRENGTH)),
        "AdamW": left(gr.AdamW(lr=LR, weight_decay=STRENGTH)),
    }
    print(f"what is left of a weight of 1 after {STEPS} steps, α = {LR}, λ = {STRENGTH}")
    print(f"{'noise of its gradient':24}" + "".join(f"{noise:>8g}" for noise in NOISE))
    for name, means in rows.items():
        print(f"{name:24}" + "".join(f"{mean:8.3f}" for mean in means))
    print(f"{'(1 − αλ)ᵗ':24}" + f"{(1 - LR * STRENGTH) ** STEPS:8.3f}" * len(NOISE))


if __name__ == "__main__":
    main()
