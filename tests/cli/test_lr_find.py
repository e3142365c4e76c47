"""`gradiente lr-find`: the curve, the suggestion, the picture, JSON, and bad usage."""

import pytest
from PIL import Image

from .conftest import gradiente


def test_the_curve_and_the_option_to_type(tmp_path):
    picture = tmp_path / "rates.png"
    answer = gradiente("lr-find", "iris", "--output", picture)
    assert (answer.status, answer.err) == (0, "")
    data = gradiente("lr-find", "iris", "--json").data
    assert f"--lr {data['suggestion']:.2g}" in answer.out
    assert "|*" in answer.out
    with Image.open(picture) as image:
        assert image.size[0] > 500
        assert len(image.convert("RGB").getcolors(1 << 20) or []) > 3


def test_json_has_every_step_and_nothing_else_is_said(tmp_path):
    answer = gradiente("lr-find", "iris", "--json", "--steps", 30, "--lowest", "1e-5", "--highest", "0.1")
    data = answer.data
    assert len(data["rates"]) == len(data["losses"]) == len(data["smoothed"]) <= 30
    assert data["rates"][0] == pytest.approx(1e-5)
    assert data["suggestion"] == pytest.approx(data["lowest"] / 10)
    assert data["optimizer"].startswith("Adam(")
    assert not list(tmp_path.iterdir())


def test_the_suggestion_trains_better_than_rates_far_from_it(own_folder):
    suggestion = gradiente("lr-find", "digits", "--json").data["suggestion"]
    losses = {}
    for lr in (suggestion, suggestion / 1000, suggestion * 1000):
        result = gradiente("train", "digits", "--lr", lr, "--epochs", 3, "--json", "--no-report")
        losses[lr] = result.data["last_epoch"]["val_loss"]
    assert min(losses, key=lambda lr: losses[lr]) == suggestion


def test_in_spanish():
    answer = gradiente("lr-find", "iris", "--lang", "es")
    assert "Sugerencia: --lr" in answer.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--output", "rates.pdf"], ".png"),
        (["--output", "nowhere/rates.png"], "nowhere"),
        (["--steps", "2"], "10 steps"),
        (["--lowest", "1", "--highest", "0.1"], "below highest"),
        (["--lowest", "0"], "lowest"),
    ],
)
def test_bad_usage_is_one_message(options, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = gradiente("lr-find", "iris", *options)
    assert answer.status in (1, 2)
    assert words in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_config_file_and_the_options_of_train(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('[data]\nname = "moons"\n[descent]\noptimizer = "SGD(momentum=0.9)"\n')
    data = gradiente("lr-find", "--config", file, "--hidden", "8", "--json", "--steps", "20").data
    assert data["optimizer"].startswith("SGD(")
