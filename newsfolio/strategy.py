"""The one class an author writes, and the few words it needs."""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from newsfolio.assets import Asset, Sleeve, sleeves_of
from newsfolio.blame import shortened
from newsfolio.costs import Costs
from newsfolio.declaration import check_class
from newsfolio.errors import StrategyError
from newsfolio.event_study import EventStudy
from newsfolio.facts import Facts
from newsfolio.flows import Flow
from newsfolio.formatting import percent
from newsfolio.legs import LatestThesis, is_strategy, legs_in
from newsfolio.markup import table
from newsfolio.parameters import name_of, parameters
from newsfolio.portfolios import Part, Weights, blend, equal
from newsfolio.proxies import Proxies
from newsfolio.schedules import Schedule, monthly

if TYPE_CHECKING:
    from random import Random

    import pandas as pd

    from newsfolio.panel import Panel, Table
    from newsfolio.thesis import Thesis
    from newsfolio.view import View


class Strategy:
    """A thesis as a rule: from what was known at a close to what to hold from the next open.

    Subclass it as a frozen dataclass. Annotated fields are parameters; class attributes are facts:

    universe   tickers, assets, sleeves or strategies that may be held
    rebalance  when `weights` is asked
    thesis     the statement of an article that this tests, if any
    benchmark  a ticker, or a strategy, to be measured against
    signals    lines that are looked at and never held
    facts      tables of dated facts that `view.facts` shows: releases, valuations, events
    max_gross  how much may be held at most, longs and shorts added up, in units of equity
    grid       parameter values of the thesis's variants, declared before anything was run
    studies    event studies that the report makes, whatever the strategy holds
    pool       lines that `drawn` may put in the place of the author's picks
    costs      a broker's terms, for runs that name no others; None: the venues' tables
    flows      money in and out, for runs that name no others: (Flow(500, "monthly"),)
    files      data files that `weights` reads; a file that is not named here cannot be certified
    proxies    funds, or a table of factors, that alpha is measured against; else they follow from
               the lines that were held

    >>> @dataclass(frozen=True)
    ... class Mine(Strategy):
    ...     universe = ("SPY", "TLT")
    ...     def weights(self, view):
    ...         return {"SPY": 0.6, "TLT": 0.4}
    """

    universe: ClassVar[Any] = ()
    rebalance: ClassVar[Any] = monthly
    thesis: ClassVar[Thesis | None] = LatestThesis()  # type: ignore[assignment] # of the legs
    benchmark: ClassVar[Any] = None
    signals: ClassVar[tuple[str | Asset, ...]] = ()
    facts: ClassVar[tuple[Facts, ...]] = ()
    max_gross: ClassVar[float] = 1.0
    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {}
    studies: ClassVar[tuple[EventStudy, ...]] = ()
    pool: ClassVar[tuple[str, ...]] = ()
    files: ClassVar[tuple[str, ...]] = ()
    costs: ClassVar[Costs | None] = None
    flows: ClassVar[tuple[Flow, ...]] = ()
    proxies: ClassVar[Proxies] = ()

    def __post_init__(self) -> None:
        check_class(type(self))  # type: ignore[arg-type]
        for spec in parameters(type(self)):
            value = spec.checked(getattr(self, spec.name), type(self))
            object.__setattr__(self, spec.name, value)

    def weights(self, view: View) -> Weights | None:
        """What to hold from the next open on; None leaves everything, orders too, as it is.

        The answer must depend on `self` and `view` alone.
        """
        raise NotImplementedError

    def weights_table(self, panel: Panel) -> Table | None:
        """The same decisions, all at once: weights, decisions x lines of `panel.universe`.

        A row of NaN is None: it leaves everything as it is. Optional, for speed: None where the
        rule has no such form. It must answer what `weights` answers, which stays the truth, and
        cannot know what is held.
        """
        return None

    def explain(self, view: View) -> pd.DataFrame | None:
        """A table of what stands behind the decision at a close; None where there is none.

        `newsfolio weights` and the report show it for the last decision.
        """
        return None

    def controls(self) -> Mapping[str, Strategy]:
        """What the same money would have done without the thesis, by name."""
        return {}

    def drawn(self, lot: Random) -> Strategy | None:
        """The same strategy with its picks drawn by lot from `pool`; None where nothing was picked.

        What it earns compared with many such draws is the luck of the pick.
        """
        return None

    @property
    def name(self) -> str:
        """The class's name in kebab case."""
        return name_of(type(self))

    @property
    def label(self) -> str:
        """Name with the parameters that are not at their defaults."""
        changed = [
            f"{spec.name}={spec.show(getattr(self, spec.name))}"
            for spec in parameters(type(self))
            if getattr(self, spec.name) != spec.default
        ]
        return f"{self.name}({', '.join(changed)})" if changed else self.name

    def _repr_html_(self) -> str:
        thesis, benchmark = self.thesis, self.benchmark
        lead = (type(self).__doc__ or "").partition("\n")[0]
        article = f"{thesis.article.title} ({thesis.article.published:%Y-%m-%d})" if thesis else ""
        values = (
            (spec.name, spec.show(getattr(self, spec.name))) for spec in parameters(type(self))
        )
        rows = [
            ("thesis", thesis.statement if thesis else ""),
            ("article", article),
            *values,
            *_sleeves(self.universe),
            *(("leg", leg.label) for leg in legs_in(self.universe)),
            ("decides", str(self.rebalance)),
            ("benchmark", benchmark.label if isinstance(benchmark, Strategy) else benchmark or ""),
            *((f"control: {name}", control.label) for name, control in self.controls().items()),
        ]
        return table(self.label, lead, rows)


@dataclasses.dataclass(frozen=True)
class Fixed(Strategy):
    """Constant weights, rebalanced on a schedule: benchmarks and static controls.

    mix: pairs of a weight and a line, a sleeve (held in equal parts) or a strategy, which goes on
    deciding by its own schedule.
    """

    mix: tuple[tuple[float, Part | Strategy], ...] = ()
    schedule: Schedule = monthly

    def __post_init__(self) -> None:
        super().__post_init__()
        if not all(map(_is_share, self.mix)):
            raise StrategyError(
                f"Fixed(mix={shortened(repr(self.mix), 60)}): give pairs of a weight and a line, "
                'a sleeve or a strategy, Fixed(mix=((0.6, "SPY"), (0.4, "TLT")))'
            )
        for share, part in self.mix:
            if share < 0 and is_strategy(part):
                raise StrategyError(
                    f"Fixed(mix=...): {share:g} of {part.label}; a strategy cannot be sold short, "
                    "hold it at 0 or more"
                )

    @property
    def universe(self) -> tuple[Part | Strategy, ...]:  # type: ignore[override]
        return tuple(part for _, part in self.mix)

    @property
    def rebalance(self) -> Schedule:  # type: ignore[override]
        return self.schedule

    @property
    def max_gross(self) -> float:  # type: ignore[override]
        gross = (part.max_gross if is_strategy(part) else 1.0 for _, part in self.mix)
        shares = (abs(share) for share, _ in self.mix)
        return max(1.0, math.fsum(a * b for a, b in zip(shares, gross, strict=True)))

    @property
    def label(self) -> str:
        parts = [f"{percent(share, 0)} {_called(part)}" for share, part in self.mix]
        return f"{' + '.join(parts)}, {self.schedule}"

    def weights(self, view: View) -> Weights:
        return blend(*self.mix)

    def weights_table(self, panel: Panel) -> Table | None:
        lines = [(share, equal(part)) for share, part in self.mix if not isinstance(part, Strategy)]
        weights = blend(*lines)
        held_all = len(lines) == len(self.mix) and weights.keys() <= set(panel.universe)
        return panel.table(weights) if held_all else None


def _sleeves(universe: Any) -> list[tuple[str, str]]:
    """Sleeves with their lines; those of a single line are one row together."""
    sleeves = sleeves_of(universe)
    alone = [sleeve.tickers[0] for sleeve in sleeves if len(sleeve.tickers) == 1]
    wider = [(sleeve.name, ", ".join(sleeve.tickers)) for sleeve in sleeves
             if len(sleeve.tickers) > 1]  # fmt: skip
    return [*wider, ("lines", ", ".join(alone))]


def _is_share(pair: object) -> bool:
    """Whether it is a finite weight and what it is held in."""
    if not isinstance(pair, tuple) or len(pair) != 2 or isinstance(pair[0], bool):
        return False
    share, part = pair
    finite = isinstance(share, numbers.Real) and math.isfinite(share)
    return finite and (isinstance(part, str | Asset | Sleeve) or is_strategy(part))


def _called(part: Part | Strategy) -> str:
    if isinstance(part, Strategy):
        return f"({part.label})" if isinstance(part, Fixed) else part.label
    if isinstance(part, Asset):
        return part.ticker
    return part.name if isinstance(part, Sleeve) else part
