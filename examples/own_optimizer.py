"""A plain PyTorch program, no network of gradiente in it: the lecture's optimizers, and one written by oneself.

Module, data loader and loop are PyTorch's; an optimizer of gradiente.pytorch.optim stands where torch.optim's would.
One of one's own is a subclass of torch.optim.Optimizer: self.state holds what it remembers of a parameter, the groups
hold its hyperparameters. Usage:

    python examples/own_optimizer.py
"""

from collections.abc import Callable

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from gradiente.pytorch import optim


class Classifier(nn.Module):
    """Three layers, and a way around the second: more than a Sequential can say."""

    def __init__(self) -> None:
        super().__init__()
        self.entrance, self.middle, self.exit = nn.Linear(64, 32), nn.Linear(32, 32), nn.Linear(32, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = torch.relu(self.entrance(x))
        return self.exit(a + torch.relu(self.middle(a)))


class OwnMomentum(torch.optim.Optimizer):
    """m := β m + (1 − β) g,   θ := θ − α m"""

    def __init__(self, params, lr=0.1, beta=0.9):
        super().__init__(params, {"lr": lr, "beta": beta})

    @torch.no_grad()
    def step(self, closure=None):  # pyright: ignore[reportIncompatibleMethodOverride]
        for group in self.param_groups:
            for theta in group["params"]:
                m = self.state[theta].setdefault("m", torch.zeros_like(theta))
                m.mul_(group["beta"]).add_((1 - group["beta"]) * theta.grad)
                theta -= group["lr"] * m


def train(make: Callable[..., torch.optim.Optimizer], lr: float) -> tuple[float, torch.Tensor]:
    """The share of the test digits that is recognized after five epochs, and all parameters in a row."""
    torch.manual_seed(0)
    digits, labels = load_digits(return_X_y=True)
    x, y = torch.tensor(digits / 16, dtype=torch.float32), torch.tensor(labels)
    loader = DataLoader(TensorDataset(x[:1500], y[:1500]), batch_size=32, shuffle=True)
    model, loss = Classifier(), nn.CrossEntropyLoss()
    optimizer = make(model.parameters(), lr=lr)
    for _ in range(5):
        for batch_x, batch_y in loader:
            optimizer.zero_grad()
            loss(model(batch_x), batch_y).backward()
            optimizer.step()
    right = model(x[1500:]).argmax(dim=1) == y[1500:]
    return right.float().mean().item(), nn.utils.parameters_to_vector(model.parameters()).detach()


if __name__ == "__main__":
    for rule, lr in ((optim.Momentum, 0.2), (optim.RMSprop, 0.002), (optim.Adam, 0.002)):
        print(f"the lecture's {rule.__name__:8} α = {lr:<5} test accuracy {train(rule, lr)[0]:.1%}")
    difference = train(OwnMomentum, 0.2)[1] - train(optim.Momentum, 0.2)[1]
    print(f"OwnMomentum and optim.Momentum: the parameters differ by {difference.abs().max():.1g} at most")
