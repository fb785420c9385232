"""A card a thesis: what it shows, where it leads, and what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from newsfolio.errors import OutputError
from reports import write_gallery
from tests.support.results import judged


def test_a_card_shows_thesis_article_verdict_and_curve(tmp_path: Path) -> None:
    record = judged()
    page = write_gallery([record], {"house-views": "it needs <skfolio>"}, tmp_path)
    text = page.read_text(encoding="utf-8")
    thesis = record.manifest["thesis"]
    assert thesis is not None
    (card,) = BeautifulSoup(text, "html.parser").select(".gallery li")
    shown = card.get_text(" ", strip=True)
    assert card.select_one("h2 a")["href"] == f"{record.id}/verdict.html"  # type: ignore[index]
    article = thesis["article"]
    for words in (thesis["statement"], article["title"], article["published"][:10], "not judged"):
        assert words in shown
    assert card.select("svg.spark polyline.scored")
    assert "it needs &lt;skfolio&gt;" in text
    assert "http" not in text.replace("http-equiv", "")


def test_a_page_without_a_thesis_is_one(tmp_path: Path) -> None:
    assert "0 theses" in write_gallery([], {"a": "no data"}, tmp_path).read_text()


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"No such file.*give another folder"):
        write_gallery([], {}, tmp_path / "none")
