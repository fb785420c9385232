"""What a function reads besides its arguments: names of its file, and whether they stay the same.

A function whose answers are kept for others may read constants, other functions and libraries. What
an author can alter between two calls is an argument, or the answer is not what the key says.
"""

from __future__ import annotations

import dis
import functools
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from weakref import WeakKeyDictionary

from newsfolio.blame import is_given
from newsfolio.errors import StrategyError
from newsfolio.kept import copied, is_plain, kept, same

_STORES = frozenset({"STORE_GLOBAL", "DELETE_GLOBAL"})
_READS = frozenset({"LOAD_GLOBAL", "LOAD_NAME"})
_BUILTINS = frozenset({"globals", "vars", "locals", "exec", "eval", "open", "input"})
"""Builtins that reach for what is no argument."""

_CALLED = frozenset({"builtins", "functools", "typing", "types", "numpy"})
_MERE = frozenset({"re", "typing", "types", "logging"})
"""Where the classes lie of what is called, and of what has no state that an answer could follow."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A name of a namespace, with what it stood for: a copy of a value, or code itself."""

    name: str
    namespace: Mapping[str, object]
    value: object
    code: bool

    @property
    def changed(self) -> bool:
        now = self.namespace.get(self.name)
        return now is not self.value if self.code else not same(now, self.value)


class Reads:
    """The names that a function reads, with those that the functions which it calls read.

    StrategyError where one of them can be altered without this being seen.
    """

    def __init__(self, function: types.FunctionType) -> None:
        self.name = function.__qualname__
        self.function = function
        self._done: set[int] = set()
        self._names: tuple[_Read, ...] = tuple(self._of_function(function))

    def renewed(self) -> bool:
        """Whether code that it reads was defined anew; StrategyError where a value is another."""
        changed = [read for read in self._names if read.changed]
        for read in changed:
            if not read.code:
                raise self._refused(f"{read.name} changed between two calls of it")
        return bool(changed)

    def _of_function(self, function: types.FunctionType) -> Iterator[_Read]:
        if id(function) in self._done:
            return
        self._done.add(id(function))
        if function.__closure__:
            free = ", ".join(function.__code__.co_freevars)
            raise self._refused(f"{function.__qualname__} closes over {free}")
        defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
        for default in defaults:
            if not is_plain(default):
                raise self._refused(f"a default of {function.__qualname__} can be altered")
        own = vars(function)
        yield _Read("an attribute of its own", {"an attribute of its own": own}, copied(own), False)
        codes = tuple(_nested(function.__code__))
        attributes = {name for code in codes for name in code.co_names}
        for name in sorted(self._named(codes)):
            if name in function.__globals__:
                yield from self._of_name(name, function.__globals__, attributes)
            elif name in _BUILTINS:
                raise self._refused(f"it calls {name}()")

    def _named(self, codes: tuple[types.CodeType, ...]) -> set[str]:
        names: set[str] = set()
        for code in codes:
            for step in dis.get_instructions(code):
                if step.opname in _STORES:
                    raise self._refused(f"{code.co_qualname} writes the global {step.argval}")
                if step.opname in _READS:
                    names.add(step.argval)
        return names

    def _of_name(
        self, name: str, namespace: Mapping[str, object], attributes: set[str]
    ) -> Iterator[_Read]:
        value = namespace[name]
        wrapped = getattr(value, "__wrapped__", None)
        if isinstance(value, functools._lru_cache_wrapper) and wrapped is not None:
            value = wrapped
        if isinstance(value, types.ModuleType):
            if not is_given(getattr(value, "__file__", None) or ""):
                for part in sorted(attributes & vars(value).keys()):
                    yield from self._of_name(part, vars(value), attributes)
        elif isinstance(value, types.FunctionType):
            if not is_given(value.__code__.co_filename):
                yield from self._of_function(value)
        elif isinstance(value, type):
            yield from self._of_class(value, attributes)
        elif not _says_nothing(value):
            yield _Read(name, namespace, self._copy(name, value), code=False)
            return
        yield _Read(name, namespace, namespace[name], code=True)

    def _of_class(self, cls: type, attributes: set[str]) -> Iterator[_Read]:
        """Attributes and methods of an author's class."""
        if id(cls) in self._done or issubclass(cls, Enum) or _of_library(cls):
            return
        self._done.add(id(cls))
        for base in cls.__bases__:
            yield from self._of_class(base, attributes)
        for name, value in list(vars(cls).items()):
            inner = (getattr(value, part, None) for part in ("fget", "func", "__func__"))
            function = next((part for part in (value, *inner) if _is_function(part)), None)
            if function is not None:
                if not is_given(function.__code__.co_filename):
                    yield from self._of_function(function)
            elif not name.startswith("__") and name in attributes and not _says_nothing(value):
                copy = self._copy(f"{cls.__name__}.{name}", value)
                yield _Read(name, vars(cls), copy, code=False)

    def _copy(self, name: str, value: object) -> object:
        try:
            return kept(value, name).value
        except StrategyError:
            kind = type(value).__name__
            raise self._refused(f"it reads {name}, a {kind}, which can be altered") from None

    def _refused(self, why: str) -> StrategyError:
        return StrategyError(
            f"view.once({self.name}): {why}; it must depend on its view and its arguments alone, "
            "so pass what it needs as an argument"
        )


_KNOWN: WeakKeyDictionary[types.FunctionType, Reads] = WeakKeyDictionary()


def reads_of(function: object, looked_into: set[Reads]) -> Reads:
    """What a function reads; StrategyError unless it is one that stands at the top of a file.

    looked_into: by whoever asks, who need not see again whether the names stay the same.
    """
    reads = _KNOWN.get(function) if isinstance(function, types.FunctionType) else None
    if reads is not None and reads in looked_into:
        return reads
    if not isinstance(function, types.FunctionType) or "<locals>" in function.__qualname__:
        name = getattr(function, "__qualname__", type(function).__name__)
        raise StrategyError(
            f"view.once({name}): give a function that stands at the top of a file, and what it "
            "needs besides the view as arguments"
        )
    if reads is None or reads.renewed():
        reads = _KNOWN[function] = Reads(function)
    looked_into.add(reads)
    return reads


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield from _nested(part)


def _is_function(value: object) -> bool:
    return isinstance(value, types.FunctionType)


def _of_library(cls: type) -> bool:
    import sys

    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None)
    return cls.__module__ == "builtins" or (module is not None and is_given(file or ""))


def _says_nothing(value: object) -> bool:
    """Whether it is called, or read as a type: what it answers follows from what it is given."""
    home = type(value).__module__.partition(".")[0]
    if callable(value) and home in _CALLED:
        owner = getattr(value, "__self__", None)  # of a method that is bound to what it may alter
        return not isinstance(value, functools.partial) and (
            owner is None or isinstance(owner, type | types.ModuleType)
        )
    return home in _MERE
