"""Products of matrices whose results stay in registers, as source.

The functions are those of one tile of the result, a few rows of vectors; layers with the same tiles share them. Nothing
is packed: the values of a batch lie as a tile reads them, those of the first layer in panels as wide as a tile, so that
a tile reads them one after the other. Measured on one core of an AMD EPYC (Zen 4) with the layers
of MNIST's 784-512-10: 113 GFLOP/s, the core's peak, where OpenBLAS reached 96 to 105.
"""

from dataclasses import dataclass
from typing import Any, overload

from gradiente.engines.compiled.formulas import nested
from gradiente.engines.compiled.lanes import tile_shape
from gradiente.engines.compiled.source import Source

SUMS = 4  # rows and columns of a tile whose entries are sums of vectors
MOST_INNER = 1024  # products that are added before the values fall out of the cache


@dataclass(frozen=True)
class Matrix:
    """Where a matrix is.

    Arguments:
        pointer: its source
        row, column: the distances of two rows and of two columns
        panel_rows: where it lies in panels, each as wide as a tile and stored by rows: how many rows; else 0
    """

    pointer: str
    row: int
    column: int = 1
    panel_rows: int = 0


def product(
    source: Source,
    lanes: int,
    left: Matrix,
    right: Matrix,
    out: Matrix,
    rows: int | str,
    inner: int | str,
    columns: int,
    add: str = "False",
) -> list[str]:
    """out[j, c] = Σ_k left[j, k] right[k, c], or added to what is there.

    Arguments:
        source: where the functions go
        lanes: numbers of a vector
        right, out: with columns side by side in memory
        rows, inner: how many j and k, numbers or sources
        columns: how many c
        add: the source of whether it is added
    """
    lines = [f"left = {left.pointer}", f"right = {right.pointer}", f"out_of = {out.pointer}"]
    if isinstance(inner, int) and inner > MOST_INNER:
        parts = f"for begin in range(0, {inner}, {MOST_INNER}):"
        some = _columns(source, lanes, left, right, out, rows, f"min({MOST_INNER}, {inner} - begin)", columns)
        return [*lines, *nested(parts, [f"adding = begin > 0 or {add}", *some])]
    return [
        *lines,
        "begin = 0",
        f"adding = {add}",
        *_columns(source, lanes, left, right, out, rows, inner, columns),
    ]


def _columns(
    source: Source,
    lanes: int,
    left: Matrix,
    right: Matrix,
    out: Matrix,
    rows: int | str,
    inner: int | str,
    columns: int,
) -> list[str]:
    """The products of all columns: those that fill vectors, and the others."""
    height, most = tile_shape()
    vectors, some, lines = columns // lanes, columns % lanes, list[str]()
    for first, stop, width in [*runs(vectors, most), *([(vectors, vectors + 1, 1)] if some else [])]:
        calls, last = list[str](), some if first == vectors else 0
        for start, end, tall in runs(rows, height):
            name = f"tile_{tall}_{width}" + (f"_{last}" if last else "")
            tile = _tile(tall, width, lanes, last)
            source.helper(name, "left, one, next, right, row, out, far, inner, add", tile)
            factor = f"at(left, j * {left.row} + begin * {left.column})"
            values = f"at(right, begin * {right.row} + {_place(right, most, lanes)})"
            to = f"at(out_of, j * {out.row} + c * {lanes})"
            sizes = f"{left.row}, {left.column}, {values}, {right.row}, {to}, {out.row}, {inner}, adding"
            calls += nested(f"for j in range({start}, {end}, {tall}):", [f"{name}({factor}, {sizes})"])
        lines += nested(f"for c in range({first}, {stop}, {width}):", calls)
    return lines


def _place(right: Matrix, most: int, lanes: int) -> str:
    """Where vector c of its first row is."""
    if not right.panel_rows:
        return f"c * {lanes}"
    return f"c // {most} * {most * lanes * right.panel_rows} + c % {most} * {lanes}"


def product_of_rows(
    source: Source,
    lanes: int,
    left: Matrix,
    right: Matrix,
    out: Matrix,
    rows: int,
    inner: int,
    columns: int,
    add: str,
) -> list[str]:
    """out[j, k] = Σ_r left[j, r] right[k, r], or added to what is there: for few k.

    Arguments:
        inner: how many r, a multiple of lanes
        columns: how many k
    """
    lines = [f"left = {left.pointer}", f"right = {right.pointer}", f"out_of = {out.pointer}"]
    for first, last, tall in runs(rows, SUMS):
        calls = list[str]()
        for start, stop, wide in runs(columns, SUMS):
            name = f"sums_{tall}_{wide}"
            source.helper(name, "left, right, row, out, far, inner, add", _sums(tall, wide, lanes))
            pointers = f"at(left, j * {left.row}), at(right, k * {right.row}), {left.row}"
            call = f"{name}({pointers}, at(out_of, j * {out.row} + k), {out.row}, {inner}, {add})"
            calls += nested(f"for k in range({start}, {stop}, {wide}):", [call])
        lines += nested(f"for j in range({first}, {last}, {tall}):", calls)
    return lines


def turned(
    source: Source, lanes: int, matrix: Matrix, to: Matrix, rows: int | str, columns: int
) -> list[str]:
    """to[c, j] = matrix[j, c] for columns that are a multiple of lanes: squares of vectors, and what is left of j.

    Arguments:
        rows: how many j, a number or a source
    """
    square = "square(at(matrix, j * row + c), row, at(to, c * far + j), far)"
    whole = nested(f"for c in range(0, columns, {lanes}):", [square])
    left = nested("for c in range(columns):", ["to[c * far + j] = matrix[j * row + c]"])
    lines = [f"whole = rows // {lanes} * {lanes}"]
    lines += [
        *nested(f"for j in range(0, whole, {lanes}):", whole),
        *nested("for j in range(whole, rows):", left),
    ]
    source.helper("turned", "matrix, row, to, far, rows, columns", lines)
    return [f"turned({matrix.pointer}, {matrix.row}, {to.pointer}, {to.row}, {rows}, {columns})"]


def _tile(height: int, width: int, lanes: int, some: int) -> list[str]:
    """height × width vectors of a product.

    Arguments:
        some: how many numbers of the vectors there are; 0 is all
    """
    tiles = [(a, b, f"{a} * far + {b * lanes}") for a in range(height) for b in range(width)]
    part = f", {some}" if some else ""
    load, store = ("vload_some", "vstore_some") if some else ("vload", "vstore")
    body = [f"x{b} = {load}(right, k * row + {b * lanes}{part})" for b in range(width)]
    for a in range(height):
        body.append(f"w = splat(left[{a} * one + k * next])")
        body += [f"s{a}_{b} = fma(w, x{b}, s{a}_{b})" for b in range(width)]
    return [
        *nested("if add:", [f"s{a}_{b} = {load}(out, {place}{part})" for a, b, place in tiles]),
        *nested("else:", [f"s{a}_{b} = splat(T(0))" for a, b, _ in tiles]),
        *nested("for k in range(inner):", body),
        *(f"{store}(out, {place}, s{a}_{b}{part})" for a, b, place in tiles),
    ]


def _sums(height: int, width: int, lanes: int) -> list[str]:
    """height × width numbers, each the sum of a vector."""
    places = [(a, b) for a in range(height) for b in range(width)]
    body = [f"x{b} = vload(right, {b} * row + r)" for b in range(width)]
    for a in range(height):
        body.append(f"d = vload(left, {a} * row + r)")
        body += [f"s{a}_{b} = fma(d, x{b}, s{a}_{b})" for b in range(width)]
    return [
        *(f"s{a}_{b} = splat(T(0))" for a, b in places),
        *nested(f"for r in range(0, inner, {lanes}):", body),
        *nested("if add:", [f"out[{a} * far + {b}] += vsum(s{a}_{b})" for a, b in places]),
        *nested("else:", [f"out[{a} * far + {b}] = vsum(s{a}_{b})" for a, b in places]),
    ]


@overload
def runs(count: int, size: int) -> list[tuple[int, int, int]]: ...


@overload
def runs(count: str, size: int) -> list[tuple[int | str, str, int]]: ...


def runs(count: int | str, size: int) -> list[Any]:
    """Where steps of one size begin and end: the whole ones, then a smaller one; of a source, single ones.

    >>> runs(10, 4), runs("n", 4)
    ([(0, 8, 4), (8, 10, 2)], [(0, 'n // 4 * 4', 4), ('n // 4 * 4', 'n', 1)])
    """
    if isinstance(count, str):
        whole = f"{count} // {size} * {size}"
        return [(0, whole, size), (whole, count, 1)]
    end = count // size * size
    return [run for run in ((0, end, size), (end, count, count - end)) if run[0] < run[1]]
