"""The built site: its links lead somewhere, and a browser would fetch nothing from elsewhere.

`make docs` builds it; without that these skip.
"""

from __future__ import annotations

import inspect
import re
import shutil
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

import backtests
import newsfolio
from newsfolio import quantities

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"
PAGES = sorted(SITE.rglob("*.html"))
FETCHED = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src"}


class Page(HTMLParser):
    """Addresses of links and of what is fetched, and the ids of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag in FETCHED and FETCHED[tag] in values and values.get("rel") != "canonical":
            self.fetched.append(values[FETCHED[tag]])


@cache
def page_of(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def broken(path: Path) -> list[str]:
    """Links of a page that lead to no file, or to no place of it."""
    lost = []
    for link in page_of(path).links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if target.is_dir():
            target /= "index.html"
        anchor = unquote(parts.fragment)
        if not target.exists() or (
            anchor and target.suffix == ".html" and anchor not in page_of(target).ids
        ):
            lost.append(link)
    return lost


def outside(text: str) -> list[str]:
    """What a style sheet would fetch from elsewhere."""
    return re.findall(r"(?:url\(\s*[\"']?|@import\s+[\"'])((?:https?:)?//[^\"')]+)", text)


site = pytest.mark.skipif(not PAGES, reason="the site is not built: make docs")


@site
def test_every_link_leads_somewhere() -> None:
    lost = {path.relative_to(SITE).as_posix(): broken(path) for path in PAGES}
    lost.pop("404.html", None)  # its addresses are those of a server's root
    assert {page: links for page, links in lost.items() if links} == {}


@site
def test_nothing_is_fetched_from_elsewhere() -> None:
    assert [
        address for path in PAGES for address in page_of(path).fetched
        if urlsplit(address).netloc or address.startswith("//")
    ] == []  # fmt: skip
    for sheet in SITE.rglob("*.css"):
        assert outside(sheet.read_text(encoding="utf-8")) == []


@site
def test_the_reference_shows_every_public_name() -> None:
    ids = {name for path in SITE.glob("reference/*.html") for name in page_of(path).ids}
    shown = {name.rsplit(".", 1)[-1] for name in ids}
    assert {*backtests.__all__, *quantities.__all__} <= shown


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("browser tests: no chromium on the path")
    with (
        playwright.sync_playwright() as play,
        play.chromium.launch(executable_path=chromium, args=["--no-sandbox"]) as opened,
    ):
        yield opened


APART = ("landmark-unique", "scrollable-region-focusable")
"""What the theme's script makes: a bar of each block's button, and frames of wide tables, which
browsers let the keyboard scroll."""


@site
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_a_page(browser: Any, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    for name in ("tutorials/thesis", "reference/errors", "installation"):
        view = browser.new_page(viewport={"width": 390, "height": 900}, color_scheme=scheme)
        asked: list[str] = []
        view.on("request", lambda request, asked=asked: asked.append(request.url))
        view.goto((SITE / f"{name}.html").as_uri())
        violations = axe.Axe().run(view).response["violations"]
        assert {violation["id"] for violation in violations} <= {*APART}, name
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert view.evaluate(wide) == 0
        assert {urlsplit(address).scheme for address in asked} == {"file"}
        view.close()


@site
def test_a_search_needs_no_server(browser: Any) -> None:
    view = browser.new_page(viewport={"width": 1400, "height": 900})
    view.goto((SITE / "tutorials" / "thesis.html").as_uri())
    view.click("input[name=query]")
    view.keyboard.type("withholding")
    view.wait_for_selector(".md-search-result__item", state="attached")
    view.close()


def test_every_public_name_stands_in_the_reference() -> None:
    text = "\n".join(path.read_text() for path in (ROOT / "docs" / "reference").glob("*.md"))
    words = set(re.findall(r"\w+", text))
    errors = {name for name in newsfolio.__all__ if name.endswith(("Error", "Data", "Name"))}
    assert {*newsfolio.__all__, *backtests.__all__} - errors <= words
    assert "::: newsfolio.errors" in text
    assert "[every public name of newsfolio.quantities]" in text


def unsaid(package: Any) -> list[str]:
    """Public names of a package, and of its classes, without a docstring of their own."""
    named = [(name, getattr(package, name)) for name in package.__all__]
    parts = [
        (f"{name}.{part}", value)
        for name, owner in named
        if inspect.isclass(owner)
        for part, value in vars(owner).items()
        if part[0] != "_" and (inspect.isfunction(value) or isinstance(value, property))
    ]
    whole = [(name, value) for name, value in named if callable(value)]
    return [name for name, value in whole + parts if not inspect.getdoc(value)]


def test_every_public_name_says_what_it_is() -> None:
    for package in (newsfolio, backtests, quantities):
        assert unsaid(package) == []


def test_every_document_stands_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text().split("\nnav:\n")[1]
    listed = re.findall(r"(?:- |: )([\w/-]+\.md)$", navigation, re.MULTILINE)
    documents = ROOT / "docs"
    assert sorted(listed) == sorted(
        path.relative_to(documents).as_posix() for path in documents.rglob("*.md")
    )


def test_what_is_broken_or_outside_is_reported(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text('<p id="here"><a href="#here"></a><a href="#no"></a><a href="b.html"></a>'
                    '<img src="//x.org/i.png">')  # fmt: skip
    assert broken(page) == ["#no", "b.html"]
    assert page_of(page).fetched == ["//x.org/i.png"]
    assert outside("a{background:url(https://x.org/a.png)}") == ["https://x.org/a.png"]
    assert outside("a{background:url(data:image/png)}") == []
