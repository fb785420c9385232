"""What a run was made of: enough to say why two runs differ, and to make one again."""

from __future__ import annotations

import hashlib
import inspect
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

import newsfolio
from backtests.settings import Costs, Dividends, Engine, Funding, Fx, Settings, Withholding
from backtests.simulation.account import Account
from backtests.simulation.desk import Played
from markets.costs.models import CostModel
from markets.market import Market
from markets.quality.gate import as_rows
from newsfolio.assets import Asset, sleeves_of
from newsfolio.strategy import Strategy, name_of, parameters

if TYPE_CHECKING:
    from backtests.runner.run_strategy import Run

FORMAT = 1
PACKAGES = ("backtrader", "CurrencyConverter", "exchange_calendars", "numpy", "pandas")
ROOMS = ("newsfolio", "markets", "backtests")
SOURCES = (".py", ".pyx", ".pxi")


@dataclass(frozen=True)
class Provenance:
    """Where a run came from: the strategy as data, its code, and the state of the source."""

    strategy: Mapping[str, Any]
    thesis: Mapping[str, Any] | None
    source: str
    snapshot: str
    plain: bool = False

    @classmethod
    def of(cls, strategy: Strategy, address: str, source: str, snapshot: str) -> Provenance:
        kind = type(strategy)
        about = {
            "name": strategy.name,
            "label": strategy.label,
            "address": address,
            "doc": _first_line(kind),
            "parameters": parameter_values(strategy),
            "universe": [
                {
                    "sleeve": sleeve.name,
                    "lines": list(sleeve.tickers),
                    "hindsight": sleeve.hindsight,
                }
                for sleeve in sleeves_of(strategy.universe)
            ],
            "schedule": str(strategy.rebalance),
            "code": code_of(kind),
        }
        return cls(about, thesis_of(strategy), source, snapshot)

    @classmethod
    def of_plain(
        cls, kind: type, universe: Sequence[str], address: str, source: str, snapshot: str
    ) -> Provenance:
        about = {
            "name": name_of(kind),
            "label": name_of(kind),
            "address": address,
            "doc": _first_line(kind),
            "parameters": {},
            "universe": [{"sleeve": line, "lines": [line], "hindsight": ""} for line in universe],
            "schedule": "as the backtrader strategy decides",
            "code": code_of(kind),
        }
        return cls(about, None, source, snapshot, plain=True)


def parameter_values(strategy: Strategy) -> dict[str, Any]:
    """Parameters as JSON values, by name."""
    return {
        spec.name: plain_value(getattr(strategy, spec.name)) for spec in parameters(type(strategy))
    }


def thesis_of(strategy: Strategy) -> dict[str, Any] | None:
    """Thesis and article as JSON values."""
    thesis = strategy.thesis
    if thesis is None:
        return None
    article = thesis.article
    return {
        "id": thesis.id,
        "title": thesis.title,
        "statement": thesis.statement,
        "article": {
            "id": article.id,
            "title": article.title,
            "publisher": article.publisher,
            "published": article.published.isoformat(),
            "dated_by": article.dated_by,
        },
    }


def code_of(kind: type) -> str:
    """A hash of the files that a strategy and its bases stand in.

    Of a class without a file, as in a notebook: what it holds.
    """
    bases = (base for base in kind.__mro__[1:] if base.__module__.partition(".")[0] not in _GIVEN)
    parts = dict.fromkeys(_written(one) for one in (kind, *bases))
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


_GIVEN = frozenset({"newsfolio", "backtrader", "builtins", "abc", "typing"})
"""Where the bases come from that no author writes."""


def _written(kind: type) -> bytes:
    try:
        return Path(inspect.getfile(kind)).read_bytes()
    except (OSError, TypeError):
        return b"".join(_held(name, value) for name, value in vars(kind).items())


def _held(name: str, value: Any) -> bytes:
    """A method's instructions, or the value of an attribute that says the same in every process."""
    inner = (getattr(value, part, None) for part in ("fget", "func", "__func__"))
    function = next(filter(inspect.isfunction, inner), value)
    if inspect.isfunction(function):
        return name.encode() + _instructions(function.__code__)
    told = "" if name.startswith("__") else _told(value)
    return b"" if not told or " at 0x" in told else f"{name}={told}".encode()


def _instructions(code: CodeType) -> bytes:
    """Without the file and the lines, which differ each time that a cell is run."""
    parts = [code.co_code, repr((code.co_names, code.co_varnames, code.co_freevars)).encode()]
    for value in code.co_consts:
        if isinstance(value, CodeType):
            parts.append(_instructions(value))
        else:
            parts.append(_told(value).encode())
    return b"".join(parts)


def _told(value: Any) -> str:
    """A value in words; sets in one order."""
    return repr(sorted(map(repr, value)) if isinstance(value, set | frozenset) else value)


@lru_cache(maxsize=1)
def engine_code() -> str:
    """A hash of the project's own code, the shipped strategies and the pages left out."""
    root = Path(newsfolio.__file__).parent.parent
    files = sorted(
        path for room in ROOMS for path in (root / room).rglob("*.p*") if path.suffix in SOURCES
    )
    sha = hashlib.sha256()
    for path in files:
        sha.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return sha.hexdigest()[:16]


def settings_values(settings: Settings) -> dict[str, Any]:
    """Settings as JSON values."""
    return {name: plain_value(value) for name, value in asdict(settings).items()}


def manifest(
    run: Run,
    metrics: Mapping[str, Mapping[str, float | None]],
    labels: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Everything about a run that is not a table, as JSON values; the same run, the same bytes."""
    market, played, settings, origin = run.market, run.played, run.settings, run.origin
    values: dict[str, Any] = {
        "format": FORMAT,
        "strategy": origin.strategy,
        "thesis": _thesis(run),
        "engine": settings.engine.value,
        "verified": run.verified,
        "data": {
            "source": origin.source,
            "snapshot": origin.snapshot,
            "simulated": market.simulated,
        },
        "window": _window(run.account),
        "settings": settings_values(settings),
        "benchmark": labels.get("benchmark"),
        "controls": [name for name in labels if name != "benchmark"],
        "labels": {name: str(label["label"]) for name, label in labels.items()},
        "assumptions": assumptions(market, settings, run.costs, origin),
        "notes": [*market.notes, *run.left_out],
        "findings": as_rows(run.findings, run.account.weights),
        "credit": _credit(market, played),
        "waiting": [list(order) for order in played.waiting],
        "lapsed": len(played.lapses),
        "explained": asdict(run.explained) if run.explained else None,
        "ruined": None if played.ruined is None else market.day(played.ruined).isoformat(),
        "metrics": {name: dict(figures) for name, figures in metrics.items()},
        "versions": versions(),
        "seed": origin.strategy["parameters"].get("seed", 0),
    }
    identity = {key: values[key] for key in ("strategy", "engine", "verified", "data", "settings",
                                             "window", "versions")}  # fmt: skip
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return {"id": f"{origin.strategy['name']}-{digest[:10]}", **values}


def versions() -> dict[str, str]:
    """The project, its code, Python, and the packages that a number can depend on."""
    found = {
        "newsfolio": newsfolio.__version__,
        "code": engine_code(),
        "python": platform.python_version(),
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def assumptions(
    market: Market, settings: Settings, costs: CostModel, origin: Provenance
) -> list[str]:
    """Every assumption in words, the ones that move numbers most first."""
    base = settings.currency
    said = [
        "Decided at the close of the venue that closes last, filled at each line's next open.",
        f"Initial capital {settings.cash:,.0f} {base}, one cash account in {base}; before the "
        "investor's own tax.",
        _DIVIDENDS[settings.dividends],
        _WITHHOLDING[settings.withholding],
        _FUNDING[settings.funding].format(settings=settings),
        "Exchange rates: " + _FX[settings.fx],
        *costs.notes(),
    ]
    if settings.costs is Costs.NONE:
        said.append("No fees, no half-spread, no borrow or holding fees.")
    if settings.impact:
        said.append(f"Square-root impact with coefficient {settings.impact:g}.")
    if settings.participation:
        said.append(f"At most {settings.participation:.0%} of a line's median daily volume a day.")
    if origin.plain:
        said += _PLAIN
    for sleeve in market.sleeves:
        if sleeve.hindsight:
            said.append(f"Hindsight in {sleeve.name}: {sleeve.hindsight}.")
    if market.missing:
        said.append(f"Without data here: {', '.join(market.missing)}.")
    if settings.engine is Engine.BACKTRADER and not origin.plain:
        said.append("backtrader matched every order and kept its own cash; both agree.")
    return said


_DIVIDENDS = {
    Dividends.CASH: "Dividends are paid in cash on the ex-date, where they are known as events.",
    Dividends.REINVEST: "Dividends are reinvested: total-return prices.",
}
_WITHHOLDING = {
    Withholding.NONE: "Dividends are gross.",
    Withholding.FOREIGN: "Dividends are net of the withholding tax of each line.",
}
_FUNDING = {
    Funding.CREDIT: "Purchases may run ahead of the sales that pay for them, up to those and "
    "{settings.tolerance:.0%} of equity; credit costs the cash rate plus "
    "{settings.credit_spread:.2%} a year.",
    Funding.WAIT: "A cash account: purchases wait for the sales that pay for them.",
}
_FX = {
    Fx.ECB: "the European Central Bank's reference rates; fills at the last fixing before the "
    "session, valuations at the last one known.",
    Fx.SOURCE: "the data source's own, the last before the session.",
}
_PLAIN = (
    "A plain backtrader strategy: it sees total-return bars in base currency and sizes its own "
    "orders; lots are not enforced and its broker lends without limit.",
    "Interest, credit and borrow are kept beside its broker and count in the result.",
    "The two engines cannot be compared for such a strategy (--verify does not apply).",
)


def _thesis(run: Run) -> dict[str, Any] | None:
    market, origin = run.market, run.origin
    if origin.thesis is None:
        return None
    decided = market.first_decision
    later = None if decided is None or decided + 1 >= len(market.sessions) else decided + 1
    return {
        **origin.thesis,
        "first_decision": None if decided is None else market.day(decided).isoformat(),
        "scored_from": None if later is None else market.day(later).isoformat(),
        "claims": [dict(claim) for claim in run.claims],
    }


def _window(own: Account) -> dict[str, Any]:
    days = own.sessions
    return {
        "start": f"{days[0]:%Y-%m-%d}",
        "end": f"{days[-1]:%Y-%m-%d}",
        "sessions": len(days),
        "years": round((days[-1] - days[0]).days / 365.25, 4),
    }


def _credit(market: Market, played: Played) -> dict[str, Any] | None:
    if played.debt is None:
        return None
    session, amount = played.debt
    return {
        "largest": amount,
        "session": market.day(session).isoformat(),
        "why": "purchases filled before the sales that pay for them, or opened above the close "
        "that they were sized at",
    }


def plain_value(value: Any) -> Any:
    """A parameter or setting as JSON can hold it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Asset):
        return value.ticker
    if isinstance(value, tuple):
        return [plain_value(part) for part in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _first_line(kind: type) -> str:
    return (inspect.getdoc(kind) or "").partition("\n")[0] if kind.__doc__ else ""
