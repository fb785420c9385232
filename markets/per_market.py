"""What is worked out from a market alone, once for whoever asks again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial, wraps
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar, TypeVarTuple, overload
from weakref import finalize, ref

from markets.market import Market

Answer = TypeVar("Answer")
Asked = TypeVarTuple("Asked")
Value = TypeVar("Value")


class PerMarket(Protocol[Answer, *Asked]):
    """A function of a market and hashable arguments that remembers what it answered.

    Markets are told apart by identity, and forgotten with all answers when nobody holds them any
    more: an answer must not hold its market. Nothing travels to another process.
    """

    def __call__(self, market: Market, *asked: *Asked) -> Answer: ...

    def remembered(self, market: Market) -> dict[Hashable, Answer]:
        """Answers by arguments, the oldest first; without them all is worked out anew."""


@overload
def per_market(make: Callable[[Market, *Asked], Answer]) -> PerMarket[Answer, *Asked]: ...
@overload
def per_market(
    *, most: int
) -> Callable[[Callable[[Market, *Asked], Answer]], PerMarket[Answer, *Asked]]: ...
def per_market(make: Callable[..., Any] | None = None, *, most: int | None = None) -> Any:
    """Makes a PerMarket of a function; most: answers kept of a market, the oldest go first."""
    return partial(_remembering, most=most) if make is None else _remembering(make, most)


def _remembering(make: Callable[..., Any], most: int | None) -> Callable[..., Any]:
    """A plain function, not an object with `__call__`: runs ask at every decision."""
    answers: dict[ref[Market], dict[Hashable, object]] = {}
    lock = Lock()

    def remembered(market: Market) -> dict[Hashable, object]:
        key = ref(market)  # one and the same as long as somebody holds it
        if key not in answers:
            finalize(market, answers.pop, key, None)
        return answers.setdefault(key, {})

    def kept(market: Market, asked: Hashable, answer: object) -> object:
        """The answer that everybody gets: that of the first of two threads."""
        with lock:
            of_market = remembered(market)
            answer = of_market.setdefault(asked, answer)
            while most is not None and len(of_market) > most:
                del of_market[next(iter(of_market))]
        return answer

    @wraps(make)
    def remembering(market: Market, *asked: Hashable) -> object:
        try:
            return answers[ref(market)][asked]
        except KeyError:
            pass  # what is worked out below may raise, and not because of this
        return kept(market, asked, make(market, *asked))

    remembering.remembered = remembered  # type: ignore[attr-defined]
    return remembering


class Itself(Generic[Value]):
    """An argument that equals nothing but itself, whatever its class says of equality."""

    def __init__(self, value: Value) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)
