"""The command about markets: venues, and what `show` says of a line."""

from __future__ import annotations

from backtests.commands.terminal import print_json, print_table
from backtests.commands.venue_text import in_full, in_short, notes_of, of_line
from newsfolio.assets import suffix_of
from newsfolio.errors import UnknownName
from newsfolio.listings import asset_of
from newsfolio.venue_rows import VenueRows
from newsfolio.venues import all_rows, rows_of, rows_of_suffix

COLUMNS = ("what", "from", "value", "source")


def venues(venue: str = "", *, json: bool = False) -> None:
    """List the venues that are known; of one, all its rows with their sources.

    Parameters
    ----------
    venue
        A suffix, a calendar or a ticker: .L, XLON or VOD.L.
    json
        Print JSON.
    """
    if venue:
        asked = _asked(venue)
        _print(tuple(in_full(asked)), notes_of(asked), json)
        return
    rows = [in_short(venue_rows) for venue_rows in all_rows()]
    if json:
        print_json({"venues": rows})
        return
    table = [("suffix", "venue", "calendar", "currency", "quoted in", "UTC", "lot", "tax")]
    table += [
        (
            " ".join(row["suffixes"]), row["name"], " ".join(row["calendars"]), row["currency"],
            row["unit"], f"{row['opens']}-{row['closes']}", f"{row['lot']:,}", row["tax"],
        )
        for row in rows
    ]  # fmt: skip
    print_table(table)


def show_line(ticker: str) -> None:
    """All rows of one line."""
    from markets.costs.models import levies_of
    from markets.reference.price_limits import board_of

    asset = asset_of(ticker)
    _print(tuple(of_line(asset, levies_of(asset), board_of(asset))), (), json=False)


def _asked(venue: str) -> VenueRows:
    """The rows of a suffix, a calendar or a ticker; UnknownName for anything else."""
    suffix = suffix_of(venue) if "-" in venue else venue.rpartition(".")[2]
    venue_rows = rows_of(venue) or (rows_of_suffix(suffix) if suffix != venue else None)
    if venue_rows is None:
        names = [f".{suffix}" for rows in all_rows() for suffix in rows.suffixes if suffix]
        raise UnknownName("venue", venue, names, "newsfolio venues lists them.")
    return venue_rows


def _print(rows: tuple[tuple[str, ...], ...], notes: tuple[str, ...], json: bool) -> None:
    if json:
        records = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        print_json({"rows": records, "notes": list(notes)})
        return
    print_table([COLUMNS, *rows])
    for note in notes:
        print(note)
