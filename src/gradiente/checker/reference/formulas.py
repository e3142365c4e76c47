"""The lecture's formula of a quantity as plain text, read from the layers and losses: ∂J/∂W[2] = ∂J/∂Z[2] · A[1]ᵀ."""

import re

from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.reference import LECTURE, Reference
from gradiente.layers import Softmax
from gradiente.losses import BCEWithLogitsLoss

LECTURES = Layout(columns=True, out_in=True, bias="column", target="matrix")
FACTOR = re.compile(r"(∂J/∂)?[WXAZ](\[\d\])?ᵀ?")
SYMBOLS = {
    r"\odot": "⊙",
    r"\delta": "δ",
    r"^{\top}": "ᵀ",
    r"^{2}": "²",
    r"\partial": "∂",
    r"\sigma": "σ",
    r"\hat{y}": "ŷ",
    r"\tanh": "tanh",
    r"\cdot": "·",
    r"\quad": " ",
    r"\left": "",
    r"\right": "",
    r"\log": "log",
    r"\max": "max",
    r"\leq": "≤",
}


def plain(latex: str) -> str:
    r"""LaTeX as plain text, as far as the formulas of layers and losses need it.

    >>> plain(r"\\frac{\\partial J}{\\partial W} = \\delta X^{\\top}".replace(chr(92) * 2, chr(92)))
    '∂J/∂W = δ Xᵀ'
    """
    latex = re.sub(r"\^\{(\[[\d.]+\])(\\top)?\}", lambda found: found[1] + ("ᵀ" if found[2] else ""), latex)
    for command, symbol in SYMBOLS.items():
        latex = latex.replace(command, symbol)
    latex = re.sub(r"\\begin\{cases\}(.*?)\\end\{cases\}", lambda found: _cases(found[1]), latex)
    latex = re.sub(r"\\sum_\{([^}]*)\}(\^\{([^}]*)\})?", lambda found: "Σ" + _low(found[1]), latex)
    latex = re.sub(r"_(?:\{(\w+)\}|(\w))", lambda found: _low(found[1] or found[2]), latex)
    latex = re.sub(r"\\operatorname\{(\w+)\}", r"\1", latex)
    inner = r"\{((?:[^{}]|\{[^{}]*\})*)\}"  # one pair of braces, and pairs in it
    while (shorter := re.sub(rf"\\frac{inner}{inner}", _fraction, latex)) != latex:
        latex = shorter
    return re.sub(r"\s+", " ", re.sub(r"[{}\\]", "", latex)).strip()


def _cases(rows: str) -> str:
    """{1: Z > 0; 0: Z ≤ 0}"""
    pairs = [row.split("&") for row in rows.split(r"\\")]
    return "[" + "; ".join(f"{value.strip()}: {where.strip()}" for value, where in pairs) + "]"


def _low(indices: str) -> str:
    """i, j, k … as subscripts; of i = 1 the i."""
    names = re.match(r"[ijk]*", indices)
    return names[0].translate(str.maketrans("ijk", "ᵢⱼₖ")) if names else ""


def _fraction(found: re.Match[str]) -> str:
    """a/b; with spaces where a piece is a product, in parentheses where it is a sum."""
    pieces = [re.sub(r"[{}]", "", piece).strip().replace("∂ ", "∂") for piece in found.groups()]
    above, below = (f"({p})" if re.search(r"\S [-+−] \S", p) else p for p in pieces)
    product = any(re.search(r"[Σ^]", piece) for piece in pieces)
    return f"{above} / {below}" if product else f"{above}/{below}"


def softmax_formula() -> str:
    """softmax of one instance, whichever axis the instances have.

    >>> softmax_formula()
    'A[2] = e^Z / Σₖ e^Zₖ, Z = Z[2]'
    """
    one = Softmax.equation.replace("_{ij}", "").replace("_{ik}", "_{k}")
    return plain(one.replace("A", "A[2]")) + ", Z = Z[2]"


def formula(case: Reference, name: str, layout: Layout = LECTURES, *, mean: bool = False) -> str:
    """The formula of a quantity by our name (dW2), with the names of its own layer in it, as a layout writes it.

    Arguments:
        mean: of ∂J/∂W and ∂J/∂b, with the 1/m of the mean in sight

    >>> from gradiente.checker.reference.reference import Sizes, random_reference
    >>> step = random_reference("xor", "sigmoid", Sizes(4, 3, 5, 1), seed=0)
    >>> formula(step, "dW2"), formula(step, "Z1")
    ('∂J/∂W[2] = ∂J/∂Z[2] A[1]ᵀ', 'Z[1] = W[1] X + b[1]')
    >>> formula(step, "dW2", Layout(False, False, "row", "matrix"), mean=True)
    '∂J/∂W[2] = 1/m · A[1]ᵀ ∂L/∂Z[2]'
    """
    if name == "A2":
        return "A[2] = σ(Z[2])" if case.labels is None else softmax_formula()
    quantity = case.trace[LECTURE[name]]
    if name == "dZ2":
        return f"{quantity.label} = 1/m · ({plain(BCEWithLogitsLoss.derivative).rpartition('=')[2].strip()})"
    pieces = plain(quantity.formula).split("=")
    right = _in_layout(pieces[1 if quantity.role == "output" else -1].strip(), name, layout)
    if mean and name in ("dW1", "db1", "dW2", "db2"):
        right = f"1/m · {right.replace('∂J', '∂L')}"
    return f"{quantity.label} = {right}"


def _in_layout(right: str, name: str, layout: Layout) -> str:
    """The matrix products of a formula for quantities that a layout has transposed: (P Q)ᵀ = Qᵀ Pᵀ."""

    def turned(symbol: str) -> bool:
        return not (layout.out_in if symbol == "W" else layout.columns)

    def factor(words: str) -> str:
        bare = words.removesuffix("ᵀ")
        transposed = (bare != words) ^ turned(bare.removeprefix("∂J/∂")[0]) ^ turned(result)
        return bare + "ᵀ" * transposed

    result = name.lstrip("d")[0]
    terms = []
    for term in right.split(" + "):
        factors = term.split(" ")
        if len(factors) == 2 and all(FACTOR.fullmatch(one) for one in factors):
            factors = [factor(one) for one in (reversed(factors) if turned(result) else factors)]
        terms.append(" ".join(factors))
    return " + ".join(terms)
