"""All theses side by side: what was said of each, and how much of it so many tries find by luck."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from backtests.evaluation.estimates import power
from backtests.evaluation.schema import EDGE, LEVEL, Headline
from backtests.evaluation.scoreboard.claims import track_record
from backtests.evaluation.statistics.multiple import (
    benjamini_hochberg,
    one_sided_p,
    one_sided_p_at_all_looks,
)
from backtests.records.ledger.choices import Shown
from backtests.records.ledger.counting import LAST, Question
from backtests.records.ledger.ledger import FrozenRow
from backtests.records.ledger.verdicts import JudgedRow
from backtests.runner.provenance import thesis_of
from backtests.simulation.metrics import DAYS_A_YEAR
from newsfolio.formatting import percent
from newsfolio.strategy import Strategy
from reports.contract.claims import CheckedArticlesJson
from reports.contract.manifest import BareThesisJson, VerdictLineJson
from reports.contract.scoreboard import (
    LookJson,
    ScoreboardJson,
    ScoredThesisJson,
    ScoreJson,
    StatedJson,
)

RATE = 0.05
"""Share of the news that may be false on average."""

UNJUDGED = "not judged yet"

DECIDED = (Headline.HELD_UP.value, Headline.DID_NOT.value)

Key = tuple[str, str]
"""Thesis and strategy."""


@dataclass(frozen=True)
class FrozenRule:
    """A rule that was frozen, and how many variants had been tried by then."""

    row: FrozenRow
    earlier: int

    @property
    def key(self) -> Key:
        """Without an article there is no thesis: ""."""
        thesis = self.row.rule["thesis"]
        return (thesis["id"] if thesis else "", self.row.rule["strategy"])


def _only_itself(shown: Sequence[Shown]) -> Sequence[int]:
    return [1] * len(shown)


@dataclass(frozen=True)
class ScoreboardInputs:
    """What there is to know of theses.

    judged: runs on real prices, oldest first; frozen: rules, oldest first; variants: tried, by
    thesis; saved: what a saved run says of its thesis, by thesis and strategy, with its label;
    strategies: the shipped ones; tries: of how many variants each run shown may be the best.
    checked: articles whose claims were checked, oldest first; damaged: files of such that are not
    read.
    """

    judged: Sequence[JudgedRow] = ()
    frozen: Sequence[FrozenRule] = ()
    variants: Mapping[str, int] = field(default_factory=dict)
    saved: Mapping[Key, tuple[BareThesisJson, str]] = field(default_factory=dict)
    strategies: Sequence[Strategy] = ()
    tries: Callable[[Sequence[Shown]], Sequence[int]] = _only_itself
    checked: Sequence[CheckedArticlesJson] = ()
    damaged: Sequence[str] = ()

    def subjects(self) -> Iterator[tuple[Key, FrozenRule | None]]:
        """What has a row: every rule that was frozen, and what is known without one, once.

        Of a rule that was frozen again the first time counts, with what was stated then.
        """
        frozen: dict[str, FrozenRule] = {}
        for rule in self.frozen:
            if rule.key[0]:
                frozen.setdefault(rule.row.rule["variant"], rule)
        yield from ((rule.key, rule) for rule in frozen.values())
        keys = (
            *((row.thesis, row.strategy) for row in self.judged if row.thesis),
            *(_key_of(strategy) for strategy in self.strategies if strategy.thesis),
        )
        ruled = {rule.key for rule in frozen.values()}
        yield from ((key, None) for key in dict.fromkeys(keys) if key not in ruled)


def scoreboard(inputs: ScoreboardInputs, ledger: str, today: date) -> ScoreboardJson:
    """A row a thesis and strategy: those of the ledger, of frozen rules and the shipped ones."""
    looks = [(key, rule, _looks(inputs, key, rule)) for key, rule in inputs.subjects()]
    rows = [_row(inputs, key, rule, seen, today) for key, rule, seen in looks]
    tested = [
        (row, _shown(rule, seen))
        for row, (_, rule, seen) in zip(rows, looks, strict=True)
        if row["p"] is not None
    ]
    _adjust([row for row, _ in tested], inputs.tries([shown for _, shown in tested]))
    counts = Counter(word_of(row) for row in rows)
    news = sum(row["news"] for row in rows)
    return {
        "rows": sorted(rows, key=_order),
        "counts": dict(counts),
        "tested": len(tested),
        "rate": RATE,
        "lucky": (1 - LEVEL) / 2 * len(tested),
        "news": news,
        "conclusion": _conclusion(rows, counts, len(tested), news),
        "ledger": ledger,
        "today": today.isoformat(),
        "record": track_record(inputs.checked, inputs.damaged, rows, today),
    }


def _adjust(tested: Sequence[ScoreJson], tries: Sequence[int]) -> None:
    """Write into rows with a p-value what is left of it among all of them."""
    for row, count in zip(tested, tries, strict=True):
        row["tries"] = count
    adjusted = benjamini_hochberg([min(1.0, (row["p"] or 0.0) * row["tries"]) for row in tested])
    for row, value in zip(tested, adjusted, strict=True):
        row["adjusted"], row["news"] = value, value <= RATE


def word_of(row: ScoreJson) -> str:
    """The verdict of a row, in a word."""
    return row["look"]["verdict"]["word"] if row["look"] else UNJUDGED


def _looks(inputs: ScoreboardInputs, key: Key, rule: FrozenRule | None) -> Sequence[JudgedRow]:
    """All verdicts on a thesis by a strategy, of a frozen rule those on this very one."""
    variant = rule.row.rule["variant"] if rule else None
    return [
        row
        for row in inputs.judged
        if (row.thesis, row.strategy) == key and variant in (None, row.variant)
    ]


def _shown(rule: FrozenRule | None, looks: Sequence[JudgedRow]) -> Shown:
    look = _widest(looks)
    question = Question(look.thesis, look.strategy, look.exposure, frozenset({look.variant}))
    return Shown(question, rule.row.row if rule else LAST)


def _row(
    inputs: ScoreboardInputs, key: Key, rule: FrozenRule | None, looks: Sequence[JudgedRow],
    today: date,
) -> ScoreJson:  # fmt: skip
    look, stated = _look(looks), _stated(rule)
    due, why = _due(look, _horizon(inputs, key, stated, looks), today)
    p, p_of = _p_of(look["verdict"]) if look else (None, "")
    return {
        "thesis": _thesis(inputs, key, rule),
        "stated": stated,
        "look": look,
        "variants": inputs.variants.get(key[0], 0),
        "tries": 1,
        "p": p,
        "p_of": p_of,
        "adjusted": None,
        "news": False,
        "due": due,
        "why_due": why,
        "open": look is None or look["verdict"]["word"] not in DECIDED,
        "probability": _probability(inputs, key, stated, looks),
        "right": _right(looks),
    }


def _right(looks: Sequence[JudgedRow]) -> bool | None:
    """Whether it was ahead of its control on its horizon, as the first look after that saw it."""
    seen = sorted(looks, key=lambda row: (row.end, row.row))
    outcomes = (row.verdict.get("ahead") for row in seen if not row.verdict.get("void"))
    return next((ahead for ahead in outcomes if ahead is not None), None)


def _probability(
    inputs: ScoreboardInputs, key: Key, stated: StatedJson | None, looks: Sequence[JudgedRow]
) -> float | None:
    """As its author stated it: when it was frozen, else in its class."""
    if stated and stated["probability"] is not None:
        return stated["probability"]
    for strategy in inputs.strategies:
        if _key_of(strategy) == key and strategy.thesis and strategy.thesis.probability is not None:
            return strategy.thesis.probability
    return _widest(looks).verdict.get("probability") if looks else None


def _key_of(strategy: Strategy) -> Key:
    return (strategy.thesis.id if strategy.thesis else "", strategy.name)


def _thesis(inputs: ScoreboardInputs, key: Key, rule: FrozenRule | None) -> ScoredThesisJson:
    """What is said of a thesis where it is known: its frozen rule, its class, a saved run."""
    strategy = next((strategy for strategy in inputs.strategies if _key_of(strategy) == key), None)
    thesis, label = inputs.saved.get(key, (None, key[1]))
    if rule is not None:
        thesis, label = rule.row.rule["thesis"], rule.row.rule["label"]
    elif strategy is not None:
        thesis = thesis_of(strategy)
    article = thesis["article"] if thesis else None
    return {
        "id": key[0],
        "title": thesis["title"] if thesis else "",
        "strategy": key[1],
        "label": label,
        "article": article["title"] if article else "",
        "publisher": article["publisher"] if article else "",
        "published": article["published"] if article else "",
        "shipped": strategy is not None,
    }


def _widest(looks: Sequence[JudgedRow]) -> JudgedRow:
    """Of those that may prove something the one that saw most; of two that saw as much the later.

    Whoever runs another variant afterwards chooses the row by it, which its tries pay for.
    """
    return max(looks, key=lambda row: (not row.verdict.get("void"), row.end, row.row))


def _look(looks: Sequence[JudgedRow]) -> LookJson | None:
    if not looks:
        return None
    widest = _widest(looks)
    verdict: VerdictLineJson = {**widest.verdict}  # type: ignore[typeddict-item]
    return {
        "verdict": verdict,
        "run": widest.run,
        "at": widest.at,
        "until": widest.end,
        "looks": len({row.end for row in looks}),
    }


def _p_of(verdict: VerdictLineJson) -> tuple[float | None, str]:
    """The p-value and which interval tells it; None where there is none, or it proves nothing.

    That of all looks, since theses are looked at again and again; a verdict of an earlier build, or
    a record before the first look, has that of one look alone.
    """
    value, sessions = verdict["excess"], verdict["sessions"]
    if verdict["word"] == Headline.NONE.value or value is None or verdict.get("void"):
        return None, ""
    low, high = verdict.get("low_always"), verdict.get("high_always")
    if low is not None and high is not None:
        return one_sided_p_at_all_looks(value, low, high, sessions), "all looks"
    low, high = verdict["low"], verdict["high"]
    if low is None or high is None:
        return None, ""
    return one_sided_p(value, low, high, LEVEL), "one look"


def _stated(rule: FrozenRule | None) -> StatedJson | None:
    if rule is None:
        return None
    written = rule.row.rule
    return {
        "frozen": rule.row.at,
        "earlier": rule.earlier,
        "horizon": written.get("horizon") or "",
        "falsifier": written.get("falsifier") or "",
        "probability": written.get("probability"),
    }


def _horizon(
    inputs: ScoreboardInputs, key: Key, stated: StatedJson | None, looks: Sequence[JudgedRow]
) -> str:
    """The day that its author stated: when it was frozen, else in its class; "" for none."""
    if stated and stated["horizon"]:
        return stated["horizon"]
    for strategy in inputs.strategies:
        if _key_of(strategy) == key and strategy.thesis and strategy.thesis.horizon:
            return strategy.thesis.horizon.isoformat()
    return str(_widest(looks).verdict.get("horizon", "")) if looks else ""


def _due(look: LookJson | None, horizon: str, today: date) -> tuple[str, str]:
    """When it will be told: by its horizon, or once the record could prove an edge of EDGE."""
    if horizon:
        over = horizon < today.isoformat()
        return horizon, "its horizon, which is over" if over else "its horizon"
    if look is None or look["verdict"]["word"] in DECIDED or not look["verdict"]["since"]:
        return "", ""
    needed = power(0.0, 0, None, None, EDGE).needed
    begun = date.fromisoformat(look["verdict"]["since"])
    due = begun + timedelta(days=round(needed * DAYS_A_YEAR))
    return due.isoformat(), "no horizon"


def _order(row: ScoreJson) -> tuple[int, float, tuple[str | int, ...], str]:
    """Decided ones first, then by how surely ahead; what nobody judged last."""
    words = [Headline.HELD_UP.value, Headline.DID_NOT.value, Headline.CANNOT_TELL.value]
    word = word_of(row)
    place = words.index(word) if word in words else len(words) + (word == UNJUDGED)
    p = 2.0 if row["p"] is None else row["p"]
    return place, p, _natural(row["thesis"]["id"]), row["thesis"]["strategy"]


def _natural(text: str) -> tuple[str | int, ...]:
    """Words and numbers in turn, so that T2 stands before T10."""
    return tuple(int(part) if place % 2 else part
                 for place, part in enumerate(re.split(r"([0-9]+)", text)))  # fmt: skip


def _conclusion(rows: Sequence[ScoreJson], counts: Counter[str], tested: int, news: int) -> str:
    """What to make of it, in two sentences."""
    judged = sum(row["look"] is not None for row in rows)
    held, not_held = counts[Headline.HELD_UP.value], counts[Headline.DID_NOT.value]
    head = (
        f"Of {len(rows)} theses {judged} have been judged on real prices: {held} held up, "
        f"{not_held} did not, {judged - held - not_held} cannot be told yet."
    )
    if not tested:
        return f"{head} None has an interval, so there is nothing to correct for luck."
    luck = f"by luck alone {(1 - LEVEL) / 2 * tested:.1f} of {tested} intervals lie above zero"
    if not news:
        return f"{head} None is news: {luck}, and none is beyond that (Benjamini and Hochberg)."
    some = "1 is" if news == 1 else f"{news} are"
    return (
        f"{head} {some} ahead of the control beyond what luck finds among so many (Benjamini and "
        f"Hochberg, {percent(RATE, 0)} of such news is false); {luck}."
    )
