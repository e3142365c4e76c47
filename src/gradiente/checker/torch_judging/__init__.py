"""The functions of the PyTorch workshops, judged."""
