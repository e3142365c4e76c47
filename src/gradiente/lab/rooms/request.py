"""What every request of a room is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from gradiente.lab.run import LabRun


@dataclass(frozen=True)
class Request(ABC):
    """A message that is answered once; its fields are plain data, or a Config.

    `run` is the number of the session's run that it is about, which may be one of its fields.
    """

    run = 0

    @abstractmethod
    def answer(self, run: LabRun | None) -> dict[str, Any] | bytes:
        """The answer, with its `kind`: plain data, or a frame.

        Arguments:
            run: where it is; None where there is none of its number

        Errors: ArgumentError where it cannot be answered
        """
