"""A view in a notebook: as a widget where anywidget is installed, and always as what a saved notebook keeps."""

from functools import cache
from typing import Any

from gradiente.locale import get_language
from gradiente.views.bundle import STATIC, bundle, texts
from gradiente.views.view import View

_STYLES = ("base", "curves", "network", "number", "trace_view")


class Displayed:
    """A view where it is displayed: in a cell's output, or printed where no notebook is.

    Arguments:
        view: to display, at once
    """

    def __init__(self, view: View) -> None:
        self._widget = _widget_of(view)
        self._handle: Any = None
        try:
            from IPython.display import display
        except ImportError:
            print(view)
        else:
            self._handle = display(self._widget or view, display_id=True)

    def update(self, view: View, *, last: bool) -> None:
        """Show another state.

        Arguments:
            last: whether it is what a saved notebook keeps
        """
        if self._widget is not None:
            self._widget.shown = view
            self._widget.content = dict(view.state)
        if self._handle is not None and (last or self._widget is None):
            self._handle.update(self._widget or view)


def _widget_of(view: View) -> Any:
    """None where anywidget is missing."""
    try:
        kind = _widget_class()
    except ImportError:
        return None
    return kind(view)


@cache
def _widget_class() -> Any:
    from anywidget import AnyWidget
    from traitlets import Dict, Unicode

    class Widget(AnyWidget):
        """A view of widget.js, with its state."""

        _esm = f"{bundle('widget.js')}export default {{ render: show }};\n"
        _css = _style()
        view = Unicode().tag(sync=True)
        content = Dict().tag(sync=True)
        language = Unicode().tag(sync=True)
        texts = Dict().tag(sync=True)

        def __init__(self, shown: View) -> None:
            self.shown = shown
            super().__init__(
                view=shown.name,
                content=dict(shown.state),
                language=get_language(),
                texts=texts("widget.js"),
            )
            self.on_msg(self._asked)

        def __repr__(self) -> str:
            return self.shown.text

        def _repr_mimebundle_(self, **kwargs: Any) -> Any:
            data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
            return {**data, "text/html": self.shown.html, "text/plain": self.shown.text}, metadata

        def _asked(self, _widget: Any, asked: Any, _buffers: Any) -> None:
            for answer in self.shown.answer(asked) if self.shown.answer else ():
                self.send(answer)

    return Widget


def _style() -> str:
    """The style of the views, which holds inside the widget alone."""
    *views, own = ((STATIC / f"{name}.css").read_text(encoding="utf-8") for name in (*_STYLES, "widget"))
    return f".gradiente {{\n{''.join(views)}}}\n{own}"
