"""The two files that `newsfolio new` writes."""

from __future__ import annotations

import re
from pathlib import Path

from newsfolio.errors import CommandError, OutputError

_STRATEGY = '''"""{title}: say here what the article claims and why it should pay."""

from dataclasses import dataclass

from newsfolio import Strategy, View, monthly, param


@dataclass(frozen=True)
class {cls}(Strategy):
    """Hold what has risen most over the look-back; cash while there is no history."""

    lookback: int = param(126, low=20, high=504, unit="sessions")

    universe = ("SPY", "KWEB", "TLT")
    rebalance = monthly
    benchmark = "SPY"

    def weights(self, view: View):
        gains = {{line: view.momentum(line, self.lookback) for line in view.usable}}
        known = {{line: gain for line, gain in gains.items() if gain == gain}}
        if not known:
            return {{}}
        return {{max(sorted(known), key=known.get): 1.0}}
'''

_TEST = '''"""{title} on the simulated sample market: python {test}, or pytest."""

import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from backtests import run

STRATEGY = Path(__file__).with_name("{file}")


class Test{cls}(unittest.TestCase):
    def test_holds_one_line_at_a_time_and_agrees_with_backtrader(self):
        with TemporaryDirectory() as folder:
            result = run(f"{{STRATEGY}}:{cls}", data="sample", start="2018-01-02", verify=True,
                         ledger=Path(folder) / "trials.sqlite")
        self.assertGreater(len(result.fills), 0)
        self.assertTrue(((result.targets > 0).sum(axis=1) <= 1).all())


if __name__ == "__main__":
    unittest.main()
'''


def write_starter(name: str, folder: Path) -> tuple[Path, Path]:
    """A strategy file and its test, ready to run and to edit; never overwrites one."""
    words = [word for word in re.split(r"[-_ ]+", name.strip()) if word]
    stem = "_".join(words).lower()
    if not stem.isidentifier():
        raise CommandError(f"{name!r} is not a name for a strategy; use letters, e.g. my-idea")
    title, cls = (
        " ".join(words).capitalize(),
        "".join(word[:1].upper() + word[1:] for word in words),
    )
    files = {
        folder / f"{stem}.py": _STRATEGY.format(title=title, cls=cls),
        folder / f"test_{stem}.py": _TEST.format(
            title=title, cls=cls, file=f"{stem}.py", test=f"test_{stem}.py"
        ),
    }
    for path in files:
        if path.exists():
            raise CommandError(f"{path} is there already; choose another name or remove it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write to {folder}: {error.strerror}; choose --out") from error
    strategy, test = files
    return strategy, test
