"""A program for narrow layers: the rows of a batch are cut, and each piece goes through the whole network."""

from collections.abc import Iterable

from gradiente.engines.compiled.form import Form
from gradiente.engines.compiled.formulas import nested
from gradiente.engines.compiled.lanes import vector_bytes
from gradiente.engines.compiled.phases import Segment, Work, queue
from gradiente.engines.compiled.piece_loops import PieceLoops
from gradiente.engines.compiled.pieces import Chained, Cut
from gradiente.engines.compiled.register_products import Matrix, turned
from gradiente.engines.compiled.row_updates import UPDATED, RowUpdates
from gradiente.engines.compiled.source import Memory
from gradiente.engines.compiled.stages import Stage
from gradiente.engines.compiled.team import FAILED, NOT_FINITE, STEPS, TOTAL
from gradiente.layers.pool import Pool

WORTH_CUTTING = 2_000_000  # multiplications of a piece
MOST_PIECES = 8
CACHED = 32_768  # bytes of the values of a chunk
MOST_ROWS = 128  # of a chunk


class ByRows(RowUpdates):
    """The program of a form. A piece takes its rows in chunks that fit the cache, forward and back.

    The phases of a step: the pieces, each with a gradient of its own; the sum of those, and the update. Where a number
    needs a sum over the batch, as in batch normalization, all pieces stop, and another phase begins with the sums of
    all: then each chunk has memory of its own, which keeps its values from phase to phase. With one piece, which is
    what a small network has, there is one thread.

    In the source, `w` has the memory of every piece, `shared`, then that of every chunk, then what layers draw.
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
        self.chunks = self.pieces
        self.shared, self.sums = Memory(), Memory()
        self.sums.array(1)  # Σ L
        self.segments, self.waiting = (
            [Segment(0, [])],
            list[str](),
        )  # lines that need the sums of the last segment
        self.whole = [Cut(0, stage.outputs, self.M, "count") for stage in form.stages]
        self._arrays()

    def _arrays(self) -> None:
        form = self.form
        self.x = self.array(form.inputs)
        self.x_rows = [self.array(stage.inputs) if self.by_rows(stage) else 0 for stage in form.stages]
        self.targets = self.array(form.outputs)
        self.terms = self.array(1)
        self.out = [self.array(stage.outputs) for stage in form.stages]
        self.delta = [self.array(stage.outputs) for stage in form.stages]
        for index in reversed(range(1, len(form.stages))):
            if form.stages[index].head is None:  # ∂J/∂x is ∂J/∂raw
                self.delta[index - 1] = self.delta[index]
        self.padded = [self.padded_array(stage) if stage.pads else 0 for stage in form.stages]
        self.kept = [
            {
                name: self.at(self.array(stage.outputs))
                for name, symbol in stage.kept.items()
                if symbol is not stage.output
            }
            | {
                name: f"at(shared, {self.shared.array(stage.channels)})"
                for name in (*stage.statistics, *stage.parameter_gradients)
            }
            for stage in form.stages
        ]
        self.draws = [
            {name: self.at(self.array(stage.outputs)) for name in stage.draws} for stage in form.stages
        ]
        self.gradient = self.shared.array(form.parameters) if self.pieces > 1 else 0

    @property
    def drawn(self) -> int:
        """How many numbers layers draw for a row."""
        return sum(stage.outputs for stage in self.form.stages for _ in stage.draws)

    @property
    def class_count(self) -> int:
        return self.chunks * self.M

    @property
    def sum_count(self) -> int:
        """How many numbers in float64 the program works in."""
        return self.pieces * self.sums.size

    def numbers(self) -> int:
        """How many numbers it works in: those of every piece, of every chunk, then what layers draw."""
        whole = self.pieces * self.shared.size + self.chunks * self.memory.size
        return whole + self.drawn * self.form.batch_size

    def text(self) -> str:
        """The source of the whole program."""
        self._step()
        going = [number for number, segment in enumerate(self.segments) if segment.chunk]
        chunks = -(-self.rows // self.M) if len(going) > 1 else 1
        self.chunks = self.pieces * chunks
        totals = self.shared.array(self.sums.size)
        for number in going:
            own = ["piece", "step", "chunk", "first", "count", "fresh"]
            self.source.function(f"chunk_{number}", own, self._chunk(number))
        for number in range(len(self.segments)):
            self._function(f"piece_{number}", self._piece(number, last=number == going[-1]))
        if self.drawn:
            self._function("draw", self._draw())
        lines = self._alone() if self.pieces == 1 else self._together()
        values = self.pieces * self.shared.size
        self.source.names += [
            f"SHARED, SUMS, TOTALS = {self.shared.size}, {self.sums.size}, {totals}  # of a piece",
            f"CHUNKS, SIZE = {chunks}, {self.memory.size}  # of a piece; of the memory of a chunk",
            f"VALUES, DRAWN = {values}, {values + self.chunks * self.memory.size}",
        ]
        return self.source.program(lines)

    def _function(self, name: str, lines: list[str]) -> None:
        self.source.function(name, ["piece", "step"], lines)

    def _alone(self) -> list[str]:
        """A loop over the steps, for one thread."""
        lines = [self.source.call("draw", 0, "step")] if self.drawn else []
        lines += [self.source.call(f"piece_{number}", 0, "step") for number in range(len(self.segments))]
        lines += nested(f"if load(team, {STEPS}) <= step:", ["break"])
        lines += ["total = sums[0]", *self.value_lines(["break"]), *self._follow()]
        lines += self.update_all()
        return nested(f"for step in range(load(team, {TOTAL})):", lines)

    def _together(self) -> list[str]:
        """Pieces that threads take from a queue."""
        updates = -(-self.form.parameters // UPDATED)
        self._function("update", self._update_piece())
        phases = [[Work(f"piece_{number}", self.pieces)] for number in range(len(self.segments))]
        phases.append([Work("update", updates)])
        before = list[Work]()
        if self.drawn:
            call = nested(f"if step + 1 < load(team, {TOTAL}):", [self.source.call("draw", 0, "step + 1")])
            self._function("draw_next", call)
            before.append(Work("draw", 1))
            phases[-1].insert(0, Work("draw_next", 1))
        if self.form.clip_norm is not None:
            self._function("norm", self.norm_lines())
            self._function("apply", [*self.update_range(update=True), *self.copies()])
            phases += [[Work("norm", 1)], [Work("apply", updates)]]
        return queue(self.source, before, phases)

    def _piece(self, number: int, *, last: bool) -> list[str]:
        """What the sums of all pieces give; then all chunks of a piece.

        Arguments:
            last: whether these are the last chunks
        """
        segment, stops = self.segments[number], [each.sums for each in self.segments[1:]] + [self.sums.size]
        lines = [
            "first = bounds[step]",
            "m = bounds[step + 1] - first",
            f"lo = min(m, piece * {self.rows})",
            f"hi = min(m, lo + {self.rows})",
            *self._pointers_of_piece(),
        ]
        if number:
            added = ["total = 0.0"]
            added += nested(f"for p in range({self.pieces}):", ["total += sums[p * SUMS + i]"])
            earlier = self.segments[number - 1].sums
            lines += nested(f"for i in range({earlier}, {segment.sums}):", [*added, "totals[i] = T(total)"])
        lines += segment.before
        lines += nested(f"for i in range({segment.sums}, {stops[number]}):", ["sums[piece * SUMS + i] = 0.0"])
        if not segment.chunk:
            return lines
        chunk = f"piece * CHUNKS + (start - lo) // {self.M} % CHUNKS"
        count = f"min({self.M}, hi - start)"
        call = self.source.call(f"chunk_{number}", "piece", "step", chunk, "first + start", count, "fresh")
        lines += ["fresh = True", *nested(f"for start in range(lo, hi, {self.M}):", [call, "fresh = False"])]
        empty = nested(f"for i in range({self.form.parameters}):", ["own[i] = T(0)"])
        return [*lines, *nested("if fresh:", empty)] if last else lines

    def _pointers_of_piece(self) -> list[str]:
        """`own` is the gradient of a piece, `totals` are the sums of all."""
        own = "gradient" if self.pieces == 1 else f"at(shared, {self.gradient})"
        return ["shared = at(w, piece * SHARED)", "totals = at(shared, TOTALS)", f"own = {own}"]

    def _chunk(self, number: int) -> list[str]:
        """The rows of a chunk; their gradient is the piece's, or added to it."""
        lines = [*self._pointers_of_piece(), "sums = at(sums, piece * SUMS)", "row_by_row = at(w, DRAWN)"]
        lines += ["w = at(w, VALUES + chunk * SIZE)", f"classes = at(classes, chunk * {self.M})"]
        return [*lines, "m = bounds[step + 1] - bounds[step]", *self.segments[number].chunk]

    def _add(self, lines: Iterable[str]) -> None:
        """Further lines of a chunk."""
        self.segments[-1].chunk += lines

    def _stop(self) -> None:
        """What follows needs sums of all pieces."""
        self.segments.append(Segment(self.sums.size, self.waiting))
        self.waiting = []

    def _step(self) -> None:
        """Some rows, forward and back."""
        form, stages = self.form, self.form.stages
        n, last = form.outputs, len(stages) - 1
        self._add(self._gather())
        for index in range(len(stages)):
            self._forward(index)
        z, delta = self.at(self.out[last]), self.at(self.delta[last])
        targets, terms = self.at(self.targets), self.at(self.terms)
        lines = self.loss(z, delta, "classes", targets, terms, self.whole[last], "count")
        lines += nested("for r in range(count):", ["sums[0] += float(terms[r])"])
        copied = [f"predictions[(first + r) * {n} + j] = z[j * {self.M} + r]"]
        lines += nested("for r in range(count):", nested(f"for j in range({n}):", copied))
        scaled = nested("for r in range(count):", [f"delta[j * {self.M} + r] *= scale"])
        scaled += nested(f"for r in range(count, {self.M}):", [f"delta[j * {self.M} + r] = T(0)"])
        lines += ["divisor = divisors[step]", "scale = T(1.0 / divisor) if divisor != 0 else T(1)"]
        self._add([*lines, *nested(f"for j in range({n}):", scaled)])
        self._through(last)
        for index in reversed(range(form.first_learning, last + 1)):
            if stages[index].learns:
                self._add(self._weights(index))
            if index > form.first_learning:
                self._add(self._back(index))
                self._through(index - 1)
        if self.waiting:
            self._stop()

    def _forward(self, index: int) -> None:
        stage, x, out, cut = (
            self.form.stages[index],
            self._x(index),
            self.at(self.out[index]),
            self.whole[index],
        )
        self._add(self.pad(stage, self._given(index), x) if stage.pads else [])
        self._add(self.head(stage, x, out, cut))
        if stage.head is None and stage.by_channel:
            empty = nested(f"for r in range(count, {self.M}):", [f"out[j * {self.M} + r] = T(0)"])
            self._add(nested(f"for j in range({stage.outputs}):", empty))
        chained = self.forward_chain(stage, x, out, self.kept[index], self.draws[index], cut)
        self._chain(stage, chained, cut, [])

    def _through(self, index: int) -> None:
        """∂J/∂raw of a stage, and the gradients of its chain's parameters."""
        stage, cut = self.form.stages[index], self.whole[index]
        delta, out = self.at(self.delta[index]), self.at(self.out[index])
        chained = self.back_chain(stage, delta, out, self.kept[index], self.draws[index], cut)
        if chained is not None:
            self._chain(stage, chained, cut, self._own_gradients(index))

    def _chain(self, stage: Stage, chained: Chained, cut: Cut, after: list[str]) -> None:
        """Formulas of a stage.

        Arguments:
            after: the lines after those that compute what all rows share
        """
        if not stage.by_channel:
            self._add(self.loops(chained, cut))
            return
        sizes = stage.channels, stage.positions, self.M
        loops = PieceLoops(chained.formulas, *sizes, "count", self.sums.array)
        for level in range(loops.parts):
            if level:
                self._stop()
            lines = loops.part(level)
            self._add([*chained.entries, *chained.shared, *lines] if lines else [])
        shared = loops.shared()
        if shared:
            before = self.segments[-1].before if loops.complete else self.waiting
            before += [*chained.shared, *shared, *after]

    def _own_gradients(self, index: int) -> list[str]:
        """The gradients of a chain's parameters, from their parts for each channel: piece 0 has them, the others 0."""
        stage, lines = self.form.stages[index], list[str]()
        for name in stage.parameter_gradients:
            start = stage.places[name].start
            lines.append(f"part = {self.kept[index][name]}")
            if name in stage.totals:
                added = nested(f"for j in range({stage.channels}):", ["total += float(part[j])"])
                lines += ["total = 0.0", *added, f"own[{start}] = T(total) if piece == 0 else T(0)"]
            else:
                copied = f"own[{start} + j] = part[j] if piece == 0 else T(0)"
                lines += nested(f"for j in range({stage.channels}):", [copied])
        return lines

    def _follow(self) -> list[str]:
        """The running statistics; all pieces have the same sums."""
        lines = self.follow(lambda index: self.kept[index])
        return ["shared = w", "m = bounds[step + 1] - bounds[step]", *lines] if lines else []

    def _weights(self, index: int) -> list[str]:
        stage, delta, cut = self.form.stages[index], self.at(self.delta[index]), self.whole[index]
        lines, x_rows = list[str](), None
        if self.by_rows(stage):
            x_rows = self.at(self.x_rows[index])
            if index > 0:
                matrix, to = Matrix(self._x(index), self.M), Matrix(x_rows, stage.inputs)
                lines += turned(self.source, self.lanes, matrix, to, stage.inputs, self.M)
        return lines + self.weight_gradient(stage, delta, self._x(index), x_rows, "own", cut, add="not fresh")

    def _back(self, index: int) -> list[str]:
        """∂J/∂x of a stage."""
        stage, delta, to = self.form.stages[index], self.at(self.delta[index]), self.at(self.delta[index - 1])
        if stage.head is None:
            return []
        if isinstance(stage.head, Pool):
            return self.pooling(stage).input_gradient(self._x(index), self.at(self.out[index]), delta, to)
        return self.input_gradient(stage, delta, to, self.whole[index - 1])

    def _x(self, index: int) -> str:
        """The pointer to what a stage reads, with its padding."""
        return self.at(self.padded[index]) if self.form.stages[index].pads else self._given(index)

    def _given(self, index: int) -> str:
        return self.at(self.x) if index == 0 else self.at(self.out[index - 1])

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
                source = f"source = at(row_by_row, {start})"
                entry = [f"to[j * {M} + r] = source[r * {stage.outputs} + j]"]
                lines += [source, f"to = {own}"]
                lines += nested("for r in range(count):", nested(f"for j in range({stage.outputs}):", entry))
                place += stage.outputs
        return lines

    def _draw(self) -> list[str]:
        """What layers draw for all rows of a step, as NumPy's generator does: layer by layer, row by row."""
        lines, place = ["row_by_row = at(w, DRAWN)", "m = bounds[step + 1] - bounds[step]"], 0
        for stage in self.form.stages:
            for _ in stage.draws:
                start = place * self.form.batch_size
                lines.append(f"drawn(calls, state, at(row_by_row, {start}), m * {stage.outputs})")
                place += stage.outputs
        return lines

    def _update_piece(self) -> list[str]:
        """J, which every piece of the update finds alike; then the sum of the gradients of a range, and its update."""
        lines = ["total = 0.0", *nested(f"for p in range({self.pieces}):", ["total += sums[p * SUMS]"])]
        lines += ["value = (total / divisors[step] if divisors[step] != 0 else np.nan) + penalties[step]"]
        lines += nested("if piece == 0:", ["values[step] = value"])
        lines += nested(
            "if not abs(value) < np.inf:",
            [f"store(team, {FAILED}, {NOT_FINITE})", "end(team, calls, step)", "return"],
        )
        follow = self._follow()
        lines += nested("if piece == 0:", follow) if follow else []
        lines += [f"lo = piece * {UPDATED}", f"hi = min({self.form.parameters}, lo + {UPDATED})"]
        added = " + ".join(f"own[{piece} * SHARED + i]" for piece in range(self.pieces))
        lines += [
            f"own = at(w, {self.gradient})",
            *nested("for i in range(lo, hi):", [f"gradient[i] = {added}"]),
        ]
        return (
            lines + self.update_range(update=False) + (self.copies() if self.form.clip_norm is None else [])
        )


def _up(count: int, step: int) -> int:
    return -(-count // step) * step
