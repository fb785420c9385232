"""Money that comes into an account from outside, or leaves it."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from newsfolio.errors import CommandError
from newsfolio.schedules import Schedule, every_session, monthly, quarterly, weekly, yearly

EXAMPLES = '"500 EUR monthly", "-4% yearly", "-40000 USD yearly linked cpi", "1000 2024-05-02"'

MOST = 1e15
"""No amount is larger: sums of it would lose their cents."""

PERIODS: Mapping[str, Schedule] = {
    "daily": every_session,
    "weekly": weekly,
    "monthly": monthly,
    "quarterly": quarterly,
    "yearly": yearly,
}
"""Words for schedules: the session that ends each period."""

INTO = ("decision", "targets")

_WORDS = re.compile(
    r"(?P<amount>\S+)(?: (?P<currency>[A-Z]{3}))? (?P<on>\S+)(?: linked (?P<linked>\S+))?"
    r"(?: since (?P<since>\S+))?(?: until (?P<until>\S+))?(?: into (?P<into>\S+))?"
)


_FIELDS = ("on", "amount", "currency", "linked", "since", "until", "into")


@dataclass(frozen=True)
class Flow:
    """Money in (above zero) or out (below) before the first open of a session.

    amount: of `currency`, "" for that of the run; text such as "-4%" is a share of the equity at
    the close before. on: a day, which moves to the next session where it is none, or a period:
    "daily", "weekly", "monthly", "quarterly" or "yearly", as the schedules of those names mark it.
    linked: a table of facts by which the amount grows: its latest value at the close before, over
    that at the start of the run. "cpi" means its column `value`, "cpi:index" another.
    since, until: the first and the last day of a period's flows. into: "decision", which the
    next decision invests, or "targets": at the close of the flow what is under its target is
    bought, or what is above it sold.

    >>> Flow("-4%", "yearly"), str(Flow(500, "monthly", "EUR"))
    (Flow(amount='-4%', on='yearly', currency='', linked='', since=None, until=None, \
into='decision'), '500 EUR monthly')
    """

    amount: float | str
    on: Schedule | date | str
    currency: str = ""
    linked: str = ""
    since: date | str | None = None
    until: date | str | None = None
    into: str = "decision"

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", _amount(self.amount))
        object.__setattr__(self, "on", _on(self.on))
        for name in ("since", "until"):
            value = getattr(self, name)
            object.__setattr__(self, name, None if value is None else _day(value, name))
        if not re.fullmatch("([A-Z]{3})?", self.currency):
            raise CommandError(f"flow: {self.currency!r} is no currency; write e.g. EUR")
        if self.share and (self.currency or self.linked):
            raise CommandError(
                f"flow {self.amount}: a share of equity has no currency and is linked to nothing"
            )
        if not re.fullmatch(r"(\w[\w.-]*(:\w[\w. -]*)?)?", self.linked):
            raise CommandError(f"flow: linked {self.linked!r}: name a table, cpi or cpi:index")
        if self.into not in INTO:
            raise CommandError(f"flow: into {self.into!r}: write {' or '.join(INTO)}")
        if isinstance(self.on, date) and (self.since or self.until):
            raise CommandError(f"flow on {self.on}: since and until are for periods")

    @property
    def schedule(self) -> Schedule | None:
        """Of a period; None for a day."""
        return None if isinstance(self.on, date) else PERIODS[str(self.on)]

    @property
    def share(self) -> float:
        """The share of equity that it is, 0 for an amount."""
        text = self.amount
        return float(text.removesuffix("%")) / 100 if isinstance(text, str) else 0.0

    @property
    def table(self) -> str:
        """The table of facts that it is linked to, "" for none."""
        return self.linked.partition(":")[0]

    @property
    def column(self) -> str:
        """The column of that table."""
        return self.linked.partition(":")[2] or "value"

    def later(self, by: timedelta) -> Flow:
        """The same with all of its days moved."""
        on = self.on + by if isinstance(self.on, date) else self.on
        since, until = (
            day + by if isinstance(day, date) else None for day in (self.since, self.until)
        )
        return replace(self, on=on, since=since, until=until)

    @classmethod
    def read(cls, text: str) -> Flow:
        """Of `500 EUR monthly` and the like; CommandError for anything else."""
        words = _WORDS.fullmatch(" ".join(text.split()))
        if words is None:
            raise CommandError(f"flow {text[:60]!r}: write one of {EXAMPLES}")
        return cls(**{name: part for name, part in words.groupdict().items() if part})

    def __str__(self) -> str:
        amount = self.amount if isinstance(self.amount, str) else _figure(self.amount)
        words = [amount, self.currency, str(self.on)]
        words += [f"{name} {part}" for name in ("linked", "since", "until")
                  if (part := getattr(self, name))]  # fmt: skip
        words += ["into targets"] * (self.into == "targets")
        return " ".join(filter(None, words))


def flows_of(value: object) -> tuple[Flow, ...]:
    """Flows as a strategy, an option or a manifest names them; CommandError for none of these.

    Text is read as `--flows` reads it, several joined by semicolons; "none" is none. A mapping or
    a Series is of days to amounts.
    """
    if isinstance(value, str):
        texts = [] if value.strip() == "none" else value.split(";")
        return _distinct(Flow.read(text) for text in texts)
    if isinstance(value, Flow):
        return (value,)
    items = getattr(value, "items", None)
    if callable(items):
        return _distinct(Flow(amount, day) for day, amount in items())
    if isinstance(value, Iterable):
        return _distinct(flow if isinstance(flow, Flow) else Flow.read(str(flow)) for flow in value)
    raise CommandError(f"flows {value!r}: write one of {EXAMPLES}, or a CSV file of date,amount")


def flows_in(lines: Iterable[str], where: str) -> tuple[Flow, ...]:
    """Flows of a CSV of date, amount and perhaps currency; a header may name them and others.

    Columns are called as the fields of `Flow`, `on` date. CommandError names `where` and the line.
    """
    names, rows = ["date", "amount", "currency"], dict[Flow, int]()
    for line, row in enumerate(csv.reader(lines), 1):
        cells = [cell.strip() for cell in row]
        if not rows and {cell.lower() for cell in cells} & {"date", *_FIELDS}:
            names = _header(cells, f"{where}, line {line}")
        elif any(cells):
            try:
                flow = _of_cells(names, cells)
            except CommandError as error:
                raise CommandError(f"{where}, line {line}: {error}") from None
            if flow in rows:
                raise CommandError(
                    f"{where}, line {line}: the same as line {rows[flow]}; add them up, or drop one"
                )
            rows[flow] = line
    if not rows:
        raise CommandError(f"{where}: no row; write lines such as 2024-05-02,1000,EUR")
    return tuple(rows)


def _header(cells: list[str], where: str) -> list[str]:
    """The names of a file's columns; CommandError for one that is none, lacks or is there twice."""
    names = [cell.lower() for cell in cells]
    unknown = [name for name in names if name not in ("date", *_FIELDS)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    days = {"date", "on"} & {*names}
    if unknown or twice or len(days) != 1 or "amount" not in names:
        wrong = f"no column {unknown[0]!r}" if unknown else "columns"
        wrong = f"column {twice[0]!r} twice" if twice else wrong
        raise CommandError(
            f"{where}: {wrong}: write date, amount and, if wanted, {', '.join(_FIELDS[2:])}"
        )
    return names


def _of_cells(names: list[str], cells: list[str]) -> Flow:
    """A row of a file, by the names of its columns."""
    if len(cells) < 2:
        raise CommandError(
            f"{cells[0][:40]!r} is one cell; part day and amount by a comma: 2024-05-02,1000.50,EUR"
        )
    if len(cells) > len(names):
        raise CommandError(f"{len(cells)} cells where {', '.join(names)} are expected")
    given = {name: cell for name, cell in zip(names, cells, strict=False) if cell}
    given["on"] = given.pop("date", given.get("on", ""))
    return Flow(given.pop("amount", ""), **given)


def _distinct(flows: Iterable[Flow]) -> tuple[Flow, ...]:
    """Flows of which none is there twice."""
    kept = tuple(flows)
    twice = [flow for flow, count in Counter(kept).items() if count > 1]
    if twice:
        raise CommandError(f"flow {twice[0]} is there twice; add the two up, or drop one")
    return kept


def _amount(value: object) -> float | str:
    """A finite number that is not zero, or a share as it is written down."""
    text = str(value).strip()
    share = isinstance(value, str) and text.endswith("%")
    try:
        number = float(text.removesuffix("%") if share else text)
    except ValueError:
        number = math.nan
    if isinstance(value, bool) or not 0 < abs(number) <= MOST:
        raise CommandError(f"flow: {text[:40]!r} is no amount; write 500, -40000.5 or -4%")
    if share and number <= -100:
        raise CommandError(f"flow: {text} is all of the equity or more; end the run there instead")
    return f"{_figure(number)}%" if share else number


def _on(value: object) -> str | date:
    """A day, or the word of a period."""
    if isinstance(value, Schedule):
        words = [word for word, schedule in PERIODS.items() if schedule == value]
        if not words:
            raise CommandError(f"flow on {value}: give a day, or one of {', '.join(PERIODS)}")
        return words[0]
    return str(value) if str(value) in PERIODS else _day(value, "on")


def _day(value: object, name: str) -> date:
    text = str(value)
    try:
        return date.fromisoformat(text if text[10:11] not in ("T", " ") else text[:10])
    except ValueError:
        raise CommandError(
            f"flow: {name} {text[:40]!r}: write a day as 2024-05-02, or one of {', '.join(PERIODS)}"
        ) from None


def _figure(number: float) -> str:
    return repr(number).removesuffix(".0")
