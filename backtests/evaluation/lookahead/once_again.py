"""Functions of `view.once` asked a second time: out of their order, on views that nobody shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from random import Random

from markets.market import Market
from markets.views.memory import signals_of
from markets.views.recorder import Recorder
from newsfolio.blame import said_by
from newsfolio.kept import Kept, same
from newsfolio.reads import Reads

FIRST = 2
"""Calls of each function that are always asked again: what it keeps may not have been there yet."""

Asked = tuple[int, tuple[object, ...], Kept]
"""Session, arguments, and what was answered."""


def asked_again(market: Market, most: int) -> Iterator[str]:
    """Sentences about functions that answer otherwise than is remembered of this market.

    most: sessions and arguments that each is asked with, besides the first ones.
    """
    lot = Random(0)  # noqa: S311
    asked = [
        (reads, call)
        for reads, calls in _by_function(market).items()
        for call in (*calls[:FIRST], *lot.sample(calls[FIRST:], min(most, len(calls[FIRST:]))))
    ]
    lot.shuffle(asked)
    refused: set[Reads] = set()
    for reads, call in asked:
        why = "" if reads in refused else _otherwise(market, reads, call)
        if why:
            refused.add(reads)
            yield why


def _by_function(market: Market) -> dict[Reads, list[Asked]]:
    calls: dict[Reads, list[Asked]] = defaultdict(list)
    for session, answers in signals_of(market.whole).all():
        for (reads, arguments, _), answer in answers.items():
            calls[reads].append((session, arguments, answer))
    return calls


def _otherwise(market: Market, reads: Reads, call: Asked) -> str:
    """What is wrong with one answer, "" if nothing."""
    session, arguments, before = call
    recorder = Recorder(market, alone=True)
    recorder.write(market, session)
    day = market.day(session)
    try:
        after = recorder.once(reads.function, arguments, None)
    except Exception as error:
        return _refused(reads, f"failed when it was asked a second time of {day}: {said_by(error)}")
    if same(before.out(), after):
        return ""
    return _refused(reads, f"answered otherwise when it was asked a second time of {day}")


def _refused(reads: Reads, what: str) -> str:
    return f"view.once({reads.name}) {what}; it must depend on its view and its arguments alone"
