"""The room Train in a real browser: what its controls do, what is pointed at, and how two runs differ."""

import re

import pytest
from tests.lab import runs
from tests.lab.runs import at, link
from tests.views.written import read

from gradiente.lab.layer_measures import LayerMeasures
from gradiente.lab.rooms.train import AtPoint
from gradiente.lab.run import LabRun
from gradiente.training.config import Config

MOONS = "#name=moons&noise=0.5&hidden=8&lr=0.1&batch_size=32"


def test_a_run_that_stops_early_says_so_and_is_scrubbed(opened):
    page = opened(MOONS)
    page.click("#c-regularization summary")
    page.select_option("#c-patience", "3")
    page.locator("#said").filter(has_text="Early stopping").wait_for()
    link(page, "patience=3&")
    page.wait_for_selector("#toggle[aria-label='Play']")
    end = page.inner_text("#where").split()[-1]
    page.keyboard.press("Home")
    at(page, 0)
    page.wait_for_function("!document.querySelector('#said').textContent.includes('early')")
    box = page.locator("#timeline").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 1, box["y"] + 10)
    at(page, end)
    page.click("#language")
    page.locator("#said").filter(has_text="Parada temprana").wait_for()


def test_images_are_augmented_and_other_data_are_not(opened):
    page = opened("#name=digits&hidden=8&step=3")
    page.click("#c-regularization summary")
    page.get_by_label("RandomAffine(degrees=10)").check()
    page.get_by_label("RandomErasing").check()
    page.wait_for_function("location.hash.includes('RandomErasing')")
    assert page.locator("#c-augment :checked").count() == 2
    page.select_option("#c-name", "moons")
    page.wait_for_selector("#c-augment", state="detached")
    page.wait_for_function("!location.hash.includes('augment')")


def test_each_control_says_what_it_does_when_it_is_touched(opened):
    page = opened("#name=digits&hidden=8&convolutions=4&step=1")
    page.click("#c-regularization summary")
    controls = page.locator("#controls :is(select, input, button)").all()
    assert len(controls) > 25
    for control in controls:
        control.focus()
        line = page.locator(f"[id='{control.get_attribute('aria-describedby')}']")
        assert line.is_visible()
        assert line.inner_text()[-1] == "."
    page.focus("#c-lr")
    page.keyboard.press("Tab")
    assert page.locator("#controls .help:visible").count() == 1
    assert page.inner_text("#c-lr-help") == page.inner_text("#controls .help:visible")


def test_the_learning_rate_is_typed_or_dragged(opened):
    page = opened("#name=digits&hidden=8&step=1")
    page.fill("#c-lr", "0.0123")
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash.includes('lr=0.0123')")
    page.focus("#c-lr-slider")
    page.keyboard.press("End")
    page.wait_for_function("/lr=10(&|$)/.test(location.hash)")
    assert page.input_value("#c-lr") == "10"
    page.fill("#c-lr", "-1")
    page.keyboard.press("Enter")
    assert page.input_value("#c-lr") == "10"


CALM = f"{runs.MOONS}&step=12"
BESIDE = '&beside=[{"at":null,"changes":{"optimizer":"SGD"},"edit":null}]'


def number_in(words):
    """The number after the equals sign, or at the end."""
    return read(words.split(" ")[-1])


def test_a_link_that_is_pointed_at_says_its_numbers_and_a_click_pins_it(opened):
    page = opened(CALM)
    at(page, 12)
    run = runs.moons(12)
    path = page.locator("path[data-link='0,1,0']")
    path.dispatch_event("pointermove", {"bubbles": True})
    words = page.locator("#weight output span")
    words.filter(has_text="W[1][1,0]").wait_for()
    words.filter(has_text=re.compile(r"last step .*\d")).wait_for()
    shown = [number_in(each) for each in words.all_inner_texts()]
    gradient = LayerMeasures(run.network, run.loss, run.train).gradients["0.weight"][1, 0]
    change = run.last_change()["0.weight"][1, 0]
    assert shown == pytest.approx([run.network.parameters["0.weight"][1, 0], gradient, change], rel=5e-3)
    path.dispatch_event("click", {"bubbles": True})
    page.wait_for_function("location.hash.includes('pin=link')")
    page.locator("#weight-value").fill("1.5")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('#maps .map').length === 3")
    page.keyboard.press("Escape")
    page.wait_for_function("!location.hash.includes('pin=')")


def test_a_unit_is_shown_large_by_the_keyboard_too(opened):
    page = opened(CALM)
    at(page, 12)
    before = page.evaluate("document.querySelector('.map canvas').toDataURL()")
    page.focus("[data-unit='0.0']")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.locator("#maps .at").filter(has_text="a[1][1]").wait_for()
    assert page.evaluate("document.querySelector('.map canvas').toDataURL()") != before
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash.includes('pin=unit')")
    assert page.get_attribute("[data-unit='1.1']", "aria-pressed") == "true"
    page.keyboard.press("Tab")
    page.locator("#weight output").filter(has_text="∂J/∂w").wait_for()
    assert "W[1][1,0]" in page.inner_text("#weight output")
    page.keyboard.press("Enter")
    page.wait_for_selector("#weight-value:focus")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.querySelector('#weight-value')")
    page.locator("#weight output.hint").wait_for()
    assert page.evaluate("document.querySelector('.map canvas').toDataURL()") == before


def test_a_point_of_the_map_is_answered_by_the_library(opened):
    run = runs.moons(12)
    x = run.train.x[5].astype(float)
    page = opened(f"{CALM}&pin=point,0,{x[0]:.4g},{x[1]:.4g}")
    words = page.locator("#maps .at span")
    words.filter(has_text="L =").wait_for()
    shown = words.all_inner_texts()
    near = AtPoint([float(f"{each:.4g}") for each in x], 0).answer(run)
    assert number_in(shown[1]) == pytest.approx(near["estimate"][0], rel=5e-3)
    assert shown[2].endswith(f"y = {run.train.y[5]}")
    assert number_in(shown[4]) == pytest.approx(near["near"]["loss"], rel=5e-3)
    page.focus(".map")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.wait_for_function(f"!location.hash.includes('{x[0]:.4g}')")
    page.locator(".map").hover(position={"x": 10, "y": 10})
    page.wait_for_function("!document.querySelector('#maps .at').textContent.includes('y = ')")


@pytest.mark.parametrize(("data", "words"), [("moons", "answers more"), ("blobs", "decide differently")])
def test_the_difference_of_two_runs_is_a_map_of_its_own(opened, data, words):
    page = opened(CALM.replace("moons", data) + BESIDE, viewport={"width": 360, "height": 740})
    at(page, 12)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#maps .wide").filter(has_text=words).wait_for()
    pixels = "document.querySelector('.wide canvas').getContext('2d').getImageData(0, 0, 48, 48).data"
    assert page.evaluate(f"new Set({pixels}).size") > 2
    page.keyboard.press("Home")
    page.locator("#maps .wide").filter(has_text=re.compile(r" 0 % |by 0 at most")).wait_for()


def test_the_link_that_is_copied_opens_the_same_in_another_window(opened):
    page = opened(CALM + BESIDE + "&pin=unit,1,1", permissions=["clipboard-read", "clipboard-write"])
    at(page, 12)
    page.click("#link")
    page.locator("#note").filter(has_text="copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "token" not in copied
    measures = page.inner_text("#measures")
    other = page.context.new_page()
    other.goto(copied)
    at(other, 12)
    other.locator("#maps .at").filter(has_text="a[1][1]").wait_for()
    assert other.inner_text("#measures") == measures


@pytest.mark.parametrize(
    ("place", "words", "change"),
    [
        ("#name=moons&hidden=8&activations=ReLU()&optimizer=SGD&lr=300&seed=1", "", "lr=30&"),
        ("#hidden=8,8,8,8,8,8&activations=Sigmoid()&step=40", "vanishes", "activations=ReLU()"),
        ("#name=moons&hidden=16&activations=ReLU()&lr=1&step=60", "answer 0", "activations=LeakyReLU()"),
        (
            "#name=moons&hidden=8&activations=Sigmoid()&initializer=Normal(std=200)&step=3",
            "range",
            "l2=0.001",
        ),
    ],
)
def test_the_control_that_mends_what_is_said_is_one_click_away(opened, place, words, change):
    page = opened(place)
    page.locator("#said").filter(has_text=words).wait_for()
    page.click("#mend")
    page.wait_for_function(f"decodeURIComponent(location.hash + '&').includes('{change}')")
    page.wait_for_selector("#toggle[aria-label='Pause']")


def test_where_it_stopped_early_the_best_epoch_is_one_click_away(opened):
    page = opened(f"{MOONS}&patience=3")
    page.locator("#said").filter(has_text="Early stopping").wait_for()
    page.get_by_role("button", name="Go to the best epoch").click()
    page.wait_for_selector("#mend", state="detached")
    config = {
        "data": {"name": "moons", "noise": 0.5, "samples": 300},
        "network": {"hidden": [8], "activation": "Tanh()"},
    }
    config["descent"] = {"optimizer": "Adam(lr=0.1)", "batch_size": 32, "patience": 3}
    run = LabRun(Config.from_dict(config))
    run.go_to(10_000)
    at(page, run.best)
    page.click("#room-steps")
    page.locator(".chain button").first.wait_for()
    assert page.inner_text("#steps-ended") == ""
    page.click("#timeline", position={"x": page.locator("#timeline").bounding_box()["width"] - 1, "y": 10})
    page.locator("#steps-ended").filter(has_text="Early stopping").wait_for()
    assert "would have come next" in page.inner_text("#steps-ended")


def test_on_a_phone_the_controls_are_drawn_up_over_the_page(opened):
    page = opened(f"{CALM}", viewport={"width": 360, "height": 740})
    at(page, 12)
    assert not page.is_visible("#c-optimizer")
    page.focus("#sheet")
    page.keyboard.press("Enter")
    assert page.get_attribute("#sheet", "aria-expanded") == "true"
    page.select_option("#c-optimizer", "SGD")
    link(page, "optimizer=SGD&")
    assert page.locator(".map").bounding_box()["y"] < page.locator("#sheet").bounding_box()["y"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("#sheet")
    page.wait_for_selector("#c-optimizer", state="hidden")
