"""Step by step: the next step of a run as a trace, and any of its numbers opened."""

from dataclasses import dataclass
from typing import Any

from gradiente.errors import ArgumentError
from gradiente.lab.frame import frame
from gradiente.lab.next_step import NextStep
from gradiente.lab.rooms.request import Request
from gradiente.lab.run import LabRun
from gradiente.views.traced import described, numbers, opened


@dataclass(frozen=True)
class Look(Request):
    """The quantities of the step that comes next.

    Arguments:
        columns: instances as the lecture's columns
    """

    columns: bool

    def answer(self, run: LabRun | None) -> bytes:
        step = _traced(run, self.columns)
        quantities = [described(quantity) for quantity in step.trace]
        arrays = {f"{place}": numbers(quantity) for place, quantity in enumerate(step.trace)}
        values = {"kind": "trace", "step": step.after, "columns": self.columns, "quantities": quantities}
        return frame(values, arrays)


@dataclass(frozen=True)
class OpenNumber(Request):
    """A number of that step, as the sum that it is.

    Arguments:
        quantity: its name
        index: the place of the number
        columns: as of Look
    """

    quantity: str
    index: list[int]
    columns: bool

    def answer(self, run: LabRun | None) -> dict[str, Any]:
        step = _traced(run, self.columns)
        ready = step.has_torch
        number = opened(step.trace, self.quantity, self.index, torch=ready)
        return {"kind": "number", "step": step.after, "waiting": not ready, **number}


REQUESTS: dict[str, type[Request]] = {"look": Look, "open-number": OpenNumber}


def _traced(run: LabRun | None, columns: bool) -> NextStep:
    if run is None:
        raise ArgumentError("lab.no_run")
    return run.next_step(columns=columns)
