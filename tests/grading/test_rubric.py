"""The points of a function, and a rubric that cannot be one."""

import pytest

from gradiente.checker.verdict import Finding, FunctionVerdict
from gradiente.checker.workshop import WORKSHOPS
from gradiente.errors import ArgumentError, FileError
from gradiente.grading import Rubric
from gradiente.locale import set_language


def written(tmp_path, content):
    path = tmp_path / "rubric.toml"
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["xor", "mnist"])
def test_without_a_rubric_all_functions_count_the_same(name):
    points = Rubric().of(name)
    assert list(points) == list(WORKSHOPS[name].functions)
    assert len(set(points.values())) == 1
    assert sum(points.values()) == pytest.approx(100)


def test_a_function_that_is_not_named_is_worth_nothing(tmp_path):
    rubric = Rubric.read(written(tmp_path, "[points]\nbackProp = 3.5"), "xor")
    assert rubric.of("xor") == {"backProp": 3.5, "entrenarRed": 0}
    assert (rubric.maximum("xor"), rubric.maximum("")) == (3.5, 3.5)


@pytest.mark.parametrize(
    ("status", "mistakes", "share"),
    [
        ("right", [], 1),
        ("wrong", ["sign"], 0.25),
        ("wrong", ["sign", "transpose"], 0),
        ("wrong", ["unknown"], 0),
        ("unchecked", [], 0.25),
        ("missing", ["missing"], 0),
        ("blank", ["blank"], 0),
        ("error", ["exception"], 0),
    ],
)
def test_a_share_for_one_mistake_that_has_a_name(status, mistakes, share, tmp_path):
    rubric = Rubric.read(written(tmp_path, "partial = 0.25\n[points]\nbackProp = 8"))
    function = FunctionVerdict("backProp", status, findings=tuple(map(Finding, mistakes)))
    assert rubric.earned("xor", function) == 8 * share


@pytest.mark.parametrize(
    ("content", "english", "spanish"),
    [
        ("[points]\nbackprop = 3", "did you mean backProp?", "¿quiso decir backProp?"),
        ("[points]\nsoftmax = 3", "softmax, which is no function", "softmax, que no es una función"),
        ("[points]\nbackProp = -1", "0 or more, got -1", "0 o más; llegó -1"),
        ("[points]\nbackProp = 'all'", "0 or more, got 'all'", "0 o más; llegó 'all'"),
        ("[points]\nbackProp = nan", "0 or more, got nan", "0 o más; llegó nan"),
        ("[points]\nbackProp = inf", "0 or more, got inf", "0 o más; llegó inf"),
        ("[points]\nbackProp = true", "0 or more, got True", "0 o más; llegó True"),
        ("[points]\nbackProp = 0", "at least one function", "al menos a una función"),
        ("[points]", "at least one function", "al menos a una función"),
        ("points = 3", "at least one function", "al menos a una función"),
        ("partial = 1.5", "from 0 to 1, got 1.5", "de 0 a 1; llegó 1.5"),
        ("partial = 'half'", "from 0 to 1, got 'half'", "de 0 a 1; llegó 'half'"),
        ("[point]\nbackProp = 1", "did you mean points?", "¿quiso decir points?"),
    ],
)
def test_a_rubric_that_cannot_be(content, english, spanish, tmp_path):
    for language, words in (("en", english), ("es", spanish)):
        set_language(language)
        with pytest.raises(ArgumentError) as error:
            Rubric.read(written(tmp_path, content), "xor")
        message = str(error.value)
        assert words in message
        assert "rubric.toml" in message
        assert len(message.splitlines()) == 1


def test_without_a_workshop_the_functions_of_all_are_known(tmp_path):
    assert Rubric.read(written(tmp_path, "[points]\nsoftmax = 3")).maximum("mnist") == 3


@pytest.mark.parametrize("content", [None, "[points", b"\xff\xfe"])
def test_a_file_that_is_no_toml(content, tmp_path):
    path = tmp_path / "rubric.toml"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(FileError, match=r"rubric\.toml"):
        Rubric.read(path)
