"""The commands that look after prices: `newsfolio data pull`, `status` and `check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

from backtests.commands.data_lines import (
    chosen_lines,
    in_folder,
    pairs_beside,
    placed,
    prices_in,
    read_as,
)
from backtests.commands.data_text import (
    as_json,
    fixings_row,
    not_placed,
    say,
    say_findings,
    say_fixings,
    say_imported,
    say_pulled,
    say_rates,
    say_read,
    say_status,
    status_row,
)
from backtests.commands.terminal import print_json, progress
from newsfolio.errors import BrokenData, CommandError, MissingData, NewsfolioError

if TYPE_CHECKING:
    from markets.bars import Bars
    from markets.quality.findings import Finding
    from markets.snapshot import Source
    from newsfolio.assets import Asset

MOST_WORKERS = 16

app = App(name="data", help="Fetch prices into the local store, and look at what is there.")


@app.command
def pull(
    *lines: str,
    store: Path | None = None,
    workers: int = 4,
    fresh: bool = False,
    json: bool = False,
    quiet: bool = False,
) -> int:
    """Bring the local store up to date from Yahoo; exit code 1 if a line failed.

    What was fetched today is skipped, so that a pull that was stopped goes on where it was.
    Exchange rates come too: the history of the ECB's fixings, and Yahoo's pairs of the currencies
    that the lines are quoted in.

    Parameters
    ----------
    lines
        Tickers, or strategies (all that a run of them needs); by default all that is stored.
    store
        Folder of the local price store.
    workers
        Lines fetched at a time; all together keep within the rate.
    fresh
        Fetch whole histories anew, whatever is stored.
    json
        Print one JSON object.
    quiet
        Print failures only.
    """
    from backtests import paths
    from markets.store.price_store import Store
    from markets.store.rates.pull import pull_fixings
    from markets.yahoo.pull import pull as fetch

    if not 1 <= workers <= MOST_WORKERS:
        raise CommandError(f"--workers {workers}: from 1 to {MOST_WORKERS}")
    stored = Store(store or paths.store_folder())
    if not lines and not stored.tickers():
        raise CommandError(
            f"nothing is stored in {stored.folder}; name lines or a strategy, e.g. newsfolio data "
            "pull SPY 0700.HK"
        )
    assets, unplaced = (chosen_lines(lines, stored), {}) if lines else placed(prices_in(stored))
    show = progress(json or quiet)
    try:
        wanted = [*assets, *pairs_beside(assets)]
        pulled = fetch(stored, wanted, paths.today(), workers, show, fresh=fresh)
        fixings = pull_fixings(stored, paths.today(), fresh=fresh)
    except KeyboardInterrupt:
        raise MissingData(
            "interrupted; lines fetched so far are kept, the same command goes on from there"
        ) from None
    finally:
        if show is not None:
            show("")
    pairs = pulled[len(assets) :]
    unknown = (not_placed(ticker, why) for ticker, why in unplaced.items())
    outcomes = (*pulled[: len(assets)], *unknown)
    if json:
        rows = [line.as_json() for line in outcomes]
        rates = [fixings.as_json(), *(pair.as_json() for pair in pairs)]
        print_json({"store": str(stored.folder), "lines": rows, "rates": rates})
    else:
        say_pulled(outcomes, quiet)
        say_rates(fixings, pairs, quiet)
    return int(any(line.failed for line in outcomes))


@app.command
def status(*tickers: str, store: Path | None = None, json: bool = False) -> int:
    """Show what the local store holds, line by line; exit code 1 if a file is damaged.

    Parameters
    ----------
    tickers
        The lines to show; by default all.
    store
        Folder of the local price store.
    json
        Print one JSON object.
    """
    from backtests import paths
    from markets.store.price_store import Store

    stored = Store(store or paths.store_folder())
    rows = [status_row(stored, ticker) for ticker in tickers or prices_in(stored)]
    fixings = fixings_row(stored)
    if json:
        print_json({"store": str(stored.folder), "lines": rows, "rates": fixings})
    elif not rows:
        say(f"nothing is stored in {stored.folder}; newsfolio data pull STRATEGY fetches lines")
    else:
        say_status(rows)
        say_fixings(fixings)
    return int(any(row["damage"] for row in rows))


@app.command
def check(
    *lines: str,
    data: str = "yahoo",
    store: Path | None = None,
    against: Path | None = None,
    corrections: Path | None = None,
    vendor: str = "",
    json: bool = False,
) -> int:
    """Say what is wrong with prices, worst first; exit code 1 if something would stop a run.

    The network is never used. Corrections are applied first, as in a run.

    Parameters
    ----------
    lines
        Tickers or strategies; by default all that the store or the folder has.
    data
        yahoo (the local store) or a folder of price files.
    store
        Folder of the local price store.
    against
        A folder with the same lines from another source, to compare closes with.
    corrections
        File of corrections, besides the corrections.csv that may lie among the prices.
    vendor
        What the files of a folder do not say, as for a run.
    json
        Print one JSON object.
    """
    from backtests import paths
    from markets.open import Beside
    from markets.quality.checks import inspect_all
    from markets.quality.findings import Severity
    from markets.quality.withholding import unsaid_withholding
    from markets.store.price_store import Store

    if data == "sample":
        raise CommandError("--data sample: made-up prices need no check; name yahoo or a folder")
    beside = Beside(corrections=corrections, vendor=vendor)
    source = paths.open_source(data, store=store, offline=True, beside=beside)
    stored = Store(store or paths.store_folder()) if data == "yahoo" else None
    passed: dict[str, str] = {}
    if stored:
        names = prices_in(stored)
    else:
        names, passed = in_folder(Path(data).expanduser())
    assets, unplaced = (chosen_lines(lines, stored), {}) if lines else placed(names)
    pairs, damaged = _loaded(source, assets, data == "yahoo")
    if not pairs and not damaged:
        over = "".join(f"\n{name}: {why}" for name, why in list(passed.items())[:1])
        raise MissingData(f"no prices to check in {data}; newsfolio data pull fetches some{over}")
    more = _second_opinions(pairs, against) if against is not None else ()
    findings = sorted(
        (*damaged, *inspect_all(pairs), *unsaid_withholding(a for a, _ in pairs.values()), *more),
        key=lambda finding: (-finding.severity, finding.ticker, finding.rule),
    )
    seen = {*pairs, *(finding.ticker for finding in damaged)}
    missing = [asset.ticker for asset in assets if asset.ticker not in seen] + list(unplaced)
    files = {} if stored else read_as(Path(data).expanduser(), (bars for _, bars in pairs.values()))
    if json:
        rows = [as_json(finding) for finding in findings]
        print_json({"checked": sorted(pairs), "missing": missing, "findings": rows,
                    "read_as": files, "passed_over": passed})  # fmt: skip
    else:
        say_read(files)
        say_findings(findings, len(pairs), missing)
        for name, why in passed.items():
            say(f"passed over {name}: {why}")
    return int(any(finding.severity is Severity.BLOCK for finding in findings))


@app.command(name="import")
def import_(
    *files: Path, to: Path, vendor: str = "", force: bool = False, json: bool = False
) -> None:
    """Write price files of any format anew in one form, Yahoo's columns, a file a ticker.

    All lines are written or none; each is read back and compared first.

    Parameters
    ----------
    files
        Files as vendors write them, or folders of them.
    to
        The folder to write to; it is made where there is none.
    vendor
        What the files do not say of themselves, as for run: a vendor, raw, split, full, day-first
        or month-first.
    force
        Replace files of these lines that are in the folder already.
    json
        Print one JSON object.
    """
    from backtests import paths
    from markets.folder.formats.catalogue import vendor_words
    from markets.folder.importing import as_json as line_json
    from markets.folder.importing import read_lines, write_lines

    if not files:
        raise CommandError("name files or folders: newsfolio data import FILE... --to FOLDER")
    lines, left = read_lines(
        [path.expanduser() for path in files], vendor_words(vendor), paths.today()
    )
    folder = to.expanduser()
    write_lines(lines, folder, paths.today(), force)
    rows = [line_json(line) for line in lines]
    if json:
        print_json({"to": str(folder), "lines": rows, "left_out": left})
    else:
        say_imported(rows, folder, left)


def _loaded(
    source: Source, assets: Sequence[Asset], stored: bool
) -> tuple[dict[str, tuple[Asset, Bars]], list[Finding]]:
    """Lines with their bars, by ticker; a file that cannot be read is a finding that blocks."""
    from markets.quality.findings import Finding, Severity

    remedy = "newsfolio data pull {} fetches it again." if stored else "Correct the file."
    loaded: dict[str, tuple[Asset, Bars]] = {}
    damaged = []
    for asset in assets:
        try:
            bars = source.load([asset]).get(asset.ticker)
            loaded |= {} if bars is None else {asset.ticker: (asset, bars)}
        except (BrokenData, MissingData) as error:
            damaged.append(
                Finding(
                    Severity.BLOCK, asset.ticker, "unreadable",
                    str(error).removeprefix(f"{asset.ticker}: ").rstrip("."),
                    remedy.format(asset.ticker),
                )
            )  # fmt: skip
    return loaded, damaged


def _second_opinions(pairs: Mapping[str, tuple[Asset, Bars]], folder: Path) -> Iterator[Finding]:
    """Where closes differ from those of the same line in a folder."""
    from markets.folder.source import FolderSource
    from markets.quality.checks import compare
    from markets.quality.findings import Finding, Severity

    if not folder.expanduser().is_dir():
        raise CommandError(f"--against {folder}: no such folder")
    second = FolderSource(folder.expanduser())
    for asset, bars in pairs.values():
        try:
            theirs = second.load([asset]).get(asset.ticker)
        except NewsfolioError as error:
            yield Finding(
                Severity.NOTE, asset.ticker, "second source", f"not compared: {error}",
                "Correct that file.",
            )  # fmt: skip
            continue
        if theirs is not None:
            yield from compare(bars, theirs)
