"""Every frozen rule judged again where data have come: one load, one look each, what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backtests.api import run_job
from backtests.commands.output import draw_run, draw_tearsheet, require_writable, save_run
from backtests.commands.records.rescore import PagesWanted
from backtests.commands.terminal import print_json
from backtests.evaluation.judging import Judging
from backtests.records.ledger import Ledger
from backtests.records.ledger.ledger import FrozenRow
from backtests.records.ledger.rewritten import first_code
from backtests.records.ledger.verdicts import JudgedRow
from backtests.records.rescore import job_as_written
from backtests.records.workspace import Workspace
from backtests.runner.fingerprint import code_behind
from backtests.runner.inputs import Inputs
from backtests.runner.jobs import Job
from backtests.settings import Settings, settings_of
from markets.snapshot import Source, loaded_once
from newsfolio.errors import CommandError, NewsfolioError
from newsfolio.formatting import defined, signed
from reports import write_index
from reports.contract.manifest import VerdictLineJson


@dataclass(frozen=True)
class Rule:
    """A frozen rule that can be run again, and the last that was said of it."""

    row: FrozenRow
    job: Job
    settings: Settings
    inputs: Inputs
    before: JudgedRow | None


@dataclass(frozen=True)
class Look:
    """What became of a rule. changed: since the last look, in words; problem: why there is none."""

    thesis: str
    label: str
    run: str = ""
    before: VerdictLineJson | None = None
    now: VerdictLineJson | None = None
    changed: str = ""
    problem: str = ""


def score_all(source: Source, ledger: Ledger, judging: Judging, pages: PagesWanted) -> int:
    """Judge all frozen rules of a ledger; exit code 1 where one could not be."""
    frozen = {row.rule["variant"]: row for row in ledger.frozen()}
    if not frozen:
        raise CommandError("no rule is frozen in this ledger; newsfolio freeze STRATEGY writes one")
    require_writable(pages.folder)
    last = {row.variant: row for row in ledger.judged()}
    made = [_made(row, last.get(variant)) for variant, row in frozen.items()]
    rules = [rule for rule in made if isinstance(rule, Rule)]
    once = loaded_once(
        source,
        [asset for rule in rules for asset in rule.inputs.assets],
        [facts for rule in rules for facts in rule.inputs.facts],
    )
    looks = []
    for rule in made:
        look = _look(rule, once, ledger, judging, pages) if isinstance(rule, Rule) else rule
        looks.append(look)
        if not pages.json:
            print("\n".join(_said(look, pages)))
    write_index(pages.folder)
    if pages.json:
        print_json({"looks": [vars(look) for look in looks]})
    return int(any(look.problem for look in looks))


def _made(row: FrozenRow, before: JudgedRow | None) -> Rule | Look:
    """The rule with all that it needs, or why it can no longer be run."""
    rule = row.rule
    try:
        job = job_as_written(rule, f"the rule frozen at {row.at}")
        if first_code(code_behind(job.strategy)) != first_code(rule["code"]):
            raise CommandError(
                f"{rule['address']} has changed since the rule was frozen at {row.at}; restore its "
                "file, or freeze it anew"
            )
        settings = settings_of({**rule["settings"], "end": None})
        return Rule(row, job, settings, job.inputs(settings), before)
    except NewsfolioError as error:
        return Look(row.subject, rule["label"], problem=str(error))


def _look(rule: Rule, source: Source, ledger: Ledger, judging: Judging, pages: PagesWanted) -> Look:
    """Run and judge a rule, unless nothing has come since it was last looked at."""
    thesis, label = rule.row.subject, rule.row.rule["label"]
    try:
        end = f"{rule.inputs.market(rule.inputs.load(source)).day(-1)}"
        if rule.before is not None and end <= rule.before.end:
            seen = f"no new session since {rule.before.end}, so nobody looked"
            return Look(thesis, label, rule.before.run, rule.before.verdict,
                        rule.before.verdict, seen)  # fmt: skip
        result = run_job(
            rule.job,
            Workspace(source, rule.settings, ledger, judging.progress),
            judging=judging,
            begin=pages.ahead.begin if pages.ahead else None,
            save=lambda done: save_run(done, pages.folder),
        )
    except NewsfolioError as error:
        return Look(thesis, label, problem=str(error))
    draw_run(result, pages.folder, pages.ahead is not None)
    if pages.ahead:
        draw_tearsheet(result, pages.folder, pages.ahead)
    now = result.manifest.get("verdict")
    before = rule.before.verdict if rule.before else None
    return Look(thesis, label, result.id, before, now, changes(before, now))


def changes(before: VerdictLineJson | None, now: VerdictLineJson | None) -> str:
    """What is another than at the last look, in a sentence."""
    if before is None or now is None:
        return f"first look: {now['word']}" if now else "first look"
    return "; ".join(_changes(before, now))


def _changes(before: VerdictLineJson, now: VerdictLineJson) -> Iterator[str]:
    same = before["word"] == now["word"]
    yield f"still {now['word']}" if same else f"{before['word']} -> {now['word']}"
    more = now["sessions"] - before["sessions"]
    yield f"{more} {'session' if more == 1 else 'sessions'} more"
    then, since = before["excess"], now["excess"]
    if defined(then) and defined(since):
        yield f"excess {signed(then, 1)} -> {signed(since, 1)} a year"
    low, high = now.get("low_always"), now.get("high_always")
    if defined(low) and defined(high):
        yield f"interval of all looks {signed(low, 1)} to {signed(high, 1)}"
    if before["against"] != now["against"]:
        yield f"against {now['against']}, before against {before['against']}"


def _said(look: Look, pages: PagesWanted) -> Sequence[str]:
    if look.problem:
        return [f"{look.thesis:<10}{look.label}: NOT JUDGED, {look.problem}"]
    page = pages.asked / look.run / "verdict.html" if look.run else ""
    if pages.quiet:
        return [str(page)]
    return [f"{look.thesis:<10}{look.label}: {look.changed}", f"{'':<10}{page}"]
