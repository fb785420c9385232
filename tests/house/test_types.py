"""What is known of a value is said in its type; exceptions stand here with their reason.

`object` is a value of any kind, of which nothing is assumed; `Any` switches the checks off. The
shapes of documents stand in `reports/contract/` or beside whoever writes them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import newsfolio
from tests.support.source_tree import bags, source_files, uses_of_any

ROOT = Path(newsfolio.__file__).parent.parent
FILES = source_files(ROOT, "newsfolio", "markets", "reports", "backtests")

BAGS: dict[str, str] = {}
ANY: dict[str, tuple[int, str]] = {}
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
