"""A doubt about dividends of which nobody says what is withheld."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markets.quality.findings import Finding, Severity
from newsfolio.assets import Asset


def unsaid_withholding(assets: Iterable[Asset]) -> Iterator[Finding]:
    """A doubt for each line whose withholding is assumed; it names the row to write.

    Gross runs are doubted too: their return leaves out what nobody has looked up.
    """
    for asset in assets:
        if not asset.withholding_known:
            yield Finding(
                Severity.DOUBT, asset.ticker, "withholding",
                "no row says what is withheld from its dividends: a tenth, as of an H share, where "
                "--withholding foreign counts it",
                f'Say it: Asset("{asset.ticker}", {_name(asset)}, lot=always(100), withholding='
                'always(0.0, "who says so")) in the universe, or a row in newsfolio/listings.py.',
            )  # fmt: skip


def _name(asset: Asset) -> str:
    """The constant of its venue, in the currency of the counter."""
    return "HONG_KONG" if asset.currency == "HKD" else f"HONG_KONG_{asset.currency}"
