import io
import re

import pytest

from gradiente import (
    Adam,
    Callback,
    CrossEntropyLoss,
    EarlyStopping,
    Linear,
    MSELoss,
    Network,
    Progress,
    TqdmProgress,
    Trainer,
    set_language,
)


def fit(data, file, *callbacks, epochs=5, **options):
    loss = CrossEntropyLoss() if data.task == "classification" else MSELoss()
    network = Network([Linear(data.x.shape[1], data.outputs)])
    trainer = Trainer(network, loss, Adam(lr=0.1), callbacks=[*callbacks, Progress(file)])
    return trainer, trainer.fit(data, epochs=epochs, batch_size=20, **options)


def test_a_log_gets_a_line_for_every_epoch_with_its_measures(clouds):
    file = io.StringIO()
    _, history = fit(clouds, file, validation=0.2)
    lines = file.getvalue().splitlines()
    assert len(lines) == 5
    for line, record in zip(lines, history, strict=True):
        assert f"epoch {record['epoch']}/5" in line
        loss, accuracy, val_loss, val_accuracy = map(float, re.findall(r" ([\d.]+)", line)[1:5])
        assert [loss, val_loss] == pytest.approx([record["loss"], record["val_loss"]], rel=1e-3)
        shares = [record["accuracy"], record["val_accuracy"]]
        assert [accuracy / 100, val_accuracy / 100] == pytest.approx(shares, abs=1e-4)
    assert "\x1b" not in file.getvalue()


def test_what_is_not_measured_is_not_shown(line):
    file = io.StringIO()
    fit(line, file)
    assert "accuracy" not in file.getvalue()
    assert "valid" not in file.getvalue()


@pytest.mark.parametrize("epochs", [20, 60, 101, 250])
def test_many_epochs_are_about_twenty_lines_with_the_first_and_the_last(line, epochs):
    file = io.StringIO()
    fit(line, file, epochs=epochs)
    shown = [int(number) for number in re.findall(rf"epoch +(\d+)/{epochs}", file.getvalue())]
    assert 20 <= len(shown) <= 25
    assert (shown[0], shown[-1]) == (1, epochs)
    assert shown == sorted(shown)


def test_the_reason_for_an_early_end_is_the_last_line(clouds):
    file = io.StringIO()
    trainer, history = fit(clouds, file, EarlyStopping(patience=1), epochs=300, validation=0.2)
    assert len(history) < 300
    assert file.getvalue().splitlines()[-1] == str(trainer.stopped)


def test_in_spanish(clouds):
    set_language("es")
    file = io.StringIO()
    fit(clouds, file, validation=0.2, epochs=1)
    assert re.match(r"época 1/1 +pérdida \d.*exactitud \d", file.getvalue())


def test_no_epochs_are_no_lines(clouds):
    file = io.StringIO()
    fit(clouds, file, epochs=0)
    assert file.getvalue() == ""


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_gets_a_bar_too_and_is_left_clean(clouds, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    file = Terminal()
    fit(clouds, file, epochs=3)
    shown = file.getvalue()
    assert "━" in shown
    assert "12/12" in shown
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 1  # the cursor comes back


def test_a_terminal_is_left_clean_by_an_error_too(clouds, monkeypatch):
    class Fail(Callback):
        def step_begin(self, state, step):
            if state.epoch == 1:
                raise RuntimeError

    monkeypatch.setenv("TERM", "xterm-256color")
    file = Terminal()
    with pytest.raises(RuntimeError):
        fit(clouds, file, Fail())
    assert file.getvalue().count("\x1b[?25h") == 1


def test_without_a_file_it_is_the_standard_error_stream(line, capsys):
    fit(line, None, epochs=1)
    streams = capsys.readouterr()
    assert streams.out == ""
    assert "epoch 1/1" in streams.err


def test_a_bar_of_tqdm_counts_the_steps_and_has_the_measures(clouds):
    file = io.StringIO()
    network = Network([Linear(2, 3)])
    trainer = Trainer(network, CrossEntropyLoss(), Adam(lr=0.1), callbacks=[TqdmProgress(file)])
    history = trainer.fit(clouds, epochs=5, batch_size=20, validation=0.2)
    last = file.getvalue().strip().split("\r")[-1]
    assert "15/15" in last
    assert "epoch 5/5" in last
    value = re.search(r"validation loss=([\d.]+)", last)
    assert value is not None
    assert float(value[1]) == pytest.approx(history["val_loss"][-1], rel=1e-3)


def test_a_bar_of_tqdm_begins_where_training_is_resumed_and_ends_where_it_stops(clouds):
    file = io.StringIO()
    first = Trainer(Network([Linear(2, 3)]), CrossEntropyLoss(), Adam(lr=0.1))
    first.fit(clouds, epochs=2, batch_size=20)
    again = Trainer(Network([Linear(2, 3)]), CrossEntropyLoss(), Adam(lr=0.1), callbacks=[TqdmProgress(file)])
    again.fit(clouds, epochs=5, batch_size=20, max_steps=14, resume=first.last)
    begin, *_, end = file.getvalue().strip().split("\r")
    assert "8/20" in begin
    assert "14/20" in end
