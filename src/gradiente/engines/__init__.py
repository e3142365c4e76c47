"""Who executes a step."""

from gradiente.engines.base import Clip, Engine, OptimizerState
from gradiente.engines.numpy_engine import NumpyEngine

REGISTRY: dict[str, type[Engine]] = {engine.name: engine for engine in (NumpyEngine,)}

__all__ = ["REGISTRY", "Clip", "Engine", "NumpyEngine", "OptimizerState"]
