"""Known lines: listing dates, board lots, stand-ins, withholding, half-spreads, countries.

Sources: exchange listing records and company filings as gathered for the articles' universe.
Half-spreads and borrow rates are our judgement (1 basis point is 0.0001). Board lots marked
`lot_known=False` were not confirmed; such a line trades in lots of 100 and the result says so.
"""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from functools import lru_cache

from newsfolio.assets import (
    HONG_KONG,
    HONG_KONG_CNY,
    MAINLAND,
    NEW_YORK,
    ONE_BY_ONE,
    TAXED,
    UNSAID,
    USD_COUNTERS,
    VENUES,
    Asset,
    Kind,
    Venue,
    venue_of,
)
from newsfolio.dated import Dated, Row, always
from newsfolio.errors import CommandError, UnknownName
from newsfolio.venues import rows_of

BP = 0.0001
_TREATY = "gross by default; US source dividends to a non-resident: 30 % without a treaty"
_H_SHARE = "mainland company listed in Hong Kong: 10 %"
_US_STOCK = always(0.30, _TREATY)
_NONE = always(0.0, "none is withheld: not a mainland company, by its row in this list")
_TSM = Dated((Row(None, 0.20, "Taiwan; recalled"), Row(date(2018, 1, 1), 0.21, "Taiwan; recalled")))
_TENTH = always(0.10, _H_SHARE)
_CONNECT = always(0.10, "A-shares through Stock Connect: 10 %")

_US_BORROW, _ADR_BORROW, _CHINA_FUND_BORROW = 0.003, 0.005, 0.015

_COMPANIES_IN = {
    "China": ("BABA JD BIDU NTES PDD TCOM BILI NIO LI XPEV GDS KC TME KWEB FXI MCHI CQQQ PGJ ASHR"),
    "Taiwan": "TSM ^TWII EWT",
    "South Korea": "EWY ^KS11",
    "India": "INDA",
    "Japan": "EWJ ^N225",
    "Emerging markets": "EEM IEMG VWO",
    "Emerging markets without China": "EMXC XCEM",
    "Developed markets without the United States": "EFA",
    "World": "ACWI GLD",
    "World without the United States": "ACWX VXUS",
}
"""Lines whose companies are not in the country of their venue; gold belongs to no country."""

_COUNTRY = {
    ticker: country for country, tickers in _COMPANIES_IN.items() for ticker in tickers.split()
}


def _us(ticker: str, name: str, listed: str = "", *, spread: float = 1) -> Asset:
    """A US company; `spread` is half of it, in basis points."""
    return Asset(
        ticker,
        NEW_YORK,
        Kind.STOCK,
        name,
        listed=date.fromisoformat(listed) if listed else None,
        withholding=_US_STOCK,
        half_spread=always(spread * BP, "judgement"),
        borrow=_US_BORROW,
        country=_COUNTRY.get(ticker, ""),
    )


def _adr(
    ticker: str, name: str, listed: str, *, fee: float, spread: float, borrow: float = _ADR_BORROW
) -> Asset:
    """A depositary receipt; `fee` is the depositary's a year, in USD a share."""
    share = _us(ticker, name, listed, spread=spread)
    return dataclasses.replace(share, withholding=_NONE, borrow=borrow, adr_fee=fee)


def _us_fund(
    ticker: str, name: str, listed: str, *, spread: float = 1, borrow: float = _US_BORROW,
    stand_in: tuple[str, ...] = (), proxy: str = "",
) -> Asset:  # fmt: skip
    """An exchange-traded fund in the United States."""
    share = _us(ticker, name, listed, spread=spread)
    return dataclasses.replace(share, kind=Kind.ETF, borrow=borrow, stand_in=stand_in, proxy=proxy)


def _hk(
    ticker: str, name: str, listed: str, lot: int | Dated[int] | None, *, stand_in: str = "",
    withholding: Dated[float] = _NONE, etf: bool = False,
) -> Asset:  # fmt: skip
    """A Hong Kong line; its half-spread floor is 2 bp, half a tick where that is more."""
    return Asset(
        ticker,
        HONG_KONG,
        Kind.ETF if etf else Kind.STOCK,
        name,
        listed=date.fromisoformat(listed) if listed else None,
        lot=lot if isinstance(lot, Dated) else always(lot or 100),
        lot_known=lot is not None,
        withholding=withholding,
        half_spread=always(2 * BP, "judgement"),
        stand_in=(stand_in,) if stand_in else (),
        country=_COUNTRY.get(ticker, ""),
    )


_ACCESS = {
    "SS": date(2014, 11, 17),
    "SZ": date(2016, 12, 5),
    "STAR": date(2021, 2, 1),
    "ETF": date(2022, 7, 4),
}
"""First days of Stock Connect by board: Shanghai, Shenzhen, STAR, exchange-traded funds."""


def _cn(ticker: str, name: str, listed: str, *, star: bool = False, etf: bool = False) -> Asset:
    """A mainland line through Stock Connect; the STAR board trades 200 shares and then by one."""
    return Asset(
        ticker,
        MAINLAND,
        Kind.ETF if etf else Kind.STOCK,
        name,
        listed=date.fromisoformat(listed) if listed else None,
        lot=always(100),
        withholding=_CONNECT,
        half_spread=always(3 * BP, "judgement"),
        star=star,
        access=_ACCESS["ETF" if etf else "STAR" if star else ticker[-2:]],
    )


def _index(ticker: str, name: str, venue: Venue | None = None) -> Asset:
    country = _COUNTRY.get(ticker, "")
    return Asset(ticker, venue or venue_of(ticker), Kind.INDEX, name, country=country)


_BYD_LOT = Dated((Row(None, 500), Row(date(2025, 9, 19), 100, "company notice of the new lot")))

KNOWN: dict[str, Asset] = {
    asset.ticker: asset
    for asset in (
        # United States
        _us("AAPL", "Apple"),
        _us("MSFT", "Microsoft"),
        _us("AMZN", "Amazon"),
        _us("NVDA", "Nvidia"),
        _us("GOOGL", "Alphabet"),
        _us("TSLA", "Tesla", "2010-06-29"),
        _us("META", "Meta Platforms", "2012-05-18"),
        _us("AVGO", "Broadcom"),
        _us("AMD", "AMD"),
        _us("ORCL", "Oracle"),
        _us("PLTR", "Palantir", "2020-09-30"),
        dataclasses.replace(
            _adr("TSM", "TSMC ADR", "1997-10-08", fee=0.0, spread=2, borrow=_US_BORROW),
            withholding=_TSM,
        ),
        # Chinese companies listed in the United States
        _adr("BABA", "Alibaba ADR", "2014-09-19", fee=0.02, spread=2),
        _adr("JD", "JD.com ADR", "2014-05-22", fee=0.02, spread=2),
        _adr("BIDU", "Baidu ADR", "2005-08-05", fee=0.02, spread=2),
        _adr("NTES", "NetEase ADR", "2000-06-30", fee=0.02, spread=2),
        _adr("PDD", "PDD ADR", "2018-07-26", fee=0.0, spread=2),
        _adr("TCOM", "Trip.com ADR", "2003-12-09", fee=0.0, spread=5),
        _adr("BILI", "Bilibili ADR", "2018-03-28", fee=0.0, spread=10),
        _adr("NIO", "NIO ADR", "2018-09-12", fee=0.0, spread=10),
        _adr("LI", "Li Auto ADR", "2020-07-30", fee=0.0, spread=10),
        _adr("XPEV", "XPeng ADR", "2020-08-27", fee=0.0, spread=10),
        _adr("GDS", "GDS ADR", "2016-11-02", fee=0.0, spread=10),
        _adr("KC", "Kingsoft Cloud ADR", "2020-05-08", fee=0.0, spread=10),
        _adr("TME", "Tencent Music ADR", "2018-12-12", fee=0.0, spread=10),
        # US funds
        _us_fund("SPY", "S&P 500", "1993-01-29"),
        _us_fund("QQQ", "Nasdaq 100", "1999-03-10"),
        _us_fund("SMH", "US semiconductors", "2000-06-05"),
        _us_fund("SOXX", "US semiconductors (ICE)", "2001-07-13"),
        _us_fund("XLK", "US technology", "1998-12-22"),
        _us_fund("QQQE", "Nasdaq 100, equal weights", "2012-03-21", spread=5),
        _us("CRM", "Salesforce"),
        _us("NOW", "ServiceNow", "2012-06-29"),
        _us("VST", "Vistra", "2016-10-05", spread=2),
        _us("VRT", "Vertiv", "2018-08-02", spread=2),
        _us_fund("IGV", "US software", "2001-07-13", spread=2),
        _us_fund(
            "MAGS",
            "Magnificent Seven",
            "2023-11-09",
            spread=2,
            proxy="before 2023-11-09 the fund was a discretionary one under another name",
        ),
        _us_fund("KWEB", "China internet", "2013-07-31", spread=2, borrow=_CHINA_FUND_BORROW),
        _us_fund("FXI", "China large caps", "2004-10-05", spread=2, borrow=_CHINA_FUND_BORROW),
        _us_fund("MCHI", "MSCI China", "2011-03-29", spread=2, borrow=_CHINA_FUND_BORROW),
        _us_fund("CQQQ", "China technology", "2009-12-08", spread=5, borrow=_CHINA_FUND_BORROW),
        _us_fund("PGJ", "Golden Dragon China", "2004-12-09", spread=5, borrow=_CHINA_FUND_BORROW),
        _us_fund("ASHR", "CSI 300", "2013-11-06", spread=2, borrow=_CHINA_FUND_BORROW),
        _us_fund("ACWI", "World equities", "2008-03-26"),
        _us_fund("ACWX", "World ex US", "2008-03-26"),
        _us_fund("VXUS", "World ex US (FTSE)", "2011-01-26"),
        _us_fund("EEM", "Emerging markets", "2003-04-07"),
        _us_fund("IEMG", "Emerging markets (core)", "2012-10-18"),
        _us_fund("VWO", "Emerging markets (FTSE)", "2005-03-04"),
        _us_fund("EFA", "Developed ex US", "2001-08-14"),
        _us_fund(
            "EMXC",
            "Emerging markets ex China",
            "2017-07-18",
            spread=2,
            stand_in=("XCEM",),
        ),
        _us_fund(
            "XCEM",
            "Emerging markets ex China (Columbia)",
            "2015-09-02",
            spread=5,
            stand_in=("EWY", "INDA"),
            proxy="stands in for EMXC",
        ),
        _us_fund(
            "EWY",
            "South Korea",
            "2000-05-09",
            proxy="with INDA a proxy of emerging markets without China",
        ),
        _us_fund(
            "INDA",
            "India",
            "2012-02-02",
            proxy="with EWY a proxy of emerging markets without China",
        ),
        _us_fund("BIL", "US treasury bills", "2007-05-25"),
        _us_fund("SHY", "US treasuries, 1 to 3 years", "2002-07-22"),
        _us_fund("IEF", "US treasuries, 7 to 10 years", "2002-07-22"),
        _us_fund("TLT", "US treasuries, 20 years on", "2002-07-22"),
        _us_fund("AGG", "US bonds", "2003-09-22"),
        _us_fund("GLD", "Gold", "2004-11-18"),
        # Hong Kong
        _hk("9988.HK", "Alibaba", "2019-11-26", 100, stand_in="BABA"),
        _hk("0700.HK", "Tencent", "2004-06-16", 100),
        _hk("3690.HK", "Meituan", "2018-09-20", 100),
        _hk("1810.HK", "Xiaomi", "2018-07-09", 200),
        _hk("1211.HK", "BYD", "2002-07-31", _BYD_LOT, withholding=_TENTH),
        _hk("9618.HK", "JD.com", "2020-06-18", 50, stand_in="JD"),
        _hk("9999.HK", "NetEase", "2020-06-11", 100, stand_in="NTES"),
        _hk("9888.HK", "Baidu", "2021-03-23", 50, stand_in="BIDU"),
        _hk("0175.HK", "Geely", "", 1000),
        _hk("0981.HK", "SMIC", "2004-03-18", 500),
        _hk("1024.HK", "Kuaishou", "2021-02-05", 100),
        _hk("9961.HK", "Trip.com", "2021-04-19", 50, stand_in="TCOM"),
        _hk("9626.HK", "Bilibili", "2021-03-29", 20, stand_in="BILI"),
        _hk("9866.HK", "NIO", "2022-03-10", 10, stand_in="NIO"),
        _hk("2015.HK", "Li Auto", "2021-08-12", 100, stand_in="LI"),
        _hk("9868.HK", "XPeng", "2021-07-07", 100, stand_in="XPEV"),
        _hk("0992.HK", "Lenovo", "1994-02-14", 2000),
        _hk("1347.HK", "Hua Hong", "2014-10-15", 1000),
        _hk("0268.HK", "Kingdee", "2001-02-15", None),
        _hk("3888.HK", "Kingsoft", "2007-10-09", None),
        _hk("0020.HK", "SenseTime", "2021-12-30", None),
        _hk("9698.HK", "GDS", "2020-11-02", None, stand_in="GDS"),
        _hk("3896.HK", "Kingsoft Cloud", "2022-12-30", None, stand_in="KC"),
        _hk("0763.HK", "ZTE", "2004-12-09", None, withholding=_TENTH),
        _hk("6618.HK", "JD Health", "2020-12-08", None),
        _hk("2269.HK", "WuXi Biologics", "2017-06-13", None),
        _hk("1801.HK", "Innovent", "2018-10-31", None),
        _hk("1093.HK", "CSPC", "1994-06-21", None),
        _hk("6160.HK", "BeiGene", "2018-08-08", None),
        _hk("2800.HK", "Hang Seng tracker", "1999-11-12", 500, etf=True),
        _hk("3033.HK", "Hang Seng TECH", "2020-08-28", 200, etf=True),
        _hk("3069.HK", "Hang Seng Biotech", "2021-03-18", None, etf=True),
        _hk("3067.HK", "Hang Seng TECH (iShares)", "2020-09-17", 100, etf=True),
        # Mainland, through Stock Connect
        _cn("688256.SS", "Cambricon", "2020-07-20", star=True),
        _cn("688981.SS", "SMIC", "2020-07-16", star=True),
        _cn("300308.SZ", "Innolight", "2012-04-10"),
        _cn("300502.SZ", "Eoptolink", "2016-03-03"),
        _cn("002230.SZ", "iFlytek", "2008-05-12"),
        _cn("600588.SS", "Yonyou", "2001-05-18"),
        _cn("600519.SS", "Kweichow Moutai", "2001-08-27"),
        _cn("002594.SZ", "BYD", "2011-06-30"),
        _cn("512930.SS", "CSI AI theme", "", etf=True),
        # Indices whose tickers do not show what they are
        _index("^HSI", "Hang Seng index", HONG_KONG),
        _index("^HSCE", "Hang Seng China Enterprises index", HONG_KONG),
        _index("HSTECH.HK", "Hang Seng TECH index"),
        _index("000300.SS", "CSI 300 index"),
        _index("000001.SS", "Shanghai Composite index"),
        _index("399006.SZ", "ChiNext index"),
        _index("000688.SS", "STAR 50 index"),
    )
}


TRUSTS = {
    asset.ticker: dataclasses.replace(asset, kind=Kind.REIT)
    for asset in (
        _hk("0823.HK", "Link REIT", "2005-11-25", 100),
        _hk("0778.HK", "Fortune REIT", "2003-08-12", None),
        _hk("2778.HK", "Champion REIT", "2006-05-24", None),
        _hk("0435.HK", "Sunlight REIT", "2006-12-21", None),
        _hk("0405.HK", "Yuexiu REIT", "2005-12-21", None),
        _hk("0808.HK", "Prosperity REIT", "2005-12-16", None),
        _hk("1881.HK", "Regal REIT", "2007-03-30", None),
        _hk("1426.HK", "Spring REIT", "2013-12-05", None),
        _hk("1503.HK", "China Merchants Commercial REIT", "2019-12-10", None),
        _hk("2191.HK", "SF REIT", "2021-05-17", None),
        dataclasses.replace(
            _hk("87001.HK", "Hui Xian REIT", "2011-04-29", None), venue=HONG_KONG_CNY
        ),
    )
}
"""Real estate investment trusts of Hong Kong; their days of listing are recalled."""

_TICKER = re.compile(r"\^?[A-Z0-9&]+(-[A-Z0-9]+)?(\.[A-Z0-9]+)?(=X|=ECB)?")
_CLASS_SHARE = re.compile(r"[A-Z]{1,5}[./ ][ABC]")
"""As other vendors write a class of shares; no venue of Yahoo's has these letters alone."""


def asset_of(line: str | Asset) -> Asset:
    """The asset behind a ticker: a known row, else what its suffix tells; CommandError if none.

    An unknown Hong Kong or mainland line trades in lots of 100, and says that it is assumed; other
    markets' rows tell (`newsfolio/venues`), and complete what a declared line does not say.
    """
    if isinstance(line, Asset):
        return _completed(line)
    return KNOWN.get(line) or TRUSTS.get(line) or _by_suffix(line)


@lru_cache(maxsize=20_000)
def _by_suffix(line: str) -> Asset:
    """What a ticker that has no row tells; thousands are asked for more than once."""
    if _CLASS_SHARE.fullmatch(line):
        raise CommandError(f"{line}: Yahoo writes {re.sub('[./ ]', '-', line)}")
    if not _TICKER.fullmatch(line):
        raise UnknownName("ticker", line, KNOWN, "Tickers are written as Yahoo does: SPY, 0700.HK.")
    venue, country = venue_of(line), _COUNTRY.get(line, "")
    if line.startswith("^"):
        return Asset(line, venue, Kind.INDEX, country=country)
    if line.endswith(("=X", "=ECB")):
        return Asset(line, venue, Kind.CURRENCY)
    if venue is NEW_YORK:
        kind = _kind_of(line, venue)
        return Asset(line, venue, kind, withholding=_US_STOCK, country=country)
    if venue.code == HONG_KONG.code:
        return _hong_kong(line, venue)
    if venue.code != MAINLAND.code:
        return _by_rows(line, venue)
    share = _cn(line, "", "", star=line.startswith(("688", "689")))
    return share if venue is MAINLAND else dataclasses.replace(share, venue=venue, access=None)


def _by_rows(line: str, venue: Venue) -> Asset:
    """A line of which its market's rows are all that is known."""
    return _completed(Asset(line, venue, _kind_of(line, venue)))


def _kind_of(line: str, venue: Venue) -> Kind:
    """What the rows of its market take a ticker for."""
    rows = rows_of(venue.code)
    kinds = (kind for pattern, kind in rows.kinds if re.fullmatch(pattern, line)) if rows else ()
    return next(iter(kinds), Kind.STOCK)


def _completed(line: Asset) -> Asset:
    """A declared line, with what its market's rows say of it; of the first three it says all."""
    rows = rows_of(line.venue.code) if line.tradable and line.venue.code not in VENUES else None
    if rows is None:
        return line
    kind = _kind_of(line.ticker, line.venue) if line.kind is Kind.STOCK else line.kind
    others = {Kind.ETF: rows.withholding_of_funds, Kind.REIT: rows.withholding_of_trusts}
    withholding = others.get(kind) or rows.withholding
    spared = (why for pattern, why in rows.untaxed if re.fullmatch(pattern, line.ticker))
    why = next(spared, "")
    return dataclasses.replace(
        line,
        kind=kind,
        lot=rows.lot if line.lot == ONE_BY_ONE else line.lot,
        withholding=withholding if line.withholding == UNSAID else line.withholding,
        taxed=always(False, why) if why and line.taxed == TAXED else line.taxed,
    )


def _hong_kong(line: str, venue: Venue) -> Asset:
    """A Hong Kong line without a row, or a counter in another currency of one that has a row."""
    of = USD_COUNTERS.get(line, line[1:] if venue is HONG_KONG_CNY else "")
    row = KNOWN.get(of) or TRUSTS.get(of)
    if row is None:
        kind = Kind.ETF if line in USD_COUNTERS else Kind.STOCK
        return Asset(line, venue, kind, lot=always(100), lot_known=False)
    name = f"{row.name}, {venue.currency} counter"
    return dataclasses.replace(row, ticker=line, venue=venue, name=name, listed=None, stand_in=())
