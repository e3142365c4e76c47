"""The addresses of SciPy's BLAS functions."""

import ctypes
from functools import cache


@cache
def gemm_address(*, float64: bool) -> int:
    """The address of sgemm or dgemm, with Fortran's arguments.

    Source: scipy.linalg.cython_blas
    """
    import scipy.linalg.cython_blas as cython_blas  # pyright: ignore[reportMissingImports]

    capsule = cython_blas.__pyx_capi__["dgemm" if float64 else "sgemm"]
    name = ctypes.pythonapi.PyCapsule_GetName
    name.restype, name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return int(pointer(capsule, name(capsule)))
