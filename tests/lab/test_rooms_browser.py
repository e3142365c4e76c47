"""The rooms in a real browser: runs beside the first, any number opened, links, tours, a connection that was lost."""

import json
import re

import numpy as np
import pytest
from tests.lab.runs import MOONS, Line, at, link, moons
from tests.views.written import read

from gradiente.formatting import number


def test_a_number_of_the_next_step_is_opened_as_the_trace_has_it(opened):
    page = opened(f"{MOONS}&room=steps&step=12&at=dW[1]&open=2,1")
    page.locator(".panel h2").filter(has_text="[2,1]").wait_for()
    page.locator(".witnesses td", has_text=re.compile(r"\d")).nth(2).wait_for()
    entry = moons(12).next_step().trace.entry("dW[1]", 2, 1, torch=False)
    assert read(page.inner_text(".panel h2")) == pytest.approx(entry.value, rel=1e-7)
    assert page.locator(".terms tbody tr").count() == len(entry.terms)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.chain [aria-current]')?.title.includes('b[1]')")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator(".panel h2").filter(has_text="[0]").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_function("!document.querySelector('.panel h2')")


def test_two_futures_from_one_step_and_the_link_that_opens_them(opened):
    page = opened(f"{MOONS}&step=10")
    at(page, 10)
    page.click("#c-mode-fork")
    page.select_option("#c-optimizer", "SGD")
    page.wait_for_function("document.querySelectorAll('#maps figure:not(.wide)').length === 2")
    page.click("#step")
    at(page, 11)
    losses = page.locator("#measures dd").all_inner_texts()
    other = opened("#" + link(page, "step=11&"))
    at(other, 11)
    other.wait_for_function("document.querySelectorAll('#maps figure:not(.wide)').length === 2")
    other.wait_for_function("document.querySelectorAll('#measures dd').length > 0")
    assert other.locator("#measures dd").all_inner_texts() == losses
    page.locator("#maps button").click()
    page.wait_for_function("document.querySelectorAll('#maps figure:not(.wide)').length === 1")
    page.wait_for_function("!location.hash.includes('beside')")


def test_a_weight_is_edited_where_its_number_is_open(opened):
    page = opened(f"{MOONS}&room=steps&step=4&at=W[2]&open=0,1")
    page.locator("#new-value").fill("2.5")
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash.includes('beside')")
    edit = json.loads(page.evaluate("new URLSearchParams(location.hash.slice(1)).get('beside')"))
    assert edit == [
        {"at": 4, "changes": {}, "edit": {"parameter": "2.weight", "index": [0, 1], "value": 2.5}}
    ]
    page.click("#room-train")
    page.wait_for_function("document.querySelectorAll('#maps figure:not(.wide)').length === 2")


def test_points_that_are_drawn_are_trained_on(opened):
    page = opened("#name=xor", viewport={"width": 1280, "height": 1800})
    page.click("#own summary")
    pad = page.locator(".pad")
    box = pad.bounding_box()
    for place in (0.2, 0.8):
        page.mouse.move(box["x"] + place * box["width"], box["y"] + place * box["height"])
        page.mouse.down()
        for i in range(8):
            page.mouse.move(box["x"] + place * box["width"] + i, box["y"] + place * box["height"] + i)
        page.mouse.up()
        page.locator(".classes button").nth(1).click()
    page.click("#own-use")
    page.wait_for_function("/table-\\d+\\.csv/.test(location.hash)")
    page.wait_for_function("document.querySelector('#remark').textContent === ''")
    page.wait_for_function("location.hash.includes('batch_size=all')")
    page.wait_for_function("parseFloat(document.querySelectorAll('#measures dd')[1]?.textContent) === 100")


def test_a_lost_connection_is_tried_again_and_goes_on_where_it_was(opened):
    line = Line()
    page = opened(f"{MOONS}&step=30", before=line.watch)
    at(page, 30)
    line.cut()
    page.locator("#remark").filter(has_text="server does not answer").wait_for()
    page.wait_for_function("document.querySelector('#remark').textContent === ''")
    at(page, 30)
    page.click("#step")
    at(page, 31)
    assert len(line.ends) == 2


def test_a_tour_sets_up_the_room_that_it_speaks_of(opened):
    page = opened("#name=xor&step=1")
    page.select_option("#tours", "error")
    page.wait_for_selector(".chain button")
    assert "Step by step" in page.inner_text("nav [aria-current]")
    page.click("#tour-next")
    page.wait_for_function("document.querySelector('.chain [aria-current]')?.title.includes('W[2]')")
    assert page.is_disabled("#tour-next")
    page.click("#tour-end")
    page.wait_for_selector("#tour", state="hidden")


def test_the_keyboard_alone_opens_a_room_and_a_number(opened):
    page = opened(f"{MOONS}&step=3")
    at(page, 3)
    page.focus("#room-steps")
    page.keyboard.press("Enter")
    page.wait_for_selector(".chain button")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator(".panel h2").filter(has_text="[1,0]").wait_for()
    expected = moons(3).next_step().trace["X"].value[1, 0]
    assert number(float(np.float64(expected)))[:4] in page.inner_text(".panel h2")
