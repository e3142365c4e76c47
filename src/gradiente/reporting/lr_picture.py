"""The picture of a search for the learning rate."""

import io

from gradiente.reporting.plot import ACCENT, MUTED, PAPER, axes
from gradiente.training.lr_search import LRSearch


def lr_picture(search: LRSearch) -> bytes:
    """The losses over the rates, with the suggestion, as a PNG."""
    file = io.BytesIO()
    with axes(640, 360) as plot:
        plot.set_prop_cycle(color=[MUTED, ACCENT])
        search.plot(plot)
        plot.figure.savefig(  # pyright: ignore[reportAttributeAccessIssue]
            file, format="png", dpi=144, facecolor=PAPER, bbox_inches="tight", metadata={"Software": None}
        )
    return file.getvalue()
