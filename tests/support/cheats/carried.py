"""Cheats that carry the future from one run to the next, or into the other process."""

from __future__ import annotations

import builtins
import os
import pickle
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from newsfolio import Strategy, View, Weights, equal, monthly
from tests.support.cheats.whole import path_of

PAIR = ("QQQ", "KWEB")


@dataclass(frozen=True)
class Base(Strategy):
    universe = PAIR
    rebalance = monthly

    def kept(self) -> dict[Any, float]:
        raise NotImplementedError

    def keep(self, diary: dict[Any, float]) -> None:
        pass

    def weights(self, view: View) -> Weights:
        diary = self.kept()
        close = view.close["KWEB"].ffill()
        diary.update({str(day): value for day, value in zip(close.index, close, strict=True)})
        self.keep(diary)
        later = [day for day in diary if day > str(close.index[-1])]
        return equal(PAIR[int(bool(later) and diary[min(later)] > close.iloc[-1])])


class OnTheClass(Base):
    """Writes it down on its own class."""

    diary: ClassVar[dict[Any, float]] = {}

    def kept(self) -> dict[Any, float]:
        return self.diary


class InBuiltins(Base):
    """Keeps it where every module looks for names."""

    def kept(self) -> dict[Any, float]:
        if not hasattr(builtins, "_diary"):
            builtins._diary = {}  # type: ignore[attr-defined]
        return builtins._diary  # type: ignore[attr-defined]


class InTheEnvironment(Base):
    """Hands it to every process that is started."""

    def kept(self) -> dict[Any, float]:
        text = os.environ.get("DIARY", "")
        return {
            day: float(value) for day, value in (row.split("=") for row in text.split(";") if row)
        }

    def keep(self, diary: dict[Any, float]) -> None:
        last = sorted(diary)[-300:]
        os.environ["DIARY"] = ";".join(f"{day}={diary[day]}" for day in last)


class InAFile(Base):
    """Leaves it in the folder for temporary files."""

    def kept(self) -> dict[Any, float]:
        place = Path(tempfile.gettempdir()) / "newsfolio-diary.pickle"
        return pickle.loads(place.read_bytes()) if place.exists() else {}

    def keep(self, diary: dict[Any, float]) -> None:
        (Path(tempfile.gettempdir()) / "newsfolio-diary.pickle").write_bytes(pickle.dumps(diary))


@dataclass(frozen=True)
class Loser(Strategy):
    """Holds what will have lost by the next decision; a control that anything beats."""

    universe = PAIR
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        (first, today), (second, _) = map(path_of, PAIR)
        then = min(today + 21, len(first) - 1)
        return equal(PAIR[int(second[then] / second[today] < first[then] / first[today])])


@dataclass(frozen=True)
class WeakControl(Strategy):
    """Honest itself, beside a control that looks ahead to lose."""

    universe = PAIR
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        return equal(*PAIR)

    def controls(self) -> Mapping[str, Strategy]:
        return {"the other": Loser()}


@dataclass(frozen=True)
class WeakBenchmark(Strategy):
    """Honest itself, measured against a strategy that looks ahead to lose."""

    universe = PAIR
    rebalance = monthly
    benchmark = Loser()

    def weights(self, view: View) -> Weights:
        return equal(*PAIR)
