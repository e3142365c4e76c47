import re

from gradiente.layers import Flatten, Linear, Softmax
from gradiente.losses import MSELoss
from gradiente.network import Network
from gradiente.reporting.architecture import architecture


def test_every_layer_has_a_row_and_the_total_is_theirs():
    net = Network([Flatten(), Linear(784, 512), Linear(512, 10), Softmax()], input_shape=(28, 28))
    section = architecture(net, MSELoss()).replace(",", "")
    assert re.findall(r"<code>(\w+)", section) == [
        "Flatten",
        "Linear",
        "Linear",
        "Softmax",
        "MSELoss",
    ]
    assert str(784 * 512 + 512) in section
    assert f"<b>{784 * 512 + 512 + 512 * 10 + 10}</b>" in section
    assert section.count("<math") == 5
    assert "m × 512" in section


def test_frozen_layers_are_marked():
    net = Network([Linear(4, 3), Linear(3, 2), Linear(2, 2)])
    net.freeze(0, 1)
    section = architecture(net, MSELoss())
    assert re.findall(r'<td class="n">(\d*)<small>frozen', section) == ["15", "8"]
    assert "<b>29</b><small>23 frozen</small>" in section
    net.unfreeze()
    assert "frozen" not in architecture(net, MSELoss())
