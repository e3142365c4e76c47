"""The pictures of the lab in the READMEs, from the running page: python scripts/lab_pictures.py [--data-dir FOLDER]"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "docs" / "lab"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
ROOMS = {  # the address of each, and how long it runs before its picture
    "train": ("#name=spirals&noise=0.02&batch_size=32", 5000),
    "steps": ("#name=moons&hidden=3&batch_size=8&room=steps&step=40&at=dW[1]&open=2,1", 5000),
    "break": ("#room=break", 12_000),
    "optimizers": ("#room=optimizers", 4000),
    "digits": ("#name=digits&hidden=32&activations=ReLU()&room=digits&step=300&instance=7", 4000),
    "tensors": ("#room=tensors", 1500),
}


def kinds(room: str) -> list[tuple[str, Any, Any]]:
    """The pictures of a room: their names, themes and sizes."""
    return [(room, "light", WIDE), (f"{room}-dark", "dark", WIDE), (f"{room}-narrow", "light", NARROW)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", help="the folder with MNIST's files")
    data_dir = parser.parse_args().data_dir
    command = [sys.executable, "-m", "gradiente", "lab", "--no-browser", "--lang", "en"]
    FOLDER.mkdir(exist_ok=True)
    with subprocess.Popen(
        [*command, *(["--data-dir", data_dir] if data_dir else [])], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            take(process.stdout.readline().split()[-1])
        finally:
            process.terminate()


def take(address: str) -> None:
    """Take the pictures of a lab at that address."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for room, (place, milliseconds) in ROOMS.items():
            for name, scheme, viewport in kinds(room):
                page = browser.new_page(viewport=viewport, color_scheme=scheme)
                page.goto(address + place)
                page.wait_for_timeout(milliseconds)
                page.screenshot(path=FOLDER / f"{name}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
