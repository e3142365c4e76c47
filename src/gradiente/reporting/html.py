"""HTML as nested calls, in which plain text is escaped unless it is Markup already."""

import html
from collections.abc import Iterable, Sequence
from pathlib import Path

from gradiente.locale import get_language, text

_STYLE = Path(__file__).with_name("report.css")
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


def section(title: str, *children: object, style: str | None = None) -> Markup:
    """A part of the report under its heading."""
    return tag("section", tag("h2", title), *children, style=style)


def figure(picture: Markup, caption: object, *, legend: Iterable[Markup] = (), class_: str = "") -> Markup:
    """A picture with its title above, and its legend."""
    keys = join(legend)
    title = tag("figcaption", tag("span", caption), tag("span", keys, class_="legend") if keys else "")
    return tag("figure", title, picture, class_=class_ or None)


def key(label: object, *, shape: str, style: str | None = None) -> Markup:
    """One entry of a legend: a "line", "dot", "ring" or "patch" of that style, and what it stands for."""
    return tag("span", tag("i", class_=f"key {shape}", style=style), label)


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


def page(title: str, sections: Iterable[Markup], *, style: str = "") -> str:
    """The whole file, with its style in it, and what one kind of page adds to that."""
    style = Markup(_STYLE.read_text(encoding="utf-8") + style)
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", style),
    )
    footer = tag("footer", text("report.footer"))
    body = tag("body", tag("main", Markup("\n".join(sections))), footer)
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang=get_language())}\n"
