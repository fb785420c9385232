"""A strategy on its way to another process: by its file, or by its code where it has none.

A class of a notebook, a prompt or a script that is running has no file that could be imported
again: its code travels, with the values of the globals that it names. Plain values are part of it;
an array, a frame or a market among them is data.
"""

from __future__ import annotations

import functools
import inspect
import io
import os
import pickle
import sys
import types
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from backtests.evaluation.lookahead.literals import written_out
from backtests.evaluation.lookahead.messages import Luggage
from backtests.evaluation.lookahead.source_audit import (
    file_of,
    imported,
    kind_of,
    reasons,
    reasons_of_code,
    runs_at_import,
)
from newsfolio.blame import said_by
from newsfolio.errors import StrategyError

MOST = 100
"""Numbers and dates that a global may hold; more are a table, unless its cell writes them out."""

_OF_OURS = ("markets.", "backtests.", "reports.")
"""Modules whose objects know prices."""

_ARRAYS = ("numpy", "pandas", "polars", "pyarrow", "xarray", "torch", "jax", "scipy")


@dataclass(frozen=True)
class Packed:
    """A strategy as it travels.

    reaches: what its source or its code reaches for. undeclared: the data that it would take along,
    in words. libraries: what a copy of the replaying process need not import itself.
    """

    luggage: Luggage
    reaches: tuple[str, ...]
    undeclared: tuple[str, ...]
    libraries: tuple[str, ...]


def packed(strategy: object, author: type) -> Packed:
    """A strategy, ready to be sent; StrategyError where that cannot be done.

    A file that runs a backtest when it is imported is not imported again: its class travels like
    one that has no file.
    """
    module = sys.modules.get(author.__module__)
    if module is None or author.__module__ == "__main__" or not runs_at_import(_file(module)):
        return _packed(strategy, author)
    import cloudpickle

    _RUNNING.add(module.__name__)
    cloudpickle.register_pickle_by_value(module)
    try:
        return _packed(strategy, author)
    finally:
        cloudpickle.unregister_pickle_by_value(module)
        _RUNNING.discard(module.__name__)


_RUNNING: set[str] = set()
"""Modules whose classes travel by their code, although they have a file."""


def _packed(strategy: Any, author: type) -> Packed:
    carried = dict(_carried(author))
    instance = getattr(strategy, "__dict__", {})
    carried |= {f"its parameter {name}": value for name, value in instance.items()}
    data = tuple(
        f"{name} is {_a(value)}, which is data that `files` does not name"
        for name, value in sorted(carried.items())
        if name.rpartition(" ")[2].rpartition(".")[2] not in strategy.files and is_data(value, name)
    )
    file = file_of(author)
    inside = file is not None and kind_of(str(file)) == "library"
    return Packed(
        Luggage(
            _body(strategy),
            _loaded_files(),
            frozenset(code.co_filename for code in _codes(author) if _fileless(code)),
            (str(file.parent) + os.sep,) if file is not None and inside else (),
        ),
        reasons_of_code(_codes(author)) if _by_value(author) else reasons(author),
        data,
        tuple(sorted(set(_libraries(author, carried.values())))),
    )


def _body(strategy: object) -> bytes:
    """The pickle; classes of a running script, a notebook or a function by their code."""
    buffer = io.BytesIO()
    try:
        _packer()(buffer).dump(strategy)
    except Exception as error:
        raise StrategyError(
            f"it cannot be sent to a process of its own ({said_by(error)}); put the class into a "
            "file, or leave out what cannot be pickled"
        ) from error
    return buffer.getvalue()


@functools.cache
def _packer() -> type[pickle.Pickler]:
    import cloudpickle

    class Packer(cloudpickle.Pickler):  # type: ignore[misc]
        """cloudpickle, with functions that remember their answers, without what they remember."""

        def reducer_override(self, value: object) -> object:
            if isinstance(value, functools._lru_cache_wrapper) and _by_value(value):
                return _remembering, (value.__wrapped__, *value.cache_parameters().values())
            return super().reducer_override(value)

    return Packer


def _remembering(function: Any, size: int | None, typed: bool) -> Any:
    return functools.lru_cache(maxsize=size, typed=typed)(function)


def _by_value(value: object) -> bool:
    """Whether its module cannot be imported by another process."""
    module = getattr(value, "__module__", None)
    return module in (None, "__main__", *_RUNNING) or "<locals>" in getattr(
        value, "__qualname__", ""
    )


def _carried(author: type) -> Iterator[tuple[str, object]]:
    """Values that go with a class by its code: globals that it names, closures, attributes."""
    for base in author.__mro__:
        if _by_value(base):
            for name, value in vars(base).items():
                if not name.startswith("__") and not _is_code(value) and not _slot(value):
                    yield f"{base.__name__}.{name}", value
    for function in _functions(author):
        names = {name for code in _nested(function.__code__) for name in code.co_names}
        for name in names & function.__globals__.keys():
            value = function.__globals__[name]
            if not _is_code(value) and not inspect.ismodule(value):
                yield name, value
        closed = inspect.getclosurevars(function).nonlocals
        defaults = zip(_defaulted(function), function.__defaults__ or (), strict=False)
        for name, value in (*closed.items(), *defaults, *(function.__kwdefaults__ or {}).items()):
            if not _is_code(value) and name != "__class__":
                yield name, value


def _defaulted(function: types.FunctionType) -> tuple[str, ...]:
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    return names[len(names) - len(function.__defaults__ or ()) :]


def _functions(author: type) -> Iterator[types.FunctionType]:
    """All functions that travel by their code, from the class on."""
    todo: list[object] = [author]
    done: set[int] = set()
    while todo:
        value = todo.pop()
        if id(value) in done:
            continue
        done.add(id(value))
        if isinstance(value, type) and _by_value(value):
            todo += [*value.__bases__, *vars(value).values()]
        for function in _unwrapped(value):
            if not _by_value(function):
                continue
            yield function
            names = {name for code in _nested(function.__code__) for name in code.co_names}
            todo += [function.__globals__[name] for name in names & function.__globals__.keys()]
            todo += inspect.getclosurevars(function).nonlocals.values()


def _unwrapped(value: object) -> Iterator[types.FunctionType]:
    """The functions in a method, a property, a partial, a function that remembers."""
    parts = (
        value,
        *(getattr(value, name, None) for name in ("__func__", "__wrapped__", "func", "fget")),
    )
    yield from (part for part in parts if isinstance(part, types.FunctionType))


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield from _nested(part)


def _codes(author: type) -> Iterator[types.CodeType]:
    return (function.__code__ for function in _functions(author))


def _fileless(code: types.CodeType) -> bool:
    """Whether code has no file, or the one of the script that is running."""
    return not code.co_filename.startswith("<frozen")


def _is_code(value: object) -> bool:
    return isinstance(value, type | types.FunctionType | types.BuiltinFunctionType) or bool(
        list(_unwrapped(value))
    )


def _slot(value: object) -> bool:
    return isinstance(value, types.MemberDescriptorType | types.GetSetDescriptorType)


def is_data(value: object, name: str = "") -> bool:
    """Whether a value is more than a plain one: arrays, prices, long tables of numbers."""
    if _knows_prices(value):
        return True
    if isinstance(value, Mapping | Set | list | tuple | str | bytes):
        return _numbers(value) > MOST and not written_out(name, value)
    state = getattr(value, "__dict__", None)
    return isinstance(state, dict) and any(is_data(part) for part in state.values())


def _knows_prices(value: object) -> bool:
    module = type(value).__module__
    if module.startswith(_OF_OURS):
        return True
    return module.partition(".")[0] in _ARRAYS and getattr(value, "shape", ()) != ()


def _numbers(value: object, depth: int = 0) -> int:
    """Numbers and dates in a container; a text counts for one in ten of its characters."""
    if _knows_prices(value):
        return MOST + 1
    if isinstance(value, str | bytes):
        return len(value) // 10 if depth == 0 else len(value) // 40
    if depth > 8:
        return MOST + 1
    if isinstance(value, Mapping):
        return sum(_numbers(part, depth + 1) for pair in value.items() for part in pair)
    if isinstance(value, Set | list | tuple):
        return sum(_numbers(part, depth + 1) for part in value)
    return 1


def _a(value: object) -> str:
    kind = type(value).__name__
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"


def _loaded_files() -> dict[str, str]:
    """Modules of user's files, by the names that only this process knows them by."""
    return {
        name: str(module.__file__)
        for name, module in list(sys.modules.items())
        if name.startswith(("newsfolio_user_", "strategies.")) and _file(module)
    }


def _file(module: types.ModuleType) -> str:
    return getattr(module, "__file__", None) or ""


def _libraries(author: type, carried: Iterable[object]) -> Iterator[str]:
    """Installed modules that the author's code has imported, so that copies find them imported."""
    module = sys.modules.get(author.__module__)
    own = list(vars(module).values()) if module is not None else []
    names = [
        value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", None)
        for value in (*own, *carried)
    ]
    for name in (*names, *imported(author)):
        loaded = sys.modules.get(name) if isinstance(name, str) else None
        file = Path(_file(loaded)) if loaded is not None else Path()
        if "site-packages" in file.parts and kind_of(str(file)) == "library":
            yield str(name)


def foreseen(author: type) -> tuple[str, ...]:
    """Installed packages that the files of a strategy import somewhere, before it has run."""
    names = {name.partition(".")[0] for name in imported(author)}
    return tuple(sorted(name for name in names if _installed(name)))


def _installed(package: str) -> bool:
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return False
    origin = (spec.origin if spec is not None else None) or ""
    return "site-packages" in Path(origin).parts and kind_of(origin) == "library"
