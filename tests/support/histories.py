"""Histories whose answers are prescribed, for views in tests of single decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from newsfolio import Sleeve
from newsfolio.view import mean_known


class Prescribed:
    """Answers a look-up by the method of its name, and for a sleeve the mean over its lines."""

    def look_up(self, name: str, of: str | Sleeve, lookback: int, skip: int = 0) -> float:
        if not isinstance(of, str):
            return mean_known(self.look_up(name, line, lookback, skip) for line in of.tickers)
        answers: Any = getattr(self, name)
        if name == "level":
            return float(answers(of))
        return float(answers(of, lookback, skip) if name == "momentum" else answers(of, lookback))

    # Arrays, of what the frames say

    def session_rows(self, last: int | None) -> Any:
        return _last(self._prescribed("frame").index.to_numpy().astype("datetime64[D]"), last)

    def close_rows(self, of: str | tuple[str, ...], last: int | None) -> Any:
        return _last(self._prescribed("frame")[_columns(of)].to_numpy(), last)

    def filled_rows(self, of: str | tuple[str, ...], last: int | None) -> Any:
        return _last(self._prescribed("frame").ffill()[_columns(of)].to_numpy(), last)

    def turnover_rows(self, of: str | tuple[str, ...], last: int | None) -> Any:
        return _last(self._prescribed("turnover")[_columns(of)].to_numpy(), last)

    def signal_rows(self, ticker: str, last: int | None) -> Any:
        return _last(self._prescribed("signal", ticker).to_numpy(), last)

    def fact_columns(self, name: str) -> Mapping[str, Any]:
        table: pd.DataFrame = self._prescribed("facts", name)
        arrays = {column: table[column].to_numpy() for column in table}
        return arrays | {"known": arrays["known"].astype("datetime64[D]")}

    def _prescribed(self, name: str, *asked: str) -> Any:
        return getattr(self, name)(*asked)


def _columns(of: str | tuple[str, ...]) -> str | list[str]:
    return of if isinstance(of, str) else list(of)


def _last(values: Any, last: int | None) -> Any:
    return np.array(values if last is None else values[max(0, len(values) - last) :])
