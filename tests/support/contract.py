"""Whether a document is of its type: what `json.loads` answers, held against a TypedDict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

JSON = (str, int, float, bool, NoneType, list, dict)


def mismatches(value: Any, kind: Any, place: str = "$") -> Iterator[str]:
    """Where a value is not of a type, by path; a key that the type does not know counts too."""
    origin, arguments = get_origin(kind), get_args(kind)
    if is_typeddict(kind):
        yield from _of_document(value, kind, place)
    elif origin in (Union, UnionType):
        if all(any(mismatches(value, choice)) for choice in arguments):
            yield from _nearest(value, arguments, place)
    elif origin in (list, Sequence):
        if not isinstance(value, list):
            yield f"{place}: {value!r} is no list"
            return
        for row, part in enumerate(value):
            yield from mismatches(part, arguments[0], f"{place}[{row}]")
    elif origin in (dict, Mapping):
        if not isinstance(value, dict):
            yield f"{place}: {value!r} is no object"
            return
        for key, part in value.items():
            yield from mismatches(part, arguments[1], f"{place}.{key}")
    elif not _is(value, kind):
        yield f"{place}: {value!r} is not of type {kind}"


def _of_document(value: Any, kind: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place}: {value!r} is no object"
        return
    hints = get_type_hints(kind)
    needed = required(kind)
    yield from (f"{place}.{key}: missing" for key in sorted(needed - value.keys()))
    yield from (f"{place}.{key}: unknown" for key in sorted(value.keys() - hints.keys()))
    for key in value.keys() & hints.keys():
        yield from mismatches(value[key], hints[key], f"{place}.{key}")


def required(kind: Any) -> set[str]:
    """Keys that a document must have; `__required_keys__` is wrong where annotations are text."""
    hints = get_type_hints(kind, include_extras=True)
    return {key for key, hint in hints.items() if get_origin(hint) is not NotRequired}


def _nearest(value: Any, kinds: Sequence[Any], place: str) -> Iterator[str]:
    """What is wrong with the choice that comes nearest."""
    return iter(min((list(mismatches(value, kind, place)) for kind in kinds), key=len))


def _is(value: Any, kind: Any) -> bool:
    if kind is Any or not isinstance(kind, type):  # a name that stands for itself: `Json`
        return isinstance(value, JSON)
    if isinstance(value, bool) or kind is bool:
        return isinstance(value, bool) and kind is bool
    return isinstance(value, (int, float) if kind is float else kind)
