import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import numpy as np
import pytest

from gradiente.comparison import REMEDIES, Row, SeedResult, compare
from gradiente.data import load
from gradiente.layers import Linear
from gradiente.locale import set_language
from gradiente.network import Network
from gradiente.reporting.comparison import curves, dots, mean_and_spread, scores, write_comparison


@cache
def small():
    """Every remedy with two seeds; it is only read."""
    return compare(*load("digits"), samples=40, seeds=[0, 1], epochs=4, hidden=(8,))


@cache
def flowers():
    return compare(*load("iris"), seeds=[0], epochs=1, hidden=(4,))


class Balanced(HTMLParser):
    """Whether every element is closed where it should be, and what a reader sees."""

    def __init__(self, page):
        super().__init__()
        self.open, self.seen, self.kinds = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.kinds.append(tag)
        if tag not in ("meta", "br", "img", "path", "use", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("path", "use", "rect"):
            assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.seen.append(data)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("comparison", [small, flowers])
def test_the_page_holds_all_of_it(comparison, language, tmp_path):
    set_language(language)
    done = comparison()
    write_comparison(tmp_path / "page.html", done)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    parsed = Balanced(page)
    assert parsed.open == []
    words = "".join(parsed.seen)
    for row in done.rows:
        assert row.remedy.label() in words
        assert row.remedy.does() in words
        assert all(row.words(part) in words for part in ("train", "validation", "test", "gap", "test_loss"))
    assert done.facts() in words
    assert (done.verdict() or "") in words
    assert (done.without() or "") in words
    assert parsed.kinds.count("svg") == len(done.rows) + 1
    assert not re.search(r"""(src|href)=["'](?!#)|url\((?!#)|@import|https?://(?!www\.w3\.org)""", page)


def test_the_best_is_marked_once():
    table = scores(small())
    assert table.count("★") == 2  # in the legend and in its row
    best = small().best()
    assert f"<strong>★ {best.words('test')}</strong>" in table


def test_every_panel_has_the_same_axes():
    """The labels along both axes are the same in all of them."""
    panels = re.findall(r"<svg.*?</svg>", curves(small()), re.DOTALL)
    assert len(panels) == len(REMEDIES)
    labels = [re.findall(r"<text[^>]*>([^<]*)</text>", panel) for panel in panels]
    assert all(other == labels[0] for other in labels)


def test_the_chosen_epochs_are_marked_where_the_network_goes_back():
    assert "the epoch restored" in curves(small())
    without = replace(small(), rows=[row for row in small().rows if row.remedy.name != "early-stopping"])
    assert 'class="key dot"' not in curves(without)


def test_the_picture_of_the_scores_says_what_it_shows():
    best = small().best()
    assert f"{best.remedy.title()}: {best.words('test')}" in dots(small())


def test_a_seed_that_stopped_stays_where_it_went_back_to():
    network = Network([Linear(1, 1)])
    outcomes = [
        SeedResult(0, network, 2, {}, {"validation": [3.0, 1.0, 2.0]}),
        SeedResult(1, network, 5, {}, {"validation": [5.0, 4.0, 3.0, 2.0, 1.0]}),
    ]
    mean, spread = mean_and_spread(Row(REMEDIES[1], "accuracy", outcomes), "validation", 5)
    assert mean.tolist() == [4.0, 2.5, 2.5, 1.5, 1.0]
    np.testing.assert_allclose(spread, np.array([2, 3, 1, 1, 0]) / np.sqrt(2))


def test_one_seed_has_a_line_without_a_band():
    _, spread = mean_and_spread(flowers().rows[0], "train", 1)
    assert spread.tolist() == [0.0]
