"""The page of a step in a real browser: from a file, without a network, with mouse, keyboard and a narrow window."""

import numpy as np
import pytest
from tests.views.written import read

from gradiente import Adam, BatchNorm1d, BCELoss, Linear, MSELoss, Network, Sigmoid, trace
from gradiente.locale import set_language
from gradiente.reporting.explanation_data import shown
from gradiente.reporting.explanation_page import write_explanation


def step():
    network = Network([Linear(3, 4), BatchNorm1d(4), Sigmoid(), Linear(4, 1), Sigmoid()], seed=1)
    x = np.array([[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    return trace(network, BCELoss(), x, np.array([[0.0], [1], [1], [0]]), optimizer=Adam())


@pytest.fixture
def opened(browser, tmp_path):
    """Opens the page in that window, offline; afterwards nothing was requested and no script failed."""
    contexts, wrong = [], []

    def open_page(place="", traced=None, **window):
        write_explanation(tmp_path / "step.html", traced or step(), data="xor")
        contexts.append(browser.new_context(offline=True, **window))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("request", lambda request: request.url.startswith("file:") or wrong.append(request.url))
        page.goto((tmp_path / "step.html").as_uri() + place)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def anchor(name, *index):
    return shown(step())[name].anchor(index)


def number(page, name, *index):
    return page.locator(f"[id='{anchor(name, *index)}']")


# What the panel says of every number, by the number's id; clicks of the mouse would take half a minute.
TOLD = """
  [...document.querySelectorAll(".numbers a")].map(link => {
    link.click();
    const [terms, witnesses] = document.querySelectorAll("#opened table");
    const column = (table, part, place) =>
      table ? [...table.querySelectorAll(part + " tr")].map(row => row.cells[place].textContent) : [];
    return {
      id: link.id,
      title: document.querySelector("#opened h2").textContent,
      products: column(terms, "tbody", 1),
      total: column(terms, "tfoot", 1),
      witnesses: column(witnesses, "tbody", 1),
    };
  })
"""


def test_every_number_opens_into_terms_that_make_it(opened):
    known = step()
    found = {one.pop("id"): one for one in opened().evaluate(TOLD)}
    for one in shown(known).values():
        for index in one.indices():
            entry, panel = known.entry(one.quantity.name, *index), found.pop(one.anchor(index))
            place = f" [{','.join(map(str, index))}]" if index else ""
            name, _, value = panel["title"].partition(" = ")
            assert name == one.quantity.label + place
            assert read(value) == pytest.approx(entry.value, rel=1e-9)
            expected = [term.value for term in entry.terms]
            assert [read(words) for words in panel["products"]] == pytest.approx(expected, rel=1e-9)
            expected = [entry.total] if entry.opened else []
            assert [read(words) for words in panel["total"]] == pytest.approx(expected, rel=1e-9)
            expected = [who for who in (entry.finite_difference, entry.torch) if who is not None]
            assert [read(words) for words in panel["witnesses"]] == pytest.approx(expected, rel=1e-9)
    assert not found


@pytest.mark.parametrize(("language", "group"), [("en", ","), ("es", "\u202f")])
def test_large_numbers_are_grouped_as_the_reader_does(opened, language, group):
    set_language(language)
    large = trace(
        Network([Linear(2, 1)], seed=0), MSELoss(), np.array([[-12345.5, 9999.5]]), np.zeros((1, 1))
    )
    page = opened(traced=large)
    titles = []
    for cell in page.locator(f"#q{shown(large)['X'].place} .numbers a").all():
        cell.click()
        titles.append(page.locator("#opened h2").text_content())
    assert titles == [f"X [0,0] = −12{group}345.5", "X [0,1] = 9999.5"]


def test_a_factor_leads_to_its_number_and_back(opened):
    page = opened()
    number(page, "dW[2]", 0, 1).click()
    first = page.locator("#opened h2").text_content()
    page.locator("#opened a", has_text="a[2,1]").click()
    assert page.locator("#opened h2").text_content().startswith("A[1] [2,1] = ")
    assert page.url.endswith("#" + anchor("A[1]", 2, 1))
    page.go_back()
    assert page.locator("#opened h2").text_content() == first
    page.reload()
    assert page.locator("#opened h2").text_content() == first


def test_the_keyboard_is_enough(opened):
    page = opened()
    focused = "document.activeElement.id"
    number(page, "W[1]", 0, 0).focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    assert page.evaluate(focused) == anchor("W[1]", 1, 1)
    page.keyboard.press("Enter")
    assert page.locator("#opened h2").text_content().startswith("W[1] [1,1]")
    assert page.evaluate("document.activeElement.matches('#opened h2')")
    page.keyboard.press("Escape")
    assert page.evaluate(focused) == anchor("W[1]", 1, 1)
    assert "#" not in page.url
    stops = page.locator(".numbers table").evaluate_all(
        "tables => tables.map(t => t.querySelectorAll('a[tabindex=\"0\"]').length)"
    )
    assert set(stops) == {1}


def test_the_paths_of_a_normalization_are_in_the_language_of_the_page(opened):
    set_language("es")
    page = opened()
    number(page, "dZ[1]", 0, 0).click()
    assert "por la varianza" in page.locator("#opened").text_content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_number_stays_in_sight(opened, scheme):
    place = anchor("dX", 3, 2)
    page = opened(f"#{place}", viewport={"width": 360, "height": 700}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box, panel = page.locator(f"[id='{place}']").bounding_box(), page.locator("#opened").bounding_box()
    assert 0 <= box["y"] < box["y"] + box["height"] <= panel["y"]
    assert panel["y"] + panel["height"] == pytest.approx(700)
    page.locator("#close").click()
    assert not page.locator("#opened").is_visible()


def test_without_scripts_the_values_are_there_to_read(opened):
    page = opened(java_script_enabled=False)
    assert page.locator("noscript p").is_visible()
    assert number(page, "dW[2]", 0, 1).is_visible()
