"""What every request of a room is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from gradiente.lab.run import LabRun


@dataclass(frozen=True)
class Request(ABC):
    """A message that is answered once; its fields are plain data, or a Config."""

    @abstractmethod
    def answer(self, run: LabRun | None) -> dict[str, Any] | bytes:
        """The answer, with its `kind`: plain data, or a frame.

        Arguments:
            run: the session's first one, where it is; None before there is one

        Errors: ArgumentError where it cannot be answered
        """
