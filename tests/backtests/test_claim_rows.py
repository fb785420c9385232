"""A claim's row shows the figure that its verdict rests on."""

from __future__ import annotations

import pytest

from backtests.runner.checked_claims import ClaimVerdict, MeasuredReading, deciding


def reading(measured: float, verdict: ClaimVerdict, decides: bool = True) -> MeasuredReading:
    return MeasuredReading(
        "", "2024-01-02", "2024-02-02", ">", 0.05, 0.0, measured, verdict, "", decides, True
    )


HOLDS, FAILS = ClaimVerdict.HOLDS, ClaimVerdict.FAILS


@pytest.mark.parametrize(
    ("readings", "shown"),
    [
        ((reading(0.088, HOLDS), reading(0.01, FAILS)), 0.01),
        ((reading(0.088, HOLDS), reading(0.07, HOLDS)), 0.088),
        ((reading(0.01, FAILS, decides=False), reading(0.088, HOLDS)), 0.088),
        ((reading(0.088, HOLDS), reading(0.02, FAILS), reading(0.01, FAILS)), 0.02),
    ],
)
def test_the_reading_that_decides_is_shown(
    readings: tuple[MeasuredReading, ...], shown: float
) -> None:
    decider = deciding(readings)
    assert decider is not None
    assert decider.measured == shown
