"""Test inputs that nobody here wrote: PyTorch's and ONNX's own, over the concepts that are here."""
