"""Every assumption of a run in words."""

from __future__ import annotations

from backtests.runner.provenance import Provenance
from backtests.settings import CostTable, Dividends, Engine, Funding, Fx, Settings, Withholding
from markets.costs.models import CostModel
from markets.market import Market
from markets.reference.axis import closes_after_opens
from newsfolio.formatting import percent


def assumptions(
    market: Market, settings: Settings, costs: CostModel, origin: Provenance
) -> list[str]:
    """Every assumption in words, the ones that move numbers most first."""
    base = settings.currency
    sentences = [
        *((_PLAIN_FILLS,) if origin.plain else (_FILLS,)),
        f"Initial capital {settings.cash:,.0f} {base}, one cash account in {base}; before the "
        "investor's own tax.",
        _DIVIDENDS[settings.dividends],
        _WITHHOLDING[settings.withholding],
        _funding(settings, origin),
        "Exchange rates: " + _FX[settings.fx],
        *costs.notes(market.assets),
    ]
    if settings.flows:
        sentences.insert(1, _flows(settings))
    if settings.costs is CostTable.NONE:
        sentences.append("No fees, no half-spread, no borrow or holding fees.")
    if settings.impact:
        sentences.append(f"Square-root impact with coefficient {settings.impact:g}.")
    if settings.participation:
        sentences.append(
            f"At most {percent(settings.participation, 0)} of a line's median daily volume a day."
        )
    if origin.plain:
        sentences += _PLAIN
    sentences += closes_after_opens(market.assets)
    for sleeve in market.sleeves:
        if sleeve.hindsight:
            sentences.append(f"Hindsight in {sleeve.name}: {sleeve.hindsight}.")
    if market.missing:
        sentences.append(f"Without data here: {', '.join(market.missing)}.")
    if settings.engine is Engine.BACKTRADER and not origin.plain:
        sentences.append("backtrader matched every order and kept its own cash; both agree.")
    return sentences


def _flows(settings: Settings) -> str:
    rows = [str(flow) for flow in settings.flows or ()]
    more = f" and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
    return (
        f"Money in and out: {'; '.join(rows[:SHOWN])}{more}. It comes or leaves before the first "
        "open of its session, at the last exchange rate before it, and the next decision invests "
        "it unless it goes into targets; returns are time-weighted."
    )


SHOWN = 5
"""Flows that the assumptions name."""

_DIVIDENDS = {
    Dividends.CASH: "Dividends are paid in cash on the ex-date, where they are known as events.",
    Dividends.REINVEST: "Dividends are reinvested: total-return prices.",
}

_WITHHOLDING = {
    Withholding.NONE: "Dividends are gross.",
    Withholding.FOREIGN: "Dividends are net of the withholding tax of each line.",
}


def _funding(settings: Settings, origin: Provenance) -> str:
    funding = _PLAIN_FUNDING if origin.plain else _FUNDING
    spread, tolerance = percent(settings.credit_spread), percent(settings.tolerance, 0)
    return funding[settings.funding].format(spread=spread, tolerance=tolerance)


_FILLS = "Decided at the close of the venue that closes last, filled at each line's next open."

_PLAIN_FILLS = (
    "Orders fill as in backtrader's own broker, on each line's own bars with their highs and lows: "
    "market orders at the next open, limits and stops inside the bar (docs/method.md)."
)

_FUNDING = {
    Funding.CREDIT: "Purchases may run ahead of the sales that pay for them, up to those and "
    "{tolerance} of equity; credit costs the cash rate plus "
    "{spread} a year.",
    Funding.WAIT: "A cash account: purchases wait for the sales that pay for them.",
}

_FX = {
    Fx.ECB: "the European Central Bank's reference rates; fills at the last fixing before the "
    "session, valuations at the last one known; after the last fixing the source's own pairs.",
    Fx.SOURCE: "the data source's own, the last before the session.",
}

_CHECKED = (
    "Cash is checked as backtrader does, at the close of the order and at the fill; an order that "
    "it does not cover is rejected as Margin and listed. A debt costs the cash rate plus "
    "{spread} a year."
)

_PLAIN_FUNDING = {
    Funding.CREDIT: _CHECKED,
    Funding.WAIT: _CHECKED,
    Funding.LOAN: "Its broker lends without limit; credit costs the cash rate plus "
    "{spread} a year.",
}

_PLAIN = (
    "A plain backtrader strategy: it sees total-return bars in base currency and sizes its own "
    "orders; lots are not enforced.",
    "Idle cash earns nothing, as in backtrader; what debt and shorts cost is kept beside its "
    "broker and counts in the result.",
    "The two engines cannot be compared for such a strategy (--verify does not apply).",
)
