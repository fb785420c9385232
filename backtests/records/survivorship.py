"""Survivorship: how much of the members of a dated sleeve has prices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from markets.market import Market
from newsfolio.formatting import percent
from newsfolio.membership import Members, dated_sleeves
from reports.contract.manifest import MembershipJson

NAMED = 30
"""Members without prices that a note names; the manifest has all."""


def memberships(market: Market) -> Iterator[MembershipJson]:
    """Of each dated sleeve, the members of the run's sessions and those of them without a price.

    Every member of a day weighs the same: a table does not tell what an index held of it.
    """
    days = market.days[market.first :]
    place = {ticker: column for column, ticker in enumerate(market.tickers)}
    for sleeve in dated_sleeves(market.sleeves):
        there, priced = np.zeros((2, len(days), len(sleeve.tickers)), dtype=bool)
        for column, ticker in enumerate(sleeve.tickers):
            for span in sleeve.spans:
                if span.member == ticker:
                    there[:, column] |= [
                        span.since <= day and (span.until is None or day <= span.until)
                        for day in days
                    ]
            if ticker in place:
                own = place[ticker]
                gone = market.assets[own].delisted
                living = np.array([gone is None or day <= gone.day for day in days])
                priced[:, column] = ~np.isnan(market.last[market.first :, own]) & living
        yield _membership(sleeve, [f"{day}" for day in days], there, there & priced)


def _membership(
    sleeve: Members, days: list[str], there: np.ndarray, priced: np.ndarray
) -> MembershipJson:
    counts = there.sum(axis=1)
    lacking = 1 - priced.sum(axis=1) / np.maximum(counts, 1)
    lacking[counts == 0] = 0.0
    worst = int(lacking.argmax())
    ever, held = (table.any(axis=0) for table in (there, priced))
    lines = np.array(sleeve.tickers, dtype=object)
    return {
        "sleeve": sleeve.name,
        "members": int(ever.sum()),
        "priced": int(held.sum()),
        "missing": lines[ever & ~held].tolist(),
        "share": float(1 - priced.sum() / max(1, there.sum())),
        "worst": float(lacking[worst]),
        "worst_day": days[worst],
        "empty": int((counts == 0).sum()),
    }


def membership_notes(rows: Iterable[MembershipJson]) -> Iterator[str]:
    """Survivorship in a sentence a sleeve."""
    for row in rows:
        missing = row["missing"]
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        names = ", ".join(missing[:NAMED]) + more
        lack = f" (without: {names})" if missing else ""
        worst = (
            f", {percent(row['worst'], 1)} at most, on {row['worst_day']}" if row["share"] else ""
        )
        yield (
            f"{row['sleeve']}: {row['priced']} of the {row['members']} lines that were members in "
            f"this run have prices{lack}; {percent(row['share'], 1)} of its member days have "
            f"none{worst}"
        )
        if row["empty"]:
            yield f"{row['sleeve']}: nobody was a member on {row['empty']} sessions of the run"
