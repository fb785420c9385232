"""Honest strategies that lean on libraries, which open files and start threads of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from newsfolio import (
    Strategy,
    View,
    Weights,
    equal,
    hierarchical_risk_parity,
    monthly,
    target_volatility,
)

PAIR = ("QQQ", "KWEB")


@dataclass(frozen=True)
class LibraryUser(Strategy):
    """Two lines, the second by a share that a library works out."""

    universe = PAIR
    rebalance = monthly

    def share(self, returns: Any) -> float:
        raise NotImplementedError

    def weights(self, view: View) -> Weights:
        returns = view.close[list(PAIR)].pct_change(fill_method=None).dropna().tail(120)
        if len(returns) < 100:
            return equal(*PAIR)
        east = min(1.0, max(0.0, round(float(self.share(returns)), 6)))
        return {"KWEB": east, "QQQ": 1 - east}


class SklearnRidge(LibraryUser):
    """Fits a ridge regression on lags."""

    def share(self, returns: Any) -> float:
        from sklearn.linear_model import Ridge

        past, then = returns.to_numpy()[:-1], returns["KWEB"].to_numpy()[1:]
        return 0.5 + 50 * Ridge(alpha=1e-3).fit(past, then).predict(returns.to_numpy()[-1:])[0]


class SklearnForest(LibraryUser):
    """Grows a forest in two threads."""

    def share(self, returns: Any) -> float:
        from sklearn.ensemble import RandomForestClassifier

        past, then = returns.to_numpy()[:-1], returns["KWEB"].to_numpy()[1:] > 0
        forest = RandomForestClassifier(5, random_state=1, n_jobs=2, max_depth=3)
        return forest.fit(past, then).predict_proba(returns.to_numpy()[-1:])[0, -1]


class SklearnSearch(LibraryUser):
    """Searches a parameter with two jobs, which joblib would give to processes."""

    def share(self, returns: Any) -> float:
        from sklearn.linear_model import Ridge
        from sklearn.model_selection import GridSearchCV

        past, then = returns.to_numpy()[:-1], returns["KWEB"].to_numpy()[1:]
        search = GridSearchCV(Ridge(), {"alpha": [0.1, 10.0]}, n_jobs=2, cv=3).fit(past, then)
        return 0.5 + 50 * search.predict(returns.to_numpy()[-1:])[0]


class Skfolio(LibraryUser):
    """Takes the weights of skfolio's inverse volatility."""

    def share(self, returns: Any) -> float:
        from skfolio.optimization import InverseVolatility

        return InverseVolatility().fit(returns).weights_[1]


class SkfolioMinimum(LibraryUser):
    """Minimises variance, which cvxpy solves."""

    def share(self, returns: Any) -> float:
        from skfolio.optimization import MeanRisk

        return round(float(MeanRisk().fit(returns).weights_[1]), 4)


class Cvxpy(LibraryUser):
    """Solves a small quadratic problem."""

    def share(self, returns: Any) -> float:
        import cvxpy

        weights = cvxpy.Variable(2, nonneg=True)
        risk = cvxpy.quad_form(weights, cvxpy.psd_wrap(1e4 * returns.cov().to_numpy()))
        cvxpy.Problem(cvxpy.Minimize(risk), [cvxpy.sum(weights) == 1]).solve()
        return round(float(weights.value[1]), 4)


class Ffn(LibraryUser):
    """Asks ffn for weights of minimum variance; it brings yfinance along."""

    def share(self, returns: Any) -> float:
        import ffn

        return ffn.calc_inv_vol_weights(returns)["KWEB"]


class Statsmodels(LibraryUser):
    """Regresses one line on the other."""

    def share(self, returns: Any) -> float:
        import statsmodels.api as sm

        return 0.5 * sm.OLS(returns["KWEB"], sm.add_constant(returns["QQQ"])).fit().params["QQQ"]


class StatsmodelsTest(LibraryUser):
    """Tests for a unit root, by tables that the library carries."""

    def share(self, returns: Any) -> float:
        from statsmodels.tsa.stattools import adfuller

        return adfuller(returns["KWEB"].to_numpy(), maxlag=1)[1]


class ArchVolatility(LibraryUser):
    """Forecasts a variance."""

    def share(self, returns: Any) -> float:
        from arch.univariate import ARCH, ConstantMean

        model = ConstantMean(100 * returns["KWEB"], volatility=ARCH(1))
        return 1 / (1 + round(float(model.fit(disp="off").params.iloc[-1]), 3))


class Matplotlib(LibraryUser):
    """Draws what it thinks, with fonts from a cache, and keeps the picture nowhere."""

    def share(self, returns: Any) -> float:
        import io

        import matplotlib as mpl

        mpl.use("agg")
        from matplotlib import pyplot

        figure, axes = pyplot.subplots(figsize=(2, 1))
        axes.plot(returns["KWEB"].to_numpy())
        axes.set_title("returns")
        figure.savefig(io.BytesIO())
        pyplot.close(figure)
        return 0.5


class Sobol(LibraryUser):
    """Draws quasi-random numbers, whose directions scipy reads from a file."""

    def share(self, returns: Any) -> float:
        from scipy.stats import qmc

        draws = qmc.Sobol(1, seed=len(returns), scramble=False).random(8)
        return float(np.mean(draws) > returns["KWEB"].mean())


class QuantLibDates(LibraryUser):
    """Counts days as QuantLib does."""

    def share(self, returns: Any) -> float:
        import QuantLib

        day = returns.index[-1]
        date = QuantLib.Date(day.day, day.month, day.year)
        return float(QuantLib.UnitedStates(QuantLib.UnitedStates.NYSE).isBusinessDay(date)) / 2


class JoblibThreads(LibraryUser):
    """Works in two jobs."""

    def share(self, returns: Any) -> float:
        from joblib import Parallel, delayed

        gains = Parallel(n_jobs=2)(delayed(sum)(returns[line].tolist()) for line in PAIR)
        return float(gains[1] > gains[0])


class Quantstats(LibraryUser):
    """Asks quantstats for a volatility."""

    def share(self, returns: Any) -> float:
        import quantstats

        return quantstats.stats.volatility(returns["KWEB"]) / 2


class PandasTables(LibraryUser):
    """Reads a table out of a text, and resamples."""

    def share(self, returns: Any) -> float:
        import io

        import pandas as pd

        table = pd.read_csv(io.StringIO(returns.to_csv()), index_col=0, parse_dates=True)
        return float(table["KWEB"].resample("ME").sum().iloc[-1] > 0)


class Riskfolio(LibraryUser):
    """Asks Riskfolio-Lib for its own tree."""

    def share(self, returns: Any) -> float:
        import riskfolio

        tree = riskfolio.HCPortfolio(returns=returns)
        weights = tree.optimization(model="HRP", rm="MV", linkage="single", leaf_order=True)
        return weights.loc["KWEB", "weights"]


class Cvxportfolio(LibraryUser):
    """Lets cvxportfolio minimise a risk of its own making."""

    def share(self, returns: Any) -> float:
        import cvxportfolio
        import pandas as pd

        objective = -cvxportfolio.FullCovariance(1e4 * returns.cov())
        policy = cvxportfolio.SinglePeriodOptimization(
            objective, [cvxportfolio.LongOnly(applies_to_cash=True), cvxportfolio.NoCash()],
            include_cash_return=False,
        )  # fmt: skip
        market = cvxportfolio.UserProvidedMarketData(
            returns=returns.assign(cash=0.0), cash_key="cash", min_history=pd.Timedelta(0)
        )
        held = pd.Series([0.0, 0.0, 1.0], [*returns.columns, "cash"])
        when = returns.index[-1]
        trades = policy.execute(h=held, market_data=market, t=when)[0]
        return trades["KWEB"]


class OneWord(LibraryUser):
    """Asks for a tree, and scales it to a volatility."""

    def weights(self, view: View) -> Weights:
        tree = hierarchical_risk_parity(view, PAIR, 120)
        return target_volatility(view, tree, 0.2, 60)
