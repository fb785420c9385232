"""The rule of proof-days, in views made by hand and on prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from backtests.records.from_run import result_of
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Engine, Settings
from markets.folder.source import FolderSource
from strategies.proof_days import PLATFORMS as SIX
from strategies.proof_days import ProofDays
from tests.support.strategy_views import NAN, WrittenHistory, view_on


def market(
    jump: float, times: float, after: int = 0, line: str = "0700.HK", before: int = 60
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A line that jumps on 21 February 2025, on so many times its usual value."""
    days = pd.bdate_range(end="2025-02-21", periods=before + 1).append(
        pd.bdate_range("2025-02-24", periods=after)
    )
    closes = pd.DataFrame(100.0, index=days, columns=[*SIX.tickers, "KWEB"])
    values = pd.DataFrame(50.0, index=days, columns=closes.columns)
    closes.loc["2025-02-21":, line] = 100 * (1 + jump)
    values.loc["2025-02-21", line] = 50 * times
    return closes, values


def results(
    jump: float = 0.06, times: float = 2.1, after: int = 0, reported: str = "2025-02-20",
    line: str = "0700.HK", before: int = 60,
) -> WrittenHistory:  # fmt: skip
    closes, values = market(jump, times, after, line, before)
    table = pd.DataFrame({"known": pd.to_datetime([reported]), "asset": [line]})
    return WrittenHistory(closes=closes, values=values, tables={"earnings": table})


def asked(history: WrittenHistory, **parameters: object) -> Mapping[str, float] | None:
    today = f"{history.closes.index[-1]:%Y-%m-%d}"
    return ProofDays(**parameters).weights(view_on(history, today))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("history", "line"),
    [
        (results(), "0700.HK"),
        (results(jump=0.05 - 1e-9), "KWEB"),  # not more than the gap
        (results(times=2.0), "KWEB"),  # not more than twice the usual value
        (results(times=NAN), "KWEB"),
        (results(reported="2025-02-19"), "KWEB"),  # the jump is the second session's
        (results(reported="2025-02-21"), "KWEB"),  # the answer has yet to come
        (results(before=59), "KWEB"),  # too short a past
        (results(after=19), "0700.HK"),  # the twentieth decision
        (results(after=20), "KWEB"),
        (results(jump=-0.06), "KWEB"),
    ],
)
def test_a_jump_on_results_is_held(history: WrittenHistory, line: str) -> None:
    assert asked(history) == {line: 1.0}


def test_results_on_a_line_of_another_name_do_not_count() -> None:
    history = results()
    history.tables["earnings"]["asset"] = "1810.HK"
    assert asked(history) == {"KWEB": 1.0}
    assert asked(history, earnings=False) == {"0700.HK": 1.0}


def test_a_closed_venue_puts_the_answer_off_to_its_next_bar() -> None:
    history = results(reported="2025-02-18")
    history.closes.loc["2025-02-19":"2025-02-20", "0700.HK"] = NAN
    days = history.closes.index[0] - pd.to_timedelta([2, 1], "D")
    more = pd.DataFrame(100.0, index=days, columns=history.closes.columns)
    history.closes = pd.concat([more, history.closes])
    history.values = pd.concat([more / 2, history.values])
    assert asked(history) == {"0700.HK": 1.0}


def test_lines_share_equally_and_those_right_already_stay() -> None:
    first, second = results(), results(line="3690.HK")
    both = WrittenHistory(
        closes=first.closes.assign(**{"3690.HK": second.closes["3690.HK"]}),
        values=first.values.assign(**{"3690.HK": second.values["3690.HK"]}),
        tables={"earnings": pd.concat([first.tables["earnings"], second.tables["earnings"]])},
    )
    assert asked(both) == {"0700.HK": 0.5, "3690.HK": 0.5}
    rule, today = ProofDays(), "2025-02-21"
    held = {"KWEB": 0.0, "0700.HK": 0.6, "3690.HK": 0.4}
    assert rule.weights(view_on(both, today, held=held)) is None
    assert rule.weights(view_on(both, today, held={"KWEB": 0.3, "0700.HK": 0.7})) is not None
    assert rule.weights(view_on(both, today, usable=("KWEB", "3690.HK"))) == {"3690.HK": 1.0}
    table = rule.explain(view_on(both, today))
    assert table["line"].tolist() == ["0700.HK", "3690.HK"]
    assert table.iloc[0, 1:].tolist() == ["2025-02-21", pytest.approx(0.06), pytest.approx(2.1)]


def test_alibaba_after_its_results_of_february_2025(prices: Path) -> None:
    """Published on the 20th at 10:30 UTC, +14.56 % on the 21st, held from Monday the 24th."""
    run = run_strategy(
        ProofDays(),
        FolderSource(prices),
        Settings(start=date(2025, 1, 2), end=date(2025, 4, 30), engine=Engine.KERNEL),
    )
    done = result_of(run).fills
    own = done[done["asset"] == "9988.HK"]
    assert str(own["session"].iloc[0])[:10] == "2025-02-24"
    frame = pd.read_csv(prices / "9988.HK.csv", index_col="Date")
    days = {str(day)[:10] for day in run.market.sessions}
    later = sorted(day for day in days if day > "2025-02-21")
    assert str(own["session"].iloc[-1])[:10] == later[20]  # twenty sessions after the first fill
    assert frame.loc["2025-02-21", "Close"] / frame.loc["2025-02-20", "Close"] - 1 == pytest.approx(
        0.1456, abs=5e-5
    )
    assert float(own["quantity"].sum()) == 0
