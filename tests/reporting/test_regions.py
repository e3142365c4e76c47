import re

import numpy as np

from gradiente import BatchNorm1d, Linear, Network
from gradiente.data import Dataset
from gradiente.reporting.regions import COLOURS, grid, plane, regions, shade


def test_a_plane_has_two_columns_that_vary():
    x = np.random.default_rng(0).random((5, 2))
    y = np.array([0, 1, 0, 1, 1])

    def of(*columns):
        return Dataset(np.column_stack(columns), y, "classification", "d")

    one = np.ones(5)
    assert plane(of(x)) == (0, 1)
    assert plane(of(one, x)) == (1, 2)
    assert plane(of(x[:, :1], one, x[:, 1:])) == (0, 2)
    assert plane(of(x, x)) is None
    assert plane(of(x[:, :1], one)) is None
    assert plane(Dataset(x.reshape(5, 2, 1), y, "classification", "d")) is None


def test_the_grid_covers_the_data_and_keeps_the_constant():
    x = np.array([[0.0, 10.0, 1.0], [4.0, 30.0, 1.0], [2.0, 20.0, 1.0]])
    inputs = grid(Dataset(x, np.array([0, 1, 1]), "classification", "d"), (0, 1), 50)
    assert inputs.shape == (50, 50, 3)
    assert np.all(inputs[:, :, 2] == 1)
    (left, right), (bottom, top) = ((inputs[:, :, c].min(), inputs[:, :, c].max()) for c in (0, 1))
    assert left < 0 < 4 < right
    assert bottom < 10 < 30 < top
    assert np.all(np.diff(inputs[:, :, 0], axis=1) > 0)
    assert np.all(np.diff(inputs[:, :, 1], axis=0) < 0)  # the first row of a picture is its top


def test_shades_are_the_class_and_how_sure_it_is():
    shades = shade(np.array([[1.0, 0.0], [0.75, 0.25], [0.5, 0.5], [0.0, 1.0]]))
    assert tuple(shades[0, :3]) == COLOURS[0]
    assert tuple(shades[3, :3]) == COLOURS[1]
    assert shades[0, 3] == shades[3, 3] > shades[1, 3] > shades[2, 3]


def test_points_of_both_parts_are_drawn_on_the_plane(run):
    case = run("moons")
    section = regions(case["network"], case["loss"], case["train"], case["test"], case["train"].classes)
    assert section is not None
    points = re.findall(r'<use[^>]*style="([^"]*#[^"]*)"', section)
    for k, colour in enumerate(("#2f6fc4", "#d97628")):
        dots, rings = f"fill: {colour};", f"fill-opacity: 0; stroke: {colour};"
        assert sum(style.startswith(dots) for style in points) == (case["train"].y == k).sum()
        assert sum(style.startswith(rings) for style in points) == (case["test"].y == k).sum()


def test_a_point_that_has_no_answer_of_its_own_is_not_shaded(run):
    case = run("moons")
    rest = (case["loss"], case["train"], case["test"], case["train"].classes)
    for tracked in (True, False):
        layers = [Linear(2, 4), BatchNorm1d(4, track_running_stats=tracked), Linear(4, case["train"].outputs)]
        assert (regions(Network(layers), *rest) is not None) == tracked


def test_other_data_have_no_regions(run):
    for name in ("iris", "digits", "sine"):
        case = run(name)
        assert regions(case["network"], case["loss"], case["train"], case["test"], ()) is None
