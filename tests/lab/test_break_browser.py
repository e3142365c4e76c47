"""The room of mistakes in a real browser: both runs are watched, cards turned, a guess made and judged."""

from tests.lab.runs import link


def ready(page):
    page.wait_for_function("document.querySelector('#map-broken p')?.textContent.includes('J =')")


def choose(page, mistake):
    """What a teacher does; the answer is shown then."""
    ready(page)
    page.wait_for_function("document.querySelectorAll('#b-chosen option').length > 40")
    page.select_option("#b-chosen", label=mistake)
    page.locator(".cosine").wait_for()


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
    choose(page, "∂J/∂Z[1]: the derivative g′(Z[1]) of the hidden activation is missing.")
    assert page.locator(".mistake math").count() == 2
    assert "of the hidden activation is missing" in page.inner_text(".mistake")
    assert page.locator("#guess .formula mfrac").count() == 2
    cosine = page.locator(".cosine").inner_text()
    again = opened("#" + link(page, "mistake=", "told=1"))
    again.locator(".cosine").wait_for()
    assert again.locator(".mistake").inner_text() == page.locator(".mistake").inner_text()
    assert cosine.startswith("cos = ")
    again.click("#language")
    again.locator(".mistake").filter(has_text="falta la derivada").wait_for()


def test_the_teachers_link_is_guessed_by_the_class(opened):
    page = opened("#room=break&on=moons&number=3")
    choose(page, "∂J/∂Z[2]: the sign is reversed, so every step makes the cost grow.")
    page.uncheck("#b-told")
    page.get_by_text("Which quantity is wrong first?").wait_for()
    page.wait_for_function("location.hash.includes('mistake=') && !location.hash.includes('told')")
    given = link(page)
    assert "sign" not in given
    pupil = opened("#" + given)
    ready(pupil)
    assert pupil.locator(".mistake").count() == 0
    pupil.click(".place:has-text('∂J/∂Z[2]')")
    pupil.locator(".told").filter(has_text="Right").wait_for()
    pupil.click(".choice:has-text('sign is reversed')")
    pupil.locator(".cosine").wait_for()
    assert pupil.locator("#score").inner_text().startswith("10 points in 1")


def test_a_link_to_a_mistake_that_there_is_not(opened):
    page = opened("#room=break&on=moons&mistake=abc&told=1")
    page.locator("#remark").filter(has_text="has the code abc").wait_for()
    page.wait_for_function("document.querySelectorAll('#b-chosen option').length > 40")
    page.click("#another")
    ready(page)


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
