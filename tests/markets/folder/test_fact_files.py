"""Tables of facts: what a strategy sees of them, and from when on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from backtests import run
from backtests.engines import kernel
from backtests.evaluation.lookahead.certificate import certify
from backtests.runner.inputs import cost_model, load_bars, prepare
from backtests.settings import Settings
from backtests.simulation.desk import Desk
from markets.facts import FactTable, fact_table
from markets.folder.fact_files import WithFacts, read_facts
from markets.sample.source import SampleSource
from markets.snapshot import Snapshot
from newsfolio import (
    HONG_KONG,
    NEW_YORK,
    BrokenData,
    CommandError,
    Facts,
    MissingData,
    Strategy,
    StrategyError,
    View,
    every_session,
)

RATE = Facts("rate", columns=("value",), text=("what",), where="A rate of ours.")
WINDOW = Settings(start=date(2025, 5, 5), end=date(2025, 6, 30))
ROWS = """known,what,value
2025-05-12,day,1
2025-05-13T12:30+00:00,morning,2
2025-05-14T22:00+00:00,night,3
2025-05-17,saturday,4
2025-05-20,blank,
"""


@dataclass(frozen=True)
class Reader(Strategy):
    """Holds as many hundredths of SPY as it can see rows."""

    universe = ("SPY",)
    rebalance = every_session
    facts = (RATE,)

    def weights(self, view: View) -> Mapping[str, float]:
        return {"SPY": len(view.facts("rate")) / 100}

    def controls(self) -> Mapping[str, Strategy]:
        return {}


def source(folder: Path, text: str = ROWS) -> WithFacts:
    (folder / "rate.csv").write_text(text, encoding="utf-8")
    return WithFacts(SampleSource(), folder)


def seen(bars: Snapshot) -> dict[str, int]:
    """Rows that were visible, by the day of the first decision that saw so many."""
    market = prepare(Reader(), bars, WINDOW)
    targets = kernel.run(Desk(Reader(), market, WINDOW, cost_model(WINDOW))).targets
    counts: dict[str, int] = {}
    for target in targets:
        count = round(100 * target.weights.get("SPY", 0.0))
        if count not in counts.values():
            counts[market.day(target.session).isoformat()] = count
    return counts


def test_a_row_is_seen_from_the_first_decision_after_it_was_known(tmp_path: Path) -> None:
    bars = load_bars(Reader(), source(tmp_path), WINDOW)
    assert seen(bars) == {
        "2025-05-05": 0,
        "2025-05-13": 2,  # the plain day counts from the next session, the morning of it at once
        "2025-05-15": 3,  # published after the close of the 14th
        "2025-05-19": 4,  # dated on a Saturday
        "2025-05-21": 5,
    }


def test_an_instant_between_two_closes_waits_for_the_later_day() -> None:
    """At noon UTC Hong Kong has closed and New York has not."""
    noon = datetime(2025, 5, 13, 12, 30, tzinfo=UTC)
    table = FactTable("x", _frame("2025-05-13"), (noon,))
    sessions = np.array(["2025-05-12", "2025-05-13", "2025-05-14"], dtype="datetime64[D]")
    assert table.places(sessions, [NEW_YORK], 0).tolist() == [1]
    assert table.places(sessions, [HONG_KONG, NEW_YORK], 0).tolist() == [2]
    assert table.places(sessions, [NEW_YORK], 1).tolist() == [2]
    assert table.places(sessions, [NEW_YORK], 9).tolist() == [3]  # never, on these sessions


def _frame(*days: str):  # type: ignore[no-untyped-def]
    import pandas as pd

    return pd.DataFrame({"known": pd.to_datetime(list(days))})


def test_what_the_view_gives_cannot_lead_to_later_rows(tmp_path: Path) -> None:
    bars = load_bars(Reader(), source(tmp_path), WINDOW)
    shown = []

    @dataclass(frozen=True)
    class Curious(Reader):
        def weights(self, view: View) -> Mapping[str, float]:
            values = view.facts("rate")["value"].to_numpy()
            while values.base is not None and hasattr(values.base, "shape"):
                values = values.base
            shown.append((view.today, float(np.nansum(values))))
            return {}

    market = prepare(Curious(), bars, WINDOW)
    kernel.run(Desk(Curious(), market, WINDOW, cost_model(WINDOW)))
    assert dict(shown)[date(2025, 5, 13)] == 1 + 2
    assert dict(shown)[date(2025, 5, 15)] == 1 + 2 + 3


def test_no_other_future_of_a_table_changes_a_decision(tmp_path: Path) -> None:
    certificate = certify(Reader(), load_bars(Reader(), source(tmp_path), WINDOW), WINDOW, cuts=3)
    assert (certificate.changes, certificate.replays > 8) == ((), True)


def test_a_run_names_the_tables_in_its_snapshot(tmp_path: Path) -> None:
    ledger = tmp_path / "trials.sqlite"
    snapshots = []
    for text in (ROWS, ROWS.replace("day,1", "day,7")):
        (tmp_path / "rate.csv").write_text(text, encoding="utf-8")
        result = run(Reader(), data="sample", facts=tmp_path, ledger=ledger, engine="kernel",
                     verdict=False, start="2025-05-05", end="2025-06-30")  # fmt: skip
        snapshots.append(result.manifest["data"]["snapshot"])
        assert any("rate: 1 of 5 rows have a blank cell" in n for n in result.manifest["notes"])
    assert snapshots[0] != snapshots[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("date,what,value\n2025-05-12,a,1\n", "no column 'known'. Without the day"),
        ("known,value\n2025-05-12,1\n", "no column 'what'; wanted are known, what, value"),
        ("known,what,value\n12/05/2025,a,1\n", "row 2: '12/05/2025' is no day"),
        (
            "known,what,value\n0001-01-01T00:00+23:59,a,1\n",
            "row 2: '0001-01-01T00:00+23:59' is no day",
        ),
        (
            "known,what,value\n9999-12-31T23:59-23:59,a,1\n",
            "row 2: '9999-12-31T23:59-23:59' is no day",
        ),
        ("known,what,value\n2025-05-12T08:30,a,1\n", "has no time zone"),
        ("known,what,value\n2025-05-12,a,one\n", "row 2: value 'one' is not a number"),
        ("known,what,value\n2025-05-12,a,inf\n", "row 2: value 'inf' is not a number"),
        ("known,what,value\n2025-05-12,a\n", "line 2: 2 fields where the header has 3"),
        ("", "empty; write a header"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(
    text: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "rate.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BrokenData) as caught:
        read_facts(tmp_path, [RATE])
    assert message in str(caught.value)


def test_a_missing_table_is_named_with_the_way_to_get_it() -> None:
    bars = load_bars(Reader(), SampleSource(), WINDOW)
    with pytest.raises(MissingData) as caught:
        prepare(Reader(), bars, WINDOW)
    assert str(caught.value) == (
        "no facts called 'rate' in this source. A rate of ours.\n"
        "Write rate.csv with the columns known, what, value and give its folder: --facts FOLDER"
    )


def test_an_undeclared_table_is_the_strategys_mistake(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Other(Reader):
        def weights(self, view: View) -> Mapping[str, float]:
            return {"SPY": float(len(view.facts("another")))}

    market = prepare(Other(), load_bars(Other(), source(tmp_path), WINDOW), WINDOW)
    with pytest.raises(StrategyError, match="'another' is not among the strategy's `facts`"):
        kernel.run(Desk(Other(), market, WINDOW, cost_model(WINDOW)))


def test_shipped_rows_serve_until_somebody_brings_a_file(tmp_path: Path) -> None:
    shipped = Facts("rate", ("value",), ("what",), rows=(("2025-05-12", "ours", 1.0),))

    @dataclass(frozen=True)
    class Shipped(Reader):
        facts = (shipped,)

    assert len(load_bars(Shipped(), SampleSource(), WINDOW).facts["rate"].frame) == 1
    assert len(load_bars(Shipped(), source(tmp_path), WINDOW).facts["rate"].frame) == 5


def test_a_file_dated_by_what_it_describes_needs_a_lag() -> None:
    with pytest.raises(CommandError, match="'Date' is not the day of a release"):
        Facts("valuation", columns=("PE",), known="Date")
    assert Facts("valuation", columns=("PE",), known="Date", lag=1).header == ("Date", "PE")


def test_the_samples_tables_are_simulated_and_released_after_what_they_describe() -> None:
    cpi = Facts("us_cpi", columns=("year_on_year",), text=("month",))
    table = SampleSource().load((), [cpi]).facts["us_cpi"]
    assert table.simulated
    month = table.frame["month"].astype("datetime64[s]")
    lag = (table.frame["known"] - month).dt.days
    assert lag.between(38, 50).all()
    april = table.frame.set_index("month").loc["2026-04"]
    assert (april["known"].date(), april["year_on_year"]) == (date(2026, 5, 12), 0.038)


def test_rows_of_one_day_come_in_the_order_of_their_instants() -> None:
    """Newest first in the file; the last row is what was known last, a mere day at its end."""
    facts = Facts("yield", ("value",))
    cells = {
        "known": ["2026-05-13", "2026-05-12T20:00+00:00", "2026-05-12", "2026-05-12T12:30+00:00"],
        "value": ["4", "2", "3", "1"],
    }
    table = fact_table(facts, cells, "here", simulated=False)
    assert table.frame["value"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert [at and at.hour for at in table.instants] == [12, 20, None, None]
