"""The room of mistakes in a real browser: both runs are watched, cards turned, a guess made and judged."""


def ready(page):
    page.wait_for_function("document.querySelector('#map-broken p')?.textContent.includes('J =')")


def test_a_round_is_played(opened):
    page = opened("#room=break&on=xor&level=learns&number=2&moment=40")
    ready(page)
    assert page.locator("#score").inner_text() == "0 points in 0 rounds"
    page.click("#card-J button")
    page.locator("#card-J p").filter(has_text="the same").or_(
        page.locator("#card-J p").filter(has_text="differ")
    ).wait_for()
    assert (
        page.locator("#score").inner_text().startswith("-1 points")
        or "−1" in page.locator("#score").inner_text()
    )
    page.click(".place >> nth=0")
    page.locator(".told").wait_for()
    assert page.locator(".choice").count() == 4
    page.click(".choice >> nth=1")
    page.locator(".cosine").wait_for()
    assert "in 1 rounds" in page.locator("#score").inner_text()
    page.wait_for_function("location.hash.includes('number=2')")


def test_the_teacher_chooses_the_mistake_openly(opened):
    page = opened("#room=break&on=moons")
    ready(page)
    page.wait_for_function("document.querySelectorAll('#b-chosen option').length > 40")
    page.select_option(
        "#b-chosen", label="∂J/∂Z[1]: the derivative g′(Z[1]) of the hidden activation is missing."
    )
    page.locator(".cosine").wait_for()
    assert page.locator(".mistake").inner_text().startswith("∂J/∂Z[1]")
    cosine = page.locator(".cosine").inner_text()
    again = opened("#" + page.url.split("#")[1])
    again.locator(".cosine").wait_for()
    assert again.locator(".mistake").inner_text() == page.locator(".mistake").inner_text()
    assert cosine.startswith("cos = ")


def test_the_keys_go_from_moment_to_moment(opened):
    page = opened("#room=break&on=circles&moment=5")
    ready(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('#moment').value === '6'")
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('#moment').value === '0'")
    page.wait_for_function("location.hash.includes('moment=0')")


def test_a_phone_in_spanish(opened):
    page = opened("#room=break&on=blobs&moment=20", viewport={"width": 360, "height": 740})
    ready(page)
    page.click("#language")
    page.get_by_text("¿Cuál cantidad es la primera equivocada?").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
