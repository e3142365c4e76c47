"""What pages are made of: a whole page with its style, and its parts."""

from collections.abc import Iterable
from pathlib import Path

from gradiente.html import Markup, join, tag
from gradiente.locale import get_language, text

_STYLE = Path(__file__).with_name("report.css")


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
