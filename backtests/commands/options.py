"""What commands with prices ask for, and what it means for a run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Unpack

from cyclopts import Group, Parameter

from newsfolio.errors import CommandError

if TYPE_CHECKING:
    from backtests.evaluation.descriptions.extras import Extras
    from backtests.records.workspace import Workspace
    from backtests.runner.jobs import Job
    from backtests.settings import RunSettings, Settings
    from markets.snapshot import Source

DATA = Group("Data and time", sort_key=1)
MONEY = Group("Money", sort_key=2)
OUTPUT = Group("Output", sort_key=3)


@Parameter(name="*")
@dataclass(frozen=True)
class RunOptions:
    """Options that every command with prices has.

    Parameters
    ----------
    data
        yahoo (kept in a local store), sample (simulated), or a folder of price files.
    start
        First day, e.g. 2023-01-03; by default as early as every sleeve can be held.
    end
        Last day; by default where the first line ends.
    offline
        Never use the network; the local store alone.
    store
        Folder of the local price store.
    facts
        Folder of tables that are no prices (releases, valuations, events, scores), NAME.csv each.
    corrections
        File of corrections, besides the corrections.csv that may lie among the prices.
    vendor
        What the files of a folder do not say: whose they are, raw, split or full, day-first or
        month-first, e.g. stooq or raw,day-first.
    snapshot
        Read again what a run on Yahoo's prices read: data.snapshot in its manifest.json.
    cash
        Initial capital.
    currency
        Base currency, e.g. USD, HKD, CNY, EUR.
    costs
        venue (dated fees, commission, half-spread) or none; a commission of your own, 10bp or
        "0.1% min 1 EUR"; or a TOML file of terms by venue and kind.
    lots
        venue (whole board lots) or fractional.
    dividends
        cash (on the ex-date) or reinvest (total-return prices).
    withholding
        none (gross) or foreign (net of each line's withholding tax).
    funding
        credit (purchases may run ahead of the sales that pay for them) or wait; for a plain
        backtrader strategy loan (its broker lends without limit), otherwise cash is checked.
    fx
        ecb (reference rates, no network) or source (HKD=X and the like from the data).
    cash_rate
        What idle cash earns a year: 2.5%, a CSV file of day,percent, or a line of the source in
        percent, e.g. ^IRX; by default ^IRX for dollars and dated policy rates for EUR, GBP, HKD,
        CNY, JPY, CHF, CAD, AUD.
    flows
        Money in and out: a CSV file of date,amount,currency, or rules such as "500 EUR monthly;
        -4% yearly"; none where the strategy declares some.
    impact
        Coefficient of the square-root impact law; 0 switches it off.
    participation
        Largest share of the median daily volume that an order may take a day.
    set
        A parameter of the strategy, name=value; may be repeated.
    """

    data: Annotated[str, Parameter(group=DATA)] = "yahoo"
    start: Annotated[str | None, Parameter(group=DATA)] = None
    end: Annotated[str | None, Parameter(group=DATA)] = None
    offline: Annotated[bool, Parameter(group=DATA)] = False
    store: Annotated[Path | None, Parameter(group=DATA)] = None
    facts: Annotated[Path | None, Parameter(group=DATA)] = None
    corrections: Annotated[Path | None, Parameter(group=DATA)] = None
    vendor: Annotated[str, Parameter(group=DATA)] = ""
    snapshot: Annotated[str | None, Parameter(group=DATA)] = None
    cash: Annotated[float, Parameter(group=MONEY)] = 1_000_000.0
    currency: Annotated[str, Parameter(group=MONEY)] = "USD"
    costs: Annotated[str | None, Parameter(group=MONEY)] = None
    lots: Annotated[str, Parameter(group=MONEY)] = "venue"
    dividends: Annotated[str, Parameter(group=MONEY)] = "cash"
    withholding: Annotated[str, Parameter(group=MONEY)] = "none"
    funding: Annotated[str, Parameter(group=MONEY)] = "credit"
    fx: Annotated[str, Parameter(group=MONEY)] = "ecb"
    cash_rate: Annotated[str | None, Parameter(group=MONEY)] = None
    flows: Annotated[str | None, Parameter(group=MONEY, allow_leading_hyphen=True)] = None
    impact: Annotated[float, Parameter(group=MONEY)] = 0.0
    participation: Annotated[float | None, Parameter(group=MONEY)] = None
    set: tuple[str, ...] = ()

    def settings(self, **more: Unpack[RunSettings]) -> Settings:
        """The settings that these options stand for."""
        from backtests.settings import settings_of

        return settings_of({**{name: getattr(self, name) for name in SETTINGS}, **more})

    def source(self, quiet: bool = False) -> Source:
        """Where the prices come from."""
        from backtests import paths
        from backtests.commands.terminal import progress, reading
        from markets.open import Beside

        return paths.open_source(
            self.data,
            store=self.store,
            offline=self.offline,
            beside=Beside(self.facts, self.corrections, self.vendor),
            snapshot=self.snapshot,
            progress=progress(quiet),
            follow=reading(quiet),
        )

    def workspace(
        self, ledger: Path | None, *, quiet: bool, **more: Unpack[RunSettings]
    ) -> Workspace:
        """Settings, prices and the ledger that counts the runs."""
        from backtests.commands.terminal import meter
        from backtests.records.workspace import Workspace, open_ledger

        settings = self.settings(**more)
        return Workspace(self.source(quiet), settings, open_ledger(ledger), meter(quiet))

    def job(self, address: str, universe: Sequence[str] = ()) -> Job:
        """The strategy at an address with the parameters given."""
        return job_at(address, self.set, universe)

    def counted_job(self, address: str, workspace: Workspace, universe: Sequence[str] = ()) -> Job:
        """The same; one that cannot be made is a failed run, and counted in the workspace."""
        from backtests.records.trials import counted_if_unmade

        with counted_if_unmade(workspace, address):
            return self.job(address, universe)


@Parameter(name="*")
@dataclass(frozen=True)
class ExtraOptions:
    """What a verdict page shows besides the verdict.

    Parameters
    ----------
    factors
        File of factors that alpha is measured against instead of funds: Kenneth French's, or a CSV
        of date and one column of fractions a factor; may be repeated, one a region.
    regimes
        CSV file of name,first,last,source: periods of your own, beside those that are shipped.
    shortcuts
        Show what each shortcut of careless backtests would have added, and what the other days of
        the month. These runs enter no ledger.
    """

    factors: Annotated[tuple[Path, ...], Parameter(group=OUTPUT)] = ()
    regimes: Annotated[Path | None, Parameter(group=OUTPUT)] = None
    shortcuts: Annotated[bool, Parameter(group=OUTPUT)] = False

    def extras(self) -> Extras | None:
        """What is asked for; None: nothing."""
        if self == ExtraOptions():
            return None
        from backtests.evaluation.attribution.proxies import read_factor_files
        from backtests.evaluation.descriptions.extras import Extras
        from backtests.evaluation.descriptions.periods import PERIODS, read_periods

        own = read_periods(self.regimes) if self.regimes else ()
        factors = read_factor_files(self.factors)
        return Extras(factors, (*PERIODS, *own), self.shortcuts)


SETTINGS = ("start", "end", "cash", "currency", "costs", "lots", "dividends", "withholding",
            "funding", "fx", "cash_rate", "flows", "impact", "participation")  # fmt: skip


def each_from_here(addresses: Iterable[str]) -> Iterator[str]:
    """Addresses in turn, each in the working folder of now, wherever the one before has gone."""
    here = Path.cwd()
    for address in addresses:
        os.chdir(here)
        yield address


def lines_of(universe: str) -> tuple[str, ...]:
    """The lines that `--universe SPY,KWEB` names."""
    return tuple(line.strip() for line in universe.split(",") if line.strip())


def job_at(address: str, values: Sequence[str], universe: Sequence[str] = ()) -> Job:
    """The strategy at an address; `values` are written name=value."""
    from backtests.runner.jobs import job_of

    chosen: dict[str, str] = {}
    for pair in values:
        name, equals, value = pair.partition("=")
        if not equals:
            raise CommandError(f"--set {pair}: write it as name=value")
        chosen[name.strip()] = value.strip()
    return job_of(address, chosen, universe)
