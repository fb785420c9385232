"""What is worked out from a market alone, once for whoever asks again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial, update_wrapper
from threading import Lock
from typing import Any, Generic, TypeVar, TypeVarTuple, overload
from weakref import ref

from markets.market import Market

Answer = TypeVar("Answer")
Asked = TypeVarTuple("Asked")
Value = TypeVar("Value")


class PerMarket(Generic[Answer, *Asked]):
    """A function of a market and hashable arguments that remembers what it answered.

    Markets are told apart by identity, and forgotten with all answers when nobody holds them any
    more: an answer must not hold its market. Nothing of it travels to another process.
    most: answers kept of a market, the oldest go first; None: all.
    """

    def __init__(self, make: Callable[[Market, *Asked], Answer], most: int | None) -> None:
        update_wrapper(self, make)
        self._make = make
        self._most = most
        self._answers: dict[ref[Market], dict[Hashable, Answer]] = {}
        self._lock = Lock()

    def __call__(self, market: Market, *asked: *Asked) -> Answer:
        try:
            return self._answers[ref(market)][asked]
        except KeyError:
            pass  # what is worked out below may raise, and not because of this
        return self._kept(market, asked, self._make(market, *asked))

    def remembered(self, market: Market) -> dict[Hashable, Answer]:
        """Answers by arguments, the oldest first; without them all is worked out anew."""
        return self._answers.setdefault(ref(market, self._answers.pop), {})

    def _kept(self, market: Market, asked: Hashable, answer: Answer) -> Answer:
        """The answer that everybody gets: that of the first of two threads."""
        with self._lock:
            answers = self.remembered(market)
            answer = answers.setdefault(asked, answer)
            while self._most is not None and len(answers) > self._most:
                del answers[next(iter(answers))]
        return answer


@overload
def per_market(make: Callable[[Market, *Asked], Answer]) -> PerMarket[Answer, *Asked]: ...
@overload
def per_market(
    *, most: int
) -> Callable[[Callable[[Market, *Asked], Answer]], PerMarket[Answer, *Asked]]: ...
def per_market(make: Callable[..., Any] | None = None, *, most: int | None = None) -> Any:
    """Decorates a function of a market; `most`: as PerMarket."""
    return partial(PerMarket, most=most) if make is None else PerMarket(make, most)


class Itself(Generic[Value]):
    """An argument that equals nothing but itself, whatever its class says of equality."""

    def __init__(self, value: Value) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)
