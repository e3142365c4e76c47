"""Pictures in folders by class, drawn for a test."""

import numpy as np
from PIL import Image


def squares(folder, colours=("red", "blue"), count=6, size=(12, 10), seed=0, suffix="png"):
    """A folder for each colour, with pictures of a square of it somewhere on grey."""
    draw = np.random.default_rng(seed)
    for colour in colours:
        (folder / colour).mkdir(parents=True)
        for number in range(count):
            page = Image.new("RGB", size, (128, 128, 128))
            left, top = int(draw.integers(size[0] - 4)), int(draw.integers(size[1] - 4))
            page.paste(colour, (left, top, left + 5, top + 5))
            page.save(folder / colour / f"{number}.{suffix}")
    return folder
