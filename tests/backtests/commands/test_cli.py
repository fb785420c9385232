"""The commands, as a user types them."""

from __future__ import annotations

import inspect
import json
import re
import shlex
import subprocess
import sys
import webbrowser
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from backtests import load, run
from backtests.cli import COMMANDS
from tests.support.shell import SHORT, Shell

KEYS = {
    "id", "strategy", "engine", "data", "start", "end", "currency", "final_equity", "total_return",
    "cagr", "volatility", "sharpe", "max_drawdown", "turnover", "costs", "trades", "path",
    "snapshot",
}  # fmt: skip
FILLS = ["session", "asset", "quantity", "price", "currency", "rate", "fee"]
MINE = """
from dataclasses import dataclass
from newsfolio import Strategy, View, monthly

@dataclass(frozen=True)
class Mine(Strategy):
    lookback: int = 126
    universe = ("SPY", "KWEB", "TLT")
    rebalance = monthly

    def weights(self, view: View):
        close = view.close.dropna()      # sessions so far x lines
        if len(close) <= self.lookback:
            return {}                    # cash
        gain = close.iloc[-1] / close.iloc[-1 - self.lookback] - 1
        return {gain.idxmax(): 1.0}
"""
PLAIN = """
import backtrader as bt

class Cross(bt.Strategy):
    def __init__(self):
        self.average = [bt.ind.SMA(data, period=20) for data in self.datas]

    def next(self):
        for data, average in zip(self.datas, self.average):
            self.order_target_percent(data, 0.45 if data.close[0] > average[0] else 0.0)
"""


def test_run_writes_a_complete_folder_and_one_json_object(shell: Shell) -> None:
    answer = shell("run", "abc-basket", "east-rising", *SHORT, "--json")
    assert (answer.code, answer.err) == (0, "")
    rows = json.loads(answer.out)["runs"]
    assert [row["strategy"] for row in rows] == ["abc-basket", "east-rising"]
    assert all(set(row) >= KEYS and row["simulated"] for row in rows)
    folder = Path(rows[0]["path"])
    equity = pd.read_parquet(folder / "equity.parquet")
    assert (equity.index.name, list(equity.columns)) == ("session", ["equity"])
    assert equity["equity"].iloc[-1] == rows[0]["final_equity"]
    assert list(pd.read_parquet(folder / "fills.parquet").columns)[:7] == FILLS
    weights = pd.read_parquet(folder / "weights.parquet")
    assert weights.index.equals(equity.index)
    assert json.loads((folder / "manifest.json").read_text())["id"] == rows[0]["id"]
    assert not (folder / "tearsheet.html").exists()
    assert (shell.runs / "index.html").exists()


def test_the_same_input_gives_the_same_bytes(shell: Shell) -> None:
    first = json.loads(shell("run", "abc-basket", *SHORT, "--json").out)["runs"][0]
    before = {path.name: path.read_bytes() for path in Path(first["path"]).iterdir()}
    again = json.loads(shell("run", "abc-basket", *SHORT, "--json").out)["runs"][0]
    after = {path.name: path.read_bytes() for path in Path(again["path"]).iterdir()}
    assert first == again
    assert before == after
    other = json.loads(shell("run", "abc-basket", *SHORT, "--cash", "5e5", "--json").out)["runs"][0]
    assert other["id"] != first["id"]


def test_the_summary_says_simulated_and_where_the_page_is(shell: Shell) -> None:
    answer = shell("run", "abc-basket", "--data", "sample", "--start", "2025-01-02", "--verify",
                   "--placebos", "5", "--no-tearsheet")  # fmt: skip
    assert answer.code == 0
    assert "SIMULATED" in answer.out
    page = next(line.split()[-1] for line in answer.out.splitlines() if line.startswith("page"))
    text = (shell.folder / page).read_text()
    assert "SIMULATED" in text
    assert "abc-basket" in text


def test_list_show_runs_and_open(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [row["name"] for row in json.loads(shell("list", "--json").out)["strategies"]]
    assert names == sorted(names)
    assert {"abc-basket", "anything-but-china", "east-rising", "relative-momentum"} <= set(names)
    assert all(name in shell("list").out for name in names)
    for name in names:
        answer = shell("show", name)
        assert answer.code == 0
        assert "article 0" in answer.out
        assert "control" in answer.out
    assert "2019-11-26, before that BABA" in shell("show", "east-rising").out
    identity = json.loads(shell("run", "abc-basket", *SHORT, "--json").out)["runs"][0]["id"]
    assert json.loads(shell("runs", "--json").out)["runs"][0]["id"] == identity
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    assert shell("open").code == 0
    assert opened == [(shell.runs / "index.html").as_uri()]
    assert shell("open", "abc").code == 0
    assert opened[1] == (shell.runs / identity / "verdict.html").as_uri()
    assert shell("open", "nothing").code == 2


def test_a_new_strategy_runs_as_it_is_and_so_does_its_test(shell: Shell) -> None:
    """By the command that is printed, and without anything that only developers install."""
    *_, command = shell("new", "my-idea").out.splitlines()
    assert shell("run", "my_idea.py", *SHORT).code == 0
    (shell.folder / "pytest.py").write_text("raise ImportError")
    done = subprocess.run(
        shlex.split(command), capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[3]), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Ran 1 test" in done.stderr
    assert "is there already" in shell("new", "my-idea").err


def test_the_ten_line_strategy_of_the_readme(shell: Shell) -> None:
    (shell.folder / "mine.py").write_text(MINE)
    answer = shell("run", "mine.py:Mine", *SHORT, "--set", "lookback=63", "--json")
    assert answer.code == 0
    row = json.loads(answer.out)["runs"][0]
    assert row["strategy"] == "mine(lookback=63)"
    assert row["trades"] > 0
    assert MINE.count("\n") < 20


@pytest.mark.parametrize("universe", [("--universe", "SPY,KWEB"), ()])
def test_a_plain_backtrader_strategy(shell: Shell, universe: tuple[str, ...]) -> None:
    own = "" if universe else '    universe = ("SPY", "KWEB")\n'
    text = PLAIN.replace("class Cross(bt.Strategy):\n", f"class Cross(bt.Strategy):\n{own}")
    (shell.folder / "plain.py").write_text(text)
    answer = shell("run", "plain.py:Cross", "--data", "sample", "--start", "2024-01-02",
                   "--no-tearsheet", "--json", *universe)  # fmt: skip
    assert answer.code == 0
    row = json.loads(answer.out)["runs"][0]
    result = load(Path(row["path"]))
    assert row["trades"] > 10
    assert row["costs"] > 0
    assert any("--verify does not apply" in line for line in result.manifest["assumptions"])


def test_weights_and_orders_in_whole_lots(shell: Shell) -> None:
    answer = shell("weights", "east-rising", "--data", "sample", "--asof", "2025-02-21", "--json")
    advice = json.loads(answer.out)
    assert (advice["asof"], advice["decided"]) == ("2025-02-21", "2025-02-21")
    assert sum(advice["weights"].values()) == pytest.approx(1.0)
    lots = {"1810.HK": 200, "0175.HK": 1000, "0981.HK": 500, "9618.HK": 50, "1211.HK": 500}
    shares = {order["asset"]: order["shares"] for order in advice["orders"]}
    assert len(shares) == 10
    assert all(shares[ticker] % lot == 0 for ticker, lot in lots.items())
    assert all(order["cost"] > 0 for order in advice["orders"])
    spent = sum(order["value"] + order["cost"] for order in advice["orders"])
    assert 800_000 < spent <= 1_000_000


def test_orders_from_a_portfolio(shell: Shell) -> None:
    (shell.folder / "held.csv").write_text("asset,quantity\nSMH,100\nCASH,50000\n")
    common = ("weights", "abc-basket", "--data", "sample", "--asof", "2025-03-31", "--json")
    fresh = json.loads(shell(*common, "--cash", "50000").out)
    after = json.loads(shell(*common, "--portfolio", "held.csv").out)
    price = next(order["price"] for order in fresh["orders"] if order["asset"] == "SMH")
    assert after["equity"] == pytest.approx(50_000 + 100 * price)
    (shell.folder / "bad.csv").write_text("asset,quantity\nSMH,many\n")
    answer = shell(*common, "--portfolio", "bad.csv")
    assert answer.code == 1
    assert "line 2" in answer.err


def test_a_notebook(shell: Shell) -> None:
    """`report` is called as the README has it: tests/house/test_documents.py."""
    result = run("abc-basket", data="sample", start="2025-01-02", engine="kernel",
                 placebos=5, ledger=shell.ledger)  # fmt: skip
    assert isinstance(result.equity, pd.Series)
    assert isinstance(result.returns, pd.Series)
    assert isinstance(result.weights, pd.DataFrame)
    assert isinstance(result.fills, pd.DataFrame)
    assert "<table" in result._repr_html_()
    assert "SIMULATED" in repr(result)


def test_help_and_list_start_light() -> None:
    code = (
        "import sys\nfrom backtests.cli import main\n"
        "try:\n    main([{argument!r}])\nexcept SystemExit as stop:\n    assert stop.code == 0\n"
        "heavy = {{'pandas', 'numpy', 'backtrader', 'quantstats', 'matplotlib', 'yfinance'}}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    for argument in ("--help", "list"):
        done = subprocess.run(
            [sys.executable, "-c", code.format(argument=argument)],
            capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3],
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def test_the_list_of_commands_says_what_each_does(shell: Shell) -> None:
    shown = " ".join(re.sub(r"[^\w .,;:'/<>-]", " ", shell("--help").out).split())
    for name, (place, sentence) in COMMANDS.items():
        assert f"{name} {sentence}" in shown
        module, _, command = place.partition(":")
        called = getattr(import_module(f"backtests.commands.{module}"), command)
        if name != "data":  # has commands of its own
            paragraph = str(inspect.getdoc(called)).partition("\n\n")[0]
            assert sentence == " ".join(paragraph.split())


def test_help_explains_every_option(shell: Shell) -> None:
    """A row of the help is its option and words, not a default alone."""
    for command in ("run", "weights", "show", "runs", "open", "new"):
        answer = shell(command, "--help")
        words = re.findall(r"--[a-z-]+(?: [A-Z.]+)* {2,}(\S+ \S+)", answer.out)
        assert words
        assert not [word for word in words if word.startswith("[default")], answer.out
