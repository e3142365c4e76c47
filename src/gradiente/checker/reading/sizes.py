"""Files that have the sizes of MNIST's network in their text: the same with small ones, which a check can afford."""

import ast
import io
import re
import tokenize

INPUTS, HIDDEN = 784, 512
SMALL = {INPUTS: 7, HIDDEN: 6}
PRODUCT = re.compile(r"\b28 ?\* ?28\b")


def written_sizes(source: str) -> bool:
    """Whether 784 or 512 stand anywhere but in initParams."""
    tree = ast.parse(PRODUCT.sub(str(INPUTS), source))
    others = [
        node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == "initParams")
    ]
    numbers = (node for other in others for node in ast.walk(other) if isinstance(node, ast.Constant))
    return any(type(node.value) is int and node.value in SMALL for node in numbers)


def with_small_sizes(source: str) -> str:
    """The source with 7 for 784 and 6 for 512, line by line as it was.

    >>> with_small_sizes("N = 28 * 28  # 784\\nw = zeros((512, N))")
    'N = 7  # 784\\nw = zeros((6, N))'
    """
    source = PRODUCT.sub(str(INPUTS), source)
    lines = source.splitlines(keepends=True)
    found = [
        token
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.NUMBER and token.string in {str(size) for size in SMALL}
    ]
    for token in reversed(found):
        row, column = token.start
        line = lines[row - 1]
        lines[row - 1] = line[:column] + str(SMALL[int(token.string)]) + line[token.end[1] :]
    return "".join(lines)
