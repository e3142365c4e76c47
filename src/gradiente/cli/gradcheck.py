"""`gradiente gradcheck`: the closed form of a network's gradients against finite differences."""

import sys
from collections.abc import Mapping

import numpy as np

from gradiente.cli.base import command, json_option, option, print_json
from gradiente.cli.kinds import INTEGER, NUMBER
from gradiente.cli.random_batch import random_batch
from gradiente.cli.settings import custom_option, setting_option
from gradiente.cli.tables import console, styled_table
from gradiente.formatting import count
from gradiente.gradcheck import GradcheckResult, QuantityCheck
from gradiente.gradcheck import gradcheck as check
from gradiente.layers import REGISTRY as LAYERS
from gradiente.locale import text
from gradiente.losses import REGISTRY as LOSSES
from gradiente.network import Network
from gradiente.notation import parse
from gradiente.trace.naming import both_names, lecture_names

DEFAULT_NETWORK = "Linear(4, 5), Tanh(), Linear(5, 3)"


def gradcheck(
    layers: list[str],
    loss: str,
    batch_size: int,
    seed: int,
    epsilon: float,
    tolerance: float,
    entries: int,
    training: bool,
    as_json: bool,
) -> None:
    net = Network([parse(layer, LAYERS) for layer in layers], seed=seed, dtype="float64")
    criterion = parse(loss, LOSSES)
    x, y = random_batch(net, criterion, batch_size, np.random.default_rng(seed))
    result = check(
        net,
        criterion,
        x,
        y,
        epsilon=epsilon,
        tolerance=tolerance,
        entries=entries or None,
        training=training,
        seed=seed,
    )
    if as_json:
        print_json(_data(result))
    else:
        _print(result, lecture_names(net.nodes))
    sys.exit(0 if result.passed else 1)


def _data(result: GradcheckResult) -> dict:
    quantities = [vars(quantity) for quantity in result.quantities]
    return {
        "passed": result.passed,
        "tolerance": result.tolerance,
        "worst": vars(result.worst),
        "quantities": quantities,
    }


def _entry(quantity: QuantityCheck, names: Mapping[str, str]) -> str:
    return both_names(quantity.name, names, f"[{', '.join(map(str, quantity.entry))}]")


def _print(result: GradcheckResult, names: Mapping[str, str]) -> None:
    out = console()
    table = styled_table(collapse_padding=True)
    table.add_column(text("gradcheck.quantity"), no_wrap=True)
    for key in ("entry", "expected", "got", "error", "checked"):
        table.add_column(text(f"gradcheck.{key}"), justify="right")
    for quantity in result.quantities:
        table.add_row(
            both_names(quantity.name, names),
            str(quantity.entry),
            f"{quantity.expected:.4g}",
            f"{quantity.got:.4g}",
            f"{quantity.relative_error:.1e}",
            f"{count(quantity.checked)} / {count(quantity.size)}",
        )
    out.print(table)
    kinks = sum(quantity.kinks for quantity in result.quantities)
    if kinks:
        out.print(text("gradcheck.kinks", count=kinks), soft_wrap=True)
    worst = result.worst
    out.print(
        text(
            "gradcheck.passed" if result.passed else "gradcheck.failed",
            error=f"{worst.relative_error:.2e}",
            entry=_entry(worst, names),
            expected=f"{worst.expected:.10g}",
            got=f"{worst.got:.10g}",
            tolerance=f"{result.tolerance:g}",
        )
    )


command = command(
    "gradcheck",
    lambda: [
        setting_option("layers", "cli.gradcheck.network", default=DEFAULT_NETWORK),
        setting_option("loss", "cli.gradcheck.loss", default="CrossEntropyLoss"),
        option("--batch-size", "cli.gradcheck.batch_size", type=INTEGER, default=7),
        setting_option("seed", "cli.gradcheck.seed", default=0),
        option("--epsilon", "cli.gradcheck.epsilon", type=NUMBER, default=1e-5),
        option("--tolerance", "cli.gradcheck.tolerance", type=NUMBER, default=1e-5),
        option("--entries", "cli.gradcheck.entries", type=INTEGER, default=500),
        option("--training", "cli.gradcheck.training", is_flag=True),
        custom_option(),
        json_option(),
    ],
    gradcheck,
)
