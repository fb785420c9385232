"""How often the verdict is wrong, however often one looks: made-up theses by the whole rule.

    python benchmarks/verdict_errors.py                      # 2,000 theses a row
    python benchmarks/verdict_errors.py --theses 500 --parts looks power
    python benchmarks/verdict_errors.py --parts runs --theses 200

Parts: `looks` (no edge, 60 monthly looks, ever "held up"), `refusals` (an edge of .5, ever "did not
hold up"), `power`, `fading`, `one_look`, `volatility`, `events`, `board` (19 theses of 1 to 20
variants, ever news); and by name alone `days` (every session a look) and `runs` (whole runs on
made-up markets, judged once). Theses have 504 sessions of context unless a row says that they have
none; of boards there is one for four theses.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from scipy.special import betaincinv

sys.path.insert(0, str(Path(__file__).parents[1]))  # started as a file, it sees its own folder

from backtests.evaluation.event_studies.market_model import Model, fitted, pooled
from backtests.evaluation.event_studies.returns import ReturnPanel
from backtests.evaluation.schema import Headline
from backtests.evaluation.statistics.sequential import FIRST_LOOK, Mean, at_one_look
from backtests.evaluation.statistics.volatility import volatility_interval
from benchmarks import boards, worlds
from benchmarks.full_runs import judged
from benchmarks.looks import Theses, monthly
from benchmarks.worlds import World

CONTEXT = 504
LOOKS = 60
HELD, DID_NOT = Headline.HELD_UP, Headline.DID_NOT
USUAL = (worlds.IID, worlds.T3, worlds.AR2, worlds.AR4, worlds.GARCH)


def theses(
    world: World, count: int, sessions: int, *, context: int = CONTEXT, edge: float = 0.0,
    lasts: int | None = None,
) -> Theses:  # fmt: skip
    """So many of a world. lasts: scored sessions after which the edge is over."""
    fades_after = None if lasts is None else sessions - lasts
    drawn = world.differences(1, count, context + sessions, edge, fades_after)
    return Theses(drawn, context)


def ever(
    title: str, world: World, count: int, word: Headline, looks: Sequence[int],
    *, context: int = CONTEXT, edge: float = 0.0,
) -> None:  # fmt: skip
    """Print the share of theses that were given a word at one look or another."""
    start = perf_counter()
    given = theses(world, count, looks[-1], context=context, edge=edge).ever(word, looks)
    about = f"{title}, {world.name}{'' if context else ', no context'}"
    row(about, int(given.sum()), count, perf_counter() - start)


def row(about: str, cases: int, count: int, seconds: float) -> None:
    """A rate and its upper 95 % limit (Clopper and Pearson, two-sided)."""
    most = 1.0 if cases == count else float(betaincinv(cases + 1, count - cases, 0.975))
    print(f"{about:58}{cases / count:8.2%}, at most {most:.2%} ({seconds:.0f} s)", flush=True)


def looks(count: int) -> None:
    for world in (*USUAL, worlds.CRASHES, worlds.EARNINGS):
        ever("no edge held up", world, count, HELD, monthly(LOOKS))
    for world in (worlds.CRASHES, worlds.EARNINGS):
        ever("no edge held up", world, count, HELD, monthly(LOOKS), context=0)


def refusals(count: int) -> None:
    for world in (*USUAL, worlds.GAINS):
        ever("edge .5 did not", world, count, DID_NOT, monthly(LOOKS), edge=0.5)
    ever("edge .5 did not", worlds.GAINS, count, DID_NOT, monthly(LOOKS), context=0, edge=0.5)


def power(count: int) -> None:
    for world in (worlds.IID, worlds.T3, worlds.GARCH, worlds.AR2):
        for edge, years in ((3.0, 1), (3.0, 2), (1.0, 10)):
            within = [n for n in monthly(12 * years) if n <= years * worlds.YEAR]
            ever(f"edge {edge:g} found in {years} years", world, count, HELD, within, edge=edge)


def fading(count: int) -> None:
    """From a year after its end on: held up, and not a word of it."""
    for edge, lasts in ((3.0, 252), (2.0, 504), (1.0, 756)):
        start = perf_counter()
        late = range(lasts + 252, lasts + 252 + 21 * LOOKS, 21)
        drawn = theses(worlds.IID, count, late[-1], edge=edge, lasts=lasts)
        held, silent = drawn.said(late, "But the edge")
        for title, cases in (("held up", held), ("held up, not a word", silent)):
            about = f"edge {edge:g} for {lasts} sessions, then none: {title}"
            row(about, int(cases.sum()), count, perf_counter() - start)


def days(count: int) -> None:
    every = range(FIRST_LOOK, monthly(LOOKS)[-1] + 1)
    ever("no edge held up, every session a look", worlds.IID, count, HELD, every)


def volatility(count: int) -> None:
    """How often the volatility that the sessions had lies outside its interval."""
    for sessions in (60, 126, 252, 504, 1260):
        start = perf_counter()
        drawn = worlds.with_variance(np.random.default_rng(1), count, sessions)
        missed = 0
        for returns, variances in zip(*drawn, strict=True):
            low, high = volatility_interval(returns)
            missed += not low <= np.sqrt(variances.mean()) <= high
        row(f"volatility of {sessions} sessions missed, GARCH t5", missed, count,
            perf_counter() - start)  # fmt: skip


def events(count: int) -> None:
    """How often an event that did nothing is significant at 5 % over 20 sessions."""
    for memory in (0.0, 0.25, 0.4):
        start, lot, rejected = perf_counter(), np.random.default_rng(1), 0
        rest = World("", worlds.persistent(memory)).differences(2, count, 300)
        for disturbances in rest:
            market = lot.normal(0.0003, 0.01, (300, 1))
            calendar = np.datetime64("2020-01-01", "D") + np.arange(300)
            panel = ReturnPanel(calendar, ("A",), 1.2 * market + disturbances[:, None], market)
            model = fitted(panel, 270)
            abnormal = model.over(1, 20) if isinstance(model, Model) else None
            rejected += abnormal is not None and pooled([abnormal]).p < 0.05
        row(f"event that did nothing, AR {memory:g}", rejected, count, perf_counter() - start)


def one_look(count: int) -> None:
    """How often the interval of a single look misses a mean of nothing, on either side."""
    for world in USUAL:
        for sessions in (20, 60, 126, 252):
            start = perf_counter()
            mean = Mean.of(world.differences(1, count, sessions))
            low, high = mean.within(at_one_look(sessions))
            row(f"one look after {sessions} sessions misses, {world.name}",
                int(((low > 0) | (high < 0)).sum()), count, perf_counter() - start)  # fmt: skip


def board(count: int) -> None:
    """Boards where no thesis has an edge, and where three of them have one that lasts."""
    for alike in (0.0, 0.5, 0.9):
        for good in (0, 3):
            start = perf_counter()
            drawn = [boards.false_news(seed, alike, good) for seed in range(count // 4)]
            share = float(np.mean([wrong / max(1, news) for wrong, news in drawn]))
            about = f"board, variants alike by {alike:g}, {good} of 19 with an edge"
            row(f"{about}, any false news", sum(wrong > 0 for wrong, _ in drawn), len(drawn),
                perf_counter() - start)  # fmt: skip
            print(f"{'':58}false share {share:.2%}, news {np.mean([n for _, n in drawn]):.2f}")


def runs(count: int) -> None:
    """Whole runs on made-up markets, judged once after a year and after two."""
    for scored in (252, 504):
        for edge in (0.0, 0.5, 3.0):
            outcomes = [judged(seed, edge, scored, placebos=40) for seed in range(count)]
            words = Counter(word for word, _ in outcomes)
            surely = sum(above for _, above in outcomes)
            print(f"{scored:>5} sessions, edge {edge:g}: {dict(words)}; at this look {surely}")


PARTS: dict[str, Callable[[int], None]] = {
    part.__name__: part
    for part in (
        looks,
        refusals,
        power,
        fading,
        one_look,
        volatility,
        events,
        board,
        days,
        runs,
    )
}
USUALLY = [name for name in PARTS if name not in ("days", "runs")]


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--theses", type=int, default=2000)
    ask.add_argument("--parts", nargs="+", choices=list(PARTS), default=USUALLY)
    asked = ask.parse_args()
    start = perf_counter()
    for name in asked.parts:
        PARTS[name](asked.theses)
    print(f"{perf_counter() - start:.0f} s in all")


if __name__ == "__main__":
    main()
