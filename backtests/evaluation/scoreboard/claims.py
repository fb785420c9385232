"""Who was right: claims of checked articles by publisher, person, subject, horizon, probability."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from backtests.evaluation.statistics.proportions import (
    Forecast,
    base_brier,
    brier,
    clopper_pearson,
    reliability,
)
from reports.contract.claims import CheckedArticleJson, CheckedArticlesJson
from reports.contract.manifest import ClaimJson
from reports.contract.scoreboard import (
    CalibrationJson,
    FallsDueJson,
    HitRateJson,
    RecordedClaimJson,
    ScoreJson,
    TallyJson,
    TrackRecordJson,
)

RIGHT = {"holds": True, "fails": False, "holds as corrected": False}
"""As it is written: what holds only once it is corrected was wrong."""

SPANS = (
    (7, "up to a week"),
    (31, "up to a month"),
    (93, "up to a quarter"),
    (366, "up to a year"),
)
"""Days ahead of publication, and what a claim of so many is counted with."""

EVENS = 0.1
"""So near to a half a probability says neither that it comes nor that it does not."""

PAST, LONGER = "reported", "more than a year"

UNSTATED = "none stated"

BY: dict[str, Callable[[RecordedClaimJson], str]] = {
    "publisher": lambda claim: claim["publisher"],
    "quoted": lambda claim: claim["quoted"],
    "subject": lambda claim: claim["subject"],
    "horizon": lambda claim: claim["horizon"],
    "probability": lambda claim: _range_of(claim["probability"]),
}
"""What hit rates are counted by; "" belongs nowhere."""


def track_record(
    documents: Sequence[CheckedArticlesJson],
    damaged: Sequence[str],
    theses: Sequence[ScoreJson],
    today: date,
) -> TrackRecordJson:
    """Hits, calibration and what falls due, of what was checked on real prices.

    documents: oldest first. theses: rows of the board, whose horizons and probabilities count too.
    """
    kept = _kept(documents)
    rows = [_recorded(article, claim) for article, claim in kept]
    claims = [row for row in rows if row["verdict"] != "untestable"]
    forecasts = [
        Forecast(row["probability"], _came(row))
        for row in claims
        if row["probability"] is not None and row["verdict"] in RIGHT
    ]
    judged = [
        Forecast(row["probability"], row["right"])
        for row in theses
        if row["probability"] is not None and row["right"] is not None
    ]
    return {
        "claims": sorted(claims, key=lambda row: (row["published"], row["article"], row["id"])),
        "rates": list(_rates(claims)),
        "calibration": _calibration([*forecasts, *judged], len(judged)),
        "due": _due(claims, theses, today),
        "articles": len({article["id"] for article, _ in kept}),
        "untestable": len(rows) - len(claims),
        "damaged": list(damaged),
    }


def _kept(
    documents: Sequence[CheckedArticlesJson],
) -> list[tuple[CheckedArticleJson, ClaimJson]]:
    """Each claim once: as it was judged first, or as it was looked at last where it was not.

    Another wording of its readings is another claim, and counts from then on. Made-up prices judge
    nothing.
    """
    kept: dict[tuple[str, str], tuple[CheckedArticleJson, ClaimJson]] = {}
    for document in documents:
        for article in document["articles"]:
            for claim in article["claims"]:
                if claim["verdict"] == "simulated":
                    continue
                key = article["id"], claim["id"]
                if key in kept and _is_final(kept[key][1], claim):
                    kept[key] = article, kept[key][1]
                else:
                    kept[key] = article, claim
    return list(kept.values())


def _is_final(earlier: ClaimJson, later: ClaimJson) -> bool:
    """Whether the same claim has been judged for good."""
    same = earlier.get("digest", "") == later.get("digest", "")
    return same and earlier["verdict"] in RIGHT


def _recorded(article: CheckedArticleJson, claim: ClaimJson) -> RecordedClaimJson:
    due, chance = claim.get("due", ""), claim.get("probability")
    published = datetime.fromisoformat(article["published"]).date()
    holds = RIGHT.get(claim["verdict"])
    return {
        "article": article["id"],
        "id": claim["id"],
        "text": claim["text"],
        "publisher": article["publisher"],
        "published": article["published"],
        "quoted": claim.get("quoted", ""),
        "subject": claim.get("subject", ""),
        "horizon": _span(published, due),
        "due": due,
        "probability": chance,
        "probability_of": claim.get("probability_of", ""),
        "foreseen": due > published.isoformat(),
        "verdict": claim["verdict"],
        "right": _is_right(holds, chance),
        "sentence": claim["sentence"],
    }


def _is_right(holds: bool | None, chance: float | None) -> bool | None:
    """Who calls something unlikely is right where it does not come; about evens is neither."""
    if holds is None or chance is None:
        return holds
    if abs(chance - 0.5) <= EVENS + 1e-9:
        return None
    return holds if chance > 0.5 else not holds


def _came(row: RecordedClaimJson) -> bool:
    """Whether the readings held, whatever was thought of them."""
    return RIGHT[row["verdict"]]


def _span(published: date, due: str) -> str:
    """How far ahead a claim looks, in words; "" where it has no day."""
    if not due:
        return ""
    days = (date.fromisoformat(due) - published).days
    return PAST if days <= 0 else next((words for most, words in SPANS if days <= most), LONGER)


def _range_of(chance: float | None) -> str:
    """Fifths of a probability, in words."""
    if chance is None:
        return UNSTATED
    fifth = min(int(chance * 5), 4)
    return f"{fifth * 20} to {fifth * 20 + 20} %"


def _rates(claims: Sequence[RecordedClaimJson]) -> Iterator[HitRateJson]:
    """All together, then by each of BY, those with most judged first."""
    yield _rate("all", "all", claims)
    for by, value_of in BY.items():
        groups: dict[str, list[RecordedClaimJson]] = {}
        for claim in claims:
            if value_of(claim):
                groups.setdefault(value_of(claim), []).append(claim)
        rates = [_rate(by, name, group) for name, group in groups.items()]
        yield from sorted(rates, key=_order)


def _order(rate: HitRateJson) -> tuple[int, int, str]:
    spans = [PAST, *(words for _, words in SPANS), LONGER]
    if rate["by"] == "horizon":
        return spans.index(rate["name"]), 0, ""
    if rate["by"] == "probability":
        return int(rate["name"] == UNSTATED), 0, rate["name"].rjust(12)
    return -rate["foreseen"]["judged"], -rate["reported"]["judged"], rate["name"]


def _rate(by: str, name: str, claims: Sequence[RecordedClaimJson]) -> HitRateJson:
    days = [claim["due"] for claim in claims if claim["verdict"] == "open" and claim["due"]]
    return {
        "by": by,
        "name": name,
        "foreseen": _tally([claim for claim in claims if claim["foreseen"]]),
        "reported": _tally([claim for claim in claims if not claim["foreseen"]]),
        "open": sum(claim["verdict"] == "open" for claim in claims),
        "next_due": min(days, default=""),
    }


def _tally(claims: Sequence[RecordedClaimJson]) -> TallyJson:
    judged = [claim["right"] for claim in claims if claim["right"] is not None]
    hits = sum(judged)
    if not judged:
        return {"judged": 0, "hits": 0, "rate": None, "low": None, "high": None}
    low, high = clopper_pearson(hits, len(judged))
    return {
        "judged": len(judged),
        "hits": hits,
        "rate": hits / len(judged),
        "low": low,
        "high": high,
    }


def _calibration(forecasts: Sequence[Forecast], theses: int) -> CalibrationJson:
    bins = []
    for part in reliability(forecasts):
        low, high = clopper_pearson(part.came, part.count)
        bins.append({
            "mean": part.mean, "count": part.count, "came": part.came,
            "rate": part.came / part.count, "low": low, "high": high,
        })  # fmt: skip
    return {
        "count": len(forecasts),
        "theses": theses,
        "brier": brier(forecasts),
        "base": base_brier(forecasts),
        "bins": bins,  # type: ignore[typeddict-item]
    }


def _due(
    claims: Sequence[RecordedClaimJson], theses: Sequence[ScoreJson], today: date
) -> list[FallsDueJson]:
    """What is open, the next day first."""
    rows: list[FallsDueJson] = [
        {"day": claim["due"], "kind": "claim", "id": claim["id"], "text": claim["text"],
         "who": claim["quoted"] or claim["publisher"], "overdue": claim["due"] < today.isoformat()}
        for claim in claims
        if claim["verdict"] == "open" and claim["due"]
    ]  # fmt: skip
    rows += [
        {"day": row["due"], "kind": "thesis", "id": row["thesis"]["id"],
         "text": row["thesis"]["title"] or row["thesis"]["label"],
         "who": row["thesis"]["publisher"], "overdue": row["due"] < today.isoformat()}
        for row in theses
        if row["open"] and row["due"] and row["right"] is None
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["day"], row["kind"], row["id"]))
