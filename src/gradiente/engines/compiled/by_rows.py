"""A program for narrow layers: the rows of a batch are cut, and each piece goes through the whole network."""

from gradiente.engines.compiled.form import Form
from gradiente.engines.compiled.formulas import nested
from gradiente.engines.compiled.lanes import vector_bytes
from gradiente.engines.compiled.register_products import Matrix, turned
from gradiente.engines.compiled.row_products import RowProducts
from gradiente.engines.compiled.team import FAILED, NEXT, NOT_FINITE, STEPS, TOTAL, UNIFORM
from gradiente.engines.compiled.writer import Cut
from gradiente.layers.pool import Pool

WORTH_CUTTING = 2_000_000  # multiplications of a piece
MOST_PIECES = 8
CACHED = 32_768  # bytes of the values of a chunk
MOST_ROWS = 128  # of a chunk
UPDATED = 32_768  # parameters of a piece of the update


class ByRows(RowProducts):
    """The program of a form. A piece takes its rows in chunks that fit the cache, forward and back.

    The phases of a step: the pieces, each with a gradient of its own; the sum of those, and the update. With one piece,
    which is what a small network has, there are no phases, and one thread.
    """

    def __init__(self, form: Form) -> None:
        number = 8 if form.float64 else 4
        lanes = min(vector_bytes() // number, 1 << (form.batch_size - 1).bit_length())
        work = 3 * form.batch_size * sum(stage.multiplications for stage in form.stages)
        self.pieces = 1
        while self.pieces < MOST_PIECES and work >= 2 * self.pieces * WORTH_CUTTING:
            self.pieces *= 2
        self.rows = _up(-(-form.batch_size // self.pieces), lanes)  # of a piece
        features = form.inputs + sum((2 + len(s.kept) + len(s.draws)) * s.outputs for s in form.stages)
        fitting = max(lanes, CACHED // (number * features) // lanes * lanes)
        super().__init__(form, min(fitting, MOST_ROWS, self.rows), lanes)
        self._arrays()

    def _arrays(self) -> None:
        form = self.form
        self.x = self.array(form.inputs)
        self.x_rows = [self.array(stage.inputs) if self.by_rows(stage) else 0 for stage in form.stages]
        self.targets = self.array(form.outputs)
        self.terms = self.array(1)
        self.out = [self.array(stage.outputs) for stage in form.stages]
        self.delta = [self.array(stage.outputs) for stage in form.stages]
        for index, stage in enumerate(form.stages):
            if index and stage.head is None:  # ∂J/∂x is ∂J/∂raw
                self.delta[index - 1] = self.delta[index]
        self.padded = [self.padded_array(stage) if stage.pads else 0 for stage in form.stages]
        self.kept = [
            {
                name: self.array(stage.outputs)
                for name, symbol in stage.kept.items()
                if symbol is not stage.output
            }
            for stage in form.stages
        ]
        self.draws = [{name: self.array(stage.outputs) for name in stage.draws} for stage in form.stages]
        self.gradient = self.memory.array(form.parameters) if self.pieces > 1 else 0
        self.class_count = self.pieces * self.M

    @property
    def drawn(self) -> int:
        """How many numbers layers draw for a row."""
        return sum(stage.outputs for stage in self.form.stages for _ in stage.draws)

    def text(self) -> str:
        """The source of the whole program."""
        self._function("chunk", ["piece", "step", "first", "count", "fresh"], self._chunk())
        self._function("piece_of_rows", ["piece", "step"], self._piece())
        if self.drawn:
            self._function("draw", ["step"], self._draw())
        lines = self._alone() if self.pieces == 1 else self._together()
        self.source.names.append(f"SIZE = {self.memory.size}  # of the memory of a piece")
        return self.source.program(lines)

    def numbers(self) -> int:
        """How many numbers the program works in: those of every piece, then what layers draw."""
        return self.pieces * self.memory.size + self.drawn * self.form.batch_size

    def _function(self, name: str, own: list[str], lines: list[str]) -> None:
        self.source.function(name, own, lines)

    def _alone(self) -> list[str]:
        """A loop over the steps, for one thread."""
        lines = [self.source.call("draw", "step")] if self.drawn else []
        lines.append(self.source.call("piece_of_rows", 0, "step"))
        lines += nested(f"if load(team, {STEPS}) <= step:", ["break"])
        lines += ["total = sums[0]", *self.value_lines(["break"])]
        lines += self._update_all()
        return nested(f"for step in range(load(team, {TOTAL})):", lines)

    def _together(self) -> list[str]:
        """Pieces that threads take from a queue."""
        updates = -(-self.form.parameters // UPDATED)
        phases = [("piece_of_rows", self.pieces), ("update", updates)]
        self._function("update", ["piece", "step"], self._update_piece())
        if self.form.clip_norm is not None:
            self._function("norm", ["piece", "step"], self.norm_lines())
            self._function("apply", ["piece", "step"], [*self._range(update=True), *self._keep()])
            phases += [("norm", 1), ("apply", updates)]
        if self.drawn:
            call = nested(f"if step + 1 < load(team, {TOTAL}):", [self.source.call("draw", "step + 1")])
            self._function("draw_next", ["piece", "step"], call)
        before = int(bool(self.drawn))
        tickets = sum(count for _, count in phases) + before
        lines = [f"ticket = add(team, {NEXT}, 1)"]
        if before:
            lines += nested(
                "if ticket == 0:", [self.source.call("draw", 0), "finish(team, calls)", "continue"]
            )
        lines += [f"step = (ticket - {before}) // {tickets}", f"k = ticket - {before} - step * {tickets}"]
        lines += nested(f"if load(team, {STEPS}) <= step:", ["break"])
        start = 0
        for place, (name, count) in enumerate(phases):
            needed = f"{before} + step * {tickets} + {start}"
            inner = nested(f"if not ready(team, calls, {needed}, step):", ["break"])
            inner.append(self.source.call(name, f"k - {start}", "step"))
            stop = start + count
            if place == 1 and before:
                inner = inner[:-1] + nested(f"if k == {stop}:", [self.source.call("draw_next", 0, "step")])
                inner += nested("else:", [self.source.call(name, f"k - {start}", "step")])
                stop += 1
            lines += nested(f"{'elif' if place else 'if'} k < {stop}:", inner)
            start = stop
        return nested("while True:", [*lines, "finish(team, calls)"])

    def _piece(self) -> list[str]:
        """All chunks of a piece, and the sum of its L."""
        lines = [
            "first = bounds[step]",
            f"lo = min(bounds[step + 1] - first, piece * {self.rows})",
            f"hi = min(bounds[step + 1] - first, lo + {self.rows})",
            "sums[piece] = 0.0",
            "fresh = True",
        ]
        inner = [
            self.source.call("chunk", "piece", "step", "first + start", f"min({self.M}, hi - start)", "fresh")
        ]
        lines += nested(f"for start in range(lo, hi, {self.M}):", [*inner, "fresh = False"])
        own = self._gradient("piece")
        empty = nested(f"for i in range({self.form.parameters}):", ["own[i] = T(0)"])
        return [*lines, *nested("if fresh:", [f"own = {own}", *empty])]

    def _gradient(self, piece: str) -> str:
        """The pointer to the gradient of a piece."""
        return "gradient" if self.pieces == 1 else f"at(w, {piece} * SIZE + {self.gradient})"

    def _chunk(self) -> list[str]:
        """Some rows, forward and back; their gradient is the piece's, or added to it."""
        form, stages = self.form, self.form.stages
        n, last = form.outputs, len(stages) - 1
        lines = [f"own = {self._gradient('piece')}", f"drawn = at(w, {self.pieces} * SIZE)"]
        lines += ["w = at(w, piece * SIZE)", f"classes = at(classes, piece * {self.M})"]
        lines += self._gather()
        whole = [Cut(0, stage.outputs, self.M, "count") for stage in stages]
        for index, stage in enumerate(stages):
            lines += self.pad(stage, self._given(index), self._x(index)) if stage.pads else []
            lines += self.forward(
                stage, self._x(index), self.at(self.out[index]), *self._pointers(index), whole[index]
            )
        z, delta = self.at(self.out[last]), self.at(self.delta[last])
        targets, terms = self.at(self.targets), self.at(self.terms)
        lines += self.loss(z, delta, "classes", targets, terms, whole[last], "count")
        lines += nested("for r in range(count):", ["sums[piece] += float(terms[r])"])
        copied = [f"predictions[(first + r) * {n} + j] = z[j * {self.M} + r]"]
        lines += nested("for r in range(count):", nested(f"for j in range({n}):", copied))
        scaled = nested("for r in range(count):", [f"delta[j * {self.M} + r] *= scale"])
        scaled += nested(f"for r in range(count, {self.M}):", [f"delta[j * {self.M} + r] = T(0)"])
        lines += ["divisor = divisors[step]", "scale = T(1.0 / divisor) if divisor != 0 else T(1)"]
        lines += nested(f"for j in range({n}):", scaled)
        lines += self.through(stages[last], delta, z, *self._pointers(last), whole[last])
        for index in reversed(range(form.first_learning, last + 1)):
            if stages[index].learns:
                lines += self._weights(index, whole[index])
            if index > form.first_learning:
                before, to = stages[index - 1], self.at(self.delta[index - 1])
                lines += self._back(index, to, whole[index - 1])
                out = self.at(self.out[index - 1])
                lines += self.through(before, to, out, *self._pointers(index - 1), whole[index - 1])
        return lines

    def _weights(self, index: int, cut: Cut) -> list[str]:
        stage, delta = self.form.stages[index], self.at(self.delta[index])
        lines, x_rows = list[str](), None
        if self.by_rows(stage):
            x_rows = self.at(self.x_rows[index])
            if index > 0:
                matrix, to = Matrix(self._x(index), self.M), Matrix(x_rows, stage.inputs)
                lines += turned(self.source, self.lanes, matrix, to, stage.inputs, self.M)
        return lines + self.weight_gradient(stage, delta, self._x(index), x_rows, "own", cut, add="not fresh")

    def _back(self, index: int, to: str, cut: Cut) -> list[str]:
        """∂J/∂x of a stage at the pointer to."""
        stage, delta = self.form.stages[index], self.at(self.delta[index])
        if stage.head is None:
            return []
        if isinstance(stage.head, Pool):
            return self.pooling(stage).input_gradient(self._x(index), self.at(self.out[index]), delta, to)
        return self.input_gradient(stage, delta, to, cut)

    def _x(self, index: int) -> str:
        """The pointer to what a stage reads, with its padding."""
        return self.at(self.padded[index]) if self.form.stages[index].pads else self._given(index)

    def _given(self, index: int) -> str:
        return self.at(self.x) if index == 0 else self.at(self.out[index - 1])

    def _pointers(self, index: int) -> tuple[dict[str, str], dict[str, str]]:
        kept, draws = (
            {n: self.at(place) for n, place in each[index].items()} for each in (self.kept, self.draws)
        )
        return kept, draws

    def _gather(self) -> list[str]:
        """The rows of x, of the targets, and of what was drawn; 0 where the chunk has fewer."""
        K, M, n = self.form.inputs, self.M, self.form.outputs
        lines = [f"to = {self.at(self.x)}", f"target = {self.at(self.targets)}"]
        lines += self.columns("at(rows, first)", "count", "to")
        copy = list[str]()
        if self.by_rows(self.form.stages[0]):
            lines.append(f"by_row = {self.at(self.x_rows[0])}")
            copy += nested(f"for k in range({K}):", [f"by_row[r * {K} + k] = x[rows[first + r] * {K} + k]"])
        if self.form.loss.labels:
            copy.append("classes[r] = targets[rows[first + r]]")
            empty = ["classes[r] = 0"]
        else:
            copy += nested(
                f"for j in range({n}):", [f"target[j * {M} + r] = targets[rows[first + r] * {n} + j]"]
            )
            empty = nested(f"for j in range({n}):", [f"target[j * {M} + r] = T(0)"])
        lines += nested("for r in range(count):", copy)
        lines += nested(
            f"for r in range(count, {M}):",
            [*nested(f"for k in range({K}):", [f"to[k * {M} + r] = T(0)"]), *empty],
        )
        place = 0
        for index, stage in enumerate(self.form.stages):
            for own in self.draws[index].values():
                start = f"{place * self.form.batch_size} + (first - bounds[step]) * {stage.outputs}"
                source = f"source = at(drawn, {start})"
                entry = [f"to[j * {M} + r] = source[r * {stage.outputs} + j]"]
                lines += [source, f"to = {self.at(own)}"]
                lines += nested("for r in range(count):", nested(f"for j in range({stage.outputs}):", entry))
                place += stage.outputs
        return lines

    def _draw(self) -> list[str]:
        """What layers draw for all rows of a step, as NumPy's generator does: layer by layer, row by row."""
        lines, place = [f"drawn = at(w, {self.pieces} * SIZE)", "m = bounds[step + 1] - bounds[step]"], 0
        for stage in self.form.stages:
            for _ in stage.draws:
                start = place * self.form.batch_size
                entry = [f"drawn[{start} + i] = uniform(calls[{UNIFORM}], state)"]
                lines += nested(f"for i in range(m * {stage.outputs}):", entry)
                place += stage.outputs
        return lines

    def _update_piece(self) -> list[str]:
        """J, which every piece of the update finds alike; then the sum of the gradients of a range, and its update."""
        lines = ["total = 0.0", *nested(f"for p in range({self.pieces}):", ["total += sums[p]"])]
        lines += ["value = (total / divisors[step] if divisors[step] != 0 else np.nan) + penalties[step]"]
        lines += nested("if piece == 0:", ["values[step] = value"])
        lines += nested(
            "if not abs(value) < np.inf:",
            [f"store(team, {FAILED}, {NOT_FINITE})", "end(team, calls, step)", "return"],
        )
        lines += [f"lo = piece * {UPDATED}", f"hi = min({self.form.parameters}, lo + {UPDATED})"]
        added = " + ".join(f"own[{piece} * SIZE + i]" for piece in range(self.pieces))
        lines += [
            f"own = at(w, {self.gradient})",
            *nested("for i in range(lo, hi):", [f"gradient[i] = {added}"]),
        ]
        return lines + self._range(update=False) + (self._keep() if self.form.clip_norm is None else [])

    def _range(self, *, update: bool) -> list[str]:
        """What is done to a piece of the gradient, and its update.

        Arguments:
            update: whether only the update is left
        """
        lines = [f"lo = piece * {UPDATED}", f"hi = min({self.form.parameters}, lo + {UPDATED})"]
        weights = {stage.weight for stage in self.form.stages}
        for place, group in self.form.groups:
            whole = [self.source.call(f"update_{group}", "start", "stop - start", "step")]
            if not update:
                whole = self.parameters("start", "stop - start", group, weight=place in weights)
            if whole:
                lines += [
                    f"start, stop = max(lo, {place.start}), min(hi, {place.stop})",
                    *nested("if start < stop:", whole),
                ]
        return lines

    def _keep(self, lo: object = "lo", hi: object = "hi") -> list[str]:
        """Copies of a range of θ and the gradient, where they are kept after every step."""
        if not self.form.can_keep:
            return []
        place = f"step * {self.form.parameters} + i"
        copies = [f"thetas[{place}] = theta[i]", f"gradients[{place}] = gradient[i]"]
        return nested("if keep != 0:", nested(f"for i in range({lo}, {hi}):", copies))

    def _update_all(self) -> list[str]:
        """The update of all parameters, one after the other."""
        weights = {stage.weight for stage in self.form.stages}
        lines = []
        for place, group in self.form.groups:
            lines += self.parameters(place.start, place.stop - place.start, group, weight=place in weights)
        if self.form.clip_norm is not None:
            lines += self.norm_lines()
            for place, group in self.form.groups:
                lines.append(
                    self.source.call(f"update_{group}", place.start, place.stop - place.start, "step")
                )
        return lines + self._keep(0, self.form.parameters)


def _up(count: int, step: int) -> int:
    return -(-count // step) * step
