"""The page of `gradiente explain --html`: a training step whose numbers can be expanded into terms."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from gradiente.formatting import column, count, number
from gradiente.html import Markup, formula, tag
from gradiente.locale import get_language, text
from gradiente.reporting.explanation_data import Index, Shown, has_finite_differences, opened, shown
from gradiente.reporting.html import page, section
from gradiente.serialization import written
from gradiente.storage import json_text, write_atomically
from gradiente.trace import Quantity, Trace
from gradiente.views.bundle import STATIC, bundle, texts
from gradiente.views.trace_text import parts

_STYLE = Path(__file__).with_name("explanation.css")
_SCRIPT = "explanation.js"


def write_explanation(path: str | Path, step: Trace, *, data: str, notes: Sequence[str] = ()) -> None:
    """Write the page, in the language in use.

    Arguments:
        data: the name of the step's data
        notes: sentences at the top of the page

    Errors: FileError where the file cannot be written
    """
    quantities = shown(step)
    cut = [one for one in quantities.values() if not one.is_complete]
    if cut:
        numbers = count(sum(one.quantity.value.size for one in quantities.values()))
        names = ", ".join(one.quantity.name for one in cut)
        notes = [*notes, text("explain.page.cut", numbers=numbers, names=names)]
    if not has_finite_differences(step):
        notes = [*notes, text("explain.page.undifferenced")]
    content = tag(
        "div",
        _contents(step),
        *(_part(name, found, quantities) for name, found in parts(step).items()),
        class_="quantities",
    )
    body = [
        _headline(step, data, notes),
        tag("div", content, _panel(), class_="explained"),
        _embedded(
            {"language": get_language(), "texts": texts(_SCRIPT), "quantities": opened(step, quantities)}
        ),
        tag("script", Markup(bundle(_SCRIPT)), type="module"),
    ]
    style = "".join(path.read_text(encoding="utf-8") for path in (STATIC / "number.css", _STYLE))
    write_atomically(path, page(f"gradiente explain {data}", body, style=style))


def _headline(step: Trace, data: str, notes: Sequence[str]) -> Markup:
    whole = step.to_dict()
    instances = step["X"].shape[-1 if step.columns else 0]
    facts = {
        "loss": whole["loss"],
        "optimizer": whole["optimizer"],
        "instances": text(
            "explain.page.columns" if step.columns else "explain.page.rows", count=count(instances)
        ),
    }
    return tag(
        "header",
        tag("p", "gradiente explain", class_="kicker"),
        tag("h1", text("explain.page.title", data=data)),
        tag(
            "dl",
            *(
                tag("div", tag("dt", text(f"explain.page.{name}")), tag("dd", value))
                for name, value in facts.items()
                if value
            ),
        ),
        *(tag("p", note, class_="stopped") for note in notes),
        tag("p", text("explain.page.reading"), class_="note"),
        tag(
            "details",
            tag("summary", text("explain.page.how")),
            tag("p", text("explain.page.symbols")),
            tag("p", text("explain.page.keys")),
        ),
        tag("noscript", tag("p", text("explain.page.noscript"), class_="stopped")),
    )


def _contents(step: Trace) -> Markup:
    """A link to every quantity."""
    places = {name: place for place, name in enumerate(step.names)}
    rows = [
        tag(
            "p", tag("b", text(f"explain.part.{part}")), *(_link(one.name, places[one.name]) for one in found)
        )
        for part, found in parts(step).items()
    ]
    return tag("nav", *rows, aria_label=text("explain.page.contents"))


def _part(name: str, found: Sequence[Quantity], quantities: dict[str, Shown]) -> Markup:
    blocks = [_quantity(quantities[quantity.name], quantities) for quantity in found]
    return section(text(f"explain.part.{name}"), *blocks)


def _quantity(one: Shown, quantities: dict[str, Shown]) -> Markup:
    """Name, formula, where it came from, and its numbers."""
    quantity = one.quantity
    facts: list[object] = [tag("code", quantity.name)]
    if quantity.shape:
        facts.append(tag("span", "×".join(map(str, quantity.shape))))
    if quantity.role == "parameter" and quantity.parameter is not None:
        facts.append(tag("code", quantity.parameter))
    if quantity.role == "output" and quantity.layer is not None:
        facts.append(tag("code", written(quantity.layer)))
    lines = [tag("div", formula(quantity.formula), class_="formula")] if quantity.formula else []
    if quantity.sources:
        links = [_link(name, quantities[name].place) for name in quantity.sources]
        lines.append(tag("p", text("explain.page.from"), *links, class_="from"))
    if not one.is_complete:
        low, high = (number(float(end)) for end in (quantity.value.min(), quantity.value.max()))
        size = "×".join(map(str, one.extent))
        lines.append(tag("p", text("explain.page.corner", size=size, low=low, high=high), class_="from"))
    title = tag("h3", formula(quantity.latex), tag("span", *facts, class_="facts"))
    return tag("article", title, *lines, *_tables(one), id=f"q{one.place}")


def _tables(one: Shown) -> Iterator[Markup]:
    """The numbers as a matrix; of more than two axes one for every place on the first ones."""
    values = one.values
    if values.ndim <= 2:
        yield _table(one, values, ())
        return
    for place in np.ndindex(*values.shape[:-2]):
        yield tag("p", f"[{','.join(map(str, place))},·,·]", class_="from")
        yield _table(one, values[place], place)


def _table(one: Shown, values: np.ndarray, before: Index) -> Markup:
    matrix = np.atleast_2d(values)
    cells = [column(matrix[:, j]) for j in range(matrix.shape[1])]
    rows = []
    for i, written_row in enumerate(zip(*cells, strict=True)):
        head = [tag("th", i, scope="row")] if values.ndim == 2 else []
        row = (*before, i) if values.ndim == 2 else before
        links = [
            _number(one, (*row, j) if values.ndim else row, written_number)
            for j, written_number in enumerate(written_row)
        ]
        rows.append(tag("tr", *head, *links))
    corner = [tag("td")] if values.ndim == 2 else []
    top = [tag("tr", *corner, *(tag("th", j, scope="col") for j in range(len(cells))))] if values.ndim else []
    label = one.quantity.label + (f" [{','.join(map(str, before))},·,·]" if before else "")
    return tag(
        "div",
        tag("table", tag("thead", *top), tag("tbody", *rows), aria_label=label),
        class_="scroll numbers",
    )


def _number(one: Shown, index: Index, shown_as: str) -> Markup:
    anchor = one.anchor(index)
    return tag("td", tag("a", shown_as, id=anchor, href=f"#{anchor}"))


def _link(name: str, place: int) -> Markup:
    return tag("a", name, href=f"#q{place}")


def _panel() -> Markup:
    """Where a number opens."""
    return tag(
        "aside",
        tag("button", "×", type="button", id="close", aria_label=text("explain.page.close")),
        tag(
            "div",
            tag("h2", text("explain.page.panel")),
            tag("p", text("explain.page.hint"), class_="note"),
            id="opened-number",
        ),
        id="opened",
        aria_label=text("explain.page.panel"),
    )


def _embedded(data: object) -> Markup:
    # No text in it may end the script element.
    return tag("script", Markup(json_text(data).replace("<", "\\u003c")), type="application/json", id="data")
