"""The sparse engine: visits only the sessions on which something can happen."""

from __future__ import annotations

from backtests.desk import Desk, Played


def play(desk: Desk) -> Played:
    """Turn the desk's clock from the first session to the last."""
    session: int | None = desk.market.first
    desk.close(desk.market.first)
    while (session := desk.turn(session)) is not None:
        desk.open(session)
        desk.close(session)
    return desk.played()
