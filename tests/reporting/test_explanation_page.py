"""The page of a step as a file: complete, on its own, and every link of it leads somewhere."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from gradiente import (
    Adam,
    BCELoss,
    Conv2d,
    CrossEntropyLoss,
    Flatten,
    Linear,
    MSELoss,
    Network,
    Sigmoid,
    trace,
)
from gradiente.errors import FileError
from gradiente.formatting import column
from gradiente.locale import set_language, text
from gradiente.reporting.explanation_data import opened, shown
from gradiente.reporting.explanation_page import write_explanation

VOID = {"meta"}


class Page(HTMLParser):
    """Its elements, whether they are balanced, its texts, links and ids."""

    def __init__(self, source):
        super().__init__()
        self.source, self.open, self.ids, self.links, self.words = source, [], [], {}, []
        self.scripts, self.kinds = {}, []
        self._anchor = None
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.kinds.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self._anchor = given
            self.links.setdefault(given["href"], [])
        if tag not in VOID:
            self.open.append((tag, given))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        tag, given = self.open[-1] if self.open else ("", {})
        if tag == "script":
            self.scripts[given.get("id", "code")] = data
        elif tag != "style":
            self.words.append(data)
        if tag == "a" and self._anchor and "id" in self._anchor:
            self.links[self._anchor["href"]].append(data)


def dense(**options):
    network = Network([Linear(3, 4), Sigmoid(), Linear(4, 1), Sigmoid()], seed=1)
    x = np.array([[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    return trace(network, BCELoss(), x, np.array([[0.0], [1], [1], [0]]), optimizer=Adam(), **options)


def images():
    network = Network([Conv2d(1, 2, 3), Flatten(), Linear(8, 3)], seed=1)
    x = np.random.default_rng(0).normal(size=(2, 1, 4, 4))
    return trace(network, CrossEntropyLoss(), x, np.array([0, 2]))


def large():
    network = Network([Linear(300, 70), Linear(70, 3)], seed=1)
    return trace(network, CrossEntropyLoss(), np.ones((2, 300)), np.array([0, 2]))


def written(folder, step, **options):
    write_explanation(folder / "step.html", step, data="xor", **options)
    return Page((folder / "step.html").read_text(encoding="utf-8"))


every_step = pytest.mark.parametrize("make", [dense, lambda: dense(columns=True), images, large])


@every_step
def test_every_number_is_a_link_of_its_own(make, tmp_path):
    step = make()
    page = written(tmp_path, step)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    for one in shown(step).values():
        for index in one.indices():
            anchor = one.anchor(index)
            assert anchor in page.ids
            values = np.atleast_2d(one.values[index[:-2]] if one.values.ndim > 2 else one.values)
            i, j = (0, 0, *index)[-2:] if one.values.ndim != 1 else (0, index[0])
            assert page.links[f"#{anchor}"] == [column(values[:, j])[i]]


@every_step
def test_every_link_leads_to_something_on_the_page(make, tmp_path):
    step = make()
    page = written(tmp_path, step)
    assert all(href.startswith("#") and href[1:] in page.ids for href in page.links)
    for place, quantity in enumerate(step):
        assert f"q{place}" in page.ids
        assert f"#q{place}" in page.links
        assert quantity.name in page.words
    factors = [
        coded
        for quantity in json.loads(page.scripts["data"])["quantities"]
        for entry in quantity["entries"].values()
        for _, *term in entry[1] or []
        for coded in term
    ]
    places = [coded[1:] if isinstance(coded[2], str) else coded[2:] for coded in factors if len(coded) > 2]
    assert places
    for place, where in places:
        assert f"n{place}" + (f".{where}" if where else "") in page.ids


@every_step
def test_the_embedded_numbers_are_those_of_the_step(make, tmp_path):
    step = make()
    found = json.loads(written(tmp_path, step).scripts["data"])["quantities"]
    assert found == json.loads(json.dumps(opened(step, shown(step))))


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_is_fetched_and_every_formula_is_set(language, tmp_path):
    set_language(language)
    page = written(tmp_path, dense())
    assert not re.search(r"https?://|//cdn|@import|url\(|\bsrc=|<link|fetch\(|XMLHttp", page.source)
    assert page.kinds.count("math") == sum(1 + bool(quantity.formula) for quantity in dense())
    assert "\\" not in "".join(page.words)
    assert f'lang="{language}"' in page.source
    assert {text("explain.part.forward"), text("explain.page.reading")} <= set(page.words)


def test_what_is_missing_is_said(tmp_path):
    page = written(tmp_path, large(), notes=["without <clip>"])
    words = "".join(page.words)
    assert "without <clip>" in words
    cut = [name for name, one in shown(large()).items() if not one.is_complete]
    assert cut
    assert ", ".join(cut) in words
    assert words.count("the first 8×8") == len([n for n in cut if shown(large())[n].extent == (8, 8)])
    assert "Only the first" not in "".join(written(tmp_path, dense()).words)


def test_text_cannot_end_the_script(tmp_path):
    write_explanation(tmp_path / "step.html", dense(), data="</script><script>alert(1)</script>")
    page = Page((tmp_path / "step.html").read_text(encoding="utf-8"))
    assert page.kinds.count("script") == 2


def test_a_number_that_is_none_is_null(tmp_path):
    network = Network([Linear(1, 1)], dtype="float64")
    network.theta[...] = [np.inf, 0.0]
    with np.errstate(all="ignore"):
        step = trace(network, MSELoss(), [[0.0]], [[1.0]])
        page = written(tmp_path, step)
    found = json.loads(page.scripts["data"])["quantities"][step.names.index("Z[1]")]
    assert found["entries"]["0.0"][0] is None
    assert page.links["#" + shown(step)["Z[1]"].anchor((0, 0))] == ["–"]


def test_a_file_that_cannot_be_written(tmp_path):
    with pytest.raises(FileError, match="nowhere"):
        write_explanation(tmp_path / "nowhere" / "step.html", dense(), data="xor")
