"""The compiled engine: a training step as machine code, made of the formulas of layers, loss and rule."""
