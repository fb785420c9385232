"""What is known of one venue besides its name: the form of the files in `newsfolio/venues`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from newsfolio.boards import Board
from newsfolio.dated import Dated, always
from newsfolio.levies import VenueSchedule
from newsfolio.venue import Kind, Venue


@dataclass(frozen=True)
class SessionRows:
    """Where exchange_calendars is wrong or silent about a venue.

    lost: sessions that were announced and did not take place, to storms and attacks. shut: days
    that it has as sessions, and that were announced as holidays. added: sessions that it lacks,
    each with its close in UTC ("2026-02-01T10:00").
    """

    lost: tuple[str, ...] = ()
    shut: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counters:
    """Codes, as a pattern of whole tickers, that trade in another currency than their suffix's.

    Without a venue nobody knows the currency, and `refusal` says what to declare.
    """

    pattern: str
    venue: Venue | None
    refusal: str = ""


@dataclass(frozen=True, eq=False)
class VenueRows:
    """All rows of one market. A pattern is one of whole tickers, and the first that fits counts.

    suffixes: Yahoo's, each with its venue ("" for none). zone: of the venue's clock, as Yahoo
    names it. lot, withholding: of a line that nobody knows better of; of funds and of trusts
    (REIT), where it is another. kinds: what a line is by a pattern, STOCK where none fits. untaxed:
    patterns of lines that pay no tax on trades, and why. boards: by a pattern; of other lines by
    kind, "star" before it. settlement: days after a trade. shorting: how lines are sold short, of
    which a run knows yes or no. sources: of what is not dated, and what a reader must know.
    """

    name: str
    suffixes: Mapping[str, Venue]
    zone: str
    schedule: VenueSchedule
    lot: Dated[float] = always(1)
    withholding: Dated[float] = always(0.0)
    withholding_of_funds: Dated[float] | None = None
    withholding_of_trusts: Dated[float] | None = None
    kinds: tuple[tuple[str, Kind], ...] = ()
    counters: tuple[Counters, ...] = ()
    untaxed: tuple[tuple[str, str], ...] = ()
    boards: tuple[tuple[str, Board], ...] = ()
    board_of_kind: Mapping[str, Board] = field(default_factory=dict)
    sessions: SessionRows = SessionRows()
    settlement: Dated[int] | None = None
    shorting: str = "borrowed"
    sources: tuple[str, ...] = ()

    @property
    def codes(self) -> frozenset[str]:
        """The names of its calendars."""
        return frozenset(venue.code for venue in self.suffixes.values())


IRISH_FUNDS = always(0.0, "nothing, as funds of Ireland and Luxembourg, where most come from")
