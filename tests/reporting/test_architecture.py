import re

from gradiente.layers import Flatten, Linear, ReLU, Residual, Softmax
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


def test_what_is_inside_a_composite_layer_comes_after_it_indented():
    inner = Residual([Linear(4, 4), ReLU()], [Linear(4, 4, bias=False)])
    net = Network([Linear(3, 4), Residual([Linear(4, 4), inner]), Linear(4, 2)])
    section = architecture(net, MSELoss())
    rows = re.findall(r"<tr><td><span title=\"([\w.]+)\"([^>]*)>([\w.]+)</span></td>", section)
    depths = [int(style.partition("--depth:")[2].partition('"')[0] or 0) for _, style, _ in rows]
    places = [(path, place, depth) for (path, _, place), depth in zip(rows, depths, strict=True)]
    assert places == [
        ("0", "0", 0),
        ("1", "1", 0),
        ("1.layers.0", "layers.0", 1),
        ("1.layers.1", "layers.1", 1),
        ("1.layers.1.layers.0", "layers.0", 2),
        ("1.layers.1.layers.1", "layers.1", 2),
        ("1.layers.1.shortcut.0", "shortcut.0", 2),
        ("2", "2", 0),
    ]
    for name in net.parameters:
        assert len(re.findall(rf">\w\[\d\] = {re.escape(name)}<", section)) == 1
    assert "W[1] = 0.weight" in section
    assert "W[4] = 1.layers.1.shortcut.0.weight" in section


def test_frozen_layers_are_marked():
    net = Network([Linear(4, 3), Linear(3, 2), Linear(2, 2)])
    net.freeze(0, 1)
    section = architecture(net, MSELoss())
    assert re.findall(r'<td class="n">(\d*)<small>frozen', section) == ["15", "8"]
    assert "<b>29</b><small>23 frozen</small>" in section
    net.unfreeze()
    assert "frozen" not in architecture(net, MSELoss())
