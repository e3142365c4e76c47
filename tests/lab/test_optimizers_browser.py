"""The room of the optimizers in a browser: its numbers are the library's, and the keyboard alone does everything."""

import re
from dataclasses import fields
from urllib.parse import parse_qs

import numpy as np
import pytest
from tests.lab.runs import link

from gradiente.lab.descent import descend
from gradiente.lab.surfaces import Valley
from gradiente.notation import parse
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.optimizers import Adam
from gradiente.schedules import REGISTRY as SCHEDULES
from gradiente.schedules import StepLR

expect = pytest.importorskip("playwright.sync_api", reason="the package playwright is missing").expect
VALLEY = "#room=optimizers&surface=valley&kappa=20&from=1,-0.5&steps=50&name=xor"


def number(text):
    return float(
        text.replace("−", "-")
        .replace(",", "")
        .replace("·10⁻", "e-")
        .translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
    )


def row(page, place):
    return page.locator(f"#o-table tbody tr:nth-child({place}) td").all_inner_texts()


def test_a_link_opens_the_same_descent_at_the_same_step(opened):
    page = opened(f"{VALLEY}&race=Adam(lr=0.1);SGD(lr=0.2)&t=7")
    page.locator("#o-table tbody tr").nth(1).wait_for()
    path = descend(Valley(20.0), Adam(lr=0.1), np.array([1.0, -0.5]), 50)
    assert np.isclose(number(row(page, 1)[2]), path.losses[7], rtol=1e-3)
    assert np.isclose(number(row(page, 1)[3]), np.hypot(*path.points[7]), rtol=1e-3)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('#o-where').textContent.includes('8')")
    numbers = page.locator(".racer:first-child .own-numbers tbody tr td")
    expect(numbers).to_have_count(10)  # of θ, g, m, v and Δθ
    shown = numbers.all_inner_texts()
    expected = [path.points[8], path.gradients[8], path.slots["m"][8], path.slots["v"][8]]
    assert np.allclose([number(text) for text in shown[:8]], np.ravel(expected), rtol=1e-3)
    page.wait_for_function("document.querySelectorAll('.racer:first-child .rule math').length === 3")
    assert "too large" in page.inner_text(".racer:nth-child(2) .remark")
    link(page, "&t=8&")


def test_the_start_and_the_optimizers_are_changed_with_the_keyboard(opened):
    page = opened(f"{VALLEY}&race=SGD(lr=0.02)")
    page.locator("#o-table tbody tr").first.wait_for()
    page.focus("#o-surface .handle")
    page.keyboard.press("ArrowUp")
    page.wait_for_function("location.hash.includes('from=1%2C-0.42')")
    page.fill("#r-1-lr", "0.2")
    page.keyboard.press("Tab")
    page.locator(".racer .remark", has_text="α = 0.2").wait_for()
    page.focus("#o-add")
    page.keyboard.press("Enter")
    page.locator(".racer").nth(1).wait_for()
    page.select_option("#r-2-name", "course.Adam")
    page.wait_for_function(
        "document.querySelectorAll('.racer')[1].querySelectorAll('.rule math').length === 3"
    )
    page.select_option("#decay-name", "ExponentialLR")
    page.locator("#decay-gamma").wait_for()
    page.focus("#o-decay .handle")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("decodeURIComponent(location.hash).includes('ExponentialLR(gamma=')")
    page.focus("#r-2-remove")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.racer').length === 1")


def test_every_hyperparameter_of_an_optimizer_has_a_slider(opened):
    page = opened(f"{VALLEY}&race=SGD(lr=0.02)")
    page.locator("#o-table tbody tr").first.wait_for()
    for name, kind in OPTIMIZERS.items():
        defaults = {field.name: field.default for field in fields(kind)}
        sizes = [np.size(value) for value in defaults.values() if isinstance(value, float | tuple)]
        page.select_option("#r-1-name", name)
        expect(page.locator("#r-1-weight_decay")).to_have_count(int("weight_decay" in defaults))
        expect(page.locator(".racer input[type=range]")).to_have_count(sum(sizes))
    page.select_option("#r-1-name", "Adam")
    expect(page.locator("#r-1-weight_decay")).to_have_count(1)
    for slider, key, shown in (
        ("betas-1", "End", "0.9999"),
        ("betas-0", "Home", "0"),
        ("eps", "End", "1"),
        ("weight_decay", "ArrowRight", "0.00001"),
    ):
        page.focus(f"#r-1-{slider}-slider")
        page.keyboard.press(key)
        expect(page.locator(f"#r-1-{slider}")).to_have_value(shown)
    race = parse_qs(link(page, "weight_decay"))["race"][0]
    assert parse(race, OPTIMIZERS) == Adam(lr=0.1, betas=(0, 0.9999), eps=1, weight_decay=1e-5)


def test_two_changes_within_one_frame_are_both_kept(opened):
    page = opened(f"{VALLEY}&race=Adam(lr=0.1)&decay=StepLR(step_size=5)")
    page.locator("#decay-gamma-slider").wait_for()
    page.evaluate("""() => {
        for (const [id, value] of [["r-1-eps", 0], ["r-1-weight_decay", -2], ["decay-gamma", 0.5]]) {
            const slider = document.getElementById(`${id}-slider`);
            slider.value = value;
            slider.dispatchEvent(new Event("input"));
        }
        const steps = document.getElementById("decay-step_size");
        steps.value = "7";
        steps.dispatchEvent(new Event("change"));
    }""")
    places = parse_qs(link(page, "weight_decay", "step_size%3D7"))
    assert parse(places["race"][0], OPTIMIZERS) == Adam(lr=0.1, eps=1, weight_decay=0.01)
    assert parse(places["decay"][0], SCHEDULES) == StepLR(step_size=7, gamma=0.5)


def test_a_slice_of_the_run_at_its_step(opened):
    page = opened(
        "#room=optimizers&surface=slice&name=moons&hidden=3&activations=Tanh()&step=20&race=SGD(lr=0.05)&steps=50&of=mini"
    )
    page.locator("#o-cut", has_text="after step 20").wait_for()
    assert re.search(r"J of all 2\d\d training instances", page.inner_text("#o-cut"))
    assert "two random directions" in page.inner_text("#o-cut")
    page.select_option("#o-directions", "way")
    page.locator("#o-cut", has_text="three points of its way: where it was after step 0").wait_for()
    page.wait_for_function("location.hash.includes('directions=way')")


def test_on_a_phone_in_spanish(opened):
    page = opened(f"{VALLEY}&race=course.Nesterov(lr=0.05)", viewport={"width": 360, "height": 740})
    page.locator("#o-table tbody tr").first.wait_for()
    page.click("#language")
    page.locator("h2", has_text="Superficie").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
