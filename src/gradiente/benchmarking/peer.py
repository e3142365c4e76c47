"""The peers: by which program each runs, and which packages that needs."""

from dataclasses import dataclass, field
from importlib.util import find_spec

from gradiente.locale import text

PROGRAMS = "gradiente.benchmarking.peers"


@dataclass(frozen=True)
class Peer:
    """One way to do the work.

    Arguments:
        program: the module that its process runs, to which the option goes
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


_TORCH, _JAX, _LLVM = {"torch": "torch"}, {"jax": "jax"}, {"llvmlite": "llvmlite"}
_ONNX = {"onnxruntime": "onnxruntime", "onnx": "onnx"}

PEERS = {
    peer.name: peer
    for peer in (
        Peer("gradiente", f"{PROGRAMS}.ours", "compiled", _LLVM),
        Peer("gradiente-numpy", f"{PROGRAMS}.ours", "numpy"),
        Peer("torch-fused", f"{PROGRAMS}.pytorch", "fused", _TORCH),
        Peer("torch-adam", f"{PROGRAMS}.pytorch", "adam", _TORCH),
        Peer("torch-compile", f"{PROGRAMS}.pytorch", "compile", _TORCH),
        Peer("jax", f"{PROGRAMS}.jax_scan", needs=_JAX),
        Peer("keras-jax", f"{PROGRAMS}.keras_jax", needs={"keras": "keras", **_JAX}),
        Peer("scikit-learn", f"{PROGRAMS}.scikit_learn", needs={"sklearn": "scikit-learn"}),
        Peer("numpy", f"{PROGRAMS}.plain_numpy"),
        Peer("micrograd", f"{PROGRAMS}.micrograd_values", needs={"micrograd": "micrograd"}),
        Peer("sgemm", f"{PROGRAMS}.sgemm"),
        Peer("gradiente-predict", f"{PROGRAMS}.one_row", "gradiente"),
        Peer("torch-predict", f"{PROGRAMS}.one_row", "torch", _TORCH),
        Peer("onnxruntime", f"{PROGRAMS}.one_row", "onnxruntime", _ONNX),
        Peer("gradiente-train-xor", command=("-m", "gradiente", "train", "xor")),
        Peer("import-torch", command=("-c", "import torch"), needs=_TORCH),
    )
}
