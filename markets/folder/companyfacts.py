"""SEC companyfacts JSON as the cells of a table of facts.

One file holds all that a company ever filed in XBRL, without dimensions. A period is its first and
last day (`fy` and `fp` are the filing's own), and known is the day of the filing that first had the
figure, or first had another: never `frame`, which sits on the entry that was filed last. A fourth
quarter is not filed: it is the year less its nine months, and a quarter of cash flow the year to
date less the one before, both as known on one day. Earnings a share and numbers of shares are not
subtracted, and nothing is adjusted for splits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from newsfolio.errors import BrokenData

Cells = dict[str, list[str]]

COLUMNS = (
    "known", "cik", "entity", "tag", "unit", "span", "start", "period", "form", "derived", "value",
)  # fmt: skip

_SPANS = (("quarter", 80, 100), ("half", 170, 190), ("nine months", 260, 285), ("year", 350, 380))
_SHORTER = {"year": "nine months", "nine months": "half", "half": "quarter"}
"""What is taken off a span for its last quarter."""

_AGAIN = "download it again from data.sec.gov/api/xbrl/companyfacts"


@dataclass(frozen=True)
class _Entry:
    """A figure as one filing had it; start: None for an instant."""

    tag: str
    unit: str
    start: date | None
    end: date
    filed: date
    accession: str
    form: str
    value: float
    derived: str = ""

    @property
    def span(self) -> str:
        """The kind of period, by its length in days: the form does not tell it."""
        if self.start is None:
            return "instant"
        days = (self.end - self.start).days + 1
        return next((name for name, low, high in _SPANS if low <= days <= high), f"{days} days")


def of_companyfacts(document: Mapping[str, object], path: Path) -> Cells:
    """The cells of a file; BrokenData names the entry that is broken."""
    cik, entity = document.get("cik"), document.get("entityName")
    if not str(cik).isdigit() or not isinstance(entity, str):
        raise BrokenData(f"{path}: no cik or no entityName; {_AGAIN}")
    kept = [change for group in _periods(_entries(document, path)) for change in _changes(group)]
    rows = sorted((*kept, *_last_quarters(kept)), key=lambda entry: (entry.filed, entry.accession))
    table = [
        (
            entry.filed.isoformat(), str(int(str(cik))), entity, entry.tag, entry.unit, entry.span,
            entry.start.isoformat() if entry.start else "", entry.end.isoformat(), entry.form,
            entry.derived, repr(entry.value),
        )
        for entry in _one_a_span(rows)
    ]  # fmt: skip
    return {name: [row[place] for row in table] for place, name in enumerate(COLUMNS)}


def _entries(document: Mapping[str, object], path: Path) -> Iterator[_Entry]:
    for taxonomy, tags in _mapping(document.get("facts"), "facts", path).items():
        for tag, content in _mapping(tags, taxonomy, path).items():
            units = _mapping(content, f"{taxonomy} {tag}", path).get("units")
            for unit, entries in _mapping(units, f"{taxonomy} {tag}", path).items():
                where = f"{path} {taxonomy} {tag} {unit}"
                if not isinstance(entries, list):
                    raise BrokenData(f"{where}: is no list of entries; {_AGAIN}")
                for number, entry in enumerate(entries, 1):
                    yield _entry(tag, unit, entry, f"{where} entry {number}")


def _mapping(value: object, name: str, path: Path) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BrokenData(f"{path}: {name} is no object; {_AGAIN}")
    return value


def _entry(tag: str, unit: str, entry: object, where: str) -> _Entry:
    if not isinstance(entry, dict):
        raise BrokenData(f"{where}: is no object; {_AGAIN}")
    value = entry.get("val")
    if isinstance(value, bool) or not isinstance(value, int | float) or value - value != 0:
        raise BrokenData(f"{where}: val {value!r:.40} is not a number; {_AGAIN}")
    start = _day(entry, "start", where) if "start" in entry else None
    end, filed = _day(entry, "end", where), _day(entry, "filed", where)
    if start and start > end:
        raise BrokenData(f"{where}: starts on {start}, after its end, {end}; {_AGAIN}")
    accession, form = str(entry.get("accn", "")), str(entry.get("form", ""))
    return _Entry(tag, unit, start, end, filed, accession, form, value)


def _day(entry: Mapping[str, object], key: str, where: str) -> date:
    try:
        return date.fromisoformat(str(entry.get(key)))
    except ValueError:
        raise BrokenData(f"{where}: {key} {entry.get(key)!r:.40} is no day; {_AGAIN}") from None


def _periods(entries: Iterable[_Entry]) -> Iterable[list[_Entry]]:
    """The entries of each figure and period, as they were filed."""
    groups: dict[tuple[str, str, date | None, date], list[_Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.tag, entry.unit, entry.start, entry.end), []).append(entry)
    for group in groups.values():
        yield sorted(group, key=lambda entry: (entry.filed, entry.accession))


def _changes(group: list[_Entry]) -> Iterator[_Entry]:
    """The first entry of a period, and each that says otherwise; of one day the last."""
    by_day = {entry.filed: entry for entry in group}
    last: _Entry | None = None
    for entry in by_day.values():
        if last is None or entry.value != last.value:
            yield entry
            last = entry


def _last_quarters(entries: list[_Entry]) -> Iterator[_Entry]:
    """The quarters that no filing has: a span less the shorter one that began with it.

    As first known. Money alone: shares and figures a share do not subtract.
    """
    firsts: dict[tuple[str, str, str, date], _Entry] = {}
    periods = {
        (group[0].tag, group[0].unit, group[0].start, group[0].end): group
        for group in _periods(entries)
    }
    ends = {(entry.tag, entry.unit, entry.end) for entry in entries if entry.span == "quarter"}
    for entry in entries:
        if entry.start is not None:
            firsts.setdefault((entry.tag, entry.unit, entry.span, entry.start), entry)
    for entry in firsts.values():
        shorter = _SHORTER.get(entry.span)
        money = len(entry.unit) == 3 and entry.unit.isupper()
        if shorter is None or entry.start is None or not money:
            continue
        rest = firsts.get((entry.tag, entry.unit, shorter, entry.start))
        if rest is None or (entry.tag, entry.unit, entry.end) in ends:
            continue
        day = max(entry.filed, rest.filed)
        quarter = replace(
            entry,
            start=rest.end + timedelta(days=1),
            filed=day,
            value=_as_of(periods, entry, day) - _as_of(periods, rest, day),
            derived=f"{entry.span} less {shorter}",
        )
        if quarter.span == "quarter":
            yield quarter


def _as_of(
    periods: Mapping[tuple[str, str, date | None, date], list[_Entry]], of: _Entry, day: date
) -> float:
    """What a figure was on a day."""
    group = periods[of.tag, of.unit, of.start, of.end]
    return [entry.value for entry in group if entry.filed <= day][-1]


def _one_a_span(rows: Iterable[_Entry]) -> Iterable[_Entry]:
    """Of two durations of a kind with one end, known on one day, the longer."""
    kept: dict[tuple[str, str, str, date, date], _Entry] = {}
    for row in rows:
        key = row.tag, row.unit, row.span, row.end, row.filed
        held = kept.get(key)
        if held is None or (row.start and held.start and row.start < held.start):
            kept[key] = row
    return kept.values()
