"""Whole networks at random, trained by the closed forms and by a plain loop of PyTorch: every number of every step.

A network follows from its number: layers with their shapes and options, loss and targets, penalties, clip, optimizer,
which layers are frozen, training or inference. In float64, ŷ, J, every derivative, the running statistics and the
parameters of three or eight steps are compared, to 1e-9 of the largest number of each: up to a step at which J runs
away, or rounding decides a derivative, which then jumps when all numbers change by a trillionth. A network that differs
is shown with its number, and the exit status is 1. Usage:

    python benchmarks/random_networks.py [COUNT] [--start SEED]     # the networks SEED, SEED + 1, …
    python benchmarks/random_networks.py --seed SEED                # one alone, with everything that was compared

It needs PyTorch: pip install -e ".[torch]"
"""

import argparse
import importlib.util
import sys
from pathlib import Path
from typing import Any

from gradiente.errors import GradienteError, require_installed

PACKAGE = Path(__file__).parents[1] / "tests" / "random_networks" / "__init__.py"


def machinery() -> Any:
    """The package of the tests that makes the networks and compares them."""
    spec = importlib.util.spec_from_file_location("whole_networks", PACKAGE)
    assert spec is not None
    assert spec.loader is not None
    package = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)
    return package


def show(networks: Any, seed: int) -> bool:
    """One network, and every quantity with its relative difference; whether it passed."""
    case = networks.random_network(seed)
    print(case)
    for found in networks.differences(case):
        print(f"{found.relative:12.1e}  {found.place()}")
    wrong = networks.failures(case)
    print("\n".join(wrong) if wrong else "trains as in PyTorch")
    return not wrong


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", nargs="?", type=int, default=200, metavar="COUNT", help="how many networks")
    parser.add_argument("--start", type=int, default=0, metavar="SEED", help="the number of the first one")
    parser.add_argument("--seed", type=int, metavar="SEED", help="only this one, with all that was compared")
    options = parser.parse_args()
    if min(options.count - 1, options.start, options.seed or 0) < 0:
        parser.error("COUNT is at least 1, SEED at least 0")
    try:
        require_installed("torch", extra="torch")
    except GradienteError as error:
        parser.exit(2, f"{error}\n")
    networks = machinery()
    if options.seed is not None:
        return 0 if show(networks, options.seed) else 1
    return 1 if networks.tally(range(options.start, options.start + options.count)).failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
