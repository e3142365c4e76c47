"""Step by step in a real browser: the numbers of the trace, a factor that leads on, and where the focus is."""

import re

import numpy as np
import pytest
from tests.lab.runs import MOONS, moons
from tests.views.written import read

PLACE = f"{MOONS}&room=steps&step=7"


def traced():
    """The same step without a page."""
    return moons(7).next_step().trace


def test_every_quantity_has_the_numbers_of_the_trace(opened):
    page = opened(PLACE)
    page.locator(".chain button").first.wait_for()
    known = traced()
    assert (
        page.locator(".chain button").evaluate_all("all => all.map(one => one.dataset.name)") == known.names
    )
    for name in ("W[1]", "Z[1]", "dW[2]", "W[2]⁺"):
        page.locator(f".chain [data-name='{name}']").click()
        page.locator(f".matrix[aria-label='{known[name].label}']").wait_for()
        numbers = [read(words) for words in page.locator(".matrix button").all_inner_texts()]
        np.testing.assert_allclose(numbers, known[name].value.ravel(), rtol=1e-3)


def test_a_factor_leads_to_its_number(opened):
    page = opened(f"{PLACE}&at=dW[2]&open=0,1")
    link = page.locator(".terms .link").filter(has_text="a[5,1]")
    kept = link.element_handle()
    page.locator(".witnesses td", has_text=re.compile(r"\d")).nth(3).wait_for()  # PyTorch's value comes later
    assert kept.evaluate("link => link.isConnected")
    link.click()
    page.wait_for_function(
        "document.querySelector('.panel .opened')?.textContent.startsWith('A[1] [5,1] = ')"
    )
    page.wait_for_function("document.activeElement.matches('.panel .opened')")
    value = read(page.inner_text(".panel .opened").partition(" = ")[2])
    assert value == pytest.approx(traced()["A[1]"].value[5, 1], rel=1e-9)
    assert page.locator(".matrix [aria-current]").get_attribute("data-place") == "5,1"


def test_the_focus_goes_into_a_number_and_comes_back(opened):
    page = opened(f"{PLACE}&at=W[1]")
    page.locator(".matrix button").first.wait_for()
    page.keyboard.press("Enter")
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.dataset.place") == "1,1"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('.panel .opened')")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.querySelector('.panel .opened')")
    page.wait_for_function("document.activeElement.dataset.place === '1,1'")


@pytest.mark.parametrize("width", [360, 1440])
def test_it_fits_the_window(opened, width):
    page = opened(f"{PLACE}&at=dW[1]&open=2,1", viewport={"width": width, "height": 800})
    page.locator(".panel .opened").wait_for()
    parts = page.locator(".trace, .trace > *")
    assert all(parts.evaluate_all("all => all.map(one => one.scrollWidth <= one.clientWidth)"))
