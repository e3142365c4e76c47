"""What generated code uses besides Python: pointers, atomic counters, functions called by their address."""

from typing import Any

from gradiente.engines.compiled.translated_expressions import Intrinsic

PCG64 = 0x2360ED051FC65DA44385DF649FCCF645  # what its state is multiplied by
FLUSHED = 0x8040  # the control register's bits: denormal results are 0, and denormal operands


@Intrinsic
def at(builder: Any, pointer: Any, index: Any) -> Any:
    """at(p, i): the pointer to p[i]."""
    return builder.gep(pointer, [index])


@Intrinsic
def add(builder: Any, pointer: Any, index: Any, n: Any) -> Any:
    """add(p, i, n): p[i] += n, atomically; the old value."""
    return builder.atomic_rmw("add", builder.gep(pointer, [index]), n, "seq_cst")


@Intrinsic
def load(builder: Any, pointer: Any, index: Any) -> Any:
    """load(p, i): p[i] of int64, atomically."""
    return builder.load_atomic(builder.gep(pointer, [index]), "seq_cst", 8)


@Intrinsic
def store(builder: Any, pointer: Any, index: Any, n: Any) -> None:
    """store(p, i, n): p[i] = n of int64, atomically."""
    builder.store_atomic(n, builder.gep(pointer, [index]), "seq_cst", 8)


@Intrinsic
def pause(builder: Any) -> None:
    """pause(): a hint to the processor that this is a waiting loop."""
    builder.fence("seq_cst")


@Intrinsic
def call(builder: Any, address: Any, *pointers: Any) -> None:
    """call(f, p, …): the C function at this address, on pointers."""
    from llvmlite import ir

    word = ir.IntType(64)
    kind = ir.FunctionType(ir.IntType(32), [word] * len(pointers))
    function = builder.inttoptr(address, kind.as_pointer())
    builder.call(function, [builder.ptrtoint(each, word) for each in pointers])


@Intrinsic
def uniform(builder: Any, address: Any, state: Any) -> Any:
    """uniform(f, s): the next float32 in [0, 1) of NumPy's bit generator, f its next_uint32, s its state."""
    from llvmlite import ir

    kind = ir.FunctionType(ir.IntType(32), [state.type])
    return _unit(builder, builder.call(builder.inttoptr(address, kind.as_pointer()), [state]))


@Intrinsic
def unit(builder: Any, n: Any) -> Any:
    """unit(n): the same float32 of the lower 32 bits of an int64."""
    from llvmlite import ir

    return _unit(builder, builder.trunc(n, ir.IntType(32)))


@Intrinsic
def wide_load(builder: Any, pointer: Any, index: Any) -> Any:
    """wide_load(p, i): p[i] and p[i + 1] of int64 as one number of 128 bits."""
    return builder.load(_wide(builder, pointer, index), align=8)


@Intrinsic
def wide_store(builder: Any, pointer: Any, index: Any, n: Any) -> None:
    """wide_store(p, i, n): the other way."""
    builder.store(n, _wide(builder, pointer, index), align=8)


@Intrinsic
def pcg_step(builder: Any, state: Any, increment: Any) -> Any:
    """pcg_step(s, c): the next state of PCG64."""
    from llvmlite import ir

    return builder.add(builder.mul(state, ir.Constant(state.type, PCG64)), increment)


@Intrinsic
def pair(builder: Any, state: Any) -> Any:
    """pair(s): the 64 bits that PCG64 gives in a state."""
    from llvmlite import ir

    word = ir.IntType(64)

    def after(places: int) -> Any:
        return builder.trunc(builder.lshr(state, ir.Constant(state.type, places)), word)

    mixed, turn = builder.xor(after(64), builder.trunc(state, word)), after(122)
    back = builder.and_(builder.neg(turn), ir.Constant(word, 63))
    return builder.or_(builder.lshr(mixed, turn), builder.shl(mixed, back))


@Intrinsic
def bits(builder: Any, x: Any) -> Any:
    """bits(x): the int32 of the same bits as a float32."""
    from llvmlite import ir

    return builder.bitcast(x, ir.IntType(32))


@Intrinsic
def number(builder: Any, n: Any) -> Any:
    """number(n): the float32 of the same bits as an int32."""
    from llvmlite import ir

    return builder.bitcast(n, ir.FloatType())


@Intrinsic
def flush_denormals(builder: Any) -> Any:
    """flush_denormals(): from here on numbers below the smallest normal one are 0; the state before, for `restore`.

    A weight's average of gradients decays to such numbers where a pixel is hardly ever lit, and Intel's processors
    take a hundred times as long for each of them.
    """
    from llvmlite import ir

    word = ir.IntType(32)
    if not _is_x86():
        return ir.Constant(word, 0)
    place = builder.alloca(word)
    builder.call(_control(builder, "stmxcsr"), [builder.bitcast(place, ir.IntType(8).as_pointer())])
    before = builder.load(place)
    _set_control(builder, place, builder.or_(before, ir.Constant(word, FLUSHED)))
    return before


@Intrinsic
def restore(builder: Any, state: Any) -> None:
    """restore(state): as it was before `flush_denormals`."""
    if _is_x86():
        _set_control(builder, builder.alloca(state.type), state)


def _unit(builder: Any, drawn: Any) -> Any:
    from llvmlite import ir

    upper = builder.lshr(drawn, ir.Constant(ir.IntType(32), 8))
    return builder.fmul(builder.uitofp(upper, ir.FloatType()), ir.Constant(ir.FloatType(), 2.0**-24))


def _wide(builder: Any, pointer: Any, index: Any) -> Any:
    """The pointer to 128 bits there."""
    from llvmlite import ir

    return builder.bitcast(builder.gep(pointer, [index]), ir.IntType(128).as_pointer())


def _set_control(builder: Any, place: Any, state: Any) -> None:
    from llvmlite import ir

    builder.store(state, place)
    builder.call(_control(builder, "ldmxcsr"), [builder.bitcast(place, ir.IntType(8).as_pointer())])


def _control(builder: Any, name: str) -> Any:
    """LLVM's function that reads or writes the control register of vectors."""
    from llvmlite import ir

    full = f"llvm.x86.sse.{name}"
    kind = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer()])
    return builder.module.globals.get(full) or ir.Function(builder.module, kind, full)


def _is_x86() -> bool:
    import llvmlite.binding as llvm

    return llvm.get_process_triple().startswith("x86_64")
