"""The certificate of `gradiente parity`: one page that compares the closed forms with PyTorch."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gradiente.formatting import number, short
from gradiente.html import Markup, join, table, tag
from gradiente.locale import text
from gradiente.parity import BOUNDS, Concept, Difference, Parity, Trajectory, title
from gradiente.reporting.html import figure, key, page, section
from gradiente.reporting.plot import ACCENT, INK, MUTED, RULE, WARM, axes, log_scale, svg
from gradiente.storage import write_atomically
from gradiente.trace.naming import lecture_names
from gradiente.training.environment import versions

EPSILON = float(np.finfo(np.float64).eps)
SAME = 1e-18  # where a difference of exactly 0 is drawn on an axis of powers of ten
PACKAGES = {"gradiente": "gradiente", "numpy": "NumPy", "torch": "PyTorch"}


def write_certificate(path: str | Path, parity: Parity) -> None:
    """Write the page, in the language in use.

    Errors: FileError where the file cannot be written
    """
    sections = [headline(parity), *map(trajectory, parity.trajectories)]
    sections += [concepts(kind, parity.of_kind(kind)) for kind in BOUNDS]
    sections.append(
        section(text("parity.measured"), tag("p", text("parity.measured_explained"), class_="note"))
    )
    write_atomically(path, page(text("parity.title"), sections))


def headline(parity: Parity) -> Markup:
    """How many concepts agree, with which versions, and the result in a sentence."""
    installed = versions()
    facts = [(installed[package], name) for package, name in PACKAGES.items()]
    facts += [
        (parity.trajectories[0].steps, text("parity.steps")),
        (number(EPSILON, 2), text("parity.epsilon")),
    ]
    return tag(
        "header",
        tag("p", "gradiente parity", class_="kicker"),
        tag("h1", text("parity.title")),
        tag("p", tag("strong", parity.agreeing()), tag("span", text("parity.agree")), class_="result"),
        tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for value, name in facts)),
        *(tag("p", line, class_="stopped") for line in (*parity.failures(), parity.verdict())),
    )


def trajectory(done: Trajectory) -> Markup:
    """One training run on both engines: their difference, the loss on both, and every parameter's worst entry."""
    setup = done.setup
    lines = [setup.facts(), *setup.left_out(), done.outcome()]
    pictures = tag("div", _drift(done), _losses(done), class_="pair")
    names = ("parameter", "entry", "closed_form", "pytorch", "largest")
    header = [text(f"parity.{name}") for name in names]
    lecture = lecture_names(setup.network.nodes)
    rows = [_numbers(entry, lecture) for entry in done.differences]
    numbers = tag("p", text("parity.digits", steps=done.steps), class_="note", style="margin-top:1.6rem")
    return section(
        setup.heading(),
        *(tag("p", line, class_="note") for line in lines),
        pictures,
        numbers,
        table(header, rows, numeric=[4]),
    )


def concepts(kind: str, compared: list[Concept]) -> Markup:
    """Every quantity of every example as a dot, a line for each concept; and its worst as a row of a table."""
    legend = [
        key(text("parity.dot"), shape="dot"),
        key(text("parity.bound"), shape="line dashed", style="border-color:var(--warm)"),
        key("ε", shape="line second"),
    ]
    header = [text(f"parity.{name}") for name in (f"one.{kind}", "largest", "bound", "quantity")]
    rows = [_row(concept) for concept in compared]
    picture = figure(_dots(compared), text("parity.dots"), legend=legend, class_="dots")
    return section(title(kind), table([*header, ""], rows, numeric=[1, 2]), picture)


def _row(concept: Concept) -> list[object]:
    example, worst = concept.worst
    where = [tag("code", worst.place()), tag("small", example.label())] if worst.relative else []
    mark = "✓" if concept.passed else tag("strong", "✗", class_="warm")
    return [concept.name, worst.size(), short(concept.bound), join(where), mark]


def digits(value: float, other: float) -> Markup:
    """A number with all its digits; from the first on in which it differs from the other, they stand out.

    >>> digits(0.25, 0.25), digits(-1.5, -1.25)
    ('<code>0.25</code>', '<code>-1.<span class="warm">5</span></code>')
    """
    ours, theirs = f"{value:.17g}", f"{other:.17g}"
    differing = (place for place, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b)
    alike = next(differing, min(len(ours), len(theirs)))
    rest = [tag("span", ours[alike:], class_="warm")] if ours[alike:] else []
    return tag("code", ours[:alike], *rest)


def _numbers(entry: Difference, lecture: Mapping[str, str]) -> list[object]:
    pair = digits(entry.closed_form, entry.pytorch), digits(entry.pytorch, entry.closed_form)
    place = ", ".join(map(str, entry.entry))
    name = tag("code", lecture.get(entry.quantity, entry.quantity))
    if entry.quantity in lecture:
        name = join([name, tag("small", entry.quantity)])
    return [name, f"[{place}]" if place else "", *pair, entry.size()]


def _drift(done: Trajectory) -> Markup:
    drift = np.array([max(entry.relative, EPSILON / 10) for entry in done.drift])
    steps = np.arange(1, len(drift) + 1)
    top = 10 * max(done.bound, float(drift[np.isfinite(drift)].max(initial=done.bound)))
    with axes() as plot:
        log_scale(plot, EPSILON / 10, top)
        plot.set_ylim(EPSILON / 10, top)
        plot.axhline(done.bound, color=WARM, linestyle="--")
        plot.axhline(EPSILON, color=MUTED, linewidth=1)
        plot.plot(steps, drift, color=ACCENT, marker="o" if len(drift) == 1 else None)
        plot.set_xlabel(text("parity.step"))
        legend = [
            key(text("parity.drift_key"), shape="line"),
            key(text("parity.bound"), shape="line dashed", style="border-color:var(--warm)"),
            key("ε", shape="line second"),
        ]
        _, worst = done.worst
        alt = text("parity.drift_alt", largest=worst.size(), bound=short(done.bound))
        return figure(svg(plot, alt), text("parity.drift_title"), legend=legend)


def _losses(done: Trajectory) -> Markup:
    steps = np.arange(1, done.steps + 1)
    with axes() as plot:
        marker = "o" if done.steps == 1 else None
        plot.plot(steps, done.losses[:, 0], color=ACCENT, linewidth=6, alpha=0.35, marker=marker)
        plot.plot(steps, done.losses[:, 1], color=INK, linewidth=1.2, marker=marker)
        plot.set_xlabel(text("parity.step"))
        legend = [
            key("NumPy", shape="line", style="border-width:6px;opacity:.35"),
            key("PyTorch", shape="line", style="border-color:var(--ink)"),
        ]
        first, last, other = (number(float(value)) for value in (done.losses[0, 0], *done.losses[-1]))
        alt = text("parity.losses_alt", first=first, last=last, other=other)
        return figure(svg(plot, alt), text("parity.losses_title"), legend=legend)


def _dots(compared: list[Concept]) -> Markup:
    """Powers of ten across; 0 has its own place at the left."""
    bound = compared[0].bound
    found = [
        [e.relative for example in concept.examples for e in example.differences] for concept in compared
    ]
    finite = [value for row in found for value in row if np.isfinite(value)]
    right = 10 * max(bound, *finite)
    with axes(560, 22 * len(compared) + 60) as plot:
        plot.grid(False, axis="y")
        plot.set_xscale("log")
        plot.set_xlim(SAME / 3, right)
        for place, row in enumerate(found):
            values = np.clip(row, SAME, right)
            plot.axhline(place, color=RULE, linewidth=1, zorder=0)
            plot.plot(values, np.full(len(values), place), "o", color=ACCENT, markersize=6, alpha=0.45)
        plot.axvline(EPSILON, color=MUTED, linewidth=1)
        plot.axvline(bound, color=WARM, linestyle="--")
        powers = np.arange(-16, np.log10(right) + 0.5, 2)
        plot.minorticks_off()
        plot.set_xticks([SAME, *10.0**powers], ["0", *(short(float(f"1e{power:.0f}")) for power in powers)])
        plot.set_yticks(range(len(compared)), [concept.name for concept in compared], color=INK)
        plot.set_ylim(len(compared) - 0.4, -0.6)
        worst = max(compared, key=lambda concept: concept.worst[1].relative)
        alt = text("parity.dots_alt", name=worst.name, largest=worst.worst[1].size(), bound=short(bound))
        return svg(plot, alt, tight=True, in_pixels=True)
