"""`gradiente parity`: the closed form and PyTorch, number by number and step by step."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from gradiente.cli.base import command, json_option, option, print_json
from gradiente.cli.kinds import INTEGER
from gradiente.cli.random_batch import random_batch
from gradiente.cli.settings import custom_option, setting_option
from gradiente.cli.tables import console, styled_table, working
from gradiente.errors import require, require_installed
from gradiente.formatting import short
from gradiente.layers import REGISTRY as LAYERS
from gradiente.locale import text
from gradiente.losses import REGISTRY as LOSSES
from gradiente.network import Network
from gradiente.notation import parse
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.parity import (
    BOUNDS,
    DEFAULTS,
    Concept,
    Parity,
    TrainingSetup,
    Trajectory,
    compare_concepts,
    follow,
    title,
)
from gradiente.reporting.certificate import write_certificate
from gradiente.schedules import REGISTRY as SCHEDULES
from gradiente.storage import require_folder_of
from gradiente.training.build import plan
from gradiente.training.config import Config
from gradiente.training.load_for import load_for

if TYPE_CHECKING:
    from rich.table import Table

RANDOM_INSTANCES, BATCH_SIZE = 320, 32


def parity(
    config_file: str | None, steps: int, seed: int | None, html: str | None, as_json: bool, **given: Any
) -> None:
    require_installed("torch", extra="torch")
    require(steps >= 1, "parity.steps", value=steps)
    if html is not None:
        require_folder_of(html)
    setups = _setups(config_file, seed, {name: value for name, value in given.items() if value is not None})
    threads = nullcontext() if config_file is not None else _one_thread()
    trajectories = []
    with threads, working(text("parity.comparing")) as status:
        concepts = compare_concepts(seed or 0)
        for setup in setups:
            status.update(text("parity.training", course=setup.heading()))
            trajectories.append(follow(setup, steps))
    done = Parity(concepts, trajectories)
    if html is not None:
        write_certificate(html, done)
    if as_json:
        print_json({**done.to_dict(), "html": html})
    else:
        _print(done, html)
    sys.exit(0 if done.passed else 1)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Context manager: NumPy and PyTorch use one thread each, since products so small do not gain from more."""
    import torch
    from threadpoolctl import threadpool_limits

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(threads)


def _setups(config_file: str | None, seed: int | None, given: dict[str, Any]) -> list[TrainingSetup]:
    """What to train: the user's network on random data, the training run of a config, or the default ones."""
    if config_file is None and "layers" in given:
        return [_random(seed or 0, **given)]
    if seed is not None:
        given["seed"] = seed
    configs = DEFAULTS if config_file is None else [Config.read(config_file)]
    setups = []
    for config in configs:
        config = config.changed(**given, dtype="float64")
        train, _ = load_for(config)
        setups.append(TrainingSetup.of(plan(config, train), train))
    return setups


def _random(
    seed: int,
    layers: list[str],
    loss: str = "CrossEntropyLoss",
    optimizer: str = "Adam(lr=0.003)",
    schedule: str | None = None,
    schedule_every: str = "epoch",
) -> TrainingSetup:
    """A training run of that network on random data."""
    net = Network([parse(layer, LAYERS) for layer in layers], seed=seed, dtype="float64")
    criterion = parse(loss, LOSSES)
    x, y = random_batch(net, criterion, RANDOM_INSTANCES, np.random.default_rng(seed))
    return TrainingSetup(
        network=net,
        loss=criterion,
        optimizer=parse(optimizer, OPTIMIZERS),
        data=None,
        x=x,
        y=y,
        batch_size=BATCH_SIZE,
        seed=seed,
        schedule=None if schedule is None else parse(schedule, SCHEDULES),
        schedule_every=schedule_every,
    )


def _print(done: Parity, html: str | None) -> None:
    out = console()
    for kind in BOUNDS:
        out.print(title(kind), style="italic", soft_wrap=True)
        out.print(_table(kind, done.of_kind(kind)))
    for trajectory in done.trajectories:
        lines = [trajectory.setup.heading(), trajectory.setup.facts(), *trajectory.setup.left_out()]
        for line in (*lines, f"{_mark(trajectory)} {trajectory.outcome()}"):
            out.print(line, soft_wrap=True)
        _, worst = trajectory.worst
        out.print(f"   NumPy    {worst.closed_form: .17g}\n   PyTorch  {worst.pytorch: .17g}\n")
    if html is not None:
        out.print(text("parity.written", path=html), soft_wrap=True)
    for line in (*done.failures(), done.verdict()):
        out.print(line, soft_wrap=True)


def _table(kind: str, concepts: list[Concept]) -> "Table":
    bound = short(BOUNDS[kind])
    table = styled_table()
    table.add_column(text(f"parity.one.{kind}"), no_wrap=True)
    for name in ("largest", "bound"):
        table.add_column(text(f"parity.{name}"), justify="right")
    table.add_column(text("parity.quantity"), no_wrap=True)
    table.add_column()
    for concept in concepts:
        _, worst = concept.worst
        quantity = worst.place() if worst.relative else ""
        table.add_row(concept.name, worst.size(), bound, quantity, _mark(concept))
    return table


def _mark(compared: Concept | Trajectory) -> str:
    return "✓" if compared.passed else "✗"


command = command(
    "parity",
    lambda: [
        setting_option("layers", "cli.parity.network"),
        click.Option(
            ["--config", "config_file"], help=text("cli.parity.config"), metavar=text("cli.metavar.file")
        ),
        setting_option("loss", "cli.parity.loss"),
        setting_option("optimizer", "cli.parity.optimizer"),
        setting_option("schedule", "cli.parity.schedule"),
        setting_option("schedule_every", "cli.train.schedule_every"),
        option("--steps", "cli.parity.steps", type=INTEGER, default=200),
        setting_option("seed", "cli.parity.seed"),
        option("--html", "cli.parity.html", metavar=text("cli.metavar.file")),
        custom_option(),
        json_option(),
    ],
    parity,
)
