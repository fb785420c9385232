"""The sparse engine: visits only the sessions on which something can happen."""

from __future__ import annotations

from backtests.desk import Desk, Played


def play(desk: Desk) -> Played:
    """Turn the desk's clock from the first session to the last."""
    session = desk.market.first
    desk.close(session)
    while (following := desk.turn(session)) is not None:
        session = following
        desk.open(session)
        desk.close(session)
    return desk.played()
