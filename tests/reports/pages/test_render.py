"""Templates are compiled once and kept, and a folder that refuses costs time alone."""

from __future__ import annotations

import sys
from pathlib import Path

import jinja2
import pytest

from reports.pages.render import CompiledTemplates, days


@pytest.fixture(autouse=True)
def bytecode_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates that were compiled, by name, as they are."""
    names: list[str] = []
    compile_ = jinja2.Environment.compile

    def watched(self, source, name=None, *rest, **more):  # type: ignore[no-untyped-def]
        names.append(name)
        return compile_(self, source, name, *rest, **more)

    monkeypatch.setattr(jinja2.Environment, "compile", watched)
    return names


def page(folder: Path, options: str = "plain") -> str:
    """A page as a process that has just begun makes it."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        bytecode_cache=CompiledTemplates(options, folder),
    )
    return environment.get_template("page.html").render({"name": "<Alibaba>"})


def test_a_template_is_compiled_again_where_it_or_an_option_changed(
    tmp_path: Path, compiled: list[str]
) -> None:
    template = tmp_path / "page.html"
    template.write_text("<p>{{ name }}</p>")
    assert page(tmp_path) == page(tmp_path) == "<p>&lt;Alibaba&gt;</p>"
    assert len(compiled) == 1
    template.write_text("<b>{{ name }}</b>")
    assert page(tmp_path) == "<b>&lt;Alibaba&gt;</b>"
    assert len(compiled) == 2
    page(tmp_path, "other options")
    assert len(compiled) == 3


def test_what_was_damaged_is_compiled_again(tmp_path: Path, compiled: list[str]) -> None:
    (tmp_path / "page.html").write_text("<p>{{ name }}</p>")
    page(tmp_path)
    (kept,) = (tmp_path / "__pycache__").iterdir()
    kept.write_bytes(kept.read_bytes()[:-9])
    assert page(tmp_path) == "<p>&lt;Alibaba&gt;</p>"
    assert len(compiled) == 2


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>{{ name }}</p>")
    (tmp_path / "__pycache__").write_text("a file where a folder should be")
    assert page(tmp_path) == "<p>&lt;Alibaba&gt;</p>"


def test_who_wants_no_bytecode_gets_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "page.html").write_text("<p>{{ name }}</p>")
    page(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_day_does_not_break_at_its_hyphens() -> None:
    whole = '<span class="day">2025-02-21</span>'
    assert days("since 2025-02-21, <b>") == f"since {whole}, &lt;b&gt;"
    assert days(3) == "3"
    assert days("12025-02-21 and 2025-02") == "12025-02-21 and 2025-02"
