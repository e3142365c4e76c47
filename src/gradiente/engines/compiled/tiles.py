"""Tiles of vectors that stay in registers from step to step, each step written out: for convolutions.

A tile has some rows of vectors. A step adds products to it; the triples (a, b, c) of its pattern say which: vector a of
every row += factor b of that row · vector c of the source.
"""

from functools import cache
from typing import Any

from gradiente.engines.compiled.lanes import multiplied_and_added, splatted, summed, vector_of
from gradiente.engines.compiled.translated_expressions import Intrinsic

Pattern = tuple[tuple[int, int, int], ...]


@cache
def tile(kind: str, lanes: int, rows: int, width: int) -> tuple[Intrinsic, ...]:
    """empty, begun, put and total: intrinsics on tiles of rows × width vectors.

    empty()              a tile of zeros
    begun(p)             a tile with p[j] in all of row j
    put(t, p, s, d)      p[j · s + a · d …] = vector a of row j
    total(t, p, s, add)  p[j · s + a] = the sum of vector a of row j, or added to what is there
    """
    from llvmlite import ir

    vector, aligned = vector_of(kind, lanes)
    whole_type = ir.ArrayType(vector, rows * width)
    places = [(j, a, j * width + a) for j in range(rows) for a in range(width)]

    def empty(builder: Any) -> Any:
        return ir.Constant(whole_type, None)

    def begun(builder: Any, pointer: Any) -> Any:
        starts = [
            splatted(builder, builder.load(builder.gep(pointer, [_word(j)])), vector) for j in range(rows)
        ]
        return _of(builder, whole_type, [starts[j] for j, _, _ in places])

    def put(builder: Any, whole: Any, pointer: Any, stride: Any, distance: Any) -> None:
        for j, a, place in places:
            index = builder.add(builder.mul(stride, _word(j)), builder.mul(distance, _word(a)))
            to = builder.bitcast(builder.gep(pointer, [index]), vector.as_pointer())
            builder.store(builder.extract_value(whole, place), to, align=aligned)

    def total(builder: Any, whole: Any, pointer: Any, stride: Any, add: Any) -> None:
        there = [
            builder.gep(pointer, [builder.add(builder.mul(stride, _word(j)), _word(a))]) for j, a, _ in places
        ]
        sums = [summed(builder, builder.extract_value(whole, place), lanes) for _, _, place in places]
        with builder.if_else(add) as (more, first):
            with more:
                for place, entry in zip(there, sums, strict=True):
                    builder.store(builder.fadd(builder.load(place), entry), place)
            with first:
                for place, entry in zip(there, sums, strict=True):
                    builder.store(entry, place)

    return tuple(map(Intrinsic, (empty, begun, put, total)))


@cache
def tile_step(
    kind: str, lanes: int, rows: int, width: int, pattern: Pattern, factor: int, distance: int, numbers: bool
) -> Intrinsic:
    """A step on such tiles: step(t, p, q) is t with the products of the pattern.

    Arguments:
        pattern: the triples (a, b, c)
        factor: the distance of a factor of row j and that of row j + 1
        distance: that of a vector and the next one, in the source and among factors that are vectors
        numbers: whether factors are numbers, p[j · factor + b], not vectors, p[j · factor + b · distance …]
    """
    vector, aligned = vector_of(kind, lanes)

    def loaded(builder: Any, pointer: Any, index: int) -> Any:
        there = builder.gep(pointer, [_word(index)])
        return builder.load(builder.bitcast(there, vector.as_pointer()), align=aligned)

    def the_factor(builder: Any, factors: Any, j: int, b: int) -> Any:
        if not numbers:
            return loaded(builder, factors, j * factor + b * distance)
        return splatted(builder, builder.load(builder.gep(factors, [_word(j * factor + b)])), vector)

    def step(builder: Any, whole: Any, factors: Any, source: Any) -> Any:
        entries = [builder.extract_value(whole, place) for place in range(rows * width)]
        vectors, known = dict[int, Any](), dict[tuple[int, int], Any]()
        for a, b, c in pattern:
            if c not in vectors:
                vectors[c] = loaded(builder, source, c * distance)
            for j in range(rows):
                if (j, b) not in known:
                    known[j, b] = the_factor(builder, factors, j, b)
                place = j * width + a
                entries[place] = multiplied_and_added(builder, known[j, b], vectors[c], entries[place])
        return _of(builder, whole.type, entries)

    return Intrinsic(step)


def _of(builder: Any, kind: Any, entries: list[Any]) -> Any:
    """A tile of these vectors."""
    from llvmlite import ir

    whole = ir.Constant(kind, ir.Undefined)
    for place, entry in enumerate(entries):
        whole = builder.insert_value(whole, entry, place)
    return whole


def _word(count: int) -> Any:
    from llvmlite import ir

    return ir.Constant(ir.IntType(64), count)
