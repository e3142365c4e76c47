"""Shows a network, a traced step or a history in a notebook."""

from gradiente.errors import ArgumentError
from gradiente.network import Network
from gradiente.trace import Trace
from gradiente.training.history import History
from gradiente.views.curves import view_of_records
from gradiente.views.structure import view_of_network
from gradiente.views.traced import view_of_trace
from gradiente.views.view import View
from gradiente.views.widget import Displayed


def show(what: Network | Trace | History) -> None:
    """Show a network with its weights, a traced step whose numbers open, or the curves of a history.

    In a notebook it is a widget, by the package anywidget, and behind it what a saved notebook keeps: a table, the
    quantities with their numbers, a picture; elsewhere it is printed.

    Errors: ArgumentError for anything else

    >>> import gradiente as gr
    >>> gr.show(gr.History())
    No epoch has been finished yet.
    """
    Displayed(_view_of(what))


def _view_of(what: object) -> View:
    if isinstance(what, Network):
        return view_of_network(what)
    if isinstance(what, Trace):
        return view_of_trace(what)
    if isinstance(what, History):
        return view_of_records(what.records)
    raise ArgumentError("show.what", got=type(what).__name__)
