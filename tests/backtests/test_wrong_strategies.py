"""Ordinary mistakes in a strategy file: each is named with the author's line, and counted."""

from __future__ import annotations

import re

import pytest

from backtests.records.ledger import Ledger
from tests.support.shell import Shell
from tests.support.small_runs import flat_prices

HEAD = """\
import sys
from dataclasses import dataclass
import numpy as np
import pandas as pd
from newsfolio import *
from newsfolio.assets import Kind, Sleeve
from newsfolio.errors import CommandError, MissingData


class Mute(Exception):
    def __str__(self):
        raise ValueError("no text")


class Loud(BaseException):
    pass


@dataclass(frozen=True)
class S(Strategy):
"""
WEIGHTS = "def weights(self, view):\n    return {'AAX': 1.0}\n"
UNIVERSE = "universe = ('AAX',)\n"
RUN = ("run", "s.py:S", "--data", "prices", "--no-tearsheet", "--no-verdict", "--engine", "kernel")

ATTRIBUTES = {
    "universe = ['AAX']": "a list",
    "universe = None": "None",
    "universe = {'AAX'}": "a set",
    "universe = {'AAX': 1.0}": "a dict",
    "universe = (line for line in ('AAX',))": "a generator",
    "universe = pd.DataFrame({'AAX': [1.0]})": "a DataFrame",
    "universe = pd.Index(['AAX'])": "an Index",
    "universe = np.array(['AAX'])": "a ndarray",
    "universe = 7": "is 7",
    "universe = ('AAX', None)": "a tuple",
    "universe = ('AAX', 3.5)": "a tuple",
    "universe = (('AAX', 'BBX'),)": "a tuple",
    "universe = ('',)": "a tuple",
    "universe = (Sleeve('all', ['AAX']),)": "lines of a sleeve",
    "universe = (Sleeve('all', 'AAX'),)": "lines of a sleeve",
    "universe = (Sleeve,)": "a tuple",
    "universe = (Asset('AAX', NEW_YORK, lot=100),)": "lot=100; write lot=always(100)",
    "universe = (Asset('AAX', NEW_YORK, withholding=0.3),)": "write withholding=always(0.15)",
    "universe = (Asset('AAX', NEW_YORK, listed='2020-01-01'),)": "write listed=date(2020, 1, 2)",
    "universe = (Asset('AAX', NEW_YORK, listed=pd.Timestamp('2020-01-01')),)": "write listed=date",
    "universe = (Asset('AAX', NEW_YORK, delisted='2024-01-02'),)": "write delisted=Delisting(date",
    "universe = (Asset('AAX', NEW_YORK, stand_in='BBX'),)": "write stand_in=(",
    "universe = (Asset('AAX', NEW_YORK, kind='share'),)": "write kind=Kind.STOCK",
    "universe = (Asset('AAX', 'NEW_YORK'),)": "write venue=NEW_YORK",
    "rebalance = monthly | 'weekly'": "join schedules",
    "rebalance = monthly | None": "join schedules",
    "rebalance = 'monthly'": "rebalance = monthly",
    "rebalance = 'every month'": "write a schedule",
    "rebalance = None": "None",
    "rebalance = 21": "21",
    "rebalance = drift_band": "a function",
    "rebalance = [monthly]": "a list",
    "benchmark = 7": "7",
    "benchmark = ('AAX',)": "a tuple",
    "benchmark = Fixed": "the class Fixed",
    "benchmark = Fixed(mix=(('AAX', 1.0),))": "pairs of a weight and a line",
    "benchmark = Fixed(mix=((1.0, 'AAX'), (0.5,)))": "pairs of a weight and a line",
    "thesis = 7": "7",
    "thesis = 'prices rise'": "the text 'prices rise'",
    "signals = '^VIX'": "the text '^VIX'",
    "signals = ['^VIX']": "a list",
    "facts = 'releases'": "the text",
    "facts = ('releases',)": "a tuple",
    "universe = ('FOO.XX',)": "nobody knows the venue .XX",
    "universe = ('aax',)": "no ticker called 'aax'",
    "universe = ('AAX', 'AAX')": "AAX stands twice in the universe",
    "universe = ()": "the universe is empty",
    "universe = (Sleeve('chips', ('AAX',), 0.5),)": "hindsight=0.5 is no text",
    "universe = (Sleeve(0.5, ('AAX',)),)": "name=0.5 is no text",
    "benchmark = 'BRK.B'": "Yahoo writes BRK-B",
    "signals = ('^VIX.XX ',)": "^VIX.XX",
    "rebalance = monthly and weekly": "join two with |",
    "rebalance = monthly or weekly": "join two with |",
    "max_gross = '2'": "the text '2'",
    "max_gross = 0": "0",
    "max_gross = float('nan')": "nan",
    "max_gross = True": "True",
    "max_gross = float('inf')": "inf",
    "grid = 5": "5",
    "grid = {'days': 5}": "a dict",
    "grid = {'days': ()}": "a dict",
    "grid = {'days': (1, 2)}": "days is no parameter",
    "grid = [('days', (1, 2))]": "a list",
    "studies = 3": "3",
    "pool = 'AAX'": "the text 'AAX'",
    "files = 'scores.csv'": "the text",
    "files = ('scores.csv',)": "there is no scores.csv in",
    "controls = 5": "controls is 5",
    "controls = {}": "a dict",
    "explain = 'because'": "the text",
    "weights_table = None": "None",
    "name = 7": "7",
    "label = None": "None",
    "label = '\\ud800'": "no text that can be written",
    "days: int = None": "give the parameter a default",
    "days: int = '5'": "S.days: int = '5', which is of type str",
    "days: int = 5.5": "S.days: int = 5.5",
    "days: int = True": "S.days: int = True",
    "days: float = param('0.5')": "S.days: float = '0.5'",
    "days: bool = 1": "S.days: bool = 1",
    "days: str = 5": "S.days: str = 5",
    "mix: Kind = 'equal'": "S.mix: Kind = 'equal'",
    "def __init__(self, days):\n    pass": "missing 1 required positional argument",
    "def explain(self):\n    return None": "takes 1 positional argument",
    "def controls(self):\n    return 5": "answered 5",
    "def controls(self):\n    return None": "answered None",
    "def controls(self):\n    return [Fixed(mix=((1.0, 'AAX'),))]": "answered a list",
    "def controls(self):\n    return {'held': 'AAX'}": "the text 'AAX'",
    "def controls(self):\n    return {'held': Fixed}": "the class Fixed",
    "def controls(self):\n    return {3: Fixed(mix=((1.0, 'AAX'),))}": "names 3",
    "def controls(self):\n    return 1 / 0": "ZeroDivisionError",
    "def controls(self):\n    return {'held': Fixed(mix=((1.0, 'aay'),))}": "called 'aay'",
    "def controls(self):\n    raise MissingData('no list')": "no list",
    "@property\ndef rebalance(self):\n    raise CommandError('no day')": "no day",
    "def controls(self):\n    sys.exit(0)": "SystemExit",
    "@property\ndef universe(self):\n    return self.nothing": "AttributeError",
    "@property\ndef universe(self):\n    return ['AAX']": "a list",
    "def explain(self, view):\n    return 5": "explain answered a int",
    "def explain(self, view):\n    return {}['gain']": "KeyError",
    "def __post_init__(self):\n    raise RuntimeError('no')": "RuntimeError: no",
    "def __post_init__(self):\n    sys.exit(0)": "SystemExit",
    "def weights_table(self, panel):\n    return 'all'": "weights_table answered a str",
    "def weights_table(self, panel):\n    return [[1.0, 2.0, 3.0]]": "the shape",
    "def weights_table(self, panel):\n    return panel.nothing": "AttributeError",
}
ANSWERS = {
    "return 1.0": "a float",
    "return ['AAX']": "a list",
    "return pd.DataFrame({'AAX': [1.0]})": "a DataFrame",
    "return {'AAX': np.array([0.5])}": "array([0.5])",
    "return {'AAX': pd.Series([0.5])}": "plain number",
    "return {'AAX': view.close['AAX']}": "give a plain number",
    "return {'AAX': '1.0'}": "'1.0'",
    "return {'AAX': None}": "None",
    "return {'AAX': 1j}": "1j",
    "return {'AAX': float('nan')}": "nan",
    "return {'AAX': 1.5}": "max_gross",
    "return {'TSLA': 1.0}": "TSLA",
    "return {0: 1.0}": "wants 0",
    "return {('AAX',): 1.0}": "not in its universe",
    "return {None: 1.0}": "wants None",
    "return {'AAX': 1 / 0}": "ZeroDivisionError",
    "return {'AAX': view.close['TSLA'].iloc[-1]}": "KeyError",
    "return {'AAX': view.close.loc['1999-01-01']}": "KeyError",
    "return {'AAX': view.price('AAX')}": "AttributeError",
    "return {'AAX': view.momentum('AAX', -5)}": "whole number",
    "return {'AAX': view.signal('^VIX').iloc[-1]}": "VIX",
    "return self.weights(view)": "RecursionError",
    "raise MissingData('no score')": "no score",
    "raise CommandError('no list')": "no list",
    "raise Exception('\\ud800')": "Exception: \\ud800",
    "raise Mute": "its text cannot be shown",
    "raise Exception('long ' * 10_000)": "Exception: long",
    "raise Exception('a\\nb\\nc\\nd')": "a b c d",
    "raise Loud('out')": "Loud: out",
    "raise GeneratorExit": "GeneratorExit",
    "sys.exit(0)": "SystemExit: 0",
    "sys.exit()": "SystemExit",
    "exit(0)": "SystemExit",
    "raise MemoryError": "MemoryError",
    "raise StopIteration": "StopIteration",
    "assert False, 'never'": "AssertionError: never",
    "yield {'AAX': 1.0}": "a generator",
}


def refused(shell: Shell, text: str) -> str:
    """Run a file that must fail; what was said, after a look at the row that it leaves."""
    flat_prices(shell.folder / "prices", AAX=100.0)
    (shell.folder / "s.py").write_text(text, encoding="utf-8")
    answer = shell(*RUN)
    assert answer.code in (1, 2), answer
    assert answer.out == ""
    assert 1 <= len(answer.err.strip().splitlines()) <= 2, answer.err
    assert len(answer.err) < 1_200
    assert "bug of ours" not in answer.err
    assert re.search(r"s\.py,? \(?line \d+", answer.err), answer.err
    (row,) = Ledger(shell.ledger).rows()
    assert row["status"] == "failed"
    assert row["error"]
    return answer.err


def indented(body: str) -> str:
    return "".join(f"    {line}\n" for line in body.splitlines())


@pytest.mark.parametrize(("body", "words"), ATTRIBUTES.items(), ids=range(len(ATTRIBUTES)))
def test_what_stands_in_the_class(shell: Shell, body: str, words: str) -> None:
    given = UNIVERSE if "universe" not in body else ""
    error = refused(shell, HEAD + indented(given + body + "\n" + WEIGHTS))
    assert words in error


@pytest.mark.parametrize(("body", "words"), ANSWERS.items(), ids=range(len(ANSWERS)))
def test_what_is_answered(shell: Shell, body: str, words: str) -> None:
    text = f"{UNIVERSE}def weights(self, view):\n    {body}\n"
    assert words in refused(shell, HEAD + indented(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + indented(UNIVERSE), "no weights"),
        (HEAD + indented(UNIVERSE + "def weights(self):\n    return {}"), "takes 1 positional"),
        (HEAD + indented(UNIVERSE + "weights = {'AAX': 1.0}"), "S.weights is a dict"),
        ("sys.exit(0)\n", "NameError"),
        ("import sys\nsys.exit(0)\n", "SystemExit: 0"),
        ("class S(:\n", "SyntaxError"),
        ("import no_such_module_anywhere\n", "ModuleNotFoundError"),
        (HEAD + indented("universe = ('AAX',)\nlines: list = []\n" + WEIGHTS), "ValueError"),
    ],
    ids=range(8),
)
def test_the_file_itself(shell: Shell, text: str, words: str) -> None:
    assert words in refused(shell, text)


def test_an_interrupt_of_a_strategy_is_no_success_and_is_counted(shell: Shell) -> None:
    flat_prices(shell.folder / "prices", AAX=100.0)
    text = f"{UNIVERSE}def weights(self, view):\n    raise KeyboardInterrupt\n"
    (shell.folder / "s.py").write_text(HEAD + indented(text))
    answer = shell(*RUN)
    assert answer.code == 1
    assert "interrupted" in answer.err
    (row,) = Ledger(shell.ledger).rows()
    assert row["status"] == "failed"


@pytest.mark.parametrize("raised", ["KeyboardInterrupt", "GeneratorExit", "Loud"])
def test_whatever_a_file_raises_on_import_is_a_trial(shell: Shell, raised: str) -> None:
    flat_prices(shell.folder / "prices", AAX=100.0)
    (shell.folder / "s.py").write_text(f"class Loud(BaseException):\n    pass\nraise {raised}\n")
    answer = shell(*RUN)
    assert answer.code == 1
    assert ("interrupted" if raised == "KeyboardInterrupt" else "line 3") in answer.err
    (row,) = Ledger(shell.ledger).rows()
    assert (row["status"], row["strategy"]) == ("failed", "s.py:S")
    assert raised in row["error"]


def test_files_that_lie_beside_the_strategy_or_here(shell: Shell) -> None:
    flat_prices(shell.folder / "prices", AAX=100.0)
    (shell.folder / "own").mkdir()
    (shell.folder / "own" / "scores.csv").touch()
    (shell.folder / "more.csv").touch()
    text = HEAD + indented(UNIVERSE + "files = ('scores.csv', 'more.csv', 'TABLE')\n" + WEIGHTS)
    (shell.folder / "own" / "s.py").write_text(text)
    answer = shell("run", "own/s.py:S", *RUN[2:])
    assert answer.code == 0, answer.err
