"""Corrections: dated rows with a reason, in a file that a user can read, write and remove.

    ticker,day,what,value,of,reason
    CNY=X,2011-07-18,close,6.4633,,bad tick of the vendor; the reference rate of that day
    0992.HK,2019-05-20,drop,,,the exchange was closed
    0700.HK,2022-01-20,in-kind,0.047619,9618.HK,one JD.com share for 21 of Tencent
    0020.HK,2022-06-30,genuine,,,the lock-up of the early holders ended
    ATVI,2023-10-13,liquidation,95,,bought by Microsoft for cash

`what` is a column of the bars (open, high, low, close, volume, dividend, split), `drop` for a row
that must go, `genuine` for a jump that is real, or a distribution: `in-kind` of another line,
`value` of it for one share, both as they traded that day. A line ends with `liquidation`, `value`
in cash for one share, or with `merger`, `value` shares of another line; both on one day add up,
which is a merger with cash in lieu. Their day is the first on which the line is no longer traded,
and they are paid on the first session from that day on.

A `split` is the ratio of new shares to old ones, which a change of what a depositary receipt stands
for is too (25 to 5: a split of 5); the prices must be continuous. Nothing is changed in the store
or in a price file: rows are altered as they are read, and every one of them stands in the notes of
the run.
"""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from markets.bars import COLUMNS, Bars, Doubt, Priced
from markets.reference.plain_file import require_plain
from markets.snapshot import Snapshot, Source
from newsfolio.assets import Asset, Delisting
from newsfolio.errors import BrokenData
from newsfolio.facts import Facts
from newsfolio.listings import asset_of

FILE = "corrections.csv"
DROP, IN_KIND, GENUINE = "drop", "in-kind", "genuine"
LIQUIDATION, MERGER = "liquidation", "merger"
_OF_ANOTHER = (IN_KIND, MERGER)
_WITHOUT_VALUE = (DROP, GENUINE)
_WORDS = (*COLUMNS, DROP, GENUINE, IN_KIND, LIQUIDATION, MERGER)
FRESH = pd.Timedelta(days=10)
"""How old the close may be at which a distribution is valued."""

_HEADER = ("ticker", "day", "what", "value", "of", "reason")


@dataclass(frozen=True)
class Correction:
    """One row: on `day` the `what` of a line is `value`, because of `reason`."""

    ticker: str
    day: date
    what: str
    value: float
    of: str
    reason: str

    def __str__(self) -> str:
        words = {
            DROP: "row dropped",
            IN_KIND: f"{self.value:g} {self.of} distributed in kind for each share",
            GENUINE: "the jump is genuine",
            LIQUIDATION: f"{self.value:g} in cash paid for each share, and no longer traded",
            MERGER: f"merged into {self.of}, {self.value:g} of it for each share",
        }.get(self.what, f"{self.what} taken as {self.value:g}")
        return f"corrected, {self.day}: {words} ({self.reason})"


DISTRIBUTIONS = (
    Correction("0700.HK", date(2022, 1, 20), IN_KIND, 1 / 21, "9618.HK",
               "company announcement: one JD.com share for 21, which price vendors leave out"),
    Correction("0700.HK", date(2023, 1, 5), IN_KIND, 1 / 10, "3690.HK",
               "company announcement: one Meituan share for 10, which price vendors leave out"),
)  # fmt: skip
"""Distributions in kind that no price vendor reports, paid as cash worth the last close before."""


@dataclass(frozen=True)
class Corrected:
    """A source whose bars are altered, as they are read, by the rows of a file.

    Of two rows for the same figure the later one counts: a user's own stands after ours.
    """

    source: Source
    rows: tuple[Correction, ...]

    @property
    def name(self) -> str:
        return self.source.name

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        """The source's answer; what a distribution is made of is loaded besides."""
        wanted = {asset.ticker: asset for asset in assets}
        rows = [row for row in self.rows if row.ticker in wanted]
        others = distributed_lines(wanted, rows)
        read = self.source.load(list({**others, **wanted}.values()), facts)
        for row in rows:
            _refuse_other_currency(row, wanted, others, read)
        worth = {ticker: corrected(read[ticker], self._prices(ticker), {})
                 for ticker in others if ticker in read}  # fmt: skip
        bars = {
            ticker: corrected(line, [row for row in rows if row.ticker == ticker], worth)
            for ticker, line in read.items()
            if ticker in wanted
        }
        return Snapshot(bars, read.facts)

    def _prices(self, ticker: str) -> list[Correction]:
        """What is corrected of a line but what it distributes."""
        return [row for row in self.rows if row.ticker == ticker and row.what in (*COLUMNS, DROP)]


def distributed_lines(wanted: Mapping[str, Asset], rows: Iterable[Correction]) -> dict[str, Asset]:
    """What the lines wanted have given in kind, by ticker: it is read besides, to value it."""
    return {
        row.of: wanted.get(row.of) or asset_of(row.of)
        for row in rows
        if row.ticker in wanted and row.of
    }


def corrected(bars: Bars, rows: Sequence[Correction], others: Mapping[str, Bars]) -> Bars:
    """The bars with a line's corrections; BrokenData for a row that has nothing to correct.

    others: the lines that distributions are made of. What is given is valued on corrected prices.
    """
    rows = _once(rows)
    if not rows or bars.simulated:
        return bars
    inside = [row for row in rows if bars.first <= row.day <= bars.last]
    figures = [row for row in inside if row.what in (*COLUMNS, DROP)]
    genuine = [row for row in inside if row.what == GENUINE]
    frame = bars.frame.copy()
    for row in (*genuine, *figures):
        frame = _altered(frame, row)
    bars = dataclasses.replace(
        bars, frame=frame, notes=(*bars.notes, *map(str, (*figures, *genuine))),
        doubts=tuple(_unanswered(bars.doubts, (*figures, *genuine))),
        genuine=tuple((row.day, row.reason) for row in genuine),
    )  # fmt: skip
    for row in rows:
        if row.what == IN_KIND:
            bars = _distributed(bars, row, others.get(row.of))
    return ended(bars, [row for row in rows if row.what in (LIQUIDATION, MERGER)], others)


def ended(bars: Bars, rows: Sequence[Correction], others: Mapping[str, Bars]) -> Bars:
    """The bars with what their line pays when it ends; BrokenData where nothing tells its worth."""
    if not rows:
        return bars
    day = rows[-1].day
    frame = bars.frame[bars.frame.index < pd.Timestamp(day)]
    if frame.empty or len({row.day for row in rows}) > 1:
        raise BrokenData(
            f"{bars.ticker}: by {FILE} it ends on {day}; a line ends once, after its first bar"
        )
    parts = [_paid_at_the_end(row, others.get(row.of)) for row in rows]
    later = bars.until(frame.index[-1].date()).later_splits
    gone = Delisting(day - timedelta(days=1), sum(parts) / later)
    notes = (*bars.notes, *map(str, rows))
    return dataclasses.replace(bars, frame=frame, notes=notes, later_splits=later, delisted=gone)


def _paid_at_the_end(row: Correction, other: Bars | None) -> float:
    """What one share gets, as cash."""
    if row.what == LIQUIDATION:
        return row.value
    close = _close_before(other, row.day) if other is not None else None
    if close is None:
        raise BrokenData(
            f"{row.ticker}: merged into {row.of} on {row.day}, of which there is no close shortly "
            "before; bring its prices, or write the worth as a liquidation"
        )
    return row.value * close


def _unanswered(doubts: Iterable[Doubt], rows: Iterable[Correction]) -> Iterator[Doubt]:
    """Doubts about a day that no row is about: a corrected dividend, or a genuine one, is none."""
    answered = {row.day for row in rows if row.what in ("dividend", GENUINE, DROP)}
    for doubt in doubts:
        if not doubt.days or not answered.issuperset(doubt.days):
            yield doubt


def _once(rows: Iterable[Correction]) -> list[Correction]:
    """One row for each figure, the last one given, in the order of time; rows are dropped last."""
    last = {(row.day, row.what == DROP, row.what, row.of): row for row in rows}
    return [last[key] for key in sorted(last)]


def _altered(frame: pd.DataFrame, row: Correction) -> pd.DataFrame:
    """The bars with another figure, or without a row."""
    day = pd.Timestamp(row.day)
    if day not in frame.index:
        raise BrokenData(
            f"{row.ticker}: a correction for {row.day} ({row.reason}), and there is no bar on "
            f"that day; remove the row from {FILE}"
        )
    if row.what == GENUINE:
        return frame
    if row.what == DROP:
        _refuse_event(frame, row)
        return frame.drop(index=day)
    frame.loc[day, row.what] = row.value
    return _widened(frame, day, row.what)


def _refuse_event(frame: pd.DataFrame, row: Correction) -> None:
    """BrokenData where a dividend or a split would vanish with its row."""
    for what, none in (("dividend", 0.0), ("split", 1.0)):
        amount = float(frame[what][pd.Timestamp(row.day)])
        if amount > 0 and amount != none:
            raise BrokenData(
                f"{row.ticker}: the row of {row.day} is to be dropped, and a {what} of {amount:g} "
                f"stands in it; set that {what} to 0 in {FILE} too, and give it to the day that "
                "it belongs to"
            )


def _distributed(bars: Bars, row: Correction, other: Bars | None) -> Bars:
    """The bars with a distribution as a dividend on its ex-date, or on the next session."""
    frame, day = bars.frame.copy(), pd.Timestamp(row.day)
    if not (frame.index[0] < day <= frame.index[-1]):
        return bars
    session = frame.index[int(np.searchsorted(frame.index.to_numpy(), day.to_numpy()))]
    close = _worth(other, row.day, session) if other is not None else None
    if close is None:
        sentence = f"{row}: not credited, for there is no close of {row.of} shortly before"
        doubt = Doubt(sentence, (session.date(),))
        return dataclasses.replace(
            bars, notes=(*bars.notes, sentence), doubts=(*bars.doubts, doubt)
        )
    later = bars.until(session.date()).later_splits
    frame.loc[session, "dividend"] += row.value * close / later
    adjusted = Priced.DIVIDENDS in (bars.priced, other.priced if other else None)
    note = f"{row}; about, for prices here hold later dividends" if adjusted else str(row)
    return dataclasses.replace(bars, frame=frame, notes=(*bars.notes, note))


def _worth(other: Bars, day: date, session: pd.Timestamp) -> float | None:
    """What a share cost at the last close before, or at its first open if it first trades then."""
    first = other.frame.index[0]
    if not pd.Timestamp(day) <= first <= session:
        return _close_before(other, day)
    row = other.frame.iloc[0]
    price = float(row["close"] if np.isnan(row["open"]) else row["open"])
    return price * other.until(first.date()).later_splits


def _close_before(other: Bars, day: date) -> float | None:
    """What a share as it traded cost at the last close before a day, None if that is too old."""
    closes = other.frame["close"]
    before = closes[closes.index < pd.Timestamp(day)]
    if not len(before) or pd.Timestamp(day) - before.index[-1] > FRESH:
        return None
    return float(before.iloc[-1]) * other.until(before.index[-1].date()).later_splits


def _refuse_other_currency(
    row: Correction, wanted: Mapping[str, Asset], others: Mapping[str, Asset],
    read: Mapping[str, Bars],
) -> None:  # fmt: skip
    if not row.of or row.ticker not in read:
        return
    own, other = wanted[row.ticker].currency, others[row.of].currency
    if own != other:
        raise BrokenData(
            f"{row.ticker} trades in {own} and {row.of}, distributed on {row.day}, in {other}: "
            f"write its worth as a dividend in {own} instead"
        )


def read_corrections(path: Path) -> tuple[Correction, ...]:
    """The rows of a file, none if there is no file; BrokenData with the line that is wrong."""
    if not path.is_file():
        return ()
    try:
        require_plain(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if tuple(reader.fieldnames or ()) != _HEADER:
                raise BrokenData(f"{path}: the header must be {','.join(_HEADER)}")
            return tuple(_row(path, line, row) for line, row in enumerate(reader, 2))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BrokenData(f"{path}: cannot be read as CSV in UTF-8 ({error})") from error


def _row(path: Path, line: int, row: Mapping[str, str | None]) -> Correction:
    cells = {name: (row.get(name) or "").strip() for name in _HEADER}
    what, value = cells["what"], cells["value"]

    def wrong(rule: str) -> BrokenData:
        return BrokenData(f"{path} line {line}: {rule}")

    if not cells["ticker"] or not cells["reason"]:
        raise wrong("a correction needs a ticker and a reason")
    try:
        day = date.fromisoformat(cells["day"])
    except ValueError:
        raise wrong(f"{cells['day'][:30]!r} is not a day, write 2025-02-21") from None
    if what not in _WORDS:
        raise wrong(f"what={what[:30]!r}: write one of {', '.join(_WORDS)}")
    if (what in _OF_ANOTHER) != bool(cells["of"]):
        raise wrong("`of` names the line that is distributed, and nothing else")
    try:
        number = 0.0 if what in _WITHOUT_VALUE else float(value)
    except ValueError:
        raise wrong(f"{value[:30]!r} is not a number") from None
    if not np.isfinite(number) or number < 0 or (what in ("close", *_OF_ANOTHER) and number == 0):
        raise wrong(f"{what} cannot be {value}")
    return Correction(cells["ticker"], day, what, number, cells["of"], cells["reason"])


def _widened(frame: pd.DataFrame, day: pd.Timestamp, what: str) -> pd.DataFrame:
    """Highs and lows that contradict a corrected price are unknown."""
    row = frame.loc[day]
    if what in ("open", "close") and not row["low"] <= row[what] <= row["high"]:
        frame.loc[day, ["high", "low"]] = np.nan
    return frame
