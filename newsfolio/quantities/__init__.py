"""What a claim is about, measured on the closes and facts of a window; an author names these."""

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
from newsfolio.quantities.beyond import CountBeyond, DaysUntilKnown, FirstTime
from newsfolio.quantities.closes import at, within
from newsfolio.quantities.co_movement import (
    Autocorrelation,
    MeanCorrelation,
    RateBeta,
    Volatility,
    WiderWhenRising,
)
from newsfolio.quantities.crossed import HighLessLow, MarketValue
from newsfolio.quantities.figures import FigureSeries, figures
from newsfolio.quantities.filings import REVENUE, company_facts, filed
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
from newsfolio.quantities.reported import (
    Reported,
    ReportedChange,
    ReportedGrowth,
    ReportedRatio,
    ReportedShare,
    ReportedTotal,
)
from newsfolio.quantities.returns import (
    AfterJumps,
    Gain,
    MeanMove,
    RiseShare,
    Trailing,
    TrendGain,
)

__all__ = [
    "REVENUE",
    "AfterJumps",
    "Autocorrelation",
    "CountBeyond",
    "Custom",
    "DaysUntilKnown",
    "Drawdown",
    "FigureSeries",
    "FirstTime",
    "FromLow",
    "FromPeak",
    "Gain",
    "HighLessLow",
    "IntradayRise",
    "Less",
    "Level",
    "Lowest",
    "MarketValue",
    "MeanCorrelation",
    "MeanMove",
    "Measured",
    "Observations",
    "OfLines",
    "Over",
    "Quantity",
    "RateBeta",
    "Record",
    "Reported",
    "ReportedChange",
    "ReportedGrowth",
    "ReportedRatio",
    "ReportedShare",
    "ReportedTotal",
    "RiseShare",
    "ShareBelowPeak",
    "Times",
    "Touch",
    "Trailing",
    "TrendGain",
    "Volatility",
    "WiderWhenRising",
    "Window",
    "at",
    "company_facts",
    "figures",
    "filed",
    "within",
]  # fmt: skip
