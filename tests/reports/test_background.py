"""Tearsheets of a second process are those of the first, whatever becomes of it."""

from __future__ import annotations

import multiprocessing

import pytest

from backtests.records.result import Result
from reports import background
from reports.background import BackgroundRenderer
from reports.pages.tearsheet import tearsheet
from tests.support.results import curve, make, walk

forks = pytest.mark.skipif(not background.FORKS, reason="processes are not copied here")


def results() -> list[Result]:
    long = make(curve(walk(600)), curve(walk(600, seed=2)), {"switch": curve(walk(600, seed=3))})
    return [long, make(curve(walk(40)))]


@pytest.fixture(scope="module")
def expected() -> list[str]:
    """Their pages made here, by libraries that each process of a test then has from this one."""
    return [tearsheet(result) for result in results()]


def elsewhere(result: Result) -> None:
    raise AssertionError("drawn here")


def here(result: Result, *, index: bool = False) -> str:
    """For the page of the very same function, which takes seconds to draw."""
    return f"drawn here: {len(result.equity)} sessions, index {index}"


@forks
def test_another_process_draws_the_same_bytes_and_says_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, expected: list[str]
) -> None:
    messages: list[tuple[str, float]] = []
    artist = BackgroundRenderer(lambda what, share: messages.append((what, share)))
    assert [page.count("<figure id=") for page in expected] == [14, 0]
    monkeypatch.setattr(background, "tearsheet", elsewhere)
    for result, drawn in zip(results(), expected, strict=True):
        artist.begin(result)
        messages.clear()
        assert artist.tearsheet(result) == drawn
        shares = [share for _, share in messages]
        assert (shares[0], shares[-1]) == (0.0, 1.0)
        assert shares == sorted(shares)


@forks
@pytest.mark.parametrize("begun", [False, True])
def test_what_a_dead_process_owes_is_drawn_here(
    monkeypatch: pytest.MonkeyPatch, begun: bool
) -> None:
    monkeypatch.setattr(background, "tearsheet", here)
    children = set(multiprocessing.active_children())
    artist = BackgroundRenderer()
    (process,) = set(multiprocessing.active_children()) - children
    result = results()[0]
    if begun:
        artist.begin(result)
    process.kill()
    process.join()
    if not begun:
        artist.begin(result)
    assert artist.tearsheet(result) == here(result)


@forks
def test_a_process_that_takes_too_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "PATIENCE", 0.0)
    monkeypatch.setattr(background, "tearsheet", here)
    artist = BackgroundRenderer()
    for result in results():
        artist.begin(result)
        assert artist.tearsheet(result) == here(result)


@forks
def test_it_ends_when_nobody_listens() -> None:
    children = set(multiprocessing.active_children())
    artist = BackgroundRenderer()
    (process,) = set(multiprocessing.active_children()) - children
    del artist
    process.join(60)
    assert process.exitcode == 0


def test_where_nothing_forks_it_is_drawn_in_turn(
    monkeypatch: pytest.MonkeyPatch, expected: list[str]
) -> None:
    monkeypatch.setattr(background, "FORKS", False)
    children = set(multiprocessing.active_children())
    artist = BackgroundRenderer()
    assert set(multiprocessing.active_children()) == children
    result = results()[1]
    artist.begin(result)
    assert artist.tearsheet(result) == expected[1]
