"""Vectors of a few numbers, side by side in one register, for loops that LLVM would not make of themselves."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from gradiente.engines.compiled.translated_expressions import Intrinsic

NAMES = (  # what `lanes` gives
    "vload, vload_some, vstore, vstore_some, splat, fma, vsum, turn, square, vmax, equal, unequal, has_nan"
)


def vector_bytes() -> int:
    """The size of this processor's vectors."""
    import llvmlite.binding as llvm

    features = llvm.get_host_cpu_features()
    return 64 if features.get("avx512f") else 32 if features.get("avx") else 16


def tile_shape() -> tuple[int, int]:
    """How many rows of how many vectors of results fit this processor's registers, beside what is multiplied."""
    return {64: (8, 3), 32: (6, 2)}.get(vector_bytes(), (4, 4))


@cache
def lanes(kind: str, count: int) -> tuple[Any, ...]:
    """Intrinsics on vectors of `count` numbers, in the order of NAMES.

        vload(p, i)     p[i], p[i + 1] …
        vstore(p, i, v) the other way
    vload_some(p, i, n), vstore_some(p, i, v, n)    the first n numbers, a constant, and 0 for the others
        splat(x)        x in every place
        fma(a, b, c)    a · b + c
        vsum(v)         the sum of all, in a fixed order
        vmax(a, b)      the larger one in every place, NaN where there is one
        equal(a, b, v)  v where a = b, else 0; unequal(a, b, v): the other way
        has_nan(v)      whether there is one
    turn(p, rows, width, k, q, far)    q[(k + j) · far + i] = p[rows[i] · width + k + j] for all i and j < count
        square(p, row, q, far)             q[j · far + i] = p[i · row + j], likewise
    """
    from llvmlite import ir

    vector, aligned = vector_of(kind, count)
    zeros = ir.Constant(vector, None)

    def place(builder: Any, pointer: Any, index: Any) -> Any:
        return builder.bitcast(builder.gep(pointer, [index]), vector.as_pointer())

    def vload(builder: Any, pointer: Any, index: Any) -> Any:
        return builder.load(place(builder, pointer, index), align=aligned)

    def vstore(builder: Any, pointer: Any, index: Any, value: Any) -> None:
        builder.store(value, place(builder, pointer, index), align=aligned)

    def masked(builder: Any, name: str, kind_of: Any, values: list[Any], some: Any) -> Any:
        bits = [int(i < some.constant) for i in range(count)]
        mask = ir.Constant(ir.VectorType(ir.IntType(1), count), bits)
        values = [*values[:-1], ir.Constant(ir.IntType(32), aligned), mask, *values[-1:]]
        if name == "store":
            values = [values[-1], *values[:-1]]
        full = f"llvm.masked.{name}.v{count}f{kind.removeprefix('float')}.p0"
        return builder.call(declared(builder, full, kind_of, values), values)

    def vload_some(builder: Any, pointer: Any, index: Any, some: Any) -> Any:
        return masked(builder, "load", vector, [place(builder, pointer, index), zeros], some)

    def vstore_some(builder: Any, pointer: Any, index: Any, value: Any, some: Any) -> None:
        masked(builder, "store", ir.VoidType(), [place(builder, pointer, index), value], some)

    def splat(builder: Any, x: Any) -> Any:
        return splatted(builder, x, vector)

    def vsum(builder: Any, value: Any) -> Any:
        return summed(builder, value, count)

    def vmax(builder: Any, a: Any, b: Any) -> Any:
        taken = builder.or_(builder.fcmp_ordered(">", b, a), builder.fcmp_unordered("uno", b, b))
        return builder.select(taken, b, a)

    def equal(builder: Any, a: Any, b: Any, value: Any) -> Any:
        return builder.select(builder.fcmp_ordered("==", a, b), value, zeros)

    def unequal(builder: Any, a: Any, b: Any, value: Any) -> Any:
        return builder.select(builder.fcmp_ordered("==", a, b), zeros, value)

    def has_nan(builder: Any, value: Any) -> Any:
        pattern = ir.IntType(count)
        places = builder.bitcast(builder.fcmp_unordered("uno", value, value), pattern)
        return builder.icmp_unsigned("!=", places, ir.Constant(pattern, 0))

    def turn(builder: Any, source: Any, rows: Any, width: Any, k: Any, to: Any, far: Any) -> None:
        starts = []
        for i in range(count):
            row = builder.load(builder.gep(rows, [ir.Constant(ir.IntType(64), i)]))
            starts.append(builder.add(builder.mul(row, width), k))
        transposed(builder, source, starts, builder.gep(to, [builder.mul(k, far)]), far)

    def square(builder: Any, source: Any, row: Any, to: Any, far: Any) -> None:
        starts = [builder.mul(row, ir.Constant(ir.IntType(64), i)) for i in range(count)]
        transposed(builder, source, starts, to, far)

    def transposed(builder: Any, source: Any, starts: list[Any], to: Any, far: Any) -> None:
        """A square of numbers, read in lines that begin there, and written in columns."""
        lines = [vload(builder, source, start) for start in starts]
        for half in (1 << bit for bit in range(count.bit_length() - 1)):
            for i in range(count):
                if not i & half:
                    lines[i], lines[i + half] = exchanged(builder, lines[i], lines[i + half], half)
        for j, line in enumerate(lines):
            vstore(builder, to, builder.mul(far, ir.Constant(ir.IntType(64), j)), line)

    def exchanged(builder: Any, a: Any, b: Any, half: int) -> tuple[Any, Any]:
        """Two lines of a square, with the halves off its diagonal exchanged: transposed, at this distance."""
        first = [i if not i & half else count + i - half for i in range(count)]
        second = [i + half if not i & half else count + i for i in range(count)]
        orders = (ir.Constant(ir.VectorType(ir.IntType(32), count), order) for order in (first, second))
        low, high = (builder.shuffle_vector(a, b, order) for order in orders)
        return low, high

    functions: list[Callable[..., Any]] = [
        vload,
        vload_some,
        vstore,
        vstore_some,
        splat,
        multiplied_and_added,
    ]
    functions += [vsum, turn, square, vmax, equal, unequal, has_nan]
    return tuple(map(Intrinsic, functions))


def vector_of(kind: str, count: int) -> tuple[Any, int]:
    """LLVM's vector of so many numbers, and the bytes of a number."""
    from llvmlite import ir

    return ir.VectorType(ir.FloatType() if kind == "float32" else ir.DoubleType(), count), int(kind[5:]) // 8


def declared(builder: Any, name: str, returned: Any, values: Sequence[Any]) -> Any:
    """One of LLVM's own functions, for these arguments."""
    from llvmlite import ir

    known = builder.module.globals.get(name)
    return known or ir.Function(
        builder.module, ir.FunctionType(returned, [each.type for each in values]), name
    )


def multiplied_and_added(builder: Any, a: Any, b: Any, c: Any) -> Any:
    """a · b + c, rounded once, in every place of vectors."""
    name = f"llvm.fma.v{a.type.count}f{32 if str(a.type.element) == 'float' else 64}"
    return builder.call(declared(builder, name, a.type, [a, b, c]), [a, b, c])


def splatted(builder: Any, entry: Any, vector: Any) -> Any:
    """A number in every place of a vector."""
    from llvmlite import ir

    nothing = ir.Constant(vector, ir.Undefined)
    single = builder.insert_element(nothing, entry, ir.Constant(ir.IntType(32), 0))
    order = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(single, nothing, order)


def summed(builder: Any, value: Any, count: int) -> Any:
    """The sum of a vector of so many numbers, in a fixed order."""
    from llvmlite import ir

    width = count
    while width > 1:
        width //= 2
        order = [*range(width, 2 * width), *[0] * (count - width)]
        places = ir.Constant(ir.VectorType(ir.IntType(32), count), order)
        value = builder.fadd(value, builder.shuffle_vector(value, value, places))
    return builder.extract_element(value, ir.Constant(ir.IntType(32), 0))
