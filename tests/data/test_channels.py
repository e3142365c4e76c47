import numpy as np
import pytest
import torch

from gradiente.data.channels import ORDERS, channels_first
from gradiente.errors import ArgumentError, ShapeError
from gradiente.locale import set_language

SIZES = {"N": 5, "C": 3, "L": 11, "D": 6, "H": 7, "W": 8}


def array(order, kind="float32"):
    """An array whose axes have those meanings, all of its entries different."""
    shape = [SIZES[letter] for letter in order]
    return np.arange(np.prod(shape)).reshape(shape).astype(kind)


@pytest.mark.parametrize("order", ORDERS)
def test_equals_numpys_moveaxis(order):
    x = array(order)
    got = channels_first(x, order)
    np.testing.assert_array_equal(got, np.moveaxis(x, order.index("C"), 1))
    assert got.flags.c_contiguous
    assert got.dtype == x.dtype


@pytest.mark.parametrize(
    ("order", "permutation"),
    [("NLC", (0, 2, 1)), ("NHWC", (0, 3, 1, 2)), ("NDHWC", (0, 4, 1, 2, 3)), ("NDCHW", (0, 2, 1, 3, 4))],
)
def test_equals_torchs_permute(order, permutation):
    expected = torch.from_numpy(array(order)).permute(permutation).contiguous()
    np.testing.assert_array_equal(channels_first(array(order), order), expected.numpy())


@pytest.mark.parametrize(
    ("order", "convolution"),
    [
        ("NLC", torch.nn.Conv1d),
        ("NHWC", torch.nn.Conv2d),
        ("NDHWC", torch.nn.Conv3d),
        ("NDCHW", torch.nn.Conv3d),
    ],
)
def test_a_convolution_of_pytorch_takes_it(order, convolution):
    x = torch.from_numpy(channels_first(array(order), order))
    assert convolution(3, 2, 1)(x).shape == (5, 2, *x.shape[2:])


def test_entry_by_entry():
    x = array("NDHWC", "int64")
    got = channels_first(x, "NDHWC")
    for n, d, h, w, c in np.ndindex(*x.shape):
        assert got[n, c, d, h, w] == x[n, d, h, w, c]


@pytest.mark.parametrize("order", ["NCL", "NCHW", "NCDHW"])
def test_what_is_right_already_stays(order):
    x = array(order)
    got = channels_first(x, order)
    np.testing.assert_array_equal(got, x)
    assert np.shares_memory(got, x)
    apart = np.asfortranarray(x)
    got = channels_first(apart, order)
    assert got.flags.c_contiguous
    np.testing.assert_array_equal(got, x)


def test_what_comes_in_is_not_changed():
    x = array("NHWC")
    before = x.copy()
    x.flags.writeable = False
    channels_first(x, "NHWC")[:] = 0
    np.testing.assert_array_equal(x, before)


def test_sequences_may_have_any_number_of_features():
    assert channels_first(np.zeros((2, 9, 40)), "NLC").shape == (2, 40, 9)


def test_a_list_is_an_array():
    np.testing.assert_array_equal(channels_first([[[1, 2], [3, 4]]], "NLC"), [[[1, 3], [2, 4]]])  # pyright: ignore


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_grey_and_colours_with_opacity_or_without(channels):
    assert channels_first(np.zeros((2, 6, 7, channels)), "NHWC").shape == (2, channels, 6, 7)


@pytest.mark.parametrize(("order", "hint"), [("NWHC", "NHWC"), ("nchw", "NCHW"), ("NDHC", "NDHWC")])
def test_an_unknown_order(order, hint):
    with pytest.raises(ArgumentError, match=f"'{order}': did you mean {hint}"):
        channels_first(array("NHWC"), order)


def test_an_order_of_another_rank():
    message = r"NHWC names 4 axes \(instances, height, width, channels\), and x has shape \(5, 7, 8\)"
    with pytest.raises(ShapeError, match=message):
        channels_first(array("NHW"), "NHWC")
    with pytest.raises(ShapeError, match=r"NLC names 3 axes \(instances, time, features\)"):
        channels_first(array("NHWC"), "NLC")


@pytest.mark.parametrize(
    ("language", "axes", "todo"),
    [
        (
            "en",
            "NHWC means instances 60000, height 3, width 32, channels 32;",
            "The order that fits is NCHW",
        ),
        (
            "es",
            "NHWC significa instancias 60000, alto 3, ancho 32, canales 32;",
            "El orden que corresponde es NCHW",
        ),
    ],
)
def test_an_order_that_cannot_be_names_the_axes_and_the_one_that_fits(language, axes, todo):
    set_language(language)
    with pytest.raises(ShapeError) as caught:
        channels_first(np.empty((60000, 3, 32, 32), dtype=np.uint8), "NHWC")
    assert str(caught.value).startswith(axes)
    assert str(caught.value).endswith(todo)


@pytest.mark.parametrize(
    ("shape", "order", "fitting"),
    [
        ((9, 32, 32, 3), "NCHW", "NHWC"),
        ((9, 16, 3, 32, 40), "NDHWC", "NDCHW"),
        ((9, 16, 32, 40, 3), "NDCHW", "NDHWC"),
        ((9, 16, 32, 40, 3), "NCDHW", "NDHWC"),
        ((9, 3, 16, 32, 40), "NDHWC", "NCDHW"),
        ((9, 3, 4, 32, 40), "NDHWC", "NCDHW, NDCHW"),
    ],
)
def test_the_order_that_fits(shape, order, fitting):
    with pytest.raises(ShapeError, match=f"The order that fits is {fitting}$"):
        channels_first(np.empty(shape), order)


@pytest.mark.parametrize("shape", [(9, 32, 3, 40), (9, 32, 32, 32), (9, 32, 32, 0)])
def test_no_order_fits(shape):
    with pytest.raises(ShapeError, match=r"No order fits the shape \(9, 32"):
        channels_first(np.empty(shape), "NHWC")
