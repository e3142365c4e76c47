"""Engines: what executes a training step."""

from gradiente.engines.base import Engine, EngineState, RepeatedSteps, StepResult, Steps
from gradiente.engines.compiled.engine import CompiledEngine
from gradiente.engines.data import Batch
from gradiente.engines.group import Group, launched
from gradiente.engines.numpy_engine import NumpyEngine
from gradiente.engines.torch_engine import TorchEngine
from gradiente.engines.torch_settings import Torch
from gradiente.errors import ArgumentError, did_you_mean
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer
from gradiente.parameter_groups import ParameterGroups

REGISTRY: dict[str, type[Engine]] = {
    engine.name: engine for engine in (NumpyEngine, CompiledEngine, TorchEngine)
}


def make_engine(
    engine: str | Torch, objective: Objective, optimizer: Optimizer, parameter_groups: ParameterGroups
) -> Engine:
    """The engine of that name, or the torch engine with those settings.

    Errors: ArgumentError for an unknown name, or what the engine cannot do here
    """
    if isinstance(engine, Torch):
        return TorchEngine(objective, optimizer, engine, parameter_groups=parameter_groups)
    if engine not in REGISTRY:
        raise ArgumentError("engine.unknown", engine=engine, hint=did_you_mean(str(engine), REGISTRY))
    return REGISTRY[engine](objective, optimizer, parameter_groups=parameter_groups)


__all__ = [
    "REGISTRY",
    "Batch",
    "CompiledEngine",
    "Engine",
    "EngineState",
    "Group",
    "NumpyEngine",
    "RepeatedSteps",
    "StepResult",
    "Steps",
    "Torch",
    "TorchEngine",
    "launched",
    "make_engine",
]
