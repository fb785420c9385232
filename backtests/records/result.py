"""A finished run: pandas objects, figures, and the files they are kept in."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from backtests.records.readable import readable
from backtests.records.run_verdict import RunVerdict, verdict_of
from markets.store.abandoned import MARK, locked, sweep_folders
from newsfolio.errors import NewsfolioError, OutputError
from newsfolio.formatting import growth, percent, ratio
from reports.contract.evaluation import EvaluationJson
from reports.contract.manifest import FiguresByName, ManifestJson

if TYPE_CHECKING:
    from collections.abc import Callable

    from reports.tables.doubts import Doubts

TABLES = ("equity", "weights", "targets", "fills", "cash", "lapses", "references", "rates",
          "placebos")  # fmt: skip

LIMITED = "limited.parquet"
"""The table of a run whose limits changed something."""

CURVE = "time_weighted"
"""The column beside the equity of a run with money in or out."""

DRAFT = re.compile(r"\.[\w.-]+-[0-9a-f]{10}\.\w{8}")
"""The name of a folder in which a run is written."""

TURNS = 100
"""How often a folder is tried that others put theirs in at the same moment."""


def no_limited() -> pd.DataFrame:
    """The table of what limits changed, of a run without any."""
    columns = dict.fromkeys(("asset", "limits", "leg"), "str")
    columns |= dict.fromkeys(("wanted", "held", "allowed"), "float64")
    frame = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
    frame.insert(0, "session", pd.Series(dtype="datetime64[ms]"))
    return frame[["session", "asset", "wanted", "held", "allowed", "limits", "leg"]]


def no_placebos() -> pd.DataFrame:
    """The table of placebos of a run that has none."""
    return pd.DataFrame(
        {
            "label": pd.Series(dtype="str"),
            "start": pd.Series(dtype="str"),
            "excess": pd.Series(dtype="float64"),
        }
    )


@dataclass(frozen=True, eq=False)
class Result:
    """One run of one strategy; every page is made from what is in here.

    manifest: what was run on what with which assumptions, and the figures (`metrics`); JSON.
    equity: Series by session, base currency, the initial capital first.
    time_weighted: what the initial capital grew to without the money that flowed in and out; None
        where nothing flowed. `curve` is it, or else the equity, and what all figures rest on.
    weights: held at each close, sessions x lines; the rest of 1 is cash.
    targets: wanted by each decision, sessions of decisions x lines.
    fills: session, asset, quantity, price, currency, rate, fee, slippage.
    cash: session, why, asset, amount: what moved cash without a trade.
    lapses: session, asset, quantity, reason: orders or parts of them that were given up.
    references: curves of "benchmark" and of each control, sessions x names, same initial capital.
    limited: session, asset, wanted, held, allowed (weights), limits: what limits changed; leg: in
        whose account, "" for the run's own.
    rates: `cash`, what a year of idle cash earned as known on each session.
    placebos: label, start (ISO date) and excess a year of each placebo.
    evaluation: `Evaluation.as_json()`, None where the run was not evaluated. Type checkers know its
        keys; a notebook may write them as attributes: `result.evaluation.scored.sessions`.
    """

    manifest: ManifestJson
    equity: pd.Series
    weights: pd.DataFrame
    targets: pd.DataFrame
    fills: pd.DataFrame
    cash: pd.DataFrame
    lapses: pd.DataFrame
    references: pd.DataFrame
    rates: pd.DataFrame
    placebos: pd.DataFrame = field(default_factory=no_placebos)
    evaluation: EvaluationJson | None = None
    time_weighted: pd.Series | None = None
    limited: pd.DataFrame = field(default_factory=no_limited)

    def __post_init__(self) -> None:
        object.__setattr__(self, "evaluation", readable(self.evaluation))

    @property
    def id(self) -> str:
        """The name of its folder: strategy, and ten digits of a hash of all that it rests on."""
        return self.manifest["id"]

    @property
    def metrics(self) -> FiguresByName:
        """Headline figures of the strategy, as fractions; None where undefined."""
        return self.manifest["metrics"]["strategy"]

    @property
    def curve(self) -> pd.Series:
        """What the initial capital grew to, time-weighted: the equity where nothing flowed."""
        return self.equity if self.time_weighted is None else self.time_weighted

    @property
    def returns(self) -> pd.Series:
        """Session returns, time-weighted, the first session left out."""
        return self.curve.pct_change().iloc[1:].rename("returns")

    @property
    def simulated(self) -> bool:
        """Whether its prices are made up, as those of the sample market."""
        return self.manifest["data"]["simulated"]

    @property
    def verdict(self) -> RunVerdict | None:
        """What became of the thesis: word, reason, conditions; None where it was not judged."""
        return verdict_of(self.manifest, self.evaluation)

    @property
    def notes(self) -> tuple[str, ...]:
        """What one must know about lines, data and dates, a sentence each."""
        return tuple(self.manifest["notes"])

    @property
    def doubts(self) -> Doubts:
        """What is doubtful in the prices: `rows`, `lines`, and the `share` that rests on them."""
        from reports.tables.doubts import doubts_of

        return doubts_of(self.manifest)

    def save(self, folder: str | Path, pages: Callable[[Result, Path], None] | None = None) -> Path:
        """Write everything to `folder` at once: complete, or not at all.

        pages: called with the result and an empty folder, to add the HTML once the rest is kept.
        """
        place = Path(folder)
        with _workroom(place) as draft:
            self._write(draft)
            swap_in(draft, place)
        if pages is not None:
            add_pages(place, lambda draft: pages(self, draft))
        return place

    def report(self, folder: str | Path) -> Path:
        """Write the result and its pages to `folder`; answers the page to open."""
        from reports import write_pages

        return self.save(folder, write_pages) / "verdict.html"

    def _write(self, folder: Path) -> None:
        write_json(folder / "manifest.json", self.manifest)
        if self.evaluation is not None:
            write_json(folder / "evaluation.json", self.evaluation)
        for name in TABLES:
            table = getattr(self, name)
            frame = table.to_frame() if isinstance(table, pd.Series) else table
            if name == "equity" and self.time_weighted is not None:
                frame[CURVE] = self.time_weighted
            frame.to_parquet(folder / f"{name}.parquet")
        if len(self.limited):
            self.limited.to_parquet(folder / LIMITED)

    def _repr_html_(self) -> str:
        from reports.pages.fragments import run_fragment

        return run_fragment(self, self.summary())

    def __repr__(self) -> str:
        lines = [f"  {name:<14}{value}" for name, value in self.summary().items()]
        return "\n".join([f"Result {self.id}", *self._headline(), *lines])

    def _headline(self) -> list[str]:
        """What scores, where anything does: verdict, strategy, control and benchmark."""
        from reports.tables.companies import Companies
        from reports.tables.scored import scored_headline, scored_lines

        verdict, scored = self.verdict, scored_headline(self.manifest, self.evaluation)
        judged = [f"  {'verdict':<14}{verdict}"] if verdict else []
        if scored is None:
            return judged
        rest = "context included, which explains and scores nothing"
        lines = scored_lines(scored, Companies(self.manifest.get("names")))
        return [*judged, *(f"  {line}" for line in lines), f"  whole run, {rest}:"]

    def _paid(self, base: str) -> dict[str, str]:
        """What flowed in and out, and what the money earned; nothing where nothing flowed."""
        figure = self.metrics
        if "paid_in" not in figure:
            return {}
        return {
            "paid in": f"{figure['paid_in']:,.0f} {base}",
            "paid out": f"{figure['paid_out']:,.0f} {base}",
            "XIRR": percent(figure["money_weighted"]),
        }

    def summary(self) -> dict[str, str]:
        """The figures one asks for first, as text."""
        figure, window = self.metrics, self.manifest["window"]
        base = self.manifest["settings"]["currency"]
        data = self.manifest["data"]["source"] + (" (SIMULATED)" if self.simulated else "")
        return {
            "strategy": str(self.manifest["strategy"]["label"]),
            "data": data,
            "window": f"{window['start']} to {window['end']}",
            "final equity": f"{figure['final_equity']:,.0f} {base}",
            **self._paid(base),
            "total return": percent(figure["total_return"]),
            "CAGR": growth(figure["cagr"], figure["total_return"]),
            "volatility": percent(figure["volatility"]),
            "Sharpe": ratio(figure["sharpe"]),
            "max drawdown": percent(figure["max_drawdown"]),
            "turnover": percent(figure["turnover"]),
            "costs": f"{figure['costs']:,.0f} {base}",
            "trades": f"{figure['trades']:,}",
        }


@contextmanager
def intact(*folders: Path) -> Iterator[None]:
    """OutputError where something that is made from saved runs alone cannot be made."""
    try:
        yield
    except NewsfolioError:
        raise
    except Exception as error:  # a damaged table or manifest can break whatever reads it
        names = " or ".join(map(str, folders))
        raise OutputError(
            f"{names} is not a complete run ({type(error).__name__}: {error}); run it again"
        ) from error


def load(folder: Path) -> Result:
    """A saved run; OutputError where the folder is not one or is damaged."""
    with intact(folder):
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        path = folder / "evaluation.json"
        evaluation = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
        equity = tables.pop("equity")
        if (folder / LIMITED).exists():
            limited = pd.read_parquet(folder / LIMITED)  # older ones name no leg
            tables["limited"] = limited if "leg" in limited else limited.assign(leg="")
        return Result(
            manifest=manifest, equity=equity["equity"], evaluation=evaluation,
            time_weighted=equity.get(CURVE), **tables,
        )  # fmt: skip


def write_json(path: Path, value: Mapping[str, object]) -> None:
    text = json.dumps(value, indent=1, sort_keys=True, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def add_pages(folder: Path, draw: Callable[[Path], None]) -> None:
    """Put pages into the folder of a saved run, each whole; none if one cannot be drawn.

    draw: writes them into the empty folder that it is given. OutputError says that the run is
    kept, whatever went wrong.
    """
    try:
        with _workroom(folder) as draft:
            draw(draft)
            for page in sorted(draft.iterdir()):
                page.replace(folder / page.name)
    except NewsfolioError:
        raise
    except Exception as error:  # a bug of ours must not look like a lost run
        raise OutputError(
            f"the pages of {folder} could not be drawn, a bug of ours "
            f"({type(error).__name__}: {error});\nthe run itself is kept: newsfolio show and "
            "compare read it; run again with --debug and report it"
        ) from error


@contextmanager
def _workroom(folder: Path) -> Iterator[Path]:
    """An empty folder beside `folder` that nobody else has, gone afterwards; OutputError.

    What killed processes have left there goes too.
    """
    room: Path | None = None
    lock: int | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder.parent)
        while lock is None:
            room = made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
            with suppress(FileNotFoundError):  # swept before it was locked
                lock = locked(made / MARK)
        draft = made / "run"
        draft.mkdir()
        yield draft
    except OSError as error:
        raise OutputError(
            f"cannot write {folder}: {error.strerror or error}; give another folder"
        ) from error
    finally:
        if room is not None:
            shutil.rmtree(room, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _sweep(folder: Path) -> None:
    hidden = [entry.name for entry in os.scandir(folder) if entry.name.startswith(".")]
    older = [folder / name for name in hidden if DRAFT.fullmatch(name)]
    sweep_folders([folder / name for name in hidden], [p for p in older if not (p / MARK).exists()])


def swap_in(draft: Path, folder: Path) -> None:
    """Put the finished folder in place of an older run of the same name, if there is one."""
    if not any((folder / "manifest.json").exists() or not folder.exists() for _ in range(TURNS)):
        raise OutputError(f"{folder} exists and is not a run; give another folder")
    aside = draft.with_name(draft.name + ".old")
    for turn in reversed(range(TURNS)):
        with suppress(FileNotFoundError):  # another process has it aside
            folder.rename(aside)
        try:
            draft.rename(folder)
            break
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or not turn:
                with suppress(OSError):
                    aside.rename(folder)
                raise
            # another process has just put its own there
        finally:
            shutil.rmtree(aside, ignore_errors=True)
