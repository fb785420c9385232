"""T16: hold the platforms whose results made the price jump."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from newsfolio import (
    Facts,
    Fixed,
    Sleeve,
    Strategy,
    View,
    Weights,
    equal,
    every_session,
    param,
)
from newsfolio.articles.china_lags import PROOF_DAYS
from newsfolio.library import CHINA_FUND

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

PLATFORMS = Sleeve(
    "Chinese platforms",
    ("9988.HK", "0700.HK", "9888.HK", "9618.HK", "1810.HK", "3690.HK"),
    hindsight="the list was drawn in May 2026 from those that were large by then",
)
EARNINGS = Facts(
    "earnings",
    text=("asset",),
    where="Announcement instants of results by line, from the companies' notices to the Hong Kong "
    "exchange (2025-02-20T10:30+00:00); the first bar of the line dated after that day is the "
    "answer, so date results that came out before the close by the day before.",
    rows=(("2025-02-20T10:30+00:00", "9988.HK"),),
)
Array: TypeAlias = "NDArray[Any]"
USUAL = 60
"""Bars whose median traded value is the usual one."""
A_HALT = 14
"""Days between results and the next bar after which the bar is no answer to them."""


@dataclass(frozen=True)
class ProofDays(Strategy):
    """The platforms that jumped on their results, for `hold` sessions each; else KWEB.

    Article 002 expects a fast change of price once promise becomes proof, and figures are the
    proof. If the first session after results closes more than `gap` above the close before, on
    more than `surge` times the median traded value of the 60 bars before it, the line is held
    from the next open for `hold` sessions, in equal parts with others that did the same. Nothing
    is traded while the same lines are right. The jump is the line's own, in dollars: a company
    counts in Hong Kong from its listing there.

    The project ships the one announcement that the articles give; more need a file. The first
    control takes the same jumps on any day. The six were large when the list was drawn, which
    favours them over companies that failed.
    """

    gap: float = param(0.05, low=0.0, high=0.5, doc="rise of the first session after results")
    hold: int = param(20, low=1, high=252, unit="sessions", doc="how long a line is held")
    surge: float = param(2.0, low=0.0, high=20.0, unit="times", doc="traded value over its median")
    earnings: bool = param(True, doc="false takes the same jumps on any day")

    thesis = PROOF_DAYS
    universe = (PLATFORMS, CHINA_FUND)
    rebalance = every_session
    benchmark = "KWEB"
    grid = {"gap": (0.03, 0.05, 0.08), "hold": (20, 60)}

    @property
    def facts(self) -> tuple[Facts, ...]:  # type: ignore[override]
        return (EARNINGS,) if self.earnings else ()

    def weights(self, view: View) -> Weights | None:
        jumped = dict.fromkeys(proof.line for proof in self._proofs(view))
        lines = [line for line in jumped if line in view.usable] or CHINA_FUND.tickers
        return None if view.holdings.keys() == set(lines) else equal(lines)

    def explain(self, view: View) -> pd.DataFrame:
        """The jumps that count now."""
        import pandas as pd

        rows = [dataclasses.astuple(proof) for proof in self._proofs(view)]
        return pd.DataFrame(rows, columns=["line", "day", "move", "times the usual value"])

    def _proofs(self, view: View) -> list[_Proof]:
        """The jumps of the last `hold` sessions that count, line by line."""
        reports = self._reports(view)
        if not reports:
            return []
        proofs: list[_Proof] = []
        for line in (line for line in reports if line in view.universe):
            past = _past(view, line)
            places = past.jumps(self.gap, past.places(self.hold, reports[line]))
            proofs += [past.proof(line, place) for place in places if self._surged(past, place)]
        return proofs

    def _reports(self, view: View) -> dict[str, Array | None]:
        """Lines with the days of their late results; None where any day will do."""
        import numpy as np

        if not self.earnings:
            return dict.fromkeys(PLATFORMS.tickers)
        table = view.arrays.facts(EARNINGS.name)
        days, lines = table["known"], table["asset"]
        oldest = np.datetime64(view.today) - (2 * self.hold + A_HALT)
        days, lines = days[days >= oldest], lines[days >= oldest]
        return {line: days[lines == line] for line in PLATFORMS.tickers if line in lines}

    def _surged(self, past: _Past, place: int) -> bool:
        return bool(past.values[place] > self.surge * past.usual(place) > 0)

    def controls(self) -> Mapping[str, Strategy]:
        always: dict[str, Strategy] = {"always KWEB": Fixed(mix=((1.0, CHINA_FUND),))}
        if not self.earnings:
            return always
        return {"jumps without earnings": dataclasses.replace(self, earnings=False), **always}


@dataclass(frozen=True)
class _Proof:
    """A jump: the line, its day, its move, its traded value in medians of the bars before it."""

    line: str
    day: str
    move: float
    times: float


@dataclass(frozen=True, eq=False)
class _Past:
    """The bars of one line: their sessions, days, closes and traded values."""

    sessions: Array
    days: Array
    closes: Array
    values: Array
    now: int

    def places(self, hold: int, reported: Array | None) -> Array:
        """Bars of the last `hold` sessions with enough before them; the first after each report."""
        import numpy as np

        first = max(int(np.searchsorted(self.sessions, self.now - hold, side="right")), USUAL)
        late = np.arange(first, max(first, len(self.days)))
        if reported is None:
            return late
        return late[np.isin(late, np.searchsorted(self.days, reported, side="right"))]

    def jumps(self, gap: float, places: Array) -> list[int]:
        """Those of the bars that closed more than the gap above the close before."""
        rises = self.closes[places] / self.closes[places - 1] - 1 > gap
        moved: list[int] = places[rises].tolist()
        return moved

    def move(self, place: int) -> float:
        return float(self.closes[place] / self.closes[place - 1] - 1)

    def usual(self, place: int) -> float:
        """The median traded value of the bars before it; NaN where one is unknown."""
        import numpy as np

        return float(np.median(self.values[place - USUAL : place]))

    def proof(self, line: str, place: int) -> _Proof:
        times = float(self.values[place]) / self.usual(place)
        return _Proof(line, str(self.days[place])[:10], self.move(place), times)


def _past(view: View, line: str) -> _Past:
    """The bars of a line, without the sessions on which it had none."""
    import numpy as np

    days, closes = view.arrays.sessions(), view.arrays.close(line)
    there = np.flatnonzero(~np.isnan(closes))
    values = view.arrays.turnover(line)
    return _Past(there, days[there], closes[there], values[there], len(days) - 1)
