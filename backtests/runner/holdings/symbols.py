"""Which line of a strategy a broker's symbol means: 00700, 700 HK, BRK B, sh600519, US0378331005.

A symbol is held against the lines that the strategy has, so nothing is guessed of other lines: the
codes must agree, the venue where the file tells it, and the currency where the file tells that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backtests.runner.holdings.statement import Position
from newsfolio.assets import Asset

Suffixes = frozenset[str] | None

UNITED_STATES = frozenset({""})

PLACES: Mapping[str, Suffixes] = {
    place: frozenset(suffixes.split(",")) if suffixes != "US" else UNITED_STATES
    for places, suffixes in (
        # Interactive Brokers' exchanges; recalled
        ("NASDAQ NYSE ARCA AMEX BATS PINK IEX NYSENAT", "US"),
        ("SEHK HKEX HKG", "HK"), ("SEHKNTL SHSE SHA", "SS"), ("SEHKSZSE SZSE SHE", "SZ"),
        ("LSE LSEETF LSEIOB1 LON", "L,IL"), ("IBIS IBIS2 XETRA ETR", "DE"), ("FWB FWB2 FRA", "F"),
        ("SBF", "PA"), ("AEB AMS", "AS"), ("ENEXT.BE", "BR"), ("BVL", "LS"),
        ("BVME BVME.ETF", "MI"),
        ("BM", "MC"), ("EBS", "SW"), ("SFB", "ST"), ("CPH", "CO"), ("HEX", "HE"), ("OSE", "OL"),
        ("WSE", "WA"), ("VSE", "VI"), ("TASE", "TA"), ("TSE", "TO"), ("VENTURE TSXV", "V"),
        ("TSEJ TYO", "T"), ("KSE KRX", "KS,KQ"), ("TWSE TPE", "TW,TWO"), ("SGX", "SI"),
        ("ASX", "AX"), ("NSE", "NS"), ("BSE", "BO"), ("MEXI", "MX"), ("JSE", "JO"),
        # prefixes of Futu and of mainland programs
        ("US", "US"), ("HK", "HK"), ("SH", "SS"), ("SZ", "SZ"), ("BJ", "BJ"), ("JP", "T"),
        # Bloomberg's countries; recalled
        ("UN UW UQ UR", "US"), ("LN", "L"), ("GR GY", "DE"), ("FP", "PA"), ("NA", "AS"),
        ("IM", "MI"), ("SM", "MC"), ("SW SE", "SW"), ("JT", "T"), ("CH C1 C2", "SS,SZ"),
        ("CG", "SS"), ("CS", "SZ"), ("TT", "TW,TWO"), ("AU AT", "AX"), ("CT", "TO"),
    )
    for place in places.split()
}  # fmt: skip
"""Yahoo's suffixes behind what others call a venue."""

_ALSO_WRITTEN = {"CNH": "CNY", "GBX": "GBP", "GBP.": "GBP", "GBPENCE": "GBP", "ZAC": "ZAR"}
"""Currencies that are another's, or a part of it."""

_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")


@dataclass(frozen=True)
class VenueCode:
    """A code as a venue has it, and Yahoo's suffixes of the venues that it may be; None: any."""

    code: str
    suffixes: Suffixes = None


def currency_of(text: str) -> str:
    """Three letters as everybody writes them."""
    return _ALSO_WRITTEN.get(text.upper(), text.upper())


def is_isin(symbol: str) -> bool:
    """Whether it has the shape of an ISIN."""
    return bool(_ISIN.fullmatch(symbol.upper()))


def mainland(code: str) -> Suffixes:
    """The venue of six digits, by the ranges that Shanghai, Shenzhen and Beijing keep."""
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    if code.startswith(("4", "8", "92")):
        return frozenset({"BJ"})
    return frozenset({"SS"} if code[0] in "569" else {"SZ"})


def readings_of(symbol: str) -> list[VenueCode]:
    """All that a symbol can be, venue and code apart."""
    text = " ".join(symbol.upper().split()).removesuffix(" EQUITY")
    readings = [VenueCode(text)]
    for pattern, at, place in (
        (r"([A-Z]+)[.:](.+)", 2, 1),  # HK.00700, HKG:0700
        (r"(SH|SZ|BJ)([0-9]{6})", 2, 1),  # sh600519
        (r"(HK)([0-9]{5})", 2, 1),  # hk00700
        (r"(\S+) ([A-Z][A-Z0-9])", 1, 2),  # 700 HK
        (r"(.+)\.(SH|HK|SZ|BJ|US)", 1, 2),  # 600519.SH
    ):
        match = re.fullmatch(pattern, text)
        if match and match[place] in PLACES:
            readings.append(VenueCode(match[at], PLACES[match[place]]))
    code, dot, suffix = text.rpartition(".")
    if dot and suffix.isalpha():
        readings.append(VenueCode(code, frozenset({suffix})))
    return readings


def lines_meant(position: Position, lines: Iterable[Asset]) -> list[Asset]:
    """The lines of a strategy that a position can be of; several where the file leaves it open."""
    wanted = [(_bare(reading.code), _venues(reading, position))
              for symbol in position.symbols for reading in readings_of(symbol)]  # fmt: skip
    meant = []
    for asset in lines:
        own, suffix = _own(asset.ticker)
        if position.currency and position.currency != currency_of(asset.currency):
            continue
        for code, suffixes in wanted:
            if code == own and (suffixes is None or suffix in suffixes):
                ours = mainland(own)
                if ours is None or suffix in ours or suffix not in ("SS", "SZ", "BJ"):
                    meant.append(asset)
                    break
    return meant


def spelled(position: Position) -> str:
    """A symbol as Yahoo would write it, where that is plain; else as the broker does."""
    symbol = position.symbols[0]
    for reading in readings_of(symbol)[::-1]:
        suffixes = _both(reading.suffixes, position.suffixes)
        code = re.sub(r"[ ./]", "-", reading.code)
        if position.currency == "HKD" and suffixes is None and code.isdigit():
            suffixes = frozenset({"HK"})
        if suffixes is not None and len(suffixes) == 1:
            (suffix,) = suffixes
            code = code.lstrip("0").zfill(4) if suffix == "HK" else code
            return f"{code}.{suffix}" if suffix else code
    return symbol


def _own(ticker: str) -> tuple[str, str]:
    """The bare code of one of our tickers, and its suffix."""
    code, dot, suffix = ticker.rpartition(".")
    return (_bare(code), suffix) if dot else (_bare(ticker), "")


def _bare(code: str) -> str:
    """A code without what brokers differ in: marks between letters, zeros before Hong Kong's."""
    plain = re.sub(r"[ ./-]", "", code.upper())
    return plain.lstrip("0") if plain.isdigit() and len(plain) <= 5 else plain


def _venues(reading: VenueCode, position: Position) -> Suffixes:
    """Where a code may trade; letters of which nothing tells it are Yahoo's, of New York."""
    suffixes = _both(reading.suffixes, position.suffixes)
    untold = suffixes is None and not position.currency
    return UNITED_STATES if untold and not reading.code.isdigit() else suffixes


def _both(suffixes: Suffixes, other: Suffixes) -> Suffixes:
    """What two statements of the venue leave."""
    if suffixes is None or other is None:
        return other if suffixes is None else suffixes
    return suffixes & other
