"""Bad input of the page, in a real browser: broken links, lost connections, tables that are none, two tabs."""

import re
from pathlib import Path

import pytest
from tests.lab.runs import Line, at

from gradiente.lab.server import PAGES
from gradiente.lab.uploads import LARGEST

from .conftest import listening, stop

XOR = "#name=xor&hidden=3&batch_size=all"


def beyond(page, step):
    page.wait_for_function(
        f"Number(document.querySelector('#where')?.textContent.split(' ').at(-1).replaceAll(',', '')) > {step}"
    )


def said(page, words):
    page.locator("#remark").filter(has_text=words).wait_for()


def settings(page):
    return dict(part.split("=", 1) for part in page.url.split("#")[1].split("&"))


BROKEN = [
    "hidden=many,8",
    "convolutions=-1",
    "lr=fast",
    "seed=0.5",
    "batch_size=some",
    "beside={",
    "step=1e12",
    "open=1,x",
    "wings=2",
]
BESIDE = [
    "5",
    '[{"at":"now","changes":{},"edit":null}]',
    '[{"at":null,"changes":{"wings":2},"edit":null}]',
    '[{"at":null,"changes":{"hidden":["many"]},"edit":null}]',
]


def test_of_a_broken_link_the_rest_is_opened_and_what_is_broken_is_named(opened):
    page = opened(f"#room=garden&name=xor&clip=5&{'&'.join(BROKEN)}")
    for part in ("room=garden", *BROKEN):
        said(page, part)
    page.wait_for_function(r"/step \d+/.test(document.querySelector('#where').textContent)")
    assert (page.input_value("#c-name"), page.input_value("#c-clip")) == ("xor", "5")
    page.click("#language")
    said(page, "no puede tomar esto del enlace")
    page.click("#language")
    page.select_option("#c-optimizer", "SGD")
    page.wait_for_function("document.querySelector('#remark').textContent === ''")
    page.wait_for_function("!location.hash.includes('wings') && !location.hash.includes('some')")
    assert settings(page)["room"] == "train"
    for beside in BESIDE:
        page.goto(f"{page.url.split('#')[0]}{XOR}&step=2&beside={beside}")
        said(page, "cannot take this of the link: beside=")
        at(page, 2)


def test_what_a_link_asks_for_and_there_is_not_is_said_and_a_control_begins_anew(opened):
    page = opened(f"{XOR}&optimizer=Adamm")
    said(page, "did you mean Adam?")
    for part, words in (
        ("name=nowhere", "no data set named nowhere"),
        ("loss=Guess()", "unknown name Guess"),
        ("hidden=100000,100000", "at most 2,000,000 parameters; this one has 10,000,"),
        ("convolutions=8", "xor has no images"),
    ):
        page.goto(f"{page.url.split('#')[0]}{XOR}&{part}")
        said(page, words)
    page.click("#room-tensors")  # which needs no run
    page.locator("#t-words").filter(has_text="fit").wait_for()
    page.click("#room-train")
    page.select_option("#tours", "rate")
    page.wait_for_function("document.querySelector('#remark').textContent === ''")
    page.wait_for_function(r"/step \d+/.test(document.querySelector('#where').textContent)")


def test_a_run_that_is_refused_is_not_in_the_link(opened):
    beside = '[{"at":null,"changes":{"optimizer":"Adamm"},"edit":null},{"at":null,"changes":{"lr":0.3},"edit":null}]'
    page = opened(f"{XOR}&step=4&beside={beside}")
    page.wait_for_function("document.querySelectorAll('#maps figure:not(.wide)').length === 2")
    page.wait_for_function("!location.hash.includes('Adamm') && location.hash.includes('0.3')")
    page.locator("#maps figure:not(.wide) button").last.click()
    page.wait_for_function("document.querySelectorAll('#maps figure:not(.wide)').length === 1")
    page.wait_for_function("!location.hash.includes('beside')")


def test_what_the_rooms_keep_in_the_address_is_known_to_it():
    modules = [PAGES / "lab.js", *(PAGES / "rooms").glob("*.js")]
    read = {key for module in modules for key in re.findall(r"\bplace\.(\w+)", module.read_text())}
    listed = re.search(r"const PLACES = \[(.*?)\];", (PAGES / "address.js").read_text(), re.DOTALL)
    assert listed is not None
    known = set(re.findall(r'"(\w+)"', listed[1]))
    assert read <= known


def test_a_closed_laptop_goes_on_playing_and_a_room_asks_again(opened):
    line = Line()
    page = opened(XOR, before=line.watch)
    beyond(page, 50)
    line.cut()
    said(page, "goes on where it was")
    where = int(page.inner_text("#where").split(" ")[-1].replace(",", ""))
    page.wait_for_function("document.querySelector('#remark').textContent === ''")
    page.wait_for_selector("#toggle[aria-label='Pause']")
    beyond(page, where)
    line.cut()
    said(page, "goes on where it was")
    page.click("#toggle")  # while nobody listens
    page.wait_for_function("document.querySelector('#remark').textContent === ''")
    page.wait_for_selector("#toggle[aria-label='Play']")
    page.click("#room-steps")
    page.wait_for_selector(".chain button")
    page.keyboard.press("Enter")
    line.cut()
    said(page, "goes on where it was")
    page.keyboard.press("ArrowRight")
    page.locator(".chain [aria-current]").first.wait_for()
    page.wait_for_function("document.querySelector('#remark').textContent === ''")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator(".panel h2").filter(has_text="=").wait_for()


def test_two_tabs_have_a_run_each(opened):
    first, second = (opened(f"{XOR}&step=5") for _ in range(2))
    for page in (first, second):
        at(page, 5)
    first.click("#step")
    at(first, 6)
    second.click("#toggle")
    beyond(second, 20)
    at(first, 6)


def test_a_server_that_went_away_is_said_and_another_one_is_not_taken_for_it(browser, unused_port):
    process, address = listening("--port", str(unused_port))
    page = browser.new_context(bypass_csp=True).new_page()
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    try:
        page.goto(f"{address}{XOR}&step=5")
        at(page, 5)
        process.terminate()
        process.wait(timeout=20)
        said(page, "server does not answer")
        page.click("#own summary")
        page.set_input_files("#own-file", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"})
        page.click("#language")
        said(page, "server does not answer")
        stop(process)
        process, address = listening("--port", str(unused_port))
        said(page, "belongs to a lab that has ended")
        page.goto(f"{address}{XOR}&step=5")
        at(page, 5)
        assert failed == []
    finally:
        stop(process)
        page.context.close()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "marks.csv is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "marks.csv is not text"),
        (
            b"name,b,right\n" + b"".join(b"n%d,%d,%d\n" % (i, i, i % 2) for i in range(3000)),
            "different texts",
        ),
        (b"a,right\n" + b"1,0\n2,1\n" * 100_000, "200,001 lines; the lab takes at most 100,000"),
        (b"1" * (LARGEST + 1), "at most 20 MB"),
    ],
    ids=["empty", "picture", "texts", "rows", "bytes"],
)
def test_a_table_that_is_none_is_said_by_its_own_name(opened, tmp_path, content, words):
    page = opened(f"{XOR}&step=1")
    table: Path = tmp_path / "marks.csv"
    table.write_bytes(content)
    page.click("#own summary")
    page.set_input_files("#own-file", table)
    said(page, words)
    assert settings(page)["name"] == "xor"
