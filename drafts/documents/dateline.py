"""The moment of publication as articles write it: an ISO stamp, "October 29, 2025, 6:40 PM ET"."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from newsfolio.errors import CommandError

END_OF_DAY = time(23, 59)
"""The hour where a date names none: nobody has read it before."""

_ZONES = {
    "UTC": "UTC", "GMT": "UTC", "Z": "UTC", "ET": "America/New_York", "EST": "America/New_York",
    "EDT": "America/New_York", "CT": "America/Chicago", "CDT": "America/Chicago",
    "PT": "America/Los_Angeles", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
    "HKT": "Asia/Hong_Kong", "SGT": "Asia/Singapore", "JST": "Asia/Tokyo", "KST": "Asia/Seoul",
    "BST": "Europe/London", "CET": "Europe/Paris", "CEST": "Europe/Paris",
    "AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "IST": "Asia/Kolkata",
    "北京时间": "Asia/Shanghai",
}  # fmt: skip
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTHS["sept"] = 9
_MONTH = rf"(?P<name>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_CLOCK = (
    r"(?:[\sT,]*(?:at\s)?(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?::\d\d(?:\.\d+)?)?\s?(?P<half>[ap]\.?m\.?)?)?"
    rf"(?:\s?\(?(?P<zone>{'|'.join(sorted(_ZONES, key=len, reverse=True))}|[+-]\d\d:?\d\d)\b\)?)?"
)
_FORMS = [
    re.compile(form + _CLOCK, re.IGNORECASE)
    for form in (
        r"(?<!\d)(?P<year>20\d\d|19\d\d)[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})",
        r"(?P<year>20\d\d|19\d\d)年(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
        rf"\b{_MONTH}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>20\d\d|19\d\d)",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s{_MONTH},?\s(?P<year>20\d\d|19\d\d)",
    )
]
_TWO_WAYS = re.compile(r"\b(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)\b")


@dataclass(frozen=True)
class Dateline:
    """A moment, the words that it was read from, and how it was read where they leave it open."""

    published: datetime
    text: str
    reading: str


def dateline_of(line: str) -> Dateline | None:
    """The moment that a line names; None where it names no whole date."""
    for form in _FORMS:
        match = form.search(line)
        if match:
            return _read(match)
    return None


def given(text: str) -> Dateline:
    """What a user says: an ISO date or moment, with its zone."""
    dateline = dateline_of(text.strip())
    twice = _TWO_WAYS.search(text)
    if twice:
        raise CommandError(
            f"--published {text}: {twice[0]} can be two days; write {twice[3]}-month-day"
        )
    if dateline is None or text.strip() != dateline.text:
        raise CommandError(f"--published {text}: write 2025-09-21 or 2025-09-21T12:00Z")
    return dateline


def _read(match: re.Match[str]) -> Dateline | None:
    parts = match.groupdict()
    name = parts.get("name")
    month = _MONTHS[name.lower().rstrip(".")] if name else int(parts["month"])
    zone, hour = _zone(parts["zone"]), parts["hour"]
    clock = END_OF_DAY if hour is None else _clock(parts)
    if clock is None:
        return None
    try:
        moment = datetime(
            int(parts["year"]), month, int(parts["day"]), clock.hour, clock.minute,
            tzinfo=zone or UTC,
        )  # fmt: skip
    except ValueError:
        return None
    reading = "it names no hour; the end of that day is taken" if hour is None else ""
    if hour is not None and zone is None:
        reading = "it names no zone; read as UTC"
    return Dateline(moment.astimezone(UTC), match[0].strip(), reading)


def _clock(parts: dict[str, str | None]) -> time | None:
    hour, half = int(parts["hour"] or 0), (parts["half"] or "").lower().replace(".", "")
    if half:
        hour = hour % 12 + 12 * (half == "pm")
    try:
        return time(hour, int(parts["minute"] or 0))
    except ValueError:
        return None


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text[0] in "+-":
        digits = text.replace(":", "")
        return datetime.strptime(digits, "%z").tzinfo
    return ZoneInfo(_ZONES[text.upper()])
