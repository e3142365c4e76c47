"""Who executes a step."""

from gradiente.engines.base import Clip, Engine, EngineState, Step
from gradiente.engines.compiled_engine import CompiledEngine
from gradiente.engines.numpy_engine import NumpyEngine

REGISTRY: dict[str, type[Engine]] = {engine.name: engine for engine in (NumpyEngine, CompiledEngine)}

__all__ = ["REGISTRY", "Clip", "CompiledEngine", "Engine", "EngineState", "NumpyEngine", "Step"]
