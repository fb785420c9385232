"""Daily stock files of CRSP: prices with a sign, returns with letters, factors for splits.

A price below zero is the mean of bid and ask of a day without a trade, and 0 is unknown. The
return of a day holds its dividends, which is how one knows them. What a line paid when it was
delisted stands in another of CRSP's tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from markets.folder.formats.cells import Dates, Numbers, floats_of
from markets.folder.formats.columns import ColumnFormat, Draft, groups_of, require_codes
from markets.folder.formats.format import About, Adjusted, Format, Quotes, Told
from markets.folder.formats.head import Head
from markets.folder.names import ticker_of_file
from markets.folder.price_file import Floats, Mask
from markets.reference.csv_file import Row
from markets.reference.plain_file import state_of
from newsfolio.errors import BrokenData

_NUMBER = "PERMNO"
"""Of a security, whatever its ticker is."""
_NO_SPLIT = 1e-6
"""What rounding leaves between equal factors."""
_LETTERS = {"A", "B", "C", "D", "E", "S", "T", "P"}
"""What stands for a return that is missing, by the reason."""
_MISSING_VOLUME = -99.0
_NO_DIVIDEND = 2e-5
"""Of the price: what rounding a return to six decimals can leave, and no dividend is."""
_MOST_ROWS = 5


@dataclass(frozen=True)
class CrspFormat(ColumnFormat):
    """A table of any number of lines; users choose its columns, so others may stand among them."""

    def has_columns(self, head: Head) -> bool:
        needed = self.columns.keys() - self.optional
        return needed <= {name for name in head.header if name}

    def lines(self, head: Head) -> tuple[str, ...]:
        """The last ticker of each security."""
        return tuple(sorted({name for _, name in self._last(head).values()}))

    def read(self, head: Head, ticker: str, vendor: Told) -> Quotes:
        return _quotes(_in_order(super().draft(head, ticker, vendor)).saying(self.ignored(head)))

    def _rows(self, head: Head, ticker: str) -> Iterator[Row]:
        """Those of the one security that bears the ticker last; BrokenData where two do."""
        groups = groups_of(head, self._names(head).index("Security"))
        require_codes(head.path, groups, _NUMBER)
        if strange := next((number for number in groups if not number.isdigit()), ""):
            rule = f"{strange[:30]!r} is no {_NUMBER}. Correct or delete that line."
            raise BrokenData(f"{head.path} line {groups[strange].first_line}: {rule}")
        if "Ticker" in self._names(head):
            bearing = {number: day for number, (day, name) in self._last(head).items()
                       if name == ticker}  # fmt: skip
            latest = max(bearing.values(), default="")
            wanted = {number for number, day in bearing.items() if day == latest}
        else:
            named = ticker in (ticker_of_file(head.path.name), head.path.stem)
            wanted = set(groups) if named else set()
        if len(wanted) != 1:
            listed = ", ".join(sorted(wanted)[:_MOST_ROWS]) or "none"
            raise BrokenData(
                f"{head.path}: {ticker} is the ticker of {_NUMBER} {listed}; keep the rows of one "
                "security"
            )
        return iter(groups[next(iter(wanted))])

    def _last(self, head: Head) -> Mapping[str, tuple[str, str]]:
        """The last day and ticker of each security that has any."""
        names = self._names(head)
        if "Ticker" not in names:
            return {}
        places = (names.index(word) for word in ("Security", "Ticker", "Date"))
        return _last_tickers(head, *places, state_of(head.path))


@lru_cache(maxsize=1)
def _last_tickers(
    head: Head, number: int, ticker: int, day: int, changed: tuple[int, ...]
) -> Mapping[str, tuple[str, str]]:
    del changed
    last: dict[str, tuple[str, str]] = {}
    for security, group in groups_of(head, number).items():
        for _, row in group:
            if len(row) > max(ticker, day) and (name := row[ticker].strip()):
                at = row[day].replace("-", "")
                if at >= last.get(security, ("", ""))[0]:
                    last[security] = at, name.upper().replace(".", "-")
    return last


def _in_order(draft: Draft) -> Draft:
    """Rows of many securities may stand by day or by security; of one, oldest first."""
    order = np.argsort(draft.table.days.to_numpy(), kind="stable")
    text = draft.table.text
    table = replace(
        draft.table,
        text=replace(text, places=np.asarray(text.places)[order].tolist(),
                     dates=np.asarray(text.dates)[order]),
        days=draft.table.days[order],
        columns={name: values[order] for name, values in draft.table.columns.items()},
    )  # fmt: skip
    texts = {name: [cells[row] for row in order] for name, cells in draft.texts.items()}
    return replace(draft, table=table, texts=texts)


def _quotes(draft: Draft) -> Quotes:
    """Split-adjusted prices; dividends as what a return has beyond the move of the price."""
    factor = _factor(draft, "Price factor", np.ones(len(draft.table.days)))
    shares = _factor(draft, "Share factor", factor)
    close = np.where(draft["Close"] == 0, np.nan, np.abs(draft["Close"]) / factor)
    mean = _means(draft)
    prices = {name: np.abs(draft[name]) / factor for name in ("Open", "High", "Low")}
    prices = {name: np.where((values == 0) | mean, np.nan, values)
              for name, values in prices.items()}  # fmt: skip
    volume = np.where(draft["Volume"] == _MISSING_VOLUME, np.nan, draft["Volume"]) * shares
    before = _before(close)
    stated = _returns(draft)
    unknown: Mask = np.isnan(stated) & ~np.isnan(before)
    returns = np.where(np.isnan(stated), close / before - 1, stated)
    beyond = np.nan_to_num(before * (1 + stated) - close)
    dividends = np.where(beyond > _NO_DIVIDEND * np.nan_to_num(close), beyond, 0.0)
    draft = draft.scaled(**prices, Close=close, Adj_Close=_chained(close, returns), Volume=volume,
                         Dividends=dividends, Stock_Splits=_splits(shares))  # fmt: skip
    remarks = {
        "priced at the mean of bid and ask, for nothing traded": mean,
        "without a return: the prices alone count there": unknown,
    }
    notes = [f"{draft.table.dated(rows)} {what}" for what, rows in remarks.items() if rows.any()]
    draft = replace(draft, found=(*draft.found, *notes))
    return draft.quotes(
        Adjusted.BY_COLUMNS,
        "adjusted for splits by its factors, dividends by its returns; what was paid at a "
        "delisting is not in this table",
    )


def _splits(shares: Floats) -> Floats:
    """(T,) new shares for one where the factor of shares steps, else 0."""
    ratio = np.concatenate([[1.0], shares[:-1] / shares[1:]])
    return np.where(np.abs(ratio - 1) > _NO_SPLIT, ratio, 0.0)


def _means(draft: Draft) -> Mask:
    """Days without a trade, whose price is the mean of bid and ask."""
    flags = draft.texts.get("Flag")
    mean: Mask = draft["Close"] < 0
    if flags is None:
        return mean
    return np.asarray(mean | (np.array([flag.strip().upper() for flag in flags]) == "BA"))


def _before(close: Floats) -> Floats:
    """(T,) the last close known before each row."""
    places = np.maximum.accumulate(np.where(np.isnan(close), -1, np.arange(len(close))))
    last = np.where(places >= 0, close[places], np.nan)
    return np.concatenate([[np.nan], last[:-1]])


def _factor(draft: Draft, name: str, usual: Floats) -> Floats:
    """A cumulative factor; `usual` where the file has no such column, or no figure in it."""
    if name not in draft.texts:
        return usual
    values = _floats(draft, draft.texts[name], name)
    return np.where(np.isnan(values) | (values <= 0), usual, values)


def _floats(draft: Draft, cells: Sequence[str], name: str) -> Floats:
    def wrong(row: int, rule: str, remedy: str) -> BrokenData:
        return draft.table.text.error(row, rule, remedy)

    return floats_of(cells, draft.form.their_name(name), Numbers(), wrong)


def _returns(draft: Draft) -> Floats:
    """(T,) total returns; NaN where the file has a letter or a figure that stands for none."""
    cells = draft.texts["Return"]
    plain = ["" if cell.strip().upper() in _LETTERS else cell for cell in cells]
    figures = _floats(draft, plain, "Return")
    return np.where(figures < -1.0, np.nan, figures)  # -66 and its like stand for what is missing


def _chained(close: Floats, returns: Floats) -> Floats:
    """(T,) prices whose changes are the returns, and whose last is the close; NaN without one."""
    growth = np.where(np.isnan(returns), 0.0, returns)
    growth[0] = 0.0
    level = np.cumprod(1.0 + growth)
    priced = np.flatnonzero(~np.isnan(close))
    if not len(priced):
        return close
    scaled = level * (close[priced[-1]] / level[priced[-1]])
    return np.where(np.isnan(close), np.nan, scaled)


_LEGACY = {
    "PERMNO": "Security", "date": "Date", "PRC": "Close", "TICKER": "Ticker", "VOL": "Volume",
    "RET": "Return", "OPENPRC": "Open", "ASKHI": "High", "BIDLO": "Low", "CFACPR": "Price factor",
    "CFACSHR": "Share factor",
}  # fmt: skip
_CIZ = {
    "PERMNO": "Security", "DlyCalDt": "Date", "DlyPrc": "Close", "Ticker": "Ticker",
    "DlyVol": "Volume", "DlyRet": "Return", "DlyOpen": "Open", "DlyHigh": "High", "DlyLow": "Low",
    "DlyCumFacPr": "Price factor", "DlyCumFacShr": "Share factor", "DlyPrcFlg": "Flag",
}  # fmt: skip


def _crsp(name: str, title: str, header: str, columns: Mapping[str, str]) -> CrspFormat:
    about = About(
        title, header, "split by its factors; dividends as events, by its returns", "shares, raw",
        "by security or by day", "2026-01-02 or 20260102",
    )  # fmt: skip
    needed = ("Security", "Date", "Close", "Return", "Price factor")
    optional = frozenset(theirs for theirs, ours in columns.items() if ours not in needed)
    return CrspFormat(
        name, about, columns, Adjusted.BY_COLUMNS, optional=optional, dates=Dates.COMPACT
    )


FORMATS: tuple[Format, ...] = (
    _crsp(
        "crsp",
        "CRSP's daily stock file",
        "`PERMNO`, `date`, `PRC`, `RET`, `CFACPR` among its columns",
        _LEGACY,
    ),
    _crsp(
        "crsp-ciz",
        "CRSP's daily stock file (CIZ)",
        "`PERMNO`, `DlyCalDt`, `DlyPrc`, `DlyRet`, `DlyCumFacPr`",
        _CIZ,
    ),
)
