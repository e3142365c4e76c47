"""The room Train in a real browser: what its controls do."""

MOONS = "#name=moons&noise=0.5&hidden=8&lr=0.1&batch_size=32"


def at(page, step):
    page.wait_for_function(f"document.querySelector('#where')?.textContent.endsWith(' {step}')")


def test_a_run_that_stops_early_says_so_and_is_scrubbed(opened):
    page = opened(MOONS)
    page.click("#c-regularization summary")
    page.select_option("#c-patience", "3")
    page.locator("#said").filter(has_text="early stopping").wait_for()
    assert "patience=3" in page.url
    page.wait_for_selector("#toggle[aria-label='Play']")
    end = page.inner_text("#where").split()[-1]
    page.keyboard.press("Home")
    at(page, 0)
    page.wait_for_function("!document.querySelector('#said').textContent.includes('early')")
    box = page.locator("#timeline").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 1, box["y"] + 10)
    at(page, end)
    page.locator("#said").filter(has_text="early stopping").wait_for()


def test_images_are_augmented_and_other_data_are_not(opened):
    page = opened("#name=digits&hidden=8&step=3")
    page.click("#c-regularization summary")
    page.get_by_label("RandomAffine(degrees=10)").check()
    page.get_by_label("RandomErasing").check()
    page.wait_for_function("location.hash.includes('RandomErasing')")
    other = opened("#" + page.url.split("#")[1])
    other.click("#c-regularization summary")
    assert other.locator("#c-augment :checked").count() == 2
    other.select_option("#c-name", "moons")
    other.wait_for_selector("#c-augment", state="detached")
    assert "augment" not in other.url


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
    page = opened("#name=xor&step=1")
    page.fill("#c-lr", "0.0123")
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash.includes('lr=0.0123')")
    page.focus("#c-lr-slider")
    page.keyboard.press("End")
    page.wait_for_function("location.hash.includes('lr=10&')")
    assert page.input_value("#c-lr") == "10"
    page.fill("#c-lr", "-1")
    page.keyboard.press("Enter")
    assert page.input_value("#c-lr") == "10"
