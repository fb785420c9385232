"""Lines that are one bet under several tickers: a company's listings, funds of the same market.

Which market a fund tracks is what its issuer's page says (recalled).
"""

from __future__ import annotations

from functools import cache

from newsfolio.errors import NewsfolioError
from newsfolio.listings import asset_of

_SAME = (
    "SPY VOO IVV SPLG SPYM",  # S&P 500
    "QQQ QQQM",  # Nasdaq 100
    "VTI ITOT SCHB",  # all US shares
    "EEM IEMG VWO",  # emerging markets
    "EFA IEFA VEA",  # developed markets without the US
    "GLD IAU GLDM IAUM SGOL BAR AAAU OUNZ PHYS",  # gold bullion
    "SLV SIVR PSLV",  # silver bullion
    "IBIT BTC-USD FBTC GBTC BITB ARKB HODL",  # bitcoin
    "ETHA ETH-USD ETHE FETH",  # ether
    "AGG BND SCHZ",  # US bonds
    "GOOGL GOOG",
    "BRK-B BRK-A",
)

_OF = {line: names[0] for row in _SAME if (names := row.split()) for line in names}


@cache
def same_as(line: str) -> str:
    """The line that stands for all of its twins: of a company with two listings the older one."""
    if line in _OF:
        return _OF[line]
    try:
        (own, *more) = asset_of(line).stand_in or (line,)
    except NewsfolioError:  # a line of its author's making
        return line
    return line if more else own
