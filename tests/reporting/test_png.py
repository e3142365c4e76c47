import base64
import io

import numpy as np
import pytest
from PIL import Image

from gradiente.reporting.png import data_uri


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (5, 7, 4)])
def test_every_pixel_comes_back(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    head, _, code = data_uri(pixels[::-1]).partition(",")
    assert head == "data:image/png;base64"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(code)))), pixels[::-1])
