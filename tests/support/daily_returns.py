"""Daily returns, drawn or given."""

from __future__ import annotations

import numpy as np
import pandas as pd


def daily(values: list[float] | np.ndarray) -> pd.Series:
    return pd.Series(
        values, index=pd.date_range("2024-01-01", periods=len(values)), dtype="float64"
    )


def noise(sessions: int, mean: float = 0.0005, seed: int = 1) -> pd.Series:
    return daily(np.random.default_rng(seed).normal(mean, 0.01, sessions))


def zeros(like: pd.Series) -> pd.Series:
    return pd.Series(0.0, index=like.index)
