"""Who executes a step."""

from gradiente.engines.base import Batch, Engine, EngineState, StepResult
from gradiente.engines.compiled_engine import CompiledEngine
from gradiente.engines.numpy_engine import NumpyEngine
from gradiente.engines.processes import Processes
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
    "NumpyEngine",
    "Processes",
    "StepResult",
    "Torch",
    "TorchEngine",
]
