"""All theses side by side: what was said of each, what is open, and how much of it is luck."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from backtests.commands.options import OUTPUT
from backtests.commands.output import browse
from backtests.commands.terminal import print_json, print_table
from backtests.records.registry import listed_runs
from reports import write_index, write_scoreboard

if TYPE_CHECKING:
    from backtests.evaluation.scoreboard.theses import FrozenRule, ScoreboardInputs
    from backtests.records.ledger import Ledger
    from backtests.records.ledger.verdicts import JudgedRow
    from reports.contract.manifest import ManifestJson


def scoreboard(
    *,
    out: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    ledger: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    json: Annotated[bool, Parameter(group=OUTPUT)] = False,
    quiet: Annotated[bool, Parameter(group=OUTPUT)] = False,
    open: Annotated[bool, Parameter(group=OUTPUT)] = False,
) -> None:
    """Put theses and claims side by side: verdicts, luck, who was right, what falls due when.

    Parameters
    ----------
    out
        Folder of run folders, instead of ./runs; the page is written there.
    ledger
        The trial ledger to read, instead of the user's own.
    json
        Print one JSON object and write no page.
    quiet
        Print the page's path only.
    open
        Open the page in a browser.
    """
    from backtests import paths
    from backtests.evaluation.scoreboard import theses as boards
    from backtests.records.workspace import open_ledger
    from reports.tables.scoreboard import text_rows, waiting_line
    from reports.tables.track_record import record_text

    folder, book = out or paths.RUNS, open_ledger(ledger)
    board = boards.scoreboard(board_inputs(book, folder), str(book.path), paths.now().date())
    if json:
        print_json(board)
        return
    page = write_scoreboard(board, folder, index=True)
    write_index(folder)
    if quiet:
        print(page)
    else:
        if rows := text_rows(board):
            print_table(rows)
        if waiting := waiting_line(board):
            print(waiting)
        print(f"\n{board['conclusion']}\n")
        for part in record_text(board["record"]):
            print(part) if isinstance(part, str) else print_table(part)
            print()
        print(f"page          {page}")
    if open:
        browse(page)


def board_inputs(ledger: Ledger, folder: Path) -> ScoreboardInputs:
    """What the ledger, the saved runs of a folder and the shipped strategies tell of theses."""
    from backtests.evaluation.scoreboard.theses import ScoreboardInputs
    from backtests.records.checked_articles import checked_articles
    from backtests.strategy_loader import shipped

    manifests = [run.manifest for run in listed_runs(folder)] if folder.is_dir() else []
    saved = {
        (manifest["thesis"]["id"], manifest["strategy"]["name"]): (
            manifest["thesis"],
            manifest["strategy"]["label"],
        )
        for manifest in reversed(manifests)
        if manifest["thesis"]
    }
    checked, damaged = checked_articles(folder)
    judged = ledger.judged()
    known_runs = {row.run for row in judged}
    return ScoreboardInputs(
        judged=(
            *(row for row in map(_saved, reversed(manifests)) if row and row.run not in known_runs),
            *judged,
        ),
        frozen=tuple(_frozen(ledger)),
        variants={subject.subject: subject.variants for subject in ledger.subjects()[0]},
        saved=saved,
        strategies=[cls() for cls in shipped().values()],
        tries=ledger.tries,
        checked=checked,
        damaged=damaged,
    )


def _saved(manifest: ManifestJson) -> JudgedRow | None:
    """A saved run on real prices that was judged, of which the ledger does not know the verdict."""
    from backtests.records.ledger import variant_of
    from backtests.records.ledger.verdicts import JudgedRow

    thesis, verdict, about = manifest["thesis"], manifest.get("verdict"), manifest["strategy"]
    if thesis is None or not verdict or manifest["data"]["simulated"]:
        return None
    variant = variant_of(about["name"], about["parameters"], about["code"], manifest["settings"])
    end = manifest["window"]["end"]
    return JudgedRow(0, "", thesis["id"], about["name"], variant, manifest["id"], end, verdict)


def _frozen(ledger: Ledger) -> list[FrozenRule]:
    from backtests.evaluation.scoreboard.theses import FrozenRule
    from backtests.records.ledger.counting import Question
    from backtests.records.ledger.trial import Exposure

    rules = []
    for row in ledger.frozen():
        thesis = row.rule["thesis"]
        question = Question(
            thesis["id"] if thesis else "", row.rule["strategy"], Exposure(row.rule["published"])
        )
        rules.append(FrozenRule(row, ledger.tried_before(question, row.row)))
    return rules
