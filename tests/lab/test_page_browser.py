"""The page in a real browser: it learns, goes back and forward to the same numbers, and asks nobody but its server."""

import re

from tests.lab.runs import link

from gradiente.training.build import plan
from gradiente.training.config import Config
from gradiente.training.load_for import load_for


def shown(page):
    """Where the run is, and what the page says of it."""
    return page.inner_text("#where"), page.inner_text("#measures")


def pause(page):
    page.click("#toggle")
    page.wait_for_selector("#toggle[aria-label='Play']")


def at(page, step):
    page.wait_for_function(f"document.querySelector('#where').textContent.endsWith(' {step}')")
    return shown(page)


def test_it_learns_from_the_first_moment(opened):
    page = opened()
    page.wait_for_function(
        "parseFloat(document.querySelector('#measures dd:nth-of-type(2)')?.textContent) > 90"
    )
    assert page.locator("#network canvas").count() == 2 + 8 + 8 + 1


def test_a_link_opens_a_run_at_its_step_and_it_goes_back_and_forward(opened):
    page = opened("#name=moons&hidden=6&batch_size=64&lr=0.03&step=20")
    there = at(page, 20)
    config = {"data": {"name": "moons", "noise": 0.02, "samples": 300}, "network": {"hidden": [6]}}
    config["descent"] = {"optimizer": "Adam(lr=0.03)", "batch_size": 64}
    train, _ = load_for(Config.from_dict(config))
    planned = plan(Config.from_dict(config), train)
    history = planned.trainer([]).fit(train, validation=0.1, epochs=99, batch_size=64, max_steps=20)
    assert f"{history['loss'][-1]:.4g}".rstrip("0") in there[1]
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    at(page, 18)
    page.click("#step")
    at(page, 19)
    page.keyboard.press("ArrowRight")
    assert at(page, 20) == there
    box = page.locator("#timeline").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
    at(page, 10)


def test_it_is_played_paused_and_begun_again(opened):
    page = opened("#name=circles&hidden=4")
    pause(page)
    where = shown(page)
    page.wait_for_timeout(200)
    assert shown(page) == where
    page.keyboard.press("Home")
    at(page, 0)
    page.keyboard.press(" ")
    page.wait_for_selector("#toggle[aria-label='Pause']")


def test_a_control_begins_another_run_which_the_address_names(opened):
    page = opened("#name=xor&hidden=3&batch_size=all")
    page.click("[aria-label='Layer 1: +1']")
    page.wait_for_function("document.querySelectorAll('#network canvas').length === 2 + 4 + 1")
    page.select_option("#c-optimizer", "SGD")
    link(page, "hidden=4&", "optimizer=SGD&")


def test_two_clicks_within_one_frame_are_both_kept(opened):
    page = opened("#name=digits&hidden=3,4,4,4,4")
    page.locator("#c-augment-1").wait_for(state="attached")
    page.evaluate("""() => {
        for (const id of ["c-more-units-0", "c-more-units-0", "c-less-units-1", "c-more-conv", "c-more", "c-more"])
            document.getElementById(id).click();
        for (const id of ["c-augment-0", "c-augment-1"]) document.getElementById(id).click();
    }""")
    link(page, "hidden=5%2C3%2C4%2C4%2C4%2C4&", "convolutions=8&")  # six layers are the most
    page.wait_for_function("document.querySelectorAll('#c-augment input:checked').length === 2")


def test_both_languages(opened):
    page = opened("#name=xor")
    page.click("#language")
    page.wait_for_function("document.documentElement.lang === 'es'")
    assert "DATOS" in page.inner_text("#controls").upper()
    page.locator("#measures").get_by_text("Pérdida", exact=True).wait_for()


def test_what_is_wrong_is_said_on_the_page(opened):
    page = opened("#name=moons&hidden=5000,5000")
    page.wait_for_function("document.querySelector('#remark').textContent.includes('2,000,000 parameters')")


def test_a_phone_under_the_policy_of_the_server(opened):
    page = opened("#name=xor", viewport={"width": 360, "height": 740}, bypass_csp=False)
    page.get_by_text(re.compile(r"epoch [\d,]+ · step [\d,]+")).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
