"""Arithmetic that gives the same bits on every machine: noise, exponential and logarithm.

Everything is made of integers, + - * / and rounding, in one order: no libm, no BLAS, no fused
multiply-add. Randomness is PCG64 seeded by the hash of a name.
"""

from __future__ import annotations

import hashlib
from decimal import Context, Decimal

import numpy as np
from numpy.typing import NDArray

from newsfolio.errors import BrokenData

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Places = NDArray[np.intp]

SEED = "newsfolio sample 1"


def uniform(name: str, count: int) -> Floats:
    """Numbers in [0, 1)."""
    return (_raw(name, count) >> np.uint64(11)).astype(np.float64) / 2.0**53


def noise(name: str, count: int) -> Floats:
    """Numbers of mean 0 and variance 1, near to normal: twelve 21-bit uniforms less six."""
    raw = _raw(name, 4 * count).reshape(4, count)
    total = np.zeros(count, dtype=np.uint64)
    for shift in (0, 21, 42):
        for part in raw >> np.uint64(shift):
            total += part & np.uint64(0x1FFFFF)
    return total.astype(np.float64) / 2.0**21 - 6.0


def portable_exp(power: Floats) -> Floats:
    """The exponential by basic operations alone; error below 1e-15 for what prices need."""
    halvings = np.rint(power / 0.6931471805599453)
    rest = power - halvings * 0.6931471805599453
    result = np.ones_like(rest)
    for term in range(14, 0, -1):
        result = 1.0 + result * rest / term
    return np.ldexp(result, halvings.astype(np.int32))


def portable_log(value: float) -> float:
    """The natural logarithm, correctly rounded."""
    if value <= 0:
        raise BrokenData(f"sample market: an anchor of {value} has no logarithm")
    return float(Decimal(value).ln(Context(prec=30)))


def _raw(name: str, count: int) -> NDArray[np.uint64]:
    digest = hashlib.sha256(f"{SEED} {name}".encode()).digest()
    return np.asarray(np.random.PCG64(int.from_bytes(digest, "big")).random_raw(count))
