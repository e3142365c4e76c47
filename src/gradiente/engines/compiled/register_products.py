"""Products of small matrices whose results stay in registers, as source.

The functions are those of one tile of the result, a few rows of vectors; layers with the same tiles share them.
"""

from gradiente.engines.compiled.formulas import nested
from gradiente.engines.compiled.source import Source

REGISTERS = 16  # vectors of results at once
TILE = 4  # rows and columns of a tile whose entries are sums of vectors


def product(
    source: Source,
    outputs: int,
    inner: int,
    weight: str,
    strides: tuple[int, int],
    x: str,
    out: str,
    rows: int,
    lanes: int,
) -> list[str]:
    """out[j, r] = Σ_k w[j, k] x[k, r], where x and out are features × rows.

    Arguments:
        source: where the functions go
        outputs, inner: how many j and k
        weight: the source of the pointer to w[0, 0]
        strides: of j and of k in w
        x, out: sources of pointers
        rows: a multiple of lanes
    """
    strips = rows // lanes
    across = min(strips, 4 if outputs >= TILE else 8)
    height = min(outputs, max(1, REGISTERS // across))
    lines = [f"weight = {weight}", f"source = {x}", f"to = {out}"]
    for first, width in _parts(strips, across):
        for start, stop, tall in _runs(outputs, height):
            name = f"tile_{tall}_{width}"
            source.helper(name, "weight, one, next, source, to, rows, inner", _tile(tall, width, lanes))
            place = f"at(to, j * {rows} + {first * lanes})"
            w, values = f"at(weight, j * {strides[0]})", f"at(source, {first * lanes})"
            call = f"{name}({w}, {strides[0]}, {strides[1]}, {values}, {place}, {rows}, {inner})"
            lines += nested(f"for j in range({start}, {stop}, {tall}):", [call])
    return lines


def transposed_product(
    source: Source, outputs: int, inputs: int, d: str, x: str, to: str, rows: int, lanes: int, add: str
) -> list[str]:
    """g[j, k] = Σ_r d[j, r] x[k, r], or added to what is there, with g of outputs × inputs.

    Arguments:
        add: the source of whether it is added
    """
    lines = [f"left = {d}", f"source = {x}", f"to = {to}"]
    for first, last, tall in _runs(outputs, TILE):
        inner = list[str]()
        for start, stop, wide in _runs(inputs, TILE):
            name = f"sums_{tall}_{wide}"
            source.helper(name, "left, source, to, stride, rows, add", _sums(tall, wide, lanes))
            pointers = f"at(left, j * {rows}), at(source, k * {rows}), at(to, j * {inputs} + k)"
            call = f"{name}({pointers}, {inputs}, {rows}, {add})"
            inner += nested(f"for k in range({start}, {stop}, {wide}):", [call])
        lines += nested(f"for j in range({first}, {last}, {tall}):", inner)
    return lines


def _tile(height: int, width: int, lanes: int) -> list[str]:
    """height × width vectors of a product."""
    tiles = [(a, b) for a in range(height) for b in range(width)]
    body = [f"x{b} = vload(source, k * rows + {b * lanes})" for b in range(width)]
    for a in range(height):
        body.append(f"w = splat(weight[{a} * one + k * next])")
        body += [f"s{a}_{b} = fma(w, x{b}, s{a}_{b})" for b in range(width)]
    return [
        *(f"s{a}_{b} = splat(T(0))" for a, b in tiles),
        *nested("for k in range(inner):", body),
        *(f"vstore(to, {a} * rows + {b * lanes}, s{a}_{b})" for a, b in tiles),
    ]


def _sums(height: int, width: int, lanes: int) -> list[str]:
    """height × width numbers, each the sum of a vector."""
    places = [(a, b) for a in range(height) for b in range(width)]
    body = [f"x{b} = vload(source, {b} * rows + r)" for b in range(width)]
    for a in range(height):
        body.append(f"d = vload(left, {a} * rows + r)")
        body += [f"s{a}_{b} = fma(d, x{b}, s{a}_{b})" for b in range(width)]
    results = [f"to[{a} * stride + {b}] = vsum(s{a}_{b})" for a, b in places]
    added = [f"to[{a} * stride + {b}] += vsum(s{a}_{b})" for a, b in places]
    return [
        *(f"s{a}_{b} = splat(T(0))" for a, b in places),
        *nested(f"for r in range(0, rows, {lanes}):", body),
        *nested("if add:", added),
        *nested("else:", results),
    ]


def _parts(count: int, size: int) -> list[tuple[int, int]]:
    return [(start, min(size, count - start)) for start in range(0, count, size)]


def _runs(count: int, size: int) -> list[tuple[int, int, int]]:
    """Where tiles of one size begin and end: the whole ones, then a smaller one."""
    whole = count // size * size
    return [run for run in ((0, whole, size), (whole, count, count - whole)) if run[0] < run[1]]
