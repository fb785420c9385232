"""The verdict page: any result gives one, and it says what is missing and why."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from backtests.evaluation.schema import Estimate, Placebo, Scored
from backtests.records.result import Result, load
from reports import write_pages
from reports.charts.labels import plain
from reports.pages.script import NAME, data_block, write_script
from reports.pages.verdict import verdict_page
from tests.support.evaluations import usual_evaluation
from tests.support.hostile_results import hostile
from tests.support.results import (
    THESIS,
    curve,
    data_of,
    fill,
    judged,
    make,
    text_of,
    usual_result,
    walk,
)


@pytest.fixture(scope="module")
def usual() -> Result:
    return judged()


@pytest.fixture(scope="module")
def page(usual: Result) -> str:
    return verdict_page(usual)


# What a reader sees first


def test_the_verdict_its_reason_and_the_excess_come_before_everything_else(page: str) -> None:
    text = text_of(page[page.index("<header") : page.index("<main")])
    for sentence in (
        "Cannot tell yet",
        "It looks ahead : a decision changed",
        "It looks ahead: its figures prove nothing.",
        "It proves nothing.",
        "Excess over half and half , in total",
        "+3.10 % a year; 95 % interval -9.0 % to +16.7 % at all looks",
        "2020-02-21 the first decision on article 003",
        "351 sessions",
        "sample (SIMULATED)",
    ):
        assert sentence in text


def test_a_run_judged_before_every_look_was_paid_for_has_one_interval(usual: Result) -> None:
    assert usual.evaluation is not None
    first, *others = usual.evaluation["comparisons"]
    before = {key: value for key, value in first.items() if key != "excess_always"}
    evaluation = {**usual.evaluation, "comparisons": [before, *others]}
    text = text_of(verdict_page(dataclasses.replace(usual, evaluation=evaluation)))
    top = text[: text.index("Figures since")]
    assert "95 % interval -4.0 % to +10.5 %" in top
    assert "at all looks" not in top
    assert "of all looks -" not in text


def test_a_word_is_told_by_its_sign_and_not_by_colour_alone() -> None:
    signs = set()
    for word in ("held up", "did not hold up", "cannot tell yet", "simulated", "no verdict"):
        verdict = dataclasses.replace(usual_evaluation().verdict, word=word)
        page = verdict_page(judged(verdict=verdict))
        match = re.search(r'<p class="word"[^>]*>\s*(<svg.*?</svg>)<span>(.*?)</span>', page, re.S)
        assert match is not None
        assert match.group(2) == word.capitalize()
        signs.add(match.group(1))
    assert len(signs) == 5


def test_simulated_stands_across_the_page_in_the_title_and_at_every_chart(page: str) -> None:
    body = page[page.index("<body>") :]
    assert body.index("SIMULATED data") < body.index("<h1>")
    assert "<title>SIMULATED: east-rising(ramp=20): cannot tell yet</title>" in page
    assert page.count("(SIMULATED)</b>") == page.count("<figure>") == 6
    real = judged(make(curve(walk(650)), thesis=THESIS))
    assert "SIMULATED" not in verdict_page(real)


def test_sections_stand_in_their_order(page: str) -> None:
    ids = re.findall(r'<section id="([a-z-]+)">', page)
    assert ids == [
        "growth", "figures", "odds", "drawdowns", "allocation", "costs", "trades", "basis",
    ]  # fmt: skip
    contents = page[page.index('<nav class="toc"') :]
    assert re.findall(r'<a href="#([a-z-]+)"', contents) == [*ids, "words"]


# What it rests on


def test_tables_show_figures_with_intervals_and_reasons(page: str) -> None:
    text = text_of(page)
    assert "Total return 11.00 % -20.0 % to 50.0 %" in text
    assert "Maximum drawdown -17.00 %" in text
    assert "n/a 351 sessions, 400 are needed" in text
    assert "Deflated Sharpe ratio The same against the best that luck finds" in text
    assert "the larger of thesis and family counts. 7 40 over all theses" in text
    assert "Alpha a year Return that the proxies leave. +2.00 % -10.0 % to +14.0 %" in text
    assert "US SPY S&amp;P 500 0.40 3.1" in text
    assert "4 0.500 8 0.450" in text
    assert "lower 0.200, consistent 0.300, upper 0.400" in text


def test_conditions_say_met_not_met_or_unknown(page: str) -> None:
    rule = page[page.index('id="rule"') : page.index('id="power"')]
    assert re.findall(r"</svg>\s*(met|not met|unknown)<", rule) == ["met", "not met", "unknown"]


def test_contributions_add_up_to_the_total(page: str) -> None:
    # lines 0.04 and -0.01 plus twice 0.002 + 0.001 - 0.0005 - 0.001 - 0.0015, and cash 0.003
    text = text_of(page)
    assert "0700.HK Tencent +4.00 % +0.20 % +0.10 % -0.05 % -0.10 % -0.15 % +4.00 %" in text
    assert "Interest, cash +0.30 %" in text
    assert "Total +3.00 % +0.40 % +0.20 % -0.10 % -0.20 % -0.30 % +3.30 %" in text


def test_the_certificate_names_what_changed(page: str) -> None:
    text = text_of(page[page.index('id="certificate"') :])
    assert "Cheats" in text
    assert "future cut at 2020-03-02 2020-03-02 BABA Alibaba ADR 50.00 % 20.00 %" in text
    assert "prices.csv" in text


def test_every_assumption_note_and_fill_is_there(usual: Result, page: str) -> None:
    text = text_of(page)
    for sentence in usual.manifest["assumptions"]:
        assert sentence in text
    assert usual.manifest["notes"] == ["0700.HK: lots unknown before 2014"]
    assert "0700.HK Tencent: lots unknown before 2014" in text
    assert "2019-02-01 0700.HK Tencent buy 1,000 400.0000 HKD 0.125 50,000.00 10.00 20.00" in text
    assert "2020-03-02 0700.HK Tencent sell -500 480.0000 HKD 0.125 -30,000.00 10.00 20.00" in text


def test_claims_are_shown_where_the_thesis_carries_them() -> None:
    claim = {"id": "C1", "text": "It <rose>", "claimed": "30 %", "measured": "28.1 %",
             "verdict": "holds", "sentence": "Within its tolerance."}  # fmt: skip
    result = judged(make(curve(walk(650)), thesis={**THESIS, "claims": [claim]}))
    text = text_of(verdict_page(result))
    assert "It &lt;rose&gt; Within its tolerance. 30 % 28.1 % holds" in text


# Any result gives a page


def shortened(sessions: int, start: str = "2020-02-21", **changed: Any) -> Result:
    days = Scored(start, "", start, max(sessions - 1, 0), 0.0, "the first decision on article 003")
    none = Estimate(why=f"{sessions} sessions")
    evaluation = usual_evaluation()
    return judged(
        make(curve(walk(sessions), start=start), thesis=THESIS, **changed),
        scored=days,
        comparisons=(
            dataclasses.replace(evaluation.comparisons[0], excess=none, total=None, p=None),
        ),
        placebo=Placebo(None, 0, None, None, None, False, "", "no session scores yet"),
        attribution=None,
    )


@pytest.mark.parametrize("sessions", [0, 1, 2, 3, 20])
def test_few_sessions_give_a_page_that_says_so(sessions: int) -> None:
    text = text_of(verdict_page(shortened(sessions)))
    assert f"n/a {sessions} sessions" in text
    assert "n/a: no session scores yet" in text
    assert ("a curve needs two sessions" in text) == (sessions < 2)


def test_a_run_that_was_not_evaluated_still_has_its_curves_and_says_what_to_do() -> None:
    page = verdict_page(usual_result())
    assert "Not judged" in text_of(page)
    assert text_of(page).count("Run it again to judge it.") == 1
    assert text_of(page).count("n/a: this run was not evaluated.") == 4
    assert set(data_of(page)["charts"]) == {"growth", "drawdown", "allocation"}


def test_a_run_without_an_article_has_no_divide() -> None:
    page = verdict_page(judged(make(curve(walk(300)), curve(walk(300, seed=4)))))
    assert "There is no article" in text_of(page)
    assert "Whole run: excess over" in text_of(page)
    data = data_of(page)
    assert [trace["name"] for trace in data["charts"]["growth"]["figure"]["data"]] == [
        "Benchmark", "Strategy",
    ]  # fmt: skip
    assert "shapes" not in data["charts"]["growth"] or not data["charts"]["growth"]["shapes"]


ODD = {
    "flat": curve([0.0] * 400),
    "ruined": curve([*walk(300), -1.0, *[0.0] * 50]),
    "below zero": curve([*walk(300), -1.5, *[0.0] * 50]),
    "losing": curve([-0.01] * 400),
    "leveraged": curve([0.09, -0.08] * 200),
}


@pytest.mark.parametrize(("name", "drawn"), [*product(ODD, [True, False])])
def test_odd_curves_give_a_page_with_valid_json(name: str, drawn: bool) -> None:
    equity = ODD[name]
    gappy = equity.copy()
    gappy.iloc[:320] = float("nan")
    base = make(equity, gappy, {"half": equity}, thesis=THESIS if drawn else None)
    data = data_of(verdict_page(judged(base) if drawn else base))
    assert "growth" in data["charts"]


def test_nothing_traded_no_benchmark_no_control_and_no_placebo_is_said() -> None:
    result = judged(
        make(curve(walk(650)), thesis=THESIS),
        placebo=Placebo(None, 0, None, None, None, False, "", "switched off"),
        attribution=None,
    )
    result = dataclasses.replace(result, weights=result.weights * 0)
    text = text_of(verdict_page(result))
    for sentence in (
        "No control: the strategy names none, so the yardstick is cash.",
        "No benchmark",
        "n/a: switched off",
        "Nothing was traded.",
        "Nothing was held",
        "No credit was used.",
        "there is nothing to attribute",
    ):
        assert sentence in text


# Hostile text


def test_hostile_text_ends_no_element_and_opens_none() -> None:
    page = verdict_page(hostile())
    assert "<script>alert" not in page
    assert "<!--" not in page
    assert page.count("<script") == page.count("</script>") == 2
    assert "{{7*7}}" in page
    assert "49" not in re.findall(r"<h1><bdi>(.*?)</bdi>", page)[0]


def test_names_in_charts_are_literal_short_and_keep_their_direction() -> None:
    assert plain("<b>a & b</b>") == "&lt;b&gt;a &amp; b&lt;/b&gt;"
    assert plain("a\u202eb") == "a b"
    assert len(plain("y" * 99)) == 40


def test_the_data_block_is_json_that_no_parser_of_pages_can_leave() -> None:
    text = data_block({"a": "</script><!--\u2028&"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!--\u2028&"}
    with pytest.raises(ValueError, match="not JSON compliant"):
        data_block({"a": float("nan")})


# Files


def test_the_same_result_gives_the_same_bytes_also_from_its_folder(
    tmp_path: Path, usual: Result, page: str
) -> None:
    assert verdict_page(judged()) == page
    usual.save(tmp_path / "run")
    assert verdict_page(load(tmp_path / "run")) == page


def test_pages_are_written_and_the_script_is_on_the_disk_once(
    tmp_path: Path, usual: Result
) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        write_pages(usual, folder, tearsheet=False)
        assert {path.name for path in folder.iterdir()} == {"verdict.html", "details.html", NAME}
    assert "tearsheet.html" not in (folders[0] / "verdict.html").read_text(encoding="utf-8")
    first, second = (folder / NAME for folder in folders)
    assert first.samefile(second)
    assert b"plotly.js" in first.read_bytes()[:200]


def test_an_older_script_is_replaced_and_its_other_owners_keep_theirs(tmp_path: Path) -> None:
    old = tmp_path / "old.js"
    old.write_text("old", encoding="utf-8")
    run = tmp_path / "run"
    run.mkdir()
    os.link(old, run / NAME)
    write_script(run)
    assert old.read_text(encoding="utf-8") == "old"
    assert (run / NAME).stat().st_size > 1_000_000


def test_where_links_cannot_be_made_the_script_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError("not here")

    monkeypatch.setattr(os, "link", refuse)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_script(tmp_path / name)
    first, second = (tmp_path / name / NAME for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()
    assert not first.samefile(second)


def test_ten_years_of_twenty_lines_stay_a_light_page() -> None:
    sessions, lines = 2600, [f"{number:04d}.HK" for number in range(20)]
    equity = curve(walk(sessions), start="2014-01-02")
    days = equity.index
    fills = [fill(f"{day:%Y-%m-%d}", 1234.0, 56.789) for day in days[::21] for _ in lines]
    other = curve(walk(sessions, 3), start="2014-01-02")
    base = make(equity, other, {"half": other * 1.1}, fills, thesis=THESIS)
    drift = pd.DataFrame(
        {line: 0.05 + 0.0000003 * place * pd.Series(range(sessions), index=days)
         for place, line in enumerate(lines)}
    )  # fmt: skip
    result = dataclasses.replace(base, weights=drift, targets=drift.iloc[::21])
    assert len(verdict_page(judged(result)).encode()) < 800_000


# What stood behind a decision, and what is doubtful


def test_what_the_strategy_explains_is_shown_with_its_unknowns() -> None:
    table = {"day": "2020-12-31", "columns": ["line", "prior <i>", "views"],
             "rows": [["SPY", 0.04668, "GAM: <b>"], ["QQQ", "n/a", ""]]}  # fmt: skip
    page = verdict_page(make(curve(walk(1)), explained=table))
    text = text_of(page[page.index('id="explained"') :])
    assert "at the close of 2020-12-31" in text
    assert "SPY S&amp;P 500 0.04668 GAM:" in text
    assert "QQQ Nasdaq 100 n/a" in text
    assert "<b>" not in page[page.index('id="explained"') : page.index('id="costs"')]
    assert 'id="explained"' not in verdict_page(make(curve(walk(1))))


def test_doubts_of_the_gate_stand_beside_the_share_that_rests_on_them() -> None:
    def row(ticker: str, severity: str, rule: str) -> dict[str, Any]:
        return {"severity": severity, "ticker": ticker, "rule": rule, "told": f"{rule} told",
                "remedy": "Look.", "days": [], "count": 1, "share": 0.3}  # fmt: skip

    findings = [row("BABA", "doubt", "dividends"), row("BABA", "doubt", "gap"),
                row("SPY", "note", "flat day")]  # fmt: skip
    page = verdict_page(make(curve(walk(1)), findings=findings))
    text = text_of(page[page.index('id="doubts"') :])
    assert "1 line (BABA Alibaba ADR) in doubt ; 30.0 % of the average portfolio" in text
    assert "dividends told" in text
    assert "1 lesser note" in text
    clean = verdict_page(make(curve(walk(1)), findings=[]))
    assert "no doubts about these prices" in text_of(clean)


def test_below_ninety_sessions_the_page_leads_with_the_total(usual: Result) -> None:
    """Over half a year -4.0, 10.5, -9.0, 16.7 % a year are -2.0, 5.1, -4.6, 8.0 % in total."""
    assert usual.evaluation is not None
    scored = {**usual.evaluation["scored"], "sessions": 89, "years": 0.5}
    first, *others = usual.evaluation["comparisons"]
    evaluation = {
        **usual.evaluation, "scored": scored, "comparisons": [{**first, "total": 0.0154}, *others],
    }  # fmt: skip
    drawn = verdict_page(dataclasses.replace(usual, evaluation=evaluation))
    top = text_of(drawn[drawn.index("<header") : drawn.index("<main")])
    assert "Excess over half and half , in total +1.54 %" in top
    assert "95 % interval -4.6 % to +8.0 % at all looks" in top
    text = text_of(drawn)
    beside = text[text.index("Against each") :]
    assert "Excess in total Sharpe difference" in beside
    assert "+1.54 % -2.0 % to +5.1 % of all looks -4.6 % to +8.0 %" in beside
    assert "Excess in total: own growth / its growth - 1, with" in beside
    assert "a year" not in beside[: beside.index("Sharpe difference and p")]
    # 3 % a year ahead of the placebos, 2 % of alpha, 2 % of a variant; half of a year of each
    assert "did worse than the strategy&#39;s +1.5 % in total against half and half" in text
    assert "Dates +1.49 % in total 60.0 % 40" in text
    assert "Alpha in total Return that the proxies leave. +1.00 % -5.0 % to +7.0 %" in text
    assert "Variant Excess in total Sharpe difference ramp=4 +1.00 %" in text
