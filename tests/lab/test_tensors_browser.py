"""The room of the tensors in a real browser."""

from tests.lab.runs import link


def test_two_shapes_are_broadcast_or_the_axis_that_does_not_fit_is_named(opened):
    page = opened("#room=tensors&name=xor")
    page.locator("#t-result-figure figcaption", has_text="(3, 4)").wait_for()
    assert page.locator("#t-x-figure .copy").count() == 9
    assert page.locator("#t-result-figure .written").all_text_contents()[-1] == "43"
    page.fill("#t-y", "4, 2")
    page.locator("#t-words.wrong", has_text="Axis −2 does not fit: 3 in x against 4 in y").wait_for()
    link(page, "y=4%2C+2&")
    page.fill("#t-y", "nothing")
    page.locator("#t-words.wrong", has_text="y is no shape").wait_for()


def test_an_image_is_turned_about_and_a_link_opens_the_same(opened):
    page = opened("#room=tensors&name=xor")
    page.locator("#t-result-figure figcaption", has_text="(3, 4)").wait_for()
    page.focus("#t-kind-image")
    page.keyboard.press("Enter")
    page.locator("#t-result-figure figcaption", has_text="(4, 5, 3)").wait_for()
    other = opened("#" + link(page, "kind=image"), viewport={"width": 360, "height": 740})
    other.locator("#t-result-figure figcaption", has_text="(4, 5, 3)").wait_for()
    other.locator("#t-x-figure .size", has_text="channels 3").wait_for()
    other.click("#language")
    other.locator("#t-x-figure .size", has_text="canales 3").wait_for()
    assert other.evaluate("document.documentElement.scrollWidth <= innerWidth")
    other.click("#t-kind-video")
    other.locator("#t-result-figure figcaption", has_text="(2, 3, 4, 5, 3)").wait_for()
