"""Sessions and closing times: the days on which calendar libraries err, and odd hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version

import numpy as np
import pytest

from markets.reference.calendar_library import sessions_and_closes
from markets.reference.calendars import (
    RunCalendar,
    beyond_calendars,
    closes_last,
    closing_times,
    first_decision,
    is_known,
    is_open,
    sessions_between,
    sessions_later,
    sessions_of,
)
from newsfolio import (
    HONG_KONG,
    MAINLAND,
    NEW_YORK,
    MissingData,
    Venue,
    at_publication,
    monthly,
    on_dates,
    quarterly,
    weekly,
)
from newsfolio.articles import ARTICLES
from newsfolio.assets import venue_of
from newsfolio.schedules import Schedule


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


def between(venue: Venue, start: str, end: str) -> np.ndarray:
    sessions = sessions_of(venue)
    return sessions[(sessions >= np.datetime64(start)) & (sessions <= np.datetime64(end))]


def marked(schedule: Schedule, axis: np.ndarray, clock: Venue) -> list[str]:
    return [str(day) for day in axis[schedule.marks(RunCalendar(axis, clock, None))]]


@pytest.mark.parametrize(
    ("venue", "decade", "year"),
    [(NEW_YORK, 2766, 250), (HONG_KONG, 2708 - 2, 246), (MAINLAND, 2674, 243)],
)
def test_sessions_of_2015_to_2025(venue: Venue, decade: int, year: int) -> None:
    """Two fewer in Hong Kong than the library has: 2023-09-01 and 2023-09-08."""
    assert len(between(venue, "2015-01-01", "2025-12-31")) == decade
    assert len(between(venue, "2025-01-01", "2025-12-31")) == year


@pytest.mark.parametrize(
    ("venue", "day", "opened"),
    [
        ("XHKG", "2020-10-13", False), ("XHKG", "2021-10-13", False), ("XHKG", "2023-07-17", False),
        ("XHKG", "2023-09-01", False), ("XHKG", "2023-09-08", False), ("XHKG", "2024-09-06", False),
        ("XHKG", "2017-08-23", False), ("XHKG", "2023-09-04", True),
        ("XHKG", "2025-09-23", True),  # a typhoon too, but since 2024 Hong Kong trades through them
        ("XHKG", "2025-01-28", True), ("XHKG", "2025-01-29", False),
        ("XNYS", "2001-09-12", False), ("XNYS", "2012-10-29", False), ("XNYS", "2025-01-09", False),
        ("XSHG", "2025-01-27", True), ("XSHG", "2025-01-28", False), ("XSHG", "2025-02-05", True),
        ("XSHG", "2023-09-01", True),
    ],
)  # fmt: skip
def test_open_and_shut(venue: str, day: str, opened: bool) -> None:
    assert is_open(venue, days(day)).tolist() == [opened]


@pytest.mark.parametrize(
    ("venue", "day", "hour"),
    [
        ("XNYS", "2025-01-15", "21:00"), ("XNYS", "2025-07-15", "20:00"),
        ("XNYS", "2024-11-29", "18:00"), ("XNYS", "2024-07-03", "17:00"),
        ("XNYS", "2025-07-04", None), ("XHKG", "2023-09-01", None), ("XSHG", "2025-01-15", "07:00"),
    ],
)  # fmt: skip
def test_closing_times(venue: str, day: str, hour: str | None) -> None:
    close = closing_times(venue, date.fromisoformat(day))
    assert (close and f"{close:%Y-%m-%d %H:%M %Z}") == (hour and f"{day} {hour} UTC")


def test_hong_kong_closes_at_noon_before_the_lunar_new_year() -> None:
    half = closing_times("XHKG", date(2025, 1, 28))
    assert half is not None
    assert (
        datetime(2025, 1, 28, 4, 0, tzinfo=UTC) <= half <= datetime(2025, 1, 28, 4, 10, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("day", "count", "later"),
    [
        (date(2025, 1, 24), 0, "2025-01-24"),
        (date(2025, 1, 24), 3, "2025-02-03"),  # 27, 28, then the holidays
        (date(2025, 1, 30), 0, "2025-02-03"),
        (date(2025, 1, 30), 1, "2025-02-04"),
        (date(2023, 8, 31), 1, "2023-09-04"),
    ],
)
def test_sessions_are_counted_on_the_venue(day: date, count: int, later: str) -> None:
    assert str(sessions_later(HONG_KONG, day, count)) == later


def test_the_clock_is_the_venue_that_closes_last() -> None:
    assert closes_last([MAINLAND, NEW_YORK, HONG_KONG]) is NEW_YORK
    assert closes_last([MAINLAND, HONG_KONG]) is HONG_KONG


def test_a_golden_week_ends_a_week_early() -> None:
    axis = between(MAINLAND, "2025-09-22", "2025-10-17")
    assert marked(weekly, axis, MAINLAND) == [
        "2025-09-26",
        "2025-09-30",
        "2025-10-10",
        "2025-10-17",
    ]


def test_a_week_ends_before_the_weekend_of_its_venue() -> None:
    """Thursdays in Riyadh; in Tel Aviv too, until its week began on Mondays, on 5 January 2026."""
    riyadh, tel_aviv = venue_of("1120.SR"), venue_of("TEVA.TA")
    axis = between(riyadh, "2026-01-11", "2026-01-31")
    assert marked(weekly, axis, riyadh) == ["2026-01-15", "2026-01-22", "2026-01-29"]
    axis = between(tel_aviv, "2025-12-14", "2026-01-16")
    assert marked(weekly, axis, tel_aviv) == [
        "2025-12-18", "2025-12-25", "2026-01-01", "2026-01-09", "2026-01-16",
    ]  # fmt: skip


def test_a_month_end_without_a_bar_is_made_up_for_on_the_next_session() -> None:
    axis = between(NEW_YORK, "2025-01-02", "2025-02-28")
    halted = axis[axis != np.datetime64("2025-01-31")]
    assert marked(monthly, halted, NEW_YORK) == ["2025-02-03", "2025-02-28"]


def test_a_month_ends_with_its_clock_and_not_with_the_bars_of_another_venue() -> None:
    """Monday 2021-05-31 was Memorial Day in New York and a session in Hong Kong."""
    axis = np.union1d(
        between(NEW_YORK, "2021-05-03", "2021-06-15"),
        between(HONG_KONG, "2021-05-03", "2021-06-15"),
    )
    assert marked(monthly, axis, NEW_YORK) == ["2021-05-28"]
    assert marked(monthly, axis, HONG_KONG) == ["2021-05-31"]


@pytest.mark.parametrize(
    ("published", "venues", "decides"),
    [
        ("2024-11-29T17:59", (NEW_YORK,), "2024-11-29"),
        ("2024-11-29T18:00", (NEW_YORK,), "2024-12-02"),  # the half day has closed
        ("2025-05-05T09:00", (NEW_YORK, HONG_KONG), "2025-05-05"),  # Hong Kong is shut
        ("2025-05-06T09:00", (NEW_YORK, HONG_KONG), "2025-05-07"),  # it closed an hour ago
        ("2025-05-06T09:00", (NEW_YORK,), "2025-05-06"),
        ("2025-05-10T12:00", (NEW_YORK, HONG_KONG), "2025-05-12"),  # a Saturday
    ],
)
def test_a_decision_comes_after_an_article_everywhere(
    published: str, venues: tuple[Venue, ...], decides: str
) -> None:
    axis = np.union1d(sessions_of(NEW_YORK), sessions_of(HONG_KONG))
    place = first_decision(datetime.fromisoformat(published).replace(tzinfo=UTC), axis, venues)
    assert place is not None
    assert str(axis[place]) == decides


def test_an_article_after_the_last_session_decides_nothing() -> None:
    axis = between(NEW_YORK, "2025-01-02", "2025-02-20")
    assert first_decision(datetime(2025, 2, 21, tzinfo=UTC), axis, (NEW_YORK,)) is None
    assert marked(at_publication, axis, NEW_YORK) == []
    calendar = RunCalendar(axis, NEW_YORK, 3)
    assert np.flatnonzero(calendar.publication()).tolist() == [3]


def test_beyond_its_calendar_the_mainland_trades_on_weekdays() -> None:
    """The library knows it to 2026-12-31; New Year's Day 2027 is a Friday, which nobody is told."""
    axis = days("2026-12-31", "2027-01-04", "2027-01-29", "2027-02-01")
    assert is_open("XSHG", axis).all()
    assert not is_open("XSHG", days("2027-01-30", "2027-01-31")).any()
    assert is_known(MAINLAND, axis).tolist() == [True, False, False, False]
    assert marked(monthly, axis, MAINLAND) == ["2026-12-31", "2027-01-29"]
    assert sessions_later(MAINLAND, date(2026, 12, 31), 2) == date(2027, 1, 4)
    assert sessions_between(MAINLAND, date(2026, 12, 30), date(2027, 1, 5)) == 3
    assert closing_times("XSHG", date(2027, 1, 29)) == datetime(2027, 1, 29, 7, 0, tzinfo=UTC)
    assert closing_times("XSHG", date(2027, 1, 30)) is None
    article = datetime(2027, 1, 4, 6, 59, tzinfo=UTC)
    for minutes, place in ((0, 1), (1, 2)):
        later = article + timedelta(minutes=minutes)
        assert first_decision(later, axis, (MAINLAND,)) == place


def test_what_is_said_of_a_calendar_that_is_too_short() -> None:
    inside = beyond_calendars([MAINLAND, HONG_KONG], days("2020-01-02", "2026-12-31"))
    assert not list(inside)
    (answer,) = beyond_calendars([MAINLAND, HONG_KONG], days("2020-01-02", "2027-01-29"))
    assert answer.startswith("XSHG: no calendar after 2026-12-31 (exchange_calendars 4.")
    riyadh = Venue("XSAU", "SAR", time(7, 0), time(12, 0))
    (answer,) = beyond_calendars([riyadh], days("2019-01-02", "2027-01-29"))
    assert answer.startswith("XSAU: no calendar before 2021-01-01 (")


@pytest.mark.parametrize(
    ("code", "first", "sessions_of_2024"),
    [("XSAU", "2021-01-03", 250), ("AIXK", "2017-01-04", 248), ("XSES", "1999-01-04", 252)],
)
def test_a_calendar_that_begins_late_or_ends_early(
    code: str, first: str, sessions_of_2024: int
) -> None:
    venue = Venue(code, "XXX", time(7, 0), time(12, 0))
    assert str(sessions_of(venue)[0]) == first
    assert len(between(venue, "2024-01-01", "2024-12-31")) == sessions_of_2024
    assert sessions_later(venue, date(2016, 6, 1), 0) == date(2016, 6, 1)  # a Wednesday


@pytest.mark.parametrize(
    ("code", "weekend"),
    [
        ("XBOM", ["2024-01-20", "2024-03-02", "2024-05-18", "2025-02-01"]),
        ("XMOS", ["2024-04-27", "2024-11-02", "2024-12-28"]),
    ],
)
def test_weekend_sessions_beside_any_pandas(code: str, weekend: list[str]) -> None:
    """As exchange_calendars has them beside pandas 2, with ours; pandas 3 passes over its weeks."""
    days = between(Venue(code, "XXX", time(4, 0), time(10, 0)), "2024-01-01", "2025-12-31")
    saturdays = days[(days.astype("int64") + 3) % 7 >= 5]
    assert [str(day) for day in saturdays][: len(weekend)] == weekend


@pytest.mark.parametrize(
    ("code", "shut"),
    [
        ("ASEX", ["2024-05-01", "2024-05-03", "2024-05-06"]),
        ("XBSE", ["2024-05-01", "2024-05-03", "2024-05-06"]),
        ("XBEL", ["2024-05-01", "2024-05-02", "2024-05-03", "2024-05-06"]),
        ("XCYS", ["2024-05-01", "2024-05-03", "2024-05-06", "2024-05-07"]),
    ],
)
def test_the_orthodox_easter_beside_any_pandas(code: str, shut: list[str]) -> None:
    """Sunday 2024-05-05; pandas 3 adds the library's own offsets as the Western Easter."""
    weekdays = np.arange(np.datetime64("2024-04-29"), np.datetime64("2024-05-11"))
    weekdays = weekdays[np.is_busday(weekdays)]
    assert [str(day) for day in weekdays[~is_open(code, weekdays)]] == shut


def test_a_calendar_that_cannot_be_made_is_named_with_both_versions() -> None:
    with pytest.raises(MissingData) as refused:
        sessions_of(Venue("NONE", "XXX", time(7, 0), time(12, 0)))
    text = str(refused.value)
    assert text.startswith(
        f"no calendar of NONE: exchange_calendars {version('exchange_calendars')}"
    )
    assert f"pandas {version('pandas')}" in text
    assert text.count("\n") == 1
    assert len(text) < 400


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("exchange_calendars.ExchangeCalendar.__init__", "XSHG"),
        ("exchange_calendars.get_calendar", "24/7"),
    ],
)
def test_any_failure_of_the_library_is_two_lines(
    monkeypatch: pytest.MonkeyPatch, where: str, code: str
) -> None:
    """Injected where sessions are made: most kinds by their own module, the others by name."""

    def fail(*_: object, **__: object) -> None:
        raise TypeError("no such offset\n" * 5_000)

    monkeypatch.setattr(where, fail)
    with pytest.raises(MissingData) as refused:
        sessions_and_closes(code, date(2020, 1, 2), date(2020, 12, 31))
    text = str(refused.value)
    assert text.startswith(
        f"no calendar of {code}: exchange_calendars {version('exchange_calendars')} beside pandas "
        f"{version('pandas')} cannot make one (TypeError: no such offset"
    )
    assert text.count("\n") == 1
    assert len(text) < 450


def marked_in(schedule: Schedule, venue: Venue, start: str, end: str) -> list[str]:
    sessions = sessions_of(venue)
    axis = sessions[(sessions >= np.datetime64(start)) & (sessions <= np.datetime64(end))]
    return [str(day) for day in axis[schedule.marks(RunCalendar(axis, venue, None))]]


@pytest.mark.parametrize(
    ("article", "decides"), [("000", "2025-09-22"), ("002", "2026-05-13"), ("003", "2025-02-21")]
)
def test_first_decisions_on_the_articles(article: str, decides: str) -> None:
    published = next(candidate.published for candidate in ARTICLES if candidate.id == article)
    axis = np.union1d(sessions_of(NEW_YORK), sessions_of(HONG_KONG))
    place = first_decision(published, axis, (NEW_YORK, HONG_KONG))
    assert place is not None
    assert str(axis[place]) == decides


@pytest.mark.parametrize(
    ("hour", "decides"), [(19, "2025-07-15"), (20, "2025-07-16"), (21, "2025-07-16")]
)
def test_a_decision_waits_for_the_real_close_in_summer(hour: int, decides: str) -> None:
    """New York closes at 20:00 UTC then, not at 21:00."""
    axis = sessions_of(NEW_YORK)
    place = first_decision(datetime(2025, 7, 15, hour, 30, tzinfo=UTC), axis, (NEW_YORK,))
    assert place is not None
    assert str(axis[place]) == decides


def test_month_quarter_and_week_ends() -> None:
    assert marked_in(monthly, NEW_YORK, "2024-12-02", "2025-03-31") == [
        "2024-12-31", "2025-01-31", "2025-02-28", "2025-03-31",
    ]  # fmt: skip
    assert marked_in(quarterly, HONG_KONG, "2025-01-02", "2025-07-31") == [
        "2025-03-31",
        "2025-06-30",
    ]
    assert marked_in(weekly, NEW_YORK, "2025-04-14", "2025-04-25") == [
        "2025-04-17",
        "2025-04-25",
    ]


def test_a_month_that_has_not_ended_has_no_end() -> None:
    assert marked_in(monthly, NEW_YORK, "2025-03-03", "2025-03-28") == []


def test_nobody_schedules_around_a_storm() -> None:
    """Friday 2023-09-01 was lost to a typhoon; the week's decision comes on Monday."""
    assert not is_open("XHKG", days("2023-09-01", "2023-09-08")).any()
    assert marked_in(weekly, HONG_KONG, "2023-08-28", "2023-09-06") == ["2023-09-04"]


def test_dates_move_to_the_next_session() -> None:
    wanted = on_dates("2025-01-29", date(2025, 2, 1))
    assert marked_in(wanted, HONG_KONG, "2025-01-20", "2025-02-10") == ["2025-02-03"]
