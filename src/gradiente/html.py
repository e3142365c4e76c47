"""HTML as nested calls, in which plain text is escaped unless it is Markup already."""

import html
from collections.abc import Iterable, Sequence

_VOID = frozenset({"img", "meta", "br"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """One element; an attribute `class_` or `stroke_width` is written class, stroke-width; None is left out.

    >>> tag("b", "x < y", class_="warm")
    '<b class="warm">x &lt; y</b>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def join(children: Iterable[object]) -> Markup:
    """One after the other; what is not Markup is escaped."""
    return Markup(
        "".join(child if isinstance(child, Markup) else html.escape(str(child)) for child in children)
    )


def table(
    header: Sequence[object], rows: Iterable[Sequence[object]], *, numeric: Iterable[int] = ()
) -> Markup:
    """A table; the columns whose numbers are `numeric` are aligned to the right."""
    right = set(numeric)

    def cells(kind: str, row: Sequence[object]) -> Markup:
        return tag("tr", *(tag(kind, c, class_="n" if i in right else None) for i, c in enumerate(row)))

    body = tag("tbody", *(cells("td", row) for row in rows))
    head = tag("thead", cells("th", header)) if header else ""
    return tag("div", tag("table", head, body), class_="scroll")


def formula(latex: str) -> Markup:
    """LaTeX as MathML, which browsers set without help."""
    from latex2mathml.converter import convert

    return Markup(convert(latex).replace(' xmlns="http://www.w3.org/1998/Math/MathML"', ""))
