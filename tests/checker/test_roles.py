"""What a function of a network of one's own does, where its name does not say it, or two names say the same."""

import pytest
from tests.checker.solutions import FUNCTIONS

from gradiente.checker import check
from gradiente.errors import ArgumentError

pytestmark = pytest.mark.usefixtures("one_process")

TRAIN = FUNCTIONS[FUNCTIONS.index("def train") :]
# Two functions that train, of which the second steps uphill.
TWO = (
    FUNCTIONS + "\n\n" + TRAIN.replace("def train", "def train_fast").replace("p, grads, lr", "p, grads, -lr")
)


@pytest.fixture
def checked(tmp_path):
    def check_with(source, **roles):
        path = tmp_path / "net.py"
        path.write_text(source, encoding="utf-8")
        return check(path, roles=roles)

    return check_with


def test_of_two_functions_that_fit_one_role_the_reader_is_asked(checked):
    with pytest.raises(ArgumentError) as caught:
        checked(TWO)
    assert caught.value.key == "check.two_fit"
    assert "--role loop=train or --role loop=train_fast" in str(caught.value)


@pytest.mark.parametrize(("function", "mistakes"), [("train", []), ("train_fast", ["uphill"])])
def test_the_function_that_is_named_is_the_one_that_is_judged(checked, function, mistakes):
    assert [one.mistake for one in checked(TWO, loop=function).all_findings] == mistakes


def test_a_name_that_says_nothing(checked):
    source = FUNCTIONS.replace("def train", "def zzz")
    assert checked(source, loop="zzz").passed


@pytest.mark.parametrize(
    ("roles", "key"), [({"gradient": "backward"}, "check.role"), ({"loop": "trian"}, "check.role_function")]
)
def test_a_role_or_a_function_that_is_not_there(checked, roles, key):
    with pytest.raises(ArgumentError) as caught:
        checked(FUNCTIONS, **roles)
    assert caught.value.key == key
    assert "train" in str(caught.value) or "gradients" in str(caught.value)


def test_a_constructor_that_needs_what_nobody_says_is_named(checked):
    source = (
        "import numpy as np\n\n\nclass Net:\n    def __init__(self, flurb):\n        self.W = np.zeros(flurb)\n\n"
        "    def train(self, X, y):\n        self.W -= X.T @ (X @ self.W - y)\n"
    )
    with pytest.raises(ArgumentError) as caught:
        checked(source)
    assert caught.value.key == "submission.unsaid"
    assert "Net needs flurb" in str(caught.value)
