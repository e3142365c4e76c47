"""`gradiente diagnose`, and the findings after `gradiente train`."""

from html import unescape

import pytest

from .conftest import gradiente


@pytest.fixture(scope="module")
def broken_run(tmp_path_factory):
    run = tmp_path_factory.mktemp("broken") / "digits"
    answer = gradiente("train", "digits", "--lr", "100", "--epochs", "4", "--run", run, "--no-report")
    assert answer.status == 0
    return run, answer.out


def test_the_findings_are_said_after_the_training_and_by_diagnose_alike(broken_run):
    run, said = broken_run
    found = gradiente("diagnose", run, "--json").data["findings"]
    assert "rate_large" in [finding["key"] for finding in found]
    words = " ".join(said.split())
    assert all(finding["statement"] in words and finding["remedy"] in words for finding in found)


@pytest.mark.parametrize(("code", "words"), [("en", "The learning rate 100 is too large"),
                                             ("es", "La tasa de aprendizaje 100 es demasiado grande")])  # fmt: skip
def test_in_both_languages_with_the_formula_and_the_option(code, words, broken_run):
    answer = gradiente("diagnose", broken_run[0], "--lang", code)
    assert (answer.status, answer.err) == (0, "")
    assert all(part in " ".join(answer.out.split()) for part in (words, "α < 2 / λmax(H)", "--lr 0.001"))


def test_a_healthy_run_is_not_accused(digits_run):
    answer = gradiente("diagnose", digits_run, "--json")
    assert (answer.status, answer.data["findings"]) == (0, [])


def test_a_folder_without_a_run_is_one_message(tmp_path):
    answer = gradiente("diagnose", tmp_path)
    assert answer.status == 1
    assert len(answer.err.strip().splitlines()) == 1


def test_the_report_has_the_findings_with_their_formulas(tmp_path):
    options = ("--lr", "100", "--epochs", "3", "--run", tmp_path / "run")
    assert gradiente("train", "iris", *options).status == 0
    page = unescape((tmp_path / "run" / "report.html").read_text(encoding="utf-8"))
    found = gradiente("diagnose", tmp_path / "run", "--json").data["findings"]
    assert found
    assert all(finding[part] in page for finding in found for part in ("statement", "why", "remedy"))


def test_train_says_its_findings_as_data_and_diagnose_the_same(tmp_path):
    options = ("--lr", "100", "--epochs", "3", "--run", tmp_path / "run", "--no-report", "--json")
    trained = gradiente("train", "iris", *options).data
    found = gradiente("diagnose", tmp_path / "run", "--json").data
    assert trained["findings"] == found["findings"]
    assert {"key", "remark", "evidence", "statement", "why", "remedy"} == set(trained["findings"][0])


def test_the_mended_run_stands_beside_the_broken_one(tmp_path):
    run = tmp_path / "iris"
    assert gradiente("train", "iris", "--lr", "100", "--epochs", "30", "--run", run).status == 0
    before = (run / "run.toml").read_text(encoding="utf-8")
    answer = gradiente("diagnose", run, "--mend")
    assert answer.status == 0, answer.err
    assert (run / "run.toml").read_text(encoding="utf-8") == before
    assert all(words in answer.out for words in ("iris-mended", "--lr", "accuracy"))
    mended = gradiente("evaluate", tmp_path / "iris-mended", "--json").data["metrics"]["accuracy"]
    broken = gradiente("evaluate", run, "--json").data["metrics"]["accuracy"]
    assert mended > broken
    assert f"{100 * mended:.2f}" in answer.out
    assert (tmp_path / "iris-mended" / "report.html").is_file()
    again = gradiente("diagnose", run, "--mend")
    assert (again.status, "already exists" in again.err) == (2, True)


def test_the_mended_run_as_data(tmp_path):
    run = tmp_path / "iris"
    assert (
        gradiente("train", "iris", "--lr", "1e-9", "--epochs", "10", "--run", run, "--no-report").status == 0
    )
    data = gradiente("diagnose", run, "--mend", "--json").data
    assert data["finding"] == "rate_small"
    assert data["options"].startswith("--lr ")
    assert data["mended"]["test"]["accuracy"] > data["before"]["accuracy"]
    assert data["mended"]["run"].endswith("iris-mended")
    assert isinstance(data["mended"]["findings"], list)


def test_a_healthy_run_has_nothing_to_mend(digits_run):
    answer = gradiente("diagnose", digits_run, "--mend")
    assert (answer.status, "nothing to mend" in answer.err) == (2, True)
