"""The checker's sentences and formulas, whose mathematics is plain text, with that as MathML."""

import re
from collections.abc import Sequence

from gradiente.html import formula

INDEXED = r"(?:∂[JL]/∂|∂[ZA]\[[\dl]\]/∂)?[WXAZYb]\[[\dl]+(?:−1)?\][ᵀ²ᵢⱼₖ]?"  # makes a piece a formula
OTHER = r"(?:∂[JL]/∂[ŷzab]|[gσ]′|(?:tanh|ReLU)′|softmax|tanh|σ|1/m|λ|Σ[ᵢₖ]|X[ᵀ]?|Y|J|\d+(?:/\d+)?)"
OPERATOR = r"(?: [·⊙+−=] | ?)"


def _joined(unit: str) -> str:
    """Units one after the other, with operators between them."""
    return rf"{unit}(?:{OPERATOR}{unit})*"


_UNIT = rf"(?:{INDEXED}|{OTHER})"
for _ in range(2):  # parentheses in parentheses
    _UNIT = rf"(?:{INDEXED}|{OTHER}|\((?:i|{_joined(_UNIT)})\))"
FORMULA = re.compile(rf"(?<![\w∂/]){_joined(_UNIT)}(?![\w′])")
LATEX = (
    (r"∂([ZA])\[([^\]]*)\]/∂([A-Za-z])\[([^\]]*)\]", r"\\frac{\\partial \1^{[\2]}}{\\partial \3^{[\4]}}"),
    (r"∂([JL])/∂([A-Za-z])\[([^\]]*)\]([ᵀ²]?)", r"\\frac{\\partial \1}{\\partial \2^{[\3]}}\4"),
    (r"∂([JL])/∂(\w)", r"\\frac{\\partial \1}{\\partial \2}"),
    (r"([A-Za-z])\[([^\]]*)\]ᵀ", r"\1^{[\2]\\top}"),
    (r"([A-Za-z])\[([^\]]*)\]²", r"(\1^{[\2]})^{2}"),
    (r"([A-Za-z])\[([^\]]*)\]", r"\1^{[\2]}"),
    (r"(\d+|1)/(m|\d+)", r"\\frac{\1}{\2}"),
    (r"(softmax|ReLU)", r"\\operatorname{\1}"),
    (r"tanh", r"\\tanh"),
    (r"Σᵢ", r"\\sum_{i} "),
    (r"Σₖ", r"\\sum_{k} "),
)
SYMBOLS = str.maketrans(
    {
        "ᵀ": r"^{\top}",
        "²": "^{2}",
        "⊙": r"\odot ",
        "·": r"\cdot ",
        "−": "-",
        "′": "'",
        "σ": r"\sigma ",
        "λ": r"\lambda ",
        "ŷ": r"\hat{y}",
        "ᵢ": "_{i}",
        "ⱼ": "_{j}",
        "ₖ": "_{k}",
    }
)


def latex_of(words: str) -> str:
    r"""A formula in the checker's plain notation as LaTeX.

    >>> latex_of("∂J/∂W[2] = ∂J/∂Z[2] A[1]ᵀ")
    '\\frac{\\partial J}{\\partial W^{[2]}} = \\frac{\\partial J}{\\partial Z^{[2]}} A^{[1]\\top}'
    """
    for pattern, replacement in LATEX:
        words = re.sub(pattern, replacement, words)
    return words.translate(SYMBOLS)


def typeset(words: str) -> Sequence[Sequence[str]]:
    """The pieces of a sentence in their order: ["text", words], or ["math", MathML].

    >>> [kind for kind, _ in typeset("W[2] has changed: use A[1] · (1 − A[1]) instead.")]
    ['math', 'text', 'math', 'text']
    """
    pieces, at = list[Sequence[str]](), 0
    for found in FORMULA.finditer(words):
        if not re.search(INDEXED, found[0]):
            continue
        if found.start() > at:
            pieces.append(["text", words[at : found.start()]])
        pieces.append(["math", str(formula(latex_of(found[0])))])
        at = found.end()
    return [*pieces, ["text", words[at:]]] if at < len(words) else pieces
