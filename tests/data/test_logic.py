import operator

import pytest

from gradiente.data.logic import logic

OPERATIONS = {"and": operator.and_, "or": operator.or_, "xor": operator.xor}


@pytest.mark.parametrize("name", OPERATIONS)
def test_truth(name):
    data = logic(name)
    assert {tuple(row) for row in data.x} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert all(y == OPERATIONS[name](int(a), int(b)) for (a, b), y in zip(data.x, data.y, strict=True))
