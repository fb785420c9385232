"""Alpha and betas: against published numbers, planted exposures, and where there are none."""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
import pandas as pd
import pytest

from backtests.evaluation.schema import Alpha
from backtests.evaluation.statistics.regression import alpha, bartlett_lags, newey_west

TICKERS = {"US": "SPY", "China": "MCHI"}


def daily(values: np.ndarray) -> pd.Series:
    return pd.Series(
        values, index=pd.date_range("2024-01-01", periods=len(values)), dtype="float64"
    )


def draws(sessions: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0003, 0.01, sessions)


def market(sessions: int) -> pd.DataFrame:
    return pd.DataFrame({"US": daily(draws(sessions, 1)), "China": daily(draws(sessions, 2))})


def lagged(values: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], values[:-1]])


def of(own: pd.Series, proxies: pd.DataFrame, cash: float = 0.0, years: float = 1.0) -> Alpha:
    return alpha(own, daily(np.full(len(own), cash)), proxies, TICKERS, years)


def test_the_nasdaq_on_the_sp500_as_published() -> None:
    """1999 to 2018, daily, ten lags: the error of beta is three times the ordinary one."""
    nasdaq = pytest.importorskip("arch.data.nasdaq", reason="the series come with arch")
    sp500 = pytest.importorskip("arch.data.sp500", reason="the series come with arch")
    first, other = (
        module.load()["Adj Close"].pct_change().dropna().to_numpy() for module in (nasdaq, sp500)
    )
    fit = newey_west(first, other[:, None], 10)
    value, error = fit.sum_of([0])
    assert value == pytest.approx(9.381e-5, abs=5e-9)
    assert value / error == pytest.approx(0.909, abs=5e-4)
    value, error = fit.sum_of([1])
    assert value == pytest.approx(1.17549, abs=5e-6)
    assert value / error == pytest.approx(41.8, abs=0.05)


def test_newey_west_without_lags_by_hand() -> None:
    """White's errors: (X'X)^-1 X' diag(e^2) X (X'X)^-1."""
    x, y = draws(50, 3), draws(50, 4)
    design = np.column_stack([np.ones(50), x])
    inverse = np.linalg.inv(design.T @ design)
    left = y - design @ (inverse @ design.T @ y)
    covariance = inverse @ (design.T * left**2) @ design @ inverse
    fit = newey_west(y, x[:, None], 0)
    assert fit.covariance == pytest.approx(covariance, rel=1e-9)
    assert fit.sum_of([0, 1])[1] == pytest.approx(sqrt(covariance.sum()), rel=1e-9)
    assert fit.freedom == 48


@pytest.mark.parametrize(("sessions", "lags"), [(60, 3), (100, 4), (250, 4), (1000, 6)])
def test_the_automatic_lag_by_hand(sessions: int, lags: int) -> None:
    """4 x 0.6^(2/9) 3.57, 4 x 1, 4 x 2.5^(2/9) 4.90, 4 x 10^(2/9) 6.67, cut off."""
    assert bartlett_lags(sessions) == lags


def test_planted_betas_and_alpha_are_found() -> None:
    proxies, cash = market(1000), 0.0001
    us, china = (proxies[name].to_numpy() - cash for name in TICKERS)
    luck = np.random.default_rng(3).normal(0, 0.001, 1000)
    own = daily(cash + 0.0004 + 0.6 * us + 0.2 * lagged(us) + 0.5 * lagged(china) + luck)
    regression = of(own, proxies, cash, years=4.0)
    assert [(beta.name, beta.ticker) for beta in regression.betas] == list(TICKERS.items())
    assert [beta.beta for beta in regression.betas] == pytest.approx([0.8, 0.5], abs=0.02)
    assert all(beta.t > 50 for beta in regression.betas)
    assert regression.alpha.value == pytest.approx(0.0004 * 250, abs=0.02)
    assert regression.alpha.low is not None
    assert regression.alpha.high is not None
    assert regression.alpha.low < 0.1 < regression.alpha.high
    assert regression.alpha.low > 0
    assert regression.p is not None
    assert regression.p < 0.001
    assert regression.r_squared == pytest.approx(1 - 1e-6 / own.var(), abs=0.005)
    assert (regression.lags, regression.why) == (6, "")


def test_the_interval_and_p_agree() -> None:
    """Where p is 5 % the interval ends at zero; here t is known from outside."""
    regression = of(daily(draws(300, 8)), market(300))
    assert regression.t is not None
    assert regression.alpha.value is not None
    assert regression.alpha.low is not None
    error = regression.alpha.value / regression.t
    assert regression.alpha.value - regression.alpha.low == pytest.approx(
        1.96824 * error, rel=1e-4
    )  # t(294)


def test_alpha_that_is_not_there_is_found_as_often_as_it_says() -> None:
    """Heteroskedastic, 400 samples: five per cent, give or take."""
    seen = 0
    for seed in range(400):
        proxies = market(250) * np.linspace(0.5, 2, 250)[:, None]
        noise = np.random.default_rng(100 + seed).standard_t(5, 250) * 0.01
        p = of(daily(proxies["US"].to_numpy() + noise), proxies).p
        assert p is not None
        seen += p < 0.05
    assert 0.02 < seen / 400 < 0.09


def test_a_proxy_with_gaps_is_left_out_by_name() -> None:
    proxies = market(200)
    proxies.loc[proxies.index[:50], "China"] = nan
    regression = of(daily(draws(200, 5)), proxies)
    assert [beta.name for beta in regression.betas] == ["US"]
    assert regression.why == "no full returns of China"
    proxies["US"] = nan
    assert of(daily(draws(200, 5)), proxies).why == "no full returns of US, China"


def test_without_a_regression_it_says_why() -> None:
    own, proxies = daily(draws(200, 5)), market(200)
    gap = own.copy()
    gap.iloc[3] = nan
    still = daily(np.zeros(200))
    twins = proxies.assign(China=proxies["US"] * 1.0)
    cases = {
        "no sessions yet": of(own.iloc[:0], proxies.iloc[:0]),
        "60 sessions; the regression needs 61": of(own.iloc[:60], proxies.iloc[:60]),
        "1 session without a return": of(gap, proxies),
        "no proxies": of(own, proxies[[]]),
        "it never moves against cash": of(still, proxies),
        "no time has passed": of(own, proxies, years=0.0),
        "the proxies cannot be told apart: they move as one, or not at all": of(own, twins),
        "the proxies explain every session, so nothing is left to estimate": of(
            daily(2 * proxies["US"].to_numpy()), proxies
        ),
    }
    for why, case in cases.items():
        assert case.why == case.alpha.why == why
        assert (case.alpha.value, case.t, case.betas) == (None, None, ())
    assert of(own, proxies.assign(China=0.0)).alpha.value is None
    assert of(own.iloc[:61], proxies.iloc[:61]).alpha.value is not None


def test_more_proxies_need_more_sessions() -> None:
    proxies = pd.DataFrame({str(seed): daily(draws(75, seed)) for seed in range(4)})
    assert of(daily(draws(75, 9)), proxies).why == "75 sessions; the regression needs 91"


def test_a_lost_account_stays_lost() -> None:
    own = daily(draws(200, 5))
    own.iloc[150] = -1.5
    own.iloc[151:] = nan
    assert of(own, market(200)).alpha.value is not None
