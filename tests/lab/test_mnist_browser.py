"""MNIST 784-512-10 in a real browser: trained, gone back to, a number of it opened, and a digit that is drawn read."""

import re

import pytest
from tests.views.written import read

from .conftest import listening, stop

MNIST = "#name=mnist&hidden=512&activations=Tanh()&batch_size=128&lr=0.001"


def step(page):
    return int(re.sub(r"\D", "", page.inner_text("#where").split("·")[1]))


@pytest.fixture
def page(browser, mnist_folder):
    process, address = listening("--data-dir", str(mnist_folder.parent))
    page = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 900}).new_page()
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(address + MNIST)
    yield page
    page.context.close()
    stop(process)
    assert failed == []


def test_mnist_is_trained_scrubbed_and_opened_and_reads_what_is_drawn(page):
    page.wait_for_function(
        r"Number(document.querySelector('#where')?.textContent.split('·')[1]?.replace(/\D/g, '')) > 60"
    )
    page.click("#toggle")
    page.wait_for_selector("#toggle[aria-label='Play']")
    reached = step(page)
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"document.querySelector('#where').textContent.endsWith(' {reached - 1}')")

    page.click("#room-steps")
    page.click(".chain button[data-name='dW[1]']")
    page.click(".numbers canvas")
    page.locator(".panel h2").filter(has_text="=").wait_for()
    page.locator(".witnesses td", has_text=re.compile(r"\d")).nth(2).wait_for()
    assert re.search(r"∂J/∂W\[1\] \[\d+,\d+\]", page.inner_text(".panel h2"))
    opened = read(page.inner_text(".panel h2"))
    by_torch = page.locator(".witnesses tbody tr").filter(has_text="PyTorch").locator("td").nth(1)
    by_torch.filter(has_text=re.compile(r"\d")).wait_for()
    assert opened == pytest.approx(read(by_torch.inner_text()), rel=1e-3, abs=1e-8)

    page.click("#room-digits")
    box = page.locator("#pad").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.15 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.85 * box["height"], steps=6)
    page.mouse.up()
    page.locator("#verdict").filter(has_text="It reads: 1").wait_for()
