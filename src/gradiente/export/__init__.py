"""A trained network as one file that runs without gradiente: ONNX, torch.export, Python with NumPy; and its card."""

from gradiente.export.exporting import export

__all__ = ["export"]
