"""What notebooks get besides results and sweeps: runs compared, and claims checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from backtests.records.result import Result
from backtests.runner.checked_claims import CheckedClaim
from backtests.runner.claims import articles_of
from newsfolio.thesis import Article
from reports.contract.claims import CheckedArticleJson
from reports.contract.comparison import RunsComparedJson

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class RunsCompared:
    """Runs side by side on the sessions that they share. summary: all of it, as JSON values."""

    results: tuple[Result, ...]
    summary: RunsComparedJson

    @property
    def conclusion(self) -> str:
        """One sentence: which run is surely ahead of which, or that none is."""
        return self.summary["conclusion"]

    @property
    def growth(self) -> pd.DataFrame:
        """Growth of 1 from the common start, sessions x runs by label."""
        import pandas as pd

        days = pd.DatetimeIndex(self.summary["sessions_iso"], name="session")
        growth, labels = self.summary["growth"], self.summary["labels"]
        table = pd.DataFrame(dict(enumerate(growth.values())), index=days, dtype="float64")
        return table.set_axis([labels[name] for name in growth], axis=1)

    @property
    def figures(self) -> pd.DataFrame:
        """A row a run, by label: total return, CAGR, volatility, Sharpe, drawdown; fractions."""
        import pandas as pd

        rows = self.summary["figures"]
        values = {
            "total_return": [row["total_return"]["value"] for row in rows],
            "cagr": [row["cagr"]["value"] for row in rows],
            "volatility": [row["volatility"]["value"] for row in rows],
            "sharpe": [row["sharpe"]["value"] for row in rows],
            "max_drawdown": [row["max_drawdown"]["value"] for row in rows],
        }
        labels = pd.Index([row["label"] for row in rows], name="run")
        return pd.DataFrame(values, index=labels, dtype="float64")

    @property
    def pairs(self) -> pd.DataFrame:
        """A row a pair: growth of the one ahead of the other a year, its 95 % interval, and p."""
        import pandas as pd

        labels = self.summary["labels"]
        rows = [
            (labels[pair["one"]], labels[pair["other"]], pair["excess"]["value"],
             pair["excess"]["low"], pair["excess"]["high"], pair["p"])
            for pair in self.summary["pairs"]
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["run", "over", "excess", "low", "high", "p"])

    def report(self, folder: str | Path) -> Path:
        """Write the page into a folder, which is made where it is not there; answers its path."""
        from reports import write_compare

        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        return write_compare(self.results, self.summary, place)

    def _repr_html_(self) -> str:
        from reports.pages.fragments import comparison_fragment

        return comparison_fragment(self.summary)

    def __repr__(self) -> str:
        return f"{self.conclusion}\n{self.figures.to_string()}"


@dataclass(frozen=True)
class ClaimsChecked:
    """Articles with their claims measured on one source; iterating gives each CheckedClaim.

    problems: files of a folder that could not be checked, a line each.
    """

    articles: tuple[Article, ...]
    claims: tuple[CheckedClaim, ...]
    source: str
    problems: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[CheckedClaim]:
        return iter(self.claims)

    def __len__(self) -> int:
        return len(self.claims)

    @property
    def simulated(self) -> bool:
        """Whether any was measured on made-up prices, on which none holds or fails."""
        return any(claim.simulated for claim in self.claims)

    @property
    def rows(self) -> list[CheckedArticleJson]:
        """Articles with their claims as text, as the page shows them."""
        return articles_of(self.articles, self.claims)

    @property
    def table(self) -> pd.DataFrame:
        """A row a claim: article, what it says, claimed, measured, how sure, verdict, due ..."""
        import pandas as pd

        return pd.DataFrame([{"article": claim.article, **claim.row()} for claim in self.claims])

    def report(self, path: str | Path) -> Path:
        """Write the page of these claims; answers its path."""
        from reports import write_claims

        write_claims(self.rows, self.source, self.simulated, Path(path))
        return Path(path)

    def _repr_html_(self) -> str:
        from reports.pages.fragments import claims_fragment

        return claims_fragment(self.rows, self.source, self.simulated)

    def __repr__(self) -> str:
        lines = (f"  {row['id']:<8}{row['claimed']:<12}{row['measured']:<12}{row['verdict']}"
                 for article in self.rows for row in article["claims"])  # fmt: skip
        claims = "1 claim" if len(self) == 1 else f"{len(self)} claims"
        return "\n".join([f"{claims} on {self.source}", *lines])
