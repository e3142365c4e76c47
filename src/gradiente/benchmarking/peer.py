"""The peers: by which program each runs, and which packages that needs."""

from dataclasses import dataclass, field
from importlib.util import find_spec

from gradiente.locale import text

PROGRAMS = "gradiente.benchmarking.peers"


@dataclass(frozen=True)
class Peer:
    """One way to do the work.

    Arguments:
        program: a module of `peers/`, to which the option goes
        needs: what is imported, with the package that has it
        command: arguments of Python instead of a program; all that it does counts
    """

    name: str
    program: str = ""
    option: str = ""
    needs: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name in the reader's language."""
        return text(f"bench.peer.{self.name}")

    def missing(self) -> list[str]:
        """The packages that are not installed."""
        return [package for module, package in self.needs.items() if find_spec(module) is None]


_TORCH, _JAX, _NUMBA = {"torch": "torch"}, {"jax": "jax"}, {"numba": "numba"}
_ONNX = {"onnxruntime": "onnxruntime", "onnx": "onnx"}

PEERS = {
    peer.name: peer
    for peer in (
        Peer("gradiente", "ours", "compiled", _NUMBA),
        Peer("gradiente-numpy", "ours", "numpy"),
        Peer("torch-fused", "pytorch", "fused", _TORCH),
        Peer("torch-adam", "pytorch", "adam", _TORCH),
        Peer("torch-compile", "pytorch", "compile", _TORCH),
        Peer("jax", "jax_scan", needs=_JAX),
        Peer("keras-jax", "keras_jax", needs={"keras": "keras", **_JAX}),
        Peer("scikit-learn", "scikit_learn", needs={"sklearn": "scikit-learn"}),
        Peer("numpy", "plain_numpy"),
        Peer("micrograd", "micrograd_values", needs={"micrograd": "micrograd"}),
        Peer("sgemm", "sgemm"),
        Peer("gradiente-predict", "one_row", "gradiente"),
        Peer("torch-predict", "one_row", "torch", _TORCH),
        Peer("onnxruntime", "one_row", "onnxruntime", _ONNX),
        Peer("gradiente-train-xor", command=("-m", "gradiente", "train", "xor")),
        Peer("import-torch", command=("-c", "import torch"), needs=_TORCH),
    )
}
