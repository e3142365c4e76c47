from pathlib import Path

import pytest
from tests.checker.corpus import MISTAKES, RIGHT

from .conftest import gradiente

XOR = next(case.source for case in RIGHT if case.name == "xor-columns-base")
SIGN = next(case.source for case in MISTAKES if case.name == "xor-columns-output_sign")


@pytest.fixture
def right(own_folder):
    (own_folder / "xor.py").write_text(XOR, encoding="utf-8")
    return "xor.py"


@pytest.fixture
def wrong(own_folder):
    (own_folder / "sign.py").write_text(SIGN, encoding="utf-8")
    return "sign.py"


@pytest.mark.parametrize(("language", "words"), [("en", "Everything is right"), ("es", "Todo está correcto")])
def test_right_code_ends_with_0(right, language, words):
    answer = gradiente("check", right, "--lang", language)
    assert (answer.status, answer.err) == (0, "")
    assert words in answer.out
    assert answer.out.count("✓") == 2


@pytest.mark.parametrize(
    ("language", "words"), [("en", "the sign is reversed"), ("es", "el signo está al revés")]
)
def test_a_mistake_is_named_and_the_status_is_1(wrong, language, words):
    answer = gradiente("check", wrong, "--lang", language)
    assert (answer.status, answer.err) == (1, "")
    assert words in answer.out
    assert "∂J/∂Z[2] = 1/m · (ŷ - y)" in answer.out


def test_hints_say_more_and_more(wrong):
    lengths = [len(gradiente("check", wrong, "--hint", hint).out.splitlines()) for hint in (1, 2)]
    assert lengths[0] < lengths[1]
    assert "Formula" not in gradiente("check", wrong, "--hint", 1).out
    assert len(gradiente("check", wrong, "--hint", 3).out) > len(gradiente("check", wrong).out)
    assert gradiente("check", wrong).out == gradiente("check", wrong, "--hint", 2).out


def test_json_is_the_verdict_with_its_words(wrong):
    data = gradiente("check", wrong, "--json", "--lang", "es").data
    assert (data["workshop"], data["passed"]) == ("xor", False)
    (finding,) = [f for function in data["functions"] for f in function["findings"]]
    assert finding["mistake"] == "output_sign"
    assert "signo" in data["words"][0]["title"]


def test_both_signatures_stand_below_each_other(own_folder):
    Path("other.py").write_text("def backProp(X, y):\n    return X\n", encoding="utf-8")
    lines = gradiente("check", "other.py", "--workshop", "xor", "--lang", "en").out.splitlines()
    (place,) = [i for i, line in enumerate(lines) if "backProp(X, y, w1, w2, b1, b2, a2, a1)" in line]
    assert lines[place + 1].endswith("backProp(X, y)")
    assert lines[place].index("backProp(") == lines[place + 1].index("backProp(")


def test_a_syntax_error_is_shown_with_a_caret(own_folder):
    Path("broken.py").write_text("def backProp(X, y)\n    return X\n", encoding="utf-8")
    answer = gradiente("check", "broken.py", "--lang", "es")
    assert answer.status == 1
    lines = answer.out.splitlines()
    (place,) = [i for i, line in enumerate(lines) if line.strip() == "^"]
    assert lines[place].index("^") == lines[place - 1].index(")") + 1
    assert "dos puntos" in lines[place + 1]


WRONG = [
    (["none.py"], 1, "there is no file none.py", "no existe el archivo none.py"),
    (["xor.txt"], 1, "neither a .py nor an .ipynb", "no es ni .py ni .ipynb"),
    (["xor.py", "--workshop", "minst"], 2, "did you mean mnist", "¿quiso decir mnist"),
    (["xor.py", "--hint", "4"], 2, "1", "1"),
    ([], 2, "missing", "falta"),
]


@pytest.mark.parametrize(("arguments", "status", "in_english", "in_spanish"), WRONG, ids=lambda row: str(row))
def test_a_wrong_question_is_answered_in_one_message(right, arguments, status, in_english, in_spanish):
    for language, words in (("en", in_english), ("es", in_spanish)):
        answer = gradiente("check", *arguments, "--lang", language)
        assert (answer.status, answer.out) == (status, "")
        assert words in answer.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--role", "loop"), "ROLE=FUNCTION"),
        (("--role", "loop=train", "--workshop", "xor"), "neither with --workshop nor with --exercise"),
        (("--role", "lop=backProp"), "did you mean loop?"),
    ],
)
def test_a_role_that_cannot_be_is_refused(right, arguments, words):
    answer = gradiente("check", right, *arguments)
    assert answer.status == 2
    assert words in answer.err
