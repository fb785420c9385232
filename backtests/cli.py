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
    "list": "strategies:list_",
    "show": "strategies:show",
    "weights": "strategies:weights",
    "runs": "runs:runs",
    "diff": "runs:diff",
    "check": "strategies:check",
    "new": "strategies:new",
    "draft": "authoring.draft:draft",
    "data": "data:app",
    "sweep": "sweep:sweep",
    "run": "run:run",
    "open": "pages:open_",
    "report": "pages:report",
    "compare": "pages:compare",
    "score": "run:score",
    "freeze": "records.freeze:freeze",
    "ledger": "records.freeze:ledger",
    "scoreboard": "records.scoreboard:scoreboard",
    "gallery": "records.gallery:gallery",
    "claims": "pages:claims",
    "venues": "venues:venues",
}
"""Where each stands in `backtests/commands/`; it is imported when it is asked for."""

SHUT = (
    "standard output was closed by the strategy, or before it was run, so nothing more can be "
    "shown; what was run is kept, see newsfolio runs"
)

for _name, _place in COMMANDS.items():
    app.command(f"backtests.commands.{_place}", name=_name)


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
        return _fail(str(error), error.exit_code)
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
