"""The words an author of a strategy needs: nothing here reads a file or imports an engine."""

from newsfolio.assets import (
    HONG_KONG,
    HONG_KONG_CNY,
    HONG_KONG_USD,
    MAINLAND,
    NEW_YORK,
    SHANGHAI_B,
    SHENZHEN_B,
    Asset,
    Delisting,
    Kind,
    Sleeve,
    Venue,
)
from newsfolio.claims import Claim, Place, Reading
from newsfolio.costs import Commission, Costs
from newsfolio.dated import Dated, Row, always
from newsfolio.errors import (
    BrokenData,
    CommandError,
    DataError,
    EngineError,
    MissingData,
    NewsfolioError,
    OutputError,
    ParameterError,
    StrategyError,
    UnknownName,
)
from newsfolio.event_study import EventStudy
from newsfolio.facts import Facts
from newsfolio.falsifier import Falsifier
from newsfolio.flows import Flow
from newsfolio.optimisers import (
    equal_risk_contribution,
    hierarchical_risk_parity,
    minimum_variance,
    target_volatility,
)
from newsfolio.panel import Panel
from newsfolio.parameters import param
from newsfolio.portfolios import Weights, blend, equal, most_traded
from newsfolio.posterior import black_litterman
from newsfolio.schedules import (
    Schedule,
    at_publication,
    at_start,
    drift_band,
    every_session,
    monthly,
    on_dates,
    quarterly,
    weekly,
    yearly,
)
from newsfolio.strategy import Fixed, Strategy
from newsfolio.thesis import Article, Thesis
from newsfolio.view import View

__version__ = "0.1.0"

__all__ = [
    "HONG_KONG",
    "HONG_KONG_CNY",
    "HONG_KONG_USD",
    "MAINLAND",
    "NEW_YORK",
    "SHANGHAI_B",
    "SHENZHEN_B",
    "Article",
    "Asset",
    "BrokenData",
    "Claim",
    "CommandError",
    "Commission",
    "Costs",
    "DataError",
    "Dated",
    "Delisting",
    "EngineError",
    "EventStudy",
    "Facts",
    "Falsifier",
    "Fixed",
    "Flow",
    "Kind",
    "MissingData",
    "NewsfolioError",
    "OutputError",
    "Panel",
    "ParameterError",
    "Place",
    "Reading",
    "Row",
    "Schedule",
    "Sleeve",
    "Strategy",
    "StrategyError",
    "Thesis",
    "UnknownName",
    "Venue",
    "View",
    "Weights",
    "always",
    "at_publication",
    "at_start",
    "black_litterman",
    "blend",
    "drift_band",
    "equal",
    "equal_risk_contribution",
    "every_session",
    "hierarchical_risk_parity",
    "minimum_variance",
    "monthly",
    "most_traded",
    "on_dates",
    "param",
    "quarterly",
    "target_volatility",
    "weekly",
    "yearly",
]
