"""Vectors of a few numbers, side by side in one register, for loops that Numba would not make of themselves."""

from functools import cache
from typing import Any

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
    return (6, 2) if vector_bytes() == 32 else (4, 4)


@cache
def lanes(kind: str, count: int) -> tuple[Any, ...]:
    """Functions of vectors of `count` numbers, for Numba to compile.

        vload(p, i)     p[i], p[i + 1] …
        vstore(p, i, v) the other way
    vload_some(p, i, n), vstore_some(p, i, v, n)    the first n numbers, a literal, and 0 for the others
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
    from numba import types
    from numba.core.cgutils import get_or_insert_function
    from numba.extending import intrinsic, models, register_model

    number = ir.FloatType() if kind == "float32" else ir.DoubleType()
    vector = ir.VectorType(number, count)
    aligned = 4 if kind == "float32" else 8

    class Lanes(types.Type):
        def __init__(self) -> None:
            super().__init__(name=f"Lanes({kind}, {count})")

    @register_model(Lanes)
    class LanesModel(models.PrimitiveModel):
        def __init__(self, manager: Any, kind: Any) -> None:
            super().__init__(manager, kind, vector)

    own = Lanes()

    def place(builder: Any, pointer: Any, index: Any) -> Any:
        return builder.bitcast(builder.gep(pointer, [index]), vector.as_pointer())

    @intrinsic
    def vload(context, pointer, index):
        def generate(context, builder, signature, values):
            return builder.load(place(builder, *values), align=aligned)

        return own(pointer, types.intp), generate

    @intrinsic
    def vstore(context, pointer, index, value):
        def generate(context, builder, signature, values):
            builder.store(values[2], place(builder, *values[:2]), align=aligned)
            return context.get_dummy_value()

        return types.void(pointer, types.intp, own), generate

    def mask(some: Any) -> Any:
        bits = [int(i < some.literal_value) for i in range(count)]
        return ir.Constant(ir.VectorType(ir.IntType(1), count), bits)

    def masked(builder: Any, name: str, kind_of: Any, arguments: list[Any]) -> Any:
        form = ir.FunctionType(kind_of, [each.type for each in arguments])
        full = f"llvm.masked.{name}.v{count}f{kind.removeprefix('float')}.p0"
        return builder.call(get_or_insert_function(builder.module, form, full), arguments)

    @intrinsic(prefer_literal=True)
    def vload_some(context, pointer, index, some):
        def generate(context, builder, signature, values):
            step, none = ir.Constant(ir.IntType(32), aligned), ir.Constant(vector, [0.0] * count)
            return masked(builder, "load", vector, [place(builder, *values[:2]), step, mask(some), none])

        return own(pointer, types.intp, some), generate

    @intrinsic(prefer_literal=True)
    def vstore_some(context, pointer, index, value, some):
        def generate(context, builder, signature, values):
            step = ir.Constant(ir.IntType(32), aligned)
            masked(
                builder, "store", ir.VoidType(), [values[2], place(builder, *values[:2]), step, mask(some)]
            )
            return context.get_dummy_value()

        return types.void(pointer, types.intp, own, some), generate

    @intrinsic
    def splat(context, x):
        def generate(context, builder, signature, values):
            return splatted(builder, values[0], vector)

        return own(getattr(types, kind)), generate

    @intrinsic
    def fma(context, a, b, c):
        def generate(context, builder, signature, values):
            form, name = (
                ir.FunctionType(vector, [vector] * 3),
                f"llvm.fma.v{count}f{kind.removeprefix('float')}",
            )
            return builder.call(get_or_insert_function(builder.module, form, name), values)

        return own(own, own, own), generate

    @intrinsic
    def vsum(context, value):
        def generate(context, builder, signature, values):
            return summed(builder, values[0], count)

        return getattr(types, kind)(own), generate

    zeros = ir.Constant(vector, None)

    @intrinsic
    def vmax(context, a, b):
        def generate(context, builder, signature, values):
            a, b = values
            taken = builder.or_(builder.fcmp_ordered(">", b, a), builder.fcmp_unordered("uno", b, b))
            return builder.select(taken, b, a)

        return own(own, own), generate

    @intrinsic
    def equal(context, a, b, value):
        def generate(context, builder, signature, values):
            return builder.select(builder.fcmp_ordered("==", values[0], values[1]), values[2], zeros)

        return own(own, own, own), generate

    @intrinsic
    def unequal(context, a, b, value):
        def generate(context, builder, signature, values):
            return builder.select(builder.fcmp_ordered("==", values[0], values[1]), zeros, values[2])

        return own(own, own, own), generate

    @intrinsic
    def has_nan(context, value):
        def generate(context, builder, signature, values):
            places = builder.fcmp_unordered("uno", values[0], values[0])
            pattern = ir.IntType(count)
            return builder.icmp_unsigned("!=", builder.bitcast(places, pattern), ir.Constant(pattern, 0))

        return types.boolean(own), generate

    @intrinsic
    def turn(context, source, rows, width, k, to, stride):
        def generate(context, builder, signature, values):
            source, rows, width, k, to, stride = values
            starts = []
            for i in range(count):
                row = builder.load(builder.gep(rows, [ir.Constant(ir.IntType(64), i)]))
                starts.append(builder.add(builder.mul(row, width), k))
            corner = builder.gep(to, [builder.mul(k, stride)])
            transposed(builder, source, starts, corner, stride)
            return context.get_dummy_value()

        size = types.intp
        return types.void(source, rows, size, size, to, size), generate

    @intrinsic
    def square(context, source, row, to, stride):
        def generate(context, builder, signature, values):
            source, row, to, stride = values
            starts = [builder.mul(row, ir.Constant(ir.IntType(64), i)) for i in range(count)]
            transposed(builder, source, starts, to, stride)
            return context.get_dummy_value()

        return types.void(source, types.intp, to, types.intp), generate

    def transposed(builder: Any, source: Any, starts: list[Any], to: Any, stride: Any) -> None:
        """A square of numbers, read in lines that begin there, and written in columns."""
        lines = [builder.load(place(builder, source, start), align=aligned) for start in starts]
        for half in (1 << bit for bit in range(count.bit_length() - 1)):
            for i in range(count):
                if not i & half:
                    lines[i], lines[i + half] = exchanged(builder, lines[i], lines[i + half], half)
        for j, line in enumerate(lines):
            index = builder.mul(stride, ir.Constant(ir.IntType(64), j))
            builder.store(line, place(builder, to, index), align=aligned)

    def exchanged(builder: Any, a: Any, b: Any, half: int) -> tuple[Any, Any]:
        """Two lines of a square, with the halves off its diagonal exchanged: transposed, at this distance."""
        first = [i if not i & half else count + i - half for i in range(count)]
        second = [i + half if not i & half else count + i for i in range(count)]
        orders = (ir.Constant(ir.VectorType(ir.IntType(32), count), order) for order in (first, second))
        low, high = (builder.shuffle_vector(a, b, order) for order in orders)
        return low, high

    return (
        vload,
        vload_some,
        vstore,
        vstore_some,
        splat,
        fma,
        vsum,
        turn,
        square,
        vmax,
        equal,
        unequal,
        has_nan,
    )


def splatted(builder: Any, entry: Any, vector: Any) -> Any:
    """A number in every place of a vector, in LLVM's language."""
    from llvmlite import ir

    nothing = ir.Constant(vector, ir.Undefined)
    single = builder.insert_element(nothing, entry, ir.Constant(ir.IntType(32), 0))
    order = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(single, nothing, order)


def summed(builder: Any, value: Any, count: int) -> Any:
    """The sum of a vector of so many numbers, in LLVM's language."""
    from llvmlite import ir

    width = count
    while width > 1:
        width //= 2
        order = ir.Constant(
            ir.VectorType(ir.IntType(32), count), [*range(width, 2 * width), *[0] * (count - width)]
        )
        value = builder.fadd(value, builder.shuffle_vector(value, value, order))
    return builder.extract_element(value, ir.Constant(ir.IntType(32), 0))
