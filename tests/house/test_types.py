"""What is known of a value is said in its type; exceptions stand here with their reason.

`object` is a value of any kind, of which nothing is assumed; `Any` switches the checks off. The
shapes of documents stand in `reports/contract/` or beside whoever writes them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.source_tree import bags, project_files, source_files, uses_of_any

FILES = project_files("newsfolio", "markets", "reports", "backtests")

BAGS = {
    "markets/yahoo/session.py": "what yfinance asks curl_cffi for, handed on as it comes",
    "reports/tearsheet/matplotlib_svg.py": "matplotlib's settings: their names differ by version",
}
NO_TYPES = "the library has no types, or others in each version"
VALUES = "a parameter is of the type that its author gave its default"
ANSWERS = "an answer is of the kind that the message asks for"
ANY = {
    "backtests/engines/native_backtrader.py": (1, NO_TYPES),
    "backtests/evaluation/lookahead/announcements.py": (2, "it stands for os.readlink"),
    "backtests/evaluation/lookahead/channel.py": (1, ANSWERS),
    "backtests/evaluation/lookahead/replay_process.py": (1, ANSWERS),
    "backtests/evaluation/lookahead/replaying.py": (1, "a strategy in the dress of its witness"),
    "backtests/evaluation/lookahead/travelling.py": (
        3,
        "functions of any author, with their cache",
    ),
    "backtests/evaluation/lookahead/witness.py": (1, "what an author's weights answer"),
    "backtests/evaluation/schema.py": (
        1,
        "the type of its document: tests/reports/test_contract.py",
    ),
    "backtests/evaluation/statistics/distributions.py": (1, NO_TYPES),
    "backtests/plain_strategy.py": (1, NO_TYPES),
    "backtests/public/own_packages.py": (1, "a loader of any package"),
    "backtests/sweeps/executors.py": (5, NO_TYPES),
    "markets/per_market.py": (4, "it makes a PerMarket of any function; the overloads say which"),
    "markets/reference/calendar_library.py": (5, NO_TYPES),
    "markets/reference/packed_file.py": (2, NO_TYPES),
    "markets/yahoo/isolation.py": (3, NO_TYPES),
    "markets/yahoo/session.py": (5, "options of curl_cffi, handed on"),
    "newsfolio/declaration.py": (2, "what an author wrote, before it is checked"),
    "newsfolio/parameters.py": (8, VALUES),
    "newsfolio/portfolios.py": (5, "a strategy may stand where a ticker does"),
    "newsfolio/strategy.py": (5, "an attribute, or a property that works it out"),
    "reports/tearsheet/matplotlib_svg.py": (2, NO_TYPES),
}
"""How often at most, and why."""


def test_a_document_has_a_type() -> None:
    """No `dict[str, Any]`: a TypedDict or a dataclass names its keys once."""
    reported = bags(FILES)
    assert {path: text for path, text in reported.items() if path not in BAGS} == {}
    assert BAGS.keys() <= reported.keys(), "delete what is mended from the exceptions"


def test_any_stands_where_nothing_else_can() -> None:
    used = uses_of_any(FILES)
    allowed = {path: count for path, (count, _) in ANY.items()}
    assert used == allowed, "say what it is; where there are fewer now, lower the count"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("def f(a: dict[str, Any]) -> Mapping[str, Any]: ...", 2),
        ("a: list[dict] = []\nb: tuple[int, dict]", 2),
        ("def f(a: dict[str, int], b: dict[str, list[Any]], c: NDArray[Any]) -> object: ...", 0),
        ("class A(dict[str, Any]): ...", 1),
    ],
)
def test_a_bag_is_reported(tmp_path: Path, text: str, count: int) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/made.py").write_text(text)
    reported = bags(source_files(tmp_path, "reports"))
    assert reported == ({"reports/made.py": f"{count} times"} if count else {})


def test_any_is_counted_but_for_arrays(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    text = "def f(a: Any, b: NDArray[Any], c: NDArray[np.floating[Any]]) -> list[Any]: ..."
    (tmp_path / "reports/made.py").write_text(text)
    assert uses_of_any(source_files(tmp_path, "reports")) == {"reports/made.py": 2}
