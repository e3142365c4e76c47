"""Every room by axe-core, in both themes: nothing serious stands in the way of a screen reader or of weak eyes."""

import re

import pytest

from gradiente.lab.server import PAGES

NAMED = re.findall(r"const ROOMS = \{([^}]*)\}", (PAGES / "lab.js").read_text(encoding="utf-8"))[0]
ROOMS = [entry.split(":")[0].strip() for entry in NAMED.split(",")]
PLACES = {
    "steps": "&step=3&name=xor",
    "digits": "&name=digits&hidden=16&step=5",
    "train": '&name=moons&step=5&pin=unit,1,2&beside=[{"at":null,"changes":{"lr":0.1},"edit":null}]',
}


def serious(page):
    """What axe-core finds in the way of a reader, in both themes."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is missing"
    )
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)
        violations = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        of_weight = [each for each in violations if each["impact"] in ("serious", "critical")]
        found += [(scheme, each["id"], node["html"][:200]) for each in of_weight for node in each["nodes"]]
    return found


@pytest.mark.parametrize("room", [*ROOMS, "of no lab"])
def test_nothing_serious(opened, room):
    assert serious(opened(f"#room={room}{PLACES.get(room, '')}", color_scheme="light")) == []


def test_nothing_serious_before_the_first_state(opened):
    silent = opened(
        "#room=of no lab", before=lambda page: page.route_web_socket("**/session*", lambda line: None)
    )
    assert silent.inner_text("#where") == ""
    assert serious(silent) == []
