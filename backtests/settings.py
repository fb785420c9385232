"""How a run is made: every assumption that is not the strategy's, in one frozen value."""

from __future__ import annotations

import csv
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypedDict

from newsfolio.costs import EXAMPLES, Costs
from newsfolio.errors import CommandError, UnknownName
from newsfolio.flows import Flow, flows_in, flows_of
from newsfolio.limits import EXAMPLE, Limits


class Engine(StrEnum):
    BACKTRADER = "backtrader"
    KERNEL = "kernel"


class Dividends(StrEnum):
    CASH = "cash"  # credited on the ex-date
    REINVEST = "reinvest"  # total-return prices


class Withholding(StrEnum):
    NONE = "none"
    FOREIGN = "foreign"


class Funding(StrEnum):
    CREDIT = "credit"  # Hong Kong buys may come before the US sells that pay for them
    WAIT = "wait"  # a cash account: buys wait for the sells
    LOAN = "loan"  # the broker of a plain backtrader strategy lends without limit


class CostTable(StrEnum):
    VENUE = "venue"  # dated fees, commission, half-spread
    NONE = "none"


class Fx(StrEnum):
    ECB = "ecb"
    SOURCE = "source"  # HKD=X, CNY=X of the data source


class Lots(StrEnum):
    VENUE = "venue"
    FRACTIONAL = "fractional"


class RunSettings(TypedDict, total=False):
    """The fields of `Settings` as a notebook writes them: words for choices, text for dates."""

    start: date | str | None
    end: date | str | None
    cash: float
    currency: str
    benchmark: str | None
    engine: str
    dividends: str
    withholding: str
    funding: str
    costs: Costs | Mapping[str, object] | str | Path | None
    lots: str
    fx: str
    impact: float
    participation: float | None
    credit_spread: float
    tolerance: float
    cash_rate: str | Path | None
    flows: Flow | Iterable[Flow | str] | Mapping[date | str, float | str] | str | Path | None
    limits: Limits | Mapping[str, object] | str | Path | None


@dataclass(frozen=True)
class Settings:
    """start and end are the first and last session wanted (None: as far as the data go).

    cash is the initial capital in `currency`; `impact` is Y of the square-root law (0: none);
    `participation` caps a fill at that share of the line's median daily volume (None: no cap).
    `costs` are the venues' or none, or a broker's terms: `Costs`, their table, text such as "10bp",
    or a TOML file; None: what the strategy declares, or else the venues'. `credit_spread` is what
    debt costs over the cash rate, a year; `tolerance` is the debt, as a share of equity, that a gap
    between close and open may cause. `cash_rate` is what idle cash earns a year: a
    percentage such as "2.5%", a CSV file of day,percent (kept as its rows), or a line of the
    source in percent ("^IRX"); None: its currency's. `flows` is money in and out: `Flow`s, their
    text, days with amounts, or a CSV file of date,amount,currency; None: the strategy's.
    `limits` are `Limits`, their table, TOML text with semicolons, or a TOML file; of the strategy
    alone: benchmark and controls have those that they declare.
    """

    start: date | None = None
    end: date | None = None
    cash: float = 1_000_000.0
    currency: str = "USD"
    benchmark: str | None = None
    engine: Engine = Engine.BACKTRADER
    dividends: Dividends = Dividends.CASH
    withholding: Withholding = Withholding.NONE
    funding: Funding = Funding.CREDIT
    costs: Costs | CostTable | None = None
    lots: Lots = Lots.VENUE
    fx: Fx = Fx.ECB
    impact: float = 0.0
    participation: float | None = None
    credit_spread: float = 0.015
    tolerance: float = 0.02
    cash_rate: str | None = None
    flows: tuple[Flow, ...] | None = None
    limits: Limits | None = None

    def __post_init__(self) -> None:
        for name, kind in _ENUMS.items():
            object.__setattr__(self, name, _member(name, kind, getattr(self, name)))
        object.__setattr__(self, "costs", read_costs(self.costs))
        for name in ("start", "end"):
            object.__setattr__(self, name, read_day(name, getattr(self, name)))
        object.__setattr__(self, "cash_rate", _cash_rate(self.cash_rate))
        object.__setattr__(self, "flows", _flows(self.flows))
        object.__setattr__(self, "limits", read_limits(self.limits))
        _amounts(self)
        if self.start and self.end and self.start >= self.end:
            raise CommandError(
                f"the window {self.start} to {self.end} is empty: end after the start"
            )
        if self.dividends is Dividends.REINVEST and self.withholding is Withholding.FOREIGN:
            raise CommandError("reinvested dividends are gross: drop --withholding foreign")
        if not re.fullmatch("[A-Z]{3}", self.currency):
            raise CommandError(f"--currency {self.currency}: give three capitals, e.g. USD or HKD")


_ENUMS: Mapping[str, type[StrEnum]] = {
    "engine": Engine,
    "dividends": Dividends,
    "withholding": Withholding,
    "funding": Funding,
    "fx": Fx,
    "lots": Lots,
}


def settings_of(values: Mapping[str, object]) -> Settings:
    """Settings by name, as options, notebooks and manifests write them.

    CommandError for one that does not exist, or has no such value.
    """
    names = [field.name for field in fields(Settings)]
    for name in values:
        if name not in names:
            raise UnknownName("setting", name, names)
    return Settings(**values)  # type: ignore[arg-type] # it checks each of them


def _member(name: str, kind: type[StrEnum], value: str) -> StrEnum:
    try:
        return kind(value)
    except ValueError:
        words = [member.value for member in kind]
        raise UnknownName(name, str(value), words, f"Choose {' or '.join(words)}.") from None


def read_costs(
    value: Costs | CostTable | Mapping[str, object] | str | Path | None,
) -> Costs | CostTable | None:
    """Costs as an option, a notebook or a manifest names them; CommandError for none of these."""
    if value is None or isinstance(value, Costs | CostTable):
        return value
    if isinstance(value, Mapping):
        return Costs.read(value)
    text = str(value).strip()
    if text.lower().endswith(".toml"):
        return Costs.read(_toml_of_file("costs", Path(text).expanduser()), text)
    if text in tuple(CostTable):
        return CostTable(text)
    if not any(letter.isdigit() for letter in text):
        words = [table.value for table in CostTable]
        raise UnknownName("costs", text, words, f"Choose venue or none, or write {EXAMPLES}.")
    return Costs(text)


def _toml_of_file(option: str, path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise CommandError(f"--{option} {path}: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"--{option} {path} is no TOML: {error}") from None


def read_day(name: str, value: date | str | None) -> date | None:
    if value is None:
        return None
    try:
        text = str(value)
        return date.fromisoformat(text if text[10:11] not in ("T", " ") else text[:10])
    except ValueError:
        raise CommandError(f"--{name} {text[:40]}: write the date as 2025-02-21") from None


def _cash_rate(value: object) -> str | None:
    """A percentage as it is kept, the rows of a file, or the line that was named."""
    if value is None:
        return None
    from markets.reference.own_rates import are_rows, in_words

    text = str(value).strip()
    if text.lower().endswith(".csv"):
        return in_words(Path(text).expanduser())
    if are_rows(text):
        return text
    try:
        rate = float(text.removesuffix("%"))
    except ValueError:
        rate = None
    named = re.fullmatch(r"[^\s%]+", text) and not re.fullmatch(r"-?\d+,\d+", text)
    if rate is None and isinstance(value, str) and named:
        return text
    if rate is None or not text.endswith("%") or not -20 <= rate <= 100:
        raise CommandError(
            f"--cash-rate {text[:40]}: give percent a year as 2.5%, a line of the source that "
            "has percent a year, e.g. ^IRX, or a CSV file of day,percent"
        )
    return f"{rate:g}%"


def _flows(value: object) -> tuple[Flow, ...] | None:
    """Flows as an option, a notebook or a manifest names them, those of a file as its rows."""
    if value is None:
        return None
    if isinstance(value, str) and value.lower().endswith(".csv"):
        value = Path(value)
    if not isinstance(value, Path):
        return flows_of(value)
    path = value.expanduser()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return flows_in(file, f"--flows {path}")
    except OSError as error:
        raise CommandError(f"--flows {path}: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"--flows {path} is no CSV: {error}") from None


def with_limits(settings: Settings, limits: Limits | None) -> Settings:
    """The settings for another strategy than that of the run: its limits are its own."""
    return settings if limits == settings.limits else replace(settings, limits=limits)


def read_limits(value: object) -> Limits | None:
    """Limits as an option, a notebook or a manifest names them; CommandError for none of these."""
    if value is None or isinstance(value, Limits):
        return value
    if isinstance(value, Mapping):
        return Limits.read(value)
    text = str(value).strip()
    if text.lower().endswith(".toml"):
        return Limits.read(_toml_of_file("limits", Path(text).expanduser()), text)
    if text == "none":
        return Limits()
    try:
        return Limits.read(tomllib.loads(text.replace(";", "\n")), "--limits")
    except tomllib.TOMLDecodeError as error:
        raise CommandError(f"--limits {text[:60]}: {error}; write {EXAMPLE}") from None


def _amounts(settings: Settings) -> None:
    limits = {
        "cash": (settings.cash, "a positive amount, e.g. 1000000", settings.cash > 0),
        "impact": (settings.impact, "0 or more; 0.5 to 1 is usual", settings.impact >= 0),
        "participation": (
            settings.participation or 1.0,
            "a share of the daily volume, e.g. 0.1",
            settings.participation is None or 0 < settings.participation <= 1,
        ),
        "credit-spread": (settings.credit_spread, "0 or more", settings.credit_spread >= 0),
        "tolerance": (settings.tolerance, "0 or more", settings.tolerance >= 0),
    }
    for name, (value, wanted, right) in limits.items():
        if not (isinstance(value, int | float) and math.isfinite(value) and right):
            raise CommandError(f"--{name} {value}: give {wanted}")
