import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import numpy as np
import pytest

from gradiente import Adam, CrossEntropyLoss, Linear, Network, Tanh
from gradiente.locale import set_language
from gradiente.parity import BOUNDS, Parity, TrainingSetup, compare_concepts, follow, title
from gradiente.reporting.certificate import concepts, digits, write_certificate


@cache
def equal():
    """All concepts, and two small trajectories; it is only read."""
    generator = np.random.default_rng(0)
    setup = TrainingSetup(
        network=Network([Linear(5, 4), Tanh(), Linear(4, 3)], dtype="float64"),
        loss=CrossEntropyLoss(),
        optimizer=Adam(),
        data="five <numbers>",
        x=generator.normal(size=(20, 5)),
        y=generator.integers(3, size=20),
        batch_size=8,
    )
    return Parity(compare_concepts(), [follow(setup, 12), follow(setup, 1)])


@cache
def unequal():
    """One layer is wrong without end, and a trajectory drifts over its bound."""
    done, first = equal(), equal().concepts[0]
    example = first.examples[0]
    wrong = replace(example.differences[0], closed_form=float("nan"), absolute=np.inf, relative=np.inf)
    broken = replace(first, examples=(replace(example, differences=(wrong,)), *first.examples[1:]))
    trajectory = done.trajectories[0]
    drift = [replace(entry, relative=1e-6 * 10**step) for step, entry in enumerate(trajectory.drift)]
    return Parity([broken, *done.concepts[1:]], [replace(trajectory, drift=tuple(drift))])


class Balanced(HTMLParser):
    """Whether every element is closed where it should be, and what a reader sees."""

    def __init__(self, page):
        super().__init__()
        self.open, self.seen, self.kinds = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.kinds.append(tag)
        if tag not in ("meta", "path", "use", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("path", "use", "rect"):
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.seen.append(data)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("make", [equal, unequal])
def test_the_page_holds_all_of_it(make, language, tmp_path):
    set_language(language)
    done = make()
    write_certificate(tmp_path / "page.html", done)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    parsed = Balanced(page)
    assert parsed.open == []
    words = "".join(parsed.seen)
    assert all(line in words for line in (*done.failures(), done.verdict(), done.agreeing()))
    for concept in done.concepts:
        example, worst = concept.worst
        assert concept.name in words
        if worst.relative:
            assert {worst.place(), worst.size(), example.label()} <= set(parsed.seen)
    assert all(title(kind) in words for kind in BOUNDS)
    for trajectory in done.trajectories:
        assert trajectory.setup.heading() in words
        assert trajectory.outcome() in words
        for entry in trajectory.differences:
            assert f"{entry.closed_form:.17g}" in words
            assert f"{entry.pytorch:.17g}" in words
    assert parsed.kinds.count("svg") == 2 * len(done.trajectories) + len(BOUNDS)
    assert not re.search(r"""(src|href)=["'](?!#)|url\((?!#)|@import|https?://(?!www\.w3\.org)""", page)


def test_the_colours_are_those_of_the_page_on_light_and_on_dark(tmp_path):
    write_certificate(tmp_path / "page.html", equal())
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    pictures = "".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    assert not re.search(r"#[0-9a-f]{6}", pictures)
    assert {"var(--accent)", "var(--warm)", "var(--ink)"} <= set(re.findall(r"var\(--\w+\)", pictures))
    assert "prefers-color-scheme: dark" in page


def test_what_differs_is_marked():
    passed, failed = (concepts("layer", done.of_kind("layer")) for done in (equal(), unequal()))
    assert ("✗" in passed, failed.count("✗")) == (False, 1)
    assert (passed.count("✓"), failed.count("✓")) == (len(equal().of_kind("layer")), passed.count("✓") - 1)


def test_a_dot_for_every_quantity():
    kind = equal().of_kind("loss")
    dots = re.findall("<use ", concepts("loss", kind))
    quantities = sum(len(example.differences) for concept in kind for example in concept.examples)
    ticks = len(re.findall(r"<text", concepts("loss", kind)))
    assert len(dots) == quantities + ticks - len(
        kind
    )  # a tick's mark is one too; the names at the left have none


@pytest.mark.parametrize(
    ("value", "other", "alike", "rest"),
    [
        (0.1, 0.1, "0.10000000000000001", ""),
        (0.1, np.nextafter(0.1, 1), "0.1000000000000000", "1"),
        (-1.5, 1.5, "", "-1.5"),
        (200.0, 200.0, "200", ""),
        (0.25, 0.25000000000000006, "0.25", ""),
        (float("nan"), 1.0, "", "nan"),
    ],
)
def test_digits_that_differ_stand_out(value, other, alike, rest):
    found = re.fullmatch(r'<code>(.*?)(?:<span class="warm">(.*)</span>)?</code>', digits(value, other))
    assert found is not None
    assert (found[1], found[2] or "") == (alike, rest)
