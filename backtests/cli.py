"""The command line: joins the commands, and turns errors into exit codes."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from typing import NoReturn

FEW = 50_000
"""Objects after which a command looks for garbage: after every 700 it spends a fourteenth on it."""

gc.set_threshold(FEW)  # the imports make most of them

from cyclopts import App, CycloptsError, Parameter  # noqa: E402

from backtests.commands.streams import is_shut, json_alone, kept_open, with_streams  # noqa: E402
from newsfolio import __version__  # noqa: E402
from newsfolio.blame import place_of, said_by, two_lines  # noqa: E402
from newsfolio.errors import NewsfolioError  # noqa: E402

app = App(
    name="newsfolio",
    help="Would an article's investment thesis have paid? Strategies in, honest pages out.",
    version=__version__,
    help_format="plaintext",
    default_parameter=Parameter(negative=()),
    suppress_keyboard_interrupt=False,
)
COMMANDS = {
    "list": (
        "strategies:list_",
        "List the strategies, the articles they come from, and when those were published.",
    ),
    "show": (
        "strategies:show",
        "Show a strategy: thesis, universe with listing dates, parameters, controls; or a line.",
    ),
    "weights": (
        "strategies:weights",
        "Show what a strategy holds at a close, and the orders that lead there.",
    ),
    "runs": ("runs:runs", "List the runs of a folder, newest first."),
    "diff": (
        "runs:diff",
        "Say why two runs differ: data, code, costs, parameters, dates; and where they part.",
    ),
    "check": (
        "strategies:check",
        "Certify that a strategy does not look ahead; exit code 1 where it does, or may.",
    ),
    "new": ("strategies:new", "Write a strategy file and its test, ready to run and to edit."),
    "draft": (
        "authoring.draft:draft",
        "Draft a thesis from an article: its claims as data, and a class that runs.",
    ),
    "data": ("data:app", "Fetch prices into the local store, and look at what is there."),
    "sweep": (
        "sweep:sweep",
        "Play many sets of parameters of a strategy: a table, a plateau map, no single winner.",
    ),
    "run": ("run:run", "Run strategies and write their pages to runs/<id>/."),
    "open": ("pages:open_", "Open a report in the browser: of the run named, or else the index."),
    "report": ("pages:report", "Write the pages of a saved run again, from its folder alone."),
    "compare": (
        "pages:compare",
        "Put strategies or saved runs on one page: the same window, who is surely ahead.",
    ),
    "score": (
        "run:score",
        "Judge a saved run's thesis again on the sessions that came since, or all frozen ones.",
    ),
    "freeze": (
        "records.freeze:freeze",
        "Write a rule into the ledger before anything is run: code, parameters, costs, controls.",
    ),
    "ledger": (
        "records.freeze:ledger",
        "Say what the trial ledger holds and whether it is whole; exit code 1 where it is not.",
    ),
    "scoreboard": (
        "records.scoreboard:scoreboard",
        "Put theses and claims side by side: verdicts, luck, who was right, what falls due when.",
    ),
    "gallery": (
        "records.gallery:gallery",
        "Run all shipped theses and put them on one page, a card each that leads to its verdict.",
    ),
    "claims": (
        "pages:claims",
        "Check what an article claims about prices and figures, each claim up to its due day.",
    ),
    "venues": (
        "venues:venues",
        "List the venues that are known; of one, all its rows with their sources.",
    ),
}
"""Where each stands in `backtests/commands/`, imported when it is asked for; and the first sentence
of its help, for the list of all."""

SHUT = (
    "standard output was closed by the strategy, or before it was run, so nothing more can be "
    "shown; what was run is kept, see newsfolio runs"
)

for _name, (_place, _help) in COMMANDS.items():
    app.command(f"backtests.commands.{_place}", name=_name, help=_help)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Parse, run, and turn errors into one or two lines and an exit code."""
    with_streams()
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in tokens
    tokens = [token for token in tokens if token != "--debug"]
    with warnings.catch_warnings(), kept_open():
        warnings.simplefilter("default")
        warnings.showwarning = _warn
        code = _code(tokens, debug)
    if arguments is None:
        gc.freeze()  # the process ends: nobody needs its garbage told from the rest
    sys.exit(code)


def _code(tokens: list[str], debug: bool) -> int:
    """Run a command; its exit code, and what went wrong on standard error."""
    try:
        with json_alone() if "--json" in tokens else nullcontext():
            answer = app(
                tokens, exit_on_error=False, print_error=False, result_action="return_value"
            )
    except CycloptsError as error:
        return _fail(f"{error}; see newsfolio --help", 2)
    except NewsfolioError as error:
        if debug:
            raise
        option = " (--out)" if str(error).endswith("give another folder") else ""
        return _fail(f"{error}{option}", error.exit_code)
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return _fail("interrupted; finished runs are kept", 1)
    except BaseException as error:  # sys.exit(0) somewhere inside is no success
        if isinstance(error, SystemExit) and isinstance(error.__context__, BrokenPipeError):
            return 0  # a reader of the help that read no further: rich exits there
        if debug:
            raise
        place = place_of(error)
        if place:
            return _fail(f"{place} raised {said_by(error)}; --debug shows the traceback", 1)
        if is_shut(sys.stdout):
            return _fail(SHUT, 1)
        return _fail(f"a bug of ours, {said_by(error)}; run again with --debug and report it", 1)
    return answer if isinstance(answer, int) else 0


def _fail(message: str, code: int) -> int:
    print(f"newsfolio: {two_lines(message)}", file=sys.stderr)
    return code


def _warn(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
    """Our own warnings are one line; those of libraries are not the user's business."""
    if category is UserWarning and str(message).startswith("this trial"):
        print(f"newsfolio: {message}", file=sys.stderr)
