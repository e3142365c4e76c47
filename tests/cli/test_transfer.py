"""`gradiente train --pretrained --keep --freeze`: what is kept of a trained network, and what learns."""

import shutil

import numpy as np
import pytest

from .conftest import config_of, gradiente, same_bits, train, weights

NETWORK = "Unflatten(1, (1, 8, 8)), Conv2d(1, 4, 3), BatchNorm2d(4), ReLU(), MaxPool2d(2), Flatten(), Linear(36, 10)"


@pytest.fixture(scope="module")
def base_run(tmp_path_factory):
    """A convolutional network that has seen the digits for two epochs; it is only read."""
    run = tmp_path_factory.mktemp("base") / "run"
    train("digits", "--network", NETWORK, "--epochs", 2, run=run)
    return run


def squares(path, classes, instances=60):
    generator = np.random.default_rng(0)
    y = np.arange(instances) % classes
    np.savez(path, x=generator.random((instances, 8, 8)) + y[:, None, None], y=y)
    return path


def test_frozen_layers_stay_and_a_new_head_learns(base_run, own_folder):
    data = squares("squares.npz", 3)
    result = train(data, "--pretrained", base_run, "--freeze", "1,2", "--epochs", 3)
    before, after = weights(base_run), weights("run")
    assert {name for name in after if name[0] in "12"} == {name for name in before if name[0] in "12"}
    assert same_bits(*({n: v for n, v in w.items() if n[0] in "12"} for w in (before, after)))
    assert after["6.weight"].shape == (3, 36)
    config = config_of(own_folder / "run")
    assert config["keep"] == 6
    assert config["freeze"] == [1, 2]
    assert config["layers"][-1] == "Linear(36, 3, bias=True)"
    assert result["parameters"] == 40 + 8 + 3 * 37


def test_what_is_frozen_is_said(base_run):
    chosen = ["--pretrained", base_run, "--freeze", "1", "--epochs", 0, "--no-report"]
    assert "40 (frozen)" in gradiente("train", "digits", *chosen).out
    assert "40 (congelados)" in gradiente("train", "digits", *chosen, "--lang", "es").out


def test_without_epochs_all_but_the_head_are_those_of_the_trained_network(base_run):
    train("digits", "--pretrained", base_run / "network.safetensors", "--epochs", 0)
    before, after = weights(base_run), weights("run")
    assert {name for name in after if np.array_equal(before[name], after[name])} == {
        name for name in before if not name.startswith("6")
    }


def test_how_much_is_kept_can_be_chosen(base_run):
    layers = NETWORK.replace("Flatten(), Linear(36, 10)", "Flatten(), Linear(36, 20), Tanh(), Linear(20, 10)")
    train("digits", "--pretrained", base_run, "--network", layers, "--keep", 2, "--epochs", 0)
    before, after = weights(base_run), weights("run")
    assert np.array_equal(before["1.weight"], after["1.weight"])
    assert not np.array_equal(before["2.running_mean"], after["2.running_mean"])


def test_it_is_repeated_and_taken_up_again_to_the_same_bits(base_run, own_folder):
    data = squares("squares.npz", 3)
    chosen = [data, "--pretrained", base_run, "--freeze", "1", "--penalty", "L2(0.01)"]
    chosen += ["--augment", "RandomAffine(degrees=20)"]
    train(*chosen, "--epochs", 4, run="whole")
    train("--config", own_folder / "whole" / "run.toml", run="again")
    train(*chosen, "--epochs", 2, run="parts")
    assert gradiente("train", "--resume", "parts", "--epochs", 4, "--no-report").status == 0
    assert same_bits(weights("whole"), weights("again"))
    assert same_bits(weights("whole"), weights("parts"))


def test_pretrained_layers_learn_at_a_lower_rate(base_run, own_folder):
    """In a step of plain gradient descent a tenth of the rate is a tenth of the way; and it is repeated and resumed."""
    chosen = ["digits", "--pretrained", base_run, "--optimizer", "SGD", "--lr", 0.5, "--batch-size", "all"]
    own = ["--lr-factors", "1: 0.1, 2: 0, -1: 2, 6.bias: 3"]
    for run, more, epochs in (("start", [], 0), ("plain", [], 1), ("own", own, 1), ("whole", own, 3)):
        train(*chosen, *more, "--epochs", epochs, run=run)
    start, plain, after = (weights(run) for run in ("start", "plain", "own"))
    for name, factor in (("1.weight", 0.1), ("1.bias", 0.1), ("2.weight", 0), ("6.weight", 2), ("6.bias", 3)):
        expected = start[name] + factor * (plain[name] - start[name])
        np.testing.assert_allclose(after[name], expected, rtol=0, atol=1e-6, err_msg=name)
    assert config_of(own_folder / "own")["lr_factors"] == {"1": 0.1, "2": 0.0, "-1": 2.0, "6.bias": 3.0}
    train("--config", own_folder / "whole" / "run.toml", run="again")
    assert gradiente("train", "--resume", "own", "--epochs", 3, "--no-report").status == 0
    assert same_bits(weights("whole"), weights("again"))
    assert same_bits(weights("whole"), weights("own"))


@pytest.mark.parametrize(
    ("chosen", "status", "words"),
    [
        (["--freeze", "9"], 2, "7 layers, 0 to 6"),
        (["--lr-factors", "9: 0.1"], 2, "no layer 9: this network has 7 layers, 0 to 6"),
        (["--lr-factors", "1.biases: 0.1"], 2, "no layer '1.biases'"),
        (["--lr-factors", "3: 0.1"], 2, "layer 3, ReLU(), has no parameters"),
        (["--lr-factors", "1: 0.1, -6: 0.1"], 2, "two factors for layer 1"),
        (["--lr-factors", "1: 0.1, 1: 0.2"], 2, 'each layer once, as in "0: 0.1, -1: 2", or none'),
        (["--lr-factors", "1"], 2, "got '1'"),
        (["--lr-factors", "1: inf"], 2, "lr_factors must be a number in [0, inf), got inf"),
        (["--hidden", "5"], 2, "not even the first layer"),
        (["--keep", "8"], 2, "keep from 1 to 7"),
        (["--keep", "0"], 2, "keep must be a number in [1, inf), got 0"),
        (["--freeze", "1,2,6"], 2, "frozen"),
    ],
)
def test_bad_choices(base_run, own_folder, chosen, status, words):
    answer = gradiente("train", "digits", "--pretrained", base_run, *chosen, "--lang", "en")
    assert answer.status == status
    assert words in answer.err
    assert not (own_folder / "runs").exists()


def test_it_goes_on_where_the_start_is_gone(base_run, own_folder):
    shutil.copytree(base_run, own_folder / "start")
    chosen = ["digits", "--pretrained", "start", "--freeze", "1", "--epochs"]
    train(*chosen, 3, run="whole")
    train(*chosen, 1, run="parts")
    shutil.rmtree(own_folder / "start")
    answer = gradiente("train", "--resume", "parts", "--epochs", 3, "--no-report")
    assert answer.status == 0, answer.err
    assert same_bits(weights("whole"), weights("parts"))
    assert config_of(own_folder / "parts")["keep"] == 6


def test_a_network_that_cannot_be_a_start(base_run, own_folder):
    train("iris", "--epochs", 0, run="flowers")
    for name, words in (("flowers", "shape (4,)"), ("nowhere", "nowhere")):
        answer = gradiente("train", "digits", "--pretrained", name, "--lang", "en")
        assert answer.status == 1
        assert words in answer.err
    answer = gradiente("train", "digits", "--keep", 3, "--lang", "en")
    assert (answer.status, "pretrained" in answer.err) == (2, True)


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ("Unflatten(1, (1, 8, 8)), Conv2d(1, 4, 9), Flatten(), Linear(4, 10)", "window spans 9"),
        ("Unflatten(1, (1, 8, 8)), Conv2d(3, 4, 3), Flatten(), Linear(4, 10)", "in_channels"),
        ("Unflatten(1, (1, 8, 8)), Conv2d(1, 4, 3, groups=3), Flatten(), Linear(4, 10)", "groups = 3"),
        ("Unflatten(1, (1, 8, 8)), Conv2d(1, 4, 3, 2, 'same'), Flatten(), Linear(4, 10)", "stride=1"),
        ("Linear(64, 10), Dropout(1.5)", "[0, 1]"),
        ("Unflatten(1, (1, 9, 9)), Flatten(), Linear(81, 10)", "81 entries along axis 1"),
        ("Unflatten(1, (1, 8, 8)), Conv2d(1, 10, 3)", "end the network with Flatten()"),
        (
            "Unflatten(1, (1, 8, 8)), Conv2d(1, 4, 3), BatchNorm1d(4), Flatten(), Linear(144, 10)",
            "BatchNorm2d",
        ),
        (
            "Unflatten(1, (1, 8, 8)), Conv2d(1, 4, 3), BatchNorm2d(5), Flatten(), Linear(144, 10)",
            "num_features=4",
        ),
        ("Unflatten(1, (1, True, 64)), Flatten(), Linear(64, 10)", "unflattened_size"),
        ("Linear(64, 10, bias=3)", "True or False"),
    ],
)
def test_networks_that_cannot_be(network, words, own_folder):
    answer = gradiente("train", "digits", "--network", network, "--lang", "en")
    assert answer.status in (1, 2)
    assert words in answer.err
    assert "Traceback" not in answer.err
    assert not (own_folder / "runs").exists()


def test_augmentation_of_what_are_no_images(own_folder):
    answer = gradiente("train", "iris", "--augment", "RandomAffine(degrees=10)", "--lang", "en")
    assert answer.status == 2
    assert "image" in answer.err
    assert not (own_folder / "runs").exists()
