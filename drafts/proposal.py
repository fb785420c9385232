"""What a draft proposes to hold and to compare with: from the claims, to be decided by a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from drafts.drafted import DraftedClaim
from drafts.language.periods import back
from newsfolio.assets import Sleeve
from newsfolio.claims import Reading
from newsfolio.listings import asset_of
from newsfolio.quantities import Less, Times

FUNDS = {
    "^GSPC": "SPY", "^NDX": "QQQ", "^IXIC": "QQQ", "^HSI": "2800.HK", "^HSCE": "FXI",
    "HSTECH.HK": "3033.HK", "000300.SS": "ASHR",
}  # fmt: skip
"""Funds that hold what an index counts, or nearly: an index cannot be bought."""

MARKETS = {"China": "MCHI", "United States": "SPY"}
WORLD = "ACWI"
MANY = 10
"""Lines of a proposed basket at most."""

MONTHS = 12

UNLIKELY = 0.4
"""Below this probability a claim speaks for nothing."""


@dataclass(frozen=True)
class Proposal:
    """Two baskets: what the text speaks well of, and what it is measured against.

    horizon: the last day on which it should show. claims: the ids of those that it rests on.
    """

    picks: tuple[str, ...]
    others: tuple[str, ...]
    benchmark: str
    horizon: date
    claims: tuple[str, ...]


def proposal_of(claims: tuple[DraftedClaim, ...], published: date) -> Proposal:
    """The baskets that the claims speak for and against.

    Where a text looks ahead, by what it expects; else by what it praises.
    """
    praise: Counter[str] = Counter()
    forward = [drafted for drafted in claims if drafted.ahead and _scores(drafted)]
    for drafted in forward or claims:
        for line, score in _scores(drafted):
            praise[line] += score
    picks = tuple(line for line, score in praise.most_common() if score > 0)[:MANY]
    worst = sorted((line for line in praise if praise[line] < 0), key=lambda line: praise[line])
    market = _market(picks)
    picks = picks or (market,)
    others = tuple(line for line in worst if line not in picks)[:MANY]
    if not others:
        others = next((line,) for line in (market, WORLD, "SPY", "BIL") if line not in picks)
    due = [date.fromisoformat(r.end) for c in claims if c.ahead for r in c.claim.stated]
    horizon = max(due, default=back(published, -MONTHS, "month"))
    rests = tuple(
        c.claim.id for c in claims if c.claim.stated and set(map(_held, c.lines)) & set(picks)
    )
    return Proposal(picks, others, market, horizon, rests[:MANY])


def _scores(drafted: DraftedClaim) -> list[tuple[str, int]]:
    """Lines with 1 where a claim speaks well of them, -1 where it does not; none if unlikely."""
    chance = drafted.claim.probability
    if chance is not None and chance < UNLIKELY:
        return []
    readings = [reading for reading in drafted.readings if reading.decides][:1]
    return [pair for reading in readings for pair in _praise(reading)]


def _praise(reading: Reading) -> list[tuple[str, int]]:
    of = reading.of
    good = 1 if reading.says in (">", ">=") or (reading.says == "=" and reading.number > 0) else -1
    if isinstance(of, Less | Times):
        ours = [(line, good) for line in _lines(of.one.lines)]
        return ours + [(line, -good) for line in _lines(of.other.lines)]
    if type(of).__name__ in ("Level", "Volatility", "FromPeak"):
        return []
    return [(line, good) for line in _lines(of.lines)] if good > 0 else []


def _lines(lines: tuple[str, ...]) -> list[str]:
    held = [_held(line) for line in lines]
    return [line for line in held if line and asset_of(line).tradable]


def _held(line: str) -> str:
    """What can be bought in the place of a line."""
    return FUNDS.get(line, line if asset_of(line).tradable else "")


def _market(picks: tuple[str, ...]) -> str:
    """The fund of the market that most of the picks belong to."""
    countries = Counter(asset_of(line).country or asset_of(line).venue.code for line in picks)
    countries["China"] += countries.pop("XHKG", 0) + countries.pop("XSHG", 0)
    countries["United States"] += countries.pop("XNYS", 0)
    country, count = countries.most_common(1)[0]
    return MARKETS.get(country, WORLD) if count else "SPY"


def sleeve(name: str, lines: tuple[str, ...]) -> str | Sleeve:
    """One line, or a basket of several."""
    return lines[0] if len(lines) == 1 else Sleeve(name, lines)
