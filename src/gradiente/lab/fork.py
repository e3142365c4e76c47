"""The past edited: another run from the same step, with other settings or another weight."""

from dataclasses import dataclass, replace

from gradiente.errors import require
from gradiente.lab.architecture import Architecture
from gradiente.lab.limits import Limits
from gradiente.lab.run import LabRun
from gradiente.training.config import Config


@dataclass(frozen=True)
class Edit:
    """One number of a parameter, replaced.

    Arguments:
        parameter: its name in the network, "0.weight"
        index: the place of the number
        value: finite
    """

    parameter: str
    index: list[int]
    value: float


def fork(
    run: LabRun,
    config: Config,
    edit: Edit | None = None,
    limits: Limits | None = None,
    *,
    architecture: Architecture | None = None,
) -> LabRun:
    """A run that begins where another one is, with the same batches from there on.

    The optimizer keeps its state where the new one has the same slots, and begins anew otherwise.

    Arguments:
        config: of the new run: the same data and the same network
        edit: of its parameters
        architecture: as of LabRun

    Errors: ArgumentError for another network or other data, or a number that is not there

    >>> from gradiente.training.config import Config
    >>> run = LabRun(Config().changed(name="xor", batch_size=4))
    >>> snapshot = run.go_to(3)
    >>> other = fork(run, run.config.changed(lr=0.5), Edit("0.bias", [0], 2.0))
    >>> other.step, float(other.network.parameters["0.bias"][0])
    (3, 2.0)
    """
    other = LabRun(config, limits, architecture=architecture)
    same = other.config.data == run.config.data and other.network.to_dict() == run.network.to_dict()
    require(same, "lab.fork")
    state, own = run.snapshot.state, other.snapshot
    slots = state.slots if state.slots.keys() == own.state.slots.keys() else own.state.slots
    state = replace(state, theta=state.theta.copy(), slots=slots)
    if edit is not None:
        parameter = run.network.named(state.theta).get(edit.parameter)
        shape = () if parameter is None else parameter.shape
        there = parameter is not None and len(edit.index) == len(shape)
        there = there and all(0 <= i < n for i, n in zip(edit.index, shape, strict=True))
        require(there, "lab.edit", parameter=edit.parameter, index=edit.index)
        assert parameter is not None
        parameter[tuple(edit.index)] = edit.value
    other.begin_at(replace(run.snapshot, state=state, settings=own.settings))
    return other
