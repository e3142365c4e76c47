"""A notebook that shows a network, a step, a history, and a training run as it goes."""

import nbformat

SETUP = """
import gradiente as gr

train, _ = gr.data.load("xor")
net = gr.Network([gr.Linear(2, 3), gr.Tanh(), gr.Linear(3, 1)], seed=0)
trainer = gr.Trainer(net, gr.BCEWithLogitsLoss(), gr.Adam(lr=0.05))
"""
STEP = "gr.show(gr.trace(net, gr.BCEWithLogitsLoss(), train.x, train.y[:, None], optimizer=gr.Adam()))"
TRAIN = "trainer.live()\nhistory = trainer.fit(train, epochs=40)"
CELLS = (SETUP, "gr.show(net)", STEP, TRAIN, "gr.show(history)")


def notebook(*cells):
    """A notebook of these cells, or of all of them."""
    made = nbformat.v4.new_notebook()
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made.cells = [nbformat.v4.new_code_cell(cell.strip()) for cell in cells or CELLS]
    return made
