"""What generated code uses besides Python: pointers, atomic counters, functions called by their address."""

from functools import cache
from typing import Any

from gradiente.engines.compiled import team as at
from gradiente.engines.compiled.functions import functions
from gradiente.engines.compiled.lanes import lanes
from gradiente.engines.compiled.tiles import tile, tile_step

LOOKS = 300  # at whether a phase is complete, before a thread sleeps


@cache
def scope() -> dict[str, Any]:
    """The names that a generated source may use, for Numba to compile.

    at(p, i)                    the pointer to p[i]
    add(p, i, n)                p[i] += n, atomically; returns the old value
    load(p, i), store(p, i, n)  atomically, of int64
    pause()                     a hint to the processor that this is a waiting loop
    call1(f, a), call2(f, a, b) the C functions at these addresses, on pointers
    uniform(f, s)               the next float32 in [0, 1) of NumPy's bit generator with state s
    bits(x), number(n)          a float32 as its int32 pattern, and back
    ready(team, calls, n, s)    waits until n pieces are done; False where step s is not to be taken
    finish(team, calls)         one more piece is done
    end(team, calls, s)         no step from s on is taken
    """
    own = _intrinsics()
    written = {"lanes": lanes, "tile": tile, "tile_step": tile_step}
    return {**own, **functions(own), **_teamwork(own), "erf32": _erf32(), **written}


@cache
def _intrinsics() -> dict[str, Any]:
    import math

    import numpy as np
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    word, small = ir.IntType(64), ir.IntType(32)

    @intrinsic
    def at(context, pointer, index):
        def generate(context, builder, signature, values):
            return builder.gep(values[0], [values[1]])

        return pointer(pointer, types.intp), generate

    @intrinsic
    def add(context, pointer, index, n):
        def generate(context, builder, signature, values):
            place = builder.gep(values[0], [values[1]])
            return builder.atomic_rmw("add", place, values[2], "seq_cst")

        return types.int64(pointer, types.intp, types.int64), generate

    @intrinsic
    def load(context, pointer, index):
        def generate(context, builder, signature, values):
            return builder.load_atomic(builder.gep(values[0], [values[1]]), "seq_cst", 8)

        return types.int64(pointer, types.intp), generate

    @intrinsic
    def store(context, pointer, index, n):
        def generate(context, builder, signature, values):
            builder.store_atomic(values[2], builder.gep(values[0], [values[1]]), "seq_cst", 8)
            return context.get_dummy_value()

        return types.void(pointer, types.intp, types.int64), generate

    @intrinsic
    def pause(context):
        def generate(context, builder, signature, values):
            builder.fence("seq_cst")
            return context.get_dummy_value()

        return types.void(), generate

    def called(count):
        def typed(context, address, *arguments):
            def generate(context, builder, signature, values):
                kind = ir.FunctionType(small, [word] * count)
                function = builder.inttoptr(values[0], kind.as_pointer())
                builder.call(function, [builder.ptrtoint(each, word) for each in values[1:]])
                return context.get_dummy_value()

            return types.void(types.int64, *arguments), generate

        return typed

    @intrinsic
    def call1(context, address, a):
        return called(1)(context, address, a)

    @intrinsic
    def call2(context, address, a, b):
        return called(2)(context, address, a, b)

    @intrinsic
    def bits(context, x):
        def generate(context, builder, signature, values):
            return builder.bitcast(values[0], small)

        return types.int32(types.float32), generate

    @intrinsic
    def number(context, n):
        def generate(context, builder, signature, values):
            return builder.bitcast(values[0], ir.FloatType())

        return types.float32(types.int32), generate

    @intrinsic
    def uniform(context, address, state):
        def generate(context, builder, signature, values):
            kind = ir.FunctionType(small, [word])
            drawn = builder.call(builder.inttoptr(values[0], kind.as_pointer()), [values[1]])
            upper = builder.lshr(drawn, ir.Constant(small, 8))
            return builder.fmul(builder.uitofp(upper, ir.FloatType()), ir.Constant(ir.FloatType(), 2.0**-24))

        return types.float32(types.int64, types.int64), generate

    given = {
        "uniform": uniform,
        "at": at,
        "add": add,
        "load": load,
        "store": store,
        "pause": pause,
        "call1": call1,
        "call2": call2,
    }
    return {**given, "bits": bits, "number": number, "np": np, "math": math}


def _erf32() -> Any:
    import math

    import numpy as np
    from numba import njit

    @njit
    def erf32(x):
        return np.float32(math.erf(x))

    return erf32


def _teamwork(own: dict[str, Any]) -> dict[str, Any]:
    """How threads wait for one another: a moment in a loop, then asleep."""
    from numba import njit

    add, load, store, pause = own["add"], own["load"], own["store"], own["pause"]
    call1, call2, pointer = own["call1"], own["call2"], own["at"]
    DONE, STEPS, WAITING, MUTEX, CONDITION = at.DONE, at.STEPS, at.WAITING, at.MUTEX, at.CONDITION
    LOCK, UNLOCK, WAIT, BROADCAST = at.LOCK, at.UNLOCK, at.WAIT, at.BROADCAST

    @njit
    def ready(team, calls, needed, step):
        for _ in range(LOOKS):
            if load(team, DONE) >= needed or load(team, STEPS) <= step:
                return load(team, STEPS) > step
            pause()
        call1(calls[LOCK], pointer(team, MUTEX))
        add(team, WAITING, 1)
        while load(team, DONE) < needed and load(team, STEPS) > step:
            call2(calls[WAIT], pointer(team, CONDITION), pointer(team, MUTEX))
        add(team, WAITING, -1)
        call1(calls[UNLOCK], pointer(team, MUTEX))
        return load(team, STEPS) > step

    @njit
    def wake(team, calls):
        if load(team, WAITING) > 0:
            call1(calls[LOCK], pointer(team, MUTEX))
            call1(calls[BROADCAST], pointer(team, CONDITION))
            call1(calls[UNLOCK], pointer(team, MUTEX))

    @njit
    def finish(team, calls):
        add(team, DONE, 1)
        wake(team, calls)

    @njit
    def end(team, calls, step):
        store(team, STEPS, step)
        wake(team, calls)

    return {"ready": ready, "finish": finish, "end": end}
