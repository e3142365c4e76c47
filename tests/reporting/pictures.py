"""The pictures of a section, as another program reads them."""

import re
from base64 import b64decode
from io import BytesIO

import numpy as np
from PIL import Image

from gradiente.reporting.weights import NEGATIVE, POSITIVE


def pictures(section):
    """Every picture with what it says to those who cannot see it, in order."""
    found = re.findall(r'<img src="data:image/png;base64,([^"]*)" alt="([^"]*)"', section)
    assert len(found) == section.count("<img")
    return [(alt, np.asarray(Image.open(BytesIO(b64decode(png))))) for png, alt in found]


def signed(picture):
    """The values behind a picture in two colours, as shares of the one that gets the full colour."""
    sign = np.zeros(picture.shape[:2])
    sign[(picture[..., :3] == POSITIVE).all(axis=-1)] = 1
    sign[(picture[..., :3] == NEGATIVE).all(axis=-1)] = -1
    assert np.all(sign != 0)
    return sign * picture[..., 3] / 255
