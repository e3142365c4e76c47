"""Images as PNG inside the page."""

import base64
import io

import numpy as np

Array = np.ndarray


def data_uri(pixels: Array) -> str:
    """A data URI that contains the image.

    Shapes: (height, width) grey, (height, width, 3) RGB or (height, width, 4) with transparency; uint8
    """
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
