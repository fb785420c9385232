"""Strategies from files and folders: what they may import, and whose module that is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backtests import strategy_loader
from backtests.runner.fingerprint import code_of
from newsfolio.errors import StrategyError
from tests.support.shell import SHORT, Shell

MINE = (
    "from dataclasses import dataclass\nfrom newsfolio import Strategy\n"
    "from {helper} import SHARE\n\n\n"
    "@dataclass(frozen=True)\nclass Mine(Strategy):\n    universe = ('SPY', 'TLT')\n\n"
    "    def weights(self, view):\n        return {{'SPY': SHARE}}\n"
)


@pytest.fixture(autouse=True)
def _imports_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test makes importable is forgotten after it."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(strategy_loader, "_OPENED", [])
    for name in ("helper_of_mine", "mine_in_the_folder"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def written(folder: Path, share: float, name: str = "mine") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "helper_of_mine.py").write_text(f"SHARE = {share}\n")
    path = folder / f"{name}.py"
    path.write_text(MINE.format(helper="helper_of_mine"))
    return path


def test_a_file_imports_modules_beside_it_and_each_folder_its_own(tmp_path: Path) -> None:
    first = strategy_loader.find(f"{written(tmp_path / 'one', 0.5)}:Mine")
    second = strategy_loader.find(f"{written(tmp_path / 'two', 0.25)}:Mine")
    assert first().weights(None) == {"SPY": 0.5}  # type: ignore[operator]
    assert second().weights(None) == {"SPY": 0.25}  # type: ignore[operator]


def test_an_edited_module_beside_it_makes_another_variant(tmp_path: Path) -> None:
    kind = strategy_loader.find(f"{written(tmp_path, 0.5, 'hashed')}:Mine")
    before = code_of(kind)
    (tmp_path / "helper_of_mine.py").write_text("SHARE = 0.6\n")
    assert code_of(kind) != before
    (tmp_path / "helper_of_mine.py").write_text("SHARE = 0.5\n")
    assert code_of(kind) == before


def test_a_module_is_found_in_the_working_folder(shell: Shell) -> None:
    written(shell.folder, 0.5, "mine_in_the_folder")
    assert shell("run", "mine_in_the_folder:Mine", *SHORT).code == 0


def test_indicators_and_sizers_beside_a_plain_strategy_are_none(tmp_path: Path) -> None:
    path = tmp_path / "with_helpers.py"
    path.write_text(
        "import backtrader as bt\n\n\nclass Drop(bt.Indicator):\n    lines = ('drop',)\n\n\n"
        "class Half(bt.Sizer):\n    pass\n\n\nclass Counts(bt.Analyzer):\n    pass\n\n\n"
        "class Mine(bt.Strategy):\n    pass\n"
    )
    kind = strategy_loader.find(str(path))
    assert kind.__name__ == "Mine"
    assert strategy_loader.is_plain(kind)


def test_a_module_that_is_nowhere_is_named() -> None:
    with pytest.raises(StrategyError, match="nowhere_to_be_found"):
        strategy_loader.find("nowhere_to_be_found:Mine")


def test_the_path_of_a_run_is_as_good_as_its_id(shell: Shell) -> None:
    assert shell("run", "abc-basket", *SHORT).code == 0
    (folder,) = shell.runs.glob("abc-basket-*")
    for written_so in (folder.name, f"runs/{folder.name}", f"runs/{folder.name}/"):
        assert shell("diff", written_so, folder.name).code == 0
        assert shell("report", written_so, "--no-tearsheet").code == 0
    assert shell("diff", "runs/abc", f"./runs/{folder.name}").code == 0


def test_a_file_that_is_called_like_a_strategy_is_named_with_its_ending(shell: Shell) -> None:
    assert shell("new", "my-idea").code == 0
    answer = shell("show", "my-idea")
    assert answer.code == 2
    assert (
        "no strategy called 'my-idea'. There is a file my_idea.py: write my_idea.py." in answer.err
    )
