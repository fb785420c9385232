"""The rule of software-phase, in views made by hand and on prices."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from markets.folder.source import FolderSource
from strategies.software_phase import SOFTWARE, SoftwarePhase
from tests.support.strategy_views import NAN, WrittenHistory, targets, view_in_march


def test_software_is_bought_with_the_article() -> None:
    strategy = SoftwarePhase()
    assert strategy.weights(view_in_march(WrittenHistory(), strategy, None)) == {"MCHI": 1.0}
    assert strategy.weights(view_in_march(WrittenHistory(), strategy, 0)) == dict.fromkeys(
        SOFTWARE.tickers, 1 / 6
    )


@pytest.mark.parametrize(
    ("top", "without", "unknown", "held"),
    [
        (2, (), (), ("3888.HK", "002230.SZ")),
        (3, (), (), ("3888.HK", "002230.SZ", "0020.HK")),  # a tie: first in the list
        (2, ("3888.HK",), (), ("002230.SZ", "0020.HK")),
        (2, (), ("002230.SZ",), ("3888.HK", "0020.HK")),
        (3, (), SOFTWARE.tickers[1:], ("0268.HK",)),
        (2, (), SOFTWARE.tickers, ("MCHI",)),
    ],
)
def test_the_leaders_of_software(
    top: int, without: tuple[str, ...], unknown: tuple[str, ...], held: tuple[str, ...]
) -> None:
    gains = dict(zip(SOFTWARE.tickers, (-0.1, 0.9, 0.2, 0.5, 0.1, 0.2), strict=True))
    history = WrittenHistory(gains | dict.fromkeys(unknown, NAN))
    strategy = SoftwarePhase(top=top)
    weights = strategy.weights(view_in_march(history, strategy, without=without))
    assert weights == dict.fromkeys(held, pytest.approx(1 / len(held)))
    assert set(history.asked) == {("momentum", 126, 0)}
    assert strategy.weights(view_in_march(history, strategy, None)) == {"MCHI": 1.0}


def test_the_controls_of_software_make_the_same_move() -> None:
    controls = SoftwarePhase(top=2).controls()
    for name, lines in (("platforms", {"KWEB"}), ("hardware", {"0992.HK", "0981.HK"})):
        control = controls[name]
        assert control.weights(view_in_march(WrittenHistory(), control, None)) == {"MCHI": 1.0}
        after = control.weights(view_in_march(WrittenHistory(), control, 0))
        assert after == dict.fromkeys(lines, 1 / len(lines))
    still = controls["MSCI China"]
    assert still.weights(view_in_march(WrittenHistory(), still, 0)) == {"MCHI": 1.0}


def test_other_software_is_six_lines_of_the_pool() -> None:
    drawn = SoftwarePhase().drawn(Random(3))
    assert isinstance(drawn, SoftwarePhase)
    assert len(set(drawn.lines.split())) == 6
    assert set(drawn.lines.split()) <= set(SoftwarePhase.pool)
    assert len(SoftwarePhase.pool) == len(set(SoftwarePhase.pool))


def test_software_on_real_prices_starts_without_the_mainland(prices: Path) -> None:
    """The files of iFlytek and Yonyou begin in March 2025: their part goes to the other four."""
    chosen = targets(SoftwarePhase(), FolderSource(prices), "2025-01-02", "2025-10-30")
    assert chosen["2025-01-02"] == {"MCHI": 1.0}
    assert chosen["2025-02-21"] == dict.fromkeys(
        ("0268.HK", "3888.HK", "0020.HK", "3896.HK"), pytest.approx(0.25)
    )
    assert chosen["2025-06-30"] == dict.fromkeys(SOFTWARE.tickers, pytest.approx(1 / 6))
