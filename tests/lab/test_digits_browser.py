"""The room of digits in a real browser: drawn with the pointer and the keyboard, read, and opened by a link."""

import pytest
from tests.lab.runs import link

from gradiente.lab.rooms.digits import ReadDrawing

expect = pytest.importorskip("playwright.sync_api", reason="the package playwright is missing").expect
TRAINED = "#room=digits&name=digits&hidden=16&activations=ReLU%28%29&lr=0.01&batch_size=64&step=120"


def drag(page, points):
    """Draw on the pad, of 280 × 280."""
    box = page.locator("#pad").bounding_box()
    places = [(box["x"] + x * box["width"] / 280, box["y"] + y * box["height"] / 280) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def verdict(page, words):
    page.wait_for_function(
        "words => document.querySelector('#verdict')?.textContent.includes(words)", arg=words
    )


def test_a_digit_is_drawn_and_read_and_a_link_shows_the_same(opened):
    page = opened(TRAINED)
    drag(page, [(140, 30), (140, 250)])
    verdict(page, "It reads: 1")
    again = opened("#" + link(page, "ink=", "6y"))  # its last point's y
    verdict(again, "It reads: 1")
    shares = again.locator("#bars output").all_inner_texts()
    assert len(shares) == 10
    expect(page.locator("#bars output")).to_have_text(shares)


def test_the_keyboard_alone_draws_takes_an_instance_and_asks_which_pixels_spoke(opened):
    page = opened(TRAINED)
    page.focus("#pad")
    for key in (" ", *["ArrowDown"] * 14, " "):
        page.keyboard.press(key)
    verdict(page, "It reads: 1")
    page.focus("#bars button:nth-child(8)")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#spoke-title').textContent.includes('7')")
    page.focus("#after")
    page.keyboard.press("Enter")
    verdict(page, "the label says")
    page.wait_for_function("location.hash.includes('instance=0')")
    page.wait_for_function("location.hash.includes('class=7')")


def test_a_network_is_trained_on_the_spot_and_reads_as_it_learns(opened):
    page = opened("#room=digits&name=xor&ink=3w0u3w6y")
    page.get_by_text("no images").wait_for()
    page.select_option("#train-network", "convolutional")
    page.click("#train-here")
    verdict(page, "It reads: 1")
    assert page.locator("#activations figure").first.inner_text().startswith("Input x")
    assert page.locator("#activations strong").all_inner_texts()[1] == "Conv2d"


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_phone(opened, language):
    page = opened(TRAINED + "&instance=3", viewport={"width": 360, "height": 740})
    if language == "es":
        page.click("#language")
    verdict(page, "Lee:" if language == "es" else "It reads:")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_ink_of_the_link_above_is_a_stroke_downwards():
    assert ReadDrawing([[140, 30, 140, 250]], None).strokes == [
        [int(pair, 36) for pair in ("3w", "0u", "3w", "6y")]
    ]
