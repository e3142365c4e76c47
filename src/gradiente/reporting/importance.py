"""Which columns of a table the accuracy comes from, as bars."""

from gradiente.attribution import permutation_importance
from gradiente.data import Dataset
from gradiente.formatting import measure_name, measure_value, short
from gradiente.html import Markup, tag
from gradiente.locale import text
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.reporting.html import figure, section
from gradiente.reporting.plot import ACCENT, INK, axes, svg

MOST = 15  # columns that are shown
FEWEST_COLUMNS, FEWEST_ROWS = 3, 10
MOST_PRODUCTS = 2e9  # weights × instances × shuffles: about a second
REPEATS = 5
ROW = 26  # pixels


def importance(network: Network, loss: Loss, test: Dataset) -> Markup | None:
    """How much lower accuracy or R² is with a column shuffled; None for pictures, and where it would take long."""
    columns = test.x.shape[1] if test.x.ndim == 2 else 0
    products = network.theta.size * min(len(test), 2000) * REPEATS * columns
    few = columns < FEWEST_COLUMNS or len(test) < FEWEST_ROWS
    if test.image_shape is not None or few or products > MOST_PRODUCTS or network.takes_indices:
        return None
    found = permutation_importance(network, loss, test, repeats=REPEATS)
    ranked = found.ranked()[:MOST]
    with axes(520, ROW * len(ranked) + 60) as plot:
        names, means, deviations = zip(*ranked, strict=True)
        plot.barh(
            range(len(names)), means, xerr=deviations, color=ACCENT, ecolor=INK, error_kw={"linewidth": 1}
        )
        plot.set_yticks(range(len(names)), names, color=INK)
        plot.invert_yaxis()
        plot.grid(False)
        plot.axvline(0, color=INK, linewidth=1)
        plot.xaxis.set_major_formatter(lambda value, _: short(value))
        picture = svg(plot, text("report.importance_alt", first=names[0]), tight=True, in_pixels=True)
    words = {"measure": measure_name(found.measure), "score": measure_value(found.measure, found.score)}
    note = tag("p", text("report.importance_explained", repeats=REPEATS, **words), class_="note")
    caption = text("report.importance_title", measure=words["measure"])
    return section(text("report.importance"), note, figure(picture, caption, class_="wide"))
