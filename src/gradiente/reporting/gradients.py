"""The norms of the gradients over the epochs: whether they vanish or explode, and where."""

from collections.abc import Mapping, Sequence

import numpy as np

from gradiente.html import Markup, tag
from gradiente.locale import text
from gradiente.reporting.curves import epochs_axes, line
from gradiente.reporting.html import figure, key, section
from gradiente.reporting.plot import log_scale, svg
from gradiente.trace.naming import both_names
from gradiente.training.history import History

MOST_PARAMETERS = 8  # with more, the biases are left out
_FROM_INPUT_TO_OUTPUT = np.array([[47, 111, 196], [160, 80, 165], [217, 118, 40]])


def gradient_norms(history: History, lecture: Mapping[str, str]) -> Markup | None:
    """One line for each parameter, from blue at the input to orange at the output.

    Arguments:
        lecture: the lecture's name of each
    """
    if "gradient_norms" not in history:
        return None
    names = shown_parameters(list(history.records[0]["gradient_norms"]))
    if not names:
        return None
    norms = np.array([[r["gradient_norms"].get(name, np.nan) for name in names] for r in history], float)
    norms[~(np.isfinite(norms) & (norms > 0))] = np.nan
    legend = []
    with epochs_axes(history) as plot:
        if not np.isnan(norms).all():
            log_scale(plot, np.nanmin(norms), np.nanmax(norms))
        for name, column, colour in zip(names, norms.T, layer_colours(names), strict=True):
            dashed = not name.endswith("weight")
            style = {"linestyle": (0, (3, 2)), "linewidth": 1.5} if dashed else {}
            line(plot, np.array(history["epoch"]), column, color=colour, **style)
            shape = "line dashed" if dashed else "line"
            legend.append(key(both_names(name, lecture), shape=shape, style=f"border-color:{colour}"))
        shown = ", ".join(both_names(name, lecture) for name in names)
        picture = svg(plot, text("report.gradients_alt", names=shown))
    explanation = tag("p", text("report.gradients_explained"), class_="note")
    framed = figure(picture, text("report.gradients_caption"), legend=legend)
    return section(text("report.gradients"), explanation, tag("div", framed, class_="pair"))


def shown_parameters(names: Sequence[str]) -> list[str]:
    """All parameters, or the weights alone where there are many.

    >>> shown_parameters(["0.weight", "0.bias"])
    ['0.weight', '0.bias']
    """
    if len(names) <= MOST_PARAMETERS:
        return list(names)
    return [name for name in names if name.endswith("weight")]


def layer_colours(names: Sequence[str]) -> list[str]:
    """A colour for each parameter, the same for those of one layer."""
    layers = list(dict.fromkeys(name.rpartition(".")[0] for name in names))
    depth = np.linspace(0, 2, len(layers)) if len(layers) > 1 else np.zeros(1)
    channels = [np.interp(depth, (0, 1, 2), channel) for channel in _FROM_INPUT_TO_OUTPUT.T]
    colours = {
        layer: "#{:02x}{:02x}{:02x}".format(*rgb)
        for layer, rgb in zip(layers, np.rint(np.stack(channels, axis=1)).astype(int), strict=True)
    }
    return [colours[name.rpartition(".")[0]] for name in names]
