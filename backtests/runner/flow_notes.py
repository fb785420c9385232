"""What a reader must know of money in and out: what moved, what never came, what stayed in cash."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backtests.runner.run import Run
from backtests.settings import Settings
from backtests.simulation.flows import dated_flows, moved, places_of
from markets.market import Market
from newsfolio.errors import CommandError
from reports.contract.manifest import DryJson

NAMED = 3
"""Flows that a note names."""


def require_flows(market: Market, settings: Settings) -> None:
    """CommandError where none of the flows asked for falls into the run."""
    flows = settings.flows or ()
    if flows and not any(len(places_of(market, flow)) for flow in flows):
        raise CommandError(
            f"--flows: none of {len(flows)} falls between {market.day(market.first)}, the first "
            f"session, and {market.day(-1)}; choose --start and --end around them"
        )


def flow_notes(run: Run) -> Iterator[str]:
    """Sentences on flows of closed days, on those outside the run, and on what stayed in cash."""
    market, flows = run.market, run.settings.flows or ()
    others = [(flow, day) for flow in flows if (day := moved(market, flow))]
    if others:
        named = ", ".join(f"{flow.on} to {day}" for flow, day in others[:NAMED])
        more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
        yield f"flows of days without a session moved to the next: {named}{more}"
    outside = [flow for flow in flows if not len(places_of(market, flow))]
    if outside:
        named = ", ".join(map(str, outside[:NAMED])) + (", ..." if len(outside) > NAMED else "")
        yield (
            f"{len(outside)} of {len(flows)} flows left out, as they do not fall after the first "
            f"session and by the last ({market.day(market.first)} to {market.day(-1)}): {named}"
        )
    yield from _idle(run)


def _idle(run: Run) -> Iterator[str]:
    """Flows that no decision has invested."""
    if not run.settings.flows or run.output.ended is not None:
        return
    due = np.flatnonzero(dated_flows(run.market, run.settings.flows).due)
    decided = run.output.targets[-1].session if run.output.targets else -1
    late = [session for session in due.tolist() if session > decided]
    resting = any(flow.into == "decision" for flow in run.settings.flows)
    if late and resting:
        yield (
            f"no decision followed the flows from {run.market.day(late[0])} on, which stayed in "
            'cash or on credit; write "into targets" after a flow to have it invested at once'
        )


def dry_of(run: Run) -> DryJson | None:
    """The withdrawal that ended the run; None where none did."""
    if run.output.dry is None:
        return None
    session, withdrawal = run.output.dry
    before = run.account.worth.item(session - 1 - run.market.first)
    return {
        "session": run.market.day(session).isoformat(),
        "withdrawal": withdrawal,
        "equity": before,
    }
