"""What a claim is about, measured on the closes of a window; an author names these."""

from newsfolio.quantities.base import (
    Custom,
    Less,
    Lowest,
    Measured,
    OfLines,
    Over,
    Quantity,
    Record,
    Times,
    Window,
)
from newsfolio.quantities.closes import at, within
from newsfolio.quantities.co_movement import (
    Autocorrelation,
    MeanCorrelation,
    RateBeta,
    Volatility,
    WiderWhenRising,
)
from newsfolio.quantities.levels import (
    Drawdown,
    FromLow,
    FromPeak,
    IntradayRise,
    Level,
    ShareBelowPeak,
    Touch,
)
from newsfolio.quantities.observations import Observations
from newsfolio.quantities.returns import AfterJumps, Gain, MeanMove, Trailing, TrendGain

__all__ = [
    "AfterJumps", "Autocorrelation", "Custom", "Drawdown", "FromLow", "FromPeak", "Gain",
    "IntradayRise", "Less", "Level", "Lowest", "MeanCorrelation", "MeanMove", "Measured",
    "Observations", "OfLines", "Over", "Quantity", "RateBeta", "Record", "ShareBelowPeak",
    "Times", "Touch", "Trailing", "TrendGain", "Volatility", "WiderWhenRising", "Window", "at",
    "within",
]  # fmt: skip
