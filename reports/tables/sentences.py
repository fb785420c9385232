"""Each statistic of a run as one plain sentence, for the line that its tables are folded behind."""

from __future__ import annotations

from dataclasses import dataclass

from newsfolio.formatting import Pace, chance, defined, percent, signed
from reports.contract.evaluation import (
    AlphaJson,
    AttributionJson,
    ComparisonJson,
    ConditionJson,
    EvaluationJson,
    OverfittingJson,
    PlaceboJson,
    PowerJson,
    RegimesJson,
    ShortcutsJson,
    SignificanceJson,
    StudyJson,
)
from reports.tables.caveats import CHOSEN, LOOKED
from reports.tables.descriptions import fan_sentence, starts_sentence

RARE = 0.05
"""A p below which chance alone is rare."""

LOUD = 2.0
"""Deviations from which a period is more than the usual noise."""

SPELLED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
           "eleven", "twelve")  # fmt: skip


def spelled(number: int) -> str:
    """A small number as a word, as it stands in a sentence."""
    return SPELLED[number] if 0 <= number < len(SPELLED) else f"{number:,}"


def span(years: float) -> str:
    """A length of time in words: months below two years."""
    if years > 1000:
        return "more than 1,000 years"
    count, unit = (round(years), "year") if years >= 2 else (round(years * 12), "month")
    return f"{spelled(count)} {unit}{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class Sentences:
    """What the tables of an evaluation come to; "" where there is none."""

    headline: str
    rule: str
    power: str
    significance: str
    comparisons: str
    alpha: str
    placebos: str
    overfitting: str
    studies: str
    regimes: str
    shortcuts: str
    starts: str
    fan: str
    effects: str


def sentences(evaluation: EvaluationJson, pace: Pace) -> Sentences:
    """All of them. pace: how growth over the scored sessions is put."""
    comparisons = evaluation["comparisons"]
    return Sentences(
        headline(evaluation),
        _rule(evaluation["verdict"]["conditions"]),
        _power(evaluation["power"]),
        _significance(evaluation["significance"], _other(comparisons[0])),
        _comparisons(comparisons),
        _alpha(evaluation["alpha"], pace),
        _placebos(evaluation["placebo"]),
        _overfitting(evaluation["overfitting"]),
        _studies(evaluation.get("studies", [])),
        _regimes(evaluation.get("regimes")),
        _shortcuts(evaluation.get("shortcuts")),
        starts_sentence(evaluation.get("starts")),
        fan_sentence(evaluation.get("fan")),
        _effects(evaluation["attribution"]),
    )


def headline(evaluation: EvaluationJson) -> str:
    """Why the verdict is what it is, without a figure that stands beside it already."""
    verdict, other = evaluation["verdict"], _other(evaluation["comparisons"][0])
    word, reason = verdict["word"], verdict["reason"]
    if word == "held up":
        _, _, faded = reason.partition("more than luck explains.")
        return f"Ahead of {other} by more than luck explains.{faded}"
    if word == "did not hold up" and "wiped out" not in reason:
        return f"An edge worth having over {other} is ruled out."
    if word == "simulated":
        return "Made-up prices: this shows what a page looks like, and nothing of any market."
    return _open(evaluation) if word == "cannot tell yet" else reason


def voided(evaluation: EvaluationJson) -> str:
    """Why its figures prove nothing, however good they are; "" where they may."""
    honesty = evaluation["certificate"]["honesty"]
    causes = [LOOKED[honesty]] if honesty in LOOKED else []
    conditions = evaluation["verdict"]["conditions"]
    if any(condition["name"] == CHOSEN and condition["met"] is False for condition in conditions):
        causes.append("something was chosen afterwards")
    return ", and ".join(causes)


def _open(evaluation: EvaluationJson) -> str:
    """Why it cannot be told yet."""
    first, power = evaluation["comparisons"][0], evaluation["power"]
    reason = evaluation["verdict"]["reason"]
    cause = voided(evaluation)
    if cause:
        return f"{cause[:1].upper()}{cause[1:]}: its figures prove nothing."
    low = first["excess"]["low"]
    if defined(low) and low > 0 and ", but " in reason:
        return f"Ahead of {_other(first)}, but {reason.partition(', but ')[2]}"
    if not evaluation["scored"]["sessions"] or "more time will not tell" in reason:
        return reason
    if power["had"] < power["needed"]:
        return f"{_too_early(power)}."
    had = span(power["had"])
    return f"{had[:1].upper()}{had[1:]}, and the difference to {_other(first)} may still be luck."


def _too_early(power: PowerJson) -> str:
    return f"Too early to tell: {span(power['had'])}, where {span(power['needed'])} would be needed"


def _power(power: PowerJson) -> str:
    always = power.get("always")
    looks = f", {span(always)} at all looks" if always else ""
    edge = f"a Sharpe edge of {power['edge']:g} at one look{looks}"
    if power["had"] < power["needed"]:
        return f"{_too_early(power)} to prove {edge}."
    had = span(power["had"])
    return f"{had[:1].upper()}{had[1:]}; it takes {span(power['needed'])} to prove {edge}."


def _rule(conditions: list[ConditionJson]) -> str:
    asked = [condition for condition in conditions if condition["asked"]]
    lacking = [condition["name"] for condition in asked if condition["met"] is not True]
    if not lacking:
        return f"All {spelled(len(asked))} conditions are met."
    names = "; ".join(f"“{name[:1].lower()}{name[1:]}”" for name in lacking)
    met = len(asked) - len(lacking)
    return f"{spelled(met).capitalize()} of {spelled(len(asked))} conditions are met. Not: {names}."


def _significance(significance: SignificanceJson, against: str) -> str:
    sure = significance["probabilistic"]
    if not defined(sure):
        return f"n/a: {significance['why'] or 'not known'}."
    lucky = round((1 - sure) * 100)
    often = f"in {lucky} of 100 records" if lucky else "in fewer than 1 of 100 records"
    text = f"Luck alone would do as well against {against} {often} like this one"
    tried = max(significance["trials"] or 1, significance.get("family") or 1)
    deflated = significance["deflated"]
    if tried == 1 or not defined(deflated):
        return f"{text}."
    best = round((1 - deflated) * 100)
    rate = f"in {best}" if best else "in fewer than 1"
    return f"{text}; the best of {spelled(tried)} tries {rate} of 100."


def _comparisons(rows: list[ComparisonJson]) -> str:
    ahead = [_other(row) for row in rows if defined(row["total"]) and row["total"] > 0]
    behind = [_other(row) for row in rows if defined(row["total"]) and row["total"] <= 0]
    parts = [f"{word} {_listed(names)}" for word, names in
             (("ahead of", ahead), ("not ahead of", behind)) if names]  # fmt: skip
    if not parts:
        return f"n/a: {rows[0]['excess']['why'] or 'not known'}."
    sure = [_other(row) for row in rows if _apart(row)]
    surely = f"surely so against {_listed(sure)}" if sure else "none of it is sure"
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}; {surely}."


def _apart(row: ComparisonJson) -> bool:
    """Whether the interval of all looks, of older runs the one look, has no zero inside."""
    span_of = row.get("excess_always", row["excess"])
    low, high = span_of["low"], span_of["high"]
    return defined(low) and defined(high) and (low > 0 or high < 0)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _other(row: ComparisonJson) -> str:
    """An alternative as it stands in a sentence: controls by the names that their author gave."""
    name = row["name"]
    return f"the {name}" if row["role"] in ("benchmark", "beta-matched mix") else name


def _alpha(alpha: AlphaJson, pace: Pace) -> str:
    mean = alpha["alpha"]
    if not defined(mean["value"]):
        return f"n/a: {alpha['why'] or mean['why'] or 'not known'}."
    left = signed(mean["value"] * (1.0 if pace.yearly else pace.years))
    names = [beta["name"] for beta in alpha["betas"]]
    text = f"{_listed(names)} {'leave' if len(names) > 1 else 'leaves'} {left} {pace.words} "
    text = f"{text}unexplained" if names else f"{left} {pace.words} is left unexplained"
    low, high = mean["low"], mean["high"]
    if not (defined(low) and defined(high)):
        return f"{text}."
    return f"{text}{': not to be told from nothing' if low <= 0 <= high else ', surely'}."


def _placebos(placebo: PlaceboJson) -> str:
    if not defined(placebo["percentile"]) or not placebo["count"]:
        return f"n/a: {placebo['why'] or 'there are too few placebos'}."
    other = (
        "With lines drawn by lot" if placebo["chosen"] == "baskets"
        else "Told of an article on other dates"
    )  # fmt: skip
    asked = "the verdict asks for 90 %" if placebo["decides"] else "the verdict does not ask"
    share = percent(placebo["percentile"], 0)
    return f"{other}, the same rule did worse in {share} of {placebo['count']:,} cases; {asked}."


def _overfitting(overfitting: OverfittingJson) -> str:
    count = len(overfitting["variants"])
    if not count:
        return f"n/a: {overfitting['why'] or 'no variants'}."
    spa = overfitting["spa"]
    better = ""
    if spa:
        verdict = "one may be" if spa[1] < RARE else "none is surely"
        better = f"; {verdict} better than the control (p {chance(spa[1])})"
    shares = [share for _, share in overfitting["pbo"]]
    if not shares:
        return f"{spelled(count).capitalize()} variants were declared{better}."
    low, high = percent(min(shares), 0), percent(max(shares), 0)
    often = low if low == high else f"{low} to {high}"
    return (
        f"The best of {spelled(count)} variants on one half of the sessions was below the middle "
        f"on the other {often} of the time{better}."
    )


def _studies(studies: list[StudyJson]) -> str:
    windows = [window for study in studies for window in study["windows"]]
    chances = [window["p"] for window in windows if defined(window["p"])]
    if not chances:
        return "n/a: no event has a figure." if studies else ""
    rare = sum(p < RARE for p in chances)
    return (
        f"{spelled(rare).capitalize()} of {spelled(len(chances))} windows around the events "
        f"show{'s' if rare == 1 else ''} more than chance would in one case of twenty."
    )


def _regimes(regimes: RegimesJson | None) -> str:
    if regimes is None:
        return ""
    other = regimes["against"]
    rows = [row for row in (*regimes["periods"], *regimes["states"]) if row["sessions"]]
    loud = [row["name"] for row in rows
            if defined(row["deviations"]) and abs(row["deviations"]) >= LOUD]  # fmt: skip
    if not loud:
        return f"No more than the usual noise apart from {other}, in any of {spelled(len(rows))}."
    return f"More than the usual noise apart from {other} in {_listed(loud)}."


def _shortcuts(shortcuts: ShortcutsJson | None) -> str:
    if shortcuts is None:
        return ""
    rows = [row for row in shortcuts["rows"] if defined(row["growth"])]
    if shortcuts["why"] or not rows:
        return f"n/a: {shortcuts['why'] or 'none could be run'}."
    most = max(rows, key=lambda row: row["growth"] or 0.0)
    rate = "a year" if shortcuts["a_year"] else "in total"
    return (
        f"“{most['name']}” would have shown {percent(most['growth'])} {rate} "
        f"instead of {percent(shortcuts['growth'])}."
    )


def _effects(attribution: AttributionJson | None) -> str:
    if attribution is None:
        return ""
    rows = attribution["active"]
    if not rows:
        return f"n/a: {attribution['active_why'] or 'no effects were computed'}."
    allocation, selection = (sum(row[key] for row in rows) for key in ("allocation", "selection"))
    return (
        f"Against the benchmark {signed(allocation)} came from how much each sleeve held, "
        f"{signed(selection)} from which lines."
    )
