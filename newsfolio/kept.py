"""Values that can be kept and handed out again: nobody who got one can alter it for the others."""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import Enum
from typing import TYPE_CHECKING, TypeGuard

from newsfolio.errors import StrategyError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_PLAIN = (int, float, complex, str, bytes, date, time, timedelta, tzinfo, type(None), Enum)
_PLAIN_HOMES = frozenset({"builtins", "datetime", "zoneinfo", "numpy", "pandas"})
_CONTAINERS = (list, dict, set)

_EXACT = frozenset({int, bool, str, bytes, date, type(None)})
"""Of one of these types equal values are the same."""

SMALL = 100
"""Bytes that a plain value is taken to be."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A value of which everybody gets the same, or a copy where it could be written to.

    size: bytes, about. notes: what was noted while it was worked out.
    """

    value: object
    copied: bool
    size: int
    notes: tuple[str, ...] = ()

    def out(self) -> object:
        """The value for whoever asks."""
        return copied(self.value) if self.copied else self.value


def kept(value: object, where: str) -> Kept:
    """A value to keep; StrategyError for one that others could alter.

    Arrays are handed out read-only; frames, Series, lists, dicts and sets as copies.
    """
    if is_plain(value):
        return Kept(value, copied=False, size=_size(value))
    own = copied(value)
    if not _copyable(own):
        raise StrategyError(
            f"{where} answered a {type(value).__name__}, which cannot be kept for others: answer "
            "numbers, texts, dates, tuples, frozen dataclasses, arrays, frames, or lists of them"
        )
    shared = _is_array(own) and not own.dtype.hasobject
    return Kept(own, copied=not shared, size=_size(own))


def is_plain(value: object) -> bool:
    """Whether nobody can alter a value, whatever it consists of."""
    if isinstance(value, tuple | frozenset):
        return all(map(is_plain, value))
    if isinstance(value, Enum):
        return True
    kind = type(value)
    if kind.__module__.partition(".")[0] in _PLAIN_HOMES:
        return isinstance(value, _PLAIN) or _is_scalar(value)
    parameters = vars(kind).get("__dataclass_params__")
    if parameters is None or not parameters.frozen:
        return False
    fields = (getattr(value, field.name) for field in dataclasses.fields(value))  # type: ignore[arg-type]
    return all(map(is_plain, (*fields, *getattr(value, "__dict__", {}).values())))


def beside_equality(values: tuple[object, ...]) -> tuple[object, ...]:
    """What plain values that are equal can differ in still: 1 and True, 0.0 and -0.0, the zone of a
    moment, fields of a dataclass that it does not compare.
    """
    kinds = tuple(map(type, values))
    return kinds if _EXACT.issuperset(kinds) else tuple(map(_beside_equality, values))


def _beside_equality(value: object) -> tuple[object, ...]:
    kind = type(value)
    parts: Iterable[object] = ()
    if isinstance(value, float):
        return kind, math.copysign(1.0, value)
    if isinstance(value, time | datetime):
        return kind, value.isoformat(), str(value.tzinfo)
    if isinstance(value, tuple):
        parts = value
    elif isinstance(value, frozenset):
        return kind, frozenset((part, _beside_equality(part)) for part in value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        parts = ({**named, **getattr(value, "__dict__", {})}).values()
    return kind, *((part, _beside_equality(part)) for part in parts)


def copied(value: object) -> object:
    """A value that shares nothing that can be written to; arrays become read-only."""
    if isinstance(value, list | set):
        return type(value)(map(copied, value))
    if isinstance(value, dict):
        return {key: copied(part) for key, part in value.items()}
    if type(value) is tuple:
        return tuple(map(copied, value))
    if _is_array(value):
        return sealed(value)
    return value.copy() if _is_pandas(value) else value


def sealed(array: np.ndarray) -> np.ndarray:
    """The array on memory that nobody can make writable; objects cannot be kept so."""
    import numpy as np

    if array.dtype.hasobject:
        return array.copy()
    return np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape)


def same(before: object, after: object) -> bool:
    """Whether two values are alike in kind and content; NaN is NaN."""
    if before is after:
        return True
    if type(before) is not type(after):
        return False
    if isinstance(before, float) and isinstance(after, float):
        return before == after or (math.isnan(before) and math.isnan(after))
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return len(before) == len(after) and all(map(same, before, after))
    if isinstance(before, dict) and isinstance(after, dict):
        return list(before) == list(after) and all(map(same, before.values(), after.values()))
    if _is_array(before) and _is_array(after):
        return before.dtype == after.dtype and same(before.tolist(), after.tolist())
    if _is_pandas(before):
        return bool(before.equals(after))  # type: ignore[arg-type]
    return bool(before == after)


def _copyable(value: object) -> bool:
    """Whether a value is plain, or can be handed out as a copy or read-only."""
    if isinstance(value, dict):
        return _all_copyable((*value, *value.values()))
    if isinstance(value, list | set | tuple):
        return _all_copyable(value)
    if _is_array(value):
        return value.dtype.kind != "O" or all(map(is_plain, value.ravel().tolist()))
    if _is_pandas(value):
        return all(map(is_plain, value.to_numpy().ravel().tolist()))
    return is_plain(value)


def _all_copyable(values: Iterable[object]) -> bool:
    return all(map(_copyable, values))


def _size(value: object) -> int:
    if isinstance(value, str | bytes):
        return SMALL + len(value)
    if isinstance(value, dict):
        return SMALL + sum(map(_size, (*value, *value.values())))
    if isinstance(value, list | set | tuple | frozenset):
        return SMALL + sum(map(_size, value))
    if _is_array(value):
        return SMALL + int(value.nbytes)
    return SMALL + int(value.to_numpy().nbytes) if _is_pandas(value) else SMALL


def _is_array(value: object) -> TypeGuard[np.ndarray]:
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is numpy.ndarray


def _is_scalar(value: object) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.generic)


def _is_pandas(value: object) -> TypeGuard[pd.DataFrame]:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame | pandas.Series | pandas.Index)
