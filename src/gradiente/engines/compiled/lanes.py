"""Vectors of a few numbers, side by side in one register, for loops that Numba would not make of themselves."""

from functools import cache
from typing import Any


@cache
def lanes(kind: str, count: int) -> tuple[Any, ...]:
    """vload, vstore, splat, fma, vsum and turn on vectors of `count` numbers, for Numba to compile.

    vload(p, i)     p[i], p[i + 1] …
    vstore(p, i, v) the other way
    splat(x)        x in every place
    fma(a, b, c)    a · b + c
    vsum(v)         the sum of all, in a fixed order
    turn(p, rows, width, k, q, stride)    q[(k + j) · stride + i] = p[rows[i] · width + k + j] for all i and j < count
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

    @intrinsic
    def splat(context, x):
        def generate(context, builder, signature, values):
            single = builder.insert_element(
                ir.Constant(vector, ir.Undefined), values[0], ir.Constant(ir.IntType(32), 0)
            )
            order = ir.Constant(ir.VectorType(ir.IntType(32), count), [0] * count)
            return builder.shuffle_vector(single, ir.Constant(vector, ir.Undefined), order)

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
            (total,), width = values, count
            while width > 1:
                width //= 2
                order = ir.Constant(
                    ir.VectorType(ir.IntType(32), count), [*range(width, 2 * width), *[0] * (count - width)]
                )
                total = builder.fadd(total, builder.shuffle_vector(total, total, order))
            return builder.extract_element(total, ir.Constant(ir.IntType(32), 0))

        return getattr(types, kind)(own), generate

    @intrinsic
    def turn(context, source, rows, width, k, to, stride):
        def generate(context, builder, signature, values):
            source, rows, width, k, to, stride = values
            lines = []
            for i in range(count):
                row = builder.load(builder.gep(rows, [ir.Constant(ir.IntType(64), i)]))
                index = builder.add(builder.mul(row, width), k)
                lines.append(builder.load(place(builder, source, index), align=aligned))
            for half in (1 << bit for bit in range(count.bit_length() - 1)):
                for i in range(count):
                    if not i & half:
                        lines[i], lines[i + half] = exchanged(builder, lines[i], lines[i + half], half)
            for j, line in enumerate(lines):
                index = builder.mul(builder.add(k, ir.Constant(ir.IntType(64), j)), stride)
                builder.store(line, place(builder, to, index), align=aligned)
            return context.get_dummy_value()

        size = types.intp
        return types.void(source, rows, size, size, to, size), generate

    def exchanged(builder: Any, a: Any, b: Any, half: int) -> tuple[Any, Any]:
        """Two lines of a square, with the halves off its diagonal exchanged: transposed, at this distance."""
        first = [i if not i & half else count + i - half for i in range(count)]
        second = [i + half if not i & half else count + i for i in range(count)]
        orders = (ir.Constant(ir.VectorType(ir.IntType(32), count), order) for order in (first, second))
        low, high = (builder.shuffle_vector(a, b, order) for order in orders)
        return low, high

    return vload, vstore, splat, fma, vsum, turn
