"""Many random networks: which concepts they use, and which of them fail."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gradiente.layers import REGISTRY as LAYERS
from gradiente.losses import REGISTRY as LOSSES
from gradiente.optimizers import REGISTRY as OPTIMIZERS

from .compare import failures
from .networks import RandomNetwork, random_network

KINDS = {"layers": LAYERS, "losses": LOSSES, "optimizers": OPTIMIZERS}
PROGRESS = 100  # networks between two lines of progress
SHOWN = 5  # failures of a network that are shown


@dataclass
class Tally:
    """What came of networks: how many use each registered name, and what fails, by the network's number."""

    networks: int = 0
    uses: Counter[str] = field(default_factory=Counter)
    failed: dict[int, list[str]] = field(default_factory=dict)

    def add(self, case: RandomNetwork) -> None:
        self.networks += 1
        self.uses.update(case.names())
        try:
            wrong = failures(case)
        except Exception as error:  # of whatever kind: the other networks are still tried
            wrong = [f"{type(error).__name__}: {error}"]
        if wrong:
            self.failed[case.seed] = wrong

    def missing(self) -> list[str]:
        """The registered names that no network uses."""
        return [name for registry in KINDS.values() for name in registry if not self.uses[name]]

    def lines(self) -> list[str]:
        """How many networks use each name."""
        return [
            f"{kind}: " + ", ".join(f"{name} {self.uses[name]:,}" for name in registry)
            for kind, registry in KINDS.items()
        ]


def tally(seeds: Sequence[int], show: Callable[[str], None] = print) -> Tally:
    """Compare the networks of these numbers; show each that fails, the progress, and what they use."""
    found = Tally()
    for seed in seeds:
        case = random_network(seed)
        found.add(case)
        if seed in found.failed:
            wrong = found.failed[seed]
            show(f"FAILED {case}")
            for line in wrong[:SHOWN]:
                show(f"        {line}")
            if len(wrong) > SHOWN:
                show(f"        and {len(wrong) - SHOWN} more")
            show(f"    alone: python benchmarks/random_networks.py --seed {seed}")
        if found.networks % PROGRESS == 0 and found.networks < len(seeds):
            show(f"{found.networks:,} of {len(seeds):,} networks, {len(found.failed):,} failed")
    for line in found.lines():
        show(line)
    show(f"{found.networks - len(found.failed):,} of {found.networks:,} networks train as in PyTorch")
    return found
