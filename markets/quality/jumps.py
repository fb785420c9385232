"""Moves that no market made: splits that are not in the prices, other units, beyond a limit.

A move is judged as `(open or close + dividend) / the close before`, so a dividend of half the price
is none. Between hypotheses, not by a list of ratios: a split leaves the day's own range and volume
as they were (or the volume times the ratio), a real shock does not.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from datetime import date
from fractions import Fraction

import numpy as np

from markets.bars import Priced
from markets.quality.findings import Finding, Severity, about, counted
from markets.quality.judged_line import JudgedLine
from markets.quality.ticks import TAKEN_BACK, ticks
from newsfolio.assets import Asset, Kind
from newsfolio.formatting import percent, signed

Limit = Callable[[Asset, date], float | None]
"""The largest move of a line on a day, 0.1 for 10 %; None for no limit."""


ODD = 0.155
"""A gap, in logs, from which a calm day looks like a bonus issue: 1.2 less a usual move."""
LEAP = 0.37
"""A gap from which a calm day looks like a split: 1.5 less a usual move."""
SMALL_SPLIT = np.log(1.2)
"""A recorded ratio below this is no more than an ordinary move, and only doubted."""
UNIT = 60.0
"""A ratio that no price makes in a day."""
THIRD = np.log(3.0)
"""A gap that no news makes without many times the usual volume."""
CALM = {ODD: (1.8, 2.0, 0.06), LEAP: (4.0, 4.0, 0.15), THIRD: (8.0, 4.0, 0.15)}
"""From which gap on: times the usual volume and the usual range that a calm day stays within, and a
range that is always calm."""
AT_OPEN = 0.7
"""Share of a split's step that is there from the open on, at least."""
ROUND = (2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 25.0, 50.0)
"""Ratios of splits, for closes without opens, which tell no more than the size. Where a line has
closes alone others are doubted, from LEAP on."""
NEAR = 0.10
"""How near a jump lies to one of them, beside the day's own move."""
BESIDE = 3
"""Sessions between a recorded split and the jump that belongs to it."""
PAUSE = 3
"""Sessions without a trade after which volume on the first day tells nothing."""
LONG = 60
"""Missing sessions after which a line may be another security, ..."""
OTHER = THIRD
"""... if its price is this far off, in logs."""
LEAST_LIMIT = 0.04
"""No venue's price limit is below this."""
NEW = 5
"""First bars of a line without a listing, which may be its first sessions, free of limits."""
LIMIT_SLACK, TICK = 0.005, 0.01
"""What adjusting and rounding add to a price limit: of the price, and in its currency."""
LAST_DAYS = 10
"""Bars before a declared delisting on which a fall is expected."""

_CHECK = "Fetch the line again, or add a correction."
_GENUINE = "If it is real, say so in corrections.csv: a row `genuine` with the reason."


def jumps(line: JudgedLine, limit: Limit) -> Iterator[Finding]:
    """Everything that one line's prices cannot have done."""
    yield from ticks(line)
    if line.bars.priced is Priced.LEVEL:
        return
    findings = dict(_recorded(line))
    suspects = (np.abs(line.gaps) > ODD) | (np.abs(line.moves) > ODD)
    for at in map(int, np.flatnonzero(suspects)):
        finding = None if at in findings or _locked(line, at, limit) else _unrecorded(line, at)
        if finding is not None:
            findings[at] = finding
    yield from findings.values()
    yield from _beyond_limit(line, limit, findings.keys())


def _locked(line: JudgedLine, at: int, limit: Limit) -> bool:
    """Whether a bar stands at one price, and that is the venue's limit: news, and no split."""
    if line.wide[at] != 0:
        return False
    most = limit(line.asset, line.days[at].astype(date))
    slack = LIMIT_SLACK + TICK / line["close"][at - 1]
    return most is not None and abs(abs(np.expm1(line.moves[at])) - most) <= slack


def _recorded(line: JudgedLine) -> Iterator[tuple[int, Finding]]:
    """Jumps of the size of a split that is recorded there, or within BESIDE sessions of it."""
    split = np.nan_to_num(line["split"])
    for place in map(int, np.flatnonzero((split > 0) & (split != 1))):
        ratio = float(np.log(split[place]))
        at = _unadjusted_at(line, place, ratio)
        if at is None:
            continue
        small = abs(ratio) < SMALL_SPLIT
        yield at, about(
            Severity.DOUBT if small else Severity.BLOCK,
            line.asset.ticker, "split", line.days[at : at + 1],
            f"{line.step(at)}, like a split of {split[place]:g}, which is recorded "
            f"{'' if at == place else f'on {line.days[place]} '}but not adjusted for",
            _CHECK,
        )  # fmt: skip


def _unadjusted_at(line: JudgedLine, place: int, ratio: float) -> int | None:
    """The bar at which the price makes the step of a split of this log ratio, None if none does.

    On the day itself the nearer of two hypotheses counts: no step, or the whole of it.
    """
    gaps, moves = line.gaps, line.moves
    small = abs(ratio) < SMALL_SPLIT
    stepped = [abs(to[place] + ratio) < abs(to[place]) for to in (gaps, moves)]
    if place > 0 and (stepped[0] or (stepped[1] and not small)):
        return place
    if small:
        return None
    around = range(max(1, place - BESIDE), min(len(gaps), place + BESIDE + 1))
    near = [at for at in around if abs(gaps[at] + ratio) < 0.2 * abs(ratio)]
    return min(near, key=lambda at: abs(at - place)) if near else None


def _unrecorded(line: JudgedLine, at: int) -> Finding | None:
    """A jump without a split: of another unit, after a halt, or of a split that nobody recorded."""
    asset, day = line.asset, line.days[at : at + 1]
    size, ratio = max(abs(line.gaps[at]), abs(line.moves[at])), float(np.exp(abs(line.moves[at])))
    unpaid = abs(np.log(line["close"][at] / line["close"][at - 1]))
    if ratio > UNIT:
        return about(
            Severity.BLOCK, asset.ticker, "unit", day, f"{line.step(at)}, about a hundredfold",
            "One part is in another unit (pence, cents): correct it, or fetch the line again.",
        )  # fmt: skip
    if asset.kind is Kind.CRYPTO:
        return None  # nobody splits it, and it moves as nothing else does
    if line["dividend"][at] > 0 and unpaid < ODD < abs(line.moves[at]):
        return _unfallen(line, at, size)
    if line.halted(at):
        sure = size > LEAP and (line.pause(at) >= PAUSE or _calm(line, at))
        return _after_halt(line, at) if sure else None
    if not _calm(line, at):
        return None
    stops = abs(line.moves[at]) > LEAP and not _ends_soon(line, at)
    stops &= not _bare(line, at) or _round(line.moves[at])
    return about(
        Severity.BLOCK if stops else Severity.DOUBT, asset.ticker, "split", day,
        f"{line.step(at)}, like a split of {_plain(ratio):g} that nobody recorded",
        f"{_CHECK} {_GENUINE}",
    )  # fmt: skip


def _unfallen(line: JudgedLine, at: int, size: float) -> Finding:
    """A large dividend on a day on which the price did not fall by it."""
    day, paid = line.days[at], line["dividend"][at]
    return about(
        Severity.BLOCK if size > LEAP else Severity.DOUBT,
        line.asset.ticker, "dividend", line.days[at : at + 1],
        f"the dividend of {day} is {paid:g}, and the price did not fall by it: {line.step(at)}",
        f"Check the amount, and correct it in corrections.csv. {_GENUINE}",
    )  # fmt: skip


def _plain(ratio: float) -> float:
    """The ratio of small numbers that is nearest."""
    return float(Fraction(ratio).limit_denominator(5 if ratio < 1.6 else 2 if ratio < 10 else 1))


def _calm(line: JudgedLine, at: int) -> bool:
    """Whether the day was as usual but for its level: what a split leaves, and a shock does not."""
    gap, move = abs(line.gaps[at]), abs(line.moves[at])
    if _bare(line, at):
        telling = _round(move) or (line.one_price and move > LEAP)
        return telling and not line.busy[at] > CALM[LEAP][0]
    same_way = line.gaps[at] * line.moves[at] > 0
    if not same_way or min(gap, move) < ODD or gap < AT_OPEN * move or not _stays(line, at):
        return False
    times, ranges, always = CALM[max(least for least in CALM if least <= max(gap, ODD))]
    new_shares = max(1.0, float(np.exp(-line.gaps[at])))
    if line.busy[at] > times * new_shares:
        return False
    within = max(always, ranges * float(np.nan_to_num(line.usual_range[at])))
    through = max(float(np.nan_to_num(line.wide[at])), abs(line.gaps[at] - line.moves[at]))
    return through <= within


def _bare(line: JudgedLine, at: int) -> bool:
    """Whether a close is all that is known of a session."""
    return line.one_price or bool(np.isnan(line["open"][at]))


def _round(move: float) -> bool:
    return any(abs(abs(move) - np.log(ratio)) < NEAR for ratio in ROUND)


def _stays(line: JudgedLine, at: int) -> bool:
    """Whether the price neither jumped the day before nor goes back on the next."""
    after = line.gaps[at + 1] if at + 1 < len(line.gaps) else 0.0
    little = TAKEN_BACK * abs(line.gaps[at])
    back = abs(line.gaps[at] + after) < little
    return bool(not back and abs(line.moves[at - 1]) < max(ODD, little))


def _after_halt(line: JudgedLine, at: int) -> Finding:
    asset, gone = line.asset, int(line.missing[at])
    spans = asset.listed is not None and np.datetime64(asset.listed) < line.days[at - 1]
    other = gone > LONG and abs(line.moves[at]) > OTHER and not spans
    if other:
        return about(
            Severity.BLOCK, asset.ticker, "another security", line.days[at : at + 1],
            f"{line.step(at)}, after {counted(gone, 'session')} without a bar: two securities "
            "under one ticker, or a long halt",
            f"Declare it: Asset({asset.ticker!r}, ..., listed=date(...)). {_GENUINE}",
        )  # fmt: skip
    return about(
        Severity.DOUBT, asset.ticker, "halt", line.days[at : at + 1],
        f"{line.step(at)}, where it had not traded before",
        f"A halt, or a split in it: check that day. {_GENUINE}",
    )  # fmt: skip


def _ends_soon(line: JudgedLine, at: int) -> bool:
    """Whether a declared delisting follows, before which prices fall."""
    gone = line.asset.delisted
    return gone is not None and len(line.days) - at <= LAST_DAYS


def _beyond_limit(line: JudgedLine, limit: Limit, explained: Container[int]) -> Iterator[Finding]:
    """Moves beyond what the venue let a line trade on that day."""
    returns = np.expm1(line.moves)
    if line.asset.listed is None:
        returns[:NEW] = 0.0
    for at in map(int, np.flatnonzero(np.abs(returns) > LEAST_LIMIT)):
        most = None if at in explained else limit(line.asset, line.days[at].astype(date))
        slack = LIMIT_SLACK + TICK / line["close"][at - 1]
        if most is None or abs(returns[at]) <= most + slack:
            continue
        yield about(
            Severity.DOUBT if line.halted(at) else Severity.BLOCK,
            line.asset.ticker, "price limit", line.days[at : at + 1],
            f"{line.step(at)}, {signed(returns[at], 1)}, where {percent(most, 0)} a day is "
            "the limit",
            f"A split or a dividend is missing, or a price is wrong. {_CHECK} {_GENUINE}",
        )  # fmt: skip
