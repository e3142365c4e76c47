"""The waves of a table's columns, PBLD, as source: what they make of x, and the gradients of their parameters."""

import math
from dataclasses import dataclass

from gradiente.engines.compiled.feature_loops import SUMMED
from gradiente.engines.compiled.formulas import literal, nested
from gradiente.engines.compiled.operands import Place
from gradiente.engines.compiled.register_products import Matrix, product
from gradiente.engines.compiled.source import Memory, Source
from gradiente.engines.compiled.stages import Stage
from gradiente.layers import PBLD

MOST_PIECES = 16


@dataclass
class Waves:
    """The head of the first stage. A piece has some columns, each with its waves and its rows of the parameters.

    The forward pass keeps cos(u) and sin(u), as features × rows.

    Arguments:
        rows: of the arrays, M
        lanes: numbers of a vector
    """

    source: Source
    stage: Stage
    rows: int
    lanes: int
    memory: Memory

    def __post_init__(self) -> None:
        assert isinstance(self.stage.head, PBLD)
        self.layer = self.stage.head
        F, k = self.layer.features, self.layer.n_frequencies
        self.columns = -(-F // MOST_PIECES)  # of a piece
        self.pieces = -(-F // self.columns)
        self.cosines, self.sines = (self.memory.array(F * k * self.rows) for _ in range(2))
        self.through = self.memory.array(self.pieces * k * self.rows)  # of a column: ∂J/∂cos(u), then ∂J/∂u

    def forward(self, x: str, out: str) -> list[str]:
        """A piece of y, of features × rows like x; the first piece copies x."""
        M, k, n = self.rows, self.layer.n_frequencies, self.layer.d_embedding
        wave = [
            f"own, shift = frequency[f * {k} + k], phase[f * {k} + k]",
            f"cosine, sine = at(cosines, (f * {k} + k) * {M}), at(sines, (f * {k} + k) * {M})",
            *nested(
                f"for r in range({M}):",
                [
                    f"u = {literal(2 * math.pi)} * column[r] * own + shift",
                    "cosine[r] = cos(u)",
                    "sine[r] = sin(u)",
                ],
            ),
        ]
        begun = nested(f"for r in range({M}):", [f"made[j * {M} + r] = bias[f * {n} + j]"])
        column = [
            f"column = at(x, f * {M})",
            *nested(f"for k in range({k}):", wave),
            f"made = at(y, ({self.stage.inputs} + f * {n}) * {M})",
            *nested(f"for j in range({n}):", begun),
            *product(
                self.source,
                self.lanes,
                Matrix(f"at(weight, f * {n * k})", k),
                Matrix(f"at(cosines, f * {k * M})", M),
                Matrix("made", M),
                n,
                k,
                M,
                "True",
            ),
        ]
        copied = nested(f"for i in range({self.stage.inputs * M}):", ["y[i] = x[i]"])
        return [
            f"x, y = {x}, {out}",
            *nested("if piece == 0:", copied),
            *self._pointers("theta", ""),
            *nested("for f in range(first_column, last_column):", column),
        ]

    def gradients(self, x: str, delta: str) -> list[str]:
        """The gradients of a piece of the parameters, from ∂J/∂y of m rows."""
        M, k, n = self.rows, self.layer.n_frequencies, self.layer.d_embedding
        given = [
            *self._sum(f"given[j * {M} + r]", f"d_bias[f * {n} + j]"),
            *nested(
                f"for k in range({k}):",
                self._sum(f"given[j * {M} + r] * cosine[k * {M} + r]", f"d_weight[(f * {n} + j) * {k} + k]"),
            ),
        ]
        wave = [
            f"slope = at(through, k * {M})",
            *nested("for r in range(m):", [f"slope[r] *= -sine[k * {M} + r]"]),
            *self._sum("slope[r]", f"d_phase[f * {k} + k]"),
            *self._sum("slope[r] * column[r]", f"d_frequency[f * {k} + k]", 2 * math.pi),
        ]
        column = [
            f"column, given = at(x, f * {M}), at(delta, ({self.stage.inputs} + f * {n}) * {M})",
            f"cosine, sine = at(cosines, f * {k * M}), at(sines, f * {k * M})",
            *nested(f"for j in range({n}):", given),
            *product(
                self.source,
                self.lanes,
                Matrix(f"at(weight, f * {n * k})", 1, k),
                Matrix("given", M),
                Matrix("through", M),
                k,
                n,
                M,
            ),
            *nested(f"for k in range({k}):", wave),
        ]
        return [
            f"x, delta = {x}, {delta}",
            *self._pointers("theta", ""),
            *self._pointers("gradient", "d_"),
            f"through = at(w, {self.through} + piece * {k * M})",
            *nested("for f in range(first_column, last_column):", column),
        ]

    def ranges(self) -> list[tuple[Place, str, str, bool]]:
        """Of each parameter: its place, a piece's first number of it and how many, and whether penalties act on it."""
        found, specs = list[tuple[Place, str, str, bool]](), self.layer.parameters()
        for name, place in self.stage.waves.items():
            each = (place.stop - place.start) // self.layer.features
            start, count = f"{place.start} + first_column * {each}", f"(last_column - first_column) * {each}"
            found.append((place, start, count, specs[name].is_weight))
        return found

    def _pointers(self, array: str, before: str) -> list[str]:
        lines = [f"{before}{name} = at({array}, {place.start})" for name, place in self.stage.waves.items()]
        if before:
            return lines
        return [
            *lines,
            f"cosines, sines = at(w, {self.cosines}), at(w, {self.sines})",
            f"first_column = piece * {self.columns}",
            f"last_column = min({self.layer.features}, first_column + {self.columns})",
        ]

    def _sum(self, term: str, into: str, factor: float = 1.0) -> list[str]:
        """The sum over the rows of the batch."""
        part = nested(f"for r in range(start, min(m, start + {SUMMED})):", [f"part += {term}"])
        return [
            "total = 0.0",
            *nested(f"for start in range(0, m, {SUMMED}):", ["part = T(0)", *part, "total += float(part)"]),
            f"{into} = T(total)" if factor == 1 else f"{into} = T(total * {factor!r})",
        ]
