"""Tiles of vectors that stay in registers from step to step, each step written out: for convolutions.

A tile has some rows of vectors. A step adds products to it; the triples (a, b, c) of its pattern say which: vector a of
every row += factor b of that row · vector c of the source.
"""

from functools import cache
from typing import Any

from gradiente.engines.compiled.lanes import splatted, summed

Pattern = tuple[tuple[int, int, int], ...]


@cache
def tile(kind: str, lanes: int, rows: int, width: int) -> tuple[Any, Any, Any, Any]:
    """empty, begun, put and total on tiles of rows × width vectors, for Numba to compile.

    empty()              a tile of zeros
    begun(p)             a tile with p[j] in all of row j
    put(t, p, s, d)      p[j · s + a · d …] = vector a of row j
    total(t, p, s, add)  p[j · s + a] = the sum of vector a of row j, or added to what is there
    """
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    own, vector, aligned = _own(kind, lanes, rows * width)
    places = [(j, a, j * width + a) for j in range(rows) for a in range(width)]

    def of(builder: Any, entries: list[Any]) -> Any:
        whole = ir.Constant(ir.ArrayType(vector, rows * width), ir.Undefined)
        for place, entry in enumerate(entries):
            whole = builder.insert_value(whole, entry, place)
        return whole

    @intrinsic
    def empty(context):
        def generate(context, builder, signature, values):
            return ir.Constant(ir.ArrayType(vector, rows * width), None)

        return own(), generate

    @intrinsic
    def begun(context, pointer):
        def generate(context, builder, signature, values):
            starts = []
            for j in range(rows):
                entry = builder.load(builder.gep(values[0], [ir.Constant(ir.IntType(64), j)]))
                starts.append(splatted(builder, entry, vector))
            return of(builder, [starts[j] for j, _, _ in places])

        return own(pointer), generate

    @intrinsic
    def put(context, t, pointer, stride, distance):
        def generate(context, builder, signature, values):
            whole, pointer, stride, distance = values
            for j, a, place in places:
                index = builder.add(_times(builder, stride, j), _times(builder, distance, a))
                to = builder.bitcast(builder.gep(pointer, [index]), vector.as_pointer())
                builder.store(builder.extract_value(whole, place), to, align=aligned)
            return context.get_dummy_value()

        return types.void(t, pointer, types.intp, types.intp), generate

    @intrinsic
    def total(context, t, pointer, stride, add):
        def generate(context, builder, signature, values):
            whole, pointer, stride, add = values
            there = [
                builder.gep(
                    pointer, [builder.add(_times(builder, stride, j), ir.Constant(ir.IntType(64), a))]
                )
                for j, a, _ in places
            ]
            sums = [summed(builder, builder.extract_value(whole, place), lanes) for _, _, place in places]
            with builder.if_else(add) as (more, first):
                with more:
                    for place, entry in zip(there, sums, strict=True):
                        builder.store(builder.fadd(builder.load(place), entry), place)
                with first:
                    for place, entry in zip(there, sums, strict=True):
                        builder.store(entry, place)
            return context.get_dummy_value()

        return types.void(t, pointer, types.intp, types.boolean), generate

    return empty, begun, put, total


@cache
def tile_step(
    kind: str, lanes: int, rows: int, width: int, pattern: Pattern, factor: int, distance: int, numbers: bool
) -> Any:
    """A step on such tiles, for Numba to compile: step(t, p, q) is t with the products of the pattern.

    Arguments:
        pattern: the triples (a, b, c)
        factor: the distance of a factor of row j and that of row j + 1
        distance: that of a vector and the next one, in the source and among factors that are vectors
        numbers: whether factors are numbers, p[j · factor + b], not vectors, p[j · factor + b · distance …]
    """
    from llvmlite import ir
    from numba.core.cgutils import get_or_insert_function
    from numba.extending import intrinsic

    own, vector, aligned = _own(kind, lanes, rows * width)

    @intrinsic
    def advanced(context, t, factors, source):
        def generate(context, builder, signature, values):
            whole, factors, source = values
            form = ir.FunctionType(vector, [vector] * 3)
            fma = get_or_insert_function(
                builder.module, form, f"llvm.fma.v{lanes}f{kind.removeprefix('float')}"
            )

            def loaded(pointer: Any, index: int) -> Any:
                there = builder.gep(pointer, [ir.Constant(ir.IntType(64), index)])
                return builder.load(builder.bitcast(there, vector.as_pointer()), align=aligned)

            def the_factor(j: int, b: int) -> Any:
                if not numbers:
                    return loaded(factors, j * factor + b * distance)
                there = builder.gep(factors, [ir.Constant(ir.IntType(64), j * factor + b)])
                return splatted(builder, builder.load(there), vector)

            entries = [builder.extract_value(whole, place) for place in range(rows * width)]
            vectors, known = dict[int, Any](), dict[tuple[int, int], Any]()
            for a, b, c in pattern:
                if c not in vectors:
                    vectors[c] = loaded(source, c * distance)
                for j in range(rows):
                    if (j, b) not in known:
                        known[j, b] = the_factor(j, b)
                    place = j * width + a
                    entries[place] = builder.call(fma, [known[j, b], vectors[c], entries[place]])
            result = ir.Constant(ir.ArrayType(vector, rows * width), ir.Undefined)
            for place, entry in enumerate(entries):
                result = builder.insert_value(result, entry, place)
            return result

        return own(own, factors, source), generate

    return advanced


@cache
def _own(kind: str, lanes: int, count: int) -> tuple[Any, Any, int]:
    """The type of tiles of so many vectors, LLVM's vector, and the bytes of a number."""
    from llvmlite import ir
    from numba import types
    from numba.extending import models, register_model

    number = ir.FloatType() if kind == "float32" else ir.DoubleType()
    vector = ir.VectorType(number, lanes)

    class Tile(types.Type):
        def __init__(self) -> None:
            super().__init__(name=f"Tile({kind}, {lanes}, {count})")

    @register_model(Tile)
    class TileModel(models.PrimitiveModel):
        def __init__(self, manager: Any, kind: Any) -> None:
            super().__init__(manager, kind, ir.ArrayType(vector, count))

    return Tile(), vector, 4 if kind == "float32" else 8


def _times(builder: Any, value: Any, count: int) -> Any:
    from llvmlite import ir

    return builder.mul(value, ir.Constant(ir.IntType(64), count))
