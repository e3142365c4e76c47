"""Who executes a step."""

from gradiente.engines.base import Engine, EngineState, StepResult
from gradiente.engines.compiled_engine import CompiledEngine
from gradiente.engines.data import Batch
from gradiente.engines.group import Group, launched
from gradiente.engines.numpy_engine import NumpyEngine
from gradiente.engines.torch_engine import TorchEngine
from gradiente.engines.torch_settings import Torch

REGISTRY: dict[str, type[Engine]] = {
    engine.name: engine for engine in (NumpyEngine, CompiledEngine, TorchEngine)
}

__all__ = [
    "REGISTRY",
    "Batch",
    "CompiledEngine",
    "Engine",
    "EngineState",
    "Group",
    "NumpyEngine",
    "StepResult",
    "Torch",
    "TorchEngine",
    "launched",
]
