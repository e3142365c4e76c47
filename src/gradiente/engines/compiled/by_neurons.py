"""A program for wide layers: each is cut by its neurons, and a piece updates its own rows of W."""

from gradiente.engines.compiled.form import Form
from gradiente.engines.compiled.formulas import nested
from gradiente.engines.compiled.lanes import tile_shape, vector_bytes
from gradiente.engines.compiled.phases import Work, queue
from gradiente.engines.compiled.pieces import Cut
from gradiente.engines.compiled.register_products import Matrix, turned
from gradiente.engines.compiled.stages import Stage
from gradiente.engines.compiled.team import TOTAL
from gradiente.engines.compiled.waves import Waves
from gradiente.engines.compiled.writer import Writer

NEURONS, MOST_PIECES = 64, 16  # of a piece; of a layer
GATHERED = 16  # rows of a piece of the gathering
UPDATED = 32_768  # parameters of a piece of the update where it has a phase of its own


def _up(count: int, step: int) -> int:
    return -(-count // step) * step


class ByNeurons(Writer):
    """The program of a form. While a step updates, the next one's x is gathered.

    The phases of a step: stage after stage forward; the loss; stage after stage back, where the gradient and the update
    of W wait until ∂J/∂x has been computed with it.
    """

    def __init__(self, form: Form) -> None:
        lanes = vector_bytes() // (8 if form.float64 else 4)
        super().__init__(form, -(-form.batch_size // lanes) * lanes, lanes)
        self.panel = tile_shape()[1] * lanes
        self.x_columns = [self.memory.array(form.inputs * _up(self.M, self.panel)) for _ in range(2)]
        self.first_rows = [self.memory.array(_up(form.inputs, self.panel) * self.M) for _ in range(2)]
        self.x_rows = [self.array(stage.inputs) for stage in form.stages]  # from the second stage on
        self.targets = [self.array(form.outputs) for _ in range(2)]
        self.out = [self.array(stage.outputs) for stage in form.stages]
        self.delta = [self.array(stage.outputs) for stage in form.stages]
        self.kept = [
            {
                name: self.array(stage.outputs)
                for name, symbol in stage.kept.items()
                if symbol is not stage.output
            }
            for stage in form.stages
        ]
        self.statistics = [
            {name: self.memory.array(stage.outputs) for name in (*stage.statistics, *stage.totals)}
            for stage in form.stages
        ]
        self.draws = [
            {name: [self.array(self._whole(stage)) for _ in range(2)] for name in stage.draws}
            for stage in form.stages
        ]
        self.drawn = self.memory.array(lanes * max(map(self._whole, form.stages)))
        self.terms = self.array(1)
        first = form.stages[0]
        self.waves = Waves(self.source, first, self.M, lanes, self.memory) if first.waves else None
        self.class_count = 2 * self.M

    pieces = MOST_PIECES

    def numbers(self) -> int:
        """How many numbers the program works in."""
        return self.memory.size

    def text(self) -> str:
        """The source of the whole program."""
        return self.source.program(queue(self.source, *self._functions()))

    def _functions(self) -> tuple[list[Work], list[list[Work]]]:
        """Write all functions; the works before the first step, and the phases of a step."""
        form, stages = self.form, self.form.stages
        gather = [Work("gather", -(-self.M // GATHERED))]
        self._function("gather", self._gather())
        if any(stage.draws for stage in stages):
            self._function("draw", self._draw())
            gather.append(Work("draw", 1))
        phases: list[list[Work]] = []
        if self.waves is not None:
            self._function("waves", self.waves.forward(self._x(0), self.at(self.out[0])))
            phases.append([Work("waves", self.waves.pieces)])
        for index, stage in enumerate(stages):
            self._function(f"forward_{index}", self._forward(index))
            phases.append([Work(f"forward_{index}", self._pieces(stage))])
        self._function("loss", self._loss())
        phases.append([Work("loss", 1)])
        waiting: list[Work] = []
        for index in reversed(range(form.first_learning, len(stages))):
            stage = stages[index]
            if index > form.first_learning:
                self._function(f"back_{index}", self._back(index))
                phases.append([Work(f"back_{index}", self._pieces(stages[index - 1])), *waiting])
                waiting = []
            if stage.learns:
                self._function(f"weights_{index}", self._weights(index))
                pieces = self.waves.pieces if stage.waves and self.waves else self._pieces(stage)
                waiting.append(Work(f"weights_{index}", pieces))
        drawing = [Work("draw_next", 1) for _ in gather[1:]]  # the longest piece of its phase, so taken first
        for work in gather:
            call = self.source.call(work.name, "piece", "step + 1")
            self._function(f"{work.name}_next", nested(f"if step + 1 < load(team, {TOTAL}):", [call]))
        if any(stage.new_buffers for stage in stages):
            self._function("follow", self.follow(lambda index: self._pointers(index)[0]))
            waiting.insert(0, Work("follow", 1))
        if any(stage.totals for stage in stages):
            self._function("totals", self._totals())
            waiting.insert(0, Work("totals", 1))
        phases.append([*drawing, *reversed(waiting), Work("gather_next", gather[0].pieces)])
        if form.clip_norm is not None:
            self._function("norm", self.norm_lines())
            self._function("update", self._update())
            phases += [[Work("norm", 1)], [Work("update", -(-form.parameters // UPDATED))]]
        return gather, phases

    def _function(self, name: str, lines: list[str]) -> None:
        rows = ["first = bounds[step]", "m = bounds[step + 1] - first"]
        self.source.function(name, ["piece", "step"], [*rows, *lines])

    def _block(self, stage: Stage) -> int:
        """The neurons of a piece."""
        if stage.reduces or stage.outputs < 2 * NEURONS:
            return stage.outputs
        return max(NEURONS, -(-stage.outputs // MOST_PIECES // 16) * 16)

    def _pieces(self, stage: Stage) -> int:
        return -(-stage.outputs // self._block(stage))

    def _cut(self, stage: Stage) -> tuple[list[str], Cut]:
        """The lines that say which neurons a piece has, and the piece."""
        block = self._block(stage)
        if block == stage.outputs:
            return [], Cut(0, stage.outputs, "m", "m")
        lines = [f"lo = piece * {block}", f"count = min({block}, {stage.outputs} - lo)"]
        return lines, Cut("lo", "count", "m", "m")

    def _of_step(self, places: list[int]) -> str:
        """One of two arrays, by turns."""
        return self.at(places[0], f"(step & 1) * {places[1] - places[0]}")

    def _pointers(self, index: int) -> tuple[dict[str, str], dict[str, str]]:
        own = self.kept[index] | self.statistics[index]
        kept = {name: self.at(place) for name, place in own.items()}
        return kept, {name: self._of_step(places) for name, places in self.draws[index].items()}

    def _x(self, index: int) -> str:
        return self._of_step(self.x_columns) if index == 0 else self.at(self.out[index - 1])

    def _gather(self) -> list[str]:
        """Rows of x and of the targets, as rows and as columns."""
        K, M, labels = self.form.inputs, self.M, self.form.loss.labels
        lines = [
            f"lo = piece * {GATHERED}",
            f"hi = min(m, lo + {GATHERED})",
            f"by_row = {self._of_step(self.first_rows)}",
            f"target = {self._of_step(self.targets)}",
        ]
        P = self.panel
        entries = [f"to = at(by_row, start * {M} + r * {P})", "of_panel = at(source, start)"]
        entries += nested(f"for k in range(min({P}, {K} - start)):", ["to[k] = of_panel[k]"])
        copy = [
            f"source = at(x, rows[first + r] * {K})",
            *nested(f"for start in range(0, {K}, {P}):", entries),
        ]
        if labels:
            copy.append(f"classes[(step & 1) * {M} + r] = targets[rows[first + r]]")
        else:
            n = self.form.outputs
            copy += nested(
                f"for j in range({n}):", [f"target[j * {M} + r] = targets[rows[first + r] * {n} + j]"]
            )
        lines += nested("for r in range(lo, hi):", copy)
        return [
            *lines,
            *self.columns(
                "at(rows, first + lo)",
                "max(0, hi - lo)",
                self._of_step(self.x_columns),
                "lo",
                self.panel if self._is_product(self.form.stages[0]) else None,
            ),
        ]

    def _is_product(self, stage: Stage) -> bool:
        """Whether a stage is the first one, and reads x by a product: then x lies in panels."""
        return stage is self.form.stages[0] and stage.weight is not None

    def x_by_columns(self, stage: Stage, x: str) -> Matrix:
        if not self._is_product(stage):
            return super().x_by_columns(stage, x)
        return Matrix(x, self.panel, panel_rows=stage.inputs)

    def x_by_rows(self, stage: Stage, x: str) -> Matrix:
        if not self._is_product(stage):
            return super().x_by_rows(stage, x)
        return Matrix(x, self.panel, panel_rows=self.M)

    def _draw(self) -> list[str]:
        """What layers draw: as NumPy's generator does, row by row; a vector of rows is then turned into columns."""
        lines, L = list[str](), self.lanes
        for index, stage in enumerate(self.form.stages):
            row, n = self._whole(stage), stage.outputs
            draw = nested(
                f"for r in range(min({L}, m - start)):",
                [f"drawn(calls, state, at(row_by_row, r * {row}), {n})"],
            )
            for places in self.draws[index].values():
                turn = turned(
                    self.source, L, Matrix("row_by_row", row), Matrix("at(to, start)", self.M), L, row
                )
                lines += [f"row_by_row = {self.at(self.drawn)}", f"to = {self._of_step(places)}"]
                lines += nested(f"for start in range(0, m, {L}):", [*draw, *turn])
        return lines

    def _whole(self, stage: Stage) -> int:
        """The outputs of a stage, to a whole number of vectors."""
        return -(-stage.outputs // self.lanes) * self.lanes

    def _forward(self, index: int) -> list[str]:
        stage = self.form.stages[index]
        lines, cut = self._cut(stage)
        kept, draws = self._pointers(index)
        x, out = self._x(index), self.at(self.out[index])
        if stage.waves:
            chained = self.forward_chain(stage, x, out, kept, draws, cut)
            lines += [f"out = at({out}, {cut.lo} * {self.M})", *self.loops(chained, cut)]
        else:
            lines += self.forward(stage, x, out, kept, draws, cut)
        if index + 1 < len(self.form.stages) and self.form.stages[index + 1].learns:
            K = stage.outputs
            to = Matrix(self.at(self.x_rows[index + 1], str(cut.lo)), K)
            lines += turned(self.source, self.lanes, Matrix("out", self.M), to, cut.count, self.M)
        return lines

    def _loss(self) -> list[str]:
        """J, and the end of the training where it is not finite; ∂J/∂output, and back through the last layers."""
        n, M, last = self.form.outputs, self.M, len(self.form.stages) - 1
        z, delta, whole = self.at(self.out[last]), self.at(self.delta[last]), Cut(0, n, "m", "m")
        classes = f"at(classes, (step & 1) * {M})"
        lines = self.loss(z, delta, classes, self._of_step(self.targets), self.at(self.terms), whole, "m")
        lines += ["total = 0.0", *nested("for r in range(m):", ["total += float(terms[r])"])]
        lines += nested(
            "for r in range(m):",
            nested(f"for j in range({n}):", [f"predictions[(first + r) * {n} + j] = z[j * {M} + r]"]),
        )
        lines += self.value_lines(["return"])
        scale = nested(
            f"for j in range({n}):", nested("for r in range(m):", [f"delta[j * {M} + r] /= divisor"])
        )
        lines += ["divisor = T(divisors[step])", *nested("if divisor != T(0):", scale)]
        return lines + self._through(last, whole)

    def _back(self, index: int) -> list[str]:
        """∂J/∂raw of the stage before, from that of this one."""
        stage, before = self.form.stages[index], self.form.stages[index - 1]
        lines, cut = self._cut(before)
        delta, to = self.at(self.delta[index]), self.at(self.delta[index - 1])
        lines += self.input_gradient(stage, delta, to, cut)
        return lines + self._through(index - 1, cut)

    def _through(self, index: int, cut: Cut) -> list[str]:
        """∂J/∂raw of a piece of a stage, and the update of its chain's parameters."""
        stage, groups = self.form.stages[index], dict(self.form.groups)
        kept, draws = self._pointers(index)
        lines = self.through(stage, self.at(self.delta[index]), self.at(self.out[index]), kept, draws, cut)
        for name in stage.parameter_gradients:
            if name in stage.totals:
                continue
            place, penalized = stage.places[name], name in stage.weights
            lines += self.parameters(f"{place.start} + {cut.lo}", cut.count, groups[place], weight=penalized)
        return lines

    def _totals(self) -> list[str]:
        """The gradients of parameters that all features share, and their update."""
        lines, groups = list[str](), dict(self.form.groups)
        for index, stage in enumerate(self.form.stages):
            kept, _ = self._pointers(index)
            for name in stage.totals:
                place = stage.places[name]
                lines += [f"part = {kept[name]}", "total = 0.0"]
                lines += nested(f"for j in range({stage.outputs}):", ["total += float(part[j])"])
                lines.append(f"gradient[{place.start}] = T(total)")
                lines += self.parameters(place.start, 1, groups[place], weight=name in stage.weights)
        return lines

    def _weights(self, index: int) -> list[str]:
        """The gradient of rows of W and b, and their update."""
        stage, groups = self.form.stages[index], dict(self.form.groups)
        if stage.waves and self.waves:
            lines = self.waves.gradients(self._x(0), self.at(self.delta[0]))
            for place, start, count, weight in self.waves.ranges():
                lines += self.parameters(start, count, groups[place], weight=weight)
            return lines
        assert stage.weight is not None
        lines, cut = self._cut(stage)
        x_rows = self._of_step(self.first_rows) if index == 0 else self.at(self.x_rows[index])
        lines += self.weight_gradient(
            stage, self.at(self.delta[index]), self._x(index), x_rows, "gradient", cut
        )
        K = stage.inputs
        ranges = [(stage.weight, f"{stage.weight.start} + {cut.lo} * {K}", f"{cut.count} * {K}")]
        if stage.bias is not None:
            ranges.append((stage.bias, f"{stage.bias.start} + {cut.lo}", f"{cut.count}"))
        for place, start, count in ranges:
            lines += self.parameters(start, count, groups[place], weight=place is stage.weight)
        return lines

    def _update(self) -> list[str]:
        """The update of a piece of all parameters, where it has to wait for the norm of the gradient."""
        lines = [f"lo = piece * {UPDATED}", f"hi = lo + {UPDATED}"]
        for place, group in self.form.groups:
            inner = [self.source.call(f"update_{group}", "start", "stop - start", "step")]
            lines += [
                f"start, stop = max(lo, {place.start}), min(hi, {place.stop})",
                *nested("if start < stop:", inner),
            ]
        return lines
