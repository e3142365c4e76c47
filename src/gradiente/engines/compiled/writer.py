"""The parts of a training step as source: products, formulas, the loss, the update."""

from collections.abc import Callable

import numpy as np

from gradiente.engines.compiled.feature_loops import SUMMED, FeatureLoops
from gradiente.engines.compiled.form import Form
from gradiente.engines.compiled.formulas import Formulas, Operand, literal, nested
from gradiente.engines.compiled.lanes import NAMES
from gradiente.engines.compiled.operands import BIAS, DELTA, DROPOUT, RAW, SHARE, TARGET, WEIGHT
from gradiente.engines.compiled.pieces import Chained, Cut
from gradiente.engines.compiled.recording import ROW_SUM
from gradiente.engines.compiled.register_products import Matrix, product, product_of_rows
from gradiente.engines.compiled.row_counts import ROW_COUNT
from gradiente.engines.compiled.source import Memory, Source
from gradiente.engines.compiled.stages import Stage
from gradiente.engines.compiled.team import FAILED, INVALID, NOT_FINITE
from gradiente.symbolic import Symbol


class Writer:
    """What all programs are made of. A value is an array of features × rows, the rows of one feature M apart.

    Arguments:
        form: of the step
        rows: of the arrays, M
        lanes: numbers of a vector
    """

    def __init__(self, form: Form, rows: int, lanes: int) -> None:
        self.form, self.M, self.lanes = form, rows, lanes
        self.memory = Memory()
        self.source = Source(form.arguments(), form.float64)
        self.source.names.append(f'{NAMES} = lanes("{form.number}", {lanes})')
        self._update_functions()

    def columns(self, rows: str, count: str, to: str, lo: str = "0", panel: int | None = None) -> list[str]:
        """Rows of x as the columns of an array of features × rows: squares of vectors, then what is left.

        Arguments:
            rows: the source of the pointer to their numbers
            count: the source of how many there are
            to: the pointer to the array
            lo: the source of where in it the first of them goes, a multiple of lanes
            panel: rows of the batch that lie side by side, one panel after the other; None: all
        """
        K, P, L = self.form.inputs, panel or self.M, self.lanes
        whole = K // L * L

        def place(r: str) -> str:
            return f"(lo + {r}) // {P} * {K * P} + (lo + {r}) % {P}"

        def entries(first: int) -> list[str]:
            entry = f"to[place + k * {P}] = x[rows[r] * {K} + k]"
            return [f"place = {place('r')}", *nested(f"for k in range({first}, {K}):", [entry])]

        left, some = entries(whole), entries(0)
        square = [f"there = at(to, {place('s')})"]
        square += nested(f"for k in range(0, {whole}, {L}):", [f"turn(x, at(rows, s), {K}, k, there, {P})"])
        lines = ["squares = count // LANES * LANES".replace("LANES", str(L))]
        lines += nested(f"for s in range(0, squares, {L}):", square)
        lines += nested("for r in range(squares):", left) if whole < K else []
        lines += nested("for r in range(squares, count):", some)
        self.source.helper("columns", "x, rows, count, to, lo", lines)
        return [f"columns(x, {rows}, {count}, {to}, {lo})"]

    def array(self, features: int) -> int:
        """The place of a new array of features × rows."""
        return self.memory.array(features * self.M)

    def at(self, place: int, offset: str = "") -> str:
        """The source of the pointer to such an array."""
        return f"at(w, {place}{f' + {offset}' if offset else ''})"

    def forward(
        self, stage: Stage, x: str, out: str, kept: dict[str, str], draws: dict[str, str], cut: Cut
    ) -> list[str]:
        """A piece of a stage's output, from the pointer x to the pointer out, both of the whole arrays.

        Arguments:
            kept: the pointers to where numbers are kept for the gradients, statistics too
        """
        chained = self.forward_chain(stage, x, out, kept, draws, cut)
        return [*self.head(stage, x, out, cut), *self.loops(chained, cut)]

    def head(self, stage: Stage, x: str, out: str, cut: Cut) -> list[str]:
        """What the head of a stage gives, at the pointer out."""
        raw = [] if stage.head is None else self.raw(stage, x, cut)
        return [f"out = at({out}, {cut.lo} * {self.M})", *raw]

    def forward_chain(
        self, stage: Stage, x: str, out: str, kept: dict[str, str], draws: dict[str, str], cut: Cut
    ) -> Chained:
        """The output of a piece of a stage from what its head gave, likewise."""
        raw = out if stage.head is not None else x
        entries = [f"out = at({out}, {cut.lo} * {self.M})", f"raw = at({raw}, {cut.lo} * {self.M})"]
        shared, operands = list[str](), {RAW: Operand("raw")}
        if stage.bias is not None and stage.is_dense:
            shared.append(f"bias = at(theta, {stage.bias.start} + {cut.lo})")
            operands[BIAS] = Operand("bias", "feature")
        for name, pointer in draws.items():
            entries.append(f"{name} = at({pointer}, {cut.lo} * {self.M})")
            operands[name] = Operand(name)
        others, pointers = self._shared(stage, cut)
        formulas = Formulas(operands | others)
        for name, symbol in stage.kept.items():
            if name in kept:
                entries.append(f"{name} = at({kept[name]}, {cut.lo} * {self.M})")
                formulas.compute(symbol, Operand(name))
        for name, symbol in stage.statistics.items():
            shared.append(f"{name} = at({kept[name]}, {cut.lo})")
            formulas.compute(symbol, Operand(name, "feature"))
        if stage.changes:
            formulas.compute(stage.output, Operand("out"))
        shared += [f"{name} = {pointers[name]}" for name in sorted(formulas.names & pointers.keys())]
        return Chained(entries, shared, formulas)

    def _shared(self, stage: Stage, cut: Cut) -> tuple[dict[str, Operand], dict[str, str]]:
        """The operands of a piece of a stage that all rows share, and the sources of its parameters and buffers."""
        single = {name for name, place in stage.places.items() if place.stop - place.start != stage.channels}
        pointers = {
            name: f"theta[{place.start}]" if name in single else f"at(theta, {place.start} + {cut.lo})"
            for name, place in stage.places.items()
        }
        buffers = {name: self.form.buffers[name] for name in stage.buffers}
        pointers |= {name: f"at(buffers, {place.start} + {cut.lo})" for name, place in buffers.items()}
        operands = {name: Operand(name, "number" if name in single else "feature") for name in pointers}
        operands |= {ROW_COUNT: Operand("T(m)", "number"), DROPOUT: Operand("dropout[0]", "number")}
        return operands, pointers

    def raw(self, stage: Stage, x: str, cut: Cut) -> list[str]:
        """W x of a piece of a stage's neurons, at the pointer `out`."""
        assert stage.weight is not None
        left = Matrix(f"at(theta, {stage.weight.start} + {cut.lo} * {stage.inputs})", stage.inputs)
        right, out = self.x_by_columns(stage, x), Matrix("out", self.M)
        return product(self.source, self.lanes, left, right, out, cut.count, stage.inputs, self.M)

    def x_by_columns(self, stage: Stage, x: str) -> Matrix:
        """What a stage reads, as features × rows."""
        return Matrix(x, self.M)

    def x_by_rows(self, stage: Stage, x: str) -> Matrix:
        """The same as rows × features."""
        return Matrix(x, stage.inputs)

    def through(
        self, stage: Stage, delta: str, out: str, kept: dict[str, str], draws: dict[str, str], cut: Cut
    ) -> list[str]:
        """∂J/∂raw of a piece of a stage, in place of ∂J/∂output at the pointer delta; ∂J/∂parameters of its chain."""
        chained = self.back_chain(stage, delta, out, kept, draws, cut)
        return [] if chained is None else self.loops(chained, cut)

    def back_chain(
        self, stage: Stage, delta: str, out: str, kept: dict[str, str], draws: dict[str, str], cut: Cut
    ) -> Chained | None:
        """The same; None where nothing changes."""
        if stage.raw_gradient.name == DELTA and not stage.parameter_gradients:
            return None
        entries, shared = [f"delta = at({delta}, {cut.lo} * {self.M})"], list[str]()
        operands = {DELTA: Operand("delta")}
        arrays = {name: kept.get(name, out) for name in stage.kept} | draws
        for name, pointer in arrays.items():
            entries.append(f"{name} = at({pointer}, {cut.lo} * {self.M})")
            operands[name] = Operand(name)
        others, pointers = self._shared(stage, cut)
        pointers |= {name: f"at({kept[name]}, {cut.lo})" for name in stage.statistics}
        operands |= {name: Operand(name, "feature") for name in stage.statistics}
        formulas = Formulas(operands | others)
        for name, symbol in stage.parameter_gradients.items():
            to = kept[name] if name in kept else f"at(gradient, {stage.places[name].start})"
            shared.append(f"d_{name} = at({to}, {cut.lo})")
            formulas.compute(symbol, Operand(f"d_{name}", "feature"))
        formulas.compute(stage.raw_gradient, Operand("delta"))
        shared += [f"{name} = {pointers[name]}" for name in sorted(formulas.names & pointers.keys())]
        return Chained(entries, shared, formulas)

    def input_gradient(self, stage: Stage, delta: str, dx: str, cut: Cut) -> list[str]:
        """∂J/∂x of a stage for a piece of its inputs."""
        assert stage.weight is not None
        left = Matrix(f"at(theta, {stage.weight.start} + {cut.lo})", 1, stage.inputs)
        right, out = Matrix(delta, self.M), Matrix(f"at({dx}, {cut.lo} * {self.M})", self.M)
        return product(self.source, self.lanes, left, right, out, cut.count, stage.outputs, self.M)

    def weight_gradient(
        self, stage: Stage, delta: str, x: str, x_rows: str | None, to: str, cut: Cut, add: str = "False"
    ) -> list[str]:
        """∂J/∂W and ∂J/∂b of a piece of a stage's neurons.

        Arguments:
            x_rows: the pointer to x as rows × features, if there is one, else None
            to: the pointer to the gradient's array
            add: the source of whether they are added to what is there
        """
        lines = self.matrix_gradient(stage, delta, x, x_rows, to, cut, add)
        if stage.bias is not None and stage.is_dense:
            lines += [
                f"d = at({delta}, {cut.lo} * {self.M})",
                f"db = at({to}, {stage.bias.start} + {cut.lo})",
            ]
            inner = [
                "total = 0.0",
                f"for start in range(0, {cut.rows}, {SUMMED}):",
                "    part = T(0)",
                f"    for r in range(start, min({cut.rows}, start + {SUMMED})):",
                f"        part += d[j * {self.M} + r]",
                "    total += part",
                *([] if stage.gain == 1 else [f"total *= {literal(1 / stage.gain)}"]),
                f"db[j] = db[j] + T(total) if {add} else T(total)",
            ]
            lines += nested(f"for j in range({cut.count}):", inner)
        return lines

    def matrix_gradient(
        self, stage: Stage, delta: str, x: str, x_rows: str | None, to: str, cut: Cut, add: str
    ) -> list[str]:
        """∂J/∂W, likewise."""
        assert stage.weight is not None
        left = Matrix(f"at({delta}, {cut.lo} * {self.M})", self.M)
        out = Matrix(f"at({to}, {stage.weight.start} + {cut.lo} * {stage.inputs})", stage.inputs)
        if x_rows is not None:
            right = self.x_by_rows(stage, x_rows)
            return product(
                self.source, self.lanes, left, right, out, cut.count, cut.filled, stage.inputs, add
            )
        assert isinstance(cut.count, int)
        right = Matrix(x, self.M)
        return product_of_rows(
            self.source, self.lanes, left, right, out, cut.count, self.M, stage.inputs, add
        )

    def by_rows(self, stage: Stage) -> bool:
        """Whether ∂J/∂W is computed from x as rows × features: where a row fills vectors."""
        return stage.learns and stage.is_dense and stage.inputs >= self.lanes

    def loss(
        self, z: str, delta: str, classes: str, targets: str, terms: str, cut: Cut, rows: object
    ) -> list[str]:
        """L of every row at the pointer `terms`, and ∂(Σ L)/∂output at the pointer `delta`; both with its weight.

        Arguments:
            rows: how many are not there only to fill the array
        """
        loss = self.form.loss
        lines = [f"z = {z}", f"delta = {delta}", f"terms = {terms}"]
        lines += [f"classes = {classes}"] if loss.labels else [f"target = {targets}"]
        if loss.weighted:
            lines.append(f"share = {self.at(self.memory.array(self.M))}")
            lines += nested(f"for r in range({rows}):", ["share[r] = weights[rows[first + r]]"])
        lines += self._checks(rows)
        formulas = Formulas({RAW: Operand("z"), TARGET: Operand("target"), SHARE: Operand("share", "row")})
        summed = (
            Symbol(function=ROW_SUM, arguments=(loss.terms,)) if formulas.wide(loss.terms) else loss.terms
        )
        formulas.compute(summed, Operand("terms", "row"))
        formulas.compute(loss.gradient, Operand("delta"))
        return self.loops(Chained(lines, [], formulas), cut)

    def _checks(self, rows: object) -> list[str]:
        """The training ends at what the loss does not take: NumPy then executes that step, and says what it is."""
        n, interval = self.form.outputs, self.form.loss.interval
        ending = [f"store(team, {FAILED}, {INVALID})", "end(team, calls, step)", "return"]
        lines = []
        if self.form.loss.labels:
            wrong = f"if classes[r] < 0 or classes[r] >= {n}:"
            lines += nested(f"for r in range({rows}):", nested(wrong, ending))
        ends = zip(interval[1:-1].split(","), ("<", ">"), (interval[0], interval[-1]), strict=True)
        for end, beyond, bracket in ends:
            if np.isfinite(float(end)):
                sign = beyond if bracket in "[]" else f"{beyond}="
                wrong = f"if z[j * {self.M} + r] {sign} {literal(float(end))}:"
                lines += nested(
                    f"for j in range({n}):", nested(f"for r in range({rows}):", nested(wrong, ending))
                )
        return lines

    def parameters(self, start: object, count: object, group: int, *, weight: bool) -> list[str]:
        """What is done with the gradient of a range of one parameter, and its update unless that waits for the norm.

        Arguments:
            weight: whether penalties act on it
        """
        calls = [self.source.call("penalize", start, count)] if weight and self.form.penalties else []
        calls += [self.source.call("clip_values", start, count)] if self.form.clip_value is not None else []
        update = [self.source.call(f"update_{group}", start, count, "step")]
        return [*calls, *(update if self.form.clip_norm is None else [])]

    def value_lines(self, leave: list[str]) -> list[str]:
        """J of the step from `total`, the sum of all L; where it is not finite the training ends.

        Arguments:
            leave: the lines by which it does
        """
        ending = [f"store(team, {FAILED}, {NOT_FINITE})", "end(team, calls, step)", *leave]
        return [
            "value = total / divisors[step] if divisors[step] != 0 else np.nan",
            "values[step] = value + penalties[step]",
            *nested("if not abs(values[step]) < np.inf:", ending),
        ]

    def follow(self, kept: Callable[[int], dict[str, str]]) -> list[str]:
        """The running statistics, after a step that is taken.

        Arguments:
            kept: the pointers to the statistics of a stage, by their names
        """
        lines = list[str]()
        for index, stage in enumerate(self.form.stages):
            others, pointers = self._shared(stage, Cut(0, stage.outputs, "m", "m"))
            pointers |= {name: kept(index)[name] for name in stage.statistics}
            names = {name: Operand(name) for name in pointers}
            formulas = Formulas({**names, ROW_COUNT: others[ROW_COUNT]})
            for name, symbol in stage.new_buffers.items():
                formulas.compute(symbol, names[name])
            used = formulas.names | stage.new_buffers.keys()
            lines += [f"{name} = {pointers[name]}" for name in sorted(used & pointers.keys())]
            lines += nested(f"for j in range({stage.channels}):", formulas.entry("j")) if used else []
        return lines

    def norm_lines(self) -> list[str]:
        """The gradient scaled to its largest norm."""
        bound = repr(self.form.clip_norm)
        part = [
            "part = T(0)",
            *nested("for i in range(start, min(stop, start + 256)):", ["part += gradient[i] * gradient[i]"]),
        ]
        lines = ["total = 0.0"]
        for place, _ in self.form.groups:
            lines += [
                f"stop = {place.stop}",
                *nested(f"for start in range({place.start}, stop, 256):", [*part, "total += part"]),
            ]
        lines += [f"scale = T(min(1.0, {bound} / (np.sqrt(total) + 1e-6)))"]
        for place, _ in self.form.groups:
            lines += nested(f"for i in range({place.start}, {place.stop}):", ["gradient[i] *= scale"])
        return lines

    def _update_functions(self) -> None:
        """Functions that update a range of the parameters, each by the rule of its group."""
        place = 0
        for number, rule in enumerate(self.form.rules):
            pointers = ["theta", "gradient", *(f"slot_{name}" for name in self.form.slots)]
            lines = [f"{pointer} = at({pointer}, start)" for pointer in pointers]
            lines += [f"c = at(constants, step * stride + {place})", *rule.lines]
            self.source.function(f"update_{number}", ["start", "count", "step"], lines)
            place += len(rule.constants)
        if self.form.clip_value is not None:
            bound = repr(self.form.clip_value)
            lines = ["gradient = at(gradient, start)"]
            inner = [
                "g = gradient[i]",
                f"g = T({bound}) if g > T({bound}) else g",
                f"gradient[i] = T(-{bound}) if g < T(-{bound}) else g",
            ]
            self.source.function(
                "clip_values", ["start", "count"], [*lines, *nested("for i in range(count):", inner)]
            )
        if self.form.penalties:
            where = {WEIGHT: Operand("theta"), "gradient": Operand("gradient")}
            formulas, total = Formulas(where), Symbol("gradient")
            for penalty in self.form.penalties:
                total = Symbol(function="add", arguments=(total, penalty))
            formulas.compute(total, Operand("gradient"))
            lines = ["theta = at(theta, start)", "gradient = at(gradient, start)"]
            lines += nested("for i in range(count):", formulas.entry("i"))
            self.source.function("penalize", ["start", "count"], lines)

    def loops(self, chained: Chained, cut: Cut) -> list[str]:
        """The lines that compute formulas for a piece of a stage."""
        formulas, lines = chained.formulas, [*chained.entries, *chained.shared]
        if formulas.sums_rows:
            return [*lines, *FeatureLoops(formulas, cut.count, self.M, cut.filled).lines()]

        def scratch(count: int) -> str:
            return self.at(self.memory.array(count))

        return [*lines, *formulas.loops(cut.count, self.M, cut.rows, scratch, "classes")]
