"""Funds that stand for what a thesis may be a mere bet on: a market, an asset class, a theme.

A strategy names its own (`proxies`); where it names none they follow from its lines, by the rows
below. Each fund tracks what its row says, by its issuer's page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from newsfolio.assets import Asset, Kind
from newsfolio.facts import Facts

Proxies = tuple[str | Asset, ...] | Mapping[str, str | Asset] | Facts
"""Tickers, tickers by name, or a table of factor returns."""


@dataclass(frozen=True)
class ProxyFund:
    """A fund and what it stands for.

    lines: those that it explains; empty where their country decides. alone: nothing else explains
    them, as nothing but gold explains a gold fund.
    """

    name: str
    ticker: str
    tracks: str
    lines: frozenset[str] = frozenset()
    alone: bool = True


def _fund(name: str, ticker: str, tracks: str, lines: str, *, alone: bool = True) -> ProxyFund:
    return ProxyFund(name, ticker, tracks, frozenset(lines.split()), alone)


BILLS = frozenset({"BIL", "SGOV", "SHV", "TBIL", "USFR", "CLTL", "GBIL"})
"""As good as cash: no fund explains them."""

CLASSES = (
    _fund("Gold", "GLD", "gold bullion", "GLD IAU GLDM IAUM SGOL BAR AAAU OUNZ PHYS"),
    _fund("Silver", "SLV", "silver bullion", "SLV SIVR PSLV"),
    _fund("Bonds", "IEF", "US treasuries of 7 to 10 years",
          "IEF TLT SHY IEI TLH GOVT VGIT VGLT VGSH EDV AGG BND SCHZ TIP SCHP STIP ZROZ"),
    _fund("Credit", "HYG", "US high-yield bonds", "HYG JNK USHY LQD VCIT VCSH BKLN EMB"),
    _fund("Oil", "USO", "WTI crude futures", "USO BNO DBO"),
    _fund("Commodities", "DBC", "futures on commodities", "DBC PDBC GSG COMT BCI"),
    _fund("Dollar", "UUP", "the dollar against six currencies", "UUP UDN"),
    _fund("Bitcoin", "BTC-USD", "bitcoin", "BTC-USD IBIT FBTC GBTC BITB ARKB HODL BITO"),
    _fund("Ether", "ETH-USD", "ether", "ETH-USD ETHA ETHE FETH"),
    _fund("Gold", "GLD", "gold bullion",
          "GDX GDXJ RING NEM AEM B GOLD KGC FNV WPM RGLD AU GFI", alone=False),
    _fund("Semiconductors", "SMH", "US-listed semiconductor companies",
          "SMH SOXX SOXQ XSD NVDA AVGO AMD TSM ASML MU INTC QCOM TXN AMAT LRCX KLAC MRVL ARM ADI "
          "NXPI ON MCHP 0981.HK 1347.HK 688981.SS 688256.SS", alone=False),
    _fund("Real estate", "VNQ", "US real estate", "VNQ IYR SCHH XLRE", alone=False),
)  # fmt: skip
"""What a line is, where that says more than its country."""

COUNTRIES: Mapping[str, ProxyFund] = {
    country: ProxyFund(country, ticker, tracks)
    for country, ticker, tracks in (
        ("United States", "SPY", "S&P 500"),
        ("China", "MCHI", "MSCI China"),
        ("Japan", "EWJ", "MSCI Japan"),
        ("South Korea", "EWY", "MSCI Korea 25/50"),
        ("Taiwan", "EWT", "MSCI Taiwan 25/50"),
        ("India", "INDA", "MSCI India"),
        ("Singapore", "EWS", "MSCI Singapore 25/50"),
        ("Malaysia", "EWM", "MSCI Malaysia"),
        ("Thailand", "THD", "MSCI Thailand IMI 25/50"),
        ("Indonesia", "EIDO", "MSCI Indonesia IMI 25/50"),
        ("Australia", "EWA", "MSCI Australia"),
        ("New Zealand", "ENZL", "MSCI New Zealand IMI 25/50"),
        ("United Kingdom", "EWU", "MSCI United Kingdom"),
        ("Germany", "EWG", "MSCI Germany"),
        ("France", "EWQ", "MSCI France"),
        ("Switzerland", "EWL", "MSCI Switzerland 25/50"),
        ("Netherlands", "EWN", "MSCI Netherlands IMI 25/50"),
        ("Italy", "EWI", "MSCI Italy 25/50"),
        ("Spain", "EWP", "MSCI Spain 25/50"),
        ("Belgium", "EWK", "MSCI Belgium IMI 25/50"),
        ("Sweden", "EWD", "MSCI Sweden 25/50"),
        ("Denmark", "EDEN", "MSCI Denmark IMI 25/50"),
        ("Norway", "ENOR", "MSCI Norway IMI 25/50"),
        ("Finland", "EFNL", "MSCI Finland IMI 25/50"),
        ("Ireland", "EIRL", "MSCI All Ireland capped"),
        ("Poland", "EPOL", "MSCI Poland IMI 25/50"),
        ("Turkey", "TUR", "MSCI Turkey IMI 25/50"),
        ("Israel", "EIS", "MSCI Israel capped IMI"),
        ("Saudi Arabia", "KSA", "MSCI Saudi Arabia IMI 25/50"),
        ("South Africa", "EZA", "MSCI South Africa 25/50"),
        ("Canada", "EWC", "MSCI Canada custom capped"),
        ("Mexico", "EWW", "MSCI Mexico IMI 25/50"),
        ("Brazil", "EWZ", "MSCI Brazil 25/50"),
        ("Emerging markets", "EEM", "MSCI Emerging Markets"),
        ("Emerging markets without China", "EEM", "MSCI Emerging Markets"),
        ("Developed markets without the United States", "EFA", "MSCI EAFE"),
        ("World without the United States", "ACWX", "MSCI ACWI ex USA"),
    )
}  # fmt: skip

WORLD = ProxyFund("World", "ACWI", "MSCI ACWI")
"""For a country without a row."""


def proxy_funds(asset: Asset) -> tuple[ProxyFund, ...]:
    """The funds that stand for a line: its class or theme, and its country's market; () none."""
    if asset.ticker in BILLS or not asset.tradable:
        return ()
    classes = tuple(row for row in CLASSES if asset.ticker in row.lines)
    if any(row.alone for row in classes):
        return classes
    if asset.kind is Kind.CRYPTO:
        return tuple(row for row in CLASSES if row.name == "Bitcoin")
    return (COUNTRIES.get(asset.country, WORLD), *classes)


def proxies_of_lines(assets: Iterable[Asset]) -> dict[str, str]:
    """Tickers of the funds that stand for some lines, by name, in the order of the lines."""
    funds = (fund for asset in assets for fund in proxy_funds(asset))
    return {fund.name: fund.ticker for fund in funds}
