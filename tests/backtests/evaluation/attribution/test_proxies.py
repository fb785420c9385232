"""Alpha's proxies: from the lines that were held, from the strategy, from a file of factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests.evaluation.attribution.proxies import (
    HELD,
    ScoredReturns,
    alpha_of,
    held_proxies,
    read_factor_files,
)
from backtests.evaluation.schema import Alpha
from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from newsfolio import CommandError, Facts, Strategy
from tests.support.switch import DAYS, Made, line, noise

DIVIDE = "2022-01-03"
GOLD, STOCKS = noise(11), noise(12)
TICKERS = ("GLD", "SPY", "0700.HK", "MCHI", "BIL")


@dataclass(frozen=True)
class Gold(Strategy):
    """Two thirds of gold, the rest in bills."""

    universe = ("GLD", "BIL")

    def weights(self, view):
        return {"GLD": 0.66, "BIL": 0.34}


@dataclass(frozen=True)
class Named(Gold):
    proxies = {"Shares": "SPY", "Metal": "GLD"}


def of(strategy: Strategy, **settings: Any) -> Run:
    drawn = {"GLD": GOLD, "SPY": STOCKS, "BIL": np.full(len(DAYS), 0.0001)}
    lines = {ticker: line(ticker, returns) for ticker, returns in drawn.items()}
    wanted = Settings(**({"engine": "kernel", "start": DIVIDE, "costs": "none"} | settings))
    return run_strategy(strategy, Made(lines), wanted)


def scored(run: Run, until: str | None = None) -> ScoredReturns:
    equity = run.account.equity[:until]
    returns = equity.pct_change().iloc[1:]
    years = (equity.index[-1] - equity.index[0]).days / 365.25
    return ScoredReturns(pd.DatetimeIndex(equity.index), returns, returns * 0, years)


def names(alpha: Alpha) -> list[tuple[str, str]]:
    return [(beta.name, beta.ticker) for beta in alpha.betas]


def test_a_gold_thesis_is_explained_by_gold() -> None:
    run = of(Gold())
    alpha = alpha_of(run, scored(run))
    assert (alpha.basis, names(alpha)) == (HELD, [("Gold", "GLD")])
    assert alpha.betas[0].beta == pytest.approx(0.66, abs=0.02)
    assert alpha.r_squared == pytest.approx(1, abs=0.01)


def test_a_strategy_names_its_own() -> None:
    run = of(Named())
    alpha = alpha_of(run, scored(run))
    assert alpha.basis == "named by the strategy"
    assert names(alpha) == [("Shares", "SPY"), ("Metal", "GLD")]
    assert alpha.betas[0].beta == pytest.approx(0, abs=0.02)


def test_betas_t_r_squared_and_the_rest_are_those_of_statsmodels() -> None:
    """And what the proxies explain, with what is left, is the whole return beyond cash."""
    from statsmodels.api import OLS, add_constant

    run = of(Named())
    returns = scored(run)
    alpha = alpha_of(run, returns)
    moves = pd.DataFrame({"SPY": STOCKS, "GLD": GOLD}, index=DAYS).loc[returns.own.index]
    both = pd.concat([moves, moves.shift().add_suffix(" before")], axis=1).iloc[1:]
    fit = OLS(returns.own.iloc[1:], add_constant(both)).fit(
        cov_type="HAC", cov_kwds={"maxlags": alpha.lags}
    )
    for beta, ticker in zip(alpha.betas, ("SPY", "GLD"), strict=True):
        tested = fit.t_test([float(name.startswith(ticker)) for name in fit.params.index])
        assert beta.beta == pytest.approx(tested.effect[0], abs=1e-9)
        assert beta.t == pytest.approx(tested.tvalue.item(), rel=1e-6)
    a_year = len(returns.own) / returns.years
    assert alpha.r_squared == pytest.approx(fit.rsquared, abs=1e-9)
    assert alpha.alpha.value == pytest.approx(fit.params["const"] * a_year, abs=1e-9)
    assert alpha.t == pytest.approx(fit.tvalues["const"], rel=1e-6)
    parts = sum(beta.part or 0 for beta in alpha.betas)
    assert parts + (alpha.alpha.value or 0) == pytest.approx(returns.own.iloc[1:].mean() * a_year)


def test_what_was_hardly_held_is_no_proxy() -> None:
    @dataclass(frozen=True)
    class Mostly(Gold):
        universe = ("GLD", "SPY", "BIL")

        def weights(self, view):
            return {"GLD": 0.9, "SPY": 0.03}

    run = of(Mostly())
    assert held_proxies(run, run.account.sessions) == {"Gold": "GLD"}
    idle = alpha_of(run, scored(run, DIVIDE))
    assert idle.why


@pytest.mark.parametrize(
    ("proxies", "why"),
    [
        (("^GSPC", "SPY"), "without ^GSPC: a level has no dividends, name a fund that follows it"),
        (("EWJ", "GLD", "UUP"), "without EWJ, UUP: no data for it here"),
    ],
)
def test_proxies_that_are_missing_are_named(proxies: tuple[str, ...], why: str) -> None:
    kind = type("Missing", (Gold,), {"proxies": proxies})
    run = of(kind())
    assert alpha_of(run, scored(run)).why == why


# --- factors -----------------------------------------------------------------------------------

FACTORS = pd.DataFrame({"Mkt-RF": noise(21), "HML": noise(22)}, index=DAYS)


def french(returns: pd.DataFrame, form: str = "%Y%m%d") -> str:
    """In the shape of the published file: prose, percent, a foot."""
    rows = [f"{day:{form}},{row.iloc[0] * 100:.8f},{row.iloc[1] * 100:.8f},0.0100"
            for day, row in returns.iterrows()]  # fmt: skip
    head = "This file was made up for a test.\r\n\r\n,Mkt-RF,HML,RF\r\n"
    return head + "\r\n".join(rows) + "\r\n\r\nCopyright of nobody\r\n"


def written(folder: Path, text: str, name: str = "factors.csv") -> Path:
    (folder / name).write_text(text, newline="")
    return folder / name


def planted(run: Run, seed: int = 5) -> ScoredReturns:
    """Returns with betas of .7 and -.3 to the factors of the same session, and .0004 beyond."""
    days = run.account.sessions
    own = FACTORS.loc[days] @ [0.7, -0.3] + 0.0004 + noise(seed, 0.001)[: len(days)] - 0.0003
    return ScoredReturns(days, own.iloc[1:], own.iloc[1:] * 0, (days[-1] - days[0]).days / 365.25)


def test_a_daily_file_of_factors(tmp_path: Path) -> None:
    """Nothing is subtracted from factors; RF is none; those of the last days are not out yet."""
    run = of(Gold())
    file = written(tmp_path, french(FACTORS[:"2024-10-31"]))  # type: ignore[misc]
    alpha = alpha_of(run, planted(run), read_factor_files([file]))
    assert alpha.basis == "factors of factors.csv"
    assert alpha.why == "factors of factors.csv end on 2024-10-31"
    assert names(alpha) == [("Mkt-RF", ""), ("HML", "")]
    assert [beta.beta for beta in alpha.betas] == pytest.approx([0.7, -0.3], abs=0.02)
    assert alpha.alpha.value == pytest.approx(0.0004 * 251, abs=0.03)
    assert not alpha.monthly


def test_nothing_is_subtracted_from_factors(tmp_path: Path) -> None:
    """With interest in own returns and cash alike, what is beyond cash is explained as without."""
    run = of(Gold())
    factors = read_factor_files([written(tmp_path, french(FACTORS))])
    bare = planted(run)
    paid = ScoredReturns(bare.days, bare.own + 0.001, bare.own * 0 + 0.001, bare.years)
    first, other = alpha_of(run, bare, factors), alpha_of(run, paid, factors)
    assert other.alpha.value == pytest.approx(first.alpha.value, abs=1e-12)
    assert [beta.beta for beta in other.betas] == pytest.approx([beta.beta for beta in first.betas])


def test_days_on_which_only_the_factors_moved_are_added_up(tmp_path: Path) -> None:
    """A run that lacks every second session sees two days of factors at once."""
    run = of(Gold())
    file = written(tmp_path, french(FACTORS))
    whole = planted(run)
    days = whole.days[::2]
    level = (1 + whole.own).cumprod().reindex(days).fillna(1.0)
    own = level.pct_change().iloc[1:]
    alpha = alpha_of(run, ScoredReturns(days, own, own * 0, whole.years), read_factor_files([file]))
    assert [beta.beta for beta in alpha.betas] == pytest.approx([0.7, -0.3], abs=0.05)


def test_a_monthly_file_is_met_on_whole_months(tmp_path: Path) -> None:
    from statsmodels.api import OLS, add_constant

    run = of(Gold(), start="2021-01-05")
    whole = planted(run)
    by_month = (1 + FACTORS).groupby(FACTORS.index.to_period("M")).prod() - 1
    file = written(tmp_path, french(by_month, "%Y%m"))
    alpha = alpha_of(run, whole, read_factor_files([file]))
    assert alpha.monthly
    own = (1 + whole.own).groupby(whole.own.index.to_period("M")).prod() - 1
    fit = OLS(own[1:], add_constant(by_month.loc[own.index[1:]])).fit()
    assert len(own[1:]) == 47  # February 2021 to December 2024
    assert [beta.beta for beta in alpha.betas] == pytest.approx(list(fit.params[1:]), abs=1e-6)
    assert alpha.alpha.value == pytest.approx(fit.params.iloc[0] * 12, abs=1e-6)
    cut = of(Gold(), start="2022-06-01")
    assert (
        "30 whole months; the regression needs 36"
        in alpha_of(cut, planted(cut), read_factor_files([file])).why
    )


def test_files_of_several_regions_carry_their_names(tmp_path: Path) -> None:
    files = [written(tmp_path, french(FACTORS), f"{name}.csv") for name in ("Europe", "Japan")]
    factors = read_factor_files(files)
    assert factors is not None
    assert list(factors.returns) == ["Europe Mkt-RF", "Europe HML", "Japan Mkt-RF", "Japan HML"]
    by_month = written(tmp_path, french(FACTORS.iloc[::21], "%Y%m"), "monthly.csv")
    with pytest.raises(CommandError, match="do not go together"):
        read_factor_files([files[0], by_month])
    assert read_factor_files([]) is None


def test_factors_are_in_dollars(tmp_path: Path) -> None:
    run = of(Gold(), currency="EUR")
    alpha = alpha_of(run, scored(run), read_factor_files([written(tmp_path, french(FACTORS))]))
    assert alpha.why == "factors of factors.csv are in dollars, the run in EUR: run it in USD"


def test_a_strategy_may_name_a_table_of_factors() -> None:
    rows = tuple((f"{day:%Y-%m-%d}", *map(float, row)) for day, row in FACTORS.iterrows())

    @dataclass(frozen=True)
    class WithFactors(Gold):
        proxies = Facts("factors", ("Mkt-RF", "HML"), known="date", lag=20, rows=rows)

    run = of(WithFactors())
    assert "SPY" not in run.bars
    alpha = alpha_of(run, planted(run))
    assert alpha.basis == "factors of factors"
    assert [beta.beta for beta in alpha.betas] == pytest.approx([0.7, -0.3], abs=0.02)


@pytest.mark.parametrize(
    "value", [{"Gold": 3}, {1: "GLD"}, "GLD", ("GLD", None), Facts("f", text=("a",))]
)
def test_what_cannot_be_proxies_is_refused(value: object) -> None:
    from newsfolio import StrategyError

    kind: Any = type("Wrong", (Gold,), {"proxies": value})
    with pytest.raises(StrategyError, match=r"Wrong\.proxies is"):
        kind()


def test_proxies_are_a_mapping_or_tickers() -> None:
    assert isinstance(Named.proxies, Mapping)
