"""What every augmentation of the registry must satisfy; a new one is covered the moment it is registered."""

import math
from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

from gradiente.data.augmentation import (
    REGISTRY,
    Augmentation,
    Compose,
    ElasticTransform,
    GaussianNoise,
    RandomAffine,
    RandomErasing,
    RandomHorizontalFlip,
    RandomVerticalFlip,
)
from gradiente.errors import ArgumentError, ShapeError
from gradiente.notation import parse, parse_list, write

SHAPES = [(12, 1, 9, 9), (12, 3, 8, 11), (12, 2, 11, 8)]

# Hyperparameters to try besides the defaults.
EXAMPLES: dict[type[Augmentation], list[dict]] = {
    RandomAffine: [
        {"degrees": 25},
        {"degrees": [10, 20], "translate": [0.2, 0.1], "scale": [0.8, 1.3], "shear": 15.5},
        {"translate": (0.3, 0.3), "shear": (-5.0, 5.0)},
    ],
    ElasticTransform: [{"alpha": 20, "sigma": 1.5}],
    RandomHorizontalFlip: [{"p": 0.25}],
    RandomVerticalFlip: [{"p": 0.25}],
    GaussianNoise: [{"mean": -0.1, "sigma": 0.3}, {"sigma": 0.01, "clip": False}],
    RandomErasing: [{"p": 0.9, "scale": [0.1, 0.2], "ratio": [1, 2], "value": 0.5}],
}
# Where the defaults change nothing.
IDLE = [RandomAffine()]
ALL = [kind(**given) for kind in REGISTRY.values() for given in ({}, *EXAMPLES.get(kind, []))]
ALL += [Compose([RandomAffine(degrees=20), GaussianNoise(), RandomHorizontalFlip()])]
CHANGING = [augmentation for augmentation in ALL if augmentation not in IDLE]

every_augmentation = pytest.mark.parametrize("augmentation", ALL, ids=str)
every_changing_one = pytest.mark.parametrize("augmentation", CHANGING, ids=str)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def images_of(shape, dtype: type = np.float32, seed=0):
    return np.random.default_rng(seed).random(shape).astype(dtype)


def same_bits(one, other):
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


@every_augmentation
@every_shape
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_and_dtype_stay_and_the_pixels_are_finite(augmentation, shape, dtype):
    for m in (len(images_of(shape)), 1, 0):
        images = images_of(shape, dtype)[:m]
        got = augmentation(images, np.random.default_rng(1))
        assert (got.shape, got.dtype) == (images.shape, dtype)
        assert np.isfinite(got).all()


@every_changing_one
@every_shape
def test_the_seed_is_the_draw(augmentation, shape):
    images = images_of(shape)
    first = augmentation(images, np.random.default_rng(1))
    assert same_bits(augmentation(images, np.random.default_rng(1)), first)
    assert not same_bits(augmentation(images, np.random.default_rng(2)), first)
    generator = np.random.default_rng(1)
    assert same_bits(augmentation(images, generator), first)
    assert not same_bits(augmentation(images, generator), first)


@every_augmentation
@every_shape
def test_what_comes_in_is_not_changed(augmentation, shape):
    images = images_of(shape)
    before = images.copy()
    images.flags.writeable = False
    got = augmentation(images, np.random.default_rng(1))
    got[:] = -7
    np.testing.assert_array_equal(images, before)


@every_augmentation
@every_shape
def test_the_layout_in_memory_does_not_matter(augmentation, shape):
    images = images_of(shape)
    expected = augmentation(images, np.random.default_rng(1))
    for same in (
        np.asfortranarray(images),
        np.repeat(images, 2, axis=3)[..., ::2],
        images[::-1].copy()[::-1],
    ):
        assert not same.flags.c_contiguous
        assert same_bits(np.ascontiguousarray(augmentation(same, np.random.default_rng(1))), expected)


@every_changing_one
@every_shape
def test_every_instance_has_its_own_draw(augmentation, shape):
    images = np.repeat(images_of(shape)[:1], 50, axis=0)
    got = augmentation(images, np.random.default_rng(1))
    assert len({image.tobytes() for image in got}) > 1


@every_augmentation
@every_shape
def test_a_draw_depends_on_no_other_instance(augmentation, shape):
    images = images_of(shape)
    got = augmentation(images, np.random.default_rng(1))
    others = images_of(shape, seed=5)
    others[4] = images[4]
    assert same_bits(augmentation(others, np.random.default_rng(1))[4], got[4])
    if not isinstance(
        augmentation, Compose
    ):  # its second draw begins where the whole batch's first one ended
        assert same_bits(augmentation(images[:5], np.random.default_rng(1)), got[:5])


@every_augmentation
@every_shape
def test_a_draw_depends_neither_on_the_dtype_nor_on_the_pixels(augmentation, shape):
    images = images_of(shape)
    single, double, zeros = (np.random.default_rng(1) for _ in range(3))
    got = augmentation(images, single)
    np.testing.assert_allclose(augmentation(images.astype(np.float64), double), got, atol=2e-5)
    augmentation(np.zeros_like(images), zeros)
    assert single.bit_generator.state == double.bit_generator.state == zeros.bit_generator.state


@every_augmentation
def test_numpys_own_generator_is_left_alone(augmentation):
    images = images_of(SHAPES[0])
    np.random.seed(3)  # noqa: NPY002
    got = augmentation(images, np.random.default_rng(1))
    following = np.random.random()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    assert np.random.random() == following  # noqa: NPY002
    assert same_bits(augmentation(images, np.random.default_rng(1)), got)


@every_augmentation
def test_is_frozen_and_equal_to_its_like(augmentation):
    kind = type(augmentation)
    given = {field.name: getattr(augmentation, field.name) for field in fields(augmentation)}
    assert kind(**given) == augmentation
    assert hash(kind(**given)) == hash(augmentation)
    for name in [*given, "anything"]:
        with pytest.raises(FrozenInstanceError):
            setattr(augmentation, name, 1)


@pytest.mark.parametrize("augmentation", [a for a in ALL if not isinstance(a, Compose)], ids=str)
def test_the_notation_comes_back(augmentation):
    assert parse(write(augmentation, REGISTRY), REGISTRY) == augmentation


def test_a_list_of_notations():
    source = "RandomAffine(degrees=10, translate=(0.1, 0.1)), RandomErasing()"
    assert parse_list(source, REGISTRY) == [
        RandomAffine(degrees=10, translate=(0.1, 0.1)),
        RandomErasing(),
    ]
    assert parse("randomaffine(translate=[0.1, 0.2])", REGISTRY) == RandomAffine(translate=(0.1, 0.2))


def test_lists_become_tuples_of_plain_numbers():
    given = RandomAffine(
        degrees=[1, 2],  # pyright: ignore[reportArgumentType]
        translate=[0.1, 0.2],  # pyright: ignore[reportArgumentType]
        scale=(np.float64(0.5), np.float32(2)),  # pyright: ignore[reportArgumentType]
    )
    assert (given.degrees, given.translate, given.scale) == ((1, 2), (0.1, 0.2), (0.5, 2.0))
    assert parse(write(given, REGISTRY), REGISTRY) == given


def test_hyperparameters_are_named():
    for kind in REGISTRY.values():
        assert all(field.kw_only for field in fields(kind))


WRONG = {
    "p": [-0.1, 1.1],
    "degrees": [-1, (20, 10), (1,), (1, 2, 3), (0, math.nan)],
    "translate": [0.1, (0.1,), (0.1, 1.1), (-0.1, 0.1), (0.1, 0.1, 0.1), (0.1, "0.1")],
    "scale": [0.5, (-0.1, 0.5), (0.4, 0.2), (0.1, math.inf)],
    "shear": [-1, 90, (-90, 0), (5, 4)],
    "alpha": [-1],
    "sigma": [-1],
    "mean": [],
    "clip": [1, "yes"],
    "ratio": [0.0, (0.0, 1.0), (3.0, 2.0)],
    "value": ["random"],
}


@pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)
def test_hyperparameters_out_of_range_are_errors(kind):
    for field in fields(kind):
        for wrong in (*WRONG[field.name], None, math.nan, math.inf, "wrong"):
            with pytest.raises(ArgumentError, match=f"{kind.__name__}.*{field.name}"):
                kind(**{field.name: wrong})


@every_augmentation
def test_anything_but_a_batch_of_images_is_an_error(augmentation):
    name = type(augmentation).__name__
    for wrong in (images_of((3, 9, 9)), images_of((3, 81)), images_of((2, 1, 1, 9, 9))):
        with pytest.raises(ShapeError, match=rf"{name} expected .* \(m, C, H, W\)"):
            augmentation(wrong, np.random.default_rng(0))
    for dtype in (np.uint8, np.int64, np.float16):
        with pytest.raises(ShapeError, match=np.dtype(dtype).name):
            augmentation(images_of((3, 1, 9, 9), dtype), np.random.default_rng(0))


def test_the_registry_holds_every_augmentation_but_compose_under_its_own_name():
    concrete = {k for k in Augmentation.__subclasses__() if k.__module__.startswith("gradiente.data.")}
    assert set(REGISTRY.values()) == concrete - {Compose}
    assert all(name == kind.__name__ for name, kind in REGISTRY.items())
